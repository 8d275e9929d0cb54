"""Cases of several desks: a Jackson network, desks in a row that block each other, fork and join."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from metrics import theory_networks as theory
from metrics.theory import mmc_wait_beyond
from metrics.theory_networks import Row, Station
from metrics.verification.case import Case, Figure
from metrics.verification.given import rate, servers, service
from metrics.verification.queues import DWELL, SOJOURN
from metrics.verification.seen import Seen, dwell, mean
from scenarios.resolved import CERTAIN, Label, Resolved

HELD = Label("bị chặn sau khi xong khâu đầu", "blocked after the first step")
APART = Label("khoảng cách giữa hai xe ra", "time between two departures")


JACKSON_BY = "Jackson 1957"
HUNT = "Hunt 1956"


def at(step: str, label: Label) -> Label:
    """A figure of one step."""
    return Label(f"{label.vi} ở {step}", f"{label.en} at {step}")


def _jackson(told: Resolved) -> Sequence[Figure]:
    again = told.mixes[_shares(told)].upto[0] / CERTAIN
    ways = {"pack": {"check": 1.0}, "check": {"pack": again, "dispatch": 1 - again}, "dispatch": {}}
    stations = {
        step: Station(service(told, step), servers(told, f"{step}ers"), to) for step, to in ways.items()
    }
    queues, inside = theory.jackson({"pack": rate(told, "order")}, stations)
    return (
        Figure(DWELL, inside, "Σ L_i/γ, λ = γ + Pᵀλ", JACKSON_BY, dwell()),
        *(
            Figure(
                at(step, SOJOURN), queue.sojourn, "M/M/c, λ_i", JACKSON_BY, mean(lambda v: v.sojourn, step)
            )
            for step, queue in queues.items()
        ),
    )


def _shares(told: Resolved) -> str:
    shares = told.steps["again"].shares
    assert isinstance(shares, str)
    return shares


JACKSON = Case(
    "jackson",
    Label(
        "Mạng Jackson: đóng gói, kiểm (20 % làm lại), giao",
        "Jackson network: pack, check (20 % again), dispatch",
    ),
    """
resources: {packers: {capacity: 2}, checkers: {capacity: 1}, dispatchers: {capacity: 3}}
steps:
  pack: {resources: packers, time: {distribution: exponential, mean: 2.4 min}}
  check: {resources: checkers, time: {distribution: exponential, mean: 1.5 min}}
  again: {kind: choose, shares: {back: 20 %, on: 80 %}, options: {back: pack, on: next}}
  dispatch: {resources: dispatchers, time: {distribution: exponential, mean: 5 min}}
flows: {order: {route: [pack, check, again, dispatch], arrivals: {rate: 20 /h}}}
""",
    hourly=20,
    squared_cv=22,
    figures=_jackson,
)


# ---- desks in a row, the first of which always has work
MIDDLE = 0.01
"""Share of departures at the beginning (the row fills) and at the end (its first desk runs dry) that are not
counted."""


def _apart(step: str) -> Callable[[Seen], float]:
    """Mean time between departures while the first desk has work [min]."""

    def of(told: Seen) -> float:
        out = told.departures(step)
        cut = int(MIDDLE * len(out)) + 10
        return float(out[-cut] - out[cut]) / (len(out) - 2 * cut) / 60_000

    return of


def _row(told: Resolved) -> Row:
    steps = list(told.steps)
    rooms = [told.steps[step].room for step in steps[1:]]
    return Row(tuple(service(told, step) for step in steps), tuple(room for room in rooms if room))


def _saturated(formula: str) -> Callable[[Resolved], Sequence[Figure]]:
    def figures(told: Resolved) -> Sequence[Figure]:
        apart = 1 / theory.saturated_row(_row(told))
        return (Figure(APART, apart, formula, HUNT, _apart(list(told.steps)[-1])),)

    return figures


SATURATED_2 = Case(
    "tandem-2",
    Label(
        "Hai bàn nối tiếp, 1 chỗ chờ giữa, xe luôn sẵn", "Two desks in a row, 1 place between, always work"
    ),
    """
resources: {a: {capacity: 1}, b: {capacity: 1}}
steps:
  first: {resources: a, time: {distribution: exponential, mean: 5 min}}
  second: {resources: b, time: {distribution: exponential, mean: 5 min}, room: 2}
flows: {truck: {route: [first, second], backlog: {count: ENTITIES, at: first, age: 0 s}}}
""",
    hourly=9,
    squared_cv=0.7,
    figures=_saturated("s·(b + 3)/(b + 2)"),
)

SATURATED_3 = Case(
    "tandem-3",
    Label(
        "Ba bàn nối tiếp, không chỗ chờ giữa, xe luôn sẵn",
        "Three desks in a row, no place between, always work",
    ),
    """
resources: {a: {capacity: 1}, b: {capacity: 1}, c: {capacity: 1}}
steps:
  first: {resources: a, time: {distribution: exponential, mean: 5 min}}
  second: {resources: b, time: {distribution: exponential, mean: 5 min}, room: 1}
  third: {resources: c, time: {distribution: exponential, mean: 5 min}, room: 1}
flows: {truck: {route: [first, second, third], backlog: {count: ENTITIES, at: first, age: 0 s}}}
""",
    hourly=6.8,
    squared_cv=0.5,
    figures=_saturated("s·39/22"),
)


def _open_row(told: Resolved) -> Sequence[Figure]:
    inside, held = theory.open_row(rate(told), _row(told))
    formula = "π·Q = 0, (n₁, n₂, bị chặn · blocked)"
    return (
        Figure(DWELL, inside, f"L/λ, {formula}", HUNT, dwell()),
        Figure(HELD, held, f"P/λ, {formula}", HUNT, mean(lambda v: v.held, "first")),
    )


OPEN_ROW = Case(
    "tandem-open",
    Label(
        "Hai bàn nối tiếp, 1 chỗ chờ giữa, xe đến Poisson",
        "Two desks in a row, 1 place between, Poisson arrivals",
    ),
    """
resources: {a: {capacity: 1}, b: {capacity: 1}}
steps:
  first: {resources: a, time: {distribution: exponential, mean: 5 min}}
  second: {resources: b, time: {distribution: exponential, mean: 6 min}, room: 2}
flows: {truck: {route: [first, second], arrivals: {rate: 6 /h}}}
""",
    hourly=6,
    squared_cv=23,
    figures=_open_row,
)


def _fork_join(told: Resolved) -> Sequence[Figure]:
    lam, s = rate(told), service(told, "left")
    over = mmc_wait_beyond(s, lam, s, 1)
    by = "Flatto & Hahn 1984; Nelson & Tantawi 1988"
    return (
        Figure(DWELL, theory.fork_join_two(lam, s), "(12 − ρ)/8 · s/(1 − ρ)", by, dwell()),
        Figure(
            Label("tỷ lệ chờ quá 5 phút ở một nhánh", "share that waits over 5 min in a branch"),
            over, "ρ·exp(−(1 − ρ)t/s)", "Erlang 1917", mean(lambda v: v.wait > s, "right"),
        ),
    )  # fmt: skip


FORK_JOIN = Case(
    "fork-join",
    Label("Tách hai nhánh rồi hợp, tải 0,6", "Fork into two branches and join, load 0.6"),
    """
resources: {a: {capacity: 1}, b: {capacity: 1}}
steps:
  both: {kind: parallel, branches: [[left], [right]]}
  left: {resources: a, time: {distribution: exponential, mean: 5 min}}
  right: {resources: b, time: {distribution: exponential, mean: 5 min}}
flows: {truck: {route: [both], arrivals: {rate: 7.2 /h}}}
""",
    hourly=7.2,
    squared_cv=12,
    figures=_fork_join,
)


def _shorter(told: Resolved) -> Sequence[Figure]:
    inside = theory.shorter_of_two(rate(told), service(told, "left"))
    return (Figure(DWELL, inside, "L/λ, π·Q = 0, (n₁, n₂)", "Haight 1958", dwell()),)


SHORTER = Case(
    "shortest-queue",
    Label("Hai hàng, vào hàng ngắn hơn, tải 0,7", "Two queues, the shorter is joined, load 0.7"),
    """
resources: {a: {capacity: 1}, b: {capacity: 1}}
steps:
  lane: {kind: choose, shortest: true, options: {left: left, right: right}}
  left: {resources: a, time: {distribution: exponential, mean: 6 min}, next: gone}
  right: {resources: b, time: {distribution: exponential, mean: 6 min}, next: gone}
  gone: {kind: end}
flows: {truck: {route: [lane, gone], arrivals: {rate: 14 /h}}}
""",
    hourly=14,
    squared_cv=26,
    figures=_shorter,
)

NETWORKS = (JACKSON, SATURATED_2, SATURATED_3, OPEN_ROW, FORK_JOIN, SHORTER)
