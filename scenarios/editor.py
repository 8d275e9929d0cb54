"""The JSON Schema that an editor completes and checks scenarios with."""

from __future__ import annotations

from typing import Any

from scenarios.schema import Scenario

FOR_VARIANTS = {
    "based_on": {"type": "string", "description": "A scenario of the library, or a file beside this one."},
    "overrides": {
        "type": "object",
        "description": "Dotted path → new value, as in flows.truck.arrivals.per_day: 2500 /d.",
    },
}


def editor_schema() -> dict[str, Any]:
    """The schema of a scenario; a variant needs no more than a name and what it is based on."""
    made = Scenario.model_json_schema()
    required = made.pop("required")
    made["properties"] |= FOR_VARIANTS
    made["anyOf"] = [{"required": required}, {"required": ["name", "based_on"]}]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "cuakhau.schema.json"}
    return head | made
