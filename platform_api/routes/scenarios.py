"""Scenarios: what the library holds, and whether a scenario can be run."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from platform_api import intake, orders, wire
from platform_api.guard import needs
from platform_api.routes.common import Service

router = APIRouter(prefix="/v1", tags=["scenarios"], dependencies=[Depends(needs("view"))])


async def _order(request: Request) -> wire.CheckOrder | str:
    """A check order; a YAML body is the written scenario itself, as text."""
    media_type = intake.require_media_type(request, intake.JSON_OR_YAML)
    body = await request.body()
    if media_type not in intake.JSON:
        return intake.decode(body)
    return intake.check_model(intake.parse_json(body), wire.CheckOrder, wire.CHECK_FIELDS)


@router.get("/scenarios", operation_id="listScenarios", summary="The library")
def list_scenarios() -> wire.ScenarioList:
    """Every scenario with the question it answers."""
    return wire.ScenarioList(scenarios=orders.library_items())


@router.get("/scenarios/{name}", operation_id="getScenario", summary="One scenario")
def get_scenario(name: str) -> wire.ScenarioCard:
    """Its question, its size, its numbers with their sources, and what is doubtful in it."""
    return orders.card(name)


@router.post("/scenarios:check", operation_id="checkScenario", summary="Check a scenario")
def check_scenario(
    order: Annotated[wire.CheckOrder | str, Depends(_order)], service: Service
) -> wire.Checked:
    """Tells everything that is wrong at once; nothing is run or kept."""
    return orders.check(order, service.settings)
