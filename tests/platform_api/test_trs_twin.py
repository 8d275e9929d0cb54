"""`cuakhau trs`: a log with itself, with its scenario, with a planted delay; the size of the next study."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from metrics.recorded.log import DAY, MISSING, Recorded
from metrics.recorded.replayed import replayed
from metrics.recorded.study import compare, distance, intervals, parts_at
from metrics.sample_size import interval, plan, spread_of
from platform_api.cli import cli
from scenarios import library
from sim.run import run

GATE = "smart-gate-agv"
DAYS = "window=4 d"


def cuakhau(*words: str) -> Result:
    return CliRunner(env={"CUAKHAU_LANG": None, "COLUMNS": "110"}).invoke(cli, list(words))


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUAKHAU_DATA_DIR", str(tmp_path / "data"))


def simulated(seed: int, **overrides: str) -> Recorded:
    scenario = library.load(
        GATE, {"window": "14 d", "flows.import.arrivals.demand": "20 %", **overrides}
    ).resolved
    return replayed(scenario, run(scenario, seed).log)


def parted(first: Recorded, second: Recorded) -> tuple[list[object], object]:
    sides = [intervals(log, log.span[0] + 3 * DAY, log.span[1]) for log in (first, second)]
    found = compare(sides[0], sides[1], {"export": 1, "import": 1})
    return list(found), parts_at(found)


def test_the_distance_is_the_area_between_the_distribution_functions() -> None:
    one, two = np.array([0.0, 10.0, 20.0]), np.array([5.0, 15.0, 25.0])
    assert distance(one, two) == pytest.approx(5.0)
    assert distance(one, one) == 0.0
    assert distance(one, np.array([10.0])) == pytest.approx(20 / 3)


def test_a_log_and_itself_are_no_distance_apart() -> None:
    log = simulated(1)
    found, parts = parted(log, log)
    assert found
    assert all(each.distance == 0 and each.chance == 1.0 for each in found)  # type: ignore[attr-defined]
    assert parts is None


def test_two_runs_of_one_scenario_do_not_part() -> None:
    assert parted(simulated(1), simulated(2))[1] is None


@pytest.mark.parametrize("step", ["papers_out", "unload_here"])
def test_a_planted_delay_is_located(step: str) -> None:
    later = (
        {"steps.papers_out.time.mean": "12 min"}
        if step == "papers_out"
        else {"steps.unload_here.time.mean": "5 h"}
    )
    parts = parted(simulated(1), simulated(2, **later))[1]
    assert parts is not None
    assert (parts.interval.kind, parts.interval.step) == ("work", step)  # type: ignore[attr-defined]
    assert parts.shift > 0  # type: ignore[attr-defined]


@pytest.mark.slow
def test_the_command_says_where_a_log_and_a_scenario_part(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    assert cuakhau("export", GATE, "--seed", "3", "--override", DAYS, "--out", str(log)).exit_code == 0
    same = cuakhau("trs", "compare", str(log), str(log), "--lang", "en")
    assert same.exit_code == 0, same.output
    assert "every distance is 0" in same.stdout
    out = tmp_path / "table.csv"
    done = cuakhau("trs", "compare", str(log), GATE, "--replications", "1", "--json", "--out", str(out))
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert {each["interval"]["kind"] for each in told["apart"]} == {"stay", "wait", "work"}
    assert len(out.read_text(encoding="utf-8").splitlines()) == len(told["apart"]) + 1
    other = cuakhau("trs", "compare", str(log), "soft-atm", "--lang", "en")
    assert other.exit_code == 2
    assert "no step in common" in other.stderr
    lines = log.read_text(encoding="utf-8").splitlines()
    few = tmp_path / "few.csv"
    few.write_text("\n".join(lines[:30]) + "\n", encoding="utf-8")
    told = cuakhau("trs", "compare", str(few), str(few), "--lang", "en")
    assert told.exit_code == 0, told.output
    assert "cannot be compared" in told.stdout
    assert "the same" not in told.stdout
    short = tmp_path / "short.csv"
    kept = [line for line in lines if ",papers_out," not in line]
    assert len(kept) < len(lines)
    short.write_text("\n".join(kept) + "\n", encoding="utf-8")
    told = cuakhau("trs", "compare", str(log), str(short), "--lang", "en")
    assert "is on the first side only" in told.stdout
    flows = tmp_path / "flows.csv"
    renamed = [line.replace(",import,", ",nhap,").replace(",export,", ",xuat,") for line in lines]
    flows.write_text("\n".join(renamed) + "\n", encoding="utf-8")
    other = cuakhau("trs", "compare", str(log), str(flows), "--lang", "en")
    assert other.exit_code == 2
    assert "has no flow called as one of the other side (nhap, xuat)" in other.stderr


# ---- the size of the next study -------------------------------------------------------------------------


def study(
    days: int, a_day: int, luck: np.random.Generator, between: float = 1_200.0
) -> tuple[np.ndarray, np.ndarray]:
    """Stays of a gate whose days differ by 20 min (if not said) and whose trucks by 60 min, skewed."""
    level = 7_200 + between * luck.standard_normal(days)
    stays = np.repeat(level, a_day) + 3_600 * (luck.exponential(1.0, days * a_day) - 1)
    return stays, np.repeat(np.arange(days), a_day)


def test_the_spread_between_and_within_days_is_found() -> None:
    luck = np.random.Generator(np.random.Philox(3))
    spread = spread_of(*study(2_000, 30, luck))
    assert spread.between == pytest.approx(1_200, rel=0.05)
    assert spread.within == pytest.approx(3_600, rel=0.03)


@pytest.mark.parametrize(("wanted", "a_day"), [(600.0, 20), (900.0, 50), (1_200.0, 10)])
def test_the_promised_precision_is_met_in_95_of_100_studies(wanted: float, a_day: int) -> None:
    luck = np.random.Generator(np.random.Philox(11))
    made = plan(spread_of(*study(400, 60, luck)), wanted, a_day)
    assert made is not None
    assert made.half_width <= wanted
    met = [abs(study(made.days, made.a_day, luck)[0].mean() - 7_200) <= made.half_width for _ in range(3_000)]
    assert 0.93 < np.mean(met) < 0.97


@pytest.mark.parametrize(("wanted", "a_day", "between"), [(600.0, 20, 1_200.0), (600.0, 10, 300.0)])
def test_the_promise_is_met_after_a_pilot_of_seven_days_too(
    wanted: float, a_day: int, between: float
) -> None:
    """Over pilots: each makes its own plan, and one study is made by it."""
    luck = np.random.Generator(np.random.Philox(23))
    met = []
    for _ in range(1_500):
        made = plan(spread_of(*study(7, 60, luck, between)), wanted, a_day)
        assert made is not None
        off = abs(study(made.days, made.a_day, luck, between)[0].mean() - 7_200)
        met.append(off <= made.half_width)
    assert 0.93 < np.mean(met) < 0.97


@pytest.mark.slow
def test_the_promise_holds_for_studies_of_a_simulated_gate() -> None:
    scenario = library.load(GATE, {"window": "240 d", "flows.import.arrivals.demand": "5 %"}).resolved
    log = replayed(scenario, run(scenario, 5).log)
    left = log.left
    mine = (log.flow == 0) & (left != MISSING) & (left > log.span[0] + 4 * DAY) & (left < log.span[1] - DAY)
    stay, day = ((left - log.arrived)[mine] / 1000), (left[mine] // DAY)
    known, later = day < np.median(day), day >= np.median(day)
    made = plan(spread_of(stay[known], day[known]), 1_800.0, 40)
    assert made is not None
    luck = np.random.Generator(np.random.Philox(1))
    by_day = [stay[later & (day == d)] for d in np.unique(day[later])]
    truth = float(np.mean([each.mean() for each in by_day]))
    met = []
    for _ in range(2_000):
        days = luck.integers(0, len(by_day), made.days)
        met.append(
            abs(np.mean([luck.choice(by_day[d], made.a_day).mean() for d in days]) - truth) <= made.half_width
        )
    assert 0.93 < np.mean(met) < 0.97


def test_a_study_reports_its_own_interval() -> None:
    luck = np.random.Generator(np.random.Philox(7))
    inside = []
    for _ in range(1_000):
        mean, half = interval(*study(8, 20, luck))
        inside.append(abs(mean - 7_200) <= half)
    assert 0.93 < np.mean(inside) < 0.97


def test_wrong_plans_are_told_with_a_remedy(tmp_path: Path) -> None:
    log = tmp_path / "so.csv"
    log.write_text("case,activity,time\n1,a,2025-03-01 08:00\n2,a,2025-03-01 09:00\n", encoding="utf-8")
    for words, said in (
        (("--precision", "soon"), "--precision '10 min'"),
        (("--precision", "5 min"), "more days"),
    ):
        done = cuakhau("trs", "plan", str(log), *words, "--lang", "en")
        assert done.exit_code == 2
        assert said in done.stderr
