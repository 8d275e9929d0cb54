"""Server-sent events: how they are written, and what their answer says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from fastapi import Request
from fastapi.responses import StreamingResponse

from platform_api.guard import KNOWN_FOR, Guard, sent_with

PING = ": \n\n"
"""A comment, by which a silent stream says that it lives."""

PING_EVERY = 15.0  # [s]


def event(kind: str, name: str, data: str) -> str:
    """One event; `name` is what a listener that comes back says it has heard."""
    return f"id: {name}\nevent: {kind}\ndata: {data}\n\n"


def stream(request: Request, events: AsyncGenerator[str | None, None]) -> StreamingResponse:
    """The answer that hands out events as they come; nobody on the way keeps or holds them back.

    `None` among them says that a moment has passed. It ends when who asked may no longer look.
    """
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    guarded = _while_allowed(request, events)
    return StreamingResponse(guarded, headers=headers, media_type="text/event-stream")


def plain_stream(events: AsyncGenerator[str | None, None]) -> StreamingResponse:
    """Likewise, for who needs no key to look."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_told(events), headers=headers, media_type="text/event-stream")


async def _told(events: AsyncGenerator[str | None, None]) -> AsyncIterator[str]:
    async with aclosing(events):
        async for told in events:
            if told is not None:
                yield told


async def _while_allowed(request: Request, events: AsyncGenerator[str | None, None]) -> AsyncIterator[str]:
    guard: Guard = request.app.state.parts.guard
    sent, asked = sent_with(request), time.monotonic()
    async with aclosing(events):
        async for told in events:
            if time.monotonic() - asked > KNOWN_FOR:
                asked = time.monotonic()
                if not await asyncio.to_thread(guard.still_holds, sent):
                    return
            if told is not None:
                yield told
