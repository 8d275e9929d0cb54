"""What a prediction and a play are worth: 0 to 100 points.

Nothing that lets goods through unseen is ever worth anything: a play in which a truck left with fewer checks
than without the decisions, or with a check that was hurried by hand, has 0 points, whatever it saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from platform_api.lessons import Answer, Cancel, near, run_of
from scenarios.lessons import Lesson, WrittenQuestion
from scenarios.resolved import Resolved
from sim.log import ENTITY_OUTCOMES, EventLog
from sim.timetable import Row

if TYPE_CHECKING:
    from metrics.winners import Cohort

FULL = 100
UNCHANGED = 50
"""Points of a play that changes nothing; each hundredth of the time inside that is saved adds one."""

FAR = 4
"""A number so many times as far off as `near` allows is worth nothing; between, points fall evenly."""

CHECKS = "inspection"
"""The purpose of steps in which goods are seen."""


def predicted(question: WrittenQuestion, answer: Answer, guess: str | float, sure: float = 1.0) -> int:
    """Points of a prediction.

    Of options by Brier's rule: `sure` on the one that was chosen, the rest shared evenly by the others; 100
    points less half of the sum of squared errors. Of a number by its distance from the right one.
    """
    if question.guess is not None:
        return _by_distance(question, answer, float(guess))
    others = (1 - sure) / (len(question.options) - 1)
    told = {name: sure if name == guess else others for name in question.options}
    wrong = sum((share - (name == answer.right)) ** 2 for name, share in told.items())
    return round(FULL * (1 - wrong / 2))


def _by_distance(question: WrittenQuestion, answer: Answer, guess: float) -> int:
    assert question.guess is not None
    if near(question, answer, guess):
        return FULL
    right = float(answer.right or 0)
    allowed = question.guess.near * abs(right)
    over = (abs(guess - right) - allowed) / ((FAR - 1) * allowed) if allowed else 1.0
    return round(FULL * max(0.0, 1 - over))


@dataclass(frozen=True, slots=True)
class Judged:
    """What decisions did to the entities that came with and without them.

    entities : compared · saved : hours inside that they saved together; negative: lost · each : the same a
    head, as a share of the time without · done, done_without : left as they should · unseen : left with fewer
    checks, or with one that was hurried
    """

    points: int
    entities: int
    saved: float
    each: float
    done: int
    done_without: int
    unseen: int


def judged(lesson: Lesson, decisions: Sequence[Row], cancel: Cancel | None = None) -> Judged:
    """Judge a play: the played way with these decisions against the same without any.

    Raises
    ------
    ValueError
        For a decision that cannot be.
    sim.run.Cancelled
        If `cancel` said so.
    """
    way, rows = lesson.played, tuple(decisions)
    without = _Seen.of(way.scenario, run_of(way, lesson.written.seed, cancel).log)
    having = _Seen.of(way.scenario, run_of(way, lesson.written.seed, cancel, rows).log)
    return _compared(without, having, _hurried(having, way.scenario, rows))


def _compared(without: _Seen, having: _Seen, hurried: NDArray[np.bool_]) -> Judged:
    from metrics.winners import matched

    a, b = matched(without.cohort, having.cohort)
    before, after = without.cohort.inside[a], having.cohort.inside[b]
    after = np.where(having.lost[b] & ~without.lost[a], np.maximum(before, after), after)
    done = having.done[b]
    skipped = done & without.done[a] & (having.checks[b] < without.checks[a])
    unseen = int(np.count_nonzero(skipped | (done & hurried[b])))
    saved, whole = int((before - after).sum()), int(before.sum())
    each = saved / whole if whole else 0.0
    return Judged(
        points=0 if unseen else min(FULL, max(0, round(UNCHANGED + 100 * each))),
        entities=len(a),
        saved=saved / 3_600_000,
        each=each,
        done=int(np.count_nonzero(done)),
        done_without=int(np.count_nonzero(without.done[a])),
        unseen=unseen,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """Of those who came in the window: how they left, and how many checks each had."""

    cohort: Cohort
    log: EventLog
    mine: NDArray[np.int64]
    done: NDArray[np.bool_]
    lost: NDArray[np.bool_]
    checks: NDArray[np.int64]

    @staticmethod
    def of(scenario: Resolved, log: EventLog) -> _Seen:
        from metrics.replication import Replication
        from metrics.visits import fulfilled, roots
        from metrics.winners import cohort

        run = Replication(scenario, log)
        mine = np.flatnonzero(run.cohort)
        outcome = log.entities["outcome"]
        done = outcome == ENTITY_OUTCOMES.index("completed")
        inside = outcome == ENTITY_OUTCOMES.index("inside")
        checked = fulfilled(log) & _is_check(scenario, log)
        counts = np.bincount(roots(log)[log.visits["entity"][checked]], minlength=len(outcome))
        lost = ~done & ~inside
        return _Seen(cohort(scenario, log), log, mine, done[mine], lost[mine], counts[mine])


def _is_check(scenario: Resolved, log: EventLog) -> NDArray[np.bool_]:
    """Which visits are to steps in which goods are seen."""
    checks = np.array([scenario.steps[name].purpose == CHECKS for name in log.names.steps], dtype=np.bool_)
    found: NDArray[np.bool_] = checks[log.visits["step"]]
    return found


def _hurried(seen: _Seen, scenario: Resolved, rows: Sequence[Row]) -> NDArray[np.bool_]:
    """Who had a check that began while somebody had made it quicker by hand."""
    from metrics.visits import roots

    log, found = seen.log, np.zeros(len(seen.log.entities["outcome"]), np.bool_)
    for step, since, until in _spans(scenario, rows):
        started = log.visits["started"]
        during = (log.visits["step"] == log.names.steps.index(step)) & (started >= since) & (started < until)
        found[roots(log)[log.visits["entity"][during]]] = True
    hurried: NDArray[np.bool_] = found[seen.mine]
    return hurried


def _spans(scenario: Resolved, rows: Sequence[Row]) -> list[tuple[str, int, int]]:
    """When which check was quicker than usual by hand."""
    found = []
    of_checks = [r for r in sorted(rows) if r.what == "slow" and scenario.steps[r.target].purpose == CHECKS]
    for number, row in enumerate(of_checks):
        later = (other.time for other in of_checks[number + 1 :] if other.target == row.target)
        if row.value < 1000:
            found.append((row.target, row.time, next(later, 1 << 62)))
    return found
