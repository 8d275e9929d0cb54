"""Factors of a sweep: numbers of a scenario that are varied together, over values or over a range."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from scenarios import dials
from scenarios.dials import Dial, dial_of, value_told
from scenarios.errors import Flaw
from scenarios.magnitudes import magnitude
from scenarios.paths import get, parsed
from scenarios.quantities import Written
from scenarios.resolved import Label, Parameter
from scenarios.words import Text

MOST_FACTORS = 30
MOST_POINTS = 10_000
MOST_LEVELS = 50

Method = Literal["factorial", "hypercube", "sobol", "tornado", "morris", "indices"]
"""Every combination · a Latin hypercube · a Sobol sequence · each factor by itself to both ends · Morris's
screening · Sobol's indices."""


@dataclass(frozen=True, slots=True)
class Factor:
    """What is varied, as it was asked for; without values and range: over the range of the assumption."""

    name: str
    label: Label
    path: str
    values: tuple[Any, ...] = ()
    range: tuple[str, str] | None = None


def check(path: str, values: Sequence[Any], ranged: bool) -> None:
    """Refuse what is no path, a single value, and values beside a range.

    Raises
    ------
    Flaw
        With what is wrong.
    """
    parsed(path)
    if len(values) == 1 or (values and ranged):
        raise Flaw(
            path,
            Label(
                vi="cần ít nhất hai 'values', hoặc 'range', không phải cả hai",
                en="needs at least two 'values', or a 'range', not both",
            ),
            Label(vi="hãy viết như values: [2, 3, 4]", en="write it as in values: [2, 3, 4]"),
        )


class WrittenFactor(Written):
    """A number that is varied."""

    label: Text | None = None
    """For people; else its name."""
    path: str
    """Dotted path, as in `overrides`."""
    values: Annotated[tuple[Any, ...], Field(max_length=MOST_LEVELS)] = ()
    """What it takes; or `range`."""
    range: tuple[str | int | float, str | int | float] | None = None
    """Both ends; without it and `values`: the range of the assumption."""

    @model_validator(mode="after")
    def _is_whole(self) -> WrittenFactor:
        check(self.path, self.values, self.range is not None)
        return self

    def factor(self, name: str) -> Factor:
        """As plain data."""
        ends = None if self.range is None else (str(self.range[0]), str(self.range[1]))
        label = self.label.label() if self.label else Label(name, name)
        return Factor(name, label, self.path, self.values, ends)


@dataclass(frozen=True, slots=True)
class Turn:
    """A factor of a scenario: values in their order, or a dial.

    now : as it is written, if it is a number
    """

    name: str
    label: Label
    path: str
    values: tuple[Any, ...]
    dial: Dial | None
    now: str | None

    def at(self, u: float) -> Any:
        """What it takes at a place 0 ≤ u ≤ 1."""
        if self.values:
            return self.values[min(len(self.values) - 1, int(u * len(self.values)))]
        assert self.dial is not None
        return self.dial.told(self.dial.at(u))

    def levelled(self) -> Turn:
        """With values in place of a range: both ends and the middle."""
        if self.values:
            return self
        return replace(self, values=tuple(dict.fromkeys(self.at(u) for u in (0.0, 0.5, 1.0))))


def turns(
    factors: Iterable[Factor], written: Mapping[str, Any], parameters: Iterable[Parameter]
) -> list[Turn]:
    """The factors as they stand in a scenario.

    Raises
    ------
    Flaw
        With the first that leads nowhere, or whose values and range do not fit what stands there.
    """
    known = {parameter.path: parameter for parameter in parameters}
    return [_turn(factor, written, known.get(factor.path)) for factor in factors]


def _turn(factor: Factor, written: Mapping[str, Any], parameter: Parameter | None) -> Turn:
    *above, last = parsed(factor.path)
    inside = get(written, above)
    if not isinstance(inside, dict) or last not in inside:
        raise _leads_nowhere(factor)
    now = value_told(inside[last])
    ends = tuple(map(str, factor.values)) or factor.range or (parameter.range if parameter else None)
    dial = None if now is None or ends is None else dial_of(factor.path, now, ends)
    if dial is None and not factor.values:
        raise _no_range(factor, now)
    return Turn(factor.name, factor.label, factor.path, factor.values, dial, now)


def _leads_nowhere(factor: Factor) -> Flaw:
    return Flaw(
        factor.path,
        Label(
            vi=f"là '{factor.path}', không có trong kịch bản", en=f"is '{factor.path}', which is not there"
        ),
        Label(
            vi="hãy lấy đường dẫn của một con số do cuakhau explain liệt kê",
            en="take the path of a number that cuakhau explain lists",
        ),
    )


def _no_range(factor: Factor, now: str | None) -> Flaw:
    ends = "" if factor.range is None else f" [{factor.range[0]}, {factor.range[1]}]"
    return Flaw(
        factor.path,
        Label(
            vi=f"là '{factor.path}', đang là {now}, không có khoảng{ends} cùng loại với nó",
            en=f"is '{factor.path}', now {now}, without a range{ends} of its kind",
        ),
        Label(
            vi="hãy thêm values: [2, 3, 4] hoặc range: [2 min, 9 min]",
            en="add values: [2, 3, 4] or range: [2 min, 9 min]",
        ),
    )


def settings(of: Sequence[Turn], written: Mapping[str, Any], row: Sequence[float | None]) -> dict[str, Any]:
    """What the factors are at a place, as overrides; None: as it is written. Shares beside them make room."""
    chosen = [(turn, turn.at(u)) for turn, u in zip(of, row, strict=True) if u is not None]
    found = {turn.path: value for turn, value in chosen}
    shares = {turn.dial: _size(v) for turn, v in chosen if turn.dial and turn.dial.kind == "share"}
    return found | dials.turned(written, shares)


def _size(value: Any) -> float:
    size = magnitude(str(value))
    assert size is not None
    return size[1]
