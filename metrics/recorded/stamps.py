"""Times as clerks and programs write them, read into milliseconds of the clock on the wall.

How a column writes its times is found once, from a sample; then every cell is read that way. `03/04/2025` is
the third of April where nothing in the column says otherwise, as in Việt Nam.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from metrics.recorded.log import DAY, MISSING

Reader = Callable[[str], int]

UNREADABLE = MISSING + 1
"""Something stands there, but no time that can be read."""

LONG = len("2025-03-12T07:00:00.000+07:00")

EMPTY_WORDS = frozenset(["", "-", "--", "null", "none", "nan", "nat", "n/a", "#n/a", "na", "\\n"])

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
_ORIGIN = date(1970, 1, 1).toordinal()
EARLIEST_MS, LATEST_MS = ((day.toordinal() - _ORIGIN) * DAY for day in (EARLIEST, LATEST))
"""Times outside are impossible."""

WORDED = re.compile(
    r"""\s*(?P<a>\d{1,4})\s*[-/.]\s*(?P<b>\d{1,2})\s*[-/.]\s*(?P<c>\d{1,4})
    (?:(?:\s+|T|,\s*|\s*-\s*)(?P<h>\d{1,2})\s*(?:[:hHg.]\s*(?P<m>\d{1,2}))?(?:\s*[:.]\s*(?P<s>\d{1,2})(?:[.,](?P<f>\d{1,6}))?)?
    \s*(?P<half>AM|PM|SA|CH|am|pm|sa|ch|a\.m\.|p\.m\.)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?\s*$""",
    re.VERBOSE,
)
TIME_FIRST = re.compile(
    r"\s*(\d{1,2}[:hHg]\d{1,2}(?::\d{1,2})?(?:\s*(?:AM|PM|SA|CH))?)[\s,]+(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})\s*$"
)
PACKED = re.compile(r"\s*(\d{4})(\d{2})(\d{2})[T ]?(\d{2})(\d{2})(\d{2})?\s*$")

ISO, DAY_FIRST, MONTH_FIRST, SERIAL, SECONDS, MILLISECONDS = "iso", "d/m/y", "m/d/y", "serial", "s", "ms"


class Stamps:
    """How one column writes its times.

    kind : which of the ways · doubtful : whether day and month could as well be the other way round
    """

    def __init__(self, sample: Iterable[str], zone: str = "Asia/Ho_Chi_Minh") -> None:
        self.zone = ZoneInfo(zone)
        self._ahead: dict[int, int] = {}
        self._days: dict[str, int] = {}
        told = [text for text in (cell.strip() for cell in sample) if text.lower() not in EMPTY_WORDS]
        self.told = len(told)
        self.kind, self.doubtful = _kind_of(told)
        self.read: Reader = {
            ISO: self._iso, SERIAL: _serial, SECONDS: self._seconds, MILLISECONDS: self._milliseconds
        }.get(self.kind, self._worded)  # fmt: skip
        self.readable = sum(self.read(text) > UNREADABLE for text in told) / len(told) if told else 0.0

    def _iso(self, text: str) -> int:
        """The usual form of programs is read six times as fast, by days that were read before."""
        if len(text) == LONG:
            midnight = self._days.get(text[:11] + text[-6:])
            if midnight is not None and text[19] == ".":
                clock = (int(text[11:13]) * 60 + int(text[14:16])) * 60 + int(text[17:19])
                return self._local(midnight + clock * 1000 + int(text[20:23]))
        found = self._iso_slowly(text)
        if len(text) == LONG and found > UNREADABLE and text[-6] in "+-" and text[10] == "T":
            midnight = round(datetime.fromisoformat(f"{text[:10]}T00:00:00{text[-6:]}").timestamp() * 1000)
            self._days[text[:11] + text[-6:]] = midnight
        return found

    def _iso_slowly(self, text: str) -> int:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return MISSING if text.strip().lower() in EMPTY_WORDS else self._worded(text)
        if at.tzinfo is None:
            days = at.toordinal() - _ORIGIN
            return days * DAY + (at.hour * 3600 + at.minute * 60 + at.second) * 1000 + at.microsecond // 1000
        return self._local(round(at.timestamp() * 1000))

    def _local(self, instant: int) -> int:
        """An instant [ms since 1970 UTC] as the clock on the wall shows it; looked up once an hour."""
        hour = instant // 3_600_000
        ahead = self._ahead.get(hour)
        if ahead is None:
            try:
                offset = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)).astimezone(self.zone)
            except OverflowError:
                return UNREADABLE
            ahead = self._ahead[hour] = int((offset.utcoffset() or timedelta()).total_seconds() * 1000)
        return instant + ahead

    def _seconds(self, text: str) -> int:
        number = _number(text)
        return (
            number if isinstance(number, int) and number <= UNREADABLE else self._local(round(number * 1000))
        )

    def _milliseconds(self, text: str) -> int:
        number = _number(text)
        return number if isinstance(number, int) and number <= UNREADABLE else self._local(round(number))

    def _worded(self, text: str) -> int:
        found = PACKED.match(text)
        if found:
            year, month, day, *clock = (int(part or 0) for part in found.groups())
            return _assembled(year, month, day, clock)
        turned = TIME_FIRST.match(text)
        found = WORDED.match(f"{turned[2]} {turned[1]}" if turned else text)
        if not found:
            return MISSING if text.strip().lower() in EMPTY_WORDS else UNREADABLE
        at = _assembled(*_date_of(found, self.kind), _clock_of(found))
        return at if found["zone"] is None or at <= UNREADABLE else self._zoned(at, found["zone"])

    def _zoned(self, at: int, zone: str) -> int:
        if zone == "Z":
            return self._local(at)
        hours, minutes = int(zone[1:3]), int(zone[-2:])
        ahead = (hours * 60 + minutes) * 60_000
        return self._local(at - ahead if zone[0] == "+" else at + ahead)


def _kind_of(told: list[str]) -> tuple[str, bool]:
    if not told:
        return ISO, False
    if all(re.fullmatch(r"\d+([.,]\d+)?", text) for text in told) and not all(map(PACKED.match, told)):
        return _kind_of_numbers([float(text.replace(",", ".")) for text in told]), False
    found = [match for match in map(WORDED.match, map(_date_before_time, told)) if match]
    parts = [(m["a"], m["b"]) for m in found if len(m["a"]) <= 2]
    if not parts:
        return ISO, False
    votes = Counter(
        DAY_FIRST if int(a) > 12 else MONTH_FIRST for a, b in parts if (int(a) > 12) != (int(b) > 12)
    )
    kind = MONTH_FIRST if votes[MONTH_FIRST] > votes[DAY_FIRST] else DAY_FIRST
    return kind, not votes


def _date_before_time(text: str) -> str:
    turned = TIME_FIRST.match(text)
    return f"{turned[2]} {turned[1]}" if turned else text


def _kind_of_numbers(numbers: list[float]) -> str:
    middle = sorted(numbers)[len(numbers) // 2]
    if middle > 1e11:
        return MILLISECONDS
    return SECONDS if middle > 1e8 else SERIAL


def _number(text: str) -> float | int:
    if text.strip().lower() in EMPTY_WORDS:
        return MISSING
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return UNREADABLE


def _serial(text: str) -> int:
    """Days since 30 December 1899, as a sheet counts."""
    number = _number(text)
    if isinstance(number, int):
        return number
    return round((number - 25_569) * DAY) if abs(number) < 1e6 else UNREADABLE


def _date_of(found: re.Match[str], kind: str) -> tuple[int, int, int]:
    a, b, c = int(found["a"]), int(found["b"]), int(found["c"])
    if len(found["a"]) > 2:
        return a, b, c
    year = c if len(found["c"]) > 2 else 2000 + c
    return (year, a, b) if kind == MONTH_FIRST else (year, b, a)


def _clock_of(found: re.Match[str]) -> list[int]:
    hour, minute, second = (int(found[name] or 0) for name in ("h", "m", "s"))
    half = (found["half"] or "").lower().replace(".", "")
    if half in ("pm", "ch") and hour < 12:
        hour += 12
    elif half in ("am", "sa") and hour == 12:
        hour = 0
    return [hour, minute, second, int((found["f"] or "0").ljust(3, "0")[:3])]


def _assembled(year: int, month: int, day: int, clock: list[int]) -> int:
    hour, minute, second, *rest = clock
    if not (hour < 24 and minute < 60 and second < 60):
        return UNREADABLE
    try:
        days = date(year, month, day).toordinal() - _ORIGIN
    except ValueError:
        return UNREADABLE
    return days * DAY + (hour * 3600 + minute * 60 + second) * 1000 + (rest[0] if rest else 0)
