"""Small scenarios in the resolved form, written by hand for tests of the engine."""

from __future__ import annotations

from datetime import date
from typing import Any

from scenarios.resolved import (
    ARRIVAL_UNIT,
    CERTAIN,
    DAY,
    RESOLVED_VERSION,
    Arrivals,
    Attribute,
    Calendar,
    Clock,
    DayShapes,
    Flow,
    Label,
    ListedArrival,
    Mix,
    Need,
    Platform,
    Resolved,
    Resource,
    Shift,
    Step,
    Stock,
    Zone,
)

NAME = Label("tên", "name")
START = date(2025, 3, 12)
START_DAY = (START - date(1970, 1, 1)).days
MIN = 60_000
HOUR = 60 * MIN


def clock(window: int | None = 1000, **changes: Any) -> Clock:
    base: dict[str, Any] = {
        "zone": "UTC", "start": "2025-03-12T00:00", "start_utc": START_DAY * DAY,
        "offsets": ((-(1 << 60), 0),),
        "horizon": "terminating", "lead_in": 0, "window": window, "until": "window", "at_most": window,
    }  # fmt: skip
    return Clock(**(base | changes))


def always(units: int, **changes: Any) -> Resource:
    return Resource(NAME, (Shift(None, units),), **changes)


def needs(*pools: str | tuple[str, int]) -> tuple[Need, ...]:
    """All of these pools, one unit each unless said."""
    return tuple(Need(((p, 1) if isinstance(p, str) else p,)) for p in pools)


def step(kind: Any = "work", **fields: Any) -> Step:
    return Step(NAME, kind, **fields)


def listed(*times: int, **attributes: str) -> Arrivals:
    rows = tuple(ListedArrival(t, START_DAY, n, dict(attributes)) for n, t in enumerate(times))
    return Arrivals("list", listed=rows)


def even_day(per_day: float) -> DayShapes:
    edges = tuple(round(per_day * ARRIVAL_UNIT * h / 24) for h in range(25))
    return DayShapes((edges,), tuple((0,) * 7 for _ in range(12)))


def chain(*steps: str) -> dict[str, str | None]:
    """A way straight through."""
    return dict(zip(steps, (*steps[1:], None), strict=True))


def flow(arrivals: Arrivals, way: dict[str, str | None], **fields: Any) -> Flow:
    return Flow(NAME, arrivals, next(iter(way)), way, **fields)


def category(*values: str, draw: Any) -> Attribute:
    return Attribute(NAME, "category", draw, values)


def shares(**parts: float) -> Mix:
    total, upto = 0.0, []
    for part in parts.values():
        total += part
        upto.append(round(total * CERTAIN))
    return Mix(tuple(parts), (*upto[:-1], CERTAIN))


def hours(*spans: tuple[int, int]) -> Calendar:
    return Calendar(NAME, ((-(1 << 60), 0),), (tuple(spans),) * 7)


def zone(room: int) -> Zone:
    return Zone(NAME, room)


def stock(level: int) -> Stock:
    return Stock(NAME, level)


def platform() -> Platform:
    return Platform(NAME)


def scenario(flows: dict[str, Flow], steps: dict[str, Step], **parts: Any) -> Resolved:
    parts.setdefault("clock", clock())
    return Resolved(RESOLVED_VERSION, "test", NAME, NAME, flows=flows, steps=steps, **parts)
