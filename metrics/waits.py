"""Why a visit waited: the step was closed, it was out of order, or others were in front.

A step is *closed* while calendars alone leave too few units to start it; *out* while calendars would allow a
start, but losses, disruptions or a platform without fallback do not; else *open*. The needs of a step are
looked at one by one; a fallback that holds for some entities only counts as one for all. What a story lays a
wait to (`metrics.reasons`) is finer, and begins with the same two states.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from metrics.occupancy import StepFunction, combine, constant
from metrics.visits import Visits, reached
from scenarios.resolved import Need, Resolved, Step
from sim.log import Column, EventLog, Names

Setting = Callable[[str, int, int], StepFunction]
"""What the timetable set one target to: (what, code of the target, value before) → function of time."""


def parts_of_waits(scenario: Resolved, log: EventLog, visits: Visits, setting: Setting) -> dict[str, Column]:
    """The wait of each visit in three parts that add up to it [ms]: closed, outage, queue."""
    closed, unable = np.zeros_like(visits.wait), np.zeros_like(visits.wait)
    since = np.where(reached(log.visits["admitted"]), log.visits["admitted"], log.visits["joined"])
    until = since + visits.wait
    for code, name in enumerate(log.names.steps):
        here = np.flatnonzero((log.visits["step"] == code) & (visits.wait > 0))
        if not len(here):
            continue
        for part, state in zip(
            (closed, unable), states(scenario.steps[name], log.names, setting), strict=True
        ):
            part[here] = state.integral(until[here]) - state.integral(since[here])
    return {"wait_closed": closed, "wait_outage": unable - closed, "wait_queue": visits.wait - unable}


def states(step: Step, names: Names, setting: Setting) -> tuple[StepFunction, StepFunction]:
    """(1 while closed, 1 while no start is possible for whatever reason), over time."""
    closed = [short(need, names, setting, "scheduled") for need in step.needs]
    lost = [short(need, names, setting, "capacity") for need in step.needs]
    out = [down(names, name, setting) for name in step.platforms if step.fallback is None]
    return _any(closed), _any([*closed, *lost, *out])


def _any(functions: list[StepFunction]) -> StepFunction:
    return combine(lambda *values: np.max(values, axis=0), *functions) if functions else constant(0)


def short(need: Need, names: Names, setting: Setting, what: str) -> StepFunction:
    """1 while none of the pools of a need has enough units: scheduled or in capacity, or in overtime."""
    enough = [
        combine(
            lambda level, overtime, units=units: (level + overtime >= units).astype(np.int64),
            setting(what, code, 0),
            setting("overtime", code, 0),
        )
        for code, units in ((names.resources.index(pool), units) for pool, units in need.any_of)
    ]
    return combine(lambda *values: 1 - np.max(values, axis=0), *enough)


def down(names: Names, platform: str, setting: Setting) -> StepFunction:
    """1 while a platform is down."""
    state = setting("platform", names.platforms.index(platform), 1000)
    return combine(lambda now: (now == 0).astype(np.int64), state)
