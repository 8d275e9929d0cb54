"""What instruments report, held against stays that are known exactly."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from metrics.instruments import Beacons, Observer, SampleStudy, Stays, Survey, measured
from metrics.recorded.log import DAY, HOUR
from platform_api.cli import cli


def luck() -> np.random.Generator:
    return np.random.Generator(np.random.Philox(4))


def stays(hours: float, cv: float, n: int = 20_000, days: int = 20) -> Stays:
    draw = luck()
    arrived = (draw.random(n) * days * DAY).astype(np.int64)
    spread = np.sqrt(np.log1p(cv * cv))
    length = hours * HOUR * np.exp(spread * draw.standard_normal(n) - spread**2 / 2)
    return Stays(arrived, arrived + length.astype(np.int64))


def test_an_observer_who_sees_all_misses_who_stays_overnight() -> None:
    long, short = stays(10, 0.8), stays(0.5, 0.2)
    seen = Observer(seen=1.0).report(long, luck())
    assert seen.max() <= 11 * 3600
    assert seen.mean() < 0.7 * long.stay.mean()
    near = Observer(seen=1.0).report(short, luck())
    assert near.mean() == pytest.approx(short.stay.mean(), rel=0.05)
    assert not (near % 60).any()


def test_drivers_round_and_who_waited_longest_answers_most() -> None:
    of = stays(3, 0.8)
    told = Survey(asked=1.0).report(of, luck())
    assert not (told % 900).any()
    assert told.mean() > 1.08 * of.stay.mean()
    exact = Survey(asked=1.0, answer=0.999999, error=1e-9).report(of, luck())
    assert exact.mean() == pytest.approx(of.stay.mean(), rel=0.01)


def test_beacons_see_less_than_the_stay_by_one_interval_on_average() -> None:
    of = stays(3, 0.5)
    heard = Beacons(fitted=1.0, lost=0.0).report(of, luck())
    assert of.stay.mean() - heard.mean() == pytest.approx(
        600, rel=0.05
    )  # half before the first, half after the last
    lossy = Beacons(fitted=1.0, lost=0.5).report(of, luck())
    assert lossy.mean() < heard.mean() - 900


def test_a_sample_study_is_unbiased_but_days_differ() -> None:
    arrived = (np.arange(2_000) // 100 * DAY + 10 * HOUR).astype(np.int64)
    level = HOUR + (np.arange(2_000) // 100 % 2) * HOUR  # every second day twice as long
    of = Stays(arrived, arrived + level)
    means = [
        SampleStudy(days=6).report(of, np.random.Generator(np.random.Philox(k))).mean() for k in range(50)
    ]
    assert set(means) == {5400.0}
    odd = [SampleStudy(days=1).report(of, np.random.Generator(np.random.Philox(k))).mean() for k in range(50)]
    assert set(odd) == {3600.0, 7200.0}


def test_bias_and_spread_stand_beside_the_truth() -> None:
    of = stays(3, 0.8, n=6_000, days=30)
    told = {each.instrument: each for each in measured(of, 50, 1, 30)}
    assert set(told) == {"observer", "survey", "beacons", "sample"}
    bias, spread = ({name: getattr(each, what) for name, each in told.items()} for what in ("bias", "spread"))
    for name, each in told.items():
        assert each.mean is not None
        assert bias[name] == pytest.approx(each.mean - each.truth)
        assert 0 < each.share < 1
    assert abs(bias["sample"]) < 2 * spread["sample"]
    assert bias["observer"] < -5 * spread["observer"]


def test_who_sees_nobody_reports_no_figure() -> None:
    """Everybody stays overnight: an observer by day knows nobody's whole stay."""
    arrived = np.arange(200) // 10 * DAY + 20 * HOUR
    told = {each.instrument: each for each in measured(Stays(arrived, arrived + 20 * HOUR), 20, 1, 30)}
    observer = told["observer"]
    assert (observer.n, observer.mean, observer.bias, observer.spread) == (0, None, None, None)


@pytest.mark.parametrize("days", [1, 6, 23])
def test_of_a_short_run_a_sample_study_is_not_judged(days: int) -> None:
    """It would see all there is, and seem to be perfect."""
    told = {each.instrument: each for each in measured(stays(3, 0.8, 2_000, days), 20, 1, days)}
    assert told["sample"].needs == 24
    assert told["sample"].mean is None
    assert told["beacons"].needs is None


@pytest.mark.slow
def test_the_command_tells_them() -> None:
    run = CliRunner(env={"CUAKHAU_LANG": None, "COLUMNS": "120"}).invoke
    done = run(cli, ["trs", "instruments", "smart-gate-agv", "--json"])
    assert done.exit_code == 0, done.output
    assert set(json.loads(done.stdout)["flows"]) == {"export", "import"}
    shown = run(cli, ["trs", "instruments", "smart-gate-agv", "--lang", "en"])
    assert "GPS beacons" in shown.stdout


@pytest.mark.slow
def test_the_command_tells_who_saw_nobody_and_what_cannot_be_judged() -> None:
    """Trucks that are there for a week; a window of eight days."""
    run = CliRunner(env={"CUAKHAU_LANG": None, "COLUMNS": "160"}).invoke
    words = ["trs", "instruments", "smart-gate-agv", "--override", "window=8 d", "--override"]
    long = [*words, "steps.lane_in.time=170 h"]
    for more in ([], ["--json"]):
        done = run(cli, [*long, "--lang", "en", *more])
        assert done.exit_code == 0, done.output
    shown = run(cli, [*words, "flows.import.arrivals.demand=50 %", "--lang", "en"]).stdout
    assert "needs a run of 24 days" in shown
