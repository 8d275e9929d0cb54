"""Run one replication of a scenario: the one door to the engines."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol

from scenarios.resolved import Resolved
from sim.deadlock import Deadlock
from sim.engines import DEFAULT_ENGINE, ENGINES
from sim.laws import LawBroken, check_record
from sim.log import EventLog
from sim.parts import components
from sim.pieces import Piece, Take
from sim.tally import HOUR, Tally
from sim.timetable import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULT_VERSION = 3
"""Goes up whenever the same scenario and seed give other numbers than before."""

Keep = Literal["record", "statistics", "sums"]
"""What a run leaves behind: every row, what can be told without rows, or of that all but the histograms."""

BREATH_S = 0.1
"""How often, about, a run looks up to tell its progress and to see whether it is cancelled [s]."""


SLICES = 1000
"""Of a run of which nothing is known yet; the first one tells how long they should be."""

MOST_LONGER = 16
"""So many times as long as the last slice of a run the next is, at the most."""


class Cancelled(Exception):
    """The run was stopped before its end, as asked."""


class Model(Protocol):
    """What every engine offers: a scenario, ready to run to any instant."""

    begin: int
    end: int

    @property
    def entities(self) -> int: ...
    def advance(self, until: int) -> None: ...
    def stops_at(self) -> int | None: ...
    def record(self, end: int) -> EventLog | None: ...
    def hand_over(self, until: int, /) -> Piece | None: ...
    def rest(self, end: int) -> Piece | None: ...
    def digest(self, end: int) -> str: ...
    def tally(self, end: int, histograms: bool = True) -> Tally: ...
    def visits(self, end: int) -> int: ...
    def broken_laws(self, end: int) -> Iterator[str]: ...
    def deadlock(self, breathe: Callable[[], None], /) -> Deadlock | None: ...
    def events(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come."""

    now: int  # [ms] on the time axis
    begin: int
    end: int
    entities: int  # born so far

    @property
    def share(self) -> float:
        return (self.now - self.begin) / max(1, self.end - self.begin)


@dataclass(frozen=True, slots=True)
class Timing:
    """What a run took, and how much it did."""

    setup_s: float
    engine_s: float
    entities: int
    visits: int
    events: int


@dataclass(frozen=True, slots=True)
class Run:
    """One replication: its record, or its statistics where there were no rows; its identity, how it ended."""

    scenario: Resolved
    seed: int
    replication: int
    engine: str
    record: EventLog | None
    tally: Tally | None
    digest: str
    deadlock: Deadlock | None
    timing: Timing

    @property
    def log(self) -> EventLog:
        """The record.

        Raises
        ------
        ValueError
            If the run kept none.
        """
        if self.record is None:
            raise ValueError("this run kept no record: run it again with keep='record'")
        return self.record


def run(
    scenario: Resolved,
    seed: int,
    replication: int = 0,
    *,
    engine: str = DEFAULT_ENGINE,
    keep: Keep = "record",
    take: Take | None = None,
    until: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    shuffle: random.Random | None = None,
    interventions: Sequence[Row] = (),
    hour: int = HOUR,
    stuck: bool = True,
    threads: int = 1,
) -> Run:
    """Run one replication.

    Parameters
    ----------
    keep : the whole record; or no rows at all but statistics, by the same laws and with the same digest.
        Then memory grows with the hours of the run only (placed counts and lists are held whole). Who needs
        no quantiles asks for sums, which are read faster.
    take : is given every row instead, in pieces while the run goes, which are forgotten then.
    until : stop at this instant [ms] at the latest; the window shrinks with it.
    progress, cancel : called about ten times a second; `cancel` returns True to stop, and the compiled engine
        asks it more often than that.
    shuffle : run simultaneous facts in a random order, on the reference engine (a test: nothing may change).
    interventions : what somebody sets on the way, see `sim.interventions`.
    hour : length of the bins of the statistics [ms]; longer ones are fewer to carry and to read.
    stuck : look for who is stuck for ever at the end; that is slow where many are left over.
    threads : parts of the scenario that share nothing (see `sim.parts`) run at once in so many; the compiled
        engine's only, and the same run to the last bit.

    Raises
    ------
    Cancelled
        If `cancel` said so.
    LawBroken
        If the record contradicts the law: a mistake of the program.
    ValueError
        For an unknown engine, a record that is both kept and given away, a seed or replication out of range,
        an opening backlog that does not fit, or an intervention that cannot be.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine '{engine}' is not known; choose one of: {', '.join(ENGINES)}")
    if shuffle is not None and engine != "reference":
        raise ValueError("only the reference engine runs simultaneous facts in a random order")
    if not 0 <= replication < 1 << 32:
        raise ValueError(f"replication {replication} is outside 0 … 2**32 - 1")
    if keep == "record" and take is not None:
        raise ValueError("a record is kept or taken in pieces, not both: keep='statistics', or no `take`")
    if until is not None:
        scenario = shorten(scenario, until)
    _look_up(cancel)  # a run that waited while the others were stopped prepares nothing
    begun = time.perf_counter()
    rows = keep == "record" or take is not None
    model = _prepare(
        engine, scenario, seed, replication, "record" if rows else keep, shuffle, interventions,
        partial(_look_up, cancel), hour, threads,
    )  # fmt: skip
    ready = time.perf_counter()
    with _no_garbage_collection():
        alone = engine == "compiled" and progress is None and take is None  # it asks `cancel` by itself
        end, aside_s = _run_to_end(model, progress, cancel, take, 1 if alone else SLICES)
    engine_s = time.perf_counter() - ready - aside_s
    last = model.rest(end)
    _look_up(cancel)
    log = None if last is None or not last.is_whole else last.log
    _check(scenario, model, log, end)
    _look_up(cancel)
    timing = Timing(ready - begun, engine_s, model.entities, model.visits(end), model.events())
    if take is not None and last is not None:
        take(last)
    record = log if keep == "record" else None
    tally = None if rows else model.tally(end, keep == "statistics")
    identity = model.digest(end)
    deadlock = model.deadlock(partial(_look_up, cancel)) if stuck else None
    return Run(scenario, seed, replication, engine, record, tally, identity, deadlock, timing)


def shorten(scenario: Resolved, until: int) -> Resolved:
    """The scenario with its window and its end moved to `until` [ms], never to a later time."""
    if until <= 0:
        raise ValueError(f"until must lie after the start of the window, got {until} ms")
    clock = scenario.clock
    window = until if clock.window is None and clock.until == "window" else clock.window
    window = None if window is None else min(window, until)
    return replace(scenario, clock=replace(clock, window=window, at_most=min(clock.at_most, until)))


def _prepare(
    engine: str, scenario: Resolved, seed: int, replication: int, keep: Keep, shuffle: random.Random | None,
    interventions: Sequence[Row], breathe: Callable[[], None], hour: int, threads: int,
) -> Model:  # fmt: skip
    if engine == "compiled":
        from sim.engines import compiled
        from sim.engines.kernel.records import HISTOGRAMS, NOTHING, SUMS

        clock, rows = scenario.clock, keep == "record"
        counts = {"record": NOTHING, "sums": SUMS, "statistics": HISTOGRAMS}[keep]
        hour = max(HOUR, clock.at_most + clock.lead_in) if rows else hour  # of what nobody counts
        if threads > 1 and not interventions and len(components(scenario)) > 1:
            from sim.engines.side_by_side import Parts

            return Parts(
                scenario, seed, replication, clock.at_most,
                threads=threads, keeps_record=rows, counts=counts, hour=hour, breathe=breathe,
            )  # fmt: skip
        return compiled.Model(
            scenario,
            seed,
            replication,
            scenario.clock.at_most,
            keeps_record=rows,
            counts=counts,
            hour=hour,
            breathe=breathe,
            by_hand=interventions,
        )
    from sim.engines import reference

    return reference.Model(scenario, seed, replication, scenario.clock.at_most, shuffle, interventions, hour)


def _look_up(cancel: Callable[[], bool] | None) -> None:
    if cancel is not None and cancel():
        raise Cancelled("the run was cancelled")


def _run_to_end(
    model: Model, progress: Callable[[Progress], None] | None, cancel: Callable[[], bool] | None,
    take: Take | None, slices: int,
) -> tuple[int, float]:  # fmt: skip
    """Run in slices of about a tenth of a second of real time; slices change nothing in the run.

    The first of them is the run divided by `slices`.

    Where pieces are taken slices are shorter, since a piece holds what one or two slices write.

    Returns the end [ms], and how long pieces took to be made and taken [s].
    """
    reached, length, aside = model.begin, max(1, (model.end - model.begin) // slices), 0.0
    breath = BREATH_S if take is None else BREATH_S / 4
    while reached < model.end:
        _look_up(cancel)
        begun = time.perf_counter()
        reached = min(model.end, reached + length)
        model.advance(reached)
        took = time.perf_counter() - begun
        if took < breath / 2:
            length *= 2 if take is not None else max(2, min(MOST_LONGER, int(breath / max(took, 1e-6) / 2)))
        elif took > breath * 2:
            length = max(1, length // 2)
        if progress is not None:
            progress(Progress(reached, model.begin, model.end, model.entities))
        stops = model.stops_at()
        if stops is not None and stops <= reached:
            return stops, aside
        if take is not None and reached < model.end:
            begun = time.perf_counter()
            if (piece := model.hand_over(reached)) is not None:
                take(piece)
            aside += time.perf_counter() - begun
    return model.end, aside


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Millions of small objects and no cycles among them: looking for some would cost time for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _check(scenario: Resolved, model: Model, log: EventLog | None, end: int) -> None:
    if broken := list(model.broken_laws(end)):
        raise LawBroken("the run broke the law: " + "; ".join(broken[:5]))
    if log is not None:
        check_record(scenario, log)
