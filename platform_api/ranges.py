"""Whether a verdict survives what is not known: the experiment again over the ranges of the assumptions.

First at points that fill the space of all assumptions, then along the few of them that go with the
difference; where one of these alone overturns the verdict, its tipping value is found and confirmed with
fresh seeds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from metrics import inputs
from metrics.statistics import Floats, average, half_width
from platform_api.comparing import Comparison, InputRange, Survived
from platform_api.hands import Hands, work_off
from platform_api.journal import Journal
from platform_api.sides import turned
from platform_api.tipping import At, Seeking
from platform_api.trials import Numbered
from scenarios import dials
from scenarios.dials import Dial
from scenarios.errors import ScenarioError
from scenarios.resolved import Label, scenario_hash

if TYPE_CHECKING:
    from platform_api.experiments import Experiment
    from platform_api.trials import Plan

REPLICATIONS = 10
"""Of each point, at the most: fewer where the experiment has fewer."""

ALONG = 30
"""Replications along a single assumption, at the most."""

FEWEST = 2
"""Points, of which anything can be told."""


def survive(
    experiment: Experiment,
    answer: Comparison,
    hands: Hands,
    journal: Journal,
    tell: Callable[[int, int], bool],
) -> Comparison:
    """The answer with the verdict on the first figure tried, of every variant; of all others the input range.

    `journal` keeps every replication at every point; what is there is not run again.
    `tell` is called a few times a second with the points that are done and planned; it says whether to stop.
    """
    trying = _Trying(experiment, answer, hands, journal, tell)
    filled = trying.fill()
    ranges = tuple(trying.all(filled))
    return replace(
        answer, ranges=ranges, input_ranges=tuple(trying.others(filled)),
        warnings=(*answer.warnings, *trying.untold(filled)), unturned=trying.unturned,
    )  # fmt: skip


def _first_part(plan: Plan) -> int:
    """The number of a plan's first replication among those of all points: made of what the plan is."""
    made = [[scenario_hash(variant) for variant in plan.variants], plan.seed, plan.keys]
    digest = hashlib.sha256(json.dumps(made).encode()).digest()
    return int.from_bytes(digest[:5]) << 20  # room for a million replications


class _Trying:
    """An experiment over the ranges of its assumptions."""

    def __init__(
        self,
        experiment: Experiment,
        answer: Comparison,
        hands: Hands,
        journal: Journal,
        tell: Callable[[int, int], bool],
    ) -> None:
        self.experiment, self.answer, self.hands, self.tell = experiment, answer, hands, tell
        self.journal = journal
        sides = experiment.sides
        self.dials = dials.dials(sides[0].resolved.parameters, [side.written for side in sides])
        self.unturned = dials.unturned(sides[0].resolved.parameters, [side.written for side in sides])
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
                    told = self._survival(place * len(sides) + number, table)
                    means = [average(row) for row in table]
                    labels = dict(outcome.labels)
                    yield InputRange(outcome.name, labels, side.name, len(table), told.holds, told.reversed,
                                     told.undecided, min(means), max(means))  # fmt: skip

    # ---- running -----------------------------------------------------------------------------------------

    def _of(self, number: int) -> At:
        """The differences of the first figure of one variant with a single dial turned."""

        def at(dial: Dial, value: float, count: int, fresh: int) -> Floats | None:
            found = self._apart({dial: value}, count, 1, fresh)
            return None if found is None else found[:, number, 0]

        return at

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
        job = Numbered(plan, _first_part(plan))
        numbers = range(job.first, job.first + count)
        if missing := self.journal.missing(numbers):
            work_off(self.hands, job, missing, self.journal.add, lambda: self.tell(self.done, self.planned))
        self.done += 1
        self.planned = max(self.planned, self.done + 1)
        seen = np.array(
            [[side.values for side in self.journal.trials[n].seen] for n in numbers], dtype=np.float64
        )
        if np.isnan(seen[:, :, 0]).any():
            return None
        apart: Floats = seen[:, 1:] - seen[:, :1]
        return apart

    # ---- one variant -------------------------------------------------------------------------------------

    def _survived(self, number: int, variant: str, rows: Floats, table: Floats) -> Survived:
        means = [average(row) for row in table]
        sign = self._sign(number)
        told = self._survival(number, list(table))
        share, interval = inputs.input_share(table)
        margin = self._margin(number)
        correlations = [inputs.rank_correlation(rows[:, d], np.array(means)) for d in range(len(self.dials))]
        order = sorted(range(len(self.dials)), key=lambda d: -abs(correlations[d]))
        seeking = Seeking(self._of(number), sign, margin, self.replications, self.along)
        if told.reversed or (told.undecided and sign):
            seeking.among([self.dials[d] for d in order])
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
            tipping=tuple(seeking.found),
            tried=seeking.tried,
            unpinned=seeking.unpinned,
            strongest=self.dials[order[0]].path,
            correlation=correlations[order[0]],
            sentence=Label("", ""),
        )
        from platform_api.sentences import survival_told

        return replace(found, sentence=survival_told(self.experiment, number + 1, found, sign))

    def _survival(self, number: int, table: Sequence[Floats]) -> inputs.Survival:
        """At how many points the verdict of a difference, by its place in the answer, holds."""
        means, reaches = [average(row) for row in table], [half_width(row) for row in table]
        return inputs.survival(self._sign(number), means, reaches, self._margin(number))

    def _margin(self, number: int) -> float:
        """Of a verdict that rests on one, else 0."""
        matters = self.answer.differences[number].verdict == "no difference that matters"
        outcome = self.experiment.outcomes[number // (len(self.experiment.sides) - 1)]
        return (outcome.margin or 0.0) if matters else 0.0

    def _sign(self, number: int) -> int:
        """Of the verdict on a difference: −1 or 1; 0 of none."""
        of = self.answer.differences[number]
        if of.verdict not in ("better", "worse", "higher", "lower"):
            return 0
        return -1 if (of.mean or 0) < 0 else 1
