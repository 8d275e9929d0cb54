"""One row of an outage map in one replication: a target failing at each hour, beside the undisturbed run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from platform_api.following import Ask
from platform_api.trials import Seen, Trial
from scenarios.outages import Target, with_outage
from scenarios.resolved import Resolved
from sim import run as simulation

if TYPE_CHECKING:
    from metrics.outages import Inside


@dataclass(frozen=True, slots=True)
class Outages:
    """What every part of an outage map needs to know; part n is row n mod rows of replication n ÷ rows.

    scenario : undisturbed, until it is empty · starts : of the outages [ms] · lasts : how long they last [ms]
    """

    scenario: Resolved
    seed: int
    engine: str
    targets: tuple[Target, ...]
    starts: tuple[int, ...]
    lasts: int

    def perform(self, numbers: Sequence[int], stop: Ask) -> list[Trial]:
        """Some parts, one after another.

        Raises
        ------
        sim.run.Cancelled
            If `stop` says so.
        """
        return [self._row(number, stop) for number in numbers]

    def _row(self, number: int, stop: Ask) -> Trial:
        """The undisturbed run, then an outage at each start."""
        from metrics.outages import harm

        began = perf_counter()
        replication, row = divmod(number, len(self.targets))
        base, seen, entities = self._run(self.scenario, replication, stop)
        found = [seen]
        for start in self.starts:
            hit = with_outage(self.scenario, self.targets[row], start, self.lasts)
            inside, told, more = self._run(hit, replication, stop)
            of = harm(base, inside, start, start + self.lasts)
            found.append(Seen((of.queue, of.recovery, of.lost), told.digest, None, deadlock=told.deadlock))
            entities += more
        return Trial(number, tuple(found), (), entities, perf_counter() - began)

    def _run(self, scenario: Resolved, replication: int, stop: Ask) -> tuple[Inside, Seen, int]:
        from metrics.outages import BIN, inside

        done = simulation.run(
            scenario, self.seed, replication, engine=self.engine, keep="sums", cancel=stop, hour=BIN
        )
        if stop():
            raise simulation.Cancelled
        assert done.tally is not None
        seen = Seen((), done.digest, None, deadlock=() if done.deadlock is None else done.deadlock.cycle)
        return inside(scenario, done.tally), seen, done.timing.entities
