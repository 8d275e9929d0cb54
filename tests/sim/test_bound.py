"""The most that can get through a day, worked out by hand, and never less than what was achieved."""

from __future__ import annotations

from math import sqrt

import pytest

from metrics.milestones import LOST
from metrics.replication import Replication
from scenarios.library import load
from scenarios.relief import Party, parties, relieved, single
from scenarios.resolved import DAY, Arrivals, Label, Resolved, Zone
from sim.bound import Limit, bounds
from sim.graph import min_cut
from sim.run import run
from tests.sim.build import MIN, NAME, always, chain, clock, even_day, flow, needs, scenario, step


def test_a_cut_by_hand() -> None:
    arcs = {("s", "a"): 10, ("s", "b"): 5, ("a", "b"): 15, ("a", "t"): 4, ("b", "t"): 9}
    found = min_cut(arcs, "s", "t")
    assert found is not None
    assert found[0] == 13
    assert sorted(found[1]) == [("a", "t"), ("b", "t")]


def test_nothing_limits_a_way_without_capacity() -> None:
    assert min_cut({("s", "a"): None, ("a", "t"): None}, "s", "t") is None


def gate(per_day: float, room: int = 100) -> Resolved:
    """Scan (6 min, one scanner: 240 a day), then a stamp (10 min, two officers: 288), in one yard."""
    steps = {
        "scan": step(needs=needs("scanner"), time="six", zone="yard"),
        "stamp": step(needs=needs("officers"), time="ten", zone="yard"),
    }
    arrivals = Arrivals("rate", days=even_day(per_day), gap="gap")
    return scenario(
        {"a": flow(arrivals, chain("scan", "stamp"))},
        steps,
        resources={"scanner": always(1), "officers": always(2)},
        zones={"yard": Zone(NAME, room)},
        tables={"six": (6 * MIN,), "ten": (10 * MIN,), "gap": (1_000_000,)},
        clock=clock(10 * DAY),
    )


def test_the_slowest_step_is_the_cut() -> None:
    found = bounds(gate(200))
    assert found is not None
    assert found.demand == pytest.approx(200)
    assert found.most.most == pytest.approx(240)
    assert found.most.cut == (Limit("step", "scan"),)
    assert found.today.most == pytest.approx(200)
    assert found.in_proportion.most == pytest.approx(240)
    assert found.in_proportion.cut == (Limit("pool", "scanner"),)


def test_a_small_yard_is_the_cut() -> None:
    found = bounds(gate(200, room=2))  # 16 minutes of work inside: 2 × 24 h ÷ 16 min = 180
    assert found is not None
    assert found.most.most == pytest.approx(180)
    assert found.most.cut == (Limit("zone", "yard"),)


def test_more_than_the_bound_never_gets_through() -> None:
    for room in (100, 2):
        busy = gate(400, room)
        found = bounds(busy)
        assert found is not None
        assert found.today.most is not None
        assert through(busy) <= found.today.most
        assert through(busy) > 0.95 * found.today.most  # constant times: it is all but reached


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["kim-thanh-2021-01", "lang-son-2021-12", "lang-son-busy-day", "lang-son-quota"]
)
def test_the_library_gets_no_more_through_than_can_be(name: str) -> None:
    resolved = load(name).resolved
    found = bounds(resolved)
    assert found is not None
    assert found.most.most is not None
    assert found.today.most is not None
    days = (resolved.clock.window or resolved.clock.at_most) / DAY
    by_chance = 4 * sqrt(found.demand / days)  # a bound is of averages; arrivals come by Poisson's law
    already = inside(resolved) / days
    assert through(resolved) <= found.most.most
    assert through(resolved) <= min(found.today.most, found.demand) + already + by_chance


def inside(of: Resolved) -> int:
    """How many are inside when the window begins."""
    stays = Replication(of, run(of, 1).log).stays
    return int(((stays.arrived < 0) & (stays.gone >= 0)).sum())


def through(of: Resolved) -> float:
    """Entities a day that get through in the window."""
    told = Replication(of, run(of, 1).log)
    gone = told.stays.counted & (told.stays.fate != LOST) & told.within(told.stays.gone)
    return float(gone.sum()) * DAY / told.length


# ---- relief ------------------------------------------------------------------------------------------


def test_a_relieved_pool_keeps_nobody_waiting() -> None:
    free = relieved(gate(400), [single(gate(400), "resource", name) for name in ("scanner", "officers")])
    told = Replication(free, run(free, 1).log)
    assert told.visits.wait.sum() == 0


def test_relief_changes_nobody_who_comes() -> None:
    base = load("kim-thanh-2021-01").resolved
    names = {key: Label(key, key) for key in ("foreign", "hours", "readiness", "shared")}
    every = parties(base, names)
    assert [party.key for party in every][-2:] == ["foreign", "hours"]
    first, second = (run(of, 1, keep="record").log for of in (base, relieved(base, every)))
    assert (first.entities["arrived"] == second.entities["arrived"]).all()


def test_relief_does_not_depend_on_the_order() -> None:
    base = load("lang-son-2021-12").resolved
    every = parties(base, {key: Label(key, key) for key in ("foreign", "hours", "readiness", "shared")})
    assert relieved(base, every) == relieved(base, every[::-1])


def test_always_open_has_the_most_units_of_the_calendar() -> None:
    base = load("kim-thanh-2021-01").resolved
    free = relieved(base, [Party("hours", NAME, open=("lanes_out",))])
    assert len(free.resources["lanes_out"].shifts) == 1
    assert free.resources["lanes_out"].shifts[0].calendar is None
