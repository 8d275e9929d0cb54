"""What follows from a scenario alone is worked out once, for all its replications.

A scenario is never changed, so it is known again as the same object; looking into it would take longer than
most of what is remembered here. Results are shared: nobody may write to them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar

from scenarios.resolved import Resolved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.timetable import Row

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")

KEPT = 32
"""Results of one function; an experiment has a few scenarios at a time for each hand."""


class _Itself(Generic[T]):
    """A thing as a key: equal to itself only."""

    __slots__ = ("thing",)

    def __init__(self, thing: T) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.thing is other.thing

    def __hash__(self) -> int:
        return id(self.thing)


def per_scenario(
    function: Callable[Concatenate[Resolved, P], T],
) -> Callable[Concatenate[Resolved, P], T]:
    """The function, remembering what it gave for the latest scenarios; further arguments must be hashable."""

    @lru_cache(maxsize=KEPT)
    def remembered(of: _Itself[Resolved], *args: Any) -> T:
        return function(of.thing, *args)  # type: ignore[call-arg]

    def asked(scenario: Resolved, /, *args: P.args, **_: P.kwargs) -> T:
        return remembered(_Itself(scenario), *args)

    return update_wrapper(asked, function)


def per_timetable(function: Callable[[S, Sequence[Row]], T]) -> Callable[[S, Sequence[Row]], T]:
    """A function of something and a timetable: remembered where replications share that, a tuple then."""

    @lru_cache(maxsize=KEPT)
    def remembered(of: _Itself[S], rows: _Itself[tuple[Row, ...]]) -> T:
        return function(of.thing, rows.thing)

    def asked(of: S, rows: Sequence[Row], /) -> T:
        if isinstance(rows, tuple):
            return remembered(_Itself(of), _Itself(rows))
        return function(of, rows)

    return update_wrapper(asked, function)
