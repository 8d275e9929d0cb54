"""What waiting and working cost: money, fuel, carbon dioxide, and how long the line would be.

All rates are the scenario's own (its section `rates`), each with a source or a range: an indicator is as good
as the weakest of them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from metrics.declare import Peak, Scalar, Stratum, kpi, ratio
from metrics.kpis_flow import OURS
from metrics.kpis_places import RESOURCES, area, busy_on_duty, pools, unit_time, visits_there
from metrics.occupancy import clipped
from metrics.replication import Replication
from metrics.strata import GATE, GATE_GOODS
from metrics.visits import Mask, among, reached
from scenarios.resolved import Rates
from sim.log import Column

HOUR = 3_600_000
TFI = "CAREC corridor performance measurement, TFI2 (cost at a border crossing point), in part"
IPCC = "IPCC 2006 Guidelines for National Greenhouse Gas Inventories, fuel × emission factor"


def rates_of(run: Replication) -> Rates:
    """The rates of the scenario; a KPI that needs one is measured only where there are some."""
    assert run.scenario.rates is not None
    return run.scenario.rates


# ---- how long they waited ------------------------------------------------------------------------------
def waits(run: Replication) -> tuple[Column, Column, Column]:
    """(rows, from, to) of every wait on somebody's path [ms].

    Blocked and waiting at any step, and all of the time at the steps that the rates call waiting.
    """
    return run.once_for("waits", make=lambda: _waits(run))


def _waits(run: Replication) -> tuple[Column, Column, Column]:
    visits = run.visits
    counts_whole = _at(run, rates_of(run).waits)
    length = visits.blocked + visits.wait + np.where(counts_whole, visits.service, 0)
    rows = np.flatnonzero(visits.on_path & (length > 0))
    joined = run.log.visits["joined"][rows]
    return rows, joined, joined + length[rows]


def _at(run: Replication, names: Iterable[str]) -> Mask:
    """Which rows of visits are at some steps."""
    steps = run.log.names.steps
    return among(run.log.visits["step"], map(steps.index, names), len(steps))


def waited(run: Replication) -> Column:
    """How long each entity waited in the window [ms]; those still waiting up to its end."""
    return run.once_for("waited", make=lambda: _waited(run))


def _waited(run: Replication) -> Column:
    rows, since, until = waits(run)
    total = np.zeros(len(run.log.entities["flow"]), np.int64)
    np.add.at(total, run.visits.root[rows], clipped(since, until, run.window))
    return total


def _waiting(run: Replication, of: Stratum) -> tuple[int, int]:
    """(how long a stratum waited in the window, summed [ms]; how many of it waited)."""
    times = waited(run)[np.flatnonzero(of.entities & run.stays.counted)]
    return int(times.sum()), int(np.count_nonzero(times))


# ---- money of waiting ----------------------------------------------------------------------------------
@kpi(
    unit="VND",
    better="lower",
    by=GATE_GOODS,
    needs=("rate:waiting_cost",),
    vi="Chi phí chờ",
    en="Cost of waiting",
    meaning="`waiting_cost` · Σ (blocked + wait) within the window, of all who were there, finished or "
    "not; the steps listed under `waits` count whole. Who left earlier because he gave up costs less: read "
    "it beside the lost.",
    nghia="`waiting_cost` · Σ (chờ chỗ trống + chờ phục vụ) trong kỳ của mọi đối tượng, kể cả chưa xong; các "
    "bước kê ở `waits` tính trọn. Ai bỏ về sớm thì tốn ít hơn: đọc cùng số không qua.",
    source=TFI,
)
def waiting_cost(run: Replication, of: Stratum) -> Scalar:
    return _cost_of_waiting(run, of)


def _cost_of_waiting(run: Replication, of: Stratum) -> Scalar:
    times, n = _waiting(run, of)
    return Scalar(times * (rates_of(run).waiting_cost or 0) / HOUR, n)


@kpi(
    unit="VND",
    better="lower",
    by=GATE_GOODS,
    needs=("rate:waiting_cost",),
    vi="Chi phí chờ mỗi lượt",
    en="Waiting cost, each",
    meaning="The cost of waiting within the window over the number of those who crossed (or reached their "
    "end) in it: a ratio of sums, not the mean of their own costs.",
    nghia="Chi phí chờ trong kỳ chia cho số đối tượng qua (hoặc xong) trong kỳ: tỷ số của hai tổng, không "
    "phải bình quân chi phí của từng đối tượng.",
    source=TFI,
)
def waiting_cost_each(run: Replication, of: Stratum) -> Scalar:
    n = int(np.count_nonzero(of.entities & run.crossed_in_window))
    return ratio(_cost_of_waiting(run, of).part, n, n)


# ---- fuel ----------------------------------------------------------------------------------------------
@kpi(
    unit="l",
    better="lower",
    by=GATE_GOODS,
    needs=("rate:fuel",),
    vi="Nhiên liệu khi chờ",
    en="Fuel while waiting",
    meaning="`idling` · `engine_on` · Σ (blocked + wait) within the window, and `cooling` of the goods for "
    "all the time that they were here in it.",
    nghia="`idling` · `engine_on` · Σ (chờ chỗ trống + chờ phục vụ) trong kỳ, cộng `cooling` của hàng lạnh "
    "trong suốt thời gian có mặt trong kỳ.",
    source=OURS,
)
def fuel_waiting(run: Replication, of: Stratum) -> Scalar:
    return _fuel(run, of)


def _fuel(run: Replication, of: Stratum) -> Scalar:
    rates, (times, n) = rates_of(run), _waiting(run, of)
    idle = times * (rates.idling or 0) * rates.engine_on
    cold = sum(time * rates.goods[name].cooling for name, time in _present(run, of).items())
    return Scalar((idle + cold) / HOUR, n)


def _present(run: Replication, of: Stratum) -> dict[str, int]:
    """How long the goods that are told of were here in the window, summed [ms]."""
    stays = run.stays
    gone = np.where(reached(stays.gone), stays.gone, run.log.end)
    here = clipped(stays.arrived, gone, run.window)
    mine = of.entities & stays.counted
    return {name: int(here[mine & run.attribute("goods", name)].sum()) for name in rates_of(run).goods}


@kpi(
    unit="kg",
    better="lower",
    by=GATE_GOODS,
    needs=("rate:fuel", "rate:co2"),
    vi="CO₂ khi chờ",
    en="CO₂ while waiting",
    meaning="The fuel burnt while waiting and for cooling · `co2`.",
    nghia="Nhiên liệu đốt khi chờ và để giữ lạnh · `co2`.",
    source=IPCC,
)
def co2_waiting(run: Replication, of: Stratum) -> Scalar:
    fuel = _fuel(run, of)
    return Scalar(fuel.part * (rates_of(run).co2 or 0), fuel.n)


# ---- the line ------------------------------------------------------------------------------------------
@kpi(
    unit="m",
    better="lower",
    by=GATE,
    needs=("rate:spacing",),
    vi="Hàng xe bình quân",
    en="Mean line",
    meaning="How long the line of those who wait would be, averaged over the time of the window: how many "
    "wait at the steps of `queue` · `spacing` ÷ `lanes`, as if all of them stood on one road. What stands "
    "in yards is not taken off.",
    nghia="Hàng xe chờ dài bao nhiêu, bình quân theo thời gian trong kỳ: số xe chờ ở các bước của `queue` · "
    "`spacing` ÷ `lanes`, như thể tất cả đứng trên một con đường; không trừ xe đã vào bãi.",
    source=OURS,
)
def queue_length_mean(run: Replication, of: Stratum) -> Scalar:
    since, until = _line(run, of)
    standing = int(clipped(since, until, run.window).sum())
    return ratio(standing * _place(run), run.once(run.length), len(since))


@kpi(
    unit="m",
    better="lower",
    by=GATE,
    needs=("rate:spacing",),
    vi="Hàng xe dài nhất",
    en="Longest line",
    meaning="The same at the instant of the window at which it is longest.",
    nghia="Như trên, tại thời điểm dài nhất trong kỳ.",
    source=OURS,
)
def queue_length_max(run: Replication, of: Stratum) -> Peak:
    since, until = _line(run, of)
    return Peak(since, until, len(since), _place(run))


def _place(run: Replication) -> float:
    """What one vehicle adds to the line [m]."""
    rates = rates_of(run)
    return (rates.spacing or 0) / rates.lanes


def _line(run: Replication, of: Stratum) -> tuple[Column, Column]:
    """(from, to) of the waits in the line of a stratum [ms]."""
    rows, since, until = run.once_for("line", make=lambda: _in_line(run))
    mine = (of.entities & run.stays.counted)[run.visits.root[rows]]
    return since[mine], until[mine]


def _in_line(run: Replication) -> tuple[Column, Column, Column]:
    rows, since, until = waits(run)
    there = _at(run, rates_of(run).queue_at or run.log.names.steps)[rows]
    return rows[there], since[there], until[there]


# ---- money of working ----------------------------------------------------------------------------------
@kpi(
    unit="VND",
    by=GATE,
    needs=("rate:fees",),
    vi="Thu phí",
    en="Fees",
    meaning="Σ of the fees of the visits that ended as they should in the window at the steps of `fees`.",
    nghia="Tổng phí của các lượt kết thúc trọn vẹn trong kỳ ở các bước kê trong `fees`.",
    source="fees by vehicle, as stated in the scenario",
)
def fee_revenue(run: Replication, of: Stratum) -> Scalar:
    paid, n = 0, 0
    for step, fee in rates_of(run).fees.items():
        rows = run.rows_at(run.step(step))
        ended = run.visits.fulfilled[rows] & run.within(run.log.visits["ended"][rows])
        payers = int(np.count_nonzero(ended & of.entities[run.visits.root[rows]]))
        paid, n = paid + payers * fee, n + payers
    return Scalar(paid, n)


def _priced(run: Replication, of: Stratum) -> dict[str, int]:
    """The resources of a stratum that cost something, and what an hour of one unit costs [VND]."""
    costs = ((pool, run.scenario.resources[pool].cost_per_hour) for pool in pools(run, of))
    return {pool: cost for pool, cost in costs if cost is not None}


def _cost(run: Replication, of: Stratum, unit_hours: dict[str, int]) -> Scalar:
    """Unit time of each resource [unit · ms] at its cost; not defined where nothing is known to cost."""
    prices = _priced(run, of)
    total = sum(unit_hours[pool] * price for pool, price in prices.items())
    return Scalar(total, visits_there(run, of), run.once(int(bool(prices))), HOUR)


def _beyond(run: Replication, of: Stratum) -> int:
    """Busy unit time beyond the schedule [unit · ms]."""
    return unit_time(run, of, "busy", run.busy) - busy_on_duty(run, of)


def _only(of: Stratum, pool: str) -> Stratum:
    return Stratum("resource", {"resource": pool}, of.entities, pool)


@kpi(
    unit="VND",
    better="lower",
    by=RESOURCES,
    needs=("cost:per_hour",),
    vi="Chi phí nhân lực",
    en="Staff cost",
    meaning="Scheduled unit time · `cost_per_hour`, whether busy or not; overtime is apart.",
    nghia="Thời gian trực theo lịch · `cost_per_hour`, dù bận hay rảnh; làm thêm giờ tính riêng.",
    source=OURS,
)
def staff_cost(run: Replication, of: Stratum) -> Scalar:
    return _cost(run, of, {pool: area(run, run.scheduled(pool)) for pool in _priced(run, of)})


@kpi(
    unit="VND",
    better="lower",
    by=RESOURCES,
    needs=("cost:per_hour", "rate:overtime"),
    vi="Chi phí làm thêm",
    en="Overtime cost",
    meaning="Busy unit time beyond the schedule · `cost_per_hour` · `overtime`.",
    nghia="Thời gian bận vượt quá lịch trực · `cost_per_hour` · `overtime`.",
    source="Bộ luật Lao động 45/2019/QH14 (Labour Code), article 98, for the factor",
)
def overtime_cost(run: Replication, of: Stratum) -> Scalar:
    found = _cost(run, of, {pool: _beyond(run, _only(of, pool)) for pool in _priced(run, of)})
    return Scalar(found.part * (rates_of(run).overtime or 0), found.n, found.whole, found.per)
