"""One replication of a forecast: what may come without any action, and with each, for the same trucks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from platform_api.following import Ask
from platform_api.trials import Seen, Trial
from scenarios.resolved import Resolved
from sim import run as simulation

if TYPE_CHECKING:
    from metrics.fans import Series


@dataclass(frozen=True, slots=True)
class Futures:
    """What every part needs to know; part n is replication n of all variants, the first without any action.

    series : what is looked at · step : from one look to the next [ms] · of : whose number may pass the limit
    · values of a part: (the most of them, 1 if it passes the limit)
    """

    variants: tuple[Resolved, ...]
    seed: int
    engine: str
    series: tuple[Series, ...]
    step: int
    of: Series
    limit: int | None

    def perform(self, numbers: Sequence[int], stop: Ask) -> list[Trial]:
        """Some parts, one after another.

        Raises
        ------
        sim.run.Cancelled
            If `stop` says so.
        """
        return [self._one(number, stop) for number in numbers]

    def _one(self, number: int, stop: Ask) -> Trial:
        began, entities = perf_counter(), 0
        seen: list[Seen] = []
        for variant in self.variants:
            done = simulation.run(variant, self.seed, number, engine=self.engine, cancel=stop)
            if stop():
                raise simulation.Cancelled
            seen.append(self._seen(variant, done))
            entities += done.timing.entities
        return Trial(number, tuple(seen), (), entities, perf_counter() - began)

    def _seen(self, variant: Resolved, done: simulation.Run) -> Seen:
        import numpy as np

        from metrics.fans import curves, hours_of, peak
        from metrics.replication import Replication

        run = Replication(variant, done.log)
        at = hours_of(variant.clock.window or variant.clock.at_most, self.step)
        most = peak(run, self.of)
        passes = float(self.limit is not None and most > self.limit)
        levels = np.concatenate(list(curves(run, self.series, at)))
        cycle = () if done.deadlock is None else done.deadlock.cycle
        return Seen((float(most), passes), done.digest, None, tuple(levels.tolist()), deadlock=cycle)
