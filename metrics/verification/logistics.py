"""Cases of what is kept, stored and carried: a dock, a stock, a vehicle that takes several."""

from __future__ import annotations

from collections.abc import Sequence

from metrics import theory_networks as theory
from metrics.theory import mg1
from metrics.verification.case import Case, Figure
from metrics.verification.given import moments_of_sum, rate, service
from metrics.verification.queues import DWELL, WAIT, WAITS
from metrics.verification.seen import dwell, mean
from scenarios.resolved import Label, Resolved

AT_ONCE = Label("tỷ lệ có ngay", "share served at once")


def _held(told: Resolved) -> Sequence[Figure]:
    queue = mg1(rate(told), *moments_of_sum(told, "unload", "papers"))
    by = "Pollaczek 1930, Khinchine 1932"
    return (
        Figure(WAIT, queue.wait, "λ·E[S²]/(2(1 − ρ)), S = S₁ + S₂", by, mean(lambda v: v.wait, "dock")),
        Figure(DWELL, queue.sojourn, "λ·E[S²]/(2(1 − ρ)) + s", by, dwell()),
    )


HELD_DOCK = Case(
    "hold",
    Label("Giữ một cầu qua hai khâu, M/G/1, tải 0,6", "A dock held across two steps, M/G/1, load 0.6"),
    """
resources: {docks: {capacity: 1}}
steps:
  dock: {kind: hold, resources: docks}
  unload: {kind: wait, time: {distribution: exponential, mean: 4 min}}
  papers: {kind: wait, time: {mean: 2 min, cv: 0.5}}
  undock: {free: dock}
flows: {truck: {route: [dock, unload, papers, undock], arrivals: {rate: 6 /h}}}
""",
    hourly=6,
    squared_cv=33,
    figures=_held,
)


def _ordered_up(told: Resolved) -> Sequence[Figure]:
    at_once, wait = theory.ordered_up(rate(told, "order"), service(told, "bring"), told.stocks["boxes"].level)
    by = "Palm 1938; Feeney & Sherbrooke 1966"
    return (
        Figure(AT_ONCE, at_once, "Σ_{n < S} p_n, p ~ Poisson(λL)", by, mean(lambda v: v.wait == 0, "fetch")),
        Figure(WAIT, wait, "Σ_{n > S} (n − S)p_n/λ", by, mean(lambda v: v.wait, "fetch")),
    )


ORDERED_UP = Case(
    "stock",
    Label(
        "Kho đặt bù từng thùng, mức 5, hàng về sau 30 phút",
        "A stock ordered up to 5, each order comes in 30 min",
    ),
    """
stocks: {boxes: {level: 5}}
steps:
  both: {kind: parallel, branches: [[fetch], [bring, stock_up]]}
  fetch: {kind: take, stock: boxes, amount: 1}
  bring: {kind: wait, time: {mean: 30 min, cv: 1}}
  stock_up: {kind: put, stock: boxes, amount: 1}
flows: {order: {route: [both], arrivals: {rate: 7 /h}}}
""",
    hourly=7,
    squared_cv=34,
    figures=_ordered_up,
)


def _bulk_any(told: Resolved) -> Sequence[Figure]:
    wait, busy = theory.bulk_any(rate(told, "parcel"), service(told, "ride"), _seats(told))
    by = "Bailey 1954"
    root = "μr^(b+1) − (λ + μ)r + λ = 0"
    return (
        Figure(WAIT, wait, f"p₀r/((1 − r)²λ), {root}", by, mean(lambda v: v.wait, "load")),
        Figure(WAITS, busy, f"p₀/(1 − r), {root}", by, mean(lambda v: v.wait > 0, "load")),
    )


def _seats(told: Resolved) -> int:
    gather = told.steps["load"].gather
    assert gather is not None
    assert gather.most is not None
    return gather.most


BULK_ANY = Case(
    "batch-any",
    Label(
        "Một xe chở tối đa 5, đi ngay khi có người chờ",
        "One lorry for up to 5 that leaves when anybody waits",
    ),
    """
resources: {lorries: {capacity: 1}}
steps:
  load: {kind: gather, number: 1, most: 5, carrier: lorry, resources: lorries}
  ride: {kind: wait, time: {distribution: exponential, mean: 10 min}}
flows:
  parcel: {route: [load], arrivals: {rate: 15 /h}}
  lorry: {route: [ride]}
""",
    hourly=15,
    squared_cv=28,
    figures=_bulk_any,
)


def _bulk_full(told: Resolved) -> Sequence[Figure]:
    wait, _ = theory.bulk_full(rate(told, "parcel"), service(told, "ride"), _seats(told))
    formula = "(b − 1)/(2λ) + σ/(μ(1 − σ)), σ = (λ/(λ + μ(1 − σ)))^b"
    return (Figure(WAIT, wait, formula, "E_b/M/1, Kendall 1953", mean(lambda v: v.wait, "load")),)


BULK_FULL = Case(
    "batch-full",
    Label("Một xe chỉ đi khi đủ 5", "One lorry that leaves with 5 only"),
    """
resources: {lorries: {capacity: 1}}
steps:
  load: {kind: gather, number: 5, most: 5, max_wait: 2 d, carrier: lorry, resources: lorries}
  ride: {kind: wait, time: {distribution: exponential, mean: 10 min}}
flows:
  parcel: {route: [load], arrivals: {rate: 15 /h}}
  lorry: {route: [ride]}
""",
    hourly=15,
    squared_cv=17,
    figures=_bulk_full,
)

LOGISTICS = (HELD_DOCK, ORDERED_UP, BULK_ANY, BULK_FULL)
