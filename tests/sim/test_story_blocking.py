"""Worked by hand: who is refused at a door, what he keeps meanwhile, and who comes in when (law §3, §4)."""

from __future__ import annotations

from scenarios.resolved import Resolved
from tests.sim.build import chain, clock, flow, needs, step, zone
from tests.sim.tell import curve, happens, one_flow, outcomes, trucks, world


def test_a_full_step_blocks_back_to_the_place_before_and_keeps_its_officer() -> None:
    told = happens(
        one_flow(
            trucks(0, 0, 0),
            chain("scan", "stamp"),
            {"scan": step(needs=needs("p"), time="4"), "stamp": step(needs=needs("q"), time="10", room=1)},
        ),
        """
        a0 scan: 0 0 0 4 4
        a0 stamp: 4 4 4 14 14
        a1 scan: 0 0 4 8 14
        a1 stamp: 8 14 14 24 24 by=stamp
        a2 scan: 0 0 14 18 24
        a2 stamp: 18 24 24 34 34 by=stamp
        """,
    )
    assert curve(told.log.usage["p"], "serving", "kept", "reserved") == [
        (0, 1, 0, 0), (4, 1, 0, 0), (8, 0, 1, 0), (14, 1, 0, 0), (18, 0, 1, 0), (24, 0, 0, 0),
    ]  # fmt: skip


def test_a_blocked_entity_may_release_its_officer_but_keeps_its_place() -> None:
    happens(
        one_flow(
            trucks(0, 0, 0),
            chain("scan", "stamp"),
            {
                "scan": step(needs=needs("p"), time="4", while_blocked="release"),
                "stamp": step(needs=needs("q"), time="10", room=1),
            },
        ),
        """
        a0 scan: 0 0 0 4 4
        a0 stamp: 4 4 4 14 14
        a1 scan: 0 0 4 8 14
        a1 stamp: 8 14 14 24 24 by=stamp
        a2 scan: 0 0 8 12 24
        a2 stamp: 12 24 24 34 34 by=stamp
        """,
    )


def test_a_place_held_though_the_officer_is_released_still_counts_against_the_room() -> None:
    happens(
        one_flow(
            trucks(0, 0, 0),
            chain("scan", "stamp"),
            {
                "scan": step(needs=needs("p"), time="4", room=1, while_blocked="release"),
                "stamp": step(needs=needs("q"), time="10", room=1),
            },
        ),
        """
        a0 scan: 0 0 0 4 4
        a0 stamp: 4 4 4 14 14
        a1 scan: 0 4 4 8 14 by=scan
        a1 stamp: 8 14 14 24 24 by=stamp
        a2 scan: 0 14 14 18 24 by=scan
        a2 stamp: 18 24 24 34 34 by=stamp
        """,
    )


def test_one_departure_moves_a_whole_chain_in_one_instant() -> None:
    happens(
        one_flow(
            trucks(0, 0, 0, 0),
            chain("one", "two", "three"),
            {
                "one": step("wait", time="1", room=1),
                "two": step("wait", time="1", room=1),
                "three": step("wait", time="10", room=1),
            },
        ),
        """
        a0 one: 0 0 0 1 1
        a0 two: 1 1 1 2 2
        a0 three: 2 2 2 12 12
        a1 one: 0 1 1 2 2 by=one
        a1 two: 2 2 2 3 12
        a1 three: 3 12 12 22 22 by=three
        a2 one: 0 2 2 3 12 by=one
        a2 two: 3 12 12 13 22 by=two
        a2 three: 13 22 22 32 32 by=three
        a3 one: 0 12 12 13 22 by=one
        a3 two: 13 22 22 23 32 by=two
        a3 three: 23 32 32 42 42 by=three
        """,
    )


def test_room_counts_the_waiting_the_served_and_the_held() -> None:
    happens(
        one_flow(
            trucks(0, 1, 2),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10", room=2)},
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 10 20 20
        a2 desk: 2 10 20 30 30 by=desk
        """,
    )


def test_a_full_zone_spills_back_and_its_place_is_kept_from_step_to_step_inside() -> None:
    told = happens(
        one_flow(
            trucks(0, 0, 0),
            chain("gate", "scan", "stamp", "exit"),
            {
                "gate": step(needs=needs("g"), time="1"),
                "scan": step(needs=needs("p"), time="5", zone="yard"),
                "stamp": step(needs=needs("q"), time="5", zone="yard"),
                "exit": step("wait", time="3"),
            },
            zones={"yard": zone(2)},
        ),
        """
        a0 gate: 0 0 0 1 1
        a0 scan: 1 1 1 6 6
        a0 stamp: 6 6 6 11 11
        a0 exit: 11 11 11 14 14
        a1 gate: 0 0 1 2 2
        a1 scan: 2 2 6 11 11
        a1 stamp: 11 11 11 16 16
        a1 exit: 16 16 16 19 19
        a2 gate: 0 0 2 3 11
        a2 scan: 3 11 11 16 16 by=yard
        a2 stamp: 16 16 16 21 21
        a2 exit: 21 21 21 24 24
        """,
    )
    assert curve(told.log.places["yard"], "taken") == [(1, 1), (2, 2), (11, 2), (16, 1), (21, 0)]
    assert curve(told.log.usage["g"], "serving", "kept")[-2:] == [(3, 0, 1), (11, 0, 0)]


def test_the_place_in_a_zone_is_held_until_the_step_outside_admits() -> None:
    told = happens(
        one_flow(
            trucks(0, 0),
            chain("park", "exit"),
            {"park": step("wait", time="2", zone="yard"), "exit": step("wait", time="9", room=1)},
            zones={"yard": zone(1)},
        ),
        """
        a0 park: 0 0 0 2 2
        a0 exit: 2 2 2 11 11
        a1 park: 0 2 2 4 11 by=yard
        a1 exit: 4 11 11 20 20 by=exit
        """,
    )
    assert curve(told.log.places["yard"], "taken") == [(0, 1), (2, 1), (11, 0)]


def test_from_zone_to_zone_the_new_place_is_taken_before_the_old_one_is_given_back() -> None:
    told = happens(
        one_flow(
            trucks(0, 0),
            chain("west", "east"),
            {"west": step("wait", time="2", zone="a"), "east": step("wait", time="7", zone="b")},
            zones={"a": zone(1), "b": zone(1)},
        ),
        """
        a0 west: 0 0 0 2 2
        a0 east: 2 2 2 9 9
        a1 west: 0 2 2 4 9 by=a
        a1 east: 4 9 9 16 16 by=b
        """,
    )
    assert curve(told.log.places["a"], "taken") == [(0, 1), (2, 1), (9, 0)]
    assert curve(told.log.places["b"], "taken") == [(2, 1), (9, 1), (16, 0)]


def test_blocked_by_names_the_zone_first_when_both_are_full() -> None:
    happens(
        one_flow(
            trucks(0, 1),
            chain("dock"),
            {"dock": step("wait", time="5", zone="yard", room=1)},
            zones={"yard": zone(1)},
        ),
        """
        a0 dock: 0 0 0 5 5
        a1 dock: 1 5 5 10 10 by=yard
        """,
    )


def two_lines(urgent: int) -> Resolved:
    """Flow a comes to `inner` from within the yard, flow b from outside."""
    steps = {
        "park": step("wait", time="1", zone="yard"),
        "inner": step(needs=needs("q"), time="10", zone="yard", room=1),
    }
    flows = {
        "a": flow(trucks(0, 0), chain("park", "inner")),
        "b": flow(trucks(1), chain("inner"), priority=urgent),
    }
    return world(flows, steps, zones={"yard": zone(2)})


def test_at_one_door_those_inside_the_zone_and_the_others_stand_in_two_lines() -> None:
    """The urgent b0 needs a place in the full yard; a0 needs none and is not held up by him."""
    happens(
        two_lines(urgent=-1),
        """
        a0 park: 0 0 0 1 1
        a0 inner: 1 1 1 11 11
        a1 park: 0 0 0 1 21
        a1 inner: 1 21 21 31 31 by=inner
        b0 inner: 1 11 11 21 21 by=yard
        """,
    )


def test_of_two_heads_at_one_door_the_better_comes_in() -> None:
    happens(
        two_lines(urgent=+1),
        """
        a0 park: 0 0 0 1 1
        a0 inner: 1 1 1 11 11
        a1 park: 0 0 0 1 11
        a1 inner: 1 11 11 21 21 by=inner
        b0 inner: 1 21 21 31 31 by=yard
        """,
    )


def test_full_to_diverts_instead_of_blocking() -> None:
    happens(
        one_flow(
            trucks(0, 1, 10),
            {"desk": "out", "aside": "out", "out": None},
            {
                "desk": step(needs=needs("p"), time="10", room=1, full_to="aside"),
                "aside": step("wait", time="3"),
                "out": step("wait", time="1"),
            },
        ),
        """
        a0 desk: 0 0 0 10 10
        a0 out: 10 10 10 11 11
        a1 desk: 1 - - 1 1 by=desk diverted
        a1 aside: 1 1 1 4 4
        a1 out: 4 4 4 5 5
        a2 desk: 10 10 10 20 20
        a2 out: 20 20 20 21 21
        """,
    )


def test_full_to_an_end_turns_away() -> None:
    told = happens(
        one_flow(
            trucks(0, 1),
            {"desk": None, "away": None},
            {
                "desk": step(needs=needs("p"), time="10", room=1, full_to="away"),
                "away": step("end", outcome="turned_back"),
            },
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 - - 1 1 by=desk diverted
        """,
    )
    assert outcomes(told) == {"a0": "completed at 10", "a1": "turned_back at 1"}


def test_who_is_diverted_from_a_full_zone_keeps_his_earlier_place_till_admitted_elsewhere() -> None:
    """a2 is refused at two doors in one instant; his officer is kept once, until `aside` takes him."""
    told = happens(
        one_flow(
            trucks(0, 0, 0),
            {"pre": "desk", "desk": None, "aside": None},
            {
                "pre": step(needs=needs("p"), time="2"),
                "desk": step("wait", time="20", zone="yard", full_to="aside"),
                "aside": step("wait", time="20", room=1),
            },
            zones={"yard": zone(1)},
        ),
        """
        a0 pre: 0 0 0 2 2
        a0 desk: 2 2 2 22 22
        a1 pre: 0 0 2 4 4
        a1 desk: 4 - - 4 4 by=yard diverted
        a1 aside: 4 4 4 24 24
        a2 pre: 0 0 4 6 24
        a2 desk: 6 - - 6 6 by=yard diverted
        a2 aside: 6 24 24 44 44 by=aside
        """,
    )
    assert curve(told.log.usage["p"], "serving", "kept") == [
        (0, 1, 0), (2, 1, 0), (4, 1, 0), (6, 0, 1), (24, 0, 0),
    ]  # fmt: skip


def test_one_that_returns_to_its_own_step_keeps_its_place_and_gives_its_officer_back_first() -> None:
    """a1 joined at 1, before a0 came back at 5; a2 finds both places taken for ever."""
    happens(
        one_flow(
            trucks(0, 1, 2),
            {"scan": "scan"},
            {"scan": step(needs=needs("p"), time="5", room=2)},
            clock=clock(18),
        ),
        """
        a0 scan: 0 0 0 5 5
        a0 scan: 5 5 10 15 15 visit=2
        a0 scan: 15 15 - - - visit=3
        a1 scan: 1 1 5 10 10
        a1 scan: 10 10 15 - - visit=2
        a2 scan: 2 - - - - by=scan
        """,
    )


def test_groups_decide_in_the_order_of_their_first_step_in_the_file() -> None:
    """At 5 a0 wants from `fore` to `aft` while a1 comes to `fore`: whose group is first, decides."""
    fore = step(needs=needs("p"), time="5", room=1, full_to="aside")
    aft = step(needs=needs("q"), time="10", room=1)
    aside = step("wait", time="1")
    way = {"fore": "aft", "aft": None, "aside": None}
    a0 = """
        a0 fore: 0 0 0 5 5
        a0 aft: 5 5 5 15 15
        """
    happens(
        one_flow(trucks(0, 5), way, {"fore": fore, "aft": aft, "aside": aside}),
        a0
        + """
        a1 fore: 5 - - 5 5 by=fore diverted
        a1 aside: 5 5 5 6 6
        """.strip(),
    )
    happens(
        one_flow(trucks(0, 5), way, {"aft": aft, "fore": fore, "aside": aside}),
        a0
        + """
        a1 fore: 5 5 5 10 15
        a1 aft: 10 15 15 25 25 by=aft
        """.strip(),
    )


def test_all_doors_of_a_group_admit_before_anybody_starts() -> None:
    """At 5 a0 gives back place and officer: a1 is let in first, then starts before b0, who joined later."""
    happens(
        world(
            {"a": flow(trucks(0, 1), chain("near")), "b": flow(trucks(2), chain("far"))},
            {"far": step(needs=needs("p"), time="5"), "near": step(needs=needs("p"), time="5", room=1)},
        ),
        """
        a0 near: 0 0 0 5 5
        a1 near: 1 5 5 10 10 by=near
        b0 far: 2 2 10 15 15
        """,
    )
