"""Which assumption overturns a verdict by itself, and at what value: each is turned alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from metrics import inputs
from metrics.statistics import Floats, average
from platform_api.along import CONFIRMING, STEPS, confirmed, crossings, short
from platform_api.comparing import Tipping
from scenarios.dials import Dial

SCREENED = 8
"""Assumptions, those that go with the difference most, that are turned by themselves."""

At = Callable[[Dial, float, int, int], Floats | None]
"""(dial, value, replications, another seed): the differences there; None where they do not go together."""


@dataclass(slots=True)
class Seeking:
    """What overturns one verdict.

    sign, margin : of the verdict, as of `inputs.stands` · few, along : replications at the ends of a range,
    and at values along it · tried : assumptions turned by themselves · unpinned : of these, the one that goes
    with the difference most, and at an end of which the verdict does not stand, with no value found
    """

    at: At
    sign: int
    margin: float
    few: int
    along: int
    tried: int = 0
    unpinned: str = ""
    found: list[Tipping] = field(default_factory=list)

    def among(self, dials: Sequence[Dial]) -> Seeking:
        """Of some assumptions, those that go with the difference most first."""
        first = dials[:SCREENED]
        self.tried = len(first)
        if self.sign:
            self.found = [each for dial in first if self._turns(dial) for each in self._reversed(dial)]
        for dial in first:
            if self.sign and any(each.confirmed or each.effect != "reversed" for each in self.found):
                break
            self.found += self._lost(dial)
        return self

    # ---- the sign changes --------------------------------------------------------------------------------

    def _turns(self, dial: Dial) -> bool:
        ends = (self.at(dial, end, self.few, 0) for end in (dial.low, dial.high))
        return any(average(end) * self.sign < 0 for end in ends if end is not None)

    def _reversed(self, dial: Dial) -> Iterator[Tipping]:
        """Every place along one assumption at which the sign changes."""

        def look(value: float) -> Floats | None:
            return self.at(dial, value, self.along, 0)

        def fresh(value: float) -> Floats | None:
            return self.at(dial, value, CONFIRMING * self.along, 1)

        for each in crossings(dial, look):
            found = confirmed(each, fresh)
            yield self._told(dial, "reversed", found.at, (found.first, found.last), found.confirmed)

    # ---- it is no longer told, or a difference is told where there was none ----------------------------

    def _lost(self, dial: Dial) -> Iterator[Tipping]:
        """The change nearest to what is written; it depends on the replications, which are told."""
        if all(self._stands(dial, end) is not False for end in (dial.low, dial.high)):
            return
        steps = {dial.at(step / (STEPS - 1)) for step in range(STEPS)}
        states = {value: self._stands(dial, value) for value in sorted(steps | {self._now(dial)})}
        known = [value for value, state in states.items() if state is not None]
        changes = [(a, b) for a, b in pairwise(known) if states[a] != states[b]]
        if not changes:
            self.unpinned = self.unpinned or dial.path
            return
        ends = min(changes, key=lambda pair: min(abs(end - dial.now) for end in pair))
        ends = self._narrowed(dial, ends)
        yield self._told(dial, "undecided" if self.sign else "shown", None, ends, self._again(dial, ends))

    def _now(self, dial: Dial) -> float:
        return min(dial.high, max(dial.low, dial.now))

    def _narrowed(self, dial: Dial, ends: tuple[float, float]) -> tuple[float, float]:
        """To an eighth of the range, or two neighbouring whole numbers."""
        first, last = ends
        before = self._stands(dial, first)
        while last - first > (1 if dial.is_whole else (dial.high - dial.low) / 8 * (1 + 1e-9)):
            middle = (first + last) // 2 if dial.is_whole else (first + last) / 2
            state = self._stands(dial, middle)
            if state is None:
                break
            first, last = (middle, last) if state == before else (first, middle)
        return first, last

    def _stands(self, dial: Dial, value: float, fresh: int = 0) -> bool | None:
        seen = self.at(dial, value, self.along, fresh)
        return None if seen is None else inputs.stands(self.sign, seen, self.margin)

    def _again(self, dial: Dial, ends: tuple[float, float]) -> bool:
        """Whether fresh seeds tell the same at both ends."""
        return all(self._stands(dial, end, fresh=1) == self._stands(dial, end) for end in ends)

    # ---- in words ----------------------------------------------------------------------------------------

    def _told(
        self, dial: Dial, effect: str, at: float | None, ends: tuple[float, float], confirmed: bool
    ) -> Tipping:
        first, last = (dial.told(short(dial, end)) for end in ends)
        return Tipping(
            path=dial.path,
            owner=dial.owner,
            now=dial.written,
            low=dial.told(dial.low),
            high=dial.told(dial.high),
            at="" if at is None else dial.told(short(dial, at)),
            first=first,
            last=last,
            confirmed=confirmed,
            effect=effect,
            replications=self.along,
        )
