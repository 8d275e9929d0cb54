"""Worked by hand: gathering by number, weight, timetable and time; carriers and their loads (law §4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scenarios.resolved import RIDE, Arrivals, Attribute, Flow, Gather, Resolved, Step
from tests.sim.build import NAME, always, chain, flow, hours, needs, step, zone
from tests.sim.tell import curve, happens, lanes, one_flow, outcomes, play, trucks, until_empty, world


def gather(**fields: Any) -> Step:
    spec = {name: fields.pop(name) for name in Gather.__dataclass_fields__ if name in fields}
    return step("gather", gather=Gather(**spec), **fields)


def yard(*arrivals: Any, way: Any = None, steps: Any = None, **fields: Any) -> Resolved:
    """Trucks gather, then drive for 10 ms."""
    way = way or chain("meet", "drive")
    return one_flow(
        trucks(*arrivals), way, {"meet": gather(**fields), "drive": step("wait", time="10")} | (steps or {}),
        attributes={"load": Attribute(NAME, "number", "1")},
        calendars={"bus": hours((5, 6), (20, 21))},
    )  # fmt: skip


def weighing(*pairs: tuple[int, int]) -> tuple[Any, ...]:
    return tuple((at, {"load": load}) for at, load in pairs)


def ferry(
    arrivals: Arrivals,
    lorry: dict[str, str | None],
    steps: dict[str, Step],
    spec: dict[str, Any],
    **parts: Any,
) -> Resolved:
    """Parcels gather for a lorry, ride, and are handed over in 1 ms."""
    loading = {name: parts.pop(name) for name in ("needs", "room", "zone") if name in parts}
    return world(
        {
            "parcel": flow(arrivals, {"load": f"load{RIDE}", f"load{RIDE}": "hand", "hand": None}),
            "lorry": Flow(NAME, Arrivals("none"), next(iter(lorry)), lorry),
        },
        {
            "load": gather(**spec, carrier="lorry", **loading), f"load{RIDE}": step("ride"),
            "hand": step("wait", time="1"), **steps,
        },
        **parts,
    )  # fmt: skip


# ---- by themselves
def test_they_depart_together_when_there_are_enough() -> None:
    happens(
        yard(0, 3, 4, 9, number=2),
        """
        a0 meet: 0 0 3 3 3 batch=1
        a0 drive: 3 3 3 13 13
        a1 meet: 3 3 3 3 3 batch=1
        a1 drive: 3 3 3 13 13
        a2 meet: 4 4 9 9 9 batch=2
        a2 drive: 9 9 9 19 19
        a3 meet: 9 9 9 9 9 batch=2
        a3 drive: 9 9 9 19 19
        """,
    )


def test_they_load_in_order_up_to_the_first_misfit() -> None:
    """9 are reached at 2: a0 and a1 fit into 6, a2 does not, and a3, who would, stays behind it."""
    happens(
        yard(*weighing((0, 4), (1, 2), (2, 3), (2, 0), (9, 6)), weight=9, weigh="load", most_weight=6),
        """
        a0 meet: 0 0 2 2 2 batch=1
        a0 drive: 2 2 2 12 12
        a1 meet: 1 1 2 2 2 batch=1
        a1 drive: 2 2 2 12 12
        a2 meet: 2 2 9 9 9 batch=2
        a2 drive: 9 9 9 19 19
        a3 meet: 2 2 9 9 9 batch=2
        a3 drive: 9 9 9 19 19
        a4 meet: 9 9 - - -
        """,
    )


def test_the_first_goes_however_heavy_it_is() -> None:
    happens(
        yard(*weighing((0, 50)), weight=9, weigh="load", most_weight=6),
        """
        a0 meet: 0 0 0 0 0 batch=1
        a0 drive: 0 0 0 10 10
        """,
    )


def test_a_departure_of_the_timetable_takes_whoever_is_there_and_waits_for_nobody() -> None:
    """At 5 a0 and a1 (who comes at 5) go; a2 has no room and goes at 20."""
    happens(
        yard(1, 5, 5, departures="bus", most=2),
        """
        a0 meet: 1 1 5 5 5 batch=1
        a0 drive: 5 5 5 15 15
        a1 meet: 5 5 5 5 5 batch=1
        a1 drive: 5 5 5 15 15
        a2 meet: 5 5 20 20 20 batch=2
        a2 drive: 20 20 20 30 30
        """,
    )


def test_a_departure_without_anybody_is_dropped() -> None:
    happens(
        yard(6, departures="bus", patience="3"),
        "a0 meet: 6 6 - 9 9 reneged",
    )


def test_nobody_waits_longer_than_the_longest_wait() -> None:
    happens(
        yard(0, 6, 8, max_wait=7, number=3),
        """
        a0 meet: 0 0 7 7 7 batch=1
        a0 drive: 7 7 7 17 17
        a1 meet: 6 6 7 7 7 batch=1
        a1 drive: 7 7 7 17 17
        a2 meet: 8 8 15 15 15 batch=2
        a2 drive: 15 15 15 25 25
        """,
    )


def test_who_gives_up_does_not_count_any_more() -> None:
    happens(
        yard(0, 5, 6, number=2, patience="5"),
        """
        a0 meet: 0 0 - 5 5 reneged
        a1 meet: 5 5 6 6 6 batch=1
        a1 drive: 6 6 6 16 16
        a2 meet: 6 6 6 6 6 batch=1
        a2 drive: 6 6 6 16 16
        """,
    )


# ---- with a carrier
def test_a_carrier_takes_its_load_along_and_releases_it_on_its_way() -> None:
    told = happens(
        ferry(
            trucks(0, 2, 3, 4),
            {"go": "off", "off": "return", "return": None},
            {"go": step("wait", time="10"), "off": step("release"), "return": step("wait", time="20")},
            {"number": 2},
            needs=needs("van"),
        ),
        """
        parcel0 load: 0 0 2 2 2 batch=1
        parcel0 load.ride: 2 2 2 12 12 batch=1
        parcel0 hand: 12 12 12 13 13
        parcel1 load: 2 2 2 2 2 batch=1
        parcel1 load.ride: 2 2 2 12 12 batch=1
        parcel1 hand: 12 12 12 13 13
        lorry.load1 go: 2 2 2 12 12
        lorry.load1 return: 12 12 12 32 32
        parcel2 load: 3 3 32 32 32 batch=2
        parcel2 load.ride: 32 32 32 42 42 batch=2
        parcel2 hand: 42 42 42 43 43
        parcel3 load: 4 4 32 32 32 batch=2
        parcel3 load.ride: 32 32 32 42 42 batch=2
        parcel3 hand: 42 42 42 43 43
        lorry.load2 go: 32 32 32 42 42
        lorry.load2 return: 42 42 42 62 62
        """,
    )
    assert curve(told.log.usage["van"], "serving") == [(2, 1), (32, 1), (62, 0)]
    assert lanes(told)["parcel2 load"] == "van 1"
    assert outcomes(told)["lorry.load1"] == "completed at 32"


def test_the_end_of_the_carriers_way_releases_what_it_still_carries() -> None:
    happens(
        ferry(trucks(0), {"go": None}, {"go": step("wait", time="9", patience="3")}, {"number": 1}),
        """
        parcel0 load: 0 0 0 0 0 batch=1
        parcel0 load.ride: 0 0 0 9 9 batch=1
        parcel0 hand: 9 9 9 10 10
        lorry.load1 go: 0 0 0 9 9
        """,
    )


def test_a_carrier_that_is_lost_releases_its_load_too() -> None:
    told = happens(
        ferry(
            trucks(0, 1),
            {"go": None},
            {"go": step(needs=needs("road"), time="20", patience="5")},
            {"number": 1},
        ),
        """
        parcel0 load: 0 0 0 0 0 batch=1
        parcel0 load.ride: 0 0 0 20 20 batch=1
        parcel0 hand: 20 20 20 21 21
        parcel1 load: 1 1 1 1 1 batch=2
        parcel1 load.ride: 1 1 1 6 6 batch=2
        parcel1 hand: 6 6 6 7 7
        lorry.load1 go: 0 0 0 20 20
        lorry.load2 go: 1 1 - 6 6 reneged
        """,
    )
    assert outcomes(told)["lorry.load2"] == "reneged at 6"


def test_a_way_without_time_releases_in_the_instant_of_departure() -> None:
    happens(
        ferry(trucks(4), {"off": None}, {"off": step("release")}, {"number": 1}),
        """
        parcel0 load: 4 4 4 4 4 batch=1
        parcel0 load.ride: 4 4 4 4 4 batch=1
        parcel0 hand: 4 4 4 5 5
        """,
    )


def test_who_is_due_stays_due_until_a_vehicle_is_there() -> None:
    """At 14 two waited and were due; that one of them gives up changes nothing for the other."""
    scenario = ferry(
        trucks(0, 0, 11, 14), {"go": None}, {"go": step("wait", time="30")}, {"number": 2},
        needs=needs("van"),
    )  # fmt: skip
    scenario.steps["load"] = replace(scenario.steps["load"], patience="18")
    happens(
        scenario,
        """
        parcel0 load: 0 0 0 0 0 batch=1
        parcel0 load.ride: 0 0 0 30 30 batch=1
        parcel0 hand: 30 30 30 31 31
        parcel1 load: 0 0 0 0 0 batch=1
        parcel1 load.ride: 0 0 0 30 30 batch=1
        parcel1 hand: 30 30 30 31 31
        parcel2 load: 11 11 - 29 29 reneged
        parcel3 load: 14 14 30 30 30 batch=2
        parcel3 load.ride: 30 30 30 60 60 batch=2
        parcel3 hand: 60 60 60 61 61
        lorry.load1 go: 0 0 0 30 30
        lorry.load2 go: 30 30 30 60 60
        """,
    )


def test_who_rides_has_left_the_place_and_the_zone_where_it_gathered() -> None:
    happens(
        ferry(
            trucks(0, 0), {"go": None}, {"go": step("wait", time="5")}, {"number": 1}, room=1, zone="yard",
            zones={"yard": zone(1)},
        ),
        """
        parcel0 load: 0 0 0 0 0 batch=1
        parcel0 load.ride: 0 0 0 5 5 batch=1
        parcel0 hand: 5 5 5 6 6
        parcel1 load: 0 0 0 0 0 batch=2
        parcel1 load.ride: 0 0 0 5 5 batch=2
        parcel1 hand: 5 5 5 6 6
        lorry.load1 go: 0 0 0 5 5
        lorry.load2 go: 0 0 0 5 5
        """,
    )  # fmt: skip


# ---- orders in parcels, parcels in a lorry
def orders_to_the_gate(*at: int, **parts: Any) -> Resolved:
    """Two orders make a parcel, two parcels a lorry, which passes the gate; parcels are opened at home."""
    return world(
        {
            "order": flow(trucks(*at), {"pack": "pack.ride", "pack.ride": "home", "home": None}),
            "parcel": Flow(
                NAME, Arrivals("none"), "post",
                {"post": "load", "load": "load.ride", "load.ride": "open", "open": None},
            ),
            "lorry": Flow(NAME, Arrivals("none"), "gate", {"gate": "drive", "drive": None}),
        },
        {
            "pack": gather(number=2, carrier="parcel"), "pack.ride": step("ride"),
            "home": step("wait", time="1"),
            "post": step("wait", time="3"),
            "load": gather(number=2, max_wait=20, carrier="lorry", needs=needs("lorries")),
            "load.ride": step("ride"), "open": step("wait", time="2"),
            "gate": step(needs=needs("officers"), time="5"), "drive": step("wait", time="10"),
        },
        resources={"lorries": always(1)}, **parts,
    )  # fmt: skip


def test_every_order_comes_home_from_its_parcel_on_its_lorry() -> None:
    told = happens(
        orders_to_the_gate(0, 0, 2, 2, 30, 31),
        """
        order0 pack: 0 0 0 0 0 batch=1
        order0 pack.ride: 0 0 0 22 22 batch=1
        order0 home: 22 22 22 23 23
        order1 pack: 0 0 0 0 0 batch=1
        order1 pack.ride: 0 0 0 22 22 batch=1
        order1 home: 22 22 22 23 23
        order2 pack: 2 2 2 2 2 batch=2
        order2 pack.ride: 2 2 2 22 22 batch=2
        order2 home: 22 22 22 23 23
        order3 pack: 2 2 2 2 2 batch=2
        order3 pack.ride: 2 2 2 22 22 batch=2
        order3 home: 22 22 22 23 23
        order4 pack: 30 30 31 31 31 batch=3
        order4 pack.ride: 31 31 31 71 71 batch=3
        order4 home: 71 71 71 72 72
        order5 pack: 31 31 31 31 31 batch=3
        order5 pack.ride: 31 31 31 71 71 batch=3
        order5 home: 71 71 71 72 72
        parcel.pack1 post: 0 0 0 3 3
        parcel.pack1 load: 3 3 5 5 5 batch=1
        parcel.pack1 load.ride: 5 5 5 20 20 batch=1
        parcel.pack1 open: 20 20 20 22 22
        parcel.pack2 post: 2 2 2 5 5
        parcel.pack2 load: 5 5 5 5 5 batch=1
        parcel.pack2 load.ride: 5 5 5 20 20 batch=1
        parcel.pack2 open: 20 20 20 22 22
        parcel.pack3 post: 31 31 31 34 34
        parcel.pack3 load: 34 34 54 54 54 batch=2
        parcel.pack3 load.ride: 54 54 54 69 69 batch=2
        parcel.pack3 open: 69 69 69 71 71
        lorry.load1 gate: 5 5 5 10 10
        lorry.load1 drive: 10 10 10 20 20
        lorry.load2 gate: 54 54 54 59 59
        lorry.load2 drive: 59 59 59 69 69
        """,
    )
    assert all("completed" in told for told in outcomes(told).values())


def test_until_empty_waits_for_the_carriers_too() -> None:
    told = play(replace(orders_to_the_gate(0, 0), clock=until_empty(500)))
    assert told.log.end == 3 + 20 + 5 + 10 + 2 + 1 + 1  # post, wait, gate, drive, open, home; then 1 ms
    assert told.deadlock is None


def test_a_last_one_too_few_is_told_as_a_deadlock() -> None:
    told = play(replace(orders_to_the_gate(0, 0, 9), clock=until_empty(500)))
    assert told.log.end == 500
    assert outcomes(told)["order2"] == "inside"
    assert "'departure of pack', which nobody holds and nothing will open" in str(told.deadlock)


def test_a_circle_of_riders_and_carriers_is_told() -> None:
    """The lorry waits for a dock that a parcel on board holds: nobody can ever go on."""
    scenario = ferry(
        trucks(0), {"dock": None}, {"dock": step(needs=needs("dock"), time="5")}, {"number": 1},
        resources={"dock": always(1)},
    )  # fmt: skip
    held = {"hold": "load", **scenario.flows["parcel"].next}
    scenario.steps["hold"] = step("hold", needs=needs("dock"))
    scenario.flows["parcel"] = replace(scenario.flows["parcel"], first="hold", next=held)
    told = play(scenario)
    assert told.deadlock is not None
    assert "waits for 'carrier of load'" in str(told.deadlock)
    assert "waits for 'dock', held by parcel" in str(told.deadlock)
