"""Runs: order one, see how it stands, get its answer, cancel it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from platform_api import intake, orders, wire
from platform_api.routes.common import Service

router = APIRouter(prefix="/v1/runs", tags=["runs"])


async def _order(request: Request) -> wire.RunOrder:
    return await intake.read_json(request, wire.RunOrder, wire.ORDER_FIELDS)


@router.post("", status_code=202, operation_id="submitRun", summary="Order a run")
def submit_run(
    order: Annotated[wire.RunOrder, Depends(_order)], service: Service, response: Response
) -> wire.Ticket:
    """The run is put in a queue; ask for it at the address in `Location`."""
    ticket = service.runs.submit(orders.prepare(order, service.settings))
    response.headers["Location"] = f"/v1/runs/{ticket.id}"
    return ticket


@router.get("", operation_id="listRuns", summary="The latest runs")
async def list_runs(
    service: Service,
    limit: Annotated[int, Query(ge=1, le=200, description="most runs to list")] = 50,
    state: Annotated[wire.State | None, Query(description="only runs in this state")] = None,
) -> wire.RunList:
    """The newest first."""
    return wire.RunList(runs=service.runs.newest(limit, state))


@router.get("/{id}", operation_id="getRun", summary="How a run stands")
async def get_run(id: str, service: Service) -> wire.Ticket:  # noqa: A002  - the name in the path
    """State and progress; why it failed, if it did."""
    return service.runs.get(id)


@router.get("/{id}/kpis", operation_id="getRunKpis", summary="The answer of a run")
def get_run_kpis(id: str, service: Service) -> wire.Kpis:  # noqa: A002
    """Every KPI over the replications, with its interval and its day-to-day spread."""
    result = service.runs.result(id)
    return wire.Kpis.model_validate({"id": id} | {k: result[k] for k in wire.Kpis.model_fields if k != "id"})


@router.delete("/{id}", status_code=202, operation_id="cancelRun", summary="Cancel a run")
def cancel_run(id: str, service: Service) -> wire.Ticket:  # noqa: A002
    """A waiting run ends at once, one at work within about two seconds; one that has ended stays as it is."""
    return service.runs.cancel(id)
