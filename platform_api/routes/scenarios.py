"""Scenarios: what there is by name, whether one can be run, storing and changing one's own."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from platform_api import intake, orders, shelf, wire
from platform_api.guard import Running, needs
from platform_api.routes.common import Service
from platform_api.shelf import Found
from scenarios.errors import Language
from scenarios.resolved import to_json

router = APIRouter(prefix="/v1", tags=["scenarios"], dependencies=[Depends(needs("view"))])

YAML = "application/yaml"
IfMatch = Annotated[str | None, Header(max_length=100, description="the ETag of the version that is meant")]
Version = Annotated[
    int | None, Query(ge=1, le=1 << 30, description="of a stored scenario; the latest unless told")
]


async def _order(request: Request) -> wire.CheckOrder | str:
    """A check order; a YAML body is the written scenario itself, as text."""
    media_type = intake.require_media_type(request, intake.JSON_OR_YAML)
    body = await request.body()
    if media_type not in intake.JSON:
        return intake.decode(body)
    return intake.check_model(intake.parse_json(body), wire.CheckOrder, wire.CHECK_FIELDS)


async def _check_order(request: Request) -> wire.CheckOrder:
    return await intake.read_json(request, wire.CheckOrder, wire.CHECK_FIELDS)


async def _written(request: Request) -> str:
    """A written scenario: YAML as text, or JSON, which is YAML too."""
    media_type = intake.require_media_type(request, intake.JSON_OR_YAML)
    body = await request.body()
    if media_type in intake.JSON:
        return json.dumps(intake.parse_json(body), ensure_ascii=False, indent=1)
    return intake.decode(body)


@router.get("/scenarios", operation_id="listScenarios", summary="The scenarios there are")
def list_scenarios(service: Service) -> wire.ScenarioList:
    """Those of the library and those that were stored, each with the question it answers."""
    return wire.ScenarioList(scenarios=orders.items(service.shelf))


@router.post("/scenarios", status_code=201, operation_id="storeScenario", summary="Store a scenario")
def store_scenario(
    text: Annotated[str, Depends(_written)], service: Service, caller: Running, response: Response
) -> wire.ScenarioCard:
    """Under the name it gives itself; it may be `based_on` one of the library."""
    service.runs.require_room(caller.holder)
    found = service.shelf.store(text, caller)
    response.headers["Location"] = f"/v1/scenarios/{found.loaded.resolved.name}"
    return _carded(found, response)


@router.get("/scenarios/{name}", operation_id="getScenario", summary="One scenario")
def get_scenario(
    name: str, service: Service, response: Response, version: Version = None
) -> wire.ScenarioCard:
    """Its question, its size, its numbers with their sources, and what is doubtful in it."""
    return _carded(service.shelf.find(name, version=version), response)


@router.put("/scenarios/{name}", operation_id="changeScenario", summary="Change a stored scenario")
def change_scenario(
    name: str,
    text: Annotated[str, Depends(_written)],
    service: Service,
    caller: Running,
    response: Response,
    if_match: IfMatch = None,
) -> wire.ScenarioCard:
    """A new version; `If-Match` says which one it follows, so that nobody's change is overwritten."""
    if if_match is None:
        raise shelf.no_tag(name)
    service.runs.require_room(caller.holder)
    return _carded(service.shelf.change(name, text, if_match, caller), response)


@router.delete(
    "/scenarios/{name}", status_code=204, operation_id="deleteScenario", summary="Delete a stored scenario"
)
def delete_scenario(name: str, service: Service, caller: Running, if_match: IfMatch = None) -> None:
    """All its versions; runs that were made of it stay."""
    service.shelf.remove(name, if_match, caller)


@router.get(
    "/scenarios/{name}/versions", operation_id="listVersions", summary="Versions of a stored scenario"
)
def list_versions(name: str, service: Service) -> wire.VersionList:
    """The latest first; of the library there is one, which is not listed."""
    service.shelf.find(name)
    found = service.shelf.table.versions(name)
    told = [wire.Version(version=v.version, hash=v.hash, created=v.created) for v in found]
    return wire.VersionList(name=name, versions=told)


@router.get("/scenarios/{name}/written", operation_id="getWritten", summary="A scenario as it was written")
def get_written(name: str, service: Service, version: Version = None) -> Response:
    """The YAML text."""
    found = service.shelf.find(name, version=version)
    return Response(found.loaded.text, media_type=YAML, headers={"ETag": found.tag_of("written")})


@router.get("/scenarios/{name}/resolved", operation_id="getResolved", summary="A scenario as it is run")
def get_resolved(name: str, service: Service, version: Version = None) -> Response:
    """The resolved form: everything said, in milliseconds, with the pedigree of each number."""
    found = service.shelf.find(name, version=version)
    document = to_json(found.loaded.resolved)
    return Response(document, media_type="application/json", headers={"ETag": found.tag_of("resolved")})


@router.get("/scenarios/{name}/picture", operation_id="getPicture", summary="The process of a scenario")
def get_picture(
    name: str,
    service: Service,
    version: Version = None,
    language: Annotated[Language, Query(description="of the labels")] = "vi",
) -> Response:
    """A drawing of its steps by agency, as SVG."""
    from platform_api.drawing import draw

    found = service.shelf.find(name, version=version)
    try:
        drawn = draw(found.loaded.resolved, language)
    except RecursionError:
        raise shelf.too_long(name) from None
    return Response(drawn, media_type="image/svg+xml")


@router.get("/scenarios/{name}/plan", operation_id="getPlan", summary="The plan of a gate")
def get_plan(name: str, service: Service, version: Version = None) -> wire.Drawn:
    """Where its yards, roads and stations lie; `plan` is null where nobody has drawn one."""
    from scenarios.plans import plan_of

    plan = plan_of(service.shelf.find(name, version=version).loaded)
    return wire.Drawn(name=name, plan=None if plan is None else wire.GatePlan.model_validate(plan.told()))


@router.get("/scenarios:diff", operation_id="diffScenarios", summary="Where two scenarios differ")
def diff_scenarios(
    service: Service,
    a: Annotated[str, Query(max_length=200, description="a name")],
    b: Annotated[str, Query(max_length=200, description="another name")],
    a_version: Version = None,
    b_version: Version = None,
) -> wire.Differences:
    """By dotted path in the resolved form, at most the first two thousand."""
    one, other = service.shelf.find(a, "a", a_version), service.shelf.find(b, "b", b_version)
    found = shelf.differences(one.loaded.resolved, other.loaded.resolved)
    told = [wire.DifferenceItem(path=each.path, a=each.a, b=each.b) for each in found]
    return wire.Differences(a=a, b=b, differences=told)


@router.get("/scenarios:schema", operation_id="getSchema", summary="The JSON Schema of scenarios")
def get_schema() -> dict[str, Any]:
    """For editors that complete and check what is written."""
    from scenarios.library import json_schema

    return json_schema()


@router.post("/scenarios:check", operation_id="checkScenario", summary="Check a scenario")
def check_scenario(
    order: Annotated[wire.CheckOrder | str, Depends(_order)], service: Service
) -> wire.Checked:
    """Tells everything that is wrong at once; nothing is run or kept."""
    return orders.check(order, service.settings, service.shelf)


@router.post("/scenarios:estimate", operation_id="estimateScenario", summary="Estimate a scenario")
def estimate_scenario(
    order: Annotated[wire.CheckOrder, Depends(_check_order)], service: Service
) -> wire.EstimateTold:
    """The main figures by queueing theory, with the band in which simulated ones are expected, at once."""
    return orders.estimate(order, service.settings, service.shelf)


def _carded(found: Found, response: Response) -> wire.ScenarioCard:
    response.headers["ETag"] = found.tag
    return orders.card(found)
