"""Which numbers an override put where, and what stood there before: no number carries another's source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scenarios.errors import shown
from scenarios.magnitudes import within
from scenarios.paths import Path, dotted, get
from scenarios.resolved import Parameter

PEDIGREE = ("source", "range", "owner")


def is_quantity(written: Any) -> bool:
    """Whether plain data are a number with its pedigree."""
    return isinstance(written, dict) and "value" in written and written.keys() <= {"value", *PEDIGREE}


@dataclass(frozen=True, slots=True)
class Change:
    """One override.

    path : where, a quantity's own `value` left off · given : what was put there · before : the data until
    then · typed : the path as it was asked for from outside; None for the `overrides` of a file
    """

    path: Path
    given: Any
    before: Any
    typed: str | None = None

    def covers(self, path: Sequence[str | int]) -> bool:
        """Whether a place is this one, or within it."""
        return tuple(path[: len(self.path)]) == self.path

    def put(self, path: Sequence[str | int]) -> Any:
        """What it put at a place that it covers."""
        return get(self.given, path[len(self.path) :])


@dataclass(frozen=True, slots=True)
class Replaced:
    """A number that an override put in its place, the innermost one of several, and what it is instead of."""

    by: Change
    instead: Parameter | None


def replaced(path: Path, data: Any, changes: Sequence[Change]) -> Replaced | None:
    """What an override did to a number; None where none did, or a file stands on top of it."""
    covering = [change for change in changes if change.covers(path)]
    if not covering or covering[-1].put(path) != get(data, path):
        return None
    return Replaced(covering[-1], _original(path, covering[0].before))


def _original(path: Path, before: Any) -> Parameter | None:
    """A number of plain data with its own pedigree, else that of the mapping around it."""
    stood = get(before, path)
    if stood is None:
        return None
    name, value = dotted(path), told(stood)
    for length in range(len(path), 0, -1):
        around = get(before, path[:length])
        if isinstance(around, dict) and around.get("source") is not None:
            return Parameter(name, value, str(around["source"]), _range(around, value), around.get("owner"))
    return Parameter(name, value, "")


def _range(around: dict[str, Any], value: str) -> tuple[str, str] | None:
    span = around.get("range")
    if not isinstance(span, list) or len(span) != 2 or not within(value, str(span[0]), str(span[1])):
        return None
    return str(span[0]), str(span[1])


def told(stood: Any) -> str:
    """A number as it was written; a mapping or list of them in short."""
    if isinstance(stood, dict):
        if is_quantity(stood):
            return str(stood["value"])
        return shown(", ".join(f"{key}: {told(one)}" for key, one in stood.items() if key not in PEDIGREE))
    return shown(", ".join(map(told, stood))) if isinstance(stood, list) else str(stood)
