"""Where only "done" is logged: how long service takes, how many serve under one name, what is told of it."""

from __future__ import annotations

import heapq

import numpy as np
import pytest

from metrics.fitted.fit import Fitted, fit
from metrics.fitted.written import write
from metrics.recorded.log import DAY, MISSING
from metrics.recorded.read import ZONE
from tests.metrics.fitted.loops import exported, read_rows
from tests.metrics.recorded.test_mending import at

MINUTE = 60_000


def desk(servers: int, mean: float, busy: float, cases: int = 4_000, seed: int = 5) -> list[list[str]]:
    """A gate at which papers are done by so many under one name, first come first served; only ends are
    logged, and when they came to the gate.
    """
    luck = np.random.default_rng(seed)
    came = 19_000 * DAY + np.cumsum(luck.exponential(mean / (servers * busy), cases)).astype(np.int64)
    took = luck.lognormal(0, 0.5, cases)
    took = (took / took.mean() * mean).astype(np.int64)
    free = [0] * servers
    rows = [["case", "activity", "resource", "ended"]]
    for n, (arrived, length) in enumerate(zip(came.tolist(), took.tolist(), strict=True)):
        done = max(arrived, heapq.heappop(free)) + length
        heapq.heappush(free, done)
        rows += [[f"c{n}", "gate", "barrier", at(arrived)], [f"c{n}", "papers", "Phòng giấy tờ", at(done)]]
    return rows


def papers(found: Fitted) -> int:
    return next(s for s in found.steps if found.log.steps[s].key == "papers")


@pytest.mark.parametrize("servers", [1, 2, 5])
def test_a_name_of_one_or_of_several_is_told_by_what_it_does(servers: int) -> None:
    found = fit(read_rows(desk(servers, 8 * MINUTE, 0.7)))
    step = papers(found)
    guess = next(g for g in found.guesses if g.step == step)
    assert (guess.way, guess.servers) == ("officer", servers)
    mean = found.steps[step].time[None].mean
    assert mean.value == pytest.approx(8 * MINUTE, rel=0.05)
    assert mean.low <= 8 * MINUTE <= mean.high
    said = " ".join(doubt.en for doubt in write(found, ZONE).doubts)
    assert (f"serves up to {servers} at once" in said) == (servers > 1)


def test_where_nobody_was_ever_alone_the_range_reaches_up_to_the_whole_visit() -> None:
    """Three serve, and always somebody waits: one who is three times as quick would leave the same log."""
    found = fit(read_rows(desk(3, 8 * MINUTE, 1.3, cases=1_500)))
    step = papers(found)
    guess = next(g for g in found.guesses if g.step == step)
    assert not guess.known
    mean = found.steps[step].time[None].mean
    assert mean.low <= 8 * MINUTE <= mean.high
    assert any("nobody was ever alone" in doubt.en for doubt in write(found, ZONE).doubts)


@pytest.mark.slow
@pytest.mark.parametrize(
    "known", [("resource", "lane"), ("resource",), ()], ids=["officer", "pool", "nobody"]
)
def test_times_of_service_are_within_five_percent_though_only_ends_are_logged(known: tuple[str, ...]) -> None:
    """The gate with desks of one to sixteen, three of them shared by steps."""
    from scenarios import library

    planted = {"window": "11 d", "flows.import.arrivals.demand": "40 %"}
    rows, truth = exported(library.load("smart-gate-agv", planted).resolved, 11)
    kept = ("case", "flow", "step", "activity", "outcome", "ended", *known)
    places = [rows[0].index(name) for name in kept]
    found = fit(read_rows([[row[k] for k in places] for row in rows]))
    seen = 0
    for step, told in found.steps.items():
        code = next(k for k, s in enumerate(truth.steps) if s.key == found.log.steps[step].key)
        true = truth.service[(truth.step == code) & (truth.service != MISSING)]
        if told.time and true.mean() > 0:
            seen += 1
            total = sum(f.mean.value * f.n for f in told.time.values())
            assert total / sum(f.n for f in told.time.values()) == pytest.approx(float(true.mean()), rel=0.05)
    assert seen >= 9
