"""How replications are put into tasks: a task lasts long enough to be worth handing over."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from platform_api import hands
from platform_api.following import Ask
from platform_api.hands import LONGEST_BATCH, Pace, work_off
from platform_api.trials import Trial


@dataclass
class Quick:
    """Parts that say that they took a tenth of a second; notes how many came together."""

    together: list[int] = field(default_factory=list)

    def perform(self, numbers: Sequence[int], stop: Ask) -> list[Trial]:
        self.together.append(len(numbers))
        return [Trial(number, (), (), 1, 0.1) for number in numbers]


def test_a_task_lasts_a_fifth_of_a_second() -> None:
    assert Pace().worth() == 1  # nothing is known yet
    assert Pace(100, 0.1).worth() == 200
    assert Pace(10, 100.0).worth() == 1
    assert Pace(1000, 0.001).worth() == LONGEST_BATCH


def test_what_one_job_took_is_known_to_the_next() -> None:
    first, second, kept = Quick(), Quick(), list[Trial]()
    with hands.threads(1) as many:
        for job in (first, second):
            work_off(many, job, range(20), kept.append, lambda: False)
    assert first.together[:2] == [1, 1]
    assert second.together[0] == 2  # two of a tenth of a second each
    assert sorted(trial.replication for trial in kept) == sorted([*range(20), *range(20)])
