"""Public services: what is handed in and paid on line, of all that is.

On line is what is done at a step that relies on a platform, or that is a message; all else is done at a
counter. Decision 766/QĐ-TTg of 23 June 2022 counts dossiers so, each once, by how it was first handed in.
"""

from __future__ import annotations

import numpy as np

from metrics.declare import Scalar, Stratum, kpi, ratio
from metrics.milestones import carriers
from metrics.replication import Replication
from metrics.strata import ORDERS
from metrics.visits import Mask, earliest, latest
from sim.log import Column

D766 = "Decision 766/QĐ-TTg of 23 June 2022, share of dossiers on line"


@kpi(
    unit="ratio",
    better="higher",
    by=ORDERS,
    needs=("submitted",),
    vi="Nộp trực tuyến",
    en="Online share",
    meaning="Of the dossiers handed in in the window, the share handed in at a step that relies on a "
    "platform. The denominator is all dossiers, those of services that are not offered on line too.",
    nghia="Trong số hồ sơ nộp trong kỳ, tỷ lệ nộp ở bước dựa vào một nền tảng. Mẫu số là mọi hồ sơ, kể cả "
    "của dịch vụ chưa cung cấp trực tuyến.",
    source=D766,
)
def online_submission(run: Replication, of: Stratum) -> Scalar:
    first = earliest(*_ends(run, "submitted"))
    return _share(run, of, "submitted", first == run.milestones["submitted"])


@kpi(
    unit="ratio",
    better="higher",
    by=ORDERS,
    needs=("submitted", "paid"),
    vi="Thanh toán trực tuyến",
    en="Paid online",
    meaning="Of the dossiers whose fee was paid in the window, the share paid at a step that relies on a "
    "platform. The denominator is those that were paid, never all dossiers.",
    nghia="Trong số hồ sơ nộp phí trong kỳ, tỷ lệ nộp ở bước dựa vào một nền tảng. Mẫu số là hồ sơ đã nộp "
    "phí, không phải mọi hồ sơ.",
    source=D766,
)
def online_payment(run: Replication, of: Stratum) -> Scalar:
    last = latest(*_ends(run, "paid"))
    return _share(run, of, "paid", last == run.milestones["paid"])


def _share(run: Replication, of: Stratum, milestone: str, on_line: Mask) -> Scalar:
    passed = of.entities & run.stays.counted & run.within(run.milestones[milestone])
    n = int(np.count_nonzero(passed))
    return ratio(int(np.count_nonzero(passed & on_line)), n, n)


def _ends(run: Replication, milestone: str) -> tuple[int, Column, Column]:
    """(how many entities, whose visits to steps on line that carry a milestone, when these ended)."""
    rows = run.rows_at(_on_line(run, milestone))
    rows = rows[run.visits.fulfilled[rows]]
    return len(run.stays.arrived), run.visits.root[rows], run.log.visits["ended"][rows]


def _on_line(run: Replication, milestone: str) -> Mask:
    """Which steps (by code) carry a milestone, and rely on a platform or are a message."""
    steps, carrying = run.scenario.steps, carriers(run.scenario, milestone)
    told = [
        name in carrying and bool(steps[name].platforms or steps[name].message)
        for name in run.log.names.steps
    ]
    return np.array(told, dtype=np.bool_)
