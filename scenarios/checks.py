"""What the parts of a distribution must be, told with a remedy."""

from __future__ import annotations

import math
from typing import TypeVar

from pydantic import AfterValidator, BaseModel

from scenarios.errors import Flaw
from scenarios.quantities import Stated
from scenarios.resolved import Label

N = TypeVar("N", bound=float)


def improper(value: object, vi: str, en: str, example: str) -> Flaw:
    """A flaw whose remedy is an example."""
    remedy = Label(vi=f"hãy viết như '{example}'", en=f"write it as in '{example}'")
    return Flaw(value, Label(vi=vi, en=en), remedy)


def given(stated: Stated[N] | None) -> N:
    """The value of what `exactly_one` has made sure of."""
    if stated is None:
        raise TypeError("a model lets only complete distributions through")
    return stated.value


def above_zero(stated: Stated[N] | None) -> Stated[N] | None:
    """Refuse zero."""
    if stated is None or stated.value > 0:
        return stated
    said = (f"là {stated.written}, phải lớn hơn không", f"is {stated.written} but must be above zero")
    raise improper(stated.written, *said, "12 min")


def within(low: float, high: float) -> AfterValidator:
    """A validator that refuses values outside [low, high]."""

    def check(stated: Stated[N]) -> Stated[N]:
        if low <= stated.value <= high:
            return stated
        vi = f"là {stated.written}, nằm ngoài {low:g} … {high:g}"
        en = f"is {stated.written}, outside {low:g} … {high:g}"
        raise improper(stated.written, vi, en, f"{max(low, min(high, 1.0)):g}")

    return AfterValidator(check)


def check_shares(shares: list[float], count: int) -> None:
    """Refuse shares that are not one for each of `count` things, or not 100 % in all."""
    if len(shares) != count:
        said = (f"có {len(shares)} tỷ lệ cho {count} giá trị", f"has {len(shares)} shares for {count} values")
        raise improper(shares, *said, "values: [3 min, 5 min], shares: [60 %, 40 %]")
    total = math.fsum(shares)
    if abs(total - 1) > 1e-9:
        percent = f"{100 * total:.10g} %"
        vi = f"có tổng tỷ lệ là {percent}, không phải 100 %"
        en = f"has shares that sum to {percent}, not to 100 %"
        raise improper(percent, vi, en, "60 %, 40 %")


def exactly_one(form: BaseModel, first: str, second: str) -> None:
    """Refuse both of two keys, and neither."""
    known = [name for name in (first, second) if getattr(form, name) is not None]
    if len(known) == 2:
        message = Label(vi=f"có cả '{first}' lẫn '{second}'", en=f"has both '{first}' and '{second}'")
    elif not known:
        message = Label(vi=f"thiếu '{first}' hoặc '{second}'", en=f"has neither '{first}' nor '{second}'")
    else:
        return
    remedy = Label(vi="hãy giữ đúng một trong hai", en="keep exactly one of them")
    raise Flaw(" + ".join(known), message, remedy)


def ascending(stated: list[Stated[N]], names: list[str]) -> None:
    """Refuse values that fall, or that are all the same."""
    for i in range(1, len(stated)):
        if stated[i].value < stated[i - 1].value:
            raise _disorder(stated[i - 1 : i + 1], names[i - 1 : i + 1], "lớn hơn", "above")
    if stated[0].value == stated[-1].value:
        raise _disorder([stated[0], stated[-1]], [names[0], names[-1]], "bằng", "equal to")


def _disorder(pair: list[Stated[N]], names: list[str], vi: str, en: str) -> Flaw:
    low, high = pair
    message = Label(
        vi=f"có '{names[0]}' ({low.written}) {vi} '{names[1]}' ({high.written})",
        en=f"has '{names[0]}' ({low.written}) {en} '{names[1]}' ({high.written})",
    )
    remedy = Label(
        vi="hãy viết các giá trị tăng dần, hoặc một giá trị duy nhất nếu là hằng số",
        en="write them in ascending order, or one value alone for a constant",
    )
    return Flaw(f"{low.written} / {high.written}", message, remedy)
