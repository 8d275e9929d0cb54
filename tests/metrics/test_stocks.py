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


def test_what_is_got_of_what_was_wanted() -> None:
    """Two boxes: a0 wants two and gets them, a1 wants two and finds none until b0 brings them."""
    values = {
        v.name: v.value for v in measure(Replication(told().scenario, told().log)) if "stock" in v.labels
    }
    assert values["fill_rate"] == 1
    assert values["refused_share"] == 0


def test_who_is_sent_away_or_gets_nothing_was_refused() -> None:
    """Three come for two boxes each; there are three: two, one of two, none."""
    scenario = shop({"amount": 2, "partial": True}, 3, 1, 2, 3)
    seen = run(scenario, 1, engine="reference")
    values = {v.name: v.value for v in measure(Replication(seen.scenario, seen.log)) if "stock" in v.labels}
    assert values["fill_rate"] == 3 / 6
    assert values["refused_share"] == 1 / 3
