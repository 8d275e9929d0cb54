"""What a crossing is measured by beside its times: open hours, inspection, the other side, empties."""

from __future__ import annotations

import numpy as np

from metrics.declare import Scalar, Stratum, kpi, ratio
from metrics.kpis_flow import OURS
from metrics.kpis_time import FHWA
from metrics.occupancy import clipped
from metrics.replication import Replication
from metrics.strata import GATE, GATE_GOODS
from metrics.visits import Mask, per_entity, reached
from metrics.waits import states
from sim.log import EMPTY, Column


# ---- in open hours -------------------------------------------------------------------------------------
def open_time(run: Replication, code: int, since: Column, until: Column) -> Column:
    """How long a step was open by its calendars between two instants [ms]; before the run it was not."""
    closed, _ = states(run.scenario.steps[run.log.names.steps[code]], run.log.names, run.setting)
    return (until - since) - (closed.integral(until) - closed.integral(since))


def passed_at(run: Replication, milestone: str) -> Column:
    """The step (by code) at which each entity passed a milestone; -1 where it passed none."""
    found = np.full(len(run.stays.arrived), -1, np.int64)
    steps = [milestone in run.scenario.steps[name].milestones for name in run.log.names.steps]
    rows = run.rows_at(np.array(steps, np.bool_))
    root, ended = run.visits.root[rows], run.log.visits["ended"][rows]
    counts = run.visits.fulfilled[rows] & (ended == run.milestones[milestone][root])
    found[root[counts]] = run.log.visits["step"][rows[counts]]
    return found


def open_between(run: Replication, of: Mask, milestone: str, since: Column, until: Column) -> Column:
    """How long the step was open at which each of some entities passed a milestone, in [since, until) [ms].

    One time per row of `entities`; EMPTY for who is not of them, or passed it at no step.
    """
    where, found = passed_at(run, milestone), np.full(len(of), EMPTY, np.int64)
    for code in np.unique(where[of & (where >= 0)]).tolist():
        mine = np.flatnonzero(of & (where == code))
        found[mine] = open_time(run, code, since[mine], until[mine])
    return found


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    needs=("carried:crossed",),
    stats=("mean", "p95"),
    vi="Lưu trong giờ mở",
    en="Dwell in open hours",
    meaning="Of the time from coming to crossing, the part in which the place of crossing was open by its "
    "calendars; of what lies before the run nothing. Read it beside `dwell`, never instead.",
    nghia="Trong thời gian từ lúc đến tới lúc qua, phần mà nơi xe qua đang mở cửa theo lịch; phần trước lúc "
    "bắt đầu chạy không tính. Đọc cùng thời gian lưu, không thay cho nó.",
    source=OURS,
)
def dwell_open(run: Replication, of: Stratum) -> Column:
    stays = run.stays
    times = run.once_for(
        "open dwell",
        make=lambda: open_between(run, run.crossed_in_window, "crossed", stays.arrived, stays.crossed),
    )
    return times[np.flatnonzero(of.entities & reached(times))]


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    stats=("mean", "p95"),
    vi="Thời gian chậm",
    en="Delay",
    meaning="Dwell less the entity's own service between coming and crossing: how long it would have saved "
    "had it never waited for a place or for its turn. A wait by process (a call, papers) is service here.",
    nghia="Thời gian lưu trừ thời gian được phục vụ của chính đối tượng từ lúc đến tới lúc qua: phần sẽ "
    "không mất nếu không phải chờ chỗ và chờ lượt. Chờ theo quy trình (chờ gọi, chờ giấy) ở đây là phục vụ.",
    source=FHWA,
)
def delay(run: Replication, of: Stratum) -> Column:
    mine = np.flatnonzero(of.entities & run.crossed_in_window)
    dwells = run.stays.crossed[mine] - run.stays.arrived[mine]
    return dwells - run.once_for("own service", make=lambda: _own_service(run))[mine]


def _own_service(run: Replication) -> Column:
    """Service of each entity on its path, between coming and crossing [ms]."""
    visits, of = run.log.visits, run.visits
    crossed = run.stays.crossed[of.root]
    there = (visits["joined"] >= run.stays.arrived[of.root]) & reached(crossed)
    there &= reached(visits["ended"]) & (visits["ended"] <= crossed)
    return per_entity(run.log, of.root, of.service, of.served & there)


# ---- inspected -----------------------------------------------------------------------------------------
@kpi(
    unit="ratio",
    by=GATE_GOODS,
    needs=("purpose:inspection",),
    vi="Tỷ lệ kiểm tra",
    en="Inspected",
    meaning="Of those who crossed in the window, the share with at least one visit to a step whose purpose "
    "is inspection, of papers or of goods.",
    nghia="Trong số qua trong kỳ, tỷ lệ có ít nhất một lượt ở bước có mục đích kiểm tra (hồ sơ hoặc hàng).",
    source="customs statistics",
)
def inspected_share(run: Replication, of: Stratum) -> Scalar:
    inspected = run.once_for("inspected", make=lambda: _inspected(run))
    crossed = of.entities & run.crossed_in_window
    n = int(np.count_nonzero(crossed))
    return ratio(int(np.count_nonzero(crossed & inspected)), n, n)


def _inspected(run: Replication) -> Mask:
    rows = run.rows_at(for_purpose(run, "inspection"))
    found = np.zeros(len(run.stays.arrived), np.bool_)
    found[run.visits.root[rows[reached(run.log.visits["started"][rows])]]] = True
    return found


def for_purpose(run: Replication, purpose: str) -> Mask:
    """The steps (by code) with a purpose."""
    return np.array([run.scenario.steps[name].purpose == purpose for name in run.log.names.steps], np.bool_)


# ---- the other side ------------------------------------------------------------------------------------
def _foreign(run: Replication, part: str) -> Column:
    """Blocked, wait or a part of the wait of each entity at the steps of foreign agencies, summed [ms]."""

    def summed() -> Column:
        there = foreign_steps(run)[run.log.visits["step"]]
        return per_entity(run.log, run.visits.root, run.amounts[part], run.visits.on_path & there)

    return run.once_for("foreign", part, make=summed)


def foreign_steps(run: Replication) -> Mask:
    """Steps (by code) of agencies of another country."""
    of = [run.scenario.steps[name].agency for name in run.log.names.steps]
    abroad = [owner is not None and run.scenario.agencies[owner].country != "VN" for owner in of]
    return np.array(abroad, np.bool_)


def _there(run: Replication, of: Stratum) -> Column:
    return np.flatnonzero(of.entities & run.crossed_in_window)


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    needs=("agency:foreign",),
    stats=("mean", "p95"),
    vi="Chờ phía bạn",
    en="Foreign-side delay",
    meaning="Time blocked and waiting at the steps of another country's agencies, per entity that crossed "
    "in the window: where it stood, not who caused it. The wait for a call is service by process, not in "
    "it.",
    nghia="Thời gian chờ chỗ và chờ phục vụ ở các bước của cơ quan nước ngoài, mỗi đối tượng qua trong kỳ: "
    "đứng ở đâu, không phải vì ai. Chờ gọi là phục vụ theo quy trình, không tính.",
    source=OURS,
)
def foreign_delay(run: Replication, of: Stratum) -> Column:
    mine = _there(run, of)
    return _foreign(run, "blocked")[mine] + _foreign(run, "wait")[mine]


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    needs=("agency:foreign",),
    stats=("mean",),
    vi="Phía bạn đóng cửa",
    en="Foreign side closed",
    meaning="The part of the same wait during which the calendars of the other side allowed no start.",
    nghia="Phần của thời gian chờ ấy mà theo lịch phía bạn không làm việc.",
    source=OURS,
)
def foreign_closed(run: Replication, of: Stratum) -> Column:
    return _foreign(run, "wait_closed")[_there(run, of)]


@kpi(
    unit="ratio",
    by=GATE_GOODS,
    needs=("agency:foreign",),
    vi="Tỷ trọng phía bạn",
    en="Foreign share",
    meaning="Foreign-side delay over all time blocked and waiting, summed over those who crossed in the "
    "window: where they stood. Whose the delay is, `cuakhau why` tells.",
    nghia="Chờ phía bạn chia cho tổng thời gian chờ chỗ và chờ phục vụ của các đối tượng qua trong kỳ: đứng "
    "ở đâu. Chậm vì ai thì lệnh `cuakhau why` trả lời.",
    source=OURS,
)
def foreign_delay_share(run: Replication, of: Stratum) -> Scalar:
    mine = _there(run, of)
    there = _foreign(run, "blocked")[mine].sum() + _foreign(run, "wait")[mine].sum()
    anywhere = run.path["blocked"][mine].sum() + run.path["wait"][mine].sum()
    return ratio(int(there), int(anywhere), len(mine))


@kpi(
    unit="1",
    better="lower",
    by=GATE,
    needs=("returned", "flow:crossing"),
    vi="Xe chưa quay về",
    en="Not yet back",
    meaning="Vehicles that have crossed and are not back yet, averaged over the time of the window.",
    nghia="Số xe đã qua biên giới mà chưa quay về, bình quân theo thời gian trong kỳ.",
    source="Báo Tin tức, 27 January 2021: trucks that have unloaded and cannot return",
)
def empties_outside(run: Replication, of: Stratum) -> Scalar:
    returned, left = run.milestones["returned"], run.log.entities["left"]
    mine = of.entities & run.stays.counted & reached(run.stays.crossed)
    back = np.where(reached(returned), returned, np.where(left != EMPTY, left, run.log.end))
    outside = clipped(run.stays.crossed[mine], back[mine], run.window)
    return ratio(int(outside.sum()), run.once(run.length), int(np.count_nonzero(outside)))
