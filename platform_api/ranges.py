"""Whether a verdict survives what is not known: the experiment again over the ranges of the assumptions.

First at points that fill the space of all assumptions, then along the few of them that go with the
difference; where one of these alone overturns the verdict, its tipping value is found and confirmed with
fresh seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from metrics import inputs
from metrics.statistics import Floats, average, half_width
from platform_api.along import crossings, short
from platform_api.comparing import Comparison, Survived, Tipping
from platform_api.hands import Hands, work_off
from platform_api.sides import turned
from scenarios import dials
from scenarios.dials import Dial
from scenarios.errors import ScenarioError
from scenarios.resolved import Label

if TYPE_CHECKING:
    from platform_api.experiments import Experiment
    from platform_api.trials import Plan, Trial

REPLICATIONS = 10
"""Of each point, at the most: fewer where the experiment has fewer."""

SCREENED = 8
"""Assumptions, those that go with the difference most, that are turned by themselves."""

ALONG = 30
"""Replications along a single assumption, at the most."""

CONFIRMING = 4
"""So many times the replications confirm a tipping value."""


def survive(
    experiment: Experiment, answer: Comparison, hands: Hands, tell: Callable[[int, int], bool]
) -> tuple[Survived, ...]:
    """Try the verdict on the first figure, of every variant.

    `tell` is called a few times a second with the points that are done and planned; it says whether to stop.
    """
    return tuple(_Trying(experiment, answer, hands, tell).all())


class _Trying:
    """An experiment over the ranges of its assumptions."""

    def __init__(
        self, experiment: Experiment, answer: Comparison, hands: Hands, tell: Callable[[int, int], bool]
    ) -> None:
        self.experiment, self.answer, self.hands, self.tell = experiment, answer, hands, tell
        sides = experiment.sides
        self.dials = dials.dials(sides[0].resolved.parameters, [side.written for side in sides])
        self.points = experiment.design.ranges or 0
        self.replications = max(2, min(REPLICATIONS, answer.replications))
        self.done, self.planned = 0, self.points
        self.along = max(self.replications, min(ALONG, answer.replications))

    def all(self) -> Iterator[Survived]:
        """Every variant against the base."""
        if not self.dials:
            return
        places = inputs.space_filling(self.points, len(self.dials), self.experiment.plan.seed % (1 << 32))
        tried = [(row, found) for row in places if (found := self._at(self._settings(row))) is not None]
        for number, side in enumerate(self.experiment.sides[1:]):
            rows = np.array([row for row, _ in tried])
            table = np.array([found[number] for _, found in tried])
            if len(table) > 1:
                yield self._survived(number, side.name, rows, table)

    def _settings(self, row: Floats) -> dict[Dial, float]:
        return {dial: dial.at(float(u)) for dial, u in zip(self.dials, row, strict=True)}

    # ---- running -----------------------------------------------------------------------------------------

    def _at(
        self, settings: Mapping[Dial, float], count: int | None = None, fresh: int = 0
    ) -> list[Floats] | None:
        """The differences of every variant, a replication each; None where the values do not go together.

        count : replications · fresh : another seed than the experiment's
        """
        values = dials.turned(self.experiment.sides[0].written, settings)
        try:
            variants = tuple(turned(side, values) for side in self.experiment.sides)
        except ScenarioError:
            return None
        plan = self.experiment.plan
        seed = (plan.seed + fresh) % (1 << 64)
        plan = replace(plan, variants=variants, seed=seed, keys=plan.keys[:1], rows=False)
        return self._differences(plan, count or self.replications)

    def _differences(self, plan: Plan, count: int) -> list[Floats] | None:
        found: dict[int, Trial] = {}

        def keep(trial: Trial) -> None:
            found[trial.replication] = trial

        work_off(self.hands, plan, range(count), keep, lambda: self.tell(self.done, self.planned))
        self.done += 1
        self.planned = max(self.planned, self.done + 1)
        seen = np.array([[side.values[0] for side in found[n].seen] for n in range(count)], dtype=np.float64)
        if np.isnan(seen).any():
            return None
        return [seen[:, number] - seen[:, 0] for number in range(1, seen.shape[1])]

    # ---- one variant -------------------------------------------------------------------------------------

    def _survived(self, number: int, variant: str, rows: Floats, table: Floats) -> Survived:
        means = [average(row) for row in table]
        sign = self._sign(number)
        matters = self.answer.differences[number].verdict == "no difference that matters"
        margin = self.experiment.outcomes[0].margin or 0.0 if matters else 0.0
        told = inputs.survival(sign, means, [half_width(row) for row in table], margin)
        share, interval = inputs.input_share(table)
        loses = told.reversed + told.undecided > 0 and sign != 0
        tipping = tuple(self._tipping(number, sign, rows, np.array(means))) if loses else ()
        found = Survived(
            variant=variant,
            dials=len(self.dials),
            points=len(table),
            skipped=self.points - len(table),
            replications=table.shape[1],
            holds=told.holds,
            reversed=told.reversed,
            undecided=told.undecided,
            low=min(means),
            high=max(means),
            share=share,
            share_interval=interval,
            tipping=tipping,
            sentence=Label("", ""),
        )
        from platform_api.sentences import survival_told

        return replace(found, sentence=survival_told(self.experiment, number + 1, found, sign))

    def _sign(self, number: int) -> int:
        """Of the verdict on the first figure: −1 or 1; 0 of none."""
        of = self.answer.differences[number]
        if of.verdict not in ("better", "worse", "higher", "lower"):
            return 0
        return -1 if (of.mean or 0) < 0 else 1

    def _tipping(self, number: int, sign: int, rows: Floats, means: Floats) -> Iterator[Tipping]:
        """The assumptions that overturn the verdict by themselves, those that go with it most first."""
        strength = [abs(inputs.rank_correlation(rows[:, d], means)) for d in range(len(self.dials))]
        for d in sorted(range(len(self.dials)), key=lambda d: -strength[d])[:SCREENED]:
            dial = self.dials[d]
            if any(self._mean_at(number, dial, end) * sign < 0 for end in (dial.low, dial.high)):
                yield from self._along(number, dial)

    def _mean_at(self, number: int, dial: Dial, value: float) -> float:
        found = self._at({dial: value})
        return 0.0 if found is None else average(found[number])

    def _along(self, number: int, dial: Dial) -> Iterator[Tipping]:
        """Every place along one assumption at which the sign changes, if it is told well enough."""

        def look(values: Sequence[float]) -> Floats | None:
            rows = [self._at({dial: value}, self.along) for value in values]
            known = [row[number] for row in rows if row is not None]
            return np.array(known) if len(known) == len(values) else None

        for found in crossings(dial, look):
            if dial.is_whole or found.at is not None:
                yield self._told(number, dial, found.at, found.first, found.last)

    def _told(self, number: int, dial: Dial, at: float | None, first: float, last: float) -> Tipping:
        return Tipping(
            path=dial.path,
            owner=dial.owner,
            now=dial.written,
            low=dial.told(dial.low),
            high=dial.told(dial.high),
            at="" if at is None else dial.told(short(dial, at)),
            first=dial.told(short(dial, first)),
            last=dial.told(short(dial, last)),
            confirmed=self._confirmed(number, dial, first, last),
        )

    def _confirmed(self, number: int, dial: Dial, first: float, last: float) -> bool:
        """Whether fresh seeds tell opposite signs at the two ends."""
        ends = [self._at({dial: value}, CONFIRMING * self.along, fresh=1) for value in (first, last)]
        signs = [0 if end is None else inputs.sign_of(end[number]) for end in ends]
        return signs[0] * signs[1] < 0
