"""How a KPI is declared: once, and read everywhere (results, docs, exposition, pages).

A KPI is one function of a replication and a stratum. What it returns is a number with its count, or the
observed times themselves, which `stats` expands into mean, quantiles and so on. The decorator adds what a
reader must know: unit, which way is better, names in two languages, meaning, source and strata.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Literal

import numpy as np

from metrics.occupancy import counting
from metrics.replication import Replication
from metrics.sample import Sample
from metrics.visits import Mask
from scenarios.resolved import Label
from sim.log import Column

Better = Literal["lower", "higher", "neither"]

DISTRIBUTION = ("n", "mean", "sd", "p5", "p25", "p50", "p75", "p90", "p95", "max")
"""What a distribution of times expands to."""

EXTREME_NEEDS = 20
"""P5 and P95 are not given from fewer observations."""


@dataclass(frozen=True, slots=True)
class Value:
    """One result of one replication.

    value : None where it is not defined (nothing observed, P95 of fewer than 20, division by nothing)
    n : how many entities, visits or instants it rests on
    """

    name: str
    unit: str
    labels: dict[str, str]
    value: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Stratum:
    """What a KPI is measured on: entities of some kind, or one step, agency, resource, zone, stock or
    platform.

    by : kind of stratum, one of `metrics.strata.KINDS` · labels : as in the results · entities : which rows
    of `entities` belong to it · name : of the one thing, where there is one · whole : the same without the
    last label
    """

    by: str
    labels: dict[str, str]
    entities: Mask
    name: str = ""
    whole: Mask | None = None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number, or a ratio of two sums, and what it rests on.

    part, whole, n : each a sum over entities, visits or time, so those of two pieces of a record add up;
    whole : None for a number, else 0 where the ratio is not defined · per : a fixed divisor
    """

    part: float
    n: int
    whole: float | None = None
    per: int = 1

    @property
    def value(self) -> float | None:
        """The number; None where it is not defined."""
        if self.whole is None:
            return self.part if self.per == 1 else self.part / self.per
        return self.part / self.whole / self.per if self.whole else None

    def plus(self, other: Scalar) -> Scalar:
        """The same of two pieces together."""
        whole = None if self.whole is None or other.whole is None else self.whole + other.whole
        return Scalar(self.part + other.part, self.n + other.n, whole, self.per)


@dataclass(frozen=True, slots=True)
class Peak:
    """The most that are there at an instant of the window: those who came and are not yet gone.

    come, gone : instants [ms] · n : what it rests on; None: the peak itself · times : what one of them counts
    """

    come: Column
    gone: Column
    n: int | None = None
    times: float = 1

    def value(self, window: tuple[int, int]) -> Scalar:
        """The peak over [begin, end)."""
        peak, _ = counting(self.come, self.gone).maximum(*window)
        return Scalar(peak * self.times, peak if self.n is None else self.n)


@dataclass(frozen=True, slots=True)
class Derived:
    """A number that follows from statistics of times."""

    times: Column
    stats: tuple[str, ...]
    how: Callable[[dict[str, float | None]], float | None]


Measured = Scalar | Column | Peak | Derived
Measure = Callable[[Replication, Stratum], Measured]


@dataclass(frozen=True, slots=True)
class Kpi:
    """A declared KPI.

    unit : of the value: "s", "1" (a count), "ratio", "VND" … · by : kinds of strata it is given for ·
    needs : milestones the flow must pass, `attribute:x` it must have, `target:x` the scenario must set,
    `flow:crossing` or `flow:completing` what its end must be, `flow:appointments` or `flow:messages` that it
    has some, `rate:x` that the scenario's rates say it of the flow, `cost:per_hour` that some resource costs
    something, `promise:due` or `promise:result` an attribute or a target that promises, `carried:x` a step
    with that milestone, `kind:x`, `purpose:x` or `agency:foreign` a step of that kind, for that purpose or of
    another country (`kind:officer`: a resource) · stats : empty for a plain number
    """

    name: str
    unit: str
    better: Better
    label: Label
    meaning: Label
    source: str
    by: tuple[str, ...]
    measure: Measure = field(repr=False)
    needs: tuple[str, ...] = ()
    stats: tuple[str, ...] = ()

    @property
    def value_names(self) -> tuple[str, ...]:
        """The names its values carry in results."""
        return tuple(f"{self.name}_{stat}" for stat in self.stats) or (self.name,)

    def values(self, replication: Replication, stratum: Stratum) -> list[Value]:
        """Measure it on one stratum."""
        measured = self.measure(replication, stratum)
        if isinstance(measured, Peak):
            measured = measured.value(replication.window)
        if isinstance(measured, Derived):
            return [self.derived(measured, measured.times, stratum.labels)]
        return self.told(measured, stratum.labels)

    def told(self, measured: Scalar | Sample | Column, labels: dict[str, str]) -> list[Value]:
        """What was measured, as values."""
        if isinstance(measured, Scalar):
            return [Value(self.name, self.unit, labels, measured.value, measured.n)]
        return self._expanded(describe(measured, self.stats), labels, len(measured))

    def derived(self, measured: Derived, times: Sample | Column, labels: dict[str, str]) -> Value:
        """A number that follows from these times, as a value."""
        found = measured.how(describe(times, measured.stats))
        return Value(self.name, self.unit, labels, found, len(times))

    def _expanded(self, stats: dict[str, float | None], labels: dict[str, str], n: int) -> list[Value]:
        unit = {"n": "1"}
        return [Value(f"{self.name}_{s}", unit.get(s, self.unit), labels, v, n) for s, v in stats.items()]


def kpi(
    *,
    unit: str,
    vi: str,
    en: str,
    meaning: str,
    nghia: str,
    source: str,
    by: tuple[str, ...],
    better: Better = "neither",
    needs: tuple[str, ...] = (),
    stats: tuple[str, ...] = (),
) -> Callable[[Measure], Kpi]:
    """Declare the decorated function as a KPI of the same name; `nghia` is the meaning in Vietnamese."""

    def declare(measure: Measure) -> Kpi:
        label, text = Label(vi, en), Label(nghia, meaning)
        return Kpi(measure.__name__, unit, better, label, text, source, by, measure, needs, stats)

    return declare


def declared_in(module: ModuleType) -> tuple[Kpi, ...]:
    """The KPIs of a module, in the order of its text."""
    return tuple(value for value in vars(module).values() if isinstance(value, Kpi))


def describe(times: Sample | Column, stats: Iterable[str] = DISTRIBUTION) -> dict[str, float | None]:
    """Statistics of observed times [ms] → [s].

    A quantile is an observed time: the ⌈n·p⌉-th smallest (type 1, `inverted_cdf`); of a large sample within
    0.8 % of it.
    """
    few = times.few() if isinstance(times, Sample) else times
    ordered = times if few is None else np.sort(few)
    return {stat: _statistic(ordered, stat) for stat in stats}


def _statistic(ordered: Sample | Column, stat: str) -> float | None:
    n = len(ordered)
    if stat == "n":
        return float(n)
    if n == 0 or (stat in ("p5", "p95") and n < EXTREME_NEEDS) or (stat == "sd" and n < 2):
        return None
    if isinstance(ordered, Sample):
        return _of_sample(ordered, stat)
    if stat == "mean":
        return int(ordered.sum()) / n / 1000
    if stat == "sd":
        return float(np.std(ordered, ddof=1)) / 1000
    return int(ordered[-1] if stat == "max" else ordered[rank(n, int(stat[1:])) - 1]) / 1000


def _of_sample(sample: Sample, stat: str) -> float:
    if stat == "mean":
        return sample.total / sample.n / 1000
    if stat == "sd":
        return sample.deviation / 1000
    return (sample.most if stat == "max" else sample.ranked(rank(sample.n, int(stat[1:])))) / 1000


def rank(n: int, percent: int) -> int:
    """⌈n·p⌉ without rounding error: which of n ordered observations is the quantile (from 1)."""
    return max(1, -(-n * percent // 100))


def ratio(part: float, whole: float, n: int) -> Scalar:
    """part ÷ whole; not defined when there is no whole."""
    return Scalar(part, n, whole)


def seconds(milliseconds: int, n: int) -> Scalar:
    """A time in seconds from an exact sum of milliseconds."""
    return Scalar(milliseconds, n, per=1000)


def mean_seconds(times: Column) -> Scalar:
    """The mean of times [ms] → [s]."""
    return Scalar(int(times.sum()), len(times), len(times), 1000)
