"""Whose work is interrupted, and for whom (law §4, Pre-emption)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sim.log import EMPTY

if TYPE_CHECKING:
    from sim.engines.entities import Visit
    from sim.engines.floor import Pool, Station

Units = list[tuple["Pool", int]]


def settle_capacity(fallen: dict[Pool, None], now: int) -> None:
    """Interrupt work where capacity fell under what is busy, and the pool says so."""
    for pool in sorted(fallen, key=lambda pool: pool.number):
        while pool.is_over(now) and (victim := _first_victim(pool, now)) is not None:
            victim.station.interrupt(victim)
    fallen.clear()


def plan(station: Station, head: Visit) -> tuple[Units, list[Visit]] | None:
    """What a head may take and from whom: each need the first pool with enough free units, else the first one
    in which work of a worse priority can be interrupted for enough of them; None if some are missing.
    """
    now, length = station.env.now, station.length(head) if station.must_fit else 0
    taken: Units = []
    victims: list[Visit] = []
    for need in station.step.needs:
        pools = [(station.pools[name], units) for name, units in need.any_of]
        fitting = [
            (pool, units) for pool, units in pools if station.fits_last or pool.fits(units, length, now)
        ]
        for pool, units in fitting:
            if _available(pool, head, taken, victims) >= units:
                break
        else:
            for pool, units in fitting:
                more = _victims_for(pool, units, head, taken, victims)
                if more is not None:
                    victims += more
                    break
            else:
                return None
        taken.append((pool, units))
    if station.fits_last and not station.all_fit(taken, length):
        return None
    return taken, victims


def _available(pool: Pool, head: Visit, taken: Units, victims: Iterable[Visit]) -> int:
    """Units of a pool that would be free for a head."""
    given = sum(len(units) for victim in victims for p, units in victim.units if p is pool)
    return pool.free_for(head) + given - sum(units for p, units in taken if p is pool)


def _victims_for(
    pool: Pool, units: int, head: Visit, taken: Units, victims: list[Visit]
) -> list[Visit] | None:
    """Who else must be interrupted, so that a pool has enough units for a head."""
    if "priority" not in pool.preempt:
        return None
    more: list[Visit] = []
    while _available(pool, head, taken, [*victims, *more]) < units:
        victim = _first_victim(pool, head.station.env.now, head.key[0], but=[*victims, *more])
        if victim is None:
            return None
        more.append(victim)
    return more


def _first_victim(pool: Pool, now: int, above: int | None = None, but: Iterable[Visit] = ()) -> Visit | None:
    """The worst priority, then the latest start, then the largest entity; `above`: only worse than that."""
    return max(
        (
            visit
            for station in pool.stations
            if station.may_be_interrupted
            for visit in station.under_way
            if any(p is pool for p, _ in visit.units)
            and (visit.resumed == EMPTY or visit.resumed + visit.length > now)
            and (above is None or visit.key[0] > above)
            and visit not in but
        ),
        key=order,
        default=None,
    )


def order(visit: Visit) -> tuple[Any, ...]:
    """The last in this order is the first victim."""
    return visit.key[0], visit.started, visit.entity.key, visit.station.number
