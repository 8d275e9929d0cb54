"""The few shapes that all charts are made of, and axes with round numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape


def element(name: str, content: str = "", **attributes: object) -> str:
    """An SVG element; `class_` is written class, `text_anchor` text-anchor, numbers shortly."""
    told = "".join(f' {_key(key)}="{_value(value)}"' for key, value in attributes.items() if value != "")
    return f"<{name}{told}>{content}</{name}>" if content else f"<{name}{told}/>"


def _key(key: str) -> str:
    return key.rstrip("_").replace("_", "-") if key != "viewBox" else key


def _value(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else escape(str(value), quote=True)


def words(x: float, y: float, content: str, class_: str = "t") -> str:
    """A text at a point."""
    return element("text", escape(content), x=float(x), y=float(y), class_=class_)


def path(points: list[tuple[float, float]], class_: str, closed: bool = False) -> str:
    """A line through points."""
    d = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if closed else "")
    return element("path", d=d, class_=class_)


def picture(width: int, height: int, parts: list[str], told: str) -> str:
    """A chart as a whole; `told` says in words what it shows."""
    box = f"0 0 {width} {height}"
    return element(
        "svg", "".join(parts), viewBox=box, width=width, height=height, role="img", aria_label=told
    )


@dataclass(frozen=True, slots=True)
class Axis:
    """From numbers to pixels, with round marks."""

    low: float
    high: float
    start: float  # [px]
    end: float  # [px]
    step: float

    def at(self, value: float) -> float:
        """Where a value lies [px]."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def marks(self) -> list[float]:
        """The round values on it."""
        first, last = math.ceil(self.low / self.step - 1e-9), math.floor(self.high / self.step + 1e-9)
        return [n * self.step for n in range(first, last + 1)]

    @property
    def digits(self) -> int:
        """Decimals that its marks need."""
        return max(0, -math.floor(math.log10(self.step) + 1e-9))


def axis(
    low: float, high: float, start: float, end: float, *, marks: int = 5, from_zero: bool = False
) -> Axis:
    """An axis that holds [low, high], ending on round numbers, with about so many of them."""
    low = min(0.0, low) if from_zero else low
    if high <= low:
        high = low + (abs(low) or 1.0)
    step = round_step((high - low) / marks)
    return Axis(step * math.floor(low / step + 1e-9), step * math.ceil(high / step - 1e-9), start, end, step)


def round_step(rough: float) -> float:
    """The next of 1, 2, 5 × 10ⁿ."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * f for f in (1, 2, 5, 10) if power * f >= rough * (1 - 1e-9))
