"""The JSON Schema that an editor completes and checks scenarios with."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from scenarios.schema import Scenario

FOR_VARIANTS = {
    "based_on": {"type": "string", "description": "A scenario of the library, or a file beside this one."},
    "overrides": {
        "type": "object",
        "description": "Dotted path → new value, as in flows.truck.arrivals.per_day: 2500 /d.",
    },
    "since": {
        "type": "object",
        "description": "What is otherwise from a date on (as_of selects): date → dotted path → new value.",
        "additionalProperties": {"type": "object"},
    },
}

WHICH = {"kind": "Which kind it is.", "distribution": "Which distribution it is."}
"""Words that only choose among the mappings that may stand in a place."""


class _Told(GenerateJsonSchema):
    """Describes every field by the text below it; pydantic does so only when a model is made, and slowly."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        told = _texts_below_fields(schema["cls"])
        for name, inner in made.get("properties", {}).items():
            if name in told:
                inner["description"] = told[name]
        return made


def _texts_below_fields(model: type[BaseModel]) -> dict[str, str]:
    """Field → the text below it, inherited fields too."""
    told: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        made_from = getattr(kind, "__pydantic_generic_metadata__", {}).get("origin") or kind
        if made_from.__module__.startswith("scenarios."):
            told |= _texts_in(made_from)
    return told


def _texts_in(model: type) -> dict[str, str]:
    (written,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(written, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in zip(written.body, written.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def editor_schema() -> dict[str, Any]:
    """The schema of a scenario; a variant needs no more than a name and what it is based on."""
    made: dict[str, Any] = _everywhere(Scenario.model_json_schema(schema_generator=_Told), _plain)
    made = _well_named(made)
    required = made.pop("required")
    made["properties"] |= FOR_VARIANTS
    made["anyOf"] = [{"required": required}, {"required": ["name", "based_on"]}]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "cuakhau.schema.json"}
    return head | made


def design_schema() -> dict[str, Any]:
    """The schema of a description of an experiment."""
    from scenarios.experiments import WrittenDesign

    made = _well_named(_everywhere(WrittenDesign.model_json_schema(schema_generator=_Told), _plain))
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "cuakhau.design.schema.json"}
    return head | made


def experiment_schemas() -> dict[str, dict[str, Any]]:
    """Of everything that describes an experiment, and of its parts, by name."""
    from pydantic.json_schema import models_json_schema

    from scenarios.experiments import WrittenDesign
    from scenarios.questions import WrittenForecast, WrittenOutages, WrittenWhy

    models = (WrittenDesign, WrittenOutages, WrittenWhy, WrittenForecast)
    _, made = models_json_schema([(model, "validation") for model in models], schema_generator=_Told)
    found: dict[str, dict[str, Any]] = _well_named(_everywhere(made, _plain))["$defs"]
    return found


def _everywhere(schema: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """A schema changed from the inside out."""
    if isinstance(schema, dict):
        return change({key: _everywhere(value, change) for key, value in schema.items()})
    if isinstance(schema, list):
        return [_everywhere(value, change) for value in schema]
    return schema


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Without what serves programs only: null for keys left out, discriminators, titles of fields."""
    if isinstance(schema.get("type"), str) or "$ref" in schema or "anyOf" in schema or "oneOf" in schema:
        schema = {key: value for key, value in schema.items() if key not in ("discriminator", "default")}
    either = schema.pop("oneOf", None) or schema.pop("anyOf", None)
    if isinstance(either, list):
        either = [part for part in either if part != {"type": "null"}]
        schema |= (
            either[0] if len(either) == 1 and not either[0].keys() & schema.keys() else {"anyOf": either}
        )
    if isinstance(schema.get("properties"), dict):
        fields = schema["properties"]
        schema["properties"] = {name: _described(name, inner) for name, inner in fields.items()}
    return schema


def _described(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in schema.items() if key != "title"}
    return {"description": WHICH[name]} | plain if name in WHICH else plain


def _well_named(schema: dict[str, Any]) -> dict[str, Any]:
    """Definitions under their titles (`StatedDuration`) instead of the names of Python."""
    new: dict[str, str] = {}
    for old, inner in schema["$defs"].items():
        name = re.sub(r"[^A-Za-z0-9]", "", str(inner.get("title", old)))
        new[old] = name if name not in new.values() else old
    schema["$defs"] = {new[old]: inner for old, inner in schema["$defs"].items()}

    def renamed(part: dict[str, Any]) -> dict[str, Any]:
        if isinstance(part.get("$ref"), str):
            part["$ref"] = "#/$defs/" + new[part["$ref"].removeprefix("#/$defs/")]
        return part

    changed: dict[str, Any] = _everywhere(schema, renamed)
    return changed
