"""Where the numbers of a scenario come from, in words; and which of them were changed for a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from platform_api.texts import Language, pick, text
from scenarios.paths import parsed
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
    numbers = [parameter for parameter in scenario.parameters if is_changed(parameter)]
    for parameter in numbers:
        before = parameter.instead.value if parameter.instead else "–"
        yield text("changed.number", language, path=parameter.path, value=parameter.value, before=before)
    paths = [parsed(parameter.path) for parameter in numbers]
    for path, value in overrides.items():
        pieces = parsed(path)
        if not any(pieces[: len(p)] == p or p[: len(pieces)] == pieces for p in paths):
            yield f"{path} = {value}"
    if until is not None:
        yield f"--until {format_duration(until)}"


# ---- sources ------------------------------------------------------------------------------------------


def source_told(source: Source, language: Language) -> str:
    """What a source is, in one language if it was written in both."""
    return source.text if isinstance(source.text, str) else pick(source.text, language)
