"""The API's own document: complete, stable, and its examples hold."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from metrics.exposition import SHOWN
from platform_api import errors, wire, wire_classes, wire_lessons
from platform_api.examples import SMALL_SCENARIO, SMALL_YAML
from platform_api.settings import Settings
from scenarios import library

OPERATIONS = {
    ("get", "/v1/scenarios"): "listScenarios",
    ("get", "/v1/scenarios/{name}"): "getScenario",
    ("post", "/v1/scenarios:check"): "checkScenario",
    ("post", "/v1/scenarios"): "storeScenario",
    ("put", "/v1/scenarios/{name}"): "changeScenario",
    ("delete", "/v1/scenarios/{name}"): "deleteScenario",
    ("get", "/v1/scenarios/{name}/versions"): "listVersions",
    ("get", "/v1/scenarios/{name}/written"): "getWritten",
    ("get", "/v1/scenarios/{name}/resolved"): "getResolved",
    ("get", "/v1/scenarios/{name}/picture"): "getPicture",
    ("get", "/v1/scenarios/{name}/plan"): "getPlan",
    ("get", "/v1/scenarios:diff"): "diffScenarios",
    ("get", "/v1/scenarios:schema"): "getSchema",
    ("get", "/v1/indicators"): "listIndicators",
    ("post", "/v1/runs"): "submitRun",
    ("get", "/v1/runs"): "listRuns",
    ("get", "/v1/runs/{id}"): "getRun",
    ("get", "/v1/runs/{id}/kpis"): "getRunKpis",
    ("delete", "/v1/runs/{id}"): "cancelRun",
    ("get", "/healthz"): "getHealth",
    ("get", "/readyz"): "getReadiness",
    ("get", "/metrics"): "getMetrics",
    ("get", "/v1/runs/{id}/trs"): "getRunStudy",
    ("get", "/v1/runs/{id}/series"): "getRunSeries",
    ("get", "/v1/sessions/{id}/entities/{entity}"): "getSessionEntity",
    ("get", "/v1/runs/{id}/stories"): "getRunStories",
    ("get", "/v1/runs/{id}/entities"): "listRunEntities",
    ("get", "/v1/runs/{id}/histogram"): "getRunHistogram",
    ("get", "/v1/runs/{id}/records"): "listRunRecords",
    ("get", "/v1/runs/{id}/report"): "getRunReport",
    ("get", "/v1/runs/{id}/events"): "followRun",
    ("get", "/v1/runs/{id}/download"): "downloadRun",
    ("get", "/v1/runs/{id}/files"): "listRunFiles",
    ("get", "/v1/runs/{id}/files/{name}"): "getRunFile",
    ("delete", "/v1/runs/{id}/files"): "deleteRun",
    ("post", "/v1/experiments"): "submitExperiment",
    ("get", "/v1/experiments"): "listExperiments",
    ("get", "/v1/experiments:schema"): "getExperimentSchema",
    ("get", "/v1/experiments:designs"): "listDesigns",
    ("get", "/v1/experiments/{id}/told"): "tellExperiment",
    ("get", "/v1/experiments/{id}"): "getExperiment",
    ("get", "/v1/experiments/{id}/order"): "getExperimentOrder",
    ("get", "/v1/experiments/{id}/answer"): "getExperimentAnswer",
    ("get", "/v1/experiments/{id}/report"): "getExperimentReport",
    ("get", "/v1/experiments/{id}/events"): "followExperiment",
    ("get", "/v1/experiments/{id}/download"): "downloadExperiment",
    ("get", "/v1/experiments/{id}/files"): "listExperimentFiles",
    ("get", "/v1/experiments/{id}/files/{name}"): "getExperimentFile",
    ("delete", "/v1/experiments/{id}/files"): "deleteExperiment",
    ("delete", "/v1/experiments/{id}"): "cancelExperiment",
    ("post", "/v1/scenarios:estimate"): "estimateScenario",
    ("post", "/v1/sessions"): "openSession",
    ("get", "/v1/sessions"): "listSessions",
    ("get", "/v1/sessions/{id}"): "getSession",
    ("post", "/v1/sessions/{id}/acts"): "actInSession",
    ("get", "/v1/sessions/{id}/effect"): "getSessionEffect",
    ("get", "/v1/sessions/{id}/replay"): "getSessionReplay",
    ("get", "/v1/sessions/{id}/events"): "watchSession",
    ("delete", "/v1/sessions/{id}"): "endSession",
    ("post", "/v1/classes"): "openClass",
    ("get", "/v1/classes"): "listClasses",
    ("get", "/v1/classes/{code}"): "getClass",
    ("post", "/v1/classes/{code}/acts"): "actInClass",
    ("get", "/v1/classes/{code}/events"): "watchClass",
    ("get", "/v1/classes/{code}/qr"): "getClassCode",
    ("delete", "/v1/classes/{code}"): "endClass",
    ("post", "/v1/classes/{code}/seats"): "joinClass",
    ("get", "/v1/classes/{code}/me"): "getSeat",
    ("put", "/v1/classes/{code}/me/answers/{question}"): "answerInClass",
    ("put", "/v1/classes/{code}/me/team"): "changeTeam",
    ("post", "/v1/classes/{code}/me/acts"): "decideInClass",
    ("get", "/v1/classes/{code}/me/events"): "watchSeat",
    ("get", "/v1/lessons"): "listLessons",
    ("get", "/v1/lessons/{name}"): "getLesson",
    ("post", "/v1/lessons/{name}/sessions"): "openLessonSession",
    ("post", "/v1/lessons/{name}/answers"): "revealAnswer",
    ("post", "/v1/lessons/{name}/plays"): "scorePlay",
    ("get", "/v1/lessons/{name}/agreement"): "getAgreement",
    ("get", "/v1/lessons/{name}/debrief"): "getDebrief",
}
"""Clients are generated from these names: a change breaks them."""

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "api.md"


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_operations_keep_their_names(document: dict[str, Any]) -> None:
    assert {(m, p): o["operationId"] for m, p, o in operations(document)} == OPERATIONS


def test_every_operation_has_examples_of_all_it_takes_and_gives(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        assert bool(bodies) == (method in ("post", "put"))
        for part in [*bodies, *operation["responses"].values()]:
            for media_type, content in part.get("content", {}).items():
                assert content["examples"], (method, path, media_type)


def schema_of(name: str) -> TypeAdapter[Any]:
    places = (wire, wire_lessons, wire_classes)
    return TypeAdapter(next(getattr(place, name) for place in places if hasattr(place, name)))


def test_examples_fit_their_schemas(document: dict[str, Any]) -> None:
    checked = 0
    for _, _, operation in operations(document):
        for part in [operation.get("requestBody", {"content": {}}), *operation["responses"].values()]:
            for content in part.get("content", {}).values():
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                for example in content["examples"].values() if name else ():
                    schema_of(name).validate_json(json.dumps(example["value"]))
                    checked += 1
    assert checked > 30


def test_references_are_defined(document: dict[str, Any]) -> None:
    used = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert used <= set(document["components"]["schemas"])


def test_errors_are_problems_everywhere(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == [errors.MEDIA_TYPE], (path, status)


def test_the_example_scenario_is_right_in_both_spellings() -> None:
    as_json = library.load_text(json.dumps(SMALL_SCENARIO, ensure_ascii=False))
    assert as_json.resolved == library.load_text(SMALL_YAML).resolved


def test_the_reference_tells_every_address_error_setting_and_metric(document: dict[str, Any]) -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    told = [f"{method.upper()} {path}" for method, path, _ in operations(document)]
    told += [f"`{kind.code}`" for kind in errors.KINDS]
    told += [f"`CUAKHAU_{name.upper()}`" for name in Settings.model_fields]
    told += [f"`{shown.metric}`" for shown in SHOWN]
    assert [each for each in told if each not in text] == []
