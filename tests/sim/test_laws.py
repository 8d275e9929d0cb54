"""Every law notices a record that breaks it (law §6)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scenarios.resolved import Backlog, By, Disruption, Resolved
from sim import run as run_module
from sim.engines.floor import Group, Pool, Station, Zone
from sim.laws import LawBroken, branch_steps, check_record, sum_of_waits, wrong_areas
from sim.log import EMPTY, ENTITY_OUTCOMES, TARGETS, EventLog
from sim.run import run
from tests.sim.build import NAME, always, category, chain, clock, needs, shares, step, zone
from tests.sim.tell import one_flow, trucks


def busy() -> Resolved:
    """Blocking, a zone, two officers of whom one is ill for a while, a backlog, a lost one and open rows."""
    return one_flow(
        trucks(-3, 0, 0, 1, 2, 70, 75),
        chain("pre", "desk"),
        {
            "pre": step(needs=needs("p"), time="6"),
            "desk": step(needs=needs("q"), time="10", zone="yard", patience="30"),
        },
        resources={"p": always(2)},
        zones={"yard": zone(2)},
        backlog=Backlog(1, "desk", "9"),
        disruptions={"ill": Disruption(NAME, (("resource", "p"),), lose=1, when=((2, 20),))},
        clock=clock(80, lead_in=5),
    )


@pytest.fixture(scope="module")
def scenario() -> Resolved:
    return busy()


@pytest.fixture(scope="module")
def log(scenario: Resolved) -> EventLog:
    return run(scenario, 1, engine="reference").log


def tampered(log: EventLog, table: str, column: str, row: int, value: int) -> EventLog:
    columns = getattr(log, table)
    values = columns[column].copy()
    values[row] = value
    changes: dict[str, Any] = {table: columns | {column: values}}
    return replace(log, **changes)


def broken(scenario: Resolved, log: EventLog, what: str) -> None:
    with pytest.raises(LawBroken, match=re.escape(what)):
        check_record(scenario, log)


def completed_row(log: EventLog) -> int:
    """A visit that reached every instant."""
    return int(np.flatnonzero((log.visits["left"] != EMPTY) & (log.visits["started"] != EMPTY))[0])


def test_an_untouched_record_keeps_the_laws(scenario: Resolved, log: EventLog) -> None:
    check_record(scenario, log)
    assert {ENTITY_OUTCOMES[code] for code in log.entities["outcome"]} >= {"inside", "completed"}


@pytest.mark.parametrize("column", ["admitted", "started", "ended", "left"])
def test_times_that_go_back(scenario: Resolved, log: EventLog, column: str) -> None:
    row = completed_row(log)
    early = int(log.visits["joined"][row]) - 1
    broken(
        scenario, tampered(log, "visits", column, row, early), f"'{column}' is earlier than what precedes it"
    )


def test_a_time_that_goes_back_across_one_never_reached(scenario: Resolved, log: EventLog) -> None:
    """A lost visit has no start, but its end must still come after it joined."""
    row = completed_row(log)
    wrong = tampered(log, "visits", "started", row, EMPTY)
    wrong = tampered(wrong, "visits", "ended", row, int(log.visits["admitted"][row]) - 1)
    broken(scenario, wrong, "'ended' is earlier than what precedes it")


def test_an_entity_inside_and_gone(scenario: Resolved, log: EventLog) -> None:
    gone = int(np.flatnonzero(log.entities["left"] != EMPTY)[0])
    broken(scenario, tampered(log, "entities", "outcome", gone, 0), "an entity is both inside and gone")
    broken(scenario, tampered(log, "entities", "left", gone, EMPTY), "an entity is both inside and gone")


def test_an_entity_that_left_but_holds_a_place(scenario: Resolved, log: EventLog) -> None:
    row = completed_row(log)
    broken(scenario, tampered(log, "visits", "left", row, EMPTY), "an entity has left but holds a place")


@pytest.mark.parametrize("column", ["joined", "ended"])
def test_parts_that_do_not_sum_to_the_dwell(scenario: Resolved, log: EventLog, column: str) -> None:
    row = completed_row(log)
    later = int(log.visits[column][row]) - (column == "joined")
    wrong = tampered(log, "visits", column, row, later + (column == "ended"))
    broken(scenario, wrong, "the parts of an entity's time do not sum to its dwell")


def test_a_dwell_one_millisecond_too_long(scenario: Resolved, log: EventLog) -> None:
    gone = int(np.flatnonzero(log.entities["left"] != EMPTY)[0])
    wrong = tampered(log, "entities", "left", gone, int(log.entities["left"][gone]) + 1)
    broken(scenario, wrong, "do not sum to its dwell")


def test_the_age_of_the_backlog_is_part_of_its_dwell(scenario: Resolved, log: EventLog) -> None:
    (old,) = np.flatnonzero(log.entities["arrived"] < log.begin)
    wrong = tampered(log, "entities", "arrived", int(old), int(log.entities["arrived"][old]) - 1)
    check_record(scenario, wrong)  # an age is what it is given as
    wrong = tampered(log, "entities", "arrived", int(old), log.begin + 1)
    broken(scenario, wrong, "do not sum to its dwell")


def _usage(log: EventLog, name: str, column: str, row: int, change: int) -> EventLog:
    columns = log.usage[name]
    values = columns[column].copy()
    values[row] += change
    return replace(log, usage=log.usage | {name: columns | {column: values}})


@pytest.mark.parametrize("column", ["serving", "kept", "reserved"])
def test_a_start_above_capacity(scenario: Resolved, log: EventLog, column: str) -> None:
    broken(scenario, _usage(log, "q", column, 0, +1), "'q' starts above its capacity")


def test_a_start_while_capacity_is_lower(scenario: Resolved, log: EventLog) -> None:
    rows = (log.timetable["what"] == TARGETS.index("capacity")) & (log.timetable["target"] == 1)
    row = int(np.flatnonzero(rows)[0])
    broken(scenario, tampered(log, "timetable", "value", row, 0), "'q' starts above its capacity")


def test_capacity_that_falls_under_what_is_busy_breaks_nothing(scenario: Resolved, log: EventLog) -> None:
    """At 2 one officer falls ill while both are busy: no start, no breach."""
    usage = log.usage["p"]
    busy_units = (usage["serving"] + usage["kept"])[usage["time"] <= 2][-1]
    assert busy_units == 2
    check_record(scenario, log)


def test_units_given_back_that_were_not_held(scenario: Resolved, log: EventLog) -> None:
    wrong = _usage(log, "q", "kept", -1, -1)
    broken(scenario, wrong, "'q' gives back units that it did not hold")


@pytest.mark.parametrize("taken", [3, -1])
def test_a_zone_above_its_room_or_below_nothing(scenario: Resolved, log: EventLog, taken: int) -> None:
    values = log.places["yard"]["taken"].copy()
    values[2] = taken
    wrong = replace(log, places={"yard": log.places["yard"] | {"taken": values}})
    broken(scenario, wrong, "zone 'yard' holds more than its room")


def test_every_broken_law_is_told_at_once(scenario: Resolved, log: EventLog) -> None:
    wrong = tampered(_usage(log, "q", "serving", 0, +1), "visits", "left", completed_row(log), -99)
    with pytest.raises(
        LawBroken, match=r"'left' is earlier.*'q' starts above.*report this scenario and seed"
    ):
        check_record(scenario, wrong)


def test_the_area_under_a_queue_is_the_sum_of_its_waits(scenario: Resolved, log: EventLog) -> None:
    waits = sum_of_waits(log)
    assert sum(waits.values()) > 0
    assert list(wrong_areas(log, waits)) == []
    (told,) = wrong_areas(log, waits | {"desk": waits["desk"] + 1})
    assert re.fullmatch(r"the area under the queue of 'desk' is \d+, the sum of its waits \d+", told)


def test_open_waits_count_to_the_end_and_lost_ones_to_their_loss() -> None:
    told = one_flow(
        trucks(0, 1, 30),
        chain("desk"),
        {"desk": step(needs=needs("p"), time="50", patience="20")},
        clock=clock(40),
    )
    assert sum_of_waits(run(told, 1, engine="reference").log) == {"desk": 20 + 10}


def test_branch_steps_are_those_of_branches_and_their_escapes() -> None:
    told = one_flow(
        trucks(),
        {"fork": "out", "left": "pick", "l2": None, "right": None, "away": None, "out": None},
        {
            "fork": step("parallel", branches=("left", "right")),
            "left": step("wait"),
            "pick": step("choose", by="goods"),
            "l2": step("wait"),
            "right": step("wait", patience="1", patience_to="away"),
            "away": step("wait"),
            "out": step("wait"),
        },
        options={"pick": {"fruit": "l2"}},
    )
    assert branch_steps(told, told.flows["a"]) == {"left", "pick", "l2", "right", "away"}


# ---- laws of the engine itself
def test_a_free_officer_before_a_waiting_head_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pool, "stir", lambda pool: None)
    with pytest.raises(LawBroken, match=r"a head waits that could start: 'desk' at \d+ ms"):
        run(
            one_flow(trucks(0, 1), chain("desk"), {"desk": step(needs=needs("p"), time="5")}),
            1,
            engine="reference",
        )


def test_a_free_place_before_a_waiting_door_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(station: Station) -> None:
        station.places -= 1

    monkeypatch.setattr(Station, "give_place_back", forget)
    with pytest.raises(LawBroken, match="a head waits that could start: 'desk'"):
        run(
            one_flow(trucks(0, 1), chain("desk"), {"desk": step("wait", time="5", room=1)}),
            1,
            engine="reference",
        )


def test_a_head_that_was_idle_between_two_rows_of_the_timetable_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Idle at 50 only: at the end of the run all is well again."""
    decide = Group.decide

    def sleepy(group: Group, event: Any) -> None:
        group.stirred = False
        if group.env.now in (0, 60):
            decide(group, event)

    monkeypatch.setattr(Group, "decide", sleepy)
    told = one_flow(
        trucks(10),
        chain("desk"),
        {"desk": step(needs=needs("p"), time="5")},
        disruptions={"none": Disruption(NAME, (("step", "desk"),), factor=2000, when=((50, 10),))},
    )
    monkeypatch.setattr(Pool, "stir", lambda pool: pool.stations[0].group.stir())
    with pytest.raises(LawBroken, match="'desk' at 50 ms"):
        run(told, 1, engine="reference")


def test_a_broken_law_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: Any) -> None:
        raise LawBroken("the run broke the law: of this test")

    monkeypatch.setattr(run_module, "check_record", wrong)
    with pytest.raises(LawBroken, match="of this test"):
        run(busy(), 1, engine="reference")


def test_a_place_that_is_never_given_back_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Zone, "give_back", lambda zone, now: None)
    told = one_flow(
        trucks(0), chain("x"), {"x": step("wait", time="5", zone="yard")}, zones={"yard": zone(2)}
    )
    with pytest.raises(LawBroken, match="zone 'yard' has 1 places taken, 0 entities are in it"):
        run(told, 1, engine="reference")


def test_a_unit_that_is_never_given_back_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pool, "give_back", lambda *_, **__: None)
    with pytest.raises(LawBroken, match="'p' has 1 units busy, its visits hold 0"):
        run(one_flow(trucks(0), chain("x"), {"x": step(needs=needs("p"), time="5")}), 1, engine="reference")


def test_a_choice_that_leads_back_to_itself_is_an_endless_instant() -> None:
    from sim.engines.floor import EndlessInstant

    told = one_flow(
        trucks((7, {"goods": "fruit"})),
        {},
        {"pick": step("choose", by="goods"), "other": step("choose", by="goods")},
        options={"pick": {"fruit": "other"}, "other": {"fruit": "pick"}},
        attributes={"goods": category("fruit", draw="goods")},
        mixes={"goods": shares(fruit=1.0)},
        first="pick",
    )
    with pytest.raises(EndlessInstant, match=r"(pick|other): over 10000 moves or decisions at 7 ms"):
        run(told, 1, engine="reference")


def test_an_endless_instant_is_an_error() -> None:
    from sim.engines.floor import EndlessInstant

    told = one_flow(trucks(7), {"spin": "spin"}, {"spin": step("wait", time="0")})
    with pytest.raises(EndlessInstant, match=r"spin: over 10000 moves or decisions at 7 ms .* above 0"):
        run(told, 1, engine="reference")


def test_by_attribute_and_parallel_runs_keep_the_laws() -> None:
    told = one_flow(
        trucks(0, 1),
        {"fork": None, "left": None, "right": None},
        {
            "fork": step("parallel", branches=("left", "right")),
            "left": step(needs=needs("p"), time=By("goods", {"fruit": "4"})),
            "right": step("wait", time="9"),
        },
        attributes={"goods": category("fruit", draw="goods")},
        mixes={"goods": shares(fruit=1.0)},
    )
    check_record(told, run(told, 1, engine="reference").log)
