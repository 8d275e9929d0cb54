"""The API's own document (OpenAPI 3.1): what FastAPI reads from the routes, with problems and examples."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from platform_api import errors, wire, wire_classes, wire_lessons
from platform_api.errors import Kind
from platform_api.examples import A_PROBLEM, OPERATIONS, Body, Operation
from platform_api.examples_classes import OF_CLASSES
from platform_api.examples_lessons import OF_LESSONS
from platform_api.experiment_schema import answer_schemas

EVERYWHERE = (errors.TOO_LARGE, errors.WRONG_HOST, errors.SERVER_FAULT)
"""What can go wrong with any request."""

WITH_KEY = (errors.NO_KEY, errors.NOT_ALLOWED, errors.TOO_OFTEN, errors.STORE_AWAY)
"""What can go wrong besides where a key may be asked for."""

WITHOUT_KEY = (
    "getHealth", "getReadiness",
    "joinClass", "getSeat", "answerInClass", "changeTeam", "decideInClass", "watchSeat",
)  # fmt: skip
"""Operations that anybody may call."""

STREAMS = ("followRun", "followExperiment", "watchSession", "watchClass", "watchSeat", "getClassCode")
"""Operations whose answer has no tag."""

EVERY = OPERATIONS | OF_LESSONS | OF_CLASSES

REFERENCE = "#/components/schemas/{model}"


def document_of(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        _add_schemas(document)
        document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        for methods in document["paths"].values():
            for operation in methods.values():
                _complete(operation, EVERY[operation["operationId"]])
        app.openapi_schema = document
    return app.openapi_schema


def _add_schemas(document: dict[str, Any]) -> None:
    """Schemas that no handler names; FastAPI's own error shape is used nowhere."""
    unnamed = (
        wire.RunOrder,
        wire.CheckOrder,
        wire.ExperimentOrder,
        wire.WrittenScenario,
        wire.SessionOrder,
        wire.Act,
        wire_lessons.LessonSessionOrder,
        wire_lessons.AnswerOrder,
        wire_lessons.PlayOrder,
        wire_classes.ClassOrder,
        wire_classes.ClassAct,
        wire_classes.SeatOrder,
        wire_classes.SeatAnswer,
        wire_classes.SeatMove,
        wire_classes.SeatDecision,
        wire.Problem,
    )
    _, made = models_json_schema([(model, "validation") for model in unnamed], ref_template=REFERENCE)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(made["$defs"])
    schemas.update(answer_schemas())
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)


def _complete(operation: dict[str, Any], told: Operation) -> None:
    """Add to one operation what it takes, what it answers and what can go wrong, with examples."""
    answers: dict[str, Any] = operation["responses"]
    answers.pop("422", None)  # FastAPI's own error shape
    _add_answer(answers[str(told.status)], told)
    with_key = operation["operationId"] not in WITHOUT_KEY
    operation["security"] = [{}, {"key": []}] if with_key else [{}]
    if told.status == 200 and operation["operationId"] not in STREAMS and not told.body:
        answers["304"] = {"description": "What `If-None-Match` names is still so."}
    for kind in dict.fromkeys((*told.errors, *(WITH_KEY if with_key else ()), *EVERYWHERE)):
        _add_error(answers.setdefault(str(kind.status), {"content": {}}), kind)
    if told.body:
        operation["requestBody"] = _request(told.body)


def _add_answer(answer: dict[str, Any], told: Operation) -> None:
    answer["description"] = told.description
    if told.status == 204:
        return
    schema = answer["content"]["application/json"]["schema"]
    if told.any_of:
        schema = {"anyOf": [{"$ref": REFERENCE.format(model=model)} for model in told.any_of]}
    if told.media_type != "application/json":
        answer["content"], schema = {}, {"type": "string"}
    examples = {"answer": {"value": told.example}}
    answer["content"][told.media_type] = {"schema": schema, "examples": examples}
    if told.status in (201, 202) and told.body:
        answer["headers"] = {"Location": {"description": "where to ask for it", "schema": {"type": "string"}}}


def _add_error(answer: dict[str, Any], kind: Kind) -> None:
    schema = {"$ref": REFERENCE.format(model="Problem")}
    content = answer["content"].setdefault(errors.MEDIA_TYPE, {"schema": schema, "examples": {}})
    content["examples"][kind.code] = {"value": errors.document(kind, [A_PROBLEM], "/v1/…")}
    answer["description"] = "; ".join(filter(None, [answer.get("description"), kind.title.en]))


def _request(body: Body) -> dict[str, Any]:
    examples = {name: {"value": value} for name, value in body.examples.items()}
    schema = {"$ref": REFERENCE.format(model=body.schema)}
    content: dict[str, Any] = {"application/json": {"schema": schema, "examples": examples}}
    if body.yaml:
        content["application/yaml"] = {
            "schema": {"type": "string"},
            "examples": {"file": {"value": body.yaml}},
        }
    return {"required": True, "content": content}
