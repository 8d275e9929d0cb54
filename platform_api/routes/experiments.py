"""Experiments: order one, see how it stands, follow it, get its answer, page and tables, cancel it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from platform_api import intake, wire
from platform_api.experiment_desk import MEDIA_TYPES
from platform_api.experiment_order import designs
from platform_api.guard import Running, needs
from platform_api.routes.common import Service
from platform_api.routes.orders import (
    PAGE_OF_ITS_OWN,
    Cursor,
    Heard,
    IdempotencyKey,
    Limit,
    ScenarioName,
    file_of,
    files_of,
    follow,
    say_next,
)
from scenarios.errors import Language

router = APIRouter(prefix="/v1", tags=["experiments"], dependencies=[Depends(needs("view"))])


async def _order(request: Request) -> Any:
    intake.require_media_type(request, intake.JSON)
    return intake.parse_json(await request.body())


@router.post("/experiments", status_code=202, operation_id="submitExperiment", summary="Order an experiment")
def submit_experiment(
    order: Annotated[Any, Depends(_order)],
    service: Service,
    caller: Running,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> wire.Ticket:
    """It is put in the queue of runs; ask for it at the address in `Location`.

    An order that equals an earlier one (scenarios, seed, everything it says) gives that one's experiment,
    unless `fresh` is said.
    """
    ticket = service.experiments.submit(order, service.shelf, caller.holder, idempotency_key)
    response.headers["Location"] = f"/v1/experiments/{ticket.id}"
    return ticket


@router.get("/experiments", operation_id="listExperiments", summary="The latest experiments")
def list_experiments(
    request: Request,
    response: Response,
    service: Service,
    limit: Limit = 50,
    state: Annotated[wire.State | None, Query(description="only those in this state")] = None,
    kind: Annotated[wire.ExperimentKind | None, Query(description="only those of this kind")] = None,
    scenario: ScenarioName = None,
    after: Cursor = None,
) -> wire.ExperimentList:
    """The newest first; the `Link` header has the address of the next page."""
    found, more = service.experiments.page(limit, state, scenario, after, kind)
    say_next(request, response, more)
    return wire.ExperimentList(experiments=found)


@router.get("/experiments:schema", operation_id="getExperimentSchema", summary="What an order may say")
def get_experiment_schema() -> dict[str, Any]:
    """The JSON Schema of an order, one for each kind under `$defs`."""
    from platform_api.experiment_schema import order_schema

    return order_schema()


@router.get("/experiments:designs", operation_id="listDesigns", summary="The experiments of the library")
def list_designs() -> wire.DesignList:
    """Each with the question it answers; an order names one as `design`."""
    return wire.DesignList(designs=designs())


@router.get("/experiments/{id}", operation_id="getExperiment", summary="How an experiment stands")
def get_experiment(id: str, service: Service) -> wire.Ticket:  # noqa: A002  - the name in the path
    """State and progress; why it failed, if it did."""
    return service.experiments.get(id)


@router.get("/experiments/{id}/order", operation_id="getExperimentOrder", summary="What was ordered")
def get_experiment_order(id: str, service: Service) -> dict[str, Any]:  # noqa: A002
    """With its seed, and its scenarios in it where they are not the library's: sent again it is the same."""
    return service.experiments.order(id)


@router.get(
    "/experiments/{id}/answer", operation_id="getExperimentAnswer", summary="The answer of an experiment",
    response_model=dict[str, Any],
)  # fmt: skip
def get_experiment_answer(id: str, service: Service) -> Response:  # noqa: A002
    """What the command of its kind prints with `--json`."""
    return Response(service.experiments.answer(id), media_type="application/json")


@router.get("/experiments/{id}/told", operation_id="tellExperiment", summary="The answer in words and tables")
def tell_experiment(
    id: str,  # noqa: A002
    service: Service,
    language: Annotated[Language, Query(description="of the words")] = "vi",
) -> wire.Told:
    """As the report and the command tell it, in one language."""
    from platform_api.telling import told

    ticket = service.experiments.get(id)
    return told(ticket.kind, service.experiments.answer(id), language)


@router.get(
    "/experiments/{id}/report", operation_id="getExperimentReport", summary="The report of an experiment"
)
def get_experiment_report(
    id: str,  # noqa: A002
    service: Service,
    language: Annotated[Language, Query(description="in which the page opens")] = "vi",
) -> Response:
    """One HTML page that needs nothing else; it can be printed and sent."""
    headers = {"Content-Language": language, "Content-Security-Policy": PAGE_OF_ITS_OWN}
    return Response(service.experiments.report(id, language), media_type="text/html", headers=headers)


@router.get(
    "/experiments/{id}/download", operation_id="downloadExperiment", summary="The tables of an experiment"
)
def download_experiment(
    id: str,  # noqa: A002
    service: Service,
    form: Annotated[str, Query(alias="format", max_length=20, description="csv, xlsx or parquet")],
    table: Annotated[str | None, Query(max_length=40, description="which; the main one unless told")] = None,
) -> Response:
    """One table; as `xlsx` all of them, with the numbers of the scenario and their sources."""
    name, content = service.experiments.table_as(id, form, table)
    headers = {"Content-Disposition": f'attachment; filename="{id}-{name}"'}
    return Response(content, media_type=MEDIA_TYPES[form], headers=headers)


@router.get(
    "/experiments/{id}/files", operation_id="listExperimentFiles", summary="What is stored of an experiment"
)
def list_experiment_files(id: str, service: Service) -> wire.RunFiles:  # noqa: A002
    """Its files with their checksums, and the version of their figures."""
    return files_of(service.experiments, id)


@router.get(
    "/experiments/{id}/files/{name:path}", operation_id="getExperimentFile", summary="A file of an experiment"
)
def get_experiment_file(id: str, name: str, service: Service) -> Response:  # noqa: A002
    """As it was written; parts of it by `Range`."""
    return file_of(service.experiments, id, name)


@router.delete(
    "/experiments/{id}/files",
    status_code=204,
    operation_id="deleteExperiment",
    summary="Delete an experiment",
)
def delete_experiment(id: str, service: Service, caller: Running) -> None:  # noqa: A002
    """One that has ended is forgotten, with all its files; only who ordered it may do that."""
    service.experiments.forget(id, caller)


@router.delete(
    "/experiments/{id}", status_code=202, operation_id="cancelExperiment", summary="Cancel an experiment"
)
def cancel_experiment(id: str, service: Service, caller: Running) -> wire.Ticket:  # noqa: A002
    """One that waits ends at once, one at work within about two seconds; one that has ended stays as it is.

    Only who ordered it may do that.
    """
    return service.experiments.cancel(id, caller)


@router.get("/experiments/{id}/events", operation_id="followExperiment", summary="Follow an experiment")
async def follow_experiment(
    id: str,  # noqa: A002
    service: Service,
    request: Request,
    last_event_id: Heard = None,
) -> Response:
    """Server-sent events: `progress` whenever it has moved, `ended` once, each with the ticket as data."""
    return await follow(request, service.experiments, id, last_event_id)
