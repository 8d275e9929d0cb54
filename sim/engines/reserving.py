"""Joint work that reserves: the head takes what it needs one after the other and keeps it (law §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.engines.entities import Visit
    from sim.engines.floor import Pool, Station


def candidate(station: Station) -> Visit | None:
    """The head, if there is something more to reserve for it, or if it may start."""
    head = station.front()
    if head is None or not (_next(station, head) or _is_ready(station, head)):
        return None
    return head


def collect(station: Station, head: Visit) -> bool:
    """Reserve what is to be had; returns whether the work may start."""
    now = station.env.now
    station.reserving = head
    while (found := _next(station, head)) is not None:
        need, pool, units = found
        head.got.append(need)
        head.units.append((pool, pool.reserve(units, now)))
        for other in pool.fickle:
            other.group.may_start[other] = None
    return _is_ready(station, head)


def claim(visit: Visit, now: int) -> None:
    """What is reserved begins to serve; in the order of the needs."""
    for pool, units in visit.units:
        pool.claim(len(units), now)
    visit.units = [units for _, units in sorted(zip(visit.got, visit.units, strict=True), key=_need)]
    visit.got, visit.station.reserving = [], None


def _need(pair: tuple[int, tuple[Pool, list[int]]]) -> int:
    return pair[0]


def _next(station: Station, head: Visit) -> tuple[int, Pool, int] | None:
    """The first need, in the order of the file, that is not met and finds a pool with enough free units."""
    for number, need in enumerate(station.step.needs):
        if number not in head.got:
            for name, units in need.any_of:
                if station.pools[name].free_for(head) >= units:
                    return number, station.pools[name], units
    return None


def _is_ready(station: Station, head: Visit) -> bool:
    """All is reserved, the platforms are up, and no pool has more busy than it may, or closes too early."""
    if len(head.got) < len(station.step.needs) or station.mode(head) is None:
        return False
    pools = [(pool, len(units)) for pool, units in head.units]
    enough = all(pool.free_for(head) >= 0 for pool, _ in pools)
    return enough and (not station.must_fit or station.all_fit(pools, station.length(head)))
