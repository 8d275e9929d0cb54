"""Worked by hand: patience, the order of the law, and who may start before whom (law §3, §4)."""

from __future__ import annotations

from scenarios.resolved import Backlog, By, Need
from tests.sim.build import always, category, chain, flow, needs, shares, step, zone
from tests.sim.tell import curve, happens, lanes, one_flow, outcomes, trucks, world

GOODS = {
    "attributes": {"goods": category("fruit", "stone", draw="goods")},
    "mixes": {"goods": shares(fruit=1.0)},
}
FRUIT, STONE = {"goods": "fruit"}, {"goods": "stone"}


# ---- patience
def test_patience_that_ends_at_the_instant_of_a_possible_start_ends_first() -> None:
    told = happens(
        one_flow(
            trucks(0, 2, 3),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10", patience="8")},
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 2 2 - 10 10 reneged
        a2 desk: 3 3 10 20 20
        """,
    )
    assert outcomes(told) == {"a0": "completed at 10", "a1": "reneged at 10", "a2": "completed at 20"}


def test_patience_that_ends_at_the_door_as_a_place_is_given_back_ends_first() -> None:
    happens(
        one_flow(
            trucks(0, 2, 3),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10", room=1, patience="8")},
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 2 - - 10 10 by=desk reneged
        a2 desk: 3 10 10 20 20 by=desk
        """,
    )


def test_patience_one_millisecond_longer_is_served() -> None:
    happens(
        one_flow(
            trucks(0, 2),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10", patience="9")},
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 2 2 10 20 20
        """,
    )


def test_patience_is_over_once_service_has_started() -> None:
    happens(
        one_flow(trucks(0), chain("desk"), {"desk": step(needs=needs("p"), time="10", patience="1")}),
        "a0 desk: 0 0 0 10 10",
    )


def test_no_patience_at_all_is_never_served() -> None:
    happens(
        one_flow(trucks(0), chain("desk"), {"desk": step(needs=needs("p"), time="10", patience="0")}),
        "a0 desk: 0 0 - 0 0 reneged",
    )


def test_patience_runs_at_the_door_while_an_earlier_place_is_held() -> None:
    told = happens(
        one_flow(
            trucks(0, 0, 0),
            {"pre": "desk", "desk": None, "aside": None},
            {
                "pre": step(needs=needs("p"), time="2"),
                "desk": step(needs=needs("q"), time="20", room=1, patience="6", patience_to="aside"),
                "aside": step("wait", time="5"),
            },
        ),
        """
        a0 pre: 0 0 0 2 2
        a0 desk: 2 2 2 22 22
        a1 pre: 0 0 2 4 10
        a1 desk: 4 - - 10 10 by=desk reneged
        a1 aside: 10 10 10 15 15
        a2 pre: 0 0 10 12 18
        a2 desk: 12 - - 18 18 by=desk reneged
        a2 aside: 18 18 18 23 23
        """,
    )
    assert curve(told.log.usage["p"], "serving", "kept") == [
        (0, 1, 0), (2, 1, 0), (4, 0, 1), (10, 1, 0), (12, 0, 1), (18, 0, 0),
    ]  # fmt: skip


def test_who_loses_patience_at_a_door_and_is_refused_again_keeps_his_officer_once() -> None:
    """a2 holds p at two doors, one after the other, until `aside` admits him."""
    told = happens(
        one_flow(
            trucks(0, 0, 0),
            {"pre": "desk", "desk": None, "aside": None},
            {
                "pre": step(needs=needs("p"), time="2"),
                "desk": step(needs=needs("q"), time="40", room=1, patience="3", patience_to="aside"),
                "aside": step("wait", time="20", room=1),
            },
        ),
        """
        a0 pre: 0 0 0 2 2
        a0 desk: 2 2 2 42 42
        a1 pre: 0 0 2 4 7
        a1 desk: 4 - - 7 7 by=desk reneged
        a1 aside: 7 7 7 27 27
        a2 pre: 0 0 7 9 27
        a2 desk: 9 - - 12 12 by=desk reneged
        a2 aside: 12 27 27 47 47 by=aside
        """,
    )
    assert curve(told.log.usage["p"], "serving", "kept") == [
        (0, 1, 0), (2, 1, 0), (4, 0, 1), (7, 1, 0), (9, 0, 1), (27, 0, 0),
    ]  # fmt: skip


def test_who_gives_up_inside_gives_back_his_place_at_once() -> None:
    """a1 leaves at 7 and lets a2 in, whose own patience has run since 2."""
    happens(
        one_flow(
            trucks(0, 1, 2),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="20", room=2, patience="6")},
        ),
        """
        a0 desk: 0 0 0 20 20
        a1 desk: 1 1 - 7 7 reneged
        a2 desk: 2 7 - 8 8 by=desk reneged
        """,
    )


def test_who_gives_up_inside_a_zone_keeps_the_zone_until_admitted_outside() -> None:
    told = happens(
        one_flow(
            trucks(0, 0),
            {"inner": None, "aside": None},
            {
                "inner": step(needs=needs("p"), time="30", zone="yard", patience="4", patience_to="aside"),
                "aside": step("wait", time="5", zone="yard"),
            },
            zones={"yard": zone(2)},
        ),
        """
        a0 inner: 0 0 0 30 30
        a1 inner: 0 0 - 4 4 reneged
        a1 aside: 4 4 4 9 9
        """,
    )
    assert curve(told.log.places["yard"], "taken") == [(0, 2), (9, 1), (30, 0)]


def test_a_lost_entity_gives_back_everything_it_held() -> None:
    told = happens(
        one_flow(
            trucks(0, 0, 0),
            chain("pre", "desk"),
            {
                "pre": step(needs=needs("p"), time="2", zone="yard"),
                "desk": step(needs=needs("q"), time="20", room=1, patience="6"),
            },
            zones={"yard": zone(1)},
        ),
        """
        a0 pre: 0 0 0 2 2
        a0 desk: 2 2 2 22 22
        a1 pre: 0 2 2 4 10 by=yard
        a1 desk: 4 - - 10 10 by=desk reneged
        a2 pre: 0 10 10 12 18 by=yard
        a2 desk: 12 - - 18 18 by=desk reneged
        """,
    )
    assert outcomes(told) == {"a0": "completed at 22", "a1": "reneged at 10", "a2": "reneged at 18"}
    assert curve(told.log.places["yard"], "taken")[-1] == (18, 0)
    assert curve(told.log.usage["p"], "serving", "kept")[-1] == (18, 0, 0)


# ---- the order of the law
def test_first_come_first_served() -> None:
    happens(
        one_flow(trucks(0, 2, 1), chain("desk"), {"desk": step(needs=needs("p"), time="10")}),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 2 2 20 30 30
        a2 desk: 1 1 10 20 20
        """,
    )


def test_a_smaller_priority_goes_first_but_never_interrupts() -> None:
    happens(
        one_flow(
            trucks((0, STONE), (1, STONE), (2, FRUIT)),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10")},
            priority=By("goods", {"fruit": 0, "stone": 1}),
            **GOODS,
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 20 30 30
        a2 desk: 2 2 10 20 20
        """,
    )


def test_a_steps_own_priority_counts_instead_of_the_flows() -> None:
    happens(
        one_flow(
            trucks((0, STONE), (1, STONE), (2, FRUIT)),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10", priority=By("goods", {"fruit": 5, "stone": 4}))},
            priority=By("goods", {"fruit": 0, "stone": 1}),
            **GOODS,
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 1 10 20 20
        a2 desk: 2 2 20 30 30
        """,
    )


def test_a_door_admits_in_the_order_of_the_law_too() -> None:
    happens(
        one_flow(
            trucks((0, STONE), (1, STONE), (2, FRUIT)),
            chain("desk"),
            {"desk": step(needs=needs("p"), time="10", room=1)},
            priority=By("goods", {"fruit": 0, "stone": 1}),
            **GOODS,
        ),
        """
        a0 desk: 0 0 0 10 10
        a1 desk: 1 20 20 30 30 by=desk
        a2 desk: 2 10 10 20 20 by=desk
        """,
    )


def test_ties_go_to_the_flow_written_first_then_backlog_before_list_then_the_smaller_number() -> None:
    backlog = Backlog(1, "desk", "0")
    happens(
        world(
            {
                "b": flow(trucks(0), chain("desk"), backlog=backlog),
                "a": flow(trucks(0, 0), chain("desk"), backlog=backlog),
            },
            {"desk": step(needs=needs("p"), time="10")},
        ),
        """
        b.backlog0 desk: 0 0 0 10 10
        b0 desk: 0 0 10 20 20
        a.backlog0 desk: 0 0 20 30 30
        a0 desk: 0 0 30 40 40
        a1 desk: 0 0 40 50 50
        """,
    )


def test_the_time_of_joining_counts_before_the_flow() -> None:
    happens(
        world(
            {"b": flow(trucks(0, 2), chain("desk")), "a": flow(trucks(1), chain("desk"))},
            {"desk": step(needs=needs("p"), time="10")},
        ),
        """
        b0 desk: 0 0 0 10 10
        a0 desk: 1 1 10 20 20
        b1 desk: 2 2 20 30 30
        """,
    )


def test_priority_counts_before_the_time_of_joining_across_steps() -> None:
    happens(
        world(
            {"b": flow(trucks(0, 1), chain("near")), "a": flow(trucks(2), chain("far"), priority=-1)},
            {"near": step(needs=needs("p"), time="10"), "far": step(needs=needs("p"), time="10")},
        ),
        """
        b0 near: 0 0 0 10 10
        b1 near: 1 1 20 30 30
        a0 far: 2 2 10 20 20
        """,
    )


def test_the_last_tie_goes_to_the_step_written_first() -> None:
    """Two branches of one entity ask for one officer: the order of the file counts, not of the branches."""
    happens(
        one_flow(
            trucks(0),
            {"fork": None, "x": None, "y": None},
            {
                "fork": step("parallel", branches=("y", "x")),
                "x": step(needs=needs("p"), time="10"),
                "y": step(needs=needs("p"), time="10"),
            },
        ),
        """
        a0 fork: 0 0 0 20 20
        a0 x: 0 0 0 10 10
        a0 y: 0 0 10 20 20
        """,
    )


# ---- what a start needs
def test_a_start_needs_all_units_of_the_first_in_line() -> None:
    happens(
        world(
            {"a": flow(trucks(0), chain("small")), "b": flow(trucks(1, 2), chain("big"))},
            {"small": step(needs=needs("p"), time="10"), "big": step(needs=needs(("p", 2)), time="5")},
            resources={"p": always(2)},
        ),
        """
        a0 small: 0 0 0 10 10
        b0 big: 1 1 10 15 15
        b1 big: 2 2 15 20 20
        """,
    )


def test_the_head_of_another_line_may_start_and_nothing_is_reserved() -> None:
    happens(
        world(
            {"a": flow(trucks(0, 2), chain("small")), "b": flow(trucks(1), chain("big"))},
            {"small": step(needs=needs("p"), time="10"), "big": step(needs=needs(("p", 2)), time="5")},
            resources={"p": always(2)},
        ),
        """
        a0 small: 0 0 0 10 10
        a1 small: 2 2 2 12 12
        b0 big: 1 1 12 17 17
        """,
    )


def test_joint_work_takes_everything_at_one_instant_and_nothing_before() -> None:
    told = happens(
        world(
            {
                "c": flow(trucks(0), chain("only_q")),
                "a": flow(trucks(1), chain("both")),
                "b": flow(trucks(2), chain("only_p")),
            },
            {
                "only_q": step(needs=needs("q"), time="10"),
                "both": step(needs=needs("p", "q"), time="3"),
                "only_p": step(needs=needs("p"), time="10"),
            },
        ),
        """
        c0 only_q: 0 0 0 10 10
        a0 both: 1 1 12 15 15
        b0 only_p: 2 2 2 12 12
        """,
    )
    assert curve(told.log.usage["q"], "serving") == [(0, 1), (10, 0), (12, 1), (15, 0)]


def test_any_of_takes_the_first_written_pool_that_has_enough() -> None:
    either = (Need((("p", 1), ("q", 2))),)
    told = happens(
        one_flow(
            trucks(0, 1, 2),
            chain("scan"),
            {"scan": step(needs=either, time="10")},
            resources={"p": always(1), "q": always(3)},
        ),
        """
        a0 scan: 0 0 0 10 10
        a1 scan: 1 1 1 11 11
        a2 scan: 2 2 10 20 20
        """,
    )
    assert lanes(told) == {"a0 scan": "p 1", "a1 scan": "q 1", "a2 scan": "p 1"}


def test_any_of_is_greedy_and_never_takes_back() -> None:
    """The first need takes p, so the second, which knows only p, is never met; p and q would do."""
    greedy = (Need((("p", 1), ("q", 1))), Need((("p", 1),)))
    happens(
        one_flow(trucks(0), chain("scan"), {"scan": step(needs=greedy, time="10")}),
        "a0 scan: 0 0 - - -",
    )


def test_a_start_may_open_the_way_for_another() -> None:
    """While both p are free, a0's first need would take them from its second; b0 takes one, and a0 starts."""
    greedy = (Need((("p", 2), ("q", 2))), Need((("p", 1),)))
    told = happens(
        world(
            {"a": flow(trucks(0), chain("both")), "b": flow(trucks(5), chain("one"))},
            {"both": step(needs=greedy, time="10"), "one": step(needs=needs("p"), time="3")},
            resources={"p": always(2), "q": always(2)},
        ),
        """
        a0 both: 0 0 5 15 15
        b0 one: 5 5 5 8 8
        """,
    )
    assert lanes(told) == {"a0 both": "q 1", "b0 one": "p 1"}


def test_the_lowest_free_unit_serves_and_is_the_lane() -> None:
    time = By("goods", {"fruit": "4", "stone": "10"})
    told = happens(
        one_flow(
            trucks((0, STONE), (0, FRUIT), (0, STONE), (5, STONE), (12, STONE)),
            chain("scan"),
            {"scan": step(needs=needs("lane"), time=time)},
            resources={"lane": always(3)},
            **GOODS,
        ),
        """
        a0 scan: 0 0 0 10 10
        a1 scan: 0 0 0 4 4
        a2 scan: 0 0 0 10 10
        a3 scan: 5 5 5 15 15
        a4 scan: 12 12 12 22 22
        """,
    )
    units = {"a0 scan": 1, "a1 scan": 2, "a2 scan": 3, "a3 scan": 2, "a4 scan": 1}
    assert lanes(told) == {who: f"lane {unit}" for who, unit in units.items()}


def test_the_lane_of_a_team_is_its_lowest_unit_of_the_first_need() -> None:
    told = happens(
        one_flow(
            trucks(0, 1, 6),
            chain("scan"),
            {"scan": step(needs=needs(("lane", 2), "boss"), time="5")},
            resources={"lane": always(4), "boss": always(2)},
        ),
        """
        a0 scan: 0 0 0 5 5
        a1 scan: 1 1 1 6 6
        a2 scan: 6 6 6 11 11
        """,
    )
    assert lanes(told) == {"a0 scan": "lane 1", "a1 scan": "lane 3", "a2 scan": "lane 1"}
