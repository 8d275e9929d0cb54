"""The scenarios of an experiment, ready to be run: all over the same window, and until everybody has left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scenarios import library
from scenarios.errors import Flaw, Problem, ScenarioError
from scenarios.experiments import Design
from scenarios.resolved import DAY, Label, Resolved
from scenarios.units import format_duration

DRAIN = 30 * DAY
"""How long after the window those who came in it may take to leave, unless said otherwise [ms]."""

FOLLOWED = 14 * DAY
"""Windows that are longer are cut to this where every entity is followed, unless said otherwise [ms]."""

BASE = "base"


@dataclass(frozen=True, slots=True)
class Opened:
    """One scenario of an experiment, and what it was made of; `texts` as of its design."""

    name: str
    label: Label
    typed: str
    overrides: dict[str, Any]
    resolved: Resolved
    written: dict[str, Any]
    folder: Path | None  # beside which its lists are looked for
    warnings: tuple[Problem, ...]
    texts: Mapping[str, str] | None = None


def open_sides(design: Design) -> list[Opened]:
    """The base, then every variant.

    Raises
    ------
    ScenarioError
        With what is wrong with the first of them that is wrong, or if they cannot be compared.
    """
    with _placed("base"):
        until = _until_empty(_load(design, design.base, {}).resolved, design)
        base = _opened(design, BASE, Label("cơ sở", "base"), design.base, {}, until)
    sides = [base]
    for variant in design.variants:
        with _placed(f"variants.{variant.name}"):
            typed, overrides = variant.scenario or design.base, dict(variant.overrides or {})
            sides.append(_opened(design, variant.name, variant.label, typed, overrides, until))
            _require_comparable(base.resolved, sides[-1].resolved)
    return sides


def opened_to_follow(design: Design) -> Opened:
    """The base of a design alone, its window cut to what can be followed unless it says otherwise.

    Raises
    ------
    ScenarioError
        With what is wrong with it.
    """
    window = design.window
    if window is None:
        usual = open_sides(design)[0].resolved.clock.window
        window = FOLLOWED if usual is not None and usual > FOLLOWED else None
    return open_sides(replace(design, window=window))[0]


@contextmanager
def _placed(where: str) -> Iterator[None]:
    """Problems of a side are told with the side they are of."""
    try:
        yield
    except ScenarioError as error:
        told = [replace(each, place=f"{where} {each.place}".strip()) for each in error.problems]
        raise ScenarioError(told, error.file) from None


def _load(design: Design, typed: str, overrides: Mapping[str, Any]) -> library.Loaded:
    window = {} if design.window is None else {"window": format_duration(design.window)}
    return library.load_known(typed, {**(design.overrides or {}), **window, **overrides}, design.texts)


def _opened(
    design: Design, name: str, label: Label, typed: str, own: Mapping[str, Any], until: Mapping[str, str]
) -> Opened:
    loaded = _load(design, typed, {**own, **until})
    asked = {**(design.overrides or {}), **own}
    folder = library.folder_of(typed, design.texts)
    return Opened(
        name, label, typed, asked, loaded.resolved, loaded.written, folder, loaded.warnings, design.texts
    )


def turned(side: Opened, values: Mapping[str, str]) -> Resolved:
    """A side with other values of its assumptions.

    Raises
    ------
    ScenarioError
        If they do not go together.
    """
    from scenarios.dials import with_values
    from scenarios.findings import Findings
    from scenarios.resolve import resolve

    return resolve(with_values(side.written, values), Findings(), side.folder)


def _until_empty(base: Resolved, design: Design) -> dict[str, str]:
    """What makes runs go on until those who came in the window have left."""
    clock = base.clock
    if clock.window is None or (clock.until == "empty" and design.drain is None):
        return {}
    drain = DRAIN if design.drain is None else design.drain
    return {"until": "empty", "at_most": format_duration(clock.window + drain)}


def _require_comparable(base: Resolved, variant: Resolved) -> None:
    """The same days are compared, or nothing is."""
    for what in ("start", "zone", "window", "horizon"):
        here, there = getattr(base.clock, what), getattr(variant.clock, what)
        if here != there:
            flaw = Flaw(
                there,
                Label(
                    vi=f"có '{what}' là {there}, cơ sở là {here}",
                    en=f"has the {what} {there}, the base {here}",
                ),
                Label(
                    vi="hãy so sánh các kịch bản cùng một kỳ; đổi kỳ cho tất cả bằng 'window' của thí nghiệm",
                    en="compare scenarios of one window; the experiment's own 'window' sets it for all",
                ),
            )
            raise ScenarioError([flaw.at("")])
