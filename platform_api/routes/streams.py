"""Server-sent events: how they are written, and what their answer says."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse

PING = ": \n\n"
"""A comment, by which a silent stream says that it lives."""

PING_EVERY = 15.0  # [s]


def event(kind: str, name: str, data: str) -> str:
    """One event; `name` is what a listener that comes back says it has heard."""
    return f"id: {name}\nevent: {kind}\ndata: {data}\n\n"


def stream(events: AsyncIterator[str]) -> StreamingResponse:
    """The answer that hands out events as they come; nobody on the way keeps or holds them back."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, headers=headers, media_type="text/event-stream")
