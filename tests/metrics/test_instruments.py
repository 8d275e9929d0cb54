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
    of = stays(3, 0.8, n=4_000)
    told = {each.instrument: each for each in measured(of, 50, 1)}
    assert set(told) == {"observer", "survey", "beacons", "sample"}
    for each in told.values():
        assert each.bias == pytest.approx(each.mean - each.truth)
        assert 0 < each.share < 1
    assert abs(told["sample"].bias) < 2 * told["sample"].spread
    assert told["observer"].bias < -5 * told["observer"].spread


@pytest.mark.slow
def test_the_command_tells_them() -> None:
    run = CliRunner(env={"CUAKHAU_LANG": None, "COLUMNS": "120"}).invoke
    done = run(cli, ["trs", "instruments", "smart-gate-agv", "--json"])
    assert done.exit_code == 0, done.output
    assert set(json.loads(done.stdout)["flows"]) == {"export", "import"}
    shown = run(cli, ["trs", "instruments", "smart-gate-agv", "--lang", "en"])
    assert "GPS beacons" in shown.stdout
