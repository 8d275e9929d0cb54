"""Fitted numbers as a scenario writes them: with a unit, a range, and a source that counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from metrics.fitted.estimate import Estimate
from metrics.fitted.families import Family
from metrics.fitted.pools import Span
from metrics.recorded.log import DAY, HOUR

Words = Any
"""Part of a scenario as plain data."""

Write = Callable[[float], str | float]


def duration(ms: float) -> str:
    """A time in the unit that fits it, to a ten-thousandth or better."""
    if ms < 1_000:
        return f"{round(ms)} ms"
    if ms < 2 * 60_000:
        return f"{_short(ms / 1000, 3)} s"
    if ms < 2 * HOUR:
        return f"{_short(ms / 60_000, 4)} min"
    return f"{_short(ms / HOUR, 5)} h"


def share(value: float) -> str:
    """`12.3 %`."""
    return f"{_short(100 * value, 3)} %"


def rate(value: float) -> str:
    """`320.5 /d`."""
    return f"{_short(value, 3)} /d"


def factor(value: float) -> str:
    """A factor in percent, to a tenth."""
    return f"{_short(100 * value, 1)} %"


def number(value: float) -> float:
    """A number to four digits after the point."""
    return round(value, 4)


def weight(value: float) -> float:
    """A relative weight, above 0."""
    return round(max(value, 0.001), 3)


def count(value: float) -> int:
    """A whole number."""
    return round(value)


def _short(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def stated(estimate: Estimate, write: Write, source: str, owner: str | None = None) -> Words:
    """`{value: 12 min, range: [11 min, 13 min], source: log_documents}`."""
    low, high = min(estimate.low, estimate.value), max(estimate.high, estimate.value)
    told: dict[str, Words] = {
        "value": write(estimate.value),
        "range": [write(low), write(high)],
        "source": source,
    }
    return told if owner is None else told | {"owner": owner}


def distribution(family: Family, source: str) -> Words:
    """A family of times."""
    if family.name == "constant":
        return stated(family.mean, duration, source)
    if family.name == "empirical":
        return {"quantiles": _rising(family.knots), "source": source}
    if family.ends is not None:
        low, high = family.ends
        ends = {"fastest": duration(low), "slowest": duration(high)}
        if family.name == "uniform":
            return {"distribution": "uniform", **ends, "source": source}
        usual = min(max(3 * family.mean.value - low - high, low), high)
        return {
            "fastest": duration(low),
            "usual": duration(usual),
            "slowest": duration(high),
            "source": source,
        }
    mean = stated(family.mean, duration, source)
    if family.name == "exponential":
        return {"distribution": "exponential", "mean": mean}
    assert family.cv is not None
    if family.name == "erlang":
        return {"distribution": "erlang", "mean": mean, "stages": max(1, round(1 / family.cv.value**2))}
    told: dict[str, Words] = {"mean": mean, "cv": stated(family.cv, number, source)}
    return told if family.name == "lognormal" else {"distribution": family.name, **told}


def _rising(knots: tuple[tuple[float, float], ...]) -> dict[str, str]:
    """Quantiles as `{0 %: 1 min, …}`."""
    return {share(p): duration(q) for p, q in knots}


def clock(ms: int) -> str:
    """`07:30`; the end of a day is `24:00`."""
    return f"{ms // HOUR:02d}:{ms // 60_000 % 60:02d}"


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def weekly(days: list[list[tuple[int, int]]]) -> Words:
    """Hours by weekday as a calendar writes them: days that are alike together."""
    texts = [", ".join(f"{clock(a)}-{clock(b)}" for a, b in day) or "closed" for day in days]
    if set(texts) == {f"00:00-{clock(DAY)}"}:
        return "always"
    found: dict[str, list[str]] = {}
    for name, text in zip(DAYS, texts, strict=True):
        found.setdefault(text, []).append(name)
    if len(found) == 1:
        return {"mon-sun": texts[0]}
    return {",".join(names): text for text, names in found.items()}


def shifts(days: tuple[tuple[Span, ...], ...]) -> list[tuple[int, list[list[tuple[int, int]]]]]:
    """Levels as shifts that add up: (units, the hours of each weekday in which they are on duty)."""
    levels = sorted({span.units for day in days for span in day})
    found, below = [], 0
    for level in levels:
        hours = [_joined([(s.begin, s.end) for s in day if s.units >= level]) for day in days]
        found.append((level - below, hours))
        below = level
    return found


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that touch as one."""
    joined: list[tuple[int, int]] = []
    for begin, end in spans:
        if joined and joined[-1][1] == begin:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((begin, end))
    return joined
