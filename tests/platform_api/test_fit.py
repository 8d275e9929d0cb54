"""`cuakhau fit`: a run's own export, fitted, run again, and held against the log."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from platform_api.cli import cli
from scenarios import library
from tests.platform_api.helpers import assert_stands_alone

GATE = "smart-gate-agv"
WINDOW = "window=5 d"


def cuakhau(*words: str) -> Result:
    return CliRunner(env={"CUAKHAU_LANG": None, "COLUMNS": "110"}).invoke(cli, list(words))


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUAKHAU_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One run of the gate as CSV, XES and OCEL."""
    folder = tmp_path_factory.mktemp("logs")
    kept = folder / "run"
    made = cuakhau(
        "run",
        GATE,
        "--override",
        WINDOW,
        "--seed",
        "7",
        "--replications",
        "1",
        "--records",
        "--out",
        str(kept),
    )
    assert made.exit_code == 0, made.output
    files = {form: folder / f"gate.{form}" for form in ("csv", "xes", "ocel.json")}
    for file in files.values():
        done = cuakhau("export", str(kept / "replication-0001"), "--out", str(file))
        assert done.exit_code == 0, done.output
    return files


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "xes", "ocel.json"])
def test_what_is_fitted_to_an_export_runs_and_reproduces_it(
    logs: dict[str, Path], form: str, tmp_path: Path
) -> None:
    out = tmp_path / "fitted.yaml"
    done = cuakhau("fit", str(logs[form]), "-o", str(out), "--json", "--check", "3", "--seed", "5")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    main = [each for each in told["figures"] if each["kind"] in ("completed", "dwell") and each["n"] > 500]
    assert len(main) == 4
    for each in main:
        assert abs(each["difference"]) < 0.10, (
            each
        )  # of five days only; the margin of 5 % is held on longer logs
    assert all(abs(f["difference"]) < 0.02 for f in told["figures"] if f["kind"] == "visits")
    fitted = library.load(out)
    assert not fitted.warnings
    assert cuakhau("run", str(out), "--replications", "1", "--seed", "1").exit_code == 0


def test_capacities_hours_and_shares_are_found(logs: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "fitted.yaml"
    done = cuakhau("fit", str(logs["csv"]), "-o", str(out), "--check", "0", "--lang", "en")
    assert done.exit_code == 0, done.output
    found = library.load(out).written
    assert found["resources"]["lanes_in"]["capacity"]["value"] == 3
    calendar = found["resources"]["lanes_in"]["calendar"]
    assert found["calendars"][calendar]["weekly"] == {"mon-sun": "07:00-18:00"}
    assert found["resources"]["receiving"]["capacity"]["value"] == 6
    assert found["steps"]["export_after_start"]["shares"]["by"] == "carriage"
    mean = found["steps"]["papers_out"]["time"]["mean"]
    assert mean["range"][0] < mean["value"] < mean["range"][1]
    assert "services at" in found["sources"][mean["source"]]["text"]["en"]
    assert "What the log cannot tell" in done.stdout


def test_the_screen_speaks_both_languages(logs: dict[str, Path]) -> None:
    for language, words in (("vi", "Chất lượng của sổ"), ("en", "Quality of the log")):
        done = cuakhau("fit", str(logs["csv"]), "--check", "0", "--lang", language)
        assert done.exit_code == 0, done.output
        assert words in done.stdout


def test_columns_are_told_once_and_remembered(tmp_path: Path) -> None:
    log = tmp_path / "so.csv"
    rows = [
        f"K{k};Soát vé;2025-03-{d:02d} 08:{k:02d}:00;2025-03-{d:02d} 08:{k:02d}:30"
        for d in (1, 2, 3)
        for k in range(60)
    ]
    log.write_text("Ký hiệu;Nơi;Vào;Ra\n" + "\n".join(rows) + "\n", encoding="utf-8")
    first = cuakhau("fit", str(log), "--check", "0", "--lang", "en")
    assert first.exit_code == 2
    assert "--column case=" in first.stderr
    told = [
        "--column",
        "case=Ký hiệu",
        "--column",
        "activity=Nơi",
        "--column",
        "started=Vào",
        "--column",
        "ended=Ra",
    ]
    assert cuakhau("fit", str(log), "--check", "0", *told).exit_code == 0
    assert cuakhau("fit", str(log), "--check", "0").exit_code == 0


def test_plates_never_leave_the_reading(tmp_path: Path) -> None:
    log, out = tmp_path / "so.csv", tmp_path / "fitted.yaml"
    rows = [
        f"12C-{k:05d},Nguyễn Văn {k},Soi chiếu,2025-03-{1 + k // 60:02d} "
        f"08:{k % 60:02d}:00,2025-03-{1 + k // 60:02d} 08:{k % 60:02d}:40"
        for k in range(180)
    ]
    log.write_text("Biển số,Lái xe,Công đoạn,Bắt đầu,Kết thúc\n" + "\n".join(rows) + "\n", encoding="utf-8")
    done = cuakhau("fit", str(log), "-o", str(out), "--json", "--check", "1")
    assert done.exit_code == 0, done.output
    kept = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file() and each != log)
    for text in (done.output, kept.decode("utf-8", "replace")):
        assert "12C-" not in text
        assert "Nguyễn" not in text
    key = tmp_path / "data" / "pseudonyms.key"
    assert key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--column", "plate=x"), "ROLE=NAME OF COLUMN"),
        (("--zone", "Mars/Olympus"), "no time zone"),
        (("--check", "x"), "--check"),
    ],
)
def test_wrong_options_are_told_with_a_remedy(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    log = tmp_path / "so.csv"
    log.write_text("case,activity,time\n1,a,2025-03-01 08:00\n", encoding="utf-8")
    done = cuakhau("fit", str(log), *words, "--lang", "en")
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_a_file_that_is_not_there_is_told_plainly(tmp_path: Path) -> None:
    done = cuakhau("fit", str(tmp_path / "none.csv"), "--lang", "en")
    assert done.exit_code != 0
    assert "none.csv" in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.slow
@pytest.mark.parametrize("officers", [True, False], ids=["officers", "nobody"])
def test_where_only_done_is_logged_waiting_is_told_from_work(
    logs: dict[str, Path], officers: bool, tmp_path: Path
) -> None:
    log = tmp_path / "done.csv"
    with logs["csv"].open(encoding="utf-8", newline="") as opened, log.open("w", encoding="utf-8") as written:
        written.write("Số xe,Công đoạn,Xong lúc" + (",Cán bộ" if officers else "") + "\n")
        for row in csv.DictReader(opened):
            if row["ended"]:
                who = f",{row['resource']} {row['lane']}".rstrip() if officers else ""
                written.write(f"{row['case']},{row['step']},{row['ended'][:19]}{who}\n")
    done = cuakhau("fit", str(log), "--column", "ended=Xong lúc", "--json", "--check", "3", "--seed", "5")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    off = {
        each["kind"]: each["difference"] for each in told["figures"] if each["kind"] in ("completed", "dwell")
    }
    assert abs(off["completed"]) < 0.05
    assert abs(off["dwell"]) < 0.15  # of five days, and with every start worked out
    assert any("worked out from ends" in doubt["en"] for doubt in told["doubts"])


def test_the_page_shows_every_fitted_time_and_number(logs: dict[str, Path], tmp_path: Path) -> None:
    page = tmp_path / "fit.html"
    done = cuakhau("fit", str(logs["csv"]), "--report", str(page), "--json", "--check", "0")
    assert done.exit_code == 0, done.output
    told, text = json.loads(done.stdout), page.read_text(encoding="utf-8")
    assert_stands_alone(text)
    drawn = [each for each in told["times"] if each["family"] != "constant"]
    assert len(drawn) >= 5
    assert text.count("<figure>") == 2 * len(drawn)
    for each in drawn:
        assert len(each["observed"]) == len(each["fitted"]) == len(each["shares"])
        assert each["mean"][1] <= each["mean"][0] <= each["mean"][2]
        assert each["distance"] <= each["limit"]  # a family that is refused was not chosen
        apart = np.interp(each["observed"], each["fitted"], each["shares"]) - each["shares"]
        assert np.max(np.abs(apart)) < each["limit"] + 0.03  # what is drawn is what was fitted
    assert all(f"log_{name}" in text or name in text for name in ("lanes_in", "Chất lượng của sổ"))
