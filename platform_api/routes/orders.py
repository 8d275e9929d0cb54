"""What the addresses of runs and those of experiments share: pages of a list, files, events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import Header, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel

from platform_api import errors, refusals, wire
from platform_api.answers import Damaged
from platform_api.ledger import GLANCE, Ledger
from platform_api.routes.streams import PING, PING_EVERY, event, stream
from platform_api.store import Unavailable
from platform_api.wire import ENDED, Ticket
from sim.run import RESULT_VERSION

PAGE_OF_ITS_OWN = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""What a report may do in a browser: look as it does, and nothing else."""

Cursor = Annotated[
    int | None, Query(ge=1, le=1 << 62, description="where the page begins; take it from the Link header")
]
Limit = Annotated[int, Query(ge=1, le=200, description="most to list")]
ScenarioName = Annotated[str | None, Query(max_length=200, description="only of this scenario")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$",
        description="sent again with the same order, it gives the same run",
    ),
]  # fmt: skip
Heard = Annotated[str | None, Header(max_length=200, description="what was heard last")]


def say_next(request: Request, response: Response, more: int | None) -> None:
    """Tell in the header `Link` where the list goes on."""
    if more is not None:
        following = request.url.include_query_params(after=more)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'


def as_told(model: BaseModel) -> Response:
    """An answer that is asked for often, written once: FastAPI would check it and walk through it again."""
    return Response(model.model_dump_json(), media_type="application/json")


def as_stored(content: bytes, checksum: str | None) -> Response:
    """A stored part of an answer; what its checksum is need not be found again."""
    headers = {} if checksum is None else {"ETag": f'"{checksum}"'}
    return Response(content, media_type="application/json", headers=headers)


# ---- files --------------------------------------------------------------------------------------------


def files_of(ledger: Ledger, id: str) -> wire.RunFiles:  # noqa: A002  - the name in the path
    """What is stored, with checksums, and the version of its figures."""
    kept = ledger.kept(id)
    return wire.RunFiles(
        id=id,
        result_version=kept.result_version,
        current=kept.result_version == RESULT_VERSION,
        files=[wire.StoredFile(name=name, **told) for name, told in sorted(kept.files.items())],
    )


def file_of(ledger: Ledger, id: str, name: str) -> Response:  # noqa: A002
    """A file as it was written; parts of it by `Range`."""
    kept = ledger.kept(id)
    if name not in kept.files:  # what is looked up here is never made into a path before
        raise errors.unknown(errors.UNKNOWN_FILE, "file", name, sorted(kept.files))
    try:
        path = ledger.answers.require(id, name, kept.files)
    except Damaged:
        raise refusals.damaged(id, name) from None
    kind = "application/json" if name.endswith(".json") else "application/octet-stream"
    return FileResponse(path, media_type=kind, headers={"ETag": f'"{kept.files[name]["sha256"]}"'})


# ---- events -------------------------------------------------------------------------------------------


async def follow(request: Request, ledger: Ledger, id: str, heard: str | None) -> Response:  # noqa: A002
    """Server-sent events: `progress` whenever it has moved, `ended` once, each with the ticket as data."""
    await asyncio.to_thread(ledger.get, id)
    return stream(request, _events(ledger, id, heard))


async def _events(ledger: Ledger, id: str, heard: str | None) -> AsyncGenerator[str | None, None]:  # noqa: A002
    """What a follower has not heard yet; a comment now and then while nothing moves."""
    quiet = 0.0
    while not ledger.is_closing:
        try:
            ticket = await asyncio.to_thread(ledger.glance, id)
        except (errors.ApiError, Unavailable):  # deleted meanwhile, or the database is away: ask again
            return
        told = _name_of(ticket)
        over = ticket.state in ENDED
        if told != heard:
            yield event("ended" if over else "progress", told, ticket.model_dump_json())
            heard, quiet = told, 0.0
        if over:
            return
        await asyncio.sleep(GLANCE)
        quiet += GLANCE
        if quiet >= PING_EVERY:
            yield PING
            quiet = 0.0
        else:
            yield None


def _name_of(ticket: Ticket) -> str:
    """The identity of what a follower is told: equal when nothing has moved."""
    of = ticket.progress
    points = "" if of.points_done is None else f"-{of.points_done}"
    return f"{ticket.state}-{of.done:.6f}-{of.entities}{points}"
