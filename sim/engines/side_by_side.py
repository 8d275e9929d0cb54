"""Parts of a scenario that share nothing, each in a compiled engine of its own, run at once as one model.

Every part has the same names, draws and timetable (`sim.parts`), so rows, sums of their hashes and statistics
add up to those of the whole run; what belongs to a thing comes from the part whose flows use it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from scenarios.resolved import Resolved
from sim.arrivals import Demand
from sim.deadlock import Deadlock
from sim.digest import Total, combined
from sim.engines import compiled
from sim.engines.kernel.records import HISTOGRAMS
from sim.log import EventLog
from sim.origins import origins_of
from sim.parts import alone, components, touched
from sim.parts import together as one_record
from sim.pieces import ROWS, Piece
from sim.tally import HOUR, Cells, Tally

MASK = (1 << 64) - 1


class Parts:
    """What `sim.run.Model` asks for, of several models at once."""

    def __init__(
        self, scenario: Resolved, seed: int, replication: int, end: int, *, threads: int,
        keeps_record: bool = True, counts: int = HISTOGRAMS, hour: int = HOUR,
        breathe: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self.scenario, self.threads = scenario, threads
        self.parts = components(scenario)
        self.models = [
            compiled.Model(
                alone(scenario, flows), seed, replication, end,
                keeps_record=keeps_record, counts=counts, hour=hour, breathe=breathe,
            )
            for flows in self.parts
        ]  # fmt: skip
        self.begin, self.end = self.models[0].begin, self.models[0].end
        demand = {name: Demand.of(name, self.models[0].timetable) for name in scenario.flows}
        self.book = origins_of(scenario, demand).book

    @property
    def entities(self) -> int:
        """Born so far."""
        return sum(model.entities for model in self.models)

    def events(self) -> int:
        """Facts and decision rounds so far."""
        return sum(model.events() for model in self.models)

    def advance(self, until: int) -> None:
        """Every part to an instant, so many at once as there are threads."""
        with ThreadPoolExecutor(self.threads, "part") as pool:
            for done in [pool.submit(model.advance, until) for model in self.models]:
                done.result()

    def stops_at(self) -> int | None:
        """Never before its end: where the last to leave ends a run there is one part."""
        return None

    def record(self, end: int) -> EventLog | None:
        """The whole record in canonical order; None if the run keeps none."""
        logs = [model.record(end) for model in self.models]
        return None if logs[0] is None else self._together([log for log in logs if log is not None])

    def _together(self, logs: Sequence[EventLog]) -> EventLog:
        return one_record(self.scenario, self.parts, logs, self.book)

    def hand_over(self, until: int, /) -> Piece | None:
        """The families of all parts that have left; None while there are but few rows."""
        if sum(model.rows for model in self.models) < ROWS:
            return None
        return self._one([model.hand_over_now(until) for model in self.models])

    def rest(self, end: int) -> Piece | None:
        """The last piece; None if the run keeps no rows."""
        found = [model.rest(end) for model in self.models]
        return None if found[0] is None else self._one([piece for piece in found if piece is not None])

    def _one(self, pieces: Sequence[Piece]) -> Piece:
        settled = min(piece.settled for piece in pieces)
        return replace(pieces[0], log=self._together([piece.log for piece in pieces]), settled=settled)

    def digest(self, end: int) -> str:
        """The sums of the hashes of rows add up; the timetable is the same in every part."""
        totals = [model.totals(end) for model in self.models]
        rows = {table: _added([of[table] for of in totals]) for table in ("visits", "entities")}
        return combined({**rows, "timetable": totals[0]["timetable"]})

    def visits(self, end: int) -> int:
        """Rows of visits, the open ones too."""
        return sum(model.visits(end) for model in self.models)

    def broken_laws(self, end: int) -> Iterator[str]:
        """Those of every part."""
        return chain.from_iterable(model.broken_laws(end) for model in self.models)

    def deadlock(self, breathe: Callable[[], None], /) -> Deadlock | None:
        """The first part's that is stuck."""
        stuck = (model.deadlock(breathe) for model in self.models)
        return next((found for found in stuck if found is not None), None)

    def tally(self, end: int, histograms: bool = True) -> Tally:
        """Statistics of each thing from the part that uses it (of what nobody uses from the first)."""
        told = [model.tally(end, histograms) for model in self.models]
        whole = told[0]
        owner = [
            {thing for name in part for thing in touched(self.scenario, self.scenario.flows[name])}
            | {("flow", name) for name in part}
            for part in self.parts
        ]  # fmt: skip

        def chosen(kind: str, names: Sequence[str]) -> list[int]:
            return [next((k for k, mine in enumerate(owner) if (kind, name) in mine), 0) for name in names]

        def picked(field: str, kind: str, names: Sequence[str]) -> Any:
            columns = [getattr(told[k], field)[:, n] for n, k in enumerate(chosen(kind, names))]
            return np.stack(columns, axis=1) if columns else getattr(whole, field)

        flows = [flow for flow, _ in whole.kinds]
        steps = chosen("step", whole.steps)
        return replace(
            whole,
            by_step=picked("by_step", "step", whole.steps),
            by_resource=picked("by_resource", "resource", whole.resources),
            by_zone=picked("by_zone", "zone", whole.zones),
            by_flow=picked("by_flow", "flow", whole.flows),
            by_kind=picked("by_kind", "flow", flows),
            squares=picked("squares", "flow", flows),
            open=np.array([told[k].open[n] for n, k in enumerate(steps)], np.int64),
            cells=_sorted([each.cells for each in told]),
        )


def _added(totals: Sequence[Total]) -> Total:
    words = [sum(of.words[lane] for of in totals) & MASK for lane in (0, 1)]
    return Total(sum(of.rows for of in totals), (words[0], words[1]))


def _sorted(cells: Sequence[Cells]) -> Cells:
    """The histograms of all parts, in order; no two have a cell in common."""
    span, series, cell, count = (
        np.concatenate([getattr(each, field) for each in cells])
        for field in ("span", "series", "cell", "count")
    )
    order = np.lexsort((cell, series, span))
    return Cells(span[order], series[order], cell[order], count[order])
