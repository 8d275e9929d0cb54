"""Exports: what other programs read is what the record says, whoever reads it."""

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pytest

from metrics.exports import ocel, sheets, tables, xes
from metrics.exports.objects import of_scenario
from metrics.exports.source import Source
from metrics.exports.times import stamp, stamp_sql
from metrics.visits import intervals
from scenarios import library
from scenarios.resolved import Clock, Resolved
from sim import files
from sim.log import EMPTY, ENTITY_OUTCOMES, VISIT_OUTCOMES, EventLog
from sim.run import run

XES = "{http://www.xes-standard.org/}"

PLACES = {
    "durian-laboratories-2025-10": ("1 h", ["flows.durian.arrivals.demand=10 %"]),
    "ocop-export-lorry": ("2 d", []),
    "lang-son-2021-12": ("1 d", []),
    "ocop-livestream": ("1 d", []),
}
"""With sub-entities, carriers, people who give up, stocks that run out; as little of them as will do."""

TENTH = ["flows.export.arrivals.demand=10 %", "flows.import.arrivals.demand=10 %"]

Kept = tuple[Source, EventLog]


@pytest.fixture(scope="module", params=PLACES)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    until, overrides = PLACES[request.param]
    scenario = library.load(request.param, overrides, until=until).resolved
    return recorded(scenario, tmp_path_factory.mktemp("record"))


def recorded(scenario: Resolved, folder: Path) -> Kept:
    log = run(scenario, 1).log
    files.save(log, folder)
    return Source(folder, scenario), log


def reached(log: EventLog, column: str) -> Any:
    return log.visits[column] != EMPTY


def text(element: ElementTree.Element, key: str) -> str | None:
    return next((e.get("value") for e in element if e.get("key") == key), None)


# ---- XES ----------------------------------------------------------------------------------------------


@cache
def traces(source: Source) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(b"".join(xes.write(source))).iter(XES + "trace"))


def test_a_trace_is_an_entity_and_its_events_are_what_happened(kept: Kept) -> None:
    source, log = kept
    found = traces(source)
    assert len(found) == len(log.entities["flow"])
    assert len({text(trace, "concept:name") for trace in found}) == len(found)
    outcomes = Counter(text(trace, "outcome") for trace in found)
    assert outcomes == Counter(ENTITY_OUTCOMES[code] for code in log.entities["outcome"].tolist())
    told = Counter(text(e, "lifecycle:transition") for trace in found for e in trace.iter(XES + "event"))
    first = log.visits["segment"] == 1
    assert told["schedule"] == first.sum()
    assert told["start"] == (first & reached(log, "started")).sum()
    assert told["complete"] == (log.visits["outcome"] == VISIT_OUTCOMES.index("completed")).sum()
    ended = told["complete"] + told["withdraw"] + told["ate_abort"] + told["suspend"]
    assert ended == reached(log, "ended").sum()


def test_activities_are_counted_as_in_the_record(kept: Kept) -> None:
    source, log = kept
    told = Counter(
        text(event, "concept:name")
        for trace in traces(source)
        for event in trace.iter(XES + "event")
        if text(event, "lifecycle:transition") == "schedule"
    )
    steps = log.visits["step"][log.visits["segment"] == 1].tolist()
    assert told == Counter(source.activities[log.names.steps[code]] for code in steps)


def test_events_of_a_trace_are_in_the_order_of_time(kept: Kept) -> None:
    for trace in traces(kept[0]):
        times = [datetime.fromisoformat(text(e, "time:timestamp") or "") for e in trace.iter(XES + "event")]
        assert times == sorted(times)


def test_who_was_sent_out_names_who_sent_it(kept: Kept) -> None:
    source, log = kept
    found = traces(source)
    names = [text(trace, "concept:name") for trace in found]
    parents = log.entities["parent"].tolist()
    assert [text(t, "parent") for t in found] == [names[p] if p >= 0 else None for p in parents]
    assert any(parent >= 0 for parent in parents) == ("sample" in log.names.flows)


def test_work_that_was_interrupted_is_suspended_and_resumed(tmp_path: Path) -> None:
    source, log = recorded(interrupted(), tmp_path)
    told = Counter(
        text(e, "lifecycle:transition") for trace in traces(source) for e in trace.iter(XES + "event")
    )
    assert told["suspend"] == told["resume"] == (log.visits["segment"] > 1).sum() > 0
    assert told["schedule"] == told["start"] == told["complete"] == 20
    orders = {
        tuple(text(e, "lifecycle:transition") for e in trace.iter(XES + "event")) for trace in traces(source)
    }
    assert ("schedule", "start", "suspend", "resume", "complete") in orders


def interrupted() -> Resolved:
    """Those of better priority take the only counter from whoever is there."""
    both = {"label": {"vi": "Xe", "en": "Truck"}, "route": ["papers"]}
    written = {
        "name": "two",
        "title": {"vi": "Hai", "en": "Two"},
        "question": {"vi": "Ai trước?", "en": "Who first?"},
        "time_zone": "Asia/Ho_Chi_Minh",
        "start": "2025-03-12 07:00",
        "window": "40 h",
        "horizon": "terminating",
        "until": "empty",
        "at_most": "9 d",
        "resources": {
            "counter": {"label": {"vi": "Quầy", "en": "Counter"}, "capacity": 1, "preempt": "priority"}
        },
        "steps": {
            "papers": {"label": {"vi": "Hồ sơ", "en": "Papers"}, "resources": "counter", "time": "3 h"}
        },
        "flows": {
            "slow": both | {"arrivals": {"count": 10}, "priority": 2},
            "fast": both | {"arrivals": {"count": 10}, "priority": 1},
        },
    }
    return library.load_text(json.dumps(written, ensure_ascii=False)).resolved


# ---- OCEL ---------------------------------------------------------------------------------------------


@cache
def objects_and_events(source: Source) -> Any:
    return json.loads(b"".join(ocel.write(source)))


def test_objects_and_events_refer_to_each_other(kept: Kept) -> None:
    source, log = kept
    told = objects_and_events(source)
    ids = [each["id"] for each in told["objects"]]
    assert len(set(ids)) == len(ids)
    linked = {r["objectId"] for kind in ("objects", "events") for e in told[kind] for r in e["relationships"]}
    assert linked <= set(ids)
    for things, kinds in (("objects", "objectTypes"), ("events", "eventTypes")):
        declared = {kind["name"]: {a["name"] for a in kind["attributes"]} for kind in told[kinds]}
        for each in told[things]:
            assert {a["name"] for a in each["attributes"]} <= declared[each["type"]]
    assert len(told["events"]) == reached(log, "ended").sum()


def test_entities_are_objects_of_the_kind_of_their_flow(kept: Kept) -> None:
    source, log = kept
    objects = of_scenario(source.scenario)
    told = objects_and_events(source)
    parts = ("consignment", "declaration", "parcel")
    counted = Counter(each["type"] for each in told["objects"] if each["type"] not in parts)
    flows = [log.names.flows[code] for code in log.entities["flow"].tolist()]
    assert counted == Counter(objects.kinds[flow] for flow in flows)
    loaded = sum(each["type"] == "consignment" for each in told["objects"])
    assert loaded == sum(flow in objects.loaded for flow in flows)


def test_kinds_of_the_library() -> None:
    def every(name: str) -> list[str]:
        return of_scenario(library.load(name).resolved).every

    assert every("lang-son-2025-03-12") == ["truck", "consignment", "declaration"]
    assert every("durian-laboratories-2025-10") == ["truck", "sample", "consignment"]
    assert every("yen-bai-ocop") == ["order", "parcel"]
    assert every("ocop-export-lorry") == ["order", "truck", "parcel"]
    assert every("lao-cai-dossiers") == ["dossier"]
    scenario = library.load("yen-bai-ocop").resolved
    assert of_scenario(scenario, {"order": "purchase"}).kinds["order"] == "purchase"
    with pytest.raises(ValueError, match="nobody is not a flow; flows are: order"):
        of_scenario(scenario, {"nobody": "x"})


def test_those_who_ride_are_with_their_carrier(tmp_path: Path) -> None:
    source, log = recorded(library.load("ocop-export-lorry", until="3 d").resolved, tmp_path)
    told = objects_and_events(source)
    riding = {
        r["objectId"] for e in told["events"] for r in e["relationships"] if r["qualifier"] == "carrier"
    }
    carriers = {each["id"] for each in told["objects"] if each["id"].startswith("lorry/load/")}
    aboard = log.visits["batch"][reached(log, "ended")]
    assert riding == carriers
    assert len(carriers) == len(np.unique(aboard[aboard > 0])) > 0


def test_a_declaration_lives_from_its_number_to_the_release(tmp_path: Path) -> None:
    source, _ = recorded(library.load("lang-son-2025-03-12", TENTH).resolved, tmp_path)
    told = objects_and_events(source)
    steps = source.scenario.steps
    events: dict[str, list[Any]] = {}
    for event in told["events"]:
        for related in event["relationships"]:
            if related["qualifier"] == "declaration":
                events.setdefault(related["objectId"], []).append(event)
    released = 0
    for mine in events.values():
        mine.sort(key=lambda event: event["time"])
        places = [next(a["value"] for a in event["attributes"] if a["name"] == "step") for event in mine]
        assert {"declared", "registered"} & set(steps[places[0]].milestones)
        if any("released" in steps[place].milestones for place in places):
            released += 1
            assert any("released" in steps[e].milestones for e in places[-2:])  # one may end with it
    assert released > 100


# ---- tables -------------------------------------------------------------------------------------------


def read_csv(portions: Iterator[bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(portions).decode(), newline="")))


def test_the_csv_sums_to_the_waits_of_the_record(kept: Kept) -> None:
    source, log = kept
    rows = read_csv(tables.write_csv(source))
    blocked, wait, service = intervals(log)
    over = reached(log, "ended") & reached(log, "started")
    for name, amounts in (("blocked", blocked), ("wait", wait), ("service", service)):
        told = sum(round(1000 * float(r[f"{name}_seconds"])) for r in rows if r["ended"] and r["started"])
        assert told == int(amounts[over].sum())
    assert len(rows) == len(log.visits["step"])
    entities = read_csv(tables.write_csv(source, "entities"))
    assert [row["case"] for row in entities] == list(dict.fromkeys(row["case"] for row in entities))
    assert {row["case"] for row in rows} <= {row["case"] for row in entities}


def test_duckdb_reads_the_parquet_as_the_record_has_it(kept: Kept, tmp_path: Path) -> None:
    source, log = kept
    for table, column in (("visits", "joined"), ("entities", "arrived"), ("timetable", "time")):
        tables.write_parquet(source, tmp_path / table, table)
        (told,) = (
            duckdb.execute(f"select epoch_ms({column}) from read_parquet('{tmp_path / table}')")
            .fetchnumpy()
            .values()
        )
        times = getattr(log, table)[column]
        assert np.array_equal(told, times + source.scenario.clock.start_utc)


def test_names_of_the_timetable_are_those_of_its_targets(kept: Kept) -> None:
    source, log = kept
    rows = read_csv(tables.write_csv(source, "timetable"))
    assert len(rows) == len(log.timetable["time"])
    assert all(row["target"] for row in rows)
    assert {r["target"] for r in rows if r["what"] == "scheduled"} <= set(source.scenario.resources)


def test_times_have_the_offset_that_holds_then() -> None:
    zone = ZoneInfo("Europe/Paris")
    start = datetime(2025, 3, 29, 12, tzinfo=zone)
    jump = datetime(2025, 3, 30, 3, tzinfo=zone)
    hour = 3_600_000
    since = int((jump - start.astimezone(ZoneInfo("UTC"))).total_seconds() * 1000)
    clock = Clock(
        "Europe/Paris",
        "2025-03-29T12:00",
        int(start.timestamp() * 1000),
        ((-(1 << 62), hour), (since, 2 * hour)),
        "terminating",
        0,
        10**9,
        "window",
        10**9,
    )
    for time in (0, since - 1, since, since + 1, -86_400_000):
        wanted = (start.astimezone(ZoneInfo("UTC")) + timedelta(milliseconds=time)).astimezone(zone)
        assert stamp(time, clock) == wanted.isoformat(timespec="milliseconds")
        (found,) = (
            duckdb.execute(f"select {stamp_sql('t', clock)} from (select {time} as t)").fetchone() or ()
        )
        assert found == stamp(time, clock)


# ---- workbooks ----------------------------------------------------------------------------------------

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_book(file: Path) -> dict[str, list[list[str | None]]]:
    """The cells of every sheet, as a reader finds them: by names, relations and parts."""
    with zipfile.ZipFile(file) as book:
        assert book.testzip() is None
        relations = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
        target = {r.get("Id"): r.get("Target") for r in relations}
        types = book.read("[Content_Types].xml").decode()
        found = {}
        for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(MAIN + "sheet"):
            (relation,) = [value for key, value in sheet.attrib.items() if key.endswith("}id")]
            part = f"xl/{target[relation]}"
            assert f'PartName="/{part}"' in types
            rows = ElementTree.fromstring(book.read(part)).iter(MAIN + "row")
            found[sheet.get("name", "")] = [[("".join(c.itertext()) or None) for c in row] for row in rows]
        return found


def test_a_workbook_holds_numbers_texts_and_dates(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [1, 2.5, "=1+1", datetime.fromisoformat("2025-03-12T07:00")],
        [None, float("nan"), "<b> & \x00'x'", True],
    ]
    sheets.write([sheets.Sheet("một/hai", ["a", "b", "c", "d"], rows)], tmp_path / "t.xlsx")
    assert read_book(tmp_path / "t.xlsx") == {
        "một hai": [
            ["a", "b", "c", "d"],
            ["1", "2.5", "=1+1", "45728.291666666664"],
            [None, None, "<b> & 'x'", "1"],
        ]
    }
    with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_a_long_table_goes_on_in_a_further_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 4)
    sheets.write([sheets.Sheet("x", ["n"], ([n] for n in range(7)))], tmp_path / "t.xlsx")
    found = read_book(tmp_path / "t.xlsx")
    assert list(found) == ["x", "x 2", "x 3"]
    assert [row[0] for rows in found.values() for row in rows if row != ["n"]] == [str(n) for n in range(7)]


def test_names_of_sheets_are_short_and_different(tmp_path: Path) -> None:
    names = ["a" * 40, "A" * 40, "[]", "x"]
    sheets.write([sheets.Sheet(name, ["n"], []) for name in names], tmp_path / "t.xlsx")
    found = list(read_book(tmp_path / "t.xlsx"))
    assert len({name.lower() for name in found}) == 4
    assert all(0 < len(name) <= 31 for name in found)


# ---- names that stumble -------------------------------------------------------------------------------


def test_names_with_quotes_and_signs_pass(tmp_path: Path) -> None:
    odd = 'l\'é "1" <&>; drop'
    written = {
        "name": "odd",
        "title": {"vi": odd, "en": odd},
        "question": {"vi": odd, "en": odd},
        "time_zone": "Asia/Ho_Chi_Minh",
        "start": "2025-03-12 07:00",
        "window": "10 h",
        "horizon": "terminating",
        "resources": {"q": {"label": {"vi": odd, "en": odd}, "capacity": 1}},
        "steps": {
            "a": {"label": {"vi": odd, "en": odd}, "resources": "q", "time": "3 min"},
            "b": {"label": {"vi": odd, "en": odd}, "time": "3 min", "kind": "wait"},
        },
        "flows": {
            "truck": {"label": {"vi": odd, "en": odd}, "route": ["a", "b"], "arrivals": {"rate": "8 /h"}}
        },
    }
    source, _ = recorded(library.load_text(json.dumps(written, ensure_ascii=False)).resolved, tmp_path)
    assert list(source.activities.values()) == [f"{odd} (a)", f"{odd} (b)"]
    events = [e for trace in traces(source) for e in trace.iter(XES + "event")]
    assert {text(event, "concept:name") for event in events} == set(source.activities.values())
    assert {e["type"] for e in json.loads(b"".join(ocel.write(source)))["events"]} == {
        f"{odd} (a)",
        f"{odd} (b)",
    }
    assert {row["activity"] for row in read_csv(tables.write_csv(source))} == set(source.activities.values())


def test_a_run_without_anybody_is_an_empty_log(tmp_path: Path) -> None:
    source, _ = recorded(
        library.load("yen-bai-ocop", ["flows.order.arrivals.demand=0 %"], until="1 h").resolved, tmp_path
    )
    assert traces(source) == []
    assert json.loads(b"".join(ocel.write(source)))["events"] == []
    assert read_csv(tables.write_csv(source)) == []
