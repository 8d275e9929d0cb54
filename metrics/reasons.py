"""What keeps the head of a step's queue from starting, over time.

The needs of the step are gone through as the engine does it: each takes the first written pool with enough
free units, and what one has taken the next has not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.occupancy import StepFunction, combine, constant
from metrics.replication import Replication
from metrics.waits import down, short
from scenarios.resolved import Need, Step
from sim.log import Column

KINDS = (
    "before",
    "zone", "rule", "room", "door",
    "closed", "short", "down", "late", "busy", "reserved", "kept", "load", "stock", "fit", "turn",
    "paused", "served", "passing", "carried", "errand",
)  # fmt: skip
"""before: the age of who is there at the start of the run.
Blocked at the door of a step. zone, room: no place in the zone, in the step · rule: a rule keeps it closed ·
door: none of these, but the record says so; never seen.
Waiting for a start. closed: nobody is scheduled · short: losses or disruptions leave too few · down: a
platform without fallback · late: units stay on, for those alone who came before the closing · busy: all are
at work · reserved: for somebody else, or by the head until it may start · kept: with those who stand blocked
behind their step · load: those who gather are not due · stock: too little of it · fit: it would not end
before closing · turn: none of these; never seen.
Being served. paused: the service stands still for a platform · served · passing: nobody works, time passes
(also the answer to a message) · carried: on a vehicle · errand: who was sent out is not back."""


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """Why time passed.

    kind : of KINDS · step : where ("" before the run) · of : the pools of the need that is not met, the
    platforms, the zone, the stock or the flow that is out; empty for what the step says alone
    """

    kind: str
    step: str = ""
    of: tuple[str, ...] = ()


Code = Callable[[Cause], int]
State = tuple[StepFunction, Cause]
"""Holds while above 0, and then it is this cause."""


def reasons(run: Replication, name: str, step: Step, code: Code) -> StepFunction:
    """The code of what keeps the head of a step's queue from starting, over time."""
    states = [*_shut(run, name, step), *_taken(run, name, step)]
    rest = code(_else(run, name, step))
    codes = [code(cause) for _, cause in states]
    if not states:
        return constant(rest)
    return combine(
        lambda *now: np.select([each > 0 for each in now], codes, rest).astype(np.int64),
        *(state for state, _ in states),
    )


def _shut(run: Replication, name: str, step: Step) -> Iterator[State]:
    """Nobody could start whoever is at work: closed, out of order (as `metrics.waits` has it)."""
    names, setting = run.log.names, run.setting
    for kind, what in (("closed", "scheduled"), ("short", "capacity")):
        for need in step.needs:
            yield short(need, names, setting, what), Cause(kind, name, _pools(need))
    if step.fallback is None:
        for platform in step.platforms:
            yield down(names, platform, setting), Cause("down", name, (platform,))


def _taken(run: Replication, name: str, step: Step) -> Iterator[State]:
    """There are units, but none free for the first need that is not met; then what hinders some only."""
    if step.needs:
        unmet = _unmet(run, step)
        for kind, with_more in (("late", 1), ("reserved", 2), ("kept", 3), ("busy", 4)):
            for number, need in enumerate(step.needs, 1):
                cause = Cause(kind, name, _pools(need))
                yield (
                    combine(lambda now, want=10 * number + with_more: (now == want).astype(np.int64), unmet),
                    cause,
                )
    for platform in step.platforms if step.fallback is not None else ():
        yield down(run.log.names, platform, run.setting), Cause("down", name, (platform,))


def _else(run: Replication, name: str, step: Step) -> Cause:
    """Units are free, and yet the head waits."""
    if step.gather is not None:
        return Cause("load", name)
    if step.stock is not None:
        return Cause("stock", name, (step.stock,))
    pools = [pool for need in step.needs for pool, _ in need.any_of]
    if step.reserve:
        return Cause("reserved", name, tuple(dict.fromkeys(pools)))
    fit = tuple(pool for pool in pools if run.scenario.resources[pool].at_closing == "fit")
    return Cause("fit", name, fit) if fit else Cause("turn", name)


def _pools(need: Need) -> tuple[str, ...]:
    return tuple(pool for pool, _ in need.any_of)


# ---- the needs, one after another ------------------------------------------------------------------------


def _unmet(run: Replication, step: Step) -> StepFunction:
    """10 × the first need that is not met (from 1) + what would meet all; 0 while all are met.

    1: units that stay on after a closing · 2: also those that are reserved · 3: also those kept by who stands
    blocked · 4: nothing of these
    """
    pools = list(dict.fromkeys(pool for need in step.needs for pool, _ in need.any_of))
    curves = [curve for pool in pools for curve in _curves(run, pool)]

    def found(*values: Column) -> Column:
        of = dict(zip(pools, (values[i : i + 5] for i in range(0, len(values), 5)), strict=True))
        return _told(step, of)

    return combine(found, *curves)


def _curves(run: Replication, pool: str) -> tuple[StepFunction, ...]:
    overtime = run.setting("overtime", run.log.names.resources.index(pool), 0)
    busy = (run.busy(pool, part) for part in ("serving", "reserved", "kept"))
    return run.capacity(pool), overtime, *busy


def _told(step: Step, of: dict[str, tuple[Column, ...]]) -> Column:
    free = {
        pool: capacity - serving - reserved - kept
        for pool, (capacity, _, serving, reserved, kept) in of.items()
    }
    ours = {pool: reserved for pool, (_, _, _, reserved, _) in of.items()} if step.reserve else {}
    first = _first_unmet(step.needs, free, ours)
    more = free
    kind = np.full(len(first), 4)
    tried: list[Column] = []
    for column in (1, 3, 4):  # overtime, reserved, kept
        more = {pool: more[pool] + columns[column] for pool, columns in of.items()}
        tried.append(_first_unmet(step.needs, more, {}))
    for number in (3, 2, 1):
        kind[tried[number - 1] == 0] = number
    return np.where(first > 0, 10 * first + kind, 0)


def _first_unmet(needs: Sequence[Need], free: dict[str, Column], ours: dict[str, Column]) -> Column:
    """The first need (from 1) that finds no pool with enough free units; 0 if all find one."""
    left = dict(free)
    count = len(next(iter(free.values())))
    first = np.zeros(count, np.int64)
    for number, need in enumerate(needs, 1):
        met = np.zeros(count, np.bool_)
        for pool, units in need.any_of:
            takes = ~met & (left[pool] >= units)
            left[pool] = left[pool] - np.where(takes, units, 0)
            met |= takes
            if pool in ours:
                met |= ours[pool] >= units
        first[(first == 0) & ~met] = number
    return first
