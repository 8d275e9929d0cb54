"""How much came, crossed and stayed: counts, backlog and what became of those who came."""

from __future__ import annotations

import numpy as np

from metrics.declare import Peak, Scalar, Stratum, kpi, mean_seconds, ratio
from metrics.milestones import COMPLETED, LOST
from metrics.replication import Replication
from metrics.strata import GATE, GATE_GOODS
from metrics.visits import FAR, Mask, reached

BULLETIN = "daily bulletin of the Lạng Sơn border gates (langsontrade.vn)"
OURS = "definition of this project"


def count(entities: Mask) -> Scalar:
    """How many entities."""
    n = int(np.count_nonzero(entities))
    return Scalar(n, n)


@kpi(
    unit="1",
    by=GATE,
    vi="Lượt đến",
    en="Arrived",
    meaning="Entities that came to the gate (or to the system) in the window. The opening backlog is not "
    "of them.",
    nghia="Số đối tượng đến cửa khẩu (hoặc vào hệ thống) trong kỳ, không tính tồn đầu kỳ.",
    source=BULLETIN,
)
def arrived(run: Replication, of: Stratum) -> Scalar:
    return count(run.cohort & of.entities)


@kpi(
    unit="1",
    better="higher",
    by=GATE_GOODS,
    needs=("flow:crossing",),
    vi="Xe thông quan",
    en="Crossed",
    meaning="Entities that crossed the border in the window.",
    nghia="Số xe đi qua đường biên trong kỳ.",
    source=BULLETIN,
)
def crossed(run: Replication, of: Stratum) -> Scalar:
    return count(run.crossed_in_window & of.entities)


@kpi(
    unit="1",
    better="higher",
    by=GATE_GOODS,
    needs=("flow:completing",),
    vi="Hoàn thành",
    en="Completed",
    meaning="Entities that reached their end in the window without crossing a border (orders, dossiers).",
    nghia="Số đối tượng kết thúc trọn vẹn trong kỳ mà không qua biên giới (đơn hàng, hồ sơ).",
    source=OURS,
)
def completed(run: Replication, of: Stratum) -> Scalar:
    stays = run.stays
    return count(of.entities & stays.counted & (stays.fate == COMPLETED) & run.within(stays.gone))


@kpi(
    unit="1",
    better="lower",
    by=(*GATE, "reason"),
    vi="Lượt không tới đích",
    en="Lost",
    meaning="Entities that left in the window without reaching their end: gave up, found no place, or were "
    "turned back.",
    nghia="Số đối tượng rời đi trong kỳ mà không tới đích: bỏ về, không còn chỗ, hoặc bị cho quay đầu.",
    source=BULLETIN,
)
def lost(run: Replication, of: Stratum) -> Scalar:
    stays = run.stays
    return count(of.entities & stays.counted & (stays.fate == LOST) & run.within(stays.gone))


@kpi(
    unit="1",
    by=GATE_GOODS,
    vi="Tồn đầu kỳ",
    en="Opening backlog",
    meaning="Entities in the system just before the window begins.",
    nghia="Số đối tượng có mặt ngay trước khi kỳ bắt đầu.",
    source=BULLETIN,
)
def opening_backlog(run: Replication, of: Stratum) -> Scalar:
    return count(run.inside(run.window[0]) & of.entities)


@kpi(
    unit="1",
    better="lower",
    by=(*GATE_GOODS, "step"),
    vi="Tồn cuối kỳ",
    en="Closing backlog",
    meaning="Entities in the system just before the window ends; by step: those at that step, at its door "
    "included.",
    nghia="Số đối tượng còn lại ngay trước khi kỳ kết thúc; theo khâu: đang ở khâu đó, kể cả chờ vào.",
    source=BULLETIN,
)
def closing_backlog(run: Replication, of: Stratum) -> Scalar:
    left = run.inside(run.window[1]) & of.entities
    return count(left & at_step(run, of.name, run.window[1]) if of.by == "step" else left)


def at_step(run: Replication, step: str, instant: int) -> Mask:
    """Entities with a visit to a step that covers the moment just before an instant."""
    visits = run.log.visits
    rows = run.rows_at(run.step(step))
    joined, ended = visits["joined"][rows], visits["ended"][rows]
    here = (joined < instant) & (~reached(ended) | (ended >= instant))
    found = np.zeros(len(run.log.entities["flow"]), dtype=np.bool_)
    found[run.visits.root[rows[here]]] = True
    return found


@kpi(
    unit="1",
    better="lower",
    by=("at", "direction at", "gate direction at"),
    vi="Xe tồn lúc…",
    en="Backlog at",
    meaning="Entities in the system just before 20:00 local time of each day of the window (windows up to "
    "31 days).",
    nghia="Số đối tượng có mặt ngay trước 20 giờ (giờ địa phương) mỗi ngày trong kỳ (kỳ dài tối đa 31 ngày).",
    source=BULLETIN,
)
def backlog_at(run: Replication, of: Stratum) -> Scalar:
    return count(run.inside(int(of.name)) & of.entities)


@kpi(
    unit="1",
    better="lower",
    by=GATE,
    vi="Xe tồn bình quân",
    en="Mean backlog",
    meaning="The backlog averaged over the time of the window.",
    nghia="Số đối tượng có mặt, lấy bình quân theo thời gian trong kỳ.",
    source="Little (1961), A proof for the queuing formula L = λW",
)
def backlog_mean(run: Replication, of: Stratum) -> Scalar:
    area = run.backlog(of.entities).area(*run.window)
    return ratio(area, run.once(run.length), int(np.count_nonzero(of.entities & run.stays.counted)))


@kpi(
    unit="1",
    better="lower",
    by=GATE,
    vi="Xe tồn lớn nhất",
    en="Peak backlog",
    meaning="The largest backlog at any instant of the window.",
    nghia="Số đối tượng có mặt nhiều nhất tại một thời điểm trong kỳ.",
    source=OURS,
)
def backlog_max(run: Replication, of: Stratum) -> Peak:
    mine = of.entities & run.stays.counted
    gone = run.stays.gone[mine]
    return Peak(run.stays.arrived[mine], gone[reached(gone)])


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    vi="Tuổi xe tồn",
    en="Age of backlog",
    meaning="How long those still inside at the end of the window have been there, on average.",
    nghia="Thời gian bình quân mà các đối tượng còn lại cuối kỳ đã ở trong hệ thống.",
    source=OURS,
)
def backlog_age_mean(run: Replication, of: Stratum) -> Scalar:
    end = run.window[1]
    inside = run.inside(end) & of.entities
    return mean_seconds(end - run.stays.arrived[inside])


@kpi(
    unit="1/d",
    better="higher",
    by=GATE,
    vi="Xe/ngày",
    en="Throughput",
    meaning="Entities that crossed or reached their end, per day of the window.",
    nghia="Số đối tượng qua cửa khẩu hoặc hoàn thành, tính trên một ngày của kỳ.",
    source=BULLETIN,
)
def throughput(run: Replication, of: Stratum) -> Scalar:
    done = count(run.crossed_in_window & of.entities)
    return ratio(86_400_000 * done.n, run.once(run.length), done.n)


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    vi="Lưu (có chặn)",
    en="Restricted dwell",
    meaning="Time in the system of those who came in the window, the unfinished ones counted up to the end "
    "of the run: exact for all, a lower bound of dwell. Read it beside the lost: losing entities shortens "
    "it.",
    nghia="Thời gian lưu của các đối tượng đến trong kỳ, đối tượng chưa xong tính đến khi dừng chạy: đúng "
    "cho mọi đối tượng, là cận dưới của thời gian lưu. Đọc cùng số không qua.",
    source="restricted mean survival time",
)
def dwell_restricted(run: Replication, of: Stratum) -> Scalar:
    mine = run.cohort & of.entities
    gone = run.stays.gone[mine]
    until = np.minimum(np.where(reached(gone), gone, FAR), run.log.end)
    return mean_seconds(until - run.stays.arrived[mine])


@kpi(
    unit="ratio",
    better="lower",
    by=GATE_GOODS,
    vi="Chưa qua",
    en="Unfinished",
    meaning="Of those who came in the window, the share still inside when the run stopped.",
    nghia="Trong số đến trong kỳ, tỷ lệ còn ở lại khi dừng chạy.",
    source=OURS,
)
def unfinished_share(run: Replication, of: Stratum) -> Scalar:
    mine = run.cohort & of.entities
    unfinished = mine & ~reached(run.stays.gone)
    n = int(np.count_nonzero(mine))
    return ratio(int(np.count_nonzero(unfinished)), n, n)


@kpi(
    unit="ratio",
    better="higher",
    by=GATE_GOODS,
    needs=("target:dwell",),
    vi="Đạt mức thời gian",
    en="Within target",
    meaning="Of those who came in the window early enough for the answer to be known, the share that "
    "crossed within the target for dwell; the lost count as failures.",
    nghia="Trong số đến trong kỳ đủ sớm để biết kết quả, tỷ lệ qua trong mức thời gian lưu đặt ra; đối "
    "tượng không qua tính là không đạt.",
    source="service level; definition of this project",
)
def within_target(run: Replication, of: Stratum) -> Scalar:
    target = run.scenario.targets["dwell"]
    known = run.cohort & of.entities & (run.stays.arrived <= run.log.end - target)
    crossed_ = run.stays.crossed[known]
    good = reached(crossed_) & (crossed_ - run.stays.arrived[known] <= target)
    return ratio(int(np.count_nonzero(good)), len(good), len(good))


@kpi(
    unit="ratio",
    better="higher",
    by=GATE_GOODS,
    vi="Qua trong ngày",
    en="Same-day share",
    meaning="Of those who came in the window, the share that crossed (or ended) on the local date of coming.",
    nghia="Trong số đến trong kỳ, tỷ lệ qua (hoặc xong) ngay trong ngày đến, theo giờ địa phương.",
    source=OURS,
)
def same_day_share(run: Replication, of: Stratum) -> Scalar:
    mine = run.cohort & of.entities
    done = reached(run.stays.crossed) & mine
    same = run.local_day(run.stays.arrived[done]) == run.local_day(run.stays.crossed[done])
    n = int(np.count_nonzero(mine))
    return ratio(int(np.count_nonzero(same)), n, n)
