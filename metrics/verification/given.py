"""What theory needs to know of a scenario, read from its resolved form: rates and moments as they are run."""

from __future__ import annotations

from metrics.theory import Class, table_moments
from metrics.verification.seen import MINUTE
from scenarios.resolved import ARRIVAL_UNIT, Resolved

MINUTES_A_DAY = 1440


def rate(told: Resolved, flow: str = "truck") -> float:
    """Arrivals a minute of a flow that comes evenly."""
    days = told.flows[flow].arrivals.days
    assert days is not None, "the flows of a case come by rate"
    return days.shapes[0][-1] / ARRIVAL_UNIT / MINUTES_A_DAY


def rates(told: Resolved) -> list[float]:
    """Of all flows, in the order of the file."""
    return [rate(told, flow) for flow in told.flows]


def moments(told: Resolved, step: str = "desk") -> tuple[float, float]:
    """E[S] in minutes and E[S²] of a step's time, of the table that is drawn from."""
    return _moments(told, told.steps[step].time)


def service(told: Resolved, step: str = "desk") -> float:
    """The mean time of a step [min]."""
    return moments(told, step)[0]


def patience(told: Resolved, step: str = "desk") -> float:
    """The mean patience at a step [min]."""
    return _moments(told, told.steps[step].patience)[0]


def moments_of_sum(told: Resolved, *steps: str) -> tuple[float, float]:
    """E and E of the square, of the times of several steps together [min, min²]."""
    firsts, seconds = zip(*(moments(told, step) for step in steps), strict=True)
    variance = sum(second - first**2 for first, second in zip(firsts, seconds, strict=True))
    return sum(firsts), variance + sum(firsts) ** 2


def servers(told: Resolved, pool: str = "clerk") -> int:
    """Units of a pool that is always on duty."""
    return told.resources[pool].shifts[0].units


def classes(told: Resolved) -> list[Class]:
    """The flows as classes of a priority queue at the desk, each with its own law of service."""
    from scenarios.resolved import By

    time = told.steps["desk"].time
    leaves = time.cases if isinstance(time, By) else dict.fromkeys(told.flows, time)
    return [Class(rate(told, flow), *_moments(told, leaves[flow])) for flow in told.flows]


def _moments(told: Resolved, table: object) -> tuple[float, float]:
    assert isinstance(table, str), "the time does not depend on attributes"
    first, second, _ = table_moments(told.tables[table])
    return first / MINUTE, second / MINUTE**2
