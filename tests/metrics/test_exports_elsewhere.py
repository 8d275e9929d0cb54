"""Exports read by programs of other people, in an environment of their own (pm4py is AGPL: never in ours)."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pytest

from metrics.exports import ocel, sheets, tables, xes
from metrics.exports.objects import of_scenario
from metrics.exports.source import Source
from scenarios import library
from sim import files
from sim.log import EMPTY
from sim.run import run

READERS = ("pm4py>=2.7", "pandas>=2.2", "pyarrow>=15", "openpyxl>=3.1")

READ = """
import json, sys, warnings
warnings.simplefilter("ignore")
import openpyxl, pandas, pm4py
folder = sys.argv[1]
log = pm4py.read_xes(f"{folder}/log.xes")
done = log[log["lifecycle:transition"] == "complete"]
objects = pm4py.read_ocel2_json(f"{folder}/log.ocel.json")
table = pandas.read_parquet(f"{folder}/visits.parquet")
lines = pandas.read_csv(f"{folder}/visits.csv", parse_dates=["joined"])
book = openpyxl.load_workbook(f"{folder}/tables.xlsx", read_only=True)
print(json.dumps({
    "cases": int(log["case:concept:name"].nunique()),
    "activities": {k: int(v) for k, v in done["concept:name"].value_counts().items()},
    "first": str(log["time:timestamp"].min()),
    "objects": {k: int(v) for k, v in objects.objects["ocel:type"].value_counts().items()},
    "events": int(len(objects.events)),
    "rows": [len(table), len(lines)],
    "wait": [float(table["wait_seconds"].sum()), float(lines["wait_seconds"].sum())],
    "joined": [int(table["joined"].min().timestamp() * 1000), int(lines["joined"].min().timestamp() * 1000)],
    "sheets": {name: sum(1 for _ in book[name].iter_rows()) for name in book.sheetnames},
    "cell": str(book["entities"].cell(2, 6).value),
}))
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with what other people read with."""
    folder = tmp_path_factory.mktemp("readers")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *READERS],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, (
        f"the readers could not be installed; look at the network: {done.stderr[-2000:]}"
    )
    return python


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["durian-laboratories-2025-10", "ocop-export-lorry", "lang-son-2025-03-12"])
def test_pm4py_pandas_and_openpyxl_read_what_we_wrote(elsewhere: Path, name: str, tmp_path: Path) -> None:
    scenario = library.load(name, until="1 d").resolved
    log = run(scenario, 1).log
    files.save(log, tmp_path)
    source = Source(tmp_path, scenario)
    (tmp_path / "log.xes").write_bytes(b"".join(xes.write(source)))
    (tmp_path / "log.ocel.json").write_bytes(b"".join(ocel.write(source)))
    (tmp_path / "visits.csv").write_bytes(b"".join(tables.write_csv(source)))
    tables.write_parquet(source, tmp_path / "visits.parquet.out")
    (tmp_path / "visits.parquet.out").replace(tmp_path / "own.parquet")
    sheets.write([sheets.Sheet(t, *tables.rows(source, t)) for t in tables.TABLES], tmp_path / "tables.xlsx")
    wanted = tmp_path / "read"
    wanted.mkdir()
    for each in ("log.xes", "log.ocel.json", "visits.csv", "tables.xlsx"):
        (wanted / each).symlink_to(tmp_path / each)
    (wanted / "visits.parquet").symlink_to(tmp_path / "own.parquet")
    done = subprocess.run(
        [elsewhere, "-c", READ, wanted], capture_output=True, encoding="utf-8", check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])

    completed = log.visits["step"][log.visits["outcome"] == 1].tolist()
    with_visits = len(np.unique(log.visits["entity"]))
    assert told["cases"] == with_visits
    assert told["activities"] == Counter(source.activities[log.names.steps[code]] for code in completed)
    kinds = of_scenario(scenario).kinds
    seen = np.unique(log.visits["entity"][log.visits["ended"] != EMPTY])  # pm4py drops objects without events
    entities = Counter(kinds[log.names.flows[code]] for code in log.entities["flow"][seen].tolist())
    parts = ("consignment", "declaration", "parcel")
    assert {kind: n for kind, n in told["objects"].items() if kind not in parts} == entities
    assert told["events"] == (log.visits["ended"] != EMPTY).sum()
    assert told["rows"] == [len(log.visits["step"])] * 2
    begun = (log.visits["started"] != EMPTY) & (log.visits["admitted"] != EMPTY)
    waited = int((log.visits["started"] - log.visits["admitted"])[begun].sum()) / 1000
    assert told["wait"] == pytest.approx([waited] * 2, rel=1e-12)
    assert told["joined"] == [scenario.clock.start_utc + int(log.visits["joined"].min())] * 2
    assert told["sheets"]["visits"] == 1 + len(log.visits["step"])
    assert told["sheets"]["entities"] == 1 + len(log.entities["flow"])


MEASURE = """
import re, sys
from pathlib import Path
from metrics.exports import ocel, sheets, tables, xes
from metrics.exports.source import Source
from scenarios.resolved import from_json
folder, form = Path(sys.argv[1]), sys.argv[2]
source = Source(folder, from_json((folder / "scenario.json").read_bytes()))
size = 0
if form == "parquet":
    tables.write_parquet(source, folder / "out")
    size = (folder / "out").stat().st_size
else:
    for portion in {"csv": tables.write_csv, "xes": xes.write, "ocel": ocel.write}[form](source):
        size += len(portion)
status = Path("/proc/self/status").read_text()
print(size, re.search(r"VmHWM:\\s+(\\d+) kB", status)[1])  # getrusage would tell of pytest too
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record of ten million visits: one that is real, many times over with entities of their own."""
    from scenarios.resolved import to_json

    small, folder = tmp_path_factory.mktemp("small"), tmp_path_factory.mktemp("large")
    scenario = library.load("lang-son-2025-03-12", until="1 d").resolved
    log = run(scenario, 1).log
    files.save(log, small)
    times = -(-10_000_000 // len(log.visits["step"]))
    each = len(log.entities["flow"])
    for table, change in (
        ("visits", f"entity + copy * {each} as entity"),
        ("entities", "number + copy * 100000 as number"),
    ):
        duckdb.execute(
            f"""copy (select * exclude (file_row_number, copy) replace ({change})
            from read_parquet('{small / table}.parquet', file_row_number=true),
            range({times}) as copies(copy) order by copy, file_row_number)
            to '{folder / table}.parquet' (format parquet, compression zstd)"""
        )
    (folder / "scenario.json").write_text(to_json(scenario), encoding="utf-8")
    return folder


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("form", ["csv", "parquet", "xes", "ocel"])
def test_ten_million_visits_take_no_more_memory_than_a_browser_tab(large: Path, form: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, large, form], capture_output=True, encoding="utf-8", check=True
    )  # fmt: skip
    size, peak_kb = map(int, done.stdout.split())
    assert size > 50_000_000
    assert peak_kb < MOST_KB, f"{form}: {peak_kb / 1024:.0f} MB"


MOST_KB = 700_000
"""Of a Python with DuckDB; the file that comes out is up to nine gigabytes."""
