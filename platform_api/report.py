"""The report of a result: one HTML page that stands by itself, to be read, sent and printed.

Everything is in the one file: style, charts (our own SVG), both languages. It loads nothing and runs no
script; the switch between the languages is a pair of radio buttons and a rule of the style sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from platform_api.charts.bars import Busy, Stack, busy_bar, stacked
from platform_api.charts.curve import Curve, Observed, curve
from platform_api.charts.heat import Busyness, busy_map
from platform_api.charts.strip import strip
from platform_api.drawing import draw
from platform_api.formats import NBSP, Scale, date, duration, instant, number, scale_for
from platform_api.page import page_of
from platform_api.reading import BY_AGENCY, BY_GATE, Group, Reading, Row, Shown
from platform_api.rests import Rests
from platform_api.study import StudyPart, study
from platform_api.texts import LANGUAGES, Language, pick, text
from scenarios.resolved import DAY, Resolved

if TYPE_CHECKING:
    from platform_api.results import Curve as Line
    from platform_api.results import Result

HOUR = 3_600_000
"""[ms]"""


def render(result: Result, scenario: Resolved, command: str, language: Language = "vi") -> str:
    """The page as HTML, opened in a language; `command` repeats the run."""
    pages = [ResultPage(result, scenario, each, command) for each in LANGUAGES]
    others = [each for each in LANGUAGES if each != language]
    title = " · ".join(pick(scenario.title, each) for each in (language, *others))
    return page_of("report.html.j2", pages, title, language)


class ResultPage:
    """The page in one language; the template asks it for its parts, in order."""

    def __init__(self, result: Result, scenario: Resolved, language: Language, command: str) -> None:
        self.result, self.scenario, self.language, self.command = result, scenario, language, command
        self.reading = Reading(result, scenario, language)
        self.rests = Rests(scenario, scenario.parameters, language)
        self.whom = ""  # of whom the Time Release Study is, where that is not plain

    def say(self, key: str, **values: object) -> str:
        """A text of the report."""
        return self.reading.say(f"report.{key}", **values)

    def pick(self, label: Any) -> str:
        """A label in this page's language."""
        return pick(label, self.language)

    @property
    def title(self) -> str:
        """The scenario's title."""
        return pick(self.scenario.title, self.language)

    @property
    def question(self) -> str:
        """The scenario's question."""
        return pick(self.scenario.question, self.language)

    @property
    def answer(self) -> list[str]:
        """The answer in sentences."""
        return self.reading.answer() or [self.say("no_answer")]

    @property
    def frame(self) -> str:
        """What was simulated: window, replications, what is counted."""
        clock = self.scenario.clock
        start = datetime.fromisoformat(clock.start)
        parts = [self.say("from", time=f"{start:%H:%M}", date=date(start, self.language))]
        if clock.window is not None:
            parts.append(self.say("window", length=duration(clock.window, self.language)))
        parts.append(self.say("replications", count=self.result.replications))
        if self.scenario.count_unit:
            parts.append(text(f"explain.frame.count.{self.scenario.count_unit}", self.language))
        return " · ".join(parts)

    # ---- headline ------------------------------------------------------------------------------------

    @property
    def groups(self) -> list[Group]:
        """Headline figures."""
        return self.reading.groups()

    def strip(self, shown: Shown) -> str:
        """The ranges of one figure."""
        return strip(shown)

    def mark_of(self, shown: Shown) -> tuple[str, str] | None:
        """How a figure stands to what was published, if it was: (kind, words)."""
        for figure in self.result.published:
            if (figure.kpi, figure.labels) == (shown.estimate.name, shown.estimate.labels):
                return figure.mark, text(f"mark.{figure.mark}", self.language)
        return None

    # ---- charts --------------------------------------------------------------------------------------

    def curves(self) -> Iterator[tuple[str, str, str]]:
        """(title, subtitle, chart) of the backlog in each headline group."""
        lines = {tuple(line.labels.items()): line for line in self.result.series if line.name == "backlog"}
        for group in self.groups:
            line = lines.get(tuple(group.labels.items()))
            if line is not None and len(line.times) > 1:
                yield self._curve_title(group, line), self._curve_subtitle(), self._curve(group, line)

    def _curve_title(self, group: Group, line: Line) -> str:
        mean = [value or 0.0 for value in line.mean]
        shown = (number(value, 0, self.language) for value in (mean[0], max(mean), mean[-1]))
        first, peak, last = shown
        return self.say("curve.title", who=group.title, first=first, peak=peak, last=last)

    def _curve_subtitle(self) -> str:
        band = "band" if self.result.replications > 1 else "no_band"
        return f"{self.say('curve.subtitle')} · {self.say(f'curve.{band}')} · {self.say('curve.night')}"

    def _curve(self, group: Group, line: Line) -> str:
        several = self.result.replications > 1
        of = Curve(
            title=group.title,
            start=instant(self.scenario.clock.start, line.times[0]),
            step=(line.times[1] - line.times[0]) / 1000,
            mean=_known(line.mean),
            low=_known(line.p10) if several else None,
            high=_known(line.p90) if several else None,
            closed=list(_closed(self.scenario, line.times[-1])),
            observed=list(self._observed(group.labels, line.times[-1])),
        )
        return curve(of, self.language)

    def _observed(self, labels: dict[str, str], end: int) -> Iterator[Observed]:
        """Published backlogs at the two ends of the window."""
        for figure in self.result.published:
            if figure.labels == labels and figure.kpi in ("opening_backlog", "closing_backlog"):
                at = 0.0 if figure.kpi == "opening_backlog" else end / 1000
                shown = number(figure.published, 0, self.language)
                told = f"{text(f'mark.{figure.mark}', self.language)} {shown}"
                yield Observed(at, figure.published, figure.mark, told)

    def stack(self) -> str:
        """Time by agency, stacked by state; empty when no agency was met."""
        rows = [row for row in self.reading.by_agency() if sum(_seconds(row)) > 0]
        if not rows:
            return ""
        scale = self._stack_scale(rows)
        stacks = [_stack(row, self.language) for row in rows]
        return stacked(
            stacks, scale, self.language, f"{self.say('stack.title')} [{scale.unit_name(self.language)}]"
        )

    def _stack_scale(self, rows: list[Row]) -> Scale:
        return scale_for("s", [max(sum(_seconds(row)) for row in rows)])

    def stack_subtitle(self) -> str:
        """What the bars mean, and their unit."""
        rows = self.reading.by_agency()
        return f"{self.say('stack.subtitle')} [{self._stack_scale(rows).unit_name(self.language)}]"

    def heat(self) -> str:
        """How busy each pool is in each hour of the day; empty where nothing was scheduled."""
        hours: dict[str, list[float | None]] = {}
        for line in self.result.series:
            if line.name == "utilisation" and list(line.labels) == ["resource"] and len(line.mean) == 24:
                hours[line.labels["resource"]] = list(line.mean)
        rows = [Busyness(self.reading.name_of("resource", name), line) for name, line in hours.items()]
        return busy_map(rows, self.language) if rows else ""

    def busy(self) -> list[tuple[Row, str]]:
        """Each pool with a small bar of how busy it was."""
        return [(row, self._busy_bar(row)) for row in self.reading.by_resource()]

    def _busy_bar(self, row: Row) -> str:
        shown = row.cells[0]
        if shown is None or shown.estimate.mean is None:
            return ""
        of = shown.estimate
        return busy_bar(Busy(of.mean or 0.0, of.p10, of.p90), f"{row.title}: {shown.short}")

    def process(self) -> str:
        """The picture of the process."""
        return draw(self.scenario, self.language, standalone=False)

    # ---- tables --------------------------------------------------------------------------------------

    def heads(self, *names: str) -> list[str]:
        """Column heads."""
        return [self.reading.column(name) for name in names]

    @property
    def by_gate(self) -> tuple[list[str], list[Row]]:
        """(heads, rows) of the gates."""
        return self.heads(*BY_GATE), self.reading.by_gate()

    @property
    def by_agency(self) -> tuple[list[str], list[Row]]:
        """(heads, rows) of the agencies."""
        return self.heads(*BY_AGENCY, "utilisation"), self.reading.by_agency()

    @property
    def places(self) -> tuple[list[str], list[Row]]:
        """(heads, rows) of the zones, stocks and platforms."""
        return self.heads(*self.reading.place_columns), self.reading.by_place()

    @property
    def waits(self) -> tuple[list[str], list[Row]]:
        """(heads, rows) of the steps with the longest waits."""
        return self.heads("wait_mean", "queue_max"), self.reading.longest_waits(10)

    def study(self) -> list[StudyPart]:
        """The Time Release Study, an interval at a time."""
        return study(self.result.trs, self.reading)

    def all_figures(self) -> Iterator[tuple[str, str, Shown]]:
        """Every figure of the result: name, what it is about, values."""
        for estimate in self.result.kpis:
            if (
                estimate.mean is not None
                and "at" not in estimate.labels
                and (shown := self.reading.show(estimate))
            ):
                yield shown.name, self.reading.told(estimate.labels), shown

    # ---- what it rests on ----------------------------------------------------------------------------

    def provenance(self) -> Iterator[tuple[str, str]]:
        """What is needed to get the same answer again."""
        of = self.result.provenance
        yield self.say("prov.version"), f"cuakhau {of.package_version}"
        yield self.say("prov.engine"), of.engine
        yield self.say("prov.seed"), str(self.result.seed)
        yield self.say("prov.replications"), str(self.result.replications)
        yield self.say("prov.scenario"), f"{self.result.scenario} · SHA-256 {of.scenario_hash}"
        for path, value in of.overrides.items():
            yield self.say("prov.override"), f"{path} = {value}"
        yield self.say("prov.libraries"), f"Python {of.python}, numpy {of.numpy}"
        yield self.say("prov.work"), self._work()

    def _work(self) -> str:
        timing = self.result.timing
        counts = (number(n, 0, self.language) for n in (timing.entities, timing.visits, timing.events))
        names = dict(zip(("entities", "visits", "events"), counts, strict=True))
        seconds = number(timing.setup_s + timing.engine_s, 1, self.language)
        return self.say("prov.work.told", seconds=f"{seconds}{NBSP}s", **names)


def _known(values: Sequence[float | None]) -> list[float]:
    return [value or 0.0 for value in values]


def _seconds(row: Row) -> tuple[float, float, float, float]:
    """Served, waiting by process, waiting, blocked [s] of an agency's row, in the order of the bars."""
    cells = row.cells[: len(BY_AGENCY)]
    blocked, wait, service, process = ((c.estimate.mean or 0.0) if c is not None else 0.0 for c in cells)
    return max(0.0, service - process), process, wait, blocked


def _stack(row: Row, language: Language) -> Stack:
    parts = _seconds(row)
    return Stack(row.title, parts, scale_for("s", [sum(parts)]).full(sum(parts), language))


def _closed(scenario: Resolved, end: int) -> Iterator[tuple[float, float]]:
    """Spans of the window in which every calendar that people or machines work by is closed [s]."""
    from sim.clock import open_intervals

    used = {shift.calendar for pool in scenario.resources.values() for shift in pool.shifts} - {None}
    if not used:
        return
    start = scenario.clock.start_utc
    spans = [span for c in used if c for span in open_intervals(scenario.calendars[c], start, 0, end)]
    closed_from, shortest = 0, 36 * HOUR if end > 60 * DAY else 0  # nights of a year would be a grey blur
    for opens, closes in [*sorted(spans), (end, end)]:
        if opens - closed_from > shortest:
            yield closed_from / 1000, opens / 1000
        closed_from = max(closed_from, closes)
