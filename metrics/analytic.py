"""The main figures of a scenario without a simulation, in a fraction of a second: an analytic estimate.

Everybody is followed through the network as a fluid with an age: how many come to each step in each bin of
time, how long they have been there, and how uncertain that is (first and second moments). Pools are lines of
`metrics.fluid`; shares of ways follow from the equations of traffic. Pools that come before others are worked
out first, and all is gone through a few times, so that rework and pools that serve several steps settle.

What the estimate does not know is told with it (`metrics.analytic_scope`), and how far off it may be was
measured (`metrics.analytic_band`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from metrics.analytic_order import Key, groups
from metrics.analytic_scope import Unknown, unknown
from metrics.fluid import Floats, Grid, Line, larger, line, quantile
from metrics.routes import Route, pools_together, route
from metrics.supply import capacity, coming, scheduled
from scenarios.resolved import DAY, Resolved
from sim.arrivals import arrivals_end
from sim.remembered import per_scenario

ROUNDS = 6
"""How often everything is gone through, at most; fewer where nothing changes any more."""

SETTLED = 1e-3
"""Change of the work before all pools, relative, at which nothing changes any more."""

Kind = Literal["plain", "rough", "none"]
"""Whether all of a scenario is in the estimate, nearly all, or too little of it to say anything."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One estimated figure, under the name and labels of its indicator; None: cannot be told."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What can be said beforehand.

    kind : how much of the scenario is in it · without : what is not · load : the busiest pool's work ÷ what
    it can do · bin : how finely time was cut [ms]
    """

    kind: Kind
    without: tuple[Unknown, ...]
    load: float
    bin: float
    figures: tuple[Figure, ...]


def estimate(scenario: Resolved) -> Estimate:
    """The main figures of the window; none where too much of the scenario is unknown to the estimate."""
    found = unknown(scenario)
    if any(each.refused for each in found):
        return Estimate("none", tuple(found), float("nan"), float("nan"), ())
    crowd = _Crowd(scenario)
    crowd.settle()
    found += crowd.full_zones()
    kind: Kind = "rough" if found else "plain"
    return Estimate(kind, tuple(found), crowd.load(), crowd.grid.length, tuple(crowd.figures()))


@per_scenario
def _routes(scenario: Resolved) -> dict[str, Route]:
    return {name: route(scenario, name) for name in scenario.flows}


# ---- the crowd ----------------------------------------------------------------------------------------

COME, AGE, AGE2, WAITED, WAITED2 = range(5)
"""What is carried along: how many, and sums of age, age², time waited, time waited² [ms]."""


@dataclass(frozen=True, slots=True)
class End:
    """One way to the end of a parallel part, of who comes to it in each bin.

    share : how many take it · mean, variance : of the time to the end · waited : the part of it in lines
    """

    share: float
    mean: Floats
    variance: Floats
    waited: Floats

    def and_beside(self, other: End) -> End:
        """Both at once: the longer one counts."""
        mean, variance = larger((self.mean, self.variance), (other.mean, other.variance))
        waited = np.where(other.mean > self.mean, other.waited, self.waited)
        return End(self.share * other.share, mean, variance, waited)


def _likely(ends: list[End]) -> list[End]:
    """The ways that are taken at all often, in their proportions."""
    kept = [end for end in ends if end.share >= RARE * sum(each.share for each in ends)]
    part = sum(end.share for end in ends) / sum(end.share for end in kept)
    return [replace(end, share=end.share * part) for end in kept]


@dataclass
class _Crowd:
    """Everybody, as a fluid on the grid."""

    scenario: Resolved
    grid: Grid = field(init=False)
    left: dict[Key, Floats] = field(default_factory=dict)  # who left a step, by bin: rows as above
    came: dict[Key, Floats] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)  # by pool

    def __post_init__(self) -> None:
        scenario = self.scenario
        begin, end = -scenario.clock.lead_in, arrivals_end(scenario.clock)
        self.grid = Grid.over(begin, end)
        self.routes = _routes(scenario)
        self.pool_of = pools_together(scenario)
        on_duty = scheduled(scenario, self.grid)
        self.scheduled = self._together(on_duty)
        self.capacity = self._together(capacity(scenario, self.grid, on_duty))
        self.births = {name: coming(scenario, name, self.grid) for name in scenario.flows}
        self.groups = groups(self.routes, scenario, self.pool_of)

    def _together(self, by_pool: dict[str, Floats]) -> dict[str, Floats]:
        """Pools that stand in for each other as one [unit ms by bin]."""
        found: dict[str, Floats] = {}
        for name, area in by_pool.items():
            pool = self.pool_of[name]
            found[pool] = found[pool] + area if pool in found else area
        return found

    # ---- going through ----

    def settle(self) -> None:
        """Until nothing changes any more; ages in the last round only."""
        before = np.zeros(1)
        for _ in range(ROUNDS):
            self._round(rows=1)
            visits = np.array([came[COME].sum() for came in self.came.values()])
            if len(before) == len(visits) and np.abs(visits - before).sum() <= SETTLED * visits.sum():
                break
            before = visits
        self._age()

    def _round(self, rows: int) -> None:
        """Every group of steps once, in the order of the ways."""
        for steps in self.groups:
            for key in steps:
                self.came[key] = self._arriving(key, rows)
            for pool in {pool for _, name in steps for pool, _ in self._needs(name)}:
                self._line_up(pool, steps)
            for key in steps:
                self.left[key] = self._leaving(key, rows)

    def _age(self) -> None:
        """The lines are known: follow everybody's age along the ways, twice where some lead back."""
        for flow, way in self.routes.items():
            for name in way.order * (2 if way.leads_back else 1):
                self.came[flow, name] = self._arriving((flow, name), rows=5)
                self.left[flow, name] = self._leaving((flow, name), rows=5)

    def _arriving(self, key: Key, rows: int) -> Floats:
        """Who comes to a step: from outside, and from the steps before it."""
        flow, name = key
        walk = self.routes[flow]
        found = np.zeros((rows, self.grid.bins))
        if name == walk.first:
            found[COME] += self.births[flow]
        backlog = self.scenario.flows[flow].backlog
        if backlog is not None and name == backlog.at:
            mean = walk.backlog_age
            found[:, 0] += backlog.count * np.array([1.0, mean, mean**2, 0.0, 0.0])[:rows]
        for before, share in walk.before[name]:
            if walk.walks[before].branches and (flow, before) in self.came:
                self.left[flow, before] = self._joined((flow, before), rows)
            if (flow, before) in self.left and len(self.left[flow, before]) >= rows:  # else later, going back
                found += share * self.left[flow, before][:rows]
        for fork in walk.forks_to[name]:
            if (flow, fork) in self.came:
                found[COME] += self.came[flow, fork][COME]
        if rows > 1 and "arrived" in self.scenario.steps[name].milestones:
            found[AGE] = found[AGE2] = 0.0
        return found

    def _needs(self, name: str) -> list[tuple[str, int]]:
        """The pools that a step needs, and how many units of each."""
        needs = self.scenario.steps[name].needs
        return [(self.pool_of[need.any_of[0][0]], need.any_of[0][1]) for need in needs]

    def _line_up(self, pool: str, steps: list[Key]) -> None:
        """The line before a pool, of the work of all its steps."""
        work, first, second, visits = np.zeros(self.grid.bins), 0.0, 0.0, 0.0
        for flow, name in steps:
            units = sum(count for other, count in self._needs(name) if other == pool)
            walk, come = self.routes[flow].walks[name], self.came[flow, name][COME]
            work = work + come * (units * walk.mean)
            many = float(come.sum()) * units
            visits, first = visits + many, first + many * walk.mean
            second += many * (walk.variance + walk.mean**2)
        if visits <= 0 or first <= 0:
            mean, cv2 = 1.0, 1.0
        else:
            mean = first / visits
            cv2 = max(0.0, second / visits / mean**2 - 1)
        self.lines[pool] = line(self.grid, work, self.capacity[pool], mean, cv2)

    def _delay(self, key: Key) -> tuple[Floats, Floats]:
        """Mean and variance of the wait of who comes to a step in each bin."""
        lines = [self.lines[pool] for pool, _ in self._needs(key[1]) if pool in self.lines]
        if not lines:
            zero = np.zeros(self.grid.bins)
            return zero, zero
        longest = max(lines, key=lambda each: float(each.wait.sum()))
        return longest.wait, longest.spread

    def _leaving(self, key: Key, rows: int) -> Floats:
        """Who leaves a step, and when."""
        flow, name = key
        walk, came = self.routes[flow].walks[name], self.came[key]
        wait, spread = self._delay(key)
        if walk.branches:
            return self._joined(key, rows)
        found = np.zeros((rows, self.grid.bins))
        for time, share, rest in walk.points:
            found += self._moved(came * share, wait, spread, time, rest)
        return found

    def _moved(
        self, came: Floats, wait: Floats, spread: Floats, time: float | Floats, rest: float | Floats
    ) -> Floats:
        """Who came, later by a wait and a time; `rest` is the variance of the time."""
        times = self.grid.middles + wait + time
        if len(came) == 1:
            return self.grid.spread(times, came)
        n, age, age2, waited, waited2 = came
        more, uncertain = wait + time, spread + rest
        carried = np.stack([
            n, age + n * more, age2 + 2 * age * more + n * (more**2 + uncertain),
            waited + n * wait, waited2 + 2 * waited * wait + n * (wait**2 + spread),
        ])  # fmt: skip
        return self.grid.spread(times, carried)

    # ---- parts that go on side by side ----

    def _joined(self, key: Key, rows: int) -> Floats:
        """Who leaves a parallel part: when the last of its branches has ended, whichever way each took."""
        flow, name = key
        zero = np.zeros(self.grid.bins)
        together = [End(1.0, zero, zero, zero)]
        for branch in self.routes[flow].walks[name].branches:
            ways = self._ways_through(flow, branch, 0)
            together = _likely([first.and_beside(other) for first in together for other in ways])
        found = np.zeros((rows, self.grid.bins))
        for end in together:
            came = self.came[key][:rows] * end.share
            found += self._moved(came, end.waited, zero, end.mean - end.waited, end.variance)
        return found

    def _ways_through(self, flow: str, name: str, depth: int) -> list[End]:
        """The ways from a step to the end of its branch, of who comes to the step in each bin."""
        walk = self.routes[flow].walks[name]
        wait, spread = self._delay((flow, name))
        own = End(1.0, wait + walk.mean, spread + walk.variance, wait)
        stops = 1 - sum(share for _, share in walk.after)
        found = [replace(own, share=stops)] if stops > 1e-9 or depth > MOST_AHEAD else []
        there = self.grid.middles + own.mean
        for following, share in walk.after if depth <= MOST_AHEAD else ():
            for later in self._ways_through(flow, following, depth + 1):
                at = [
                    np.interp(there, self.grid.middles, of)
                    for of in (later.mean, later.variance, later.waited)
                ]
                found.append(
                    End(share * later.share, own.mean + at[0], own.variance + at[1], own.waited + at[2])
                )
        return _likely(found)

    # ---- what comes of it ----

    def _window(self) -> Floats:
        return np.asarray(self.grid.middles >= 0)

    def _crossing(self) -> Floats:
        """Who crosses, or ends, by bin."""
        found = np.zeros((5, self.grid.bins))
        for flow, walk in self.routes.items():
            for name, share in walk.crossing:
                if (flow, name) in self.left:
                    found += share * self.left[flow, name]
        return found

    def _gone(self) -> Floats:
        """Who crosses, ends or is turned back."""
        found = np.zeros(self.grid.bins)
        for flow, walk in self.routes.items():
            for name, share in walk.leaving:
                if (flow, name) in self.left:
                    found = found + share * self.left[flow, name][COME]
        return found

    def _arrived(self) -> Floats:
        found = np.zeros(self.grid.bins)
        for flow, walk in self.routes.items():
            for name in walk.arriving:
                found = found + self.came[flow, name][COME]
        return found

    def figures(self) -> Iterator[Figure]:
        """The main figures of the window."""
        window = self._window()
        n, age, age2, waited, waited2 = self._crossing()[:, window]
        days = (self.grid.end - max(0, self.grid.begin)) / DAY
        many = float(n.sum())
        yield Figure("throughput", (), many / days if days > 0 else None)
        yield from _times("dwell", n, age, age2)
        yield from _times("wait", n, waited, waited2)
        yield Figure("closing_backlog", (), max(0.0, float((self._arrived() - self._gone()).sum())))
        for agency in self.scenario.agencies:
            busy, scheduled = self._of_agency(agency)
            if scheduled > 0:
                yield Figure("utilisation", (("agency", agency),), min(1.0, busy / scheduled))

    def _of_agency(self, agency: str) -> tuple[float, float]:
        """Busy and scheduled time of its pools in the window [unit ms]."""
        mine = [name for name, pool in self.scenario.resources.items() if pool.agency == agency]
        pools, window = {self.pool_of[name] for name in mine}, self._window()
        busy = sum(float(self.lines[pool].served[window].sum()) for pool in pools if pool in self.lines)
        return busy, sum(float(self.scheduled[pool][window].sum()) for pool in pools)

    def load(self) -> float:
        """Of the busiest pool, from the beginning on."""
        loads = [0.0]
        for pool, each in self.lines.items():
            can = float(self.capacity[pool].sum())
            come = sum(
                float(self.came[flow, name][COME].sum()) * units * self.routes[flow].walks[name].mean
                for flow, name in self.came
                for other, units in self._needs(name)
                if other == pool
            )
            loads.append(come / can if can > 0 else float(each.served.sum() > 0))
        return max(loads)

    def full_zones(self) -> list[Unknown]:
        """Zones that are about to be full: what stands before them is not in the estimate."""
        there: dict[str, Floats] = {}
        for (flow, name), came in self.came.items():
            zone = self.scenario.steps[name].zone
            if zone is not None:
                inside = np.cumsum(came[COME] - self.left[flow, name][COME])
                there[zone] = there.get(zone, 0.0) + inside
        window = self._window()
        return [
            Unknown("full_zone", zone)
            for zone, inside in there.items()
            if inside[window].max(initial=0.0) > NEARLY_FULL * self.scenario.zones[zone].room
        ]


MOST_AHEAD = 12
"""Steps of a branch that are looked ahead."""

RARE = 0.05
"""Share of those who come to a parallel part that is not worth a way of its own."""

NEARLY_FULL = 0.8


def _times(name: str, n: Floats, sums: Floats, squares: Floats) -> Iterator[Figure]:
    """Mean and P95 of times that are carried as moments [s]."""
    many = float(n.sum())
    if many <= 0:
        yield from (Figure(f"{name}_{stat}", (), None) for stat in ("mean", "p95"))
        return
    yield Figure(f"{name}_mean", (), float(sums.sum()) / many / 1000)
    means = np.divide(sums, n, out=np.zeros_like(sums), where=n > 0)
    variances = np.divide(squares, n, out=np.zeros_like(sums), where=n > 0) - means**2
    yield Figure(f"{name}_p95", (), quantile(0.95, n, means, np.maximum(variances, 0.0)) / 1000)
