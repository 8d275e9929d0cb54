"""What a run tells without a record: counts, sums, levels and histograms by hour of the run.

The compiled engine keeps it while it runs; of any record it can be made afterwards (`sim.recount`), and the
two are equal. Its size grows with the hours of the run, never with the number of entities.

A *bin* is an hour of the run (cut at the window's end). A *span*, in which histograms are kept, is an hour
too in runs of up to eight days, else as many hours as it takes to stay within `MOST_SPANS`.

A histogram has 64 cells for each doubling of the value: a quantile read from it is within 0.8 % of an
observed time, and exact below 128 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from scenarios.resolved import Flow, Resolved
from sim.log import Column

HOUR = 3_600_000  # [ms]
MOST_SPANS = 192
"""Spans of a run, at most: the hours of eight days. Histograms of each hour of a year take gigabytes."""

MOST_KINDS = 4096
"""Kinds of entities that are told apart, at most; attributes with the most values are dropped first."""

FAR = 1 << 62
"""Later than every instant [ms]."""

CELLS_LOG2 = 6
CELLS = 1 << CELLS_LOG2
"""Cells of a histogram for each doubling of the value."""

INTERVALS = ("blocked", "wait", "service", "held", "sojourn")
"""What each step has histograms of: the intervals of its visits, and joined → ended."""

BEFORE, WITHIN, AFTER = range(3)
"""Phases: the lead-in, the window, what comes after it."""

Floats = NDArray[np.float64]
Narrow = NDArray[np.int32]

i8 = np.int64
STEP_TALLY = np.dtype([(n, i8) for n in (
    "came", "started", "delayed", "paper", "blocked", "wait", "service", "held",
    "turned", "turned_time", "queue", "queue_most", "places",
)])  # fmt: skip
"""By bin and step. came: visits that joined in the bin · started: those whose service began in it, and of
them · delayed: blocked or waiting before · paper: done on paper · blocked, wait, service, held: sums [ms],
what is open counted to the end of the run · turned: visits diverted, given up or balked that ended in the
bin, and turned_time: what they had waited [ms] · queue: area under the queue [visit ms] · queue_most: its
longest · places: area under the places taken, of steps with a room [place ms]."""

POOL_TALLY = np.dtype([(n, i8) for n in ("serving", "kept", "duty", "available", "changes")])
"""By bin and resource, areas [unit ms]: serving · kept · duty: busy within what is scheduled · available: in
capacity within what is scheduled, or in use. changes: instants at which anything was taken or given back."""

ZONE_TALLY = np.dtype([(n, i8) for n in ("taken", "full", "changes")])
"""By bin and zone: places taken [place ms] · full: time without a free place [ms] · changes, as above."""

FLOW_TALLY = np.dtype([(n, i8) for n in ("came", "left", "inside", "most")])
"""By bin and flow: entities that came, and left · inside: area [entity ms] · most: the most at an instant."""

KIND_TALLY = np.dtype([(n, i8) for n in (
    "came", "crossed", "completed", "reneged", "balked", "turned_back", "dwell", "dwell_most", "restricted",
    "unfinished", "opening", "closing", "age", "area",
)])  # fmt: skip
"""By phase and kind of entity, by the milestones `arrived` and `crossed` (see `metrics.milestones`):
came: arrived in the phase, the opening backlog left out · crossed: passed `crossed`, or without that
milestone completed · completed, reneged, balked, turned_back: ended so without having crossed · dwell,
dwell_most: sum and largest, arrived → crossed, of the crossed [ms] · of those that came: restricted: sum of
their times until gone or the end [ms]; unfinished: not gone at the end · of the window: opening, closing:
inside just before it begins and ends; age: sum of the ages of the closing [ms]; area: under the number
inside [entity ms]."""


@dataclass(frozen=True, slots=True)
class Axis:
    """How a run is cut into bins and spans.

    edges : of the bins [ms] · span : of each bin · phase : of each bin · window : its end [ms], or FAR
    """

    edges: Column
    span: Column
    phase: Column
    window: int

    @property
    def spans(self) -> int:
        """How many there are."""
        return int(self.span[-1]) + 1

    def until(self, end: int) -> Axis:
        """The bins of a run that stopped at `end` [ms]."""
        bins = max(1, int(np.searchsorted(self.edges, end, side="left")))
        return Axis(np.append(self.edges[:bins], end), self.span[:bins], self.phase[:bins], self.window)

    def bin_of(self, times: Column) -> Column:
        """The bin that each instant lies in."""
        return np.searchsorted(self.edges, times, side="right") - 1


def axis(scenario: Resolved, end: int, hour: int = HOUR) -> Axis:
    """Hours from the start of the run to its planned `end` [ms], cut at the window's ends."""
    begin = -scenario.clock.lead_in
    window = FAR if scenario.clock.window is None else scenario.clock.window
    first, last = -(-begin // hour), -(-end // hour)
    inner = np.arange(first, last + 1, dtype=np.int64) * hour
    edges = np.unique(np.concatenate(([begin, end, 0, min(window, end)], inner)))
    edges = edges[(edges >= begin) & (edges <= max(end, begin + 1))]
    starts = edges[:-1]
    phase = np.where(starts < 0, BEFORE, np.where(starts < window, WITHIN, AFTER)).astype(np.int64)
    length = hour * max(1, -(-len(starts) // MOST_SPANS))
    cut = np.diff(np.stack((starts // length, phase)), axis=1).any(axis=0)
    span = np.cumsum(np.append(False, cut))
    return Axis(edges, span, phase, window)


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of entities: a flow with values of those of its attributes that are told apart.

    members : (flow, attribute → value) of each · first : of each flow · strides : by flow and attribute
    """

    members: tuple[tuple[str, dict[str, str]], ...]
    first: tuple[int, ...]
    strides: dict[tuple[str, str], int]


def kinds(scenario: Resolved) -> Kinds:
    """The kinds that a scenario declares, in the order of the file."""
    chosen = _told_apart(scenario)
    members: list[tuple[str, dict[str, str]]] = []
    first, strides = [], {}
    for name, flow in scenario.flows.items():
        first.append(len(members))
        mine = {a: flow.attributes[a].values for a in chosen if a in flow.attributes}
        stride = prod(len(values) for values in mine.values())
        for attribute, values in mine.items():
            stride //= len(values)
            strides[name, attribute] = stride
        members += [(name, dict(zip(mine, values, strict=True))) for values in product(*mine.values())]
    return Kinds(tuple(members), tuple(first), strides)


def _told_apart(scenario: Resolved) -> list[str]:
    """Categories, as many as fit; those with the most values are dropped first."""
    sizes: dict[str, int] = {}
    for flow in scenario.flows.values():
        for name, attribute in flow.attributes.items():
            if attribute.kind == "category":
                sizes[name] = max(sizes.get(name, 1), len(attribute.values))
    while sizes and _how_many(scenario, sizes) > MOST_KINDS:
        del sizes[max(sizes, key=lambda name: sizes[name])]
    return list(sizes)


def _how_many(scenario: Resolved, chosen: dict[str, int]) -> int:
    return sum(
        prod(len(a.values) for name, a in flow.attributes.items() if name in chosen)
        for flow in scenario.flows.values()
    )


def stations_of(scenario: Resolved, flow: Flow) -> set[str]:
    """The steps that a flow can come to, those of parallel branches included."""
    found: set[str] = set()
    ahead = {flow.first}
    while ahead:
        name = ahead.pop()
        found.add(name)
        step = scenario.steps[name]
        ways = (flow.next.get(name), *flow.options.get(name, {}).values(), *step.escapes, *step.branches)
        ahead |= {way for way in ways if way} - found
    return found


def carries(scenario: Resolved, flow: Flow, milestone: str) -> bool:
    """Whether a flow comes to a step that carries a milestone."""
    return any(milestone in scenario.steps[name].milestones for name in stations_of(scenario, flow))


# ---- what is kept --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cells:
    """Histograms, as rows of those cells that anything fell into, in order.

    span : number · series : what of, see `Tally.series` · cell : number of the cell · count
    Values of 0 are not in them: they are what is missing from the number of values.
    """

    span: Narrow
    series: Narrow
    cell: Narrow
    count: Column


@dataclass(frozen=True, slots=True)
class Histogram:
    """Values with how often each came, ascending [ms]; a value stands for its cell."""

    values: Column
    counts: Column

    @property
    def n(self) -> int:
        """How many values."""
        return int(self.counts.sum())

    def ranked(self, rank: int) -> int:
        """The `rank`-th smallest value (from 1)."""
        return int(self.values[np.searchsorted(np.cumsum(self.counts), rank)])


@dataclass(frozen=True, slots=True)
class Tally:
    """The statistics of one run; arrays by bin (phase) and thing, with the fields of their `…_TALLY`.

    steps, resources, zones, flows : names of the second index · kinds : what the second index of `by_kind` is
    · open : by step, visits not ended when the run stopped · squares : by phase and kind, the sum of the
    squares of the dwell [s²], in floating point
    """

    axis: Axis
    steps: tuple[str, ...]
    resources: tuple[str, ...]
    zones: tuple[str, ...]
    flows: tuple[str, ...]
    kinds: tuple[tuple[str, dict[str, str]], ...]
    by_step: NDArray[np.void]
    by_resource: NDArray[np.void]
    by_zone: NDArray[np.void]
    by_flow: NDArray[np.void]
    by_kind: NDArray[np.void]
    squares: Floats
    open: Column
    cells: Cells

    @property
    def within(self) -> NDArray[np.bool_]:
        """Which bins lie in the window."""
        inside: NDArray[np.bool_] = self.axis.phase == WITHIN
        return inside

    def series(self, step: int, interval: str) -> int:
        """The number of the histogram of one interval of a step; those of kinds follow all steps."""
        return step * len(INTERVALS) + INTERVALS.index(interval)

    def kind_series(self, kind: int) -> int:
        """The number of the histogram of the dwell of a kind."""
        return len(self.steps) * len(INTERVALS) + kind

    def histogram(self, series: list[int], n: int, phase: int = WITHIN) -> Histogram:
        """The histogram of some series together over a phase, `n` values in all."""
        spans = np.unique(self.axis.span[self.axis.phase == phase])
        rows = np.isin(self.cells.series, series) & np.isin(self.cells.span, spans)
        cells, which = np.unique(self.cells.cell[rows], return_inverse=True)
        counts = np.zeros(len(cells), np.int64)
        np.add.at(counts, which, self.cells.count[rows])
        zeros = n - int(counts.sum())
        return Histogram(np.append(0, value_of(cells)), np.append(zeros, counts))


def cell_of(values: Column) -> Column:
    """The number of the cell of each value [ms]: exact below 128, then 64 to a doubling."""
    shift = np.maximum(0, bit_lengths(values) - CELLS_LOG2 - 1)
    octave = np.where(values < CELLS, 0, shift + 1)
    cells: Column = octave * CELLS + ((values >> shift) & (CELLS - 1))
    return cells


def value_of(cells: Column | Narrow) -> Column:
    """The middle of each cell [ms]."""
    octave, inside = cells >> CELLS_LOG2, cells & (CELLS - 1)
    shift = np.maximum(0, octave - 1)
    low = np.where(octave > 0, CELLS + inside, inside) << shift
    middle: Column = low + ((1 << shift) - 1) // 2
    return middle


def bit_lengths(values: Column) -> Column:
    """How many bits each value has (none below 0)."""
    _, exponent = np.frexp(values.astype(np.float64))
    return np.where(values > 0, exponent, 0).astype(np.int64)


def octaves(length: int) -> int:
    """How many doublings a histogram needs for values up to a length [ms]."""
    return max(1, length.bit_length() - CELLS_LOG2 + 1)
