"""Indicators of stocks, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from metrics.kpis import measure
from metrics.replication import Replication
from metrics.series import stock_levels
from sim.files import load, save
from sim.run import Run, run
from tests.sim.build import clock
from tests.sim.tell import trucks
from tests.sim.test_story_stocks import shop


def told() -> Run:
    """Two boxes at 0; a0 takes both at 1, a1 waits from 2 to 5, when b0 puts two; the window is 10 ms."""
    scenario = shop({"amount": 2}, 2, 1, 2, puts=trucks(0))
    return run(replace(scenario, clock=clock(10)), 1, engine="reference")


def test_the_indicators_of_a_stock() -> None:
    seen = told()
    values = {
        v.name: (v.value, v.n) for v in measure(Replication(seen.scenario, seen.log)) if "stock" in v.labels
    }
    assert values["stock_level_mean"] == (0.2, 3)  # two boxes for one of ten milliseconds
    assert values["stock_empty_share"] == (0.9, 3)  # what comes at 5 is taken at 5
    assert values["stock_short_share"] == (0.5, 2)


def test_the_level_over_time() -> None:
    seen = told()
    (line,) = stock_levels(Replication(seen.scenario, seen.log), step=1)
    assert list(line.values)[:7] == [2, 0, 0, 0, 0, 0, 0]


def test_a_record_with_stocks_survives_the_disk(tmp_path: Path) -> None:
    log = told().log
    save(log, tmp_path)
    back = load(tmp_path)
    assert back.names == log.names
    assert {n: c.tolist() for n, c in back.stocks["boxes"].items()} == {
        n: c.tolist() for n, c in log.stocks["boxes"].items()
    }
    assert back.visits["amount"].tolist() == log.visits["amount"].tolist()
