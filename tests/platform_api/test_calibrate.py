"""`cuakhau calibrate`: a planted number is found, ties are told, what is held out is predicted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from metrics.calibration import Surface, calibrate, relation, surface
from metrics.inputs import space_filling
from metrics.recorded.findings import LogError
from platform_api.bulletins import read
from platform_api.calibrating import Asked, run
from platform_api.cli import cli
from platform_api.runner import run_scenario
from scenarios import library

GATE = Path(__file__).parents[2] / "examples" / "small-gate.yaml"
SERVICE = "steps.documents.time.mean"
DAYS = [f"2025-03-{day}" for day in range(12, 16)]


def cuakhau(*words: str) -> Result:
    return CliRunner(env={"CUAKHAU_LANG": None, "COLUMNS": "130"}).invoke(cli, list(words))


def bulletin(folder: Path, minutes: int, days: list[str] = DAYS) -> Path:
    """What a gate with another service time would have reported: one simulated day each."""
    file = folder / "bulletin.csv"
    lines = ["date,utilisation resource=officers,crossed direction=export"]
    for day in days:
        truth = library.load(GATE, {SERVICE: f"{minutes} min", "start": f"{day} 00:00"}).resolved
        told = run_scenario(truth, seed=99, replications=1, jobs=1)
        busy, crossed = told.kpi("utilisation", resource="officers"), told.kpi("crossed", direction="export")
        lines.append(f"{day},{busy.mean},{crossed.mean}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.mark.slow
def test_a_planted_service_time_is_found_and_what_is_held_out_is_predicted(tmp_path: Path) -> None:
    seen = bulletin(tmp_path, 9)
    told = run(Asked(str(GATE), seen, (SERVICE,), hold_out=DAYS[2], seed=3))
    (unknown,) = told.unknowns
    low, best, high = (_minutes(text) for text in (unknown.low, unknown.best, unknown.high))
    assert low <= 9 <= high
    assert abs(best - 9) < 2.5
    held = [each for each in told.figures if each.mark == "predicted"]
    assert len(held) == 4
    assert sum(bool(each.inside) for each in held) >= 2  # nine of ten: fewer has a chance of 0.4 %
    assert not told.warnings


def _minutes(text: str) -> float:
    sizes = {"h": 60.0, "min": 1.0, "s": 1 / 60, "ms": 1 / 60_000}
    words = text.split()
    return sum(float(n) * sizes[unit] for n, unit in zip(words[::2], words[1::2], strict=True))


def about(means: np.ndarray, spread: float = 0.02) -> np.ndarray:
    """Four replications of each figure, that far apart."""
    return means[:, None] + spread * np.array([-1.0, -0.5, 0.5, 1.0])


def test_two_unknowns_that_stand_in_for_each_other_are_told() -> None:
    """A figure that only feels the sum of two unknowns cannot tell one from the other."""
    places = space_filling(30, 2, 1)
    one = surface(places, about(places.sum(axis=1)))
    found = calibrate([one], [1.0], 2)
    assert found.tied == ((0, 1),)
    apart = surface(places, about(places[:, 0] - places[:, 1]))
    settled = calibrate([one, apart], [1.0, 0.2], 2)
    assert not settled.tied
    assert settled.unknowns[0].best == pytest.approx(0.6, abs=0.02)
    assert settled.unknowns[1].best == pytest.approx(0.4, abs=0.02)


def test_the_interval_holds_the_truth_in_95_of_100() -> None:
    luck = np.random.Generator(np.random.Philox(5))
    of = Surface(np.array([10.0, 4.0, 1.0]), 0.3, 0.0)
    inside = []
    for _ in range(300):
        truth = luck.uniform(0.1, 0.9)
        seen = [float(of.at(np.array([[truth]]))[0]) + 0.3 * luck.standard_normal() for _ in range(3)]
        unknown = calibrate([of, of, of], seen, 1).unknowns[0]
        inside.append(unknown.low <= truth <= unknown.high)
    assert 0.92 < np.mean(inside) < 0.98


def test_two_separate_values_that_fit_alike_are_told() -> None:
    """A figure that is the same on both sides of the middle."""
    places = space_filling(40, 1, 1)
    bowl = surface(places, about((places[:, 0] - 0.5) ** 2, 0.002))
    found = calibrate([bowl], [0.09], 1)
    (apart,) = found.apart
    assert sorted((round(apart.one, 1), round(apart.other, 1))) == [0.2, 0.8]
    assert not calibrate([bowl], [0.0], 1).apart
    line = surface(places, about(places[:, 0]))
    assert not calibrate([line], [0.5], 1).apart
    assert not calibrate([bowl, line], [0.09, 0.8], 1).apart  # another figure tells which


def test_two_separate_values_are_told_among_other_unknowns_too() -> None:
    places = space_filling(80, 3, 1)
    bowl = surface(places, about((places[:, 1] - 0.5) ** 2 + 0.1 * places[:, 0], 0.002))
    first = surface(places, about(places[:, 0]))
    assert [each.unknown for each in calibrate([bowl, first], [0.14, 0.5], 3).apart] == [1]


def test_figures_that_say_the_same_count_once() -> None:
    """Ten figures of one day that go together tell no more than one."""
    of = Surface(np.array([10.0, 4.0, 1.0]), 0.3, 0.0)
    one = calibrate([of], [12.0], 1).unknowns[0]
    together = np.full((10, 10), 0.999)
    np.fill_diagonal(together, 1.0)
    many = calibrate([of] * 10, [12.0] * 10, 1, together).unknowns[0]
    apart = calibrate([of] * 10, [12.0] * 10, 1).unknowns[0]
    assert many.high - many.low == pytest.approx(one.high - one.low, rel=0.05)
    assert apart.high - apart.low < 0.5 * (one.high - one.low)


def test_how_figures_go_together_is_found_within_a_day_only() -> None:
    luck = np.random.Generator(np.random.Philox(4))
    shared = luck.standard_normal((40, 6, 1))
    values = np.concatenate([shared, shared + 0.1 * luck.standard_normal((40, 6, 1)), shared], axis=2)
    found = relation(values, ["1", "1", "2"])
    assert found[0, 1] > 0.95
    assert found[0, 2] == 0


def test_a_figure_that_is_missing_at_some_places_is_not_taken_for_nothing() -> None:
    places = space_filling(30, 1, 1)
    values = about(10 + places[:, 0])
    values[::5] = np.nan
    assert surface(places, values).at(np.array([[0.5]]))[0] == pytest.approx(10.5)
    values[3:] = np.nan
    with pytest.raises(ValueError, match="2 places"):
        surface(places, values)


def test_predictions_rest_on_all_values_that_fit() -> None:
    """Places are drawn over the interval, so that what is not known is part of what is predicted."""
    of = Surface(np.array([10.0, 4.0, 0.0]), 1.0, 0.0)
    found = calibrate([of], [12.0], 1)
    drawn = np.sort(found.likely[:, 0])
    assert len(drawn) == 20
    assert drawn[0] < 0.25
    assert drawn[-1] > 0.75


def test_a_figure_that_no_value_fits_is_told() -> None:
    of = Surface(np.array([10.0, 1.0, 0.0]), 0.1, 0.0)
    assert calibrate([of], [20.0], 1).poor == (0,)
    assert calibrate([Surface(np.array([5.0, 0.0, 0.0]), 1.0, 0.0)], [5.0], 1).unknowns[0].tells_little


def test_bulletins_are_read_long_and_wide(tmp_path: Path) -> None:
    long, wide = tmp_path / "long.csv", tmp_path / "wide.csv"
    long.write_text("Ngày;kpi;value;unit;direction\n12/03/2025;dwell_mean;1,5;h;export\n", encoding="utf-8")
    wide.write_text("date,crossed direction=import\n2025-03-12,1.173\n", encoding="utf-8")
    (one,), (two,) = read(long).figures, read(wide).figures
    assert (one.kpi, one.labels, one.value, one.date) == (
        "dwell_mean",
        (("direction", "export"),),
        5400.0,
        "2025-03-12",
    )
    assert (two.kpi, two.labels, two.value) == ("crossed", (("direction", "import"),), 1173.0)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("0.953", "0.871"), (0.953, 0.871)),
        (("1.173", "12.5"), (1.173, 12.5)),
        (("1.173", "0,5"), (1173.0, 0.5)),
        (("1.173", "1.204.000"), (1173.0, 1_204_000.0)),
        (("1,173", "1,173.5"), (1173.0, 1173.5)),
        (("-1.173", "1 173"), (-1173.0, 1173.0)),
    ],
)
def test_a_number_is_read_as_its_column_is_written(
    cells: tuple[str, str], values: tuple[float, float], tmp_path: Path
) -> None:
    file = tmp_path / "b.csv"
    days = "".join(f"2025-03-1{k};{cell}\n" for k, cell in enumerate(cells))
    file.write_text(f"Ngày;crossed direction=import\n{days}", encoding="utf-8")
    told = read(file)
    assert tuple(each.value for each in told.figures) == values
    assert bool(told.doubts) == (cells[0].count(".") + cells[0].count(",") > 0 and cells[0][0] != "0")


def test_a_number_that_nobody_can_know_is_refused(tmp_path: Path) -> None:
    """One column has decimal points; the other may be thousands."""
    file = tmp_path / "b.csv"
    file.write_text("date;utilisation;crossed\n2025-03-12;0.953;1.173\n", encoding="utf-8")
    with pytest.raises(LogError, match="1173"):
        read(file)


def test_columns_that_are_called_otherwise_are_said_once(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("CUAKHAU_DATA_DIR", str(tmp_path / "data"))
    file = tmp_path / "b.csv"
    file.write_text("Ngày;Xe ra (chiếc);Chờ TB;Ghi chú\n12/03/2025;80;30;mưa\n", encoding="utf-8")
    with pytest.raises(LogError, match="--column"):
        read(file)
    told = {"crossed direction=export": "Xe ra (chiếc)", "dwell_mean direction=export [min]": "Chờ TB"}
    found = read(file, told)
    assert [(each.figure, each.value) for each in found.figures] == [
        ("crossed direction=export", 80.0),
        ("dwell_mean direction=export", 1800.0),
    ]
    assert "Ghi chú" in found.doubts[0].en
    with pytest.raises(LogError, match="did you mean 'Chờ TB'"):
        read(file, {"dwell_mean": "Chờ TN"})
    columns = [word for each in told.items() for word in ("--column", "=".join(each))]
    words = ("calibrate", str(GATE), str(file), "--unknown", SERVICE, "--lang", "en")
    later = ("--hold-out", "2025-03-01")  # nothing is left to fit to: told once the table was understood
    for more, said in (
        ((), "--column"),
        (("--column", "x"), "names no column"),
        ((*columns, *later), "no figure left"),
        (later, "no figure left"),
    ):
        done = cuakhau(*words, *more)
        assert done.exit_code == 2
        assert said in done.stderr


@pytest.mark.parametrize(
    ("table", "words", "said"),
    [
        ("kpi,value\ndwell_meen,5\n", ("--unknown", SERVICE), "did you mean 'dwell_mean"),
        ("kpi,value\ndwell_mean,many\n", ("--unknown", SERVICE), "is no number"),
        ("kpi,value,unit\ndwell_mean,5,weeks\n", ("--unknown", SERVICE), "is no unit"),
        ("kpi,amount\ndwell_mean,5\n", ("--unknown", SERVICE), "no column value"),
        ("kpi,value\ndwell_mean,5\n", ("--unknown", "steps.documents.time.men"), "did you mean"),
        ("kpi,value\ndwell_mean,5\n", (), "--unknown"),
        ("kpi,value\ndwell_mean,5\n", ("--unknown", SERVICE, "--hold-out", "soon"), "2025-03-13"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_a_remedy(
    table: str, words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "seen.csv"
    file.write_text(table, encoding="utf-8")
    done = cuakhau("calibrate", str(GATE), str(file), *words, "--lang", "en")
    assert done.exit_code == 2, done.output
    assert said in done.stderr


@pytest.mark.slow
def test_the_command_writes_a_variant_that_runs(tmp_path: Path) -> None:
    shutil.copy(GATE, tmp_path)
    seen, out = bulletin(tmp_path, 14, DAYS[:1]), tmp_path / "calibrated.yaml"
    words = ("calibrate", str(tmp_path / GATE.name), str(seen), "--unknown", SERVICE, "-o", str(out))
    done = cuakhau(*words, "--replications", "2", "--lang", "en")
    assert done.exit_code == 0, done.output
    assert SERVICE in done.stdout
    assert "no evidence beyond the fit" in done.stdout
    assert not library.load(out).warnings
