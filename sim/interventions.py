"""What somebody changes while a run goes on: rows added to its timetable (law §3).

A run that was changed on the way and one that was told of the changes beforehand are the same run, with the
same digest: the rows, which are part of its record, say what was done.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from scenarios.resolved import Arrivals, Resolved
from sim.timetable import Row, timetable

KINDS = ("capacity", "scheduled", "platform", "slow", "demand")
"""What can be set by hand, of `sim.log.TARGETS`."""

BEFOREHAND = ("demand",)
"""Of these a run must be told before it begins: how many sources a flow has follows from them."""

MOST_UNITS = 1_000_000
MOST_FACTOR = 1_000_000  # [‰]
MOST_DEMAND = 10_000  # [‰]: each further thousand is one more source


def check(scenario: Resolved, rows: Iterable[Row]) -> None:
    """Refuse what cannot be set.

    Raises
    ------
    ValueError
        With the row, what is wrong with it and what would be right.
    """
    for row in rows:
        told = f"intervention '{row.what}' of '{row.target}' = {row.value}"
        if row.what not in KINDS:
            raise ValueError(f"{told}: only {', '.join(KINDS)} can be set by hand")
        there = things(scenario, row.what)
        if row.target not in there:
            raise ValueError(f"{told}: there is no '{row.target}'; there are {', '.join(there) or 'none'}")
        least, most = (1 if row.what == "slow" else 0), _MOST[row.what]
        if not least <= row.value <= most:
            raise ValueError(f"{told}: the value must lie from {least} to {most}")


_MOST = {
    "capacity": MOST_UNITS, "scheduled": MOST_UNITS, "platform": MOST_FACTOR, "slow": MOST_FACTOR,
    "demand": MOST_DEMAND,
}  # fmt: skip


def things(scenario: Resolved, what: str) -> list[str]:
    """What something can be set of."""
    if what == "demand":
        return [name for name, flow in scenario.flows.items() if _follows_demand(flow.arrivals)]
    if what in ("platform", "slow"):
        return list(scenario.platforms if what == "platform" else scenario.steps)
    return list(scenario.resources)


def _follows_demand(arrivals: Arrivals) -> bool:
    """Not who comes by a list; nor who books, since a later booking may be of a slot that has begun."""
    return arrivals.kind in ("rate", "count") and arrivals.appointments is None


def row_of(scenario: Resolved, time: int, end: int, change: tuple[str, str, int]) -> Row:
    """The row of a change (what, target, value) on the way, at an instant of a run that lasts to `end` [ms].

    Raises
    ------
    ValueError
        If it cannot be set, or not on the way, or the run is over.
    """
    row = row_beforehand(scenario, time, end, change)
    if row.what in BEFOREHAND:
        raise ValueError(f"intervention '{row.what}' of '{row.target}': a run is told of it before it begins")
    return row


def row_beforehand(scenario: Resolved, time: int, end: int, change: tuple[str, str, int]) -> Row:
    """As `row_of`, of a run that is begun anew, told of the row."""
    if time >= end:
        raise ValueError(f"the run is over: it lasted to {end} ms")
    row = Row(time, *change)
    check(scenario, [row])
    return row


def timetable_with(
    by_hand: Sequence[Row], scenario: Resolved, seed: int, replication: int, begin: int, end: int
) -> Sequence[Row]:
    """The timetable of a run, with what is set by hand.

    Raises
    ------
    ValueError
        If that cannot be set.
    """
    check(scenario, by_hand)
    planned = timetable(scenario, seed, replication, begin, end)
    return merged(planned, by_hand) if by_hand else planned


def merged(rows: Sequence[Row], interventions: Iterable[Row]) -> list[Row]:
    """All rows in the order of time; of one instant, an intervention after what was planned."""
    found = list(rows)
    for row in interventions:
        found.insert(place_of(found, row.time), row)
    return found


def place_of(rows: Sequence[Row], time: int) -> int:
    """Where in a timetable a row of an instant is added."""
    return bisect_right(rows, time, key=lambda row: row.time)
