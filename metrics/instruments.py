"""What instruments would have reported of a run, beside the truth: how far the figures can be trusted that a
model is held against.

Four ways in which stays at a gate are measured in practice. An *observer* in line of sight stands at the gate
in day shifts and writes down, to the minute, who he sees come and leave. A *survey* asks some drivers as they
leave; they round to what is easily said, and who waited longest is the readiest to answer. *Beacons* (GPS)
hear some of the fleet, see them at intervals only, and lose some. A *sample study* (TRS) times every truck of
a flow on a few days in a row. Their settings are assumptions, described below; the caller can set them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.recorded.log import DAY, HOUR, MISSING, Recorded

Floats = NDArray[np.float64]
Luck = np.random.Generator
MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Stays:
    """True arrivals and departures [ms], of those who left."""

    arrived: NDArray[np.int64]
    left: NDArray[np.int64]

    @property
    def stay(self) -> Floats:
        """Each stay [s]."""
        return np.asarray((self.left - self.arrived) / 1000)


@dataclass(frozen=True, slots=True)
class Observer:
    """From `opens` to `closes` [h of the day]; sees `seen` of those who pass, knows both times of who
    came and left within one shift.
    """

    opens: int = 7
    closes: int = 18
    seen: float = 0.9

    def report(self, of: Stays, luck: Luck) -> Floats:
        """The stays that are written down [s]."""
        came, gone = (of.arrived % DAY / HOUR, of.left % DAY / HOUR)
        shift = (self.opens <= came) & (came < self.closes) & (self.opens <= gone) & (gone < self.closes)
        shift &= of.arrived // DAY == of.left // DAY
        shift &= luck.random(len(shift)) < self.seen
        return np.asarray((of.left // MINUTE - of.arrived // MINUTE)[shift] * 60.0)


@dataclass(frozen=True, slots=True)
class Survey:
    """Asks `asked` of the drivers. answer : share that answers after the median stay; after twice as long a
    stay the odds are doubled · error : of memory, as a coefficient of variation · rounded to quarters below
    two hours, to half hours below eight, else to hours
    """

    asked: float = 0.1
    answer: float = 0.5
    error: float = 0.15

    def report(self, of: Stays, luck: Luck) -> Floats:
        """The stays that drivers tell [s]."""
        middle = max(float(np.median(of.stay)), 1.0)
        odds = self.answer / (1 - self.answer) * np.maximum(of.stay, 1.0) / middle
        told = luck.random(len(of.stay)) < self.asked * odds / (1 + odds)
        spread = np.sqrt(np.log1p(self.error**2))
        stay = of.stay[told] * np.exp(spread * luck.standard_normal(int(told.sum())) - spread**2 / 2)
        step = np.where(stay < 7200, 900.0, np.where(stay < 28_800, 1800.0, 3600.0))
        return np.asarray(np.round(stay / step) * step)


@dataclass(frozen=True, slots=True)
class Beacons:
    """`fitted` of the trucks have one; it reports every `every` minutes, `lost` of the reports do not come. A
    stay is from the first to the last report inside.
    """

    fitted: float = 0.3
    every: float = 10.0
    lost: float = 0.2

    def report(self, of: Stays, luck: Luck) -> Floats:
        """The stays between reports [s]; trucks that were heard less than twice are not there."""
        has = luck.random(len(of.stay)) < self.fitted
        length, step = of.stay[has], self.every * 60
        phase = luck.random(len(length)) * step
        count = np.floor((length - phase) / step).astype(np.int64) + 1
        first, last = (luck.geometric(1 - self.lost, len(length)) - 1 for _ in range(2))
        kept = count - 1 - first - last
        return np.asarray(kept[kept >= 1] * step)


@dataclass(frozen=True, slots=True)
class SampleStudy:
    """Times everybody who leaves on `days` days in a row, begun at a day drawn from those there are."""

    days: int = 6

    def report(self, of: Stays, luck: Luck) -> Floats:
        """The stays of these days [s]."""
        day = of.left // DAY
        first = int(luck.integers(day.min(), max(day.min(), day.max() - self.days + 1) + 1))
        return of.stay[(day >= first) & (day < first + self.days)]


INSTRUMENTS: dict[str, Callable[[Stays, Luck], Floats]] = {
    "observer": Observer().report,
    "survey": Survey().report,
    "beacons": Beacons().report,
    "sample": SampleStudy().report,
}
"""Each with its usual settings."""

NEEDS = {"sample": 4 * SampleStudy().days}
"""Days of a run from which an instrument can be judged. Of a run hardly longer than itself a sample study
sees all there is whenever it is begun: it would seem never to err.
"""


@dataclass(frozen=True, slots=True)
class Reported:
    """What an instrument says of the mean stay over repeated use.

    n : stays it saw, on average · truth, mean : [s] · bias : mean less truth [s] · spread : of its means from
    one use to the next [s] · share : of all stays that it saw · needs : days of a run from which it can be
    judged, if this one is shorter. `mean` and `bias` are None if it saw nobody or cannot be judged, `spread`
    also if it saw somebody once only.
    """

    instrument: str
    n: float
    truth: float
    mean: float | None
    bias: float | None
    spread: float | None
    share: float
    needs: int | None = None


def stays_of(log: Recorded, flow: int, begin: int, end: int) -> Stays:
    """The stays of a flow that ended in [begin, end)."""
    left = log.left
    mine = (log.flow == flow) & (left != MISSING) & (left >= begin) & (left < end)
    return Stays(log.arrived[mine], left[mine])


def measured(of: Stays, uses: int, seed: int, days: int) -> list[Reported]:
    """Each instrument used so many times on one run of so many days: its bias and spread beside the truth."""
    found = []
    for place, (name, report) in enumerate(INSTRUMENTS.items()):
        if days < NEEDS.get(name, 0):
            found.append(Reported(name, 0.0, float(of.stay.mean()), None, None, None, 0.0, NEEDS[name]))
            continue
        luck = np.random.Generator(np.random.Philox([seed, place]))
        found.append(_reported(name, of, [report(of, luck) for _ in range(uses)]))
    return found


def _reported(name: str, of: Stays, seen: list[Floats]) -> Reported:
    truth = float(of.stay.mean())
    means = np.array([each.mean() for each in seen if len(each)])
    n = float(np.mean([len(each) for each in seen]))
    mean = float(means.mean()) if len(means) else None
    spread = float(means.std(ddof=1)) if len(means) > 1 else None
    return Reported(name, n, truth, mean, None if mean is None else mean - truth, spread, n / len(of.stay))
