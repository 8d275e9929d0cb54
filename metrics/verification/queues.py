"""Cases of one desk: Poisson arrivals, exponential or other service, loss, impatience, balking."""

from __future__ import annotations

from collections.abc import Sequence

from metrics import theory
from metrics.verification.case import Case, Figure
from metrics.verification.given import moments, patience, rate, servers, service
from metrics.verification.seen import Of, mean
from scenarios.resolved import CERTAIN, Label, Resolved

WAIT = Label("chờ", "wait")
DWELL = Label("thời gian trong hệ thống", "time in the system")
SOJOURN = Label("chờ và phục vụ", "wait and service")
WAITS = Label("tỷ lệ phải chờ", "share that waits")
LOST = Label("tỷ lệ mất", "share lost")
BUSY = Label("hệ số sử dụng", "utilisation")

ERLANG = "Erlang 1917"
GROSS = "Gross et al., Fundamentals of Queueing Theory"


def beyond(minutes: float) -> Label:
    """The label of a tail."""
    return Label(f"tỷ lệ chờ quá {minutes:g} phút", f"share that waits over {minutes:g} min")


def _over(minutes: float) -> Of:
    return mean(lambda v: v.wait > minutes)


def _mmc(told: Resolved) -> Sequence[Figure]:
    lam, s, c = rate(told), service(told), servers(told)
    queue, tail = theory.mmc(lam, s, c), round(2 * s / c)
    over = theory.mmc_wait_beyond(tail, lam, s, c)
    return (
        Figure(WAIT, queue.wait, "C·s/(c − a)", ERLANG, mean(lambda v: v.wait)),
        Figure(SOJOURN, queue.sojourn, "C·s/(c − a) + s", ERLANG, mean(lambda v: v.sojourn)),
        Figure(WAITS, queue.waits, "C(c, a)", ERLANG, mean(lambda v: v.wait > 0)),
        Figure(beyond(tail), over, "C·exp(−(c − a)·t/s)", ERLANG, _over(tail)),
    )


MM1 = Case(
    "mm1",
    Label("M/M/1, tải 0,6", "M/M/1, load 0.6"),
    """
resources: {clerk: {capacity: 1}}
steps: {desk: {resources: clerk, time: {distribution: exponential, mean: 6 min}}}
flows: {truck: {route: [desk], arrivals: {rate: 6 /h}}}
""",
    hourly=6,
    squared_cv=40,
    figures=_mmc,
)

MM3 = Case(
    "mm3",
    Label("M/M/3, tải 0,7", "M/M/3, load 0.7"),
    """
resources: {clerk: {capacity: 3}}
steps: {desk: {resources: clerk, time: {distribution: exponential, mean: 6 min}}}
flows: {truck: {route: [desk], arrivals: {rate: 21 /h}}}
""",
    hourly=21,
    squared_cv=110,
    figures=_mmc,
)


def _md1(told: Resolved) -> Sequence[Figure]:
    lam, s = rate(told), service(told)
    queue = theory.mg1(lam, s, s * s)
    over = {t: 1 - theory.md1_wait_cdf(t, lam, s) for t in (s, 2 * s)}
    return (
        Figure(
            WAIT, queue.wait, "λ·E[S²]/(2(1 − ρ))", "Pollaczek 1930, Khinchine 1932", mean(lambda v: v.wait)
        ),
        Figure(WAITS, queue.waits, "ρ", GROSS, mean(lambda v: v.wait > 0)),
        *(
            Figure(beyond(t), p, "1 − (1 − ρ)·Σ x^k·e^(−x)/k!, x = λ(kD − t)", "Crommelin 1932", _over(t))
            for t, p in over.items()
        ),
    )


MD1 = Case(
    "md1",
    Label("M/D/1, tải 0,75", "M/D/1, load 0.75"),
    """
resources: {clerk: {capacity: 1}}
steps: {desk: {resources: clerk, time: 3 min}}
flows: {truck: {route: [desk], arrivals: {rate: 15 /h}}}
""",
    hourly=15,
    squared_cv=36,
    figures=_md1,
)


def _mg1(told: Resolved) -> Sequence[Figure]:
    queue = theory.mg1(rate(told), *moments(told))
    by = "Pollaczek 1930, Khinchine 1932"
    return (
        Figure(WAIT, queue.wait, "λ·E[S²]/(2(1 − ρ))", by, mean(lambda v: v.wait)),
        Figure(SOJOURN, queue.sojourn, "λ·E[S²]/(2(1 − ρ)) + s", by, mean(lambda v: v.sojourn)),
        Figure(WAITS, queue.waits, "ρ", GROSS, mean(lambda v: v.wait > 0)),
    )


MG1 = Case(
    "mg1-lognormal",
    Label("M/G/1, phục vụ loga chuẩn (cv 1), tải 0,5", "M/G/1, lognormal service (cv 1), load 0.5"),
    """
resources: {clerk: {capacity: 1}}
steps: {desk: {resources: clerk, time: {mean: 5 min, cv: 1}}}
flows: {truck: {route: [desk], arrivals: {rate: 6 /h}}}
""",
    hourly=6,
    squared_cv=44,
    figures=_mg1,
)

MG1_TWO = Case(
    "mg1-two-values",
    Label("M/G/1, phục vụ 1 hoặc 11 phút, tải 0,5", "M/G/1, service of 1 or 11 min, load 0.5"),
    """
resources: {clerk: {capacity: 1}}
steps: {desk: {resources: clerk, time: {values: [1 min, 11 min], shares: [80 %, 20 %]}}}
flows: {truck: {route: [desk], arrivals: {rate: 10 /h}}}
""",
    hourly=10,
    squared_cv=36,
    figures=_mg1,
)


def _mmck(told: Resolved) -> Sequence[Figure]:
    room = told.steps["desk"].room
    assert room is not None
    queue = theory.mmck(rate(told), service(told), servers(told), room)
    return (
        Figure(LOST, queue.lost, "p_K, p_n ∝ λ^n/Π min(j, c)μ", GROSS, mean(lambda v: v.lost)),
        Figure(WAIT, queue.wait, "Lq/(λ(1 − p_K))", GROSS, mean(lambda v: v.wait[v.started])),
        Figure(SOJOURN, queue.sojourn, "L/(λ(1 − p_K))", GROSS, mean(lambda v: v.sojourn[v.started])),
        Figure(
            WAITS, queue.waits, "Σ_{c ≤ n < K} p_n/(1 − p_K)", GROSS, mean(lambda v: v.wait[v.started] > 0)
        ),
    )


MMCK = Case(
    "mmck",
    Label("M/M/3/6, 30 lượt/giờ, 5 phút", "M/M/3/6, 30 an hour, 5 min"),
    """
resources: {clerk: {capacity: 3}}
steps:
  desk: {resources: clerk, time: {distribution: exponential, mean: 5 min}, room: 6, full_to: away}
  away: {kind: end, outcome: turned_back}
flows: {truck: {route: [desk], arrivals: {rate: 30 /h}}}
""",
    hourly=30,
    squared_cv=31,
    figures=_mmck,
)


def _erlang_b(told: Resolved) -> Sequence[Figure]:
    offered = rate(told) * service(told)
    lost = theory.erlang_b(offered, servers(told))
    busy = offered * (1 - lost) / servers(told)
    work = rate(told) / servers(told)
    return (
        Figure(LOST, lost, "B ← aB/(k + aB)", ERLANG, mean(lambda v: v.lost)),
        Figure(BUSY, busy, "a(1 − B)/c", ERLANG, mean(lambda v: work * v.sojourn)),
    )


ERLANG_B = Case(
    "erlang-b",
    Label("Erlang B, 12 chỗ, phục vụ loga chuẩn", "Erlang B, 12 places, lognormal service"),
    """
resources: {clerk: {capacity: 12}}
steps:
  desk: {resources: clerk, time: {mean: 15 min, cv: 1}, room: 12, full_to: away}
  away: {kind: end, outcome: turned_back}
flows: {truck: {route: [desk], arrivals: {rate: 42 /h}}}
""",
    hourly=42,
    squared_cv=26,
    figures=_erlang_b,
)


def _erlang_a(told: Resolved) -> Sequence[Figure]:
    queue = theory.erlang_a(rate(told), service(told), servers(told), patience(told))
    by = "Palm 1957; Garnett, Mandelbaum & Reiman 2002"
    work = rate(told) / servers(told)
    return (
        Figure(WAIT, queue.wait, "Lq/λ", by, mean(lambda v: v.wait)),
        Figure(LOST, queue.lost, "θ·Lq/λ", by, mean(lambda v: v.lost)),
        Figure(WAITS, queue.waits, "Σ_{n ≥ c} p_n", by, mean(lambda v: v.wait > 0)),
        Figure(BUSY, queue.utilisation, "(L − Lq)/c", by, mean(lambda v: work * (v.sojourn - v.wait))),
    )


ERLANG_A = Case(
    "erlang-a",
    Label("Erlang A, 4 bàn, kiên nhẫn 20 phút", "Erlang A, 4 servers, patience of 20 min"),
    """
resources: {clerk: {capacity: 4}}
steps:
  desk:
    resources: clerk
    time: {distribution: exponential, mean: 6 min}
    patience: {time: {distribution: exponential, mean: 20 min}}
flows: {truck: {route: [desk], arrivals: {rate: 40 /h}}}
""",
    hourly=40,
    squared_cv=27,
    figures=_erlang_a,
)


def _reluctant(told: Resolved) -> Sequence[Figure]:
    balking = told.steps["desk"].balking
    assert balking is not None

    def joins(waiting: int) -> float:
        reached = [share for at, share in balking.chances if at <= waiting]
        return 1 - (reached[-1] / CERTAIN if reached else 0)

    queue = theory.reluctant(rate(told), service(told), servers(told), joins)
    by, formula = "Haight 1957", "p_n ∝ Π λ(1 − b_j)/min(j, c)μ"
    return (
        Figure(LOST, queue.lost, f"Σ b_n·p_n, {formula}", by, mean(lambda v: v.lost)),
        Figure(WAIT, queue.wait, f"Lq/(λ(1 − Σ b_n·p_n)), {formula}", by, mean(lambda v: v.wait[v.started])),
        Figure(WAITS, queue.waits, formula, by, mean(lambda v: v.wait[v.started] > 0)),
    )


RELUCTANT = Case(
    "balking",
    Label("Ngại hàng dài, M/M/2, tải 0,9", "Balking, M/M/2, load 0.9"),
    """
resources: {clerk: {capacity: 2}}
steps:
  desk:
    resources: clerk
    time: {distribution: exponential, mean: 6 min}
    balk: {chances: {1: 20 %, 3: 50 %, 6: 100 %}}
flows: {truck: {route: [desk], arrivals: {rate: 18 /h}}}
""",
    hourly=18,
    squared_cv=20,
    figures=_reluctant,
)

QUEUES = (MM1, MM3, MD1, MG1, MG1_TWO, MMCK, ERLANG_B, ERLANG_A, RELUCTANT)
