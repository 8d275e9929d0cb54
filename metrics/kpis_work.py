"""What the work of people comes to: staff time for each crossing, work done in an hour, done twice."""

from __future__ import annotations

import numpy as np

from metrics.declare import Scalar, Stratum, kpi, ratio
from metrics.kpis_flow import OURS
from metrics.kpis_places import busy_on_duty, scheduled_area, unit_time
from metrics.replication import Replication
from sim.log import Column

HOUR = 3_600_000


@kpi(
    unit="s",
    better="lower",
    by=("", "agency"),
    needs=("kind:officer", "flow:crossing"),
    vi="Công mỗi xe",
    en="Staff time per truck",
    meaning="Time of the officers (resources of kind `officer`) in the window, scheduled or busy beyond it, "
    "over the number that crossed in it.",
    nghia="Thời gian trực của cán bộ (nguồn lực loại `officer`) trong kỳ, cộng làm quá giờ, chia cho số qua "
    "trong kỳ.",
    source="U.S. Customs and Border Protection, workload staffing model",
)
def staff_time_per_crossing(run: Replication, of: Stratum) -> Scalar:
    pools = [
        Stratum("resource", {"resource": name}, of.entities, name)
        for name, pool in run.scenario.resources.items()
        if pool.kind == "officer" and of.name in ("", pool.agency)
    ]
    spent = sum(_on_duty_or_busy(run, pool) for pool in pools)
    crossed = int(np.count_nonzero(of.entities & run.crossed_in_window))
    return Scalar(spent, crossed, crossed if pools else 0, 1000)


def _on_duty_or_busy(run: Replication, of: Stratum) -> int:
    """∫ max(scheduled, busy) [unit · ms]."""
    return scheduled_area(run, of) + unit_time(run, of, "busy", run.busy) - busy_on_duty(run, of)


@kpi(
    unit="1/h",
    better="higher",
    by=("resource",),
    vi="Năng suất/giờ",
    en="Rate",
    meaning="Visits that this resource served first and that ended as they should in the window, over its "
    "scheduled unit hours: what was done, not what could have been.",
    nghia="Số lượt do nguồn lực này phục vụ trước tiên và kết thúc trọn vẹn trong kỳ, chia cho số giờ trực "
    "của nó: việc đã làm, không phải việc có thể làm.",
    source=OURS,
)
def service_rate(run: Replication, of: Stratum) -> Scalar:
    done = run.once_for("done by pool", make=lambda: _done(run))
    n = int(done[run.log.names.resources.index(of.name)])
    return ratio(n * HOUR, scheduled_area(run, of), n)


def _done(run: Replication) -> Column:
    """How many visits each resource (by code) served first, ended as they should in the window."""
    visits = run.log.visits
    served = run.visits.fulfilled & (visits["lane_pool"] >= 0) & run.within(visits["ended"])
    counts: Column = np.bincount(visits["lane_pool"][served], minlength=len(run.log.names.resources))
    return counts


@kpi(
    unit="ratio",
    better="lower",
    by=("again",),
    vi="Tỷ lệ làm lại",
    en="Rework",
    meaning="Of the entities with a visit to the step that ended as it should in the window, the share with "
    "two or more.",
    nghia="Trong số đối tượng có lượt kết thúc trọn vẹn ở bước này trong kỳ, tỷ lệ có từ hai lượt trở lên.",
    source=OURS,
)
def rework_share(run: Replication, of: Stratum) -> Scalar:
    rows = run.rows_at(run.step(of.name))
    done = rows[run.visits.fulfilled[rows] & run.within(run.log.visits["ended"][rows])]
    times: Column = np.bincount(run.log.visits["entity"][done])
    n = int(np.count_nonzero(times))
    return ratio(int(np.count_nonzero(times > 1)), n, n)
