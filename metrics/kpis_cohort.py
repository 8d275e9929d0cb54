"""What becomes of those who came in the window, until all of them have left: what variants are compared on.

A variant that lets more trucks through in the window has other trucks in "those who crossed in the window".
The cohort that came is the same in both, so a difference is of the same trucks (law §5). These are for runs
that go on after the window until everybody has left; who has not left at the end is counted with the time so
far.
"""

from __future__ import annotations

import numpy as np

from metrics.declare import DISTRIBUTION, Kpi, Scalar, Stratum, kpi
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
    vi="Xe đến trong kỳ chưa rời đi",
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
    vi="Xe đến trong kỳ không qua",
    en="Lost of those who came",
    meaning="Of those who came in the window, those who gave up, found no place or were turned back.",
    nghia="Trong số đến trong kỳ, số bỏ về, không còn chỗ hoặc bị cho quay đầu.",
    source=OURS,
)
def cohort_lost(run: Replication, of: Stratum) -> Scalar:
    return count(run.cohort & of.entities & (run.stays.fate == LOST))


COHORT: tuple[Kpi, ...] = (cohort_size, cohort_dwell, cohort_unfinished, cohort_lost)
"""All of them. They are no part of the catalogue: a run that ends with its window would tell them wrongly."""
