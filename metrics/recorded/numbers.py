"""Numbers as people write them: `1.173` is one thousand in Việt Nam, and a little more than one elsewhere.

A cell that can only be meant one way tells how its column is written: `0.953`, `12.5` and `1,234.5` have a
decimal point, `0,95` and `1.234.567` a decimal comma. `1.173` is read as its column is written; in a column
that does not tell as in Việt Nam, and that is said. Where other columns of the table have a decimal point,
nobody can know, and it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

POINT, COMMA, MIXED = "point", "comma", "mixed"

_POINTED = re.compile(
    r"-?(0\.\d+|\d+\.(\d{1,2}|\d{4,})|\d{4,}\.\d+|\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,})"
)
_UNSURE = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
_TURNED = str.maketrans(".,", ",.")


class UnsureError(ValueError):
    """Something that can be two numbers."""


def bare(cell: str) -> str:
    """A cell without spaces of any kind."""
    return re.sub(r"\s", "", cell)


def style_of(cells: Iterable[str]) -> str | None:
    """How some cells write decimals; None if none of them tells."""
    told = {_own(bare(cell)) for cell in cells} - {None}
    return None if not told else MIXED if len(told) > 1 else told.pop()


def _own(text: str) -> str | None:
    """The only way in which a number can be meant."""
    if _POINTED.fullmatch(text):
        return POINT
    return COMMA if _POINTED.fullmatch(text.translate(_TURNED)) else None


def is_unsure(cell: str) -> bool:
    """Whether a cell can be two numbers, such as `1.173`."""
    return bool(_UNSURE.fullmatch(bare(cell)))


def number(cell: str, style: str | None, elsewhere: str | None = None) -> float:
    """The number in a cell.

    Parameters
    ----------
    style : of its column · elsewhere : of the other columns

    Raises
    ------
    UnsureError
        If it can be two numbers, and the table does not tell which.
    ValueError
        If it is none.
    """
    text = bare(cell)
    own = _own(text)
    if own is None and is_unsure(text):
        if style == MIXED or (style is None and elsewhere in (POINT, MIXED)):
            raise UnsureError(cell)
        own = style or COMMA
    if own == COMMA:
        text = text.translate(_TURNED)
    return float(text.replace(",", ""))
