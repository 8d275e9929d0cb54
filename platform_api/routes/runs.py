"""Runs: order one, see how it stands, follow it, get its answer and its files, cancel it, delete it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from platform_api import errors, intake, orders, refusals, wire
from platform_api.answers import Damaged
from platform_api.guard import Running, needs
from platform_api.routes.common import Service
from platform_api.routes.streams import PING, PING_EVERY, event, stream
from platform_api.runs import GLANCE, Runs
from platform_api.store import Unavailable
from platform_api.wire import ENDED, Ticket
from scenarios.errors import Language, Problem
from sim.run import RESULT_VERSION

router = APIRouter(prefix="/v1/runs", tags=["runs"], dependencies=[Depends(needs("view"))])

PAGE_OF_ITS_OWN = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""What a report may do in a browser: look as it does, and nothing else."""

Cursor = Annotated[
    int | None, Query(ge=1, le=1 << 62, description="where the page begins; take it from the Link header")
]


async def _order(request: Request) -> wire.RunOrder:
    return await intake.read_json(request, wire.RunOrder, wire.ORDER_FIELDS)


@router.post("", status_code=202, operation_id="submitRun", summary="Order a run")
def submit_run(
    order: Annotated[wire.RunOrder, Depends(_order)],
    service: Service,
    caller: Running,
    response: Response,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$",
            description="sent again with the same order, it gives the same run",
        ),
    ] = None,
) -> wire.Ticket:  # fmt: skip
    """The run is put in a queue; ask for it at the address in `Location`.

    An order that equals an earlier one (scenario, seed, replications, engine) gives that one's run, unless
    `fresh` is said.
    """
    ticket = service.runs.submit(
        orders.prepare(order, service.settings, service.shelf, caller.holder, idempotency_key)
    )
    response.headers["Location"] = f"/v1/runs/{ticket.id}"
    return ticket


@router.get("", operation_id="listRuns", summary="The latest runs")
def list_runs(
    request: Request,
    response: Response,
    service: Service,
    limit: Annotated[int, Query(ge=1, le=200, description="most runs to list")] = 50,
    state: Annotated[wire.State | None, Query(description="only runs in this state")] = None,
    scenario: Annotated[str | None, Query(max_length=200, description="only runs of this scenario")] = None,
    after: Cursor = None,
) -> wire.RunList:
    """The newest first; the `Link` header has the address of the next page."""
    found, more = service.runs.page(limit, state, scenario, after)
    if more is not None:
        following = request.url.include_query_params(after=more)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return wire.RunList(runs=found)


@router.get("/{id}", operation_id="getRun", summary="How a run stands")
def get_run(id: str, service: Service) -> wire.Ticket:  # noqa: A002  - the name in the path
    """State and progress; why it failed, if it did."""
    return service.runs.get(id)


@router.get("/{id}/kpis", operation_id="getRunKpis", summary="The answer of a run", response_model=wire.Kpis)
def get_run_kpis(id: str, service: Service) -> Response:  # noqa: A002
    """Every KPI over the replications, with its interval and its day-to-day spread."""
    return Response(service.runs.part(id, "kpis"), media_type="application/json")


@router.get(
    "/{id}/trs", operation_id="getRunStudy", summary="The Time Release Study of a run",
    response_model=wire.StudyTable,
)  # fmt: skip
def get_run_study(id: str, service: Service) -> Response:  # noqa: A002
    """Each interval between two milestones, on an average day."""
    return Response(service.runs.part(id, "trs"), media_type="application/json")


@router.get(
    "/{id}/series", operation_id="getRunSeries", summary="The curves of a run", response_model=wire.Curves
)
def get_run_series(id: str, service: Service) -> Response:  # noqa: A002
    """Backlog, queues and use over the run."""
    return Response(service.runs.part(id, "series"), media_type="application/json")


@router.get("/{id}/report", operation_id="getRunReport", summary="The report of a run")
def get_run_report(
    id: str,  # noqa: A002
    service: Service,
    language: Annotated[Language, Query(description="of the page")] = "vi",
) -> Response:
    """One HTML page that needs nothing else; it can be printed and sent."""
    from platform_api.report import render
    from platform_api.screen import command_of

    result, scenario = service.runs.whole(id)
    page = render(result, scenario, command_of(result), language)
    headers = {"Content-Language": language, "Content-Security-Policy": PAGE_OF_ITS_OWN}
    return Response(page, media_type="text/html", headers=headers)


@router.get("/{id}/download", operation_id="downloadRun", summary="A run in a form that other programs read")
def download_run(
    id: str,  # noqa: A002
    service: Service,
    form: Annotated[str, Query(alias="format", max_length=20, description="csv, xlsx, parquet, xes …")],
    table: Annotated[str | None, Query(max_length=20, description="which, where the form holds one")] = None,
    replication: Annotated[int, Query(ge=1, le=1 << 30, description="whose record")] = 1,
    language: Annotated[Language, Query(description="of the labels")] = "vi",
) -> Response:
    """Streamed. Tables of visits, event logs and objects need a run that was ordered with `records`."""
    from platform_api import exports

    order = service.runs.export_order(id, table, replication, language)
    try:
        portions = exports.stream(form, order)
        first = next(portions, b"")  # what goes wrong does so before anything is answered
    except exports.CannotExport as error:
        raise errors.ApiError(
            errors.WRONG_REQUEST, [Problem("format", form, error.message, error.remedy)]
        ) from None
    made = exports.FORMS[form]
    headers = {"Content-Disposition": f'attachment; filename="{id}{made.suffix}"'}
    return StreamingResponse(chain([first], portions), media_type=made.media_type, headers=headers)


@router.get("/{id}/files", operation_id="listRunFiles", summary="What is stored of a run")
def list_run_files(id: str, service: Service) -> wire.RunFiles:  # noqa: A002
    """Its files with their checksums, and the version of their figures."""
    kept = service.runs.kept(id)
    return wire.RunFiles(
        id=id,
        result_version=kept.result_version,
        current=kept.result_version == RESULT_VERSION,
        files=[wire.StoredFile(name=name, **told) for name, told in sorted(kept.files.items())],
    )


@router.get("/{id}/files/{name:path}", operation_id="getRunFile", summary="A file of a run")
def get_run_file(id: str, name: str, service: Service) -> Response:  # noqa: A002
    """As it was written; parts of it by `Range`."""
    kept = service.runs.kept(id)
    if name not in kept.files:  # what is looked up here is never made into a path before
        raise errors.unknown(errors.UNKNOWN_FILE, "file", name, sorted(kept.files))
    try:
        path = service.runs.answers.require(id, name, kept.files)
    except Damaged:
        raise refusals.damaged(id, name) from None
    kind = "application/json" if name.endswith(".json") else "application/octet-stream"
    return FileResponse(path, media_type=kind, headers={"ETag": f'"{kept.files[name]["sha256"]}"'})


@router.delete("/{id}/files", status_code=204, operation_id="deleteRun", summary="Delete a run")
def delete_run(id: str, service: Service, caller: Running) -> None:  # noqa: A002
    """A run that has ended is forgotten, with all its files; only who ordered it may do that."""
    service.runs.forget(id, caller)


@router.delete("/{id}", status_code=202, operation_id="cancelRun", summary="Cancel a run")
def cancel_run(id: str, service: Service, caller: Running) -> wire.Ticket:  # noqa: A002
    """A waiting run ends at once, one at work within about two seconds; one that has ended stays as it is.

    Only who ordered it may do that.
    """
    return service.runs.cancel(id, caller)


# ---- events -------------------------------------------------------------------------------------------


@router.get("/{id}/events", operation_id="followRun", summary="Follow a run")
async def follow_run(
    id: str,  # noqa: A002
    service: Service,
    last_event_id: Annotated[str | None, Header(max_length=200, description="what was heard last")] = None,
) -> Response:
    """Server-sent events: `progress` whenever it has moved, `ended` once, each with the run as its data."""
    await asyncio.to_thread(service.runs.get, id)
    return stream(_events(service.runs, id, last_event_id))


async def _events(runs: Runs, run: str, heard: str | None) -> AsyncIterator[str]:
    """What a follower has not heard yet; a comment now and then while nothing moves."""
    quiet = 0.0
    while not runs.is_closing:
        try:
            ticket = await asyncio.to_thread(runs.glance, run)
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


def _name_of(ticket: Ticket) -> str:
    """The identity of what a follower is told: equal when nothing has moved."""
    return f"{ticket.state}-{ticket.progress.done:.6f}-{ticket.progress.entities}"
