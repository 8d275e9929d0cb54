"""When alerts fired beside when targets broke: how early, how late, how often for nothing.

A series of samples at even distances says at which readings an expression held. Prometheus fires an alert at
the first reading at which its expression has held for `for`, and stops at the first at which it holds no
more. All times are seconds since 1970.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Labels = tuple[tuple[str, str], ...]

Samples = Mapping[Labels, Sequence[tuple[float, float]]]
"""Labels of a series → (time, value) wherever the expression gave it."""


@dataclass(frozen=True, slots=True, order=True)
class Episode:
    """Something that held from one reading until another, at which it held no longer.

    open : whether it still held at the last reading
    """

    begin: float
    end: float
    open: bool = False


def episodes(
    samples: Sequence[tuple[float, float]], every: float, last: float, lasts: float = 0.0, keep: float = 0.0
) -> list[Episode]:
    """When an alert fired on one series.

    every : distance of the readings · last : the last reading · lasts : `for` · keep : `keep_firing_for`
    """
    found: list[Episode] = []
    stops = -math.inf
    for begin, end in _held(samples, every):
        goes_on = begin <= stops  # it fires still, so nothing is waited for
        fires = begin if goes_on else begin + _readings(lasts, every)
        if fires < end:
            stops = end + _readings(keep, every)
            found.append(Episode(fires, min(stops, last), open=stops > last))
    return joined(found)


def _held(samples: Sequence[tuple[float, float]], every: float) -> Iterable[tuple[float, float]]:
    """(first reading at which it held, first at which it did not)."""
    begin = before = None
    for time, _ in samples:
        if begin is None or before is None:
            begin = time
        elif time - before > 1.5 * every:
            yield begin, before + every
            begin = time
        before = time
    if begin is not None and before is not None:
        yield begin, before + every


def _readings(time: float, every: float) -> float:
    """A time as it is at the first reading after it."""
    return -(-time // every) * every


def joined(found: Iterable[Episode]) -> list[Episode]:
    """Episodes that meet or overlap, as one."""
    together: list[Episode] = []
    for each in sorted(found):
        if together and each.begin <= together[-1].end:
            last = together[-1]
            together[-1] = Episode(last.begin, max(last.end, each.end), last.open or each.open)
        else:
            together.append(each)
    return together


def by_key(found: Mapping[Labels, list[Episode]], names: frozenset[str]) -> dict[Labels, list[Episode]]:
    """Episodes of series that agree in some labels, together."""
    grouped: dict[Labels, list[Episode]] = {}
    for labels, mine in found.items():
        key = tuple((name, value) for name, value in labels if name in names)
        grouped.setdefault(key, []).extend(mine)
    return {key: joined(mine) for key, mine in grouped.items()}


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the alerts and the targets of one replication.

    leads : how long before a target broke the alert fired [s] · delays : how long after, where it was late
    · missed : targets that broke without any alert · vain : alerts after which nothing broke · fired : all
    alerts; of those that were neither needed nor in vain the run ended before it could be known
    """

    leads: tuple[float, ...] = ()
    delays: tuple[float, ...] = ()
    missed: int = 0
    vain: int = 0
    fired: int = 0

    @property
    def broke(self) -> int:
        """How often a target broke."""
        return len(self.leads) + len(self.delays) + self.missed

    def plus(self, other: Judged) -> Judged:
        """Both together."""
        return Judged(
            self.leads + other.leads,
            self.delays + other.delays,
            self.missed + other.missed,
            self.vain + other.vain,
            self.fired + other.fired,
        )


def judge(
    alerts: Sequence[Episode], breaches: Sequence[Episode], begin: float, last: float, within: float
) -> Judged:
    """Hold the alerts of a series against the breaches of its target.

    An alert warns of a breach that begins while it fires or up to `within` after it stopped; one that fires
    while the target is broken is late. A target that is broken from the first reading on breaks no more.
    """
    leads, delays, missed = [], [], 0
    for breach in breaches:
        if breach.begin <= begin:
            continue
        before = [a for a in alerts if a.begin < breach.begin <= a.end + within]
        after = [a for a in alerts if breach.begin <= a.begin < breach.end]
        if before:
            leads.append(breach.begin - before[-1].begin)
        elif after:
            delays.append(after[0].begin - breach.begin)
        else:
            missed += 1
    vain = sum(_is_vain(alert, breaches, last, within) for alert in alerts)
    return Judged(tuple(leads), tuple(delays), missed, vain, len(alerts))


def _is_vain(alert: Episode, breaches: Sequence[Episode], last: float, within: float) -> bool:
    """Whether nothing broke while it fired nor soon after, as far as the run tells."""
    if alert.open or alert.end + within > last:
        return False
    return not any(breach.begin <= alert.end + within and breach.end > alert.begin for breach in breaches)
