"""Where the numbers of a scenario come from, in words; and which of them were changed for a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from platform_api.texts import Language, pick, text
from scenarios import library
from scenarios.paths import Path, parsed
from scenarios.units import format_duration

if TYPE_CHECKING:
    from scenarios.resolved import Parameter, Resolved, Source

ASSUMPTION, OVERRIDE = "assumption", "override"

MOST_CHANGES = 6
"""More changes than this are counted instead of listed."""


def is_changed(parameter: Parameter) -> bool:
    """Whether an override put the number there."""
    return parameter.source == OVERRIDE or parameter.instead is not None


def pedigree_told(parameter: Parameter, scenario: Resolved, language: Language, prefix: str = "") -> str:
    """A number of the scenario, and where it comes from."""
    name = parameter.path.removeprefix(prefix)
    told = f"{name} = {parameter.value}{origin_told(parameter, scenario, language)}"
    return told + (f" · {instead_told(parameter, scenario, language)}" if is_changed(parameter) else "")


def origin_told(parameter: Parameter, scenario: Resolved, language: Language) -> str:
    """Its source; or that it is assumed, in which range, and who could tell; nothing if it has neither."""
    if parameter.source in ("", OVERRIDE):
        return ""
    if parameter.source != ASSUMPTION:
        source = scenario.sources.get(parameter.source)
        where = source_told(source, language) if source else parameter.source
        return text("explain.pedigree.source", language, source=where)
    told = text("explain.pedigree.assumed", language)
    if parameter.range is not None:
        low, high = parameter.range
        told += text("explain.pedigree.range", language, low=low, high=high)
    owner = scenario.agencies.get(parameter.owner or "")
    known = pick(owner.label, language) if owner else parameter.owner
    return told + (text("explain.pedigree.owner", language, owner=known) if known else "")


def instead_told(parameter: Parameter, scenario: Resolved, language: Language) -> str:
    """That a number was changed here, and what stood there before with its source."""
    before = parameter.instead
    if before is None:
        return text("explain.pedigree.new", language)
    origin = origin_told(before, scenario, language)
    return text("explain.pedigree.instead", language, value=before.value, origin=origin)


# ---- what was changed ---------------------------------------------------------------------------------


def changes_told(
    scenario: Resolved, overrides: Mapping[str, Any], until: int | None, language: Language
) -> str:
    """The numbers and other things that overrides changed, short; empty for a scenario as it was written."""
    told = list(_changes(scenario, overrides, until, language))
    more = f" … (+{len(told) - MOST_CHANGES})" if len(told) > MOST_CHANGES else ""
    return "; ".join(told[:MOST_CHANGES]) + more


def _changes(
    scenario: Resolved, overrides: Mapping[str, Any], until: int | None, language: Language
) -> Iterator[str]:
    numbers = _changed_here(scenario)
    for parameter in numbers:
        before = parameter.instead.value if parameter.instead else "–"
        yield text("changed.number", language, path=parameter.path, value=parameter.value, before=before)
    paths = [parsed(parameter.path) for parameter in numbers]
    for path, value in overrides.items():
        pieces = parsed(path)
        if not any(_meet(pieces, path) for path in paths):
            yield f"{path} = {value}"
    if until is not None:
        yield f"--until {format_duration(until)}"


def _changed_here(scenario: Resolved) -> list[Parameter]:
    """Numbers that are not as supplied: a variant of the library has published figures of its own."""
    numbers = [parameter for parameter in scenario.parameters if is_changed(parameter)]
    if not numbers or scenario.name not in library.names():
        return numbers
    supplied = {(each.path, each.value) for each in library.load(scenario.name).resolved.parameters}
    return [each for each in numbers if (each.path, each.value) not in supplied]


def _meet(one: Path, other: Path) -> bool:
    """Whether one of two paths lies in the other."""
    return all(a == b for a, b in zip(one, other, strict=False))


# ---- sources ------------------------------------------------------------------------------------------


def source_told(source: Source, language: Language) -> str:
    """What a source is, in one language if it was written in both."""
    return source.text if isinstance(source.text, str) else pick(source.text, language)
