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
from platform_api.comparing import Comparison, InputRange, Survived, Tipping
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

FEWEST = 2
"""Points, of which anything can be told."""

CONFIRMING = 4
"""So many times the replications confirm a tipping value."""


def survive(
    experiment: Experiment, answer: Comparison, hands: Hands, tell: Callable[[int, int], bool]
) -> Comparison:
    """The answer with the verdict on the first figure tried, of every variant; of all others the input range.

    `tell` is called a few times a second with the points that are done and planned; it says whether to stop.
    """
    trying = _Trying(experiment, answer, hands, tell)
    filled = trying.fill()
    ranges = tuple(trying.all(filled))
    return replace(
        answer, ranges=ranges, input_ranges=tuple(trying.others(filled)),
        warnings=(*answer.warnings, *trying.untold(filled)),
    )  # fmt: skip


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

    def fill(self) -> list[tuple[Floats, Floats]]:
        """Points that fill the space of the dials: where they are, and the differences of all figures there.

        Replications × variants × figures; a point whose values do not go together is left out.
        """
        if not self.dials:
            return []
        places = inputs.space_filling(self.points, len(self.dials), self.experiment.plan.seed % (1 << 32))
        figures = len(self.experiment.outcomes)
        points = [dials.at_point(self.dials, row) for row in places]
        tried = ((point, self._apart(point, self.replications, figures)) for point in points)
        return [(np.array(list(point.values())), found) for point, found in tried if found is not None]

    def all(self, filled: Sequence[tuple[Floats, Floats]]) -> Iterator[Survived]:
        """The first figure of every variant against the base."""
        rows = np.array([row for row, _ in filled])
        for number, side in enumerate(self.experiment.sides[1:]):
            if len(filled) >= FEWEST:
                table = np.array([found[:, number, 0] for _, found in filled])
                yield self._survived(number, side.name, rows, table)

    def untold(self, filled: Sequence[tuple[Floats, Floats]]) -> Iterator[Label]:
        """Why nothing is told, if nothing is."""
        from platform_api.texts import both

        if not self.dials:
            yield both("compare.warn.no_dials")
        elif len(filled) < FEWEST:
            yield both("compare.warn.no_points", points=self.points, skipped=self.points - len(filled))

    def others(self, filled: Sequence[tuple[Floats, Floats]]) -> Iterator[InputRange]:
        """The other figures: no further runs, and no tipping values."""
        sides = self.experiment.sides[1:]
        for place, outcome in enumerate(self.experiment.outcomes[1:], 1):
            for number, side in enumerate(sides):
                seen = (found[:, number, place] for _, found in filled)
                table = [row for row in seen if not np.isnan(row).any()]
                if len(table) > 1:
                    told = self._survival(place * len(sides) + number, outcome.margin, table)
                    means = [average(row) for row in table]
                    labels = dict(outcome.labels)
                    yield InputRange(outcome.name, labels, side.name, len(table), told.holds, told.reversed,
                                     told.undecided, min(means), max(means))  # fmt: skip

    # ---- running -----------------------------------------------------------------------------------------

    def _at(
        self, settings: Mapping[Dial, float], count: int | None = None, fresh: int = 0
    ) -> list[Floats] | None:
        """The differences of the first figure, of every variant, a replication each; None as in `_apart`."""
        found = self._apart(settings, count or self.replications, 1, fresh)
        return None if found is None else list(found[:, :, 0].T)

    def _apart(
        self, settings: Mapping[Dial, float], count: int, figures: int, fresh: int = 0
    ) -> Floats | None:
        """Differences: replications × variants × figures; None where the values do not go together.

        fresh : another seed than the experiment's
        """
        values = dials.turned(self.experiment.sides[0].written, settings)
        try:
            variants = tuple(turned(side, values) for side in self.experiment.sides)
        except ScenarioError:
            return None
        plan = self.experiment.plan
        seed = (plan.seed + fresh) % (1 << 64)
        plan = replace(plan, variants=variants, seed=seed, keys=plan.keys[:figures], rows=False)
        return self._differences(plan, count)

    def _differences(self, plan: Plan, count: int) -> Floats | None:
        found: dict[int, Trial] = {}

        def keep(trial: Trial) -> None:
            found[trial.replication] = trial

        work_off(self.hands, plan, range(count), keep, lambda: self.tell(self.done, self.planned))
        self.done += 1
        self.planned = max(self.planned, self.done + 1)
        seen = np.array([[side.values for side in found[n].seen] for n in range(count)], dtype=np.float64)
        if np.isnan(seen[:, :, 0]).any():
            return None
        apart: Floats = seen[:, 1:] - seen[:, :1]
        return apart

    # ---- one variant -------------------------------------------------------------------------------------

    def _survived(self, number: int, variant: str, rows: Floats, table: Floats) -> Survived:
        means = [average(row) for row in table]
        sign = self._sign(number)
        told = self._survival(number, self.experiment.outcomes[0].margin, list(table))
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

    def _survival(self, number: int, margin: float | None, table: Sequence[Floats]) -> inputs.Survival:
        """At how many points the verdict of a difference, by its place in the answer, holds."""
        matters = self.answer.differences[number].verdict == "no difference that matters"
        means, reaches = [average(row) for row in table], [half_width(row) for row in table]
        return inputs.survival(self._sign(number), means, reaches, (margin or 0.0) if matters else 0.0)

    def _sign(self, number: int) -> int:
        """Of the verdict on a difference: −1 or 1; 0 of none."""
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
