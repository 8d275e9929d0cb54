"""`cuakhau export`: the right thing in the right form, or a plain refusal; nothing half-written."""

import errno
import gzip
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest

from platform_api import exports
from platform_api.exports import FORMS, CannotExport, Order, form_of, stream
from platform_api.results import load
from tests.metrics.test_exports import read_book
from tests.platform_api.test_cli import assert_refused, cuakhau


@pytest.fixture
def file(written: dict[str, Any], tmp_path: Path) -> Path:
    found = tmp_path / "one-counter.yaml"
    found.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    return found


@pytest.fixture
def kept(file: Path, tmp_path: Path) -> Path:
    done = cuakhau("run", file, "--seed", 1, "--replications", 2, "--records", "--out", tmp_path / "kept")
    assert done.exit_code == 0, done.output
    return tmp_path / "kept"


def made(*words: object) -> bytes:
    done = cuakhau("export", *words)
    assert done.exit_code == 0, done.output
    return done.stdout_bytes


def test_a_file_is_written_in_the_form_of_its_name(kept: Path, tmp_path: Path) -> None:
    for name, form in FORMS.items():
        target = tmp_path / f"x{form.suffix}"
        assert form_of(target) == name
        done = cuakhau("export", kept, "--out", target, "--lang", "en")
        assert (done.exit_code, done.stdout) == (0, ""), done.output
        assert f"Written: {target}" in done.stderr
        assert target.stat().st_size > 0
    assert not list(tmp_path.glob(".*"))
    assert gzip.decompress((tmp_path / "x.xes.gz").read_bytes()) == (tmp_path / "x.xes").read_bytes()


def test_what_goes_to_standard_output_is_what_goes_into_a_file(kept: Path, tmp_path: Path) -> None:
    cuakhau("export", kept, "--out", tmp_path / "x.xes.gz")
    assert made(kept, "--format", "xes.gz") == (tmp_path / "x.xes.gz").read_bytes()


def test_a_folder_of_a_run_gives_its_figures_and_a_record_its_visits(kept: Path) -> None:
    result, _ = load(kept)
    kpis = made(kept, "--format", "csv").decode().splitlines()
    assert len(kpis) == 1 + len(result.kpis)
    visits = made(kept / "replication-0001", "--format", "csv").decode()
    assert visits.startswith("case,flow,step,activity")
    second = made(kept, "--format", "csv", "--table", "visits", "--replication", 2).decode()
    assert second == made(kept / "replication-0002", "--format", "csv").decode() != visits


def test_a_workbook_has_the_figures_of_the_result(kept: Path, tmp_path: Path) -> None:
    made(kept, "--out", tmp_path / "x.xlsx")
    result, _ = load(kept)
    book = read_book(tmp_path / "x.xlsx")
    assert list(book) == ["kpis", "study", "published", "series"]
    head, *rows = book["kpis"]
    told = {
        row[head.index("name")]: row[head.index("mean")] for row in rows if not any(row[: head.index("name")])
    }
    assert float(told["arrived"] or "nan") == result.kpi("arrived").mean
    points = sum(len(curve.times) for curve in result.series)
    assert len(book["series"]) == 1 + points


def test_figures_are_read_back_from_parquet(kept: Path, tmp_path: Path) -> None:
    made(kept, "--out", tmp_path / "x.parquet")
    result, _ = load(kept)
    found = duckdb.execute(f"select name, mean from read_parquet('{tmp_path / 'x.parquet'}')").fetchall()
    assert found == [(kpi.name, kpi.mean) for kpi in result.kpis]


def test_a_scenario_is_run_once_with_the_seed(file: Path, kept: Path) -> None:
    done = cuakhau("export", file, "--format", "csv", "--seed", 1)
    assert done.stdout == made(kept / "replication-0001", "--format", "csv").decode()
    drawn = cuakhau("export", file, "--format", "csv", "--until", "1 h", "--lang", "en")
    assert "Run once with --seed" in drawn.stderr
    assert len(drawn.stdout) < len(done.stdout)
    kpis = made(file, "--format", "csv", "--table", "kpis", "--seed", 1).decode()
    assert "dwell_mean" in kpis


def test_the_process_needs_no_run(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform_api.runner.run_scenario", None)
    root = ElementTree.fromstring(made(file, "--format", "bpmn", "--lang", "en"))
    assert "Papers" in [element.get("name") for element in root.iter()]


def test_kinds_of_objects_may_be_said(file: Path) -> None:
    told = json.loads(made(file, "--format", "ocel", "--seed", 1, "--object", "truck=lorry"))
    assert [kind["name"] for kind in told["objectTypes"]] == ["lorry"]
    assert {each["type"] for each in told["objects"]} == {"lorry"}


# ---- refusals -----------------------------------------------------------------------------------------


def test_wrong_words_are_refused_with_a_remedy(kept: Path, file: Path, tmp_path: Path) -> None:
    def refused(*words: object) -> Any:
        return cuakhau("export", *words)

    assert_refused(refused(kept), "--format", "xes.gz")
    assert_refused(refused(kept, "--out", tmp_path / "x.docx"), "--format")
    assert_refused(refused(kept, "--format", "pdf"), "'pdf'", "csv, xlsx, parquet")
    assert_refused(refused(kept, "--format", "csv", "--table", "all"), "'all'", "kpis, study")
    assert_refused(refused(kept, "--format", "xes", "--replication", 3), "3", "replication-")
    assert_refused(refused(kept, "--format", "xes", "--seed", 3), "--seed")
    assert_refused(refused(kept / "replication-0001", "--format", "xes", "--replication", 1), "--replication")
    assert_refused(refused(kept / "replication-0001", "--format", "csv", "--table", "kpis"), "run --out")
    assert_refused(refused(file, "--format", "xes", "--replication", 1), "--seed")
    assert_refused(refused(file, "--format", "ocel", "--object", "lorry", "--seed", 1), "FLOW=KIND")
    assert_refused(refused(kept, "--format", "ocel", "--object", "tank=lorry"), "'tank'", "truck")
    assert_refused(refused("nowhere", "--format", "csv"), "nowhere")
    (kept / "scenario.json").rename(tmp_path / "elsewhere.json")
    assert_refused(refused(kept / "replication-0001", "--format", "xes"), "scenario.json")


def test_a_result_without_records_says_how_to_get_them(file: Path, tmp_path: Path) -> None:
    cuakhau("run", file, "--seed", 1, "--replications", 2, "--out", tmp_path / "bare")
    assert_refused(cuakhau("export", tmp_path / "bare", "--format", "xes"), "--records")


def test_a_full_disk_leaves_nothing(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Any:
        yield b"<log>"
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setitem(FORMS, "xes", exports.Form(".xes", "application/xml", full))
    refused = cuakhau("export", kept, "--out", tmp_path / "x.xes")
    assert_refused(refused, "the disk is full", code=1)
    assert not [each for each in tmp_path.iterdir() if "x.xes" in each.name]


def test_what_cannot_be_is_known_before_the_first_byte(kept: Path) -> None:
    result, scenario = load(kept)
    for name, form in FORMS.items():
        if form.needs_run and not form.has_tables:
            with pytest.raises(CannotExport, match="kept without its record"):
                stream(name, Order(scenario, result=result))
    with pytest.raises(CannotExport):
        stream("csv", Order(scenario, result=result, table="visits"))
    assert io.BytesIO(b"".join(stream("xlsx", Order(scenario, result=result)))).getvalue()[:2] == b"PK"
