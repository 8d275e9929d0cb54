"""What follows from a scenario alone is worked out once, for all its replications.

A scenario is never changed, so it is known again as the same object; looking into it would take longer than
most of what is remembered here. Results are shared: nobody may write to them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar

from scenarios.resolved import Resolved

P = ParamSpec("P")
T = TypeVar("T")

KEPT = 32
"""Results of one function; an experiment has a few scenarios at a time for each hand."""


class _Itself:
    """A scenario as a key: equal to itself only."""

    __slots__ = ("scenario",)

    def __init__(self, scenario: Resolved) -> None:
        self.scenario = scenario

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.scenario is other.scenario

    def __hash__(self) -> int:
        return id(self.scenario)


def per_scenario(
    function: Callable[Concatenate[Resolved, P], T],
) -> Callable[Concatenate[Resolved, P], T]:
    """The function, remembering what it gave for the latest scenarios; further arguments must be hashable."""

    @lru_cache(maxsize=KEPT)
    def remembered(of: _Itself, *args: Any) -> T:
        return function(of.scenario, *args)  # type: ignore[call-arg]

    def asked(scenario: Resolved, /, *args: P.args, **_: P.kwargs) -> T:
        return remembered(_Itself(scenario), *args)

    return update_wrapper(asked, function)
