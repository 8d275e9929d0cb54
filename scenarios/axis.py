"""The time axis of a run: integer milliseconds from its start, tied to local dates and times by zone.

Zones come from the `tzdata` package and never from the machine, so that one scenario resolves to the same
offsets everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Annotated
from zoneinfo import ZoneInfo

from scenarios.errors import Flaw, suggestion
from scenarios.quantities import Reads
from scenarios.resolved import DAY, Label

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PROBE = DAY // 4
"""No zone changes its clock twice within so short a time [ms]."""


@cache
def zone_names() -> tuple[str, ...]:
    """All time zones there are."""
    return tuple((files("tzdata") / "zones").read_text(encoding="utf-8").split())


def check_zone(name: object) -> str:
    """The name of a time zone, if there is such a zone.

    Raises
    ------
    Flaw
        With the nearest name as remedy.
    """
    if name in zone_names():
        return str(name)
    message = Label(vi=f"là '{name}', không phải một múi giờ", en=f"is '{name}', which is not a time zone")
    near = get_close_matches(str(name), zone_names(), n=1, cutoff=0.8)
    raise Flaw(name, message, suggestion(str(name), near or ("Asia/Ho_Chi_Minh", "Asia/Shanghai", "UTC")))


ZoneName = Annotated[str, Reads("ZoneName", check_zone, "IANA time zone", "Asia/Ho_Chi_Minh")]


@cache
def load_zone(name: str) -> ZoneInfo:
    """The rules of a time zone, out of the `tzdata` package."""
    place = files("tzdata.zoneinfo").joinpath(*check_zone(name).split("/"))
    with place.open("rb") as rules:
        return ZoneInfo.from_file(rules, key=name)


def utc_of(local: datetime, zone: str) -> int:
    """The instant of a local (naive) time [ms since 1970-01-01 UTC]; of a repeated hour the first.

    Raises
    ------
    Flaw
        If clocks skip that local time.
    """
    rules = load_zone(zone)
    instant = local.replace(tzinfo=rules, fold=0).astimezone(UTC)
    back = instant.astimezone(rules).replace(tzinfo=None)
    if back != local:
        message = Label(
            vi=f"là {local}, giờ mà đồng hồ ở {zone} bỏ qua",
            en=f"is {local}, which clocks in {zone} skip",
        )
        raise Flaw(local, message, Label(vi=f"hãy viết {back}", en=f"write {back}"))
    return (instant - EPOCH) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The part of the time axis that a run may cover: [begin, end) [ms], 0 being `start_utc`."""

    zone: str  # the scenario's
    start_utc: int  # [ms since 1970-01-01 UTC]
    begin: int  # 0, or minus the lead-in
    end: int

    def at(self, local: datetime, zone: str | None = None) -> int:
        """The instant of a local (naive) time [ms on the axis]; of a repeated hour the first.

        Raises
        ------
        Flaw
            If clocks skip that local time.
        """
        return utc_of(local, zone or self.zone) - self.start_utc

    def local(self, instant: int, zone: str | None = None) -> datetime:
        """The local (naive) time at an instant of the axis."""
        utc = EPOCH + timedelta(milliseconds=self.start_utc + instant)
        return utc.astimezone(load_zone(zone or self.zone)).replace(tzinfo=None)

    def offset(self, instant: int, zone: str | None = None) -> int:
        """What local clocks are ahead of UTC at an instant [ms]."""
        utc = EPOCH + timedelta(milliseconds=self.start_utc + instant)
        ahead = utc.astimezone(load_zone(zone or self.zone)).utcoffset() or timedelta(0)
        return ahead // timedelta(milliseconds=1)

    def offsets(self, zone: str | None = None) -> tuple[tuple[int, int], ...]:
        """Offsets of local time from UTC as (from [ms on the axis], offset [ms]), ascending.

        They cover the run and a day on either side of it.
        """
        found = [(self.begin - DAY, self.offset(self.begin - DAY, zone))]
        for probe in _probes(self.begin - DAY, self.end + DAY):
            if self.offset(probe, zone) != found[-1][1]:
                found.append(self._change(probe - PROBE, probe, zone))
        return tuple(found)

    def _change(self, before: int, after: int, zone: str | None) -> tuple[int, int]:
        """The first instant with the offset of `after`."""
        offset = self.offset(after, zone)
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (before, middle) if self.offset(middle, zone) == offset else (middle, after)
        return after, offset

    def dates(self, zone: str | None = None) -> tuple[date, ...]:
        """The local dates that the run touches, and one more at either end."""
        first = self.local(self.begin, zone).date() - timedelta(1)
        last = self.local(self.end, zone).date() + timedelta(1)
        return tuple(first + timedelta(n) for n in range((last - first).days + 1))


def _probes(begin: int, end: int) -> Iterator[int]:
    """Instants PROBE apart, after `begin`, the last one not before `end`."""
    yield from range(begin + PROBE, end + PROBE, PROBE)


def time_axis(zone: str, start: datetime, begin: int, end: int) -> TimeAxis:
    """The axis of a run whose time 0 is `start`, local and naive, in `zone`; it covers [begin, end) [ms].

    Raises
    ------
    Flaw
        If clocks skip that local time.
    """
    return TimeAxis(zone, utc_of(start, zone), begin, end)
