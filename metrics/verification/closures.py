"""A gate that is shut for a while, exactly: here nothing is left to chance.

Trucks come every g, one lane serves each in s < g, and the gate is shut for h at the instant of an arrival.
Truck j = 0, 1, … after the closing waits max(0, h − j·(g − s)): Lindley's recursion, solved. If h/g and
n = h/(g − s) are whole, then the peak of the queue and the time until it is gone are those of the fluid; the
total delay is the fluid's ½·a·h²·c/(c − a) = n·h/2 and h/2 more, since trucks are no fluid:
Σ_{j<n} (h − j·h/n) = (n + 1)·h/2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from metrics.theory import fluid_closure
from metrics.verification.case import ENGINE, SEED
from metrics.verification.judge import Judged
from metrics.verification.seen import MINUTE
from scenarios.library import load_text
from scenarios.resolved import DAY, Arrivals, Label, ListedArrival, Resolved
from sim.log import EventLog
from sim.run import run

NEWELL = "Newell 1982"
PEAK = Label("hàng dài nhất (xe)", "peak of the queue (trucks)")
RECOVERY = Label("hết hàng sau khi mở lại", "queue gone after opening")
DELAY = Label("tổng chờ (xe · phút)", "total delay (truck min)")
DELAYED = Label("số xe phải chờ", "trucks delayed")


@dataclass(frozen=True, slots=True)
class Closure:
    """Every `gap` a truck, `service` each; shut from `closes` for `shut` [min]."""

    name: str
    title: Label
    gap: float
    service: float
    closes: int
    shut: int

    @property
    def opens(self) -> int:
        """When the gate is open again [min after midnight]."""
        return self.closes + self.shut

    def scenario(self) -> Resolved:
        """A day of it."""
        told = load_text(self._written()).resolved
        times = range(0, DAY, round(self.gap * MINUTE))
        day = told.clock.start_utc // DAY
        rows = tuple(ListedArrival(at, day, number) for number, at in enumerate(times))
        truck = replace(told.flows["truck"], arrivals=Arrivals("list", listed=rows))
        return replace(told, flows={"truck": truck})

    def _written(self) -> str:
        title = f"{{vi: '{self.title.vi}', en: '{self.title.en}'}}"
        return f"""
name: {self.name}
title: {title}
question: {title}
time_zone: UTC
start: 2025-03-12 00:00
window: 1 d
horizon: terminating
calendars: {{open: {{weekly: "00:00-{_clock(self.closes)}, {_clock(self.opens)}-24:00"}}}}
resources: {{lane: {{capacity: 1, calendar: open}}}}
steps: {{gate: {{resources: lane, time: {self.service} min}}}}
flows: {{truck: {{route: [gate]}}}}
"""


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _closure(name: str, told: tuple[str, str], gap: float, service: float, closes: int, shut: int) -> Closure:
    return Closure(name, Label(*told), gap, service, closes, shut)


CLOSURES = (
    _closure(
        "closure-90-min",
        ("Đóng cửa 90 phút, đến 60 xe/giờ, qua được 80", "Shut 90 min, 60 an hour come, 80 could pass"),
        1, 0.75, 360, 90,
    ),
    _closure(
        "closure-3-h",
        ("Đóng cửa 3 giờ, đến 30 xe/giờ, qua được 40", "Shut 3 h, 30 an hour come, 40 could pass"),
        2, 1.5, 240, 180,
    ),
    _closure(
        "closure-lunch",
        ("Nghỉ trưa 2 giờ, đến 20 xe/giờ, qua được 30", "Lunch of 2 h, 20 an hour come, 30 could pass"),
        3, 2, 660, 120,
    ),
)  # fmt: skip


def judge_closure(
    closure: Closure, engine: str = ENGINE, cancel: Callable[[], bool] | None = None
) -> list[Judged]:
    """Peak, recovery, number delayed and total delay: the same to the millisecond, or different."""
    fluid = fluid_closure(1 / closure.gap, 1 / closure.service, closure.shut)
    log = run(closure.scenario(), SEED, engine=engine, cancel=cancel).log
    waits = log.visits["started"] - log.visits["joined"]
    late = int(log.visits["joined"][waits > 0].max()) + round(closure.gap * MINUTE)
    return [
        _exact(closure, PEAK, "λh", fluid.peak, _peak(log, closure)),
        _exact(closure, RECOVERY, "λh/(μ − λ)", fluid.recovery, late / MINUTE - closure.opens),
        _exact(closure, DELAYED, "λhμ/(μ − λ)", fluid.delayed, int(np.count_nonzero(waits))),
        _exact(
            closure, DELAY, "λh²μ/(2(μ − λ)) + h/2", fluid.delay + closure.shut / 2, int(waits.sum()) / MINUTE
        ),
    ]


def _exact(closure: Closure, figure: Label, formula: str, expected: float, got: float) -> Judged:
    """Equal to the millisecond: the formula is computed in floating point, so its last digits are cut off."""
    expected = round(expected * MINUTE) / MINUTE
    return Judged(
        closure.name, closure.title, figure, formula, NEWELL, expected, got, got, got, 0.0, None,
        "equal" if got == expected else "different",
    )  # fmt: skip


def _peak(log: EventLog, closure: Closure) -> int:
    """Most trucks in the queue at once, just before an instant's facts."""
    joined, started = np.sort(log.visits["joined"]), np.sort(log.visits["started"])
    before = joined[(joined > closure.closes * MINUTE) & (joined <= closure.opens * MINUTE)]
    lengths = np.searchsorted(joined, before, side="left") - np.searchsorted(started, before, side="left")
    return int(lengths.max())
