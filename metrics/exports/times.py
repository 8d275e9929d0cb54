"""Times of a record as calendar time, by the offsets that the resolved scenario carries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

from scenarios.resolved import Clock

FOREVER = 1 << 62
"""Later than every time of a record [ms]."""


def offset_at(time: int, clock: Clock) -> int:
    """How far local time is ahead of UTC [ms]."""
    return next((ahead for since, ahead in reversed(clock.offsets) if since <= time), clock.offsets[0][1])


def stamp(time: int, clock: Clock) -> str:
    """`2025-03-12T07:00:00.000+07:00`."""
    ahead = timezone(timedelta(milliseconds=offset_at(time, clock)))
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=clock.start_utc + time)
    return at.astimezone(ahead).isoformat(timespec="milliseconds")


def unix(time: int, clock: Clock) -> float:
    """Seconds since 1970-01-01 UTC."""
    return (clock.start_utc + time) / 1000


def instant_sql(column: str, clock: Clock) -> str:
    """A column of times [ms] as TIMESTAMP WITH TIME ZONE."""
    return f"(epoch_ms({clock.start_utc} + {column}) at time zone 'UTC')"


def stamp_sql(column: str, clock: Clock) -> str:
    """A column of times [ms] as text, as `stamp` gives it."""
    return _by_offset(column, clock, lambda local, ahead: f"{_text_sql(local)} || '{_offset(ahead)}'")


def local_sql(column: str, clock: Clock) -> str:
    """A column of times [ms] as TIMESTAMP, as the clock on the wall shows it."""
    return _by_offset(column, clock, lambda local, _: local)


def _by_offset(column: str, clock: Clock, tell: Callable[[str, int], str]) -> str:
    """SQL that tells local times, by the offset that holds at each."""
    edges = [since for since, _ in clock.offsets[1:]] + [FOREVER]
    cases = [
        f"when {column} < {edge} then {tell(f'epoch_ms({clock.start_utc + ahead} + {column})', ahead)}"
        for edge, (_, ahead) in zip(edges, clock.offsets, strict=True)
    ]
    return f"(case {' '.join(cases)} end)"


def _text_sql(local: str) -> str:
    return f"strftime({local}, '%Y-%m-%dT%H:%M:%S.%g')"


def _offset(ahead: int) -> str:
    """`+07:00`."""
    minutes = abs(ahead) // 60_000
    return f"{'-' if ahead < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
