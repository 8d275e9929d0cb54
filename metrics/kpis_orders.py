"""Orders of OCOP products: placed, delivered on time, returned, paid."""

from __future__ import annotations

import numpy as np

from metrics.declare import DISTRIBUTION, Scalar, Stratum, kpi, ratio
from metrics.kpis_flow import OURS, count
from metrics.kpis_time import between
from metrics.milestones import LOST
from metrics.occupancy import clipped
from metrics.replication import Replication
from metrics.strata import ORDERS
from metrics.visits import FAR, Mask, reached
from sim.log import EMPTY, Column

SCOR = "SCOR, Supply Chain Operations Reference model"

TIME_UNITS = {"": 1, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
"""Milliseconds in the units that a `due` may be stated in; without a unit it is in milliseconds."""


@kpi(
    unit="1",
    by=ORDERS,
    needs=("ordered",),
    vi="Đơn đặt",
    en="Orders",
    meaning="Orders placed in the window.",
    nghia="Số đơn đặt trong kỳ.",
    source=OURS,
)
def orders_placed(run: Replication, of: Stratum) -> Scalar:
    return count(of.entities & run.stays.counted & run.within(run.milestones["ordered"]))


@kpi(
    unit="s",
    better="lower",
    by=ORDERS,
    needs=("ordered", "accepted"),
    stats=DISTRIBUTION,
    vi="Chờ xác nhận",
    en="Acceptance",
    meaning="From ordering to the seller's acceptance, of orders accepted in the window.",
    nghia="Từ lúc đặt tới lúc người bán xác nhận, của các đơn được xác nhận trong kỳ.",
    source=OURS,
)
def acceptance_time(run: Replication, of: Stratum) -> Column:
    return between(run, of, "ordered", "accepted")


@kpi(
    unit="s",
    better="lower",
    by=ORDERS,
    needs=("ordered", "delivered"),
    stats=DISTRIBUTION,
    vi="Thời gian giao",
    en="Lead time",
    meaning="From ordering to delivery, of orders delivered in the window.",
    nghia="Từ lúc đặt tới lúc phát thành công, của các đơn giao trong kỳ.",
    source=f"{SCOR}, order fulfilment cycle time",
)
def order_lead_time(run: Replication, of: Stratum) -> Column:
    return between(run, of, "ordered", "delivered")


@kpi(
    unit="s",
    better="lower",
    by=ORDERS,
    needs=("posted", "delivered"),
    stats=DISTRIBUTION,
    vi="TG toàn trình",
    en="Transit",
    meaning="From acceptance by the post to delivery, of parcels delivered in the window.",
    nghia="Từ lúc bưu cục nhận tới lúc phát thành công, của các bưu kiện giao trong kỳ.",
    source="postal service standard, end-to-end transit time",
)
def transit_time(run: Replication, of: Stratum) -> Column:
    return between(run, of, "posted", "delivered")


@kpi(
    unit="ratio",
    better="higher",
    by=ORDERS,
    needs=("ordered", "delivered", "promise:due"),
    vi="Đúng hẹn",
    en="On time",
    meaning="Of the orders due in the window, less those the buyer cancelled before posting, the share "
    "delivered by the promised instant: `due` after ordering (the order's own, else the target of the lead "
    "time). Orders cancelled by the seller, refused, lost or still under way past their due are failures.",
    nghia="Trong số đơn đến hạn trong kỳ, trừ đơn người mua hủy trước khi gửi, tỷ lệ giao trước thời điểm "
    "đã hẹn. Đơn người bán hủy, bị từ chối, thất lạc hoặc còn trên đường khi đã quá hẹn đều là không đạt.",
    source=f"{SCOR}, delivery to commit date",
)
def on_time(run: Replication, of: Stratum) -> Scalar:
    promised = due(run)
    mine = of.entities & run.stays.counted & run.within(promised) & ~cancelled_by_buyer(run)
    delivered = run.milestones["delivered"][mine]
    good = reached(delivered) & (delivered <= promised[mine])
    return ratio(int(np.count_nonzero(good)), len(good), len(good))


def due(run: Replication) -> Column:
    """The promised instant of each order [ms]; EMPTY where nothing was ordered."""
    ordered = run.milestones["ordered"]
    return np.where(reached(ordered), ordered + promise(run, "on_time", "order_lead_time"), EMPTY)


def promise(run: Replication, *targets: str) -> Column:
    """How long each was promised to take: its own `due`, else the first of these targets that is set [ms]."""
    set_ = [run.scenario.targets[name] for name in targets if name in run.scenario.targets]
    found = np.full(len(run.stays.arrived), set_[0] if set_ else FAR // 2, dtype=np.int64)
    for flow, described in run.scenario.flows.items():
        if "due" in described.attributes:
            own = run.log.attributes["due"] * TIME_UNITS[described.attributes["due"].unit]
            mine = run.flow(flow) & reached(run.log.attributes["due"])
            found[mine] = own[mine]
    return found


def cancelled_by_buyer(run: Replication) -> Mask:
    """Orders that the buyer cancelled before they were posted."""
    cancelled = run.attribute("cancelled_by", "buyer")
    if "posted" in run.milestones:
        cancelled = cancelled & ~reached(run.milestones["posted"])
    return cancelled


@kpi(
    unit="ratio",
    better="lower",
    by=(*ORDERS, "goods"),
    needs=("posted", "returned"),
    vi="Tỷ lệ hoàn",
    en="Returned",
    meaning="Of the parcels posted in the window whose way has ended, the share that went back to the "
    "sender.",
    nghia="Trong số bưu kiện gửi trong kỳ đã kết thúc, tỷ lệ chuyển hoàn.",
    source=OURS,
)
def return_share(run: Replication, of: Stratum) -> Scalar:
    posted = of.entities & run.stays.counted & run.within(run.milestones["posted"])
    returned = posted & reached(run.milestones["returned"])
    closed = posted & (reached(run.stays.gone) | returned | _delivered(run))
    n = int(np.count_nonzero(closed))
    return ratio(int(np.count_nonzero(returned)), n, n)


def _delivered(run: Replication) -> Mask:
    if "delivered" not in run.milestones:
        return np.zeros(len(run.stays.arrived), dtype=np.bool_)
    return reached(run.milestones["delivered"])


@kpi(
    unit="VND",
    better="lower",
    by=ORDERS,
    needs=("collected", "remitted", "attribute:value"),
    vi="Tiền đang chuyển",
    en="Cash in transit",
    meaning="Money collected from buyers and neither remitted to sellers nor refunded yet, averaged over the "
    "time of the window.",
    nghia="Tiền đã thu của người mua mà chưa trả người bán cũng chưa hoàn lại, bình quân theo thời gian "
    "trong kỳ.",
    source=f"{SCOR}, a leg of the cash-to-cash cycle",
)
def cash_in_transit(run: Replication, of: Stratum) -> Scalar:
    collected, remitted, value, refunded = _cash(run, of)
    until = np.where(reached(remitted), remitted, np.where(reached(refunded), refunded, run.log.end))
    held = clipped(collected, until, run.window)
    return ratio(_weighted(value, held), run.once(run.length), int(np.count_nonzero(held)))


@kpi(
    unit="s",
    better="lower",
    by=ORDERS,
    needs=("collected", "remitted", "attribute:value"),
    vi="Ngày tiền về",
    en="Cash-in-transit days",
    meaning="From collecting the money to remitting it, weighted by value, of money remitted in the window.",
    nghia="Từ lúc thu tiền tới lúc trả người bán, bình quân theo giá trị, của tiền trả trong kỳ.",
    source=OURS,
)
def cash_in_transit_time(run: Replication, of: Stratum) -> Scalar:
    collected, remitted, value, _ = _cash(run, of)
    paid = run.within(remitted)
    weighted = _weighted(value[paid], (remitted - collected)[paid])
    return Scalar(weighted, int(np.count_nonzero(paid)), _weighted(value[paid], 1), per=1000)


def _cash(run: Replication, of: Stratum) -> tuple[Column, Column, Column, Column]:
    """(collected, remitted [ms], value, refunded [ms]) of the orders whose money was collected."""
    collected, value = run.milestones["collected"], run.log.attributes["value"]
    mine = of.entities & run.stays.counted & reached(collected) & (value != EMPTY)
    return collected[mine], _instants(run, "remitted")[mine], value[mine], _refunded(run)[mine]


def _instants(run: Replication, milestone: str) -> Column:
    """When each order passed a milestone [ms]; EMPTY where it did not, or where no step carries it."""
    nowhere = np.full(len(run.stays.arrived), EMPTY, dtype=np.int64)
    return run.milestones.get(milestone, nowhere)


def _refunded(run: Replication) -> Column:
    """When the money of each order went back to the buyer [ms]; EMPTY if it did not.

    That is when the goods came back, or the order was lost, after the money was collected and before the
    seller had it.
    """
    collected, came_back = run.milestones["collected"], _instants(run, "returned")
    lost = np.where(run.stays.fate == LOST, run.log.entities["left"], EMPTY)
    back = np.where(reached(came_back), came_back, lost)
    was_held = reached(collected) & (back >= collected) & ~reached(_instants(run, "remitted"))
    return np.where(was_held, back, EMPTY)


def _weighted(value: Column, times: Column | int) -> int:
    """Σ value · time, exact: money times milliseconds may pass the range of an int64."""
    return int((value.astype(object) * times).sum())


@kpi(
    unit="s",
    better="lower",
    by=ORDERS,
    needs=("ordered", "remitted"),
    stats=DISTRIBUTION,
    vi="Đặt hàng → tiền về",
    en="Order to cash",
    meaning="From ordering to the seller's money, of orders remitted in the window.",
    nghia="Từ lúc đặt tới lúc người bán nhận tiền, của các đơn được trả tiền trong kỳ.",
    source=f"{SCOR}, order to cash",
)
def order_to_cash(run: Replication, of: Stratum) -> Column:
    return between(run, of, "ordered", "remitted")


@kpi(
    unit="VND",
    better="higher",
    by=ORDERS,
    needs=("ordered", "attribute:value"),
    vi="Doanh số",
    en="Sales, gross",
    meaning="Value of the orders placed in the window, whatever became of them.",
    nghia="Giá trị các đơn đặt trong kỳ, bất kể sau đó ra sao.",
    source="usual definition of gross merchandise value",
)
def sales_value(run: Replication, of: Stratum) -> Scalar:
    return _value_of(run, of, run.milestones["ordered"])


@kpi(
    unit="VND",
    better="higher",
    by=ORDERS,
    needs=("delivered", "collected", "attribute:value"),
    vi="Doanh thu thuần",
    en="Sales, net",
    meaning="Value of the orders delivered in the window, less the refunds of it. Not to be mixed with "
    "gross sales.",
    nghia="Giá trị các đơn giao trong kỳ, trừ tiền hoàn trong kỳ. Không trộn với doanh số.",
    source=OURS,
)
def sales_net(run: Replication, of: Stratum) -> Scalar:
    sold, back = _value_of(run, of, run.milestones["delivered"]), _value_of(run, of, _refunded(run))
    return Scalar(sold.part - back.part, sold.n)


@kpi(
    unit="VND",
    better="lower",
    by=ORDERS,
    needs=("collected", "attribute:value"),
    vi="Hoàn tiền",
    en="Refunds",
    meaning="Value of the orders that came back or were lost in the window after their money was collected "
    "and before the seller had it.",
    nghia="Giá trị các đơn bị hoàn hoặc không thành trong kỳ, sau khi đã thu tiền mà người bán chưa nhận.",
    source=OURS,
)
def refund_value(run: Replication, of: Stratum) -> Scalar:
    return _value_of(run, of, _refunded(run))


def _value_of(run: Replication, of: Stratum, instants: Column) -> Scalar:
    """Value of the orders for which something happened in the window."""
    value = run.log.attributes["value"]
    mine = of.entities & run.stays.counted & (value != EMPTY) & run.within(instants)
    return Scalar(int(value[mine].sum()), int(np.count_nonzero(mine)))
