"""The result of a run on a terminal: what a planner reads first, from the answer down to what to try next."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from platform_api.formats import NBSP, number
from platform_api.reading import BY_AGENCY, BY_GATE, BY_MESSAGE, BY_STOCK, Group, Reading, Row, Shown
from sim.engines import DEFAULT_ENGINE

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from platform_api.console import Speech
    from platform_api.results import Result
    from scenarios.resolved import Resolved


BUSY = 0.6
"""Utilisation above which one unit more may shorten a line."""


def show_result(speech: Speech, result: Result, scenario: Resolved, name: str, saved: str | None) -> None:
    """Print a result; `name` is how the scenario was named, `saved` the folder the result was kept in."""
    reading = Reading(result, scenario, speech.language)
    screen = _Screen(reading)
    for part in (*screen.parts(), *screen.closing()):
        speech.show(part)
    for line in _next_steps(reading, name, saved):
        speech.err.print(line, markup=False, soft_wrap=True)


class _Screen:
    """The parts of a result, ready for a terminal."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.say = reading.say

    def parts(self) -> Iterator[RenderableType]:
        from rich.text import Text

        scenario = self.reading.scenario
        title, question = (
            label.vi if self.reading.language == "vi" else label.en
            for label in (scenario.title, scenario.question)
        )
        yield Text(title, "bold cyan")
        yield Text(question, "italic" if self.reading.language == "en" else "")
        for sentence in self.reading.answer():
            yield Text(f"➤ {sentence}", "bold")
        yield from self._deadlocks()
        yield self._headline()
        yield from self._gates()
        yield from self._agencies()
        yield from self._stocks()
        yield from self._published()
        yield from self._expected()

    def closing(self) -> Iterator[RenderableType]:
        """How to read the ranges, and what the run was."""
        from rich.text import Text

        result = self.reading.result
        key = "screen.ranges" if result.replications > 1 else "screen.one_replication"
        yield Text(self.say(key, replications=result.replications), "dim")
        yield Text(self.say("screen.run", **_facts(self.reading)), "dim")

    # ---- tables --------------------------------------------------------------------------------------

    def _table(self, title: str, first: str, *columns: str) -> Table:
        from rich import box
        from rich.table import Table

        table = Table(
            title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
        )
        table.add_column(first, overflow="fold")
        for column in columns:
            table.add_column(column, justify="right", overflow="fold")
        return table

    def _headline(self) -> Table:
        heads = (self.say(f"screen.{name}") for name in ("figure", "mean", "days"))
        table = self._table(self.say("screen.headline"), *heads)
        groups = self.reading.groups()
        for group in groups:
            self._add_group(table, group, titled=len(groups) > 1)
        return table

    def _add_group(self, table: Table, group: Group, titled: bool) -> None:
        from rich.text import Text

        if titled:
            table.add_row(Text(group.title, "bold"), "", "")
        for shown in group.figures:
            table.add_row(f"{'  ' if titled else ''}{shown.name}", self._mean(shown), shown.days)

    def _mean(self, shown: Shown) -> str:
        half = f" {shown.half_width}" if shown.estimate.half_width is not None else ""
        return f"{shown.number}{half}{NBSP}{shown.unit}".rstrip(NBSP)

    def _figures(self, title: str, first: str, names: tuple[str, ...], rows: list[Row]) -> Table:
        """A table of rows; columns in which everything is zero are left out."""
        telling = [i for i in range(len(names)) if any(_tells(row.cells[i]) for row in rows)]
        table = self._table(title, first, *(self.reading.column(names[i]) for i in telling))
        for row in rows:
            cells = (row.cells[i] for i in telling)
            table.add_row(row.title, *("–" if cell is None else cell.short for cell in cells))
        return table

    def _gates(self) -> Iterator[Table]:
        rows = self.reading.by_gate()
        if rows:
            yield self._figures(self.say("screen.gates"), self.say("screen.gate"), BY_GATE, rows)

    def _agencies(self) -> Iterator[RenderableType]:
        from rich.text import Text

        rows = self.reading.by_agency()
        if rows:
            names = (*BY_AGENCY, "utilisation")
            yield self._figures(self.say("screen.agencies"), self.say("screen.agency"), names, rows)
        if self.reading.waits_by_process:
            yield Text(self.say("report.by_process"), "dim")

    def _stocks(self) -> Iterator[Table]:
        """Stocks, and messages over platforms, where there are any: often what is asked."""
        for key, names, rows in (
            ("stock", BY_STOCK, self.reading.by_stock()),
            ("message", BY_MESSAGE, self.reading.by_message()),
        ):
            if rows:
                yield self._figures(self.say(f"screen.{key}s"), self.say(f"screen.{key}"), names, rows)

    def _published(self) -> Iterator[RenderableType]:
        from rich.text import Text

        figures = self.reading.published()
        if not figures:
            return
        heads = (self.say(f"screen.{name}") for name in ("figure", "published", "simulated", "days", "mark"))
        table = self._table(self.say("screen.against"), *heads)
        for each in figures:
            verdict = f"\n{each.verdict}" if each.figure.mark == "predicted" else ""
            table.add_row(each.name, each.published, each.simulated, each.days, each.mark + verdict)
        table.columns[-1].justify = "left"
        yield table
        if changed := self.reading.changed():
            yield Text(changed, "yellow")
        yield Text(self.say("report.published.subtitle"), "dim")
        for line in self.reading.balance():
            yield Text(line, "dim")

    def _expected(self) -> Iterator[RenderableType]:
        bands = self.reading.expected()
        if bands:
            heads = (self.say(f"screen.{name}") for name in ("figure", "expected", "simulated", "why"))
            table = self._table(self.say("expected.title"), *heads)
            for each in bands:
                table.add_row(each.name, each.expected, each.simulated, f"{each.verdict}\n{each.reason}")
            table.columns[-1].justify = "left"
            yield table

    def _deadlocks(self) -> Iterator[RenderableType]:
        from rich.text import Text

        for stuck in self.reading.result.deadlock:
            cycle = " → ".join(stuck.cycle)
            yield Text(self.say("report.deadlock", replication=stuck.replication, cycle=cycle), "bold red")


def _tells(cell: Shown | None) -> bool:
    return cell is not None and bool(cell.estimate.mean)


def _facts(reading: Reading) -> dict[str, str]:
    result = reading.result
    seconds = result.timing.setup_s + result.timing.engine_s
    return {
        "replications": str(result.replications),
        "seed": str(result.seed),
        "engine": result.engine,
        "entities": number(result.timing.entities, 0, reading.language),
        "seconds": number(seconds, 1, reading.language),
        "hash": result.provenance.scenario_hash[:12],
        "digest": result.digest[0][:12],
    }


# ---- what to try next ---------------------------------------------------------------------------------


def _next_steps(reading: Reading, name: str, saved: str | None) -> Iterator[str]:
    """Commands that are worth a try after this result."""
    command = command_of(reading.result)
    yield ""
    yield reading.say("next.title")
    if saved is None:
        folder = f"runs/{reading.result.scenario}"
        yield f"  {reading.say('next.keep')}\n      {command} --out {folder}\n      cuakhau report {folder}"
    else:
        yield f"  {reading.say('next.report')}\n      cuakhau report {quoted(saved)}"
    variant = _one_more(reading)
    if variant is not None:
        resource, override = variant
        yield f"  {reading.say('next.what_if', resource=resource)}\n      {command} --override {override}"
    yield f"  {reading.say('next.explain')}\n      cuakhau explain {quoted(name)}"


def _one_more(reading: Reading) -> tuple[str, str] | None:
    """The busiest pool whose capacity is one number of the scenario, with one unit more; none if all idle."""
    capacities = {p.path: p.value for p in reading.scenario.parameters if p.value.isdigit()}
    busy = [e for e in reading.result.kpis if e.name == "utilisation" and "resource" in e.labels and e.mean]
    busy = [estimate for estimate in busy if (estimate.mean or 0.0) > BUSY]
    for estimate in sorted(busy, key=lambda e: e.mean or 0.0, reverse=True):
        name = estimate.labels["resource"]
        path = next(
            (
                p
                for p in (f"resources.{name}.capacity", f"resources.{name}.capacity.value")
                if p in capacities
            ),
            "",
        )
        if path:
            return reading.name_of("resource", name), f"{path}={int(capacities[path]) + 1}"
    return None


def command_of(result: Result) -> str:
    """The command that gives this result again."""
    scenario = quoted(_name_of(result))
    words = [f"cuakhau run {scenario} --seed {result.seed} --replications {result.replications}"]
    if result.engine != DEFAULT_ENGINE:
        words.append(f"--engine {result.engine}")
    for path, value in result.provenance.overrides.items():
        words.append(f"--override {quoted(f'{path}={_yaml(value)}')}")
    if result.provenance.until is not None:
        from scenarios.units import format_duration

        words.append(f"--until {quoted(format_duration(result.provenance.until))}")
    return " ".join(words)


def _name_of(result: Result) -> str:
    """The scenario as it was named on the command line; where it was not: by its name, or as a file."""
    from scenarios import library

    if result.provenance.typed:
        return result.provenance.typed
    return result.scenario if result.scenario in library.names() else f"{result.scenario}.yaml"


def _yaml(value: Any) -> str:
    """A value as it may stand in an override."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def quoted(word: str) -> str:
    """A word in quotes where it needs them; in double ones, which every shell takes, where these will do."""
    if all(letter.isalnum() or letter in "-_./=,+%\\:" for letter in word):
        return word
    return shlex.quote(word) if set(word) & set('"$`!\\') else f'"{word}"'
