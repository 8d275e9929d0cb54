"""Runs: order one, see how it stands, follow it, get its answer and its files, cancel it, delete it."""

from __future__ import annotations

from itertools import chain
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from platform_api import errors, intake, looking, orders, wire
from platform_api.guard import Running, needs
from platform_api.routes.common import Service
from platform_api.routes.orders import (
    PAGE_OF_ITS_OWN,
    Cursor,
    Heard,
    IdempotencyKey,
    Limit,
    ScenarioName,
    as_stored,
    as_told,
    file_of,
    files_of,
    follow,
    say_next,
)
from scenarios.errors import Language, Problem

router = APIRouter(prefix="/v1/runs", tags=["runs"], dependencies=[Depends(needs("view"))])


async def _order(request: Request) -> wire.RunOrder:
    return await intake.read_json(request, wire.RunOrder, wire.ORDER_FIELDS)


@router.post("", status_code=202, operation_id="submitRun", summary="Order a run")
def submit_run(
    order: Annotated[wire.RunOrder, Depends(_order)],
    service: Service,
    caller: Running,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> wire.Ticket:
    """The run is put in a queue; ask for it at the address in `Location`.

    An order that equals an earlier one (scenario, seed, replications, engine) gives that one's run, unless
    `fresh` is said.
    """
    ticket = service.runs.submit(
        orders.prepare(order, service.settings, service.shelf, caller.holder, idempotency_key)
    )
    response.headers["Location"] = f"/v1/runs/{ticket.id}"
    return ticket


@router.get("", operation_id="listRuns", summary="The latest runs", response_model=wire.RunList)
def list_runs(
    request: Request,
    service: Service,
    limit: Limit = 50,
    state: Annotated[wire.State | None, Query(description="only runs in this state")] = None,
    scenario: ScenarioName = None,
    after: Cursor = None,
) -> Response:
    """The newest first; the `Link` header has the address of the next page."""
    found, more = service.runs.page(limit, state, scenario, after)
    answer = as_told(wire.RunList(runs=found))
    say_next(request, answer, more)
    return answer


@router.get("/{id}", operation_id="getRun", summary="How a run stands", response_model=wire.Ticket)
def get_run(id: str, service: Service) -> Response:  # noqa: A002  - the name in the path
    """State and progress; why it failed, if it did."""
    return as_told(service.runs.get(id))


@router.get("/{id}/kpis", operation_id="getRunKpis", summary="The answer of a run", response_model=wire.Kpis)
def get_run_kpis(id: str, service: Service) -> Response:  # noqa: A002
    """Every KPI over the replications, with its interval and its day-to-day spread."""
    return as_stored(*service.runs.part(id, "kpis"))


@router.get(
    "/{id}/trs", operation_id="getRunStudy", summary="The Time Release Study of a run",
    response_model=wire.StudyTable,
)  # fmt: skip
def get_run_study(id: str, service: Service) -> Response:  # noqa: A002
    """Each interval between two milestones, on an average day."""
    return as_stored(*service.runs.part(id, "trs"))


@router.get(
    "/{id}/series", operation_id="getRunSeries", summary="The curves of a run", response_model=wire.Curves
)
def get_run_series(id: str, service: Service) -> Response:  # noqa: A002
    """Backlog, queues and use over the run."""
    return as_stored(*service.runs.part(id, "series"))


Replication = Annotated[int, Query(ge=1, le=1 << 30, description="which")]


@router.get("/{id}/stories", operation_id="getRunStories", summary="Stories of some entities of a run")
def get_run_stories(
    id: str,  # noqa: A002
    service: Service,
    replication: Replication = 1,
    entity: Annotated[
        list[str] | None, Query(max_length=20, description="addresses of those who are asked for")
    ] = None,
) -> wire.RunStories:
    """Why each stayed as long as it did, to the millisecond: typical, slow, slowest, and who is asked for."""
    return service.looking.stories(id, replication, tuple(entity or ()))


@router.get("/{id}/entities", operation_id="listRunEntities", summary="Who came, the longest stay first")
def list_run_entities(
    id: str,  # noqa: A002
    request: Request,
    response: Response,
    service: Service,
    replication: Replication = 1,
    q: Annotated[str, Query(max_length=200, description="a number, or a part of an address")] = "",
    limit: Annotated[int, Query(ge=1, le=1000, description="most entities")] = 100,
    after: Annotated[
        int, Query(ge=0, le=1 << 40, description="entities to leave out; see the Link header")
    ] = 0,
) -> wire.EntityPage:
    """Each with how long it stayed; its address asks for its story. The `Link` header has the next page."""
    found = service.looking.entities(id, replication, q.strip(), after, limit)
    say_next(request, response, after + limit if found.count > after + limit else None)
    return found


@router.get("/{id}/histogram", operation_id="getRunHistogram", summary="How long entities of a run stayed")
def get_run_histogram(
    id: str,  # noqa: A002
    service: Service,
    replication: Replication = 1,
    by: Annotated[str | None, Query(max_length=100, description="attribute, such as direction")] = None,
    bins: Annotated[int, Query(ge=1, le=200, description="how many bars")] = 40,
) -> wire.Histogram:
    """Of those who crossed, or reached their end, in the window of one replication."""
    return service.looking.histogram(id, replication, by, bins)


@router.get("/{id}/records", operation_id="listRunRecords", summary="The record of a run, by page")
def list_run_records(
    id: str,  # noqa: A002
    request: Request,
    response: Response,
    service: Service,
    table: Annotated[
        Literal["visits", "entities", "timetable"], Query(description="of the record")
    ] = "visits",
    replication: Replication = 1,
    case: Annotated[str | None, Query(max_length=200, description="only of this entity")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="most rows")] = 100,
    after: Annotated[
        int, Query(ge=0, le=1 << 40, description="the row to begin at; take it from the Link header")
    ] = 0,
) -> wire.RecordPage:
    """Of a run that was ordered with `records`; the `Link` header has the address of the next page."""
    if case is not None and table == "timetable":
        case = None  # which is of no entity
    found, following = looking.page(service.runs, id, table, replication, after, limit, case)
    say_next(request, response, following)
    return found


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
    return files_of(service.runs, id)


@router.get("/{id}/files/{name:path}", operation_id="getRunFile", summary="A file of a run")
def get_run_file(id: str, name: str, service: Service) -> Response:  # noqa: A002
    """As it was written; parts of it by `Range`."""
    return file_of(service.runs, id, name)


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


@router.get("/{id}/events", operation_id="followRun", summary="Follow a run")
async def follow_run(
    id: str,  # noqa: A002
    service: Service,
    request: Request,
    last_event_id: Heard = None,
) -> Response:
    """Server-sent events: `progress` whenever it has moved, `ended` once, each with the run as its data."""
    return await follow(request, service.runs, id, last_event_id)
