"""What time does to perishable goods: a share of each load is lost as its clock runs.

f(age) is 0 up to `fresh`, 1 from `spoilt` on, straight between. The age of a load is what it had when it came
(`age`) and the time since. The tables are the scenario's own, and assumptions nearly everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.declare import Scalar, Stratum, kpi, ratio
from metrics.kpis_costs import rates_of
from metrics.kpis_flow import OURS
from metrics.replication import Replication
from metrics.statistics import Floats
from metrics.strata import GATE_GOODS
from metrics.visits import Mask
from scenarios.resolved import Keeping
from sim.log import Column

OUR_CLOCK = f"{OURS}; the clock of freshness is the scenario's"


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost of the loads of some entities.

    load : all of it [kg] · spoilt : what is lost of it [kg] · value, here : what the loss is worth, and the
    part of it that came about since coming [VND] · n : how many loads
    """

    load: float = 0
    spoilt: float = 0
    value: float = 0
    here: float = 0
    n: int = 0

    def plus(self, other: Loss) -> Loss:
        """Both together."""
        return Loss(
            self.load + other.load,
            self.spoilt + other.spoilt,
            self.value + other.value,
            self.here + other.here,
            self.n + other.n,
        )


def loss(run: Replication, of: Mask, until: Column) -> Loss:
    """What is lost by an instant each [ms] of the loads that the rates tell of."""
    found = Loss()
    for name, kept in rates_of(run).goods.items():
        mine = np.flatnonzero(of & run.attribute("goods", name))
        found = found.plus(_loss(kept, until[mine] - run.stays.arrived[mine]))
    return found


def _loss(kept: Keeping, stays: Column) -> Loss:
    shares = lost_share(kept, kept.age + stays)
    spoilt = kept.load * float(shares.sum())
    before = kept.load * float(lost_share(kept, np.array([kept.age]))[0]) * len(stays)
    price = kept.price
    return Loss(kept.load * len(stays), spoilt, spoilt * price, (spoilt - before) * price, len(stays))


def lost_share(kept: Keeping, age: Column) -> Floats:
    """f(age): which share of a load is lost at an age [ms]."""
    share: Floats = np.clip((age - kept.fresh) / (kept.spoilt - kept.fresh), 0.0, 1.0)
    return share


def _of_crossed(run: Replication, of: Stratum) -> Loss:
    return loss(run, of.entities & run.crossed_in_window, run.stays.crossed)


@kpi(
    unit="ratio",
    better="lower",
    by=GATE_GOODS,
    needs=("rate:goods", "attribute:goods"),
    vi="Hao hụt",
    en="Spoilage",
    meaning="Of the loads that crossed in the window, the share by weight that was spoilt by then: Σ load "
    "· f(age) ÷ Σ load. What was spoilt before coming is in it.",
    nghia="Trong số hàng qua trong kỳ, phần khối lượng đã hỏng lúc qua: Σ khối lượng · f(tuổi) ÷ Σ khối "
    "lượng, gồm cả phần hỏng trước khi đến.",
    source=OUR_CLOCK,
)
def spoilage(run: Replication, of: Stratum) -> Scalar:
    found = _of_crossed(run, of)
    return ratio(found.spoilt, found.load, found.n)


@kpi(
    unit="VND",
    better="lower",
    by=GATE_GOODS,
    needs=("rate:goods", "attribute:goods"),
    vi="Giá trị hao hụt",
    en="Spoilage, value",
    meaning="What was spoilt of the loads that crossed in the window, at the price of fresh ones.",
    nghia="Giá trị phần đã hỏng của hàng qua trong kỳ, theo giá hàng tươi.",
    source=OUR_CLOCK,
)
def spoilage_value(run: Replication, of: Stratum) -> Scalar:
    found = _of_crossed(run, of)
    return Scalar(found.value, found.n)


@kpi(
    unit="VND",
    better="lower",
    by=GATE_GOODS,
    needs=("rate:goods", "attribute:goods"),
    vi="Hỏng tại cửa khẩu",
    en="Spoilt here",
    meaning="The part of that value that was lost between coming and crossing: Σ load · price · (f(age when "
    "crossing) − f(age when coming)).",
    nghia="Phần giá trị mất từ lúc đến tới lúc qua: Σ khối lượng · giá · (f(tuổi lúc qua) − f(tuổi lúc "
    "đến)).",
    source=OUR_CLOCK,
)
def spoilage_here_value(run: Replication, of: Stratum) -> Scalar:
    found = _of_crossed(run, of)
    return Scalar(found.here, found.n)


@kpi(
    unit="VND",
    better="lower",
    by=GATE_GOODS,
    needs=("rate:goods", "attribute:goods"),
    vi="Đã hỏng khi còn chờ",
    en="Spoilt, still inside",
    meaning="The same part of those who were still inside when the window ended, up to then. Read it "
    "beside the other: a gate that lets nobody through spoils nothing of what crosses.",
    nghia="Cũng phần ấy của các đối tượng còn ở lại lúc hết kỳ, tính tới lúc đó. Đọc cùng số trên: cửa khẩu "
    "không cho ai qua thì hàng đã qua không hao hụt gì.",
    source=OUR_CLOCK,
)
def spoilage_inside_value(run: Replication, of: Stratum) -> Scalar:
    end = run.window[1]
    inside = of.entities & run.inside(end)
    found = loss(run, inside, np.full(len(inside), end, dtype=np.int64))
    return Scalar(found.here, found.n)
