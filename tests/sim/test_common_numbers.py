"""Common random numbers: whatever else changes in a scenario, an entity's own draws stay (law §2)."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scenarios import tables
from scenarios.resolved import (
    DAY,
    Agency,
    Attribute,
    Backlog,
    By,
    Disruption,
    Flow,
    Resolved,
    from_json,
    to_json,
)
from sim import chance
from sim.chance import Purpose
from sim.log import EMPTY, SOURCES, EventLog
from sim.run import Cancelled, Progress, Run, run
from tests.sim.build import (
    HOUR,
    MIN,
    NAME,
    always,
    category,
    clock,
    even_day,
    hours,
    needs,
    platform,
    scenario,
    shares,
    step,
)
from tests.sim.gaps import EXPONENTIAL
from tests.sim.tell import lines

ROOT = Path(__file__).parents[2]
SEED = 2025


def exponential(mean: int) -> tuple[int, ...]:
    return tables.rounded(tables.exponential(mean), mean)


def base() -> Resolved:
    """Three days of trucks and vans: two queues, rework, a rest for the impatient, attributes, a backlog."""
    from scenarios.resolved import Arrivals

    way: dict[str, str | None] = {"gate": "scan", "scan": "again", "rest": "scan", "exit": None}
    options: dict[str, dict[str, str | None]] = {"again": {"back": "scan", "on": "exit"}}
    attributes = {
        "goods": category("fruit", "stone", draw="goods"),
        "weight": Attribute(NAME, "number", By("goods", {"fruit": "light", "stone": "heavy"}), unit="kg"),
    }

    def kind(per_day: float, **fields: Any) -> Flow:
        arrivals = Arrivals("rate", days=even_day(per_day), gap="gap")
        return Flow(NAME, arrivals, "gate", way, options, attributes, **fields)

    return scenario(
        {"truck": kind(90, backlog=Backlog(5, "gate", "age")), "van": kind(60)},
        {
            "gate": step(needs=needs("lane"), time="short"),
            "scan": step(needs=needs("officer"), time="long", patience="patience", patience_to="rest"),
            "rest": step("wait", time="short"),
            "again": step("choose", shares="again"),
            "exit": step("wait", time="short"),
        },
        resources={"lane": always(2), "officer": always(2)},
        tables={
            "gap": EXPONENTIAL, "short": exponential(5 * MIN), "long": exponential(14 * MIN),
            "patience": exponential(2 * HOUR), "age": exponential(5 * HOUR),
            "light": exponential(900), "heavy": exponential(9000),
        },
        mixes={"goods": shares(fruit=0.6, stone=0.4), "again": shares(back=0.15, on=0.85)},
        clock=clock(3 * DAY),
    )  # fmt: skip


@cache
def base_run() -> Run:
    return run(base(), SEED, engine="reference")


Who = tuple[str, str, int, int]
"""An entity's address: flow, source, day, number."""


@dataclass(frozen=True)
class Draws:
    """Everything that chance gave to the entities of a run."""

    arrived: dict[Who, int]
    attributes: dict[Who, tuple[int, ...]]
    services: dict[tuple[Who, str, int], int]  # by the number of the start at the step
    patience: dict[tuple[Who, str, int], int]  # of those who lost it, by visit


def entities(log: EventLog) -> list[Who]:
    columns = (log.entities[name].tolist() for name in ("flow", "source", "day", "number"))
    return [(log.names.flows[f], SOURCES[s], d, n) for f, s, d, n in zip(*columns, strict=True)]


def draws(told: Run) -> Draws:
    log = told.log
    who = entities(log)
    found = Draws(dict(zip(who, log.entities["arrived"].tolist(), strict=True)), {}, {}, {})
    for row, one in enumerate(who):
        found.attributes[one] = tuple(int(column[row]) for column in log.attributes.values())
    starts: Counter[tuple[Who, str]] = Counter()
    names = ("entity", "step", "visit", "joined", "started", "ended", "outcome")
    for e, s, visit, joined, started, ended, outcome in zip(
        *(log.visits[n].tolist() for n in names), strict=True
    ):
        place = who[e], log.names.steps[s]
        if started != EMPTY:
            starts[place] += 1
            if ended != EMPTY:
                found.services[*place, starts[place]] = ended - started
        elif outcome == 3:
            found.patience[*place, visit] = ended - joined
    return found


def assert_kept(one: Run, other: Run, *, everybody: bool = True) -> None:
    """Whoever is in both runs has the same arrival, attributes, service times and patience in both."""
    before, after = draws(one), draws(other)
    common = before.arrived.keys() & after.arrived.keys()
    if everybody:
        assert common == before.arrived.keys()
    assert len(common) > 300
    for who in common:
        assert before.arrived[who] == after.arrived[who], who
        assert before.attributes[who] == after.attributes[who], who
    for kind, least in (("services", 700), ("patience", 3)):
        numbers, others = getattr(before, kind), getattr(after, kind)
        both = numbers.keys() & others.keys()
        assert len(both) >= least, (kind, len(both))
        assert {key: numbers[key] for key in both} == {key: others[key] for key in both}


def starts(told: Run) -> dict[tuple[Who, str, int], int]:
    who = entities(told.log)
    names = ("entity", "step", "visit", "started")
    rows = zip(*(told.log.visits[n].tolist() for n in names), strict=True)
    return {(who[e], told.log.names.steps[s], v): t for e, s, v, t in rows}


# ---- the address of each number
def test_every_number_is_drawn_from_its_own_address() -> None:
    """Service by the number of the start, patience by the number of the visit: recomputed row by row."""
    told = base_run()
    names = {"gate": "short", "scan": "long", "rest": "short", "exit": "short"}
    found = draws(told)

    def drawn(place: tuple[Who, str, int], purpose: int, table: str) -> int:
        (flow, source, day, number), step_name, visit = place
        key = chance.key(SEED, "step", step_name, flow, source)
        return chance.quantile(
            told.scenario.tables[table], chance.draw(key, day, number, 0, visit, purpose, 0)
        )

    for place, time in found.services.items():
        assert time == drawn(place, Purpose.SERVICE, names[place[1]])
    for place, time in found.patience.items():
        assert time == drawn(place, Purpose.PATIENCE, "patience")
    assert len(found.services) > 1000
    assert len(found.patience) > 10


def test_every_choice_is_drawn_from_its_own_address() -> None:
    """After the k-th service at `scan`, the k-th draw of `again` says whether `scan` comes once more."""
    told = base_run()
    served: dict[Who, int] = defaultdict(int)
    for who, step_name, _ in draws(told).services:
        served[who] += step_name == "scan"
    lost = {who for who, _, _ in draws(told).patience}
    gone = {w for w, left in zip(entities(told.log), told.log.entities["left"], strict=True) if left != EMPTY}
    again = told.scenario.mixes["again"].upto[0]
    for who in gone - lost:
        flow, source, day, number = who
        key = chance.key(SEED, "step", "again", flow, source)
        choices = [
            chance.draw(key, day, number, 0, k, Purpose.CHOICE, 0) < again for k in range(1, served[who] + 1)
        ]
        assert choices == [True] * (served[who] - 1) + [False], who
    assert max(served.values()) >= 3


def test_attributes_and_ages_are_drawn_from_their_own_addresses() -> None:
    told = base_run()
    for who, (goods, weight) in draws(told).attributes.items():
        flow, source, day, number = who
        luck = [
            chance.draw(
                chance.key(SEED, "attribute", name, flow, source), day, number, 0, 0, Purpose.ATTRIBUTE
            )
            for name in ("goods", "weight")
        ]
        assert goods == chance.choose(told.scenario.mixes["goods"].upto, luck[0])
        assert weight == chance.quantile(told.scenario.tables[("light", "heavy")[goods]], luck[1])
    key = chance.key(SEED, "step", "gate", "truck", "backlog")
    for who, arrived in draws(told).arrived.items():
        if who[1] == "backlog":
            age = chance.draw(key, who[2], who[3], 0, 0, Purpose.AGE)
            assert -arrived == chance.quantile(told.scenario.tables["age"], age)


# ---- what else may change
def test_an_unused_agency_and_its_steps_leave_the_whole_story() -> None:
    """Written first, so that every code changes."""
    old = base()
    new = replace(
        old,
        agencies={"veterinary": Agency(NAME)} | old.agencies,
        resources={"vet": always(3)} | old.resources,
        calendars={"vet_hours": hours((HOUR, 9 * HOUR))},
        platforms={"vet_net": platform()},
        steps={"look": step(needs=needs("vet"), time="long", agency="veterinary", platforms=("vet_net",))}
        | old.steps,
        disruptions={"ill": Disruption(NAME, (("resource", "vet"),), lose=1, when=((HOUR, HOUR),))},
    )
    told = run(new, SEED, engine="reference")
    assert lines(told.log) == lines(base_run().log)
    assert_kept(base_run(), told)


def test_an_agency_alone_leaves_the_digest() -> None:
    assert (
        run(replace(base(), agencies={"veterinary": Agency(NAME)}), SEED, engine="reference").digest
        == base_run().digest
    )


def test_a_step_that_is_used_leaves_the_draws_at_the_others() -> None:
    old = base()
    way: dict[str, str | None] = {
        "gate": "look",
        "look": "scan",
        "scan": "again",
        "rest": "scan",
        "exit": None,
    }
    told = run(
        replace(
            old,
            steps=old.steps | {"look": step("wait", time="long")},
            flows={name: replace(flow, next=way) for name, flow in old.flows.items()},
        ),
        SEED,
        engine="reference",
    )
    assert_kept(base_run(), told)


def with_priority() -> Resolved:
    steps = dict(base().steps)
    steps["scan"] = replace(steps["scan"], priority=By("goods", {"fruit": 0, "stone": 1}))
    return replace(base(), steps=steps)


def test_priority_instead_of_first_come_leaves_each_trucks_own_times() -> None:
    told = run(with_priority(), SEED, engine="reference")
    assert starts(told) != starts(base_run())
    assert_kept(base_run(), told)


def test_a_larger_opening_backlog_leaves_the_draws_of_all_others() -> None:
    truck = replace(base().flows["truck"], backlog=Backlog(40, "gate", "age"))
    told = run(replace(base(), flows=base().flows | {"truck": truck}), SEED, engine="reference")
    assert len(entities(told.log)) == len(entities(base_run().log)) + 35
    assert_kept(base_run(), told)


def test_a_burst_on_another_day_leaves_the_draws_of_all_others() -> None:
    burst = Disruption(NAME, (("flow", "truck"),), factor=1900, when=((DAY, DAY),))
    told = run(replace(base(), disruptions={"burst": burst}), SEED, engine="reference")
    new = set(entities(told.log)) - set(entities(base_run().log))
    assert len(new) > 40
    assert {(flow, source, day) for flow, source, day, _ in new} == {("truck", "x1", 20160)}
    assert_kept(base_run(), told)


@pytest.mark.parametrize("demand", [1300, 2600])
def test_additional_demand_leaves_the_draws_of_those_who_came_anyway(demand: int) -> None:
    truck = base().flows["truck"]
    more = replace(truck, arrivals=replace(truck.arrivals, demand=demand))
    told = run(replace(base(), flows=base().flows | {"truck": more}), SEED, engine="reference")
    assert len(entities(told.log)) > len(entities(base_run().log)) + 50
    assert_kept(base_run(), told)


def test_less_demand_leaves_the_draws_of_those_who_remain() -> None:
    truck = base().flows["truck"]
    less = replace(truck, arrivals=replace(truck.arrivals, demand=800))
    told = run(replace(base(), flows=base().flows | {"truck": less}), SEED, engine="reference")
    assert set(entities(told.log)) < set(entities(base_run().log))
    assert_kept(base_run(), told, everybody=False)


def test_more_officers_leave_the_draws() -> None:
    told = run(replace(base(), resources=base().resources | {"officer": always(3)}), SEED, engine="reference")
    assert starts(told) != starts(base_run())
    before, after = draws(base_run()), draws(told)
    both = before.services.keys() & after.services.keys()
    assert len(both) > 1000
    assert all(before.services[key] == after.services[key] for key in both)


def test_the_paper_fallback_takes_the_same_draw_from_its_own_table() -> None:
    """Paper takes three times as long in each quantile: each one's time is three times his own."""
    steps = dict(base().steps)
    steps["gate"] = replace(steps["gate"], platforms=("net",), fallback="triple")
    told = run(
        replace(
            base(),
            steps=steps,
            platforms={"net": platform()},
            tables=base().tables | {"triple": tuple(3 * value for value in base().tables["short"])},
            disruptions={"out": Disruption(NAME, (("platform", "net"),), down=True, when=((DAY, 6 * HOUR),))},
        ),
        SEED,
        engine="reference",
    )
    before, after = draws(base_run()).services, draws(told).services
    slowed = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert len(slowed) > 20
    assert {key[1] for key in slowed} == {"gate"}
    assert all(abs(after[key] - 3 * before[key]) <= 2 for key in slowed)  # each is rounded to a millisecond


def test_a_longer_run_begins_as_the_shorter_one() -> None:
    told = run(base(), SEED, until=DAY, engine="reference")
    finished = [line for line in lines(told.log) if " -" not in line]
    assert len(finished) > 300
    assert set(finished) <= set(lines(base_run().log))


# ---- the same run everywhere
def test_replications_and_seeds_differ() -> None:
    runs = [
        base_run(),
        run(base(), SEED, 1, engine="reference"),
        run(base(), SEED, 2, engine="reference"),
        run(base(), SEED + 1, engine="reference"),
    ]
    assert len({told.digest for told in runs}) == 4
    services = [set(draws(told).services.values()) for told in runs]
    assert all(
        len(one & other) < 0.02 * len(one) for one in services for other in services if one is not other
    )


def test_once_more_is_the_same() -> None:
    assert run(base(), SEED, engine="reference").digest == base_run().digest


def test_a_stored_scenario_gives_the_same_digest() -> None:
    assert run(from_json(to_json(base())), SEED, engine="reference").digest == base_run().digest


def test_shuffled_facts_give_the_same_digest() -> None:
    assert run(base(), SEED, shuffle=random.Random(7), engine="reference").digest == base_run().digest


def test_looking_up_for_progress_changes_nothing() -> None:
    told: list[Progress] = []
    assert (
        run(base(), SEED, progress=told.append, cancel=lambda: False, engine="reference").digest
        == base_run().digest
    )
    assert told[-1].share == 1
    assert [p.now for p in told] == sorted(p.now for p in told)
    assert told[-1].entities == len(entities(base_run().log))


def test_a_run_is_cancelled_when_asked() -> None:
    with pytest.raises(Cancelled):
        run(base(), SEED, cancel=lambda: True, engine="reference")


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", ["0", "1", "4294967295"])
def test_another_process_gives_the_same_digest(hash_seed: str) -> None:
    """Whatever the order of sets and dicts of strings would be there."""
    script = f"from tests.sim.test_common_numbers import base, run; print(run(base(), {SEED}).digest)"
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script]
    told = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert told.stdout.strip() == base_run().digest
