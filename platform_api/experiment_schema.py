"""The JSON Schema of what is ordered as an experiment, and of what is answered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from platform_api.experiment_order import OF_DESIGNS
from platform_api.kinds import KINDS

QUESTIONS = {"resilience": "WrittenOutages", "why": "WrittenWhy", "forecast": "WrittenForecast"}

SCENARIO = {
    "anyOf": [{"type": "string"}, {"type": "object"}],
    "description": "name of a scenario of the library or of a stored one, or a whole scenario; never a path",
}


@cache
def order_schema() -> dict[str, Any]:
    """Of an order: one of its kinds."""
    from scenarios.editor import experiment_schemas

    parts = experiment_schemas()
    kinds = {kind: _of_kind(kind, parts[QUESTIONS.get(kind, "WrittenDesign")]) for kind in KINDS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "cuakhau.experiment.schema.json",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in kinds],
        "$defs": parts | kinds,
    }


def _of_kind(kind: str, described: dict[str, Any]) -> dict[str, Any]:
    """What is described, and what an order says besides."""
    own: dict[str, Any] = {"kind": {"const": kind}, "fresh": {"type": "boolean"}, "base": SCENARIO}
    made = described | {"required": ["kind", "base"]}
    if kind in OF_DESIGNS:
        own["design"] = {"type": "string", "description": "a design of the library, which the rest changes"}
        made["required"] = ["kind"]
        made["anyOf"] = [{"required": ["base"]}, {"required": ["design"]}]
    return made | {"properties": described["properties"] | own}


def answer_schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """Of the answer of each kind, and of its parts, as components of the API's document."""
    from pydantic import TypeAdapter

    for kind in KINDS.values():
        answer = kind.answer_class()
        name = answer.__name__
        made = TypeAdapter(answer).json_schema(
            mode="serialization", ref_template=f"#/components/schemas/{name}.{{model}}"
        )
        for part, schema in made.pop("$defs", {}).items():
            yield f"{name}.{part}", schema
        yield name, made
