"""Variants: dotted overrides, and a scenario that is based on another one."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from scenarios.changes import Change, is_quantity
from scenarios.errors import Flaw, ScenarioError
from scenarios.magnitudes import magnitude, within
from scenarios.paths import get, parsed, step_into
from scenarios.resolved import Label
from scenarios.yaml import read

FORGOTTEN = ("based_on", "overrides")

A_NAME = 2
"""Pieces of a path to a thing in a section of names, such as `resources.officers`; null takes it away."""


def split(text: str) -> tuple[str, Any]:
    """`a.b=c` as a dotted path and a value, which is read as YAML.

    Raises
    ------
    Flaw
        If there is no path, no equals sign or no readable value.
    """
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise Flaw(
            text,
            Label(vi=f"là '{text}', thiếu dấu '='", en=f"is '{text}', without a path before '='"),
            Label(vi="hãy viết như flows.truck.arrivals.per_day='2500 /d'",
                  en="write it as in flows.truck.arrivals.per_day='2500 /d'"),
        )  # fmt: skip
    try:
        return path.strip(), read(value).data
    except ScenarioError as error:
        problem = error.problems[0]
        raise Flaw(text, problem.message, problem.remedy) from None


def overridden(data: Any, path: str, value: Any, typed: str | None = None) -> tuple[Any, Change]:
    """A copy of plain data with one value replaced, and what was changed; pedigree stays with what it was of.

    Of a section of names, null takes a thing away.

    Raises
    ------
    Flaw
        If the path leads nowhere. Only its last key may be new: the schema knows whether it may stand there.
    """
    pieces = parsed(path)
    if pieces[-1] == "value" and is_quantity(get(data, pieces[:-1])):
        pieces = pieces[:-1]  # its pedigree goes with it
    whole = deepcopy(data)
    inner = whole
    for piece in pieces[:-1]:
        inner = step_into(inner, piece, path)
    last = pieces[-1]
    if not isinstance(inner, dict) or not isinstance(last, str):
        step_into(inner, last, path)
    if value is None and len(pieces) == A_NAME:
        step_into(inner, last, path)
        del inner[last]
    else:
        inner[last] = value
    return whole, Change(pieces, value, data, typed)


def stacked(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """A variant: its keys stand on top of its base's; sections of names are added to name by name."""
    whole: dict[str, Any] = {key: value for key, value in base.items() if key not in FORGOTTEN}
    for key, value in top.items():
        if key in FORGOTTEN:
            continue
        both = (
            isinstance(value, dict) and isinstance(whole.get(key), dict) and key not in ("title", "question")
        )
        whole[key] = {**whole[key], **value} if both else value
    return whole


def outside_range(change: Change) -> Label | None:
    """A warning for a value outside the range that the base believes in."""
    old, value = get(change.before, change.path), change.given
    span = old.get("range") if isinstance(old, dict) else None
    if not isinstance(span, list) or len(span) != 2 or not magnitude(str(value)):
        return None
    if within(str(value), str(span[0]), str(span[1])):
        return None
    said = f"[{span[0]}, {span[1]}]"
    return Label(
        vi=f"được thay bằng '{value}', ngoài khoảng tin được {said}",
        en=f"is replaced by '{value}', outside its believable range {said}",
    )
