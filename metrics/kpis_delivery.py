"""What becomes of orders on their way: cancelled before, posted by the next day, carried, delivered."""

from __future__ import annotations

import numpy as np

from metrics.declare import Scalar, Stratum, kpi, ratio
from metrics.kpis_crossing import for_purpose
from metrics.kpis_flow import OURS
from metrics.kpis_orders import cancelled_by_buyer
from metrics.milestones import LOST
from metrics.replication import Replication
from metrics.strata import ORDERS
from metrics.visits import Mask, reached
from scenarios.resolved import DAY, Gather
from sim.clock import instant_of
from sim.log import VISIT_OUTCOMES, Column

POST = "postal service standard, day of posting plus n days"


def _ordered(run: Replication, of: Stratum) -> Mask:
    """The orders of a stratum that were placed in the window."""
    return of.entities & run.stays.counted & run.within(run.milestones["ordered"])


def _share(part: Mask, of: Mask) -> Scalar:
    n = int(np.count_nonzero(of))
    return ratio(int(np.count_nonzero(part & of)), n, n)


# ---- cancelled -----------------------------------------------------------------------------------------
@kpi(
    unit="ratio",
    better="lower",
    by=ORDERS,
    needs=("ordered", "posted"),
    vi="Tỷ lệ hủy",
    en="Cancelled",
    meaning="Of the orders placed in the window, the share that was given up, by whomever, before it was "
    "posted.",
    nghia="Trong số đơn đặt trong kỳ, tỷ lệ bị hủy (bất kể ai hủy) trước khi gửi đi.",
    source=OURS,
)
def cancelled_share(run: Replication, of: Stratum) -> Scalar:
    gone = (run.stays.fate == LOST) & ~reached(run.milestones["posted"])
    return _share(gone, _ordered(run, of))


@kpi(
    unit="ratio",
    better="lower",
    by=ORDERS,
    needs=("ordered", "kind:take"),
    vi="Bán vượt tồn",
    en="Oversold",
    meaning="Of the orders placed in the window, the share that ended because the stock did not hold what "
    "was ordered.",
    nghia="Trong số đơn đặt trong kỳ, tỷ lệ không thành vì kho không đủ hàng đã đặt.",
    source=OURS,
)
def oversold_share(run: Replication, of: Stratum) -> Scalar:
    takes = [run.scenario.steps[name].kind == "take" for name in run.log.names.steps]
    rows = run.rows_at(np.array(takes, np.bool_))
    short = run.log.visits["outcome"][rows] == VISIT_OUTCOMES.index("diverted")
    found = np.zeros(len(run.stays.arrived), np.bool_)
    found[run.visits.root[rows[short]]] = True
    return _share(found & (run.stays.fate == LOST), _ordered(run, of))


# ---- by calendar days ----------------------------------------------------------------------------------
@kpi(
    unit="ratio",
    better="higher",
    by=ORDERS,
    needs=("ordered", "posted"),
    vi="Gửi trong ngày D+1",
    en="Posted by D+1",
    meaning="Of the orders placed in the window whose next day is over when the run ends, less those the "
    "buyer cancelled before posting, the share posted by the end of the next local day.",
    nghia="Trong số đơn đặt trong kỳ mà ngày hôm sau đã hết khi dừng chạy, trừ đơn người mua hủy trước khi "
    "gửi, tỷ lệ gửi đi trước hết ngày hôm sau.",
    source=OURS,
)
def shipped_next_day(run: Replication, of: Stratum) -> Scalar:
    return _by_day(run, "ordered", "posted", 1, _ordered(run, of) & ~cancelled_by_buyer(run))


@kpi(
    unit="ratio",
    better="higher",
    by=ORDERS,
    needs=("posted", "delivered", "target:transit_time"),
    vi="Đạt D+n",
    en="Within D+n",
    meaning="Of the parcels posted in the window whose n-th day is over when the run ends, the share "
    "delivered by the end of the n-th local day after posting; n is the target for `transit_time` in days. "
    "What was sent back or lost is a failure.",
    nghia="Trong số bưu kiện gửi trong kỳ mà ngày thứ n đã hết khi dừng chạy, tỷ lệ phát được trước hết "
    "ngày thứ n sau ngày gửi; n là mức đặt ra cho `transit_time`, tính bằng ngày. Hoàn hoặc mất là không "
    "đạt.",
    source=POST,
)
def transit_within(run: Replication, of: Stratum) -> Scalar:
    posted = of.entities & run.stays.counted & run.within(run.milestones["posted"])
    return _by_day(run, "posted", "delivered", run.scenario.targets["transit_time"] // DAY, posted)


def _by_day(run: Replication, begin: str, end: str, days: int, of: Mask) -> Scalar:
    """Of those whose answer is known, who passed the second milestone by the end of the n-th day after."""
    clock, since, until = run.scenario.clock, run.milestones[begin], run.milestones[end]
    latest_known = run.local_day(np.array([run.log.end]))[0] - 1
    if run.log.end >= instant_of(clock.offsets, clock.start_utc, int(latest_known + 2) * DAY):
        latest_known += 1  # the run ends with its last day
    mine = np.flatnonzero(of)
    mine = mine[run.local_day(since[mine]) + days <= latest_known]
    passed = reached(until[mine])
    in_time = passed & (run.local_day(until[mine]) <= run.local_day(since[mine]) + days)
    return ratio(int(np.count_nonzero(in_time)), len(mine), len(mine))


# ---- at the door ---------------------------------------------------------------------------------------
def _attempts(run: Replication) -> tuple[Column, Mask]:
    """(how often each parcel was tried, whether its first attempt ended in the window)."""
    return run.once_for("attempts", make=lambda: _tried(run))


def _tried(run: Replication) -> tuple[Column, Mask]:
    rows = run.rows_at(for_purpose(run, "attempt"))
    rows = rows[run.visits.fulfilled[rows]]
    root, ended = run.visits.root[rows], run.log.visits["ended"][rows]
    first = np.full(len(run.stays.arrived), np.iinfo(np.int64).max)
    np.minimum.at(first, root, ended)
    return np.bincount(root, minlength=len(first)).astype(np.int64), run.within(first)


@kpi(
    unit="ratio",
    better="higher",
    by=ORDERS,
    needs=("purpose:attempt", "delivered"),
    vi="Phát được lần đầu",
    en="First attempt",
    meaning="Of the parcels first tried in the window whose first attempt has had its outcome, the share "
    "delivered by it.",
    nghia="Trong số bưu kiện phát lần đầu trong kỳ đã rõ kết quả, tỷ lệ phát được ngay lần ấy.",
    source=OURS,
)
def first_attempt_share(run: Replication, of: Stratum) -> Scalar:
    times, first_now = _attempts(run)
    delivered = reached(run.milestones["delivered"])
    known = delivered | (times > 1) | reached(run.stays.gone) | _sent_back(run)
    return _share(delivered & (times == 1), of.entities & run.stays.counted & first_now & known)


@kpi(
    unit="1",
    better="lower",
    by=ORDERS,
    needs=("purpose:attempt", "delivered"),
    vi="Số lần phát",
    en="Attempts",
    meaning="Attempts at delivery over parcels, of those delivered or sent back in the window.",
    nghia="Số lần phát chia cho số bưu kiện, của các bưu kiện phát được hoặc chuyển hoàn trong kỳ.",
    source=OURS,
)
def attempts_mean(run: Replication, of: Stratum) -> Scalar:
    closed = run.within(run.milestones["delivered"])
    if "returned" in run.milestones:
        closed = closed | run.within(run.milestones["returned"])
    mine = np.flatnonzero(of.entities & run.stays.counted & closed)
    return ratio(int(_attempts(run)[0][mine].sum()), len(mine), len(mine))


def _sent_back(run: Replication) -> Mask:
    if "returned" not in run.milestones:
        return np.zeros(len(run.stays.arrived), np.bool_)
    return reached(run.milestones["returned"])


# ---- how full they drive -------------------------------------------------------------------------------
@kpi(
    unit="ratio",
    better="higher",
    by=("carried",),
    vi="Hệ số chất tải",
    en="Load factor",
    meaning="Load over capacity of the carriers that departed in the window: by weight where the step "
    "weighs, else by number. The capacity is the most that a carrier takes, or else what makes it depart.",
    nghia="Tải chia cho sức chở của các chuyến đi trong kỳ: theo khối lượng nếu bước có cân, nếu không thì "
    "theo số. Sức chở là mức tối đa của một chuyến, nếu không nêu thì là mức đủ để đi.",
    source=OURS,
)
def load_factor(run: Replication, of: Stratum) -> Scalar:
    gather = run.scenario.steps[of.name].gather
    assert gather is not None
    rows = run.rows_at(run.step(of.name))
    on_board = rows[run.visits.fulfilled[rows] & run.within(run.log.visits["started"][rows])]
    departed = run.log.entities["source"] == run.log.names.sources.index(of.name)
    trips = int(np.count_nonzero(departed & run.within(run.log.entities["arrived"])))
    return ratio(_load(run, gather, on_board), trips * _room(gather), trips)


def _room(gather: Gather) -> int:
    by_weight = gather.most_weight or gather.weight
    return by_weight or gather.most or gather.number or 0


def _load(run: Replication, gather: Gather, rows: Column) -> int:
    if gather.most_weight or gather.weight:
        assert gather.weigh is not None
        return int(run.log.attributes[gather.weigh][run.log.visits["entity"][rows]].sum())
    return len(rows)
