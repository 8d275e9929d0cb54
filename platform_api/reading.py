"""A result as its reader meets it: the headline, then by gate, by agency, against what was published.

Screen and page show the same things in the same order; both are made from what stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from platform_api.formats import Scale, published_scale, scale_for
from platform_api.naming import kpi_name, labels_told, published_name, value_name
from platform_api.pedigree import changes_told
from platform_api.texts import Language, pick, text
from scenarios.resolved import Resolved

if TYPE_CHECKING:
    from platform_api.results import Comparison, Estimate, Expectation, Result

GATE_HEADLINE = ("crossed", "dwell_mean", "dwell_p95", "closing_backlog")
ORDER_HEADLINE = ("completed", "cancelled_share", "shipped_next_day", "order_lead_time_mean",
                  "order_lead_time_p95", "on_time", "return_share", "cash_in_transit",
                  "order_to_cash_mean")  # fmt: skip
PLAIN_HEADLINE = ("completed", "dwell_mean", "dwell_p95", "closing_backlog", "online_submission",
                  "online_payment", "overdue")  # fmt: skip
"""Figures that answer first, for gates, for orders, and for anything else."""

COSTS = ("waiting_cost", "co2_waiting", "queue_length_max", "spoilage_value", "refund_value")
"""… and after them, where the scenario has rates and there is something of it."""

ENOUGH_FOR_QUANTILES = 9
"""Replications from which P10 and P90 are more than the two extremes."""

BY_GATE = ("arrived", "crossed", "dwell_mean", "dwell_p95", "closing_backlog")
BY_PLACE = ("zone_occupancy_mean", "zone_full_share", "platform_availability", "fallback_share")
BY_STOCK = ("stock_level_mean", "stock_empty_share", "stock_short_share", "refused_share")
BY_MESSAGE = ("messages_sent", "message_retried", "message_failed", "message_latency_p95")
BY_AGENCY = ("blocked_mean", "wait_mean", "service_mean", "by_process_mean")


def spread_name(replications: int, language: Language) -> str:
    """What the ends of a spread are: of few replications simply the lowest and the highest."""
    return text(f"spread.{'quantiles' if replications >= ENOUGH_FOR_QUANTILES else 'extremes'}", language)


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure with what it is called and how it is written."""

    name: str  # in words
    estimate: Estimate
    scale: Scale
    language: Language

    def _with_unit(self, value: float | None) -> str:
        return "–" if value is None else self.scale.full(value, self.language)

    @property
    def mean(self) -> str:
        """The mean with its unit, or a dash."""
        return self._with_unit(self.estimate.mean)

    @property
    def number(self) -> str:
        """The mean without its unit."""
        return "–" if self.estimate.mean is None else self.scale.number(self.estimate.mean, self.language)

    @property
    def unit(self) -> str:
        """The unit's word."""
        return self.scale.unit_name(self.language)

    @property
    def half_width(self) -> str:
        """`± 0,8`, or why there is none."""
        half = self.estimate.half_width
        if half is None:
            return text("result.no_interval", self.language)
        return f"± {self.scale.number(half, self.language)}"

    @property
    def days(self) -> str:
        """`23,4 – 29,2`, the day-to-day spread."""
        low, high = self.estimate.p10, self.estimate.p90
        if low is None or high is None:
            return "–"
        return f"{self.scale.number(low, self.language)} – {self.scale.number(high, self.language)}"

    @property
    def spread(self) -> str:
        """What the ends of `days` are."""
        return spread_name(self.estimate.n, self.language)

    @property
    def short(self) -> str:
        """Mean and half-width on one line, for cells."""
        if self.estimate.mean is None:
            return "–"
        return f"{self.counted} {self.unit}".rstrip()

    @property
    def counted(self) -> str:
        """Mean and half-width without a unit."""
        half = self.estimate.half_width
        return self.number + (f" ± {self.scale.number(half, self.language)}" if half else "")


@dataclass(frozen=True, slots=True)
class Group:
    """Figures about the same things: a direction, a flow, or everything."""

    title: str
    labels: dict[str, str]
    figures: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: what it is about, and a figure (or nothing) for each column."""

    title: str
    cells: tuple[Shown | None, ...]


class Reading:
    """One result, read in one language."""

    def __init__(self, result: Result, scenario: Resolved, language: Language) -> None:
        self.result, self.scenario, self.language = result, scenario, language

    @cached_property
    def _by_key(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], Estimate]:
        return {(e.name, tuple(sorted(e.labels.items()))): e for e in self.result.kpis}

    def say(self, key: str, **values: object) -> str:
        """A text in this language; `{spread}` names the spread, `{between}` what it lies between."""
        return text(key, self.language, between=self._between, spread=self.spread, **values)

    @cached_property
    def spread(self) -> str:
        """What the two ends of a spread are."""
        return spread_name(self.result.replications, self.language)

    @cached_property
    def _between(self) -> str:
        """One replication of a day is a day; one of a year is a year, and its spread is not between days."""
        of_a_day = (self.scenario.clock.window or 0) <= 36 * 3_600_000
        return text("between.days" if of_a_day else "between.runs", self.language)

    @property
    def crosses(self) -> bool:
        """Whether anything crosses a border here."""
        return any(estimate.name == "crossed" for estimate in self.result.kpis)

    def column(self, name: str) -> str:
        """An indicator as the head of a column: a mean is the usual thing and is not named."""
        base, _, stat = name.rpartition("_")
        return kpi_name(base if stat == "mean" and self._is_declared(base) else name, self.language)

    @staticmethod
    def _is_declared(name: str) -> bool:
        from metrics.kpis import CATALOGUE

        return any(kpi.name == name for kpi in CATALOGUE)

    def find(self, name: str, labels: dict[str, str]) -> Estimate | None:
        """The figure of a name with exactly these labels."""
        return self._by_key.get((name, tuple(sorted(labels.items()))))

    def show(self, estimate: Estimate | None, scale: Scale | None = None) -> Shown | None:
        """A figure ready to be written."""
        if estimate is None:
            return None
        around = (estimate.mean, estimate.p10, estimate.p90)
        scale = scale or scale_for(estimate.unit, around, estimate.half_width)
        return Shown(kpi_name(estimate.name, self.language), estimate, scale, self.language)

    def told(self, labels: dict[str, str]) -> str:
        """Labels in words."""
        return labels_told(labels, self.scenario, self.language)

    # ---- headline ------------------------------------------------------------------------------------

    def values_of(self, label: str) -> list[str]:
        """The values that a label takes alone in the results, in their order."""
        return list(dict.fromkeys(e.labels[label] for e in self.result.kpis if list(e.labels) == [label]))

    def groups(self) -> list[Group]:
        """The headline figures: by direction where there are directions, else by flow, else of everything."""
        for label in ("direction", "flow"):
            values = self.values_of(label)
            if len(values) > 1 or (label == "direction" and values):
                told = [self._group({label: v}) for v in values if self._stays({label: v})]
                return [group for group in told if group.figures]
        return [self._group({})]

    def _stays(self, labels: dict[str, str]) -> bool:
        """Whether any of them stays at all; goods that are only put into a stock do not."""
        longest = self.find("dwell_max", labels)
        return longest is None or longest.mean != 0

    def _group(self, labels: dict[str, str]) -> Group:
        names = self._headline_names(labels)
        figures = (self.show(self.find(name, labels)) for name in (*names, *COSTS))
        title = self.told(labels) or self.say("result.everything")
        given = tuple(f for f in figures if f is not None and self._answers(f.estimate))
        return Group(title, labels, given)

    @staticmethod
    def _answers(of: Estimate) -> bool:
        return of.mean is not None and (of.name not in COSTS or of.mean > 0)

    def _headline_names(self, labels: dict[str, str]) -> tuple[str, ...]:
        if self.find("crossed", labels):
            return GATE_HEADLINE
        if self.find("orders_placed", labels):
            return ORDER_HEADLINE
        return PLAIN_HEADLINE

    def answer(self) -> list[str]:
        """The answer in sentences, one for each group; what cannot be said is not said."""
        return [sentence for group in self.groups() if (sentence := self._sentence(group))]

    def _sentence(self, group: Group) -> str:
        figures = {shown.estimate.name: shown for shown in group.figures}
        done = figures.get("crossed") or figures.get("completed")
        took = figures.get("order_lead_time_mean") or figures.get("dwell_mean")
        if done is None or took is None:
            return ""
        kind = "crossed" if "crossed" in figures else "completed"
        return self.say(f"answer.{kind}", who=group.title, count=done.counted, time=took.short)

    # ---- tables --------------------------------------------------------------------------------------

    def table(self, names: Iterable[str], labels: Iterable[dict[str, str]]) -> list[Row]:
        """A row for each set of labels, a cell for each name; rows without any value are left out."""
        wanted = list(names)
        rows = (Row(self.told(of), tuple(self.show(self.find(name, of)) for name in wanted)) for of in labels)
        return [row for row in rows if any(_has_value(cell) for cell in row.cells)]

    def by_gate(self) -> list[Row]:
        """Each gate in each direction."""
        labels = [
            e.labels
            for e in self.result.kpis
            if e.name == "arrived" and set(e.labels) == {"gate", "direction"}
        ]
        return self.table(BY_GATE, labels)

    def by_agency(self) -> list[Row]:
        """Each agency: how long an entity that met it was blocked, waited and was served there."""
        return self.table((*BY_AGENCY, "utilisation"), [{"agency": a} for a in self.scenario.agencies])

    @property
    def waits_by_process(self) -> bool:
        """Whether an agency has steps where nobody works: their time is service, and a reader must know."""
        return any(e.name == "by_process_mean" and "agency" in e.labels and e.mean for e in self.result.kpis)

    def by_resource(self) -> list[Row]:
        """Each pool: how busy it was."""
        return self.table(("utilisation",), [{"resource": r} for r in self.scenario.resources])

    @property
    def place_columns(self) -> tuple[str, ...]:
        """What is told of places: of stocks and messages only where there are some."""
        stocks = BY_STOCK if self.scenario.stocks else ()
        return BY_PLACE + stocks + (BY_MESSAGE if self.sends_messages else ())

    @property
    def sends_messages(self) -> bool:
        """Whether messages go over a platform here."""
        return any(step.message is not None for step in self.scenario.steps.values())

    def by_stock(self) -> list[Row]:
        """Each stock: what there is of it, and who finds too little."""
        return self.table(BY_STOCK, [{"stock": name} for name in self.scenario.stocks])

    def by_message(self) -> list[Row]:
        """Each platform over which messages go: how many, how many fail, how long they take."""
        if not self.sends_messages:
            return []
        rows = self.table(BY_MESSAGE, [{"platform": name} for name in self.scenario.platforms])
        return [row for row in rows if row.cells[0] is not None and row.cells[0].estimate.mean]

    def by_place(self) -> list[Row]:
        """Each zone, platform and stock: how full, how much up, how often full, on paper or empty."""
        things: list[dict[str, str]] = [{"zone": z} for z in self.scenario.zones]
        things += [{"platform": p} for p in self.scenario.platforms]
        return self.table(self.place_columns, things + [{"stock": s} for s in self.scenario.stocks])

    def longest_waits(self, how_many: int = 5) -> list[Row]:
        """The steps where entities wait longest."""
        found = [
            e for e in self.result.kpis if e.name == "wait_mean" and list(e.labels) == ["step"] and e.mean
        ]
        worst = sorted(found, key=lambda e: e.mean or 0.0, reverse=True)[:how_many]
        return self.table(("wait_mean", "queue_max"), [e.labels for e in worst])

    # ---- against what was published ------------------------------------------------------------------

    def published(self) -> list[Published]:
        """Each published figure beside the simulated one, with its mark and what may be concluded."""
        return [self._published(figure) for figure in self.result.published]

    def changed(self) -> str:
        """What stands beside a comparison of a changed scenario with figures of the unchanged one."""
        of = self.result.provenance
        changes = changes_told(self.scenario, of.overrides, of.until, self.language)
        return self.say("changed.published", changes=changes) if changes else ""

    def _published(self, figure: Comparison) -> Published:
        factor, scale = published_scale(figure.unit, [figure.published, figure.mean], figure.half_width)
        name = published_name(figure.kpi, figure.labels, self.scenario, self.language)
        return Published(figure, name, scale, factor, self)

    def expected(self) -> list[Expected]:
        """Each band that the scenario states, and whether the simulated mean lies in it."""
        return [self._expected(band) for band in self.result.expected]

    def _expected(self, band: Expectation) -> Expected:
        factor, scale = published_scale(band.unit, [band.low, band.high, band.mean])
        name = published_name(band.kpi, band.labels, self.scenario, self.language)
        return Expected(band, name, scale, factor, self)

    def balance(self) -> Iterator[str]:
        """The identity of conservation, with its numbers, in each direction: true by arithmetic."""
        for group in self.groups():
            parts = {
                n: self.find(n, group.labels)
                for n in ("opening_backlog", "arrived", "lost", "closing_backlog")
            }
            parts["done"] = self.find("crossed", group.labels) or self.find("completed", group.labels)
            if all(e is not None and e.mean is not None for e in parts.values()):
                shown = {name: s.number for name, e in parts.items() if (s := self.show(e)) is not None}
                yield self.say("result.balance", who=group.title, **shown)

    def name_of(self, label: str, value: str) -> str:
        """One label's value in words."""
        return value_name(label, value, self.scenario, self.language)


@dataclass(frozen=True, slots=True)
class Published:
    """A published figure and what the model says beside it."""

    figure: Comparison
    name: str
    scale: Scale
    factor: float  # published unit → unit of results
    reading: Reading

    def _told(self, value: float | None) -> str:
        return "–" if value is None else self.scale.full(value * self.factor, self.reading.language)

    @property
    def published(self) -> str:
        """What was published."""
        return self._told(self.figure.published)

    @property
    def simulated(self) -> str:
        """Mean and half-width."""
        half = self.figure.half_width
        tail = "" if half is None else f" ± {self.scale.number(half * self.factor, self.reading.language)}"
        return self._told(self.figure.mean) + tail

    @property
    def days(self) -> str:
        """The day-to-day spread."""
        low, high = self.figure.p10, self.figure.p90
        if low is None or high is None:
            return "–"
        shown = (self.scale.number(v * self.factor, self.reading.language) for v in (low, high))
        return " – ".join(shown)

    @property
    def mark(self) -> str:
        """Given, fitted or predicted, with its sign."""
        return self.reading.say(f"mark.{self.figure.mark}")

    @property
    def verdict(self) -> str:
        """What agreement would mean; only a prediction can be right or wrong."""
        if self.figure.mark != "predicted":
            return self.reading.say(f"verdict.{self.figure.mark}")
        if self.figure.inside is None:
            return self.reading.say("verdict.unknown")
        return self.reading.say("verdict.inside" if self.figure.inside else "verdict.outside")


def _has_value(shown: Shown | None) -> bool:
    return shown is not None and shown.estimate.mean is not None


@dataclass(frozen=True, slots=True)
class Expected:
    """A band that the scenario states and the simulated mean beside it."""

    band: Expectation
    name: str
    scale: Scale
    factor: float  # unit of the band → unit of results
    reading: Reading

    def _number(self, value: float) -> str:
        return self.scale.number(value * self.factor, self.reading.language)

    @property
    def expected(self) -> str:
        """The band with its unit: `2,5 – 4 giờ`."""
        high = self.scale.full(self.band.high * self.factor, self.reading.language)
        return f"{self._number(self.band.low)} – {high}"

    @property
    def simulated(self) -> str:
        """The mean with its unit, or a dash."""
        if self.band.mean is None:
            return "–"
        return self.scale.full(self.band.mean * self.factor, self.reading.language)

    @property
    def verdict(self) -> str:
        """Within the band, outside, or why there is no telling."""
        if self.band.inside is None:
            return pick(self.band.missing, self.reading.language) if self.band.missing else "–"
        return self.reading.say("expected.inside" if self.band.inside else "expected.outside")

    @property
    def reason(self) -> str:
        """Why the band is where it is."""
        return pick(self.band.reason, self.reading.language)
