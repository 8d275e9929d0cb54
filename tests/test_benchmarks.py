"""What stands in `benchmarks/` still runs, and says what the documentation quotes from it."""

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks.natural import QUICK, timed
from benchmarks.peers import ciw_gate, simpy_gate
from benchmarks.peers.plan import GAP, QUARANTINE, RED, STATIONS, YELLOW
from metrics.theory import table_moments
from scenarios.library import load
from scenarios.resolved import ARRIVAL_UNIT, CERTAIN, Mix

ROOT = Path(__file__).parents[1]
MINUTE = 60_000  # [ms]


@pytest.mark.slow
def test_the_checks_of_the_fit_tell_lead_in_and_the_single_unknown() -> None:
    words = ["benchmarks/fit_lang_son.py", "--checks", "--replications", "1", "--steps", "1", "--fruit", "33"]
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, check=False, capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stderr
    first, second, single = done.stdout.splitlines()
    five, eight = (float(re.findall(r"d: ([\d.]+) waiting", line)[0]) for line in (first, second))
    assert eight == pytest.approx(five, abs=15)
    fruit, closing = (float(n) for n in re.findall(r"([\d.]+) of ([\d.]+) with fruit", single)[0])
    assert fruit / closing > 255 / 335 + 0.05  # more than the bulletin has: one unknown is not enough


def test_the_programs_that_are_compared_simulate_the_gate_of_the_file() -> None:
    """Servers, services, shares and arrivals as in gate.yaml."""
    gate = load(ROOT / "benchmarks" / "gate.yaml").resolved
    works = [name for name, step in gate.steps.items() if step.kind == "work"]
    assert works == list(STATIONS)
    for name, station in STATIONS.items():
        ((pool, units),) = gate.steps[name].needs[0].any_of
        assert (gate.resources[pool].shifts[0].units, units) == (station.servers, 1)
        mean, square, _ = table_moments(gate.tables[str(gate.steps[name].time)])
        assert mean / MINUTE == pytest.approx(station.mean, rel=1e-6)
        assert (square / mean**2 - 1) ** 0.5 == pytest.approx(station.cv or 1.0, rel=1e-3)
    assert (shares(gate.mixes, "yellow"), shares(gate.mixes, "red")) == pytest.approx((YELLOW, RED))
    assert shares(gate.mixes, "needed") == pytest.approx(QUARANTINE)
    days = gate.flows["truck"].arrivals.days
    assert days is not None
    assert days.shapes[0][-1] / ARRIVAL_UNIT == pytest.approx(24 * 60 / GAP)


def shares(mixes: dict[str, Mix], value: str) -> float:
    """The share of a value in the mix that has it."""
    (mix,) = [mix for mix in mixes.values() if value in mix.values]
    at = mix.values.index(value)
    return (mix.upto[at] - (mix.upto[at - 1] if at else 0)) / CERTAIN


def test_the_c_program_has_the_same_plan() -> None:
    source = (ROOT / "benchmarks" / "peers" / "gate.c").read_text(encoding="utf-8")
    rows = re.findall(r'\{"(\w+)", (\d+), ([\d.]+), ([\d.]+)', source)
    assert {name: (int(units), float(mean), float(cv)) for name, units, mean, cv in rows} == {
        name: (station.servers, station.mean, station.cv or 0.0) for name, station in STATIONS.items()
    }
    assert f"GAP = {GAP}" in source


@pytest.mark.slow
@pytest.mark.parametrize("program", [simpy_gate, ciw_gate])
def test_a_peer_tells_what_is_asked(program: ModuleType) -> None:
    told = program.run(2000, 1)
    assert told.completed == 2000
    assert told.mean == pytest.approx(44, rel=0.1)
    assert told.p95 > 1.5 * told.mean
    assert all(0 < wait < 15 for wait in told.waits.values())


@pytest.mark.long
def test_each_further_hour_saves_less_for_an_officer_hour() -> None:
    from benchmarks.hours import told

    found = {each.label.split(" (")[0]: each for each in told(6)}
    evening = [found[f"Until {hour}"] for hour in ("19:00", "20:00", "22:00")] + [found["All day"]]
    assert [each.saved for each in evening] == sorted(each.saved for each in evening)
    ratios = [each.saved / each.officers for each in evening]
    assert ratios == sorted(ratios, reverse=True)
    assert found["Until 16:30"].saved < -2000
    assert abs(found["Desks take turns at noon"].saved) < 30
    assert found["The whole gate pauses at noon"].saved < -300


@pytest.mark.slow
def test_the_year_of_700_000_trucks_takes_under_ten_seconds() -> None:
    """The slowest of the library; `tests/scenarios/test_bands.py` holds the others to it."""
    year = timed("lang-son-700k")
    assert year.visits > 8_000_000
    assert year.seconds < QUICK
