"""Cases of classes with priorities at one desk, without and with interruption."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metrics import theory
from metrics.verification.case import Case, Figure
from metrics.verification.given import classes, rates, servers, service
from metrics.verification.queues import DWELL, WAIT, beyond
from metrics.verification.seen import dwell, mean
from scenarios.resolved import Label, Resolved

LONGER = Label("tỷ lệ ở lại quá hai lần phục vụ", "share that stays over twice the mean service")
CONWAY = "Conway, Maxwell & Miller 1967"


def of_class(label: Label, number: int) -> Label:
    return Label(f"{label.vi}, ưu tiên {number}", f"{label.en}, priority {number}")


def _cobham(told: Resolved) -> Sequence[Figure]:
    waits = theory.cobham(classes(told))
    return tuple(
        Figure(
            of_class(WAIT, n + 1), wait, "W₀/((1 − σ_{k−1})(1 − σ_k)), W₀ = Σ λE[S²]/2", "Cobham 1954",
            mean(lambda v: v.wait, flow=flow),
        )
        for n, (flow, wait) in enumerate(zip(told.flows, waits, strict=True))
    )  # fmt: skip


COBHAM = Case(
    "priority-mg1",
    Label("Ưu tiên không ngắt, M/G/1, ba hạng", "Priority without interruption, M/G/1, three classes"),
    """
resources: {clerk: {capacity: 1}}
steps:
  desk:
    resources: clerk
    time:
      by: kind
      urgent: {distribution: exponential, mean: 3 min}
      usual: 5 min
      other: {distribution: erlang, mean: 6 min, stages: 2}
flows:
  urgent: {route: [desk], priority: 0, attributes: {kind: urgent}, arrivals: {rate: 2 /h}}
  usual: {route: [desk], priority: 1, attributes: {kind: usual}, arrivals: {rate: 2 /h}}
  other: {route: [desk], priority: 2, attributes: {kind: other}, arrivals: {rate: 3 /h}}
""",
    hourly=7,
    squared_cv=41,
    figures=_cobham,
)


def _cobham_mmc(told: Resolved) -> Sequence[Figure]:
    lam, s, c = rates(told), service(told), servers(told)
    waits = theory.cobham_mmc(lam, s, c)
    first = next(iter(told.flows))
    over = theory.cobham_mmc_first_beyond(2.0, lam, s, c)
    formula = "(C·s/c)/((1 − σ_{k−1})(1 − σ_k))"
    return (
        *(
            Figure(of_class(WAIT, n + 1), wait, formula, "Cobham 1954", mean(lambda v: v.wait, flow=flow))
            for n, (flow, wait) in enumerate(zip(told.flows, waits, strict=True))
        ),
        Figure(
            of_class(beyond(2), 1), over, "C·exp(−(c/s − λ₁)t)", "Davis 1966",
            mean(lambda v: v.wait > 2, flow=first),
        ),
    )  # fmt: skip


COBHAM_3 = Case(
    "priority-mm3",
    Label("Ưu tiên không ngắt, M/M/3, hai hạng", "Priority without interruption, M/M/3, two classes"),
    """
resources: {clerk: {capacity: 3}}
steps: {desk: {resources: clerk, time: {distribution: exponential, mean: 6 min}}}
flows:
  urgent: {route: [desk], priority: 0, arrivals: {rate: 8 /h}}
  other: {route: [desk], priority: 1, arrivals: {rate: 11 /h}}
""",
    hourly=19,
    squared_cv=120,
    figures=_cobham_mmc,
)


def _preemptive(told: Resolved) -> Sequence[Figure]:
    listed = classes(told)
    sojourns = theory.preemptive_resume(listed)
    first, s = next(iter(told.flows)), listed[0].mean
    alone = math.exp(-(1 / s - listed[0].rate) * 2 * s)
    formula = "s_k/(1 − σ_{k−1}) + Σ_{i ≤ k} λ_iE[S_i²]/2/((1 − σ_{k−1})(1 − σ_k))"
    return (
        *(
            Figure(of_class(DWELL, n + 1), sojourn, formula, CONWAY, dwell(flow=flow))
            for n, (flow, sojourn) in enumerate(zip(told.flows, sojourns, strict=True))
        ),
        Figure(
            of_class(LONGER, 1), alone, "exp(−(1/s − λ₁)t)", CONWAY,
            dwell(lambda time: time > 2 * s, first),
        ),
    )  # fmt: skip


PREEMPTIVE = Case(
    "preemption",
    Label(
        "Ưu tiên có ngắt, làm tiếp, M/G/1, hai hạng", "Priority with pre-emption, resumed, M/G/1, two classes"
    ),
    """
resources: {clerk: {capacity: 1, preempt: priority}}
steps:
  desk:
    resources: clerk
    on_preempt: resume
    time:
      by: kind
      urgent: {distribution: exponential, mean: 3 min}
      other: {distribution: erlang, mean: 6 min, stages: 2}
flows:
  urgent: {route: [desk], priority: 0, attributes: {kind: urgent}, arrivals: {rate: 5 /h}}
  other: {route: [desk], priority: 1, attributes: {kind: other}, arrivals: {rate: 3 /h}}
""",
    hourly=8,
    squared_cv=13,
    figures=_preemptive,
)

PRIORITIES = (COBHAM, COBHAM_3, PREEMPTIVE)
