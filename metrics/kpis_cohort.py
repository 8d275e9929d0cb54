"""What becomes of those who came in the window, until all of them have left: what variants are compared on.

A variant that lets more trucks through in the window has other trucks in "those who crossed in the window".
The cohort that came is the same in both, so a difference is of the same trucks (law §5). These are for runs
that go on after the window until everybody has left; who has not left at the end is counted with the time so
far.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from metrics.declare import DISTRIBUTION, Kpi, Scalar, Stratum, kpi, ratio
from metrics.kpis_flow import OURS, count
from metrics.milestones import LOST
from metrics.replication import Replication
from metrics.strata import GATE_GOODS
from metrics.visits import reached
from sim.log import Column


def time_inside(run: Replication, of: Stratum) -> Column:
    """From coming to being gone, or to the end of the run, of those who came in the window [ms]."""
    mine = np.flatnonzero(run.cohort & of.entities)
    gone = run.stays.gone[mine]
    return np.where(reached(gone), gone, run.log.end) - run.stays.arrived[mine]


@kpi(
    unit="1",
    by=GATE_GOODS,
    vi="Số xe đến trong kỳ",
    en="Cohort",
    meaning="Entities that came in the window: those whom the comparison follows.",
    nghia="Số đối tượng đến trong kỳ: những đối tượng mà phép so sánh theo dõi.",
    source=OURS,
)
def cohort_size(run: Replication, of: Stratum) -> Scalar:
    return count(run.cohort & of.entities)


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    stats=DISTRIBUTION,
    vi="Thời gian lưu của xe đến trong kỳ",
    en="Dwell of those who came",
    meaning="From coming to crossing, to the end or to giving up, of those who came in the window, followed "
    "until they have left; who has not at the end of the run counts with the time so far.",
    nghia="Từ lúc đến tới lúc qua, xong hoặc bỏ về, của các đối tượng đến trong kỳ, theo dõi tới khi rời đi; "
    "ai chưa rời đi khi hết lần chạy thì tính thời gian tới lúc đó.",
    source=OURS,
)
def cohort_dwell(run: Replication, of: Stratum) -> Column:
    return time_inside(run, of)


@kpi(
    unit="1",
    better="lower",
    by=GATE_GOODS,
    vi="Lượt đến trong kỳ chưa rời đi",
    en="Unfinished of those who came",
    meaning="Of those who came in the window, those still inside when the run ended.",
    nghia="Trong số đến trong kỳ, số còn ở lại khi hết lần chạy.",
    source=OURS,
)
def cohort_unfinished(run: Replication, of: Stratum) -> Scalar:
    return count(run.cohort & of.entities & ~reached(run.stays.gone))


@kpi(
    unit="1",
    better="lower",
    by=GATE_GOODS,
    vi="Lượt đến trong kỳ không tới đích",
    en="Lost of those who came",
    meaning="Of those who came in the window, those who gave up, found no place or were turned back.",
    nghia="Trong số đến trong kỳ, số bỏ về, không còn chỗ hoặc bị cho quay đầu.",
    source=OURS,
)
def cohort_lost(run: Replication, of: Stratum) -> Scalar:
    return count(run.cohort & of.entities & (run.stays.fate == LOST))


@kpi(
    unit="1",
    better="lower",
    by=GATE_GOODS,
    needs=("attribute:offence",),
    vi="Vi phạm lọt qua",
    en="Offending that passed",
    meaning="Of those who came in the window, the offending (whose `offence` is not `none`) that were "
    "neither turned back nor gave up.",
    nghia="Trong số đến trong kỳ, số vi phạm (`offence` khác `none`) không bị chặn và không bỏ về.",
    source=OURS,
)
def cohort_missed(run: Replication, of: Stratum) -> Scalar:
    offending = run.cohort & of.entities & ~run.attribute("offence", "none")
    return count(offending & (run.stays.fate != LOST))


COHORT: tuple[Kpi, ...] = (cohort_size, cohort_dwell, cohort_unfinished, cohort_lost, cohort_missed)
"""All of them. They are no part of the catalogue: a run that ends with its window would tell them wrongly."""


# ---- how many were through in time -------------------------------------------------------------------------

WITHIN = re.compile(r"cohort_within_(\d{1,4})(min|h|d)")
"""`cohort_within_4h`: the share of those who came that were through within that time."""

_MS = {"min": 60_000, "h": 3_600_000, "d": 86_400_000}


@cache
def within(name: str) -> Kpi | None:
    """The indicator of such a name; None if it is none."""
    found = WITHIN.fullmatch(name)
    if found is None:
        return None
    limit, told = int(found[1]) * _MS[found[2]], f"{found[1]} {found[2]}"

    def cohort_within(run: Replication, of: Stratum) -> Scalar:
        mine = np.flatnonzero(run.cohort & of.entities)
        stays = run.stays
        served = reached(stays.gone[mine]) & (stays.fate[mine] != LOST)
        in_time = served & (stays.gone[mine] - stays.arrived[mine] <= limit)
        return ratio(int(np.count_nonzero(in_time)), len(mine), len(mine))

    cohort_within.__name__ = name
    return kpi(
        unit="ratio",
        better="higher",
        by=GATE_GOODS,
        vi=f"Tỷ lệ xong trong {told}",
        en=f"Through within {told}",
        meaning=f"Of those who came in the window, the share that crossed or reached their end within "
        f"{told}; who gave up, found no place or was turned back is not through.",
        nghia=f"Trong số đến trong kỳ, tỷ lệ đã qua hoặc xong trong {told}; ai bỏ về, không còn chỗ hoặc bị "
        "chặn không tính là xong.",
        source=OURS,
    )(cohort_within)
