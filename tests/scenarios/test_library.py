"""The scenarios of the library: what they state is whole, and what they do is sane."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from metrics.kpis import find, measure
from metrics.replication import Replication
from scenarios.library import Loaded, load, names
from scenarios.resolved import ARRIVAL_UNIT, DAY, DayShapes, Label, Resolved
from sim.run import Run, run

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "gate.yaml"
SHORT = {
    "lang-son-2025-03-12": {"lead_in": "2 d"},
    "lang-son-700k": {"lead_in": "1 d", "window": "1 d", "start": "2026-03-11 00:00"},
    "yen-bai-ocop": {"lead_in": "20 d", "window": "60 d", "start": "2021-09-01 00:00"},
}
"""What makes a run short: days that are usual, and enough of them to see everything once."""

SECTIONS = ("agencies", "calendars", "resources", "zones", "platforms", "steps", "flows", "disruptions")
GATES = ("lang-son-2025-03-12", "lang-son-700k")
SAME_WORD = {"Hữu Nghị", "Tân Thanh", "Chi Ma", "Lạng Sơn", "voso.vn", "postmart.vn", "COD"}
"""Names that are the same in both languages."""

OVERLOADED = {"lang-son-quota": {"resources.quota_fruit", "resources.quota_goods"}}
"""Where it is the question what happens when more comes than is let through."""


@dataclass(frozen=True)
class Seen:
    """A short run of a scenario, measured."""

    run: Run
    replication: Replication
    values: list[Any]

    def value(self, name: str, **labels: str) -> float:
        found = find(self.values, name, **labels).value
        assert found is not None
        return float(found)


@cache
def loaded(name: str) -> Loaded:
    return load(name)


@cache
def seen(name: str) -> Seen:
    scenario = load(name, SHORT[name]).resolved
    made = run(scenario, seed=12, replication=0)
    replication = Replication(scenario, made.log)
    return Seen(made, replication, measure(replication))


def texts(value: Any, path: str = "") -> Iterator[tuple[str, Label]]:
    """All labels of a scenario with their places."""
    if isinstance(value, Label):
        yield path, value
    elif is_dataclass(value):
        for part in fields(value):
            yield from texts(getattr(value, part.name), f"{path}.{part.name}")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item, f"{path}.{key}")
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from texts(item, f"{path}[{i}]")


def expected(days: DayShapes, day: date) -> float:
    """Expected arrivals of a date."""
    shape = days.by_date.get(day.isoformat(), days.by_month[day.month - 1][day.weekday()])
    return days.shapes[shape][-1] / ARRIVAL_UNIT


def expected_in(scenario: Resolved, flow: str, first: date, days: int) -> float:
    shapes = scenario.flows[flow].arrivals.days
    assert shapes is not None
    return sum(expected(shapes, first + timedelta(i)) for i in range(days))


# ---- what they state ----


def test_the_library_is_what_the_issue_asks_for() -> None:
    assert set(names()) >= set(SHORT)


@pytest.mark.parametrize("name", [*names(), BENCHMARK])
def test_loads_without_a_warning(name: str | Path) -> None:
    doubtful = {str(warning): warning.place for warning in load(name).warnings}
    assert set(doubtful.values()) == OVERLOADED.get(str(name), set()), list(doubtful)


@pytest.mark.parametrize("name", names())
def test_every_number_has_a_source_or_is_an_assumption_with_range_and_owner(name: str) -> None:
    scenario = loaded(name).resolved
    assert len(scenario.parameters) > 15
    for number in scenario.parameters:
        if number.source == "assumption":
            assert number.range is not None, number
            assert number.owner in scenario.agencies, number
        else:
            assert number.source in scenario.sources, number


@pytest.mark.parametrize(
    ("what", "published"), [("coverage", 94.0), ("smartphone", 94.7), ("home_line", 46.0)]
)
def test_kinds_of_communes_average_to_what_the_provinces_published(what: str, published: float) -> None:
    told = {each.path: each.value for each in loaded("connectivity").resolved.parameters}
    numbers = {path: float(value.removesuffix(" %")) for path, value in told.items() if value.endswith(" %")}
    under = "flows.request.attributes"
    kinds = ("town", "near", "remote")
    assert sum(numbers[f"{under}.commune.{kind}"] for kind in kinds) == 100
    mean = sum(numbers[f"{under}.commune.{kind}"] * numbers[f"{under}.{what}.{kind}.yes"] for kind in kinds)
    assert mean / 100 == pytest.approx(published, abs=0.05)


def texts_of(name: str) -> Iterator[str]:
    """The file, and what it is based on."""
    yield loaded(name).text
    for base in re.findall(r"^based_on: (\S+)", loaded(name).text, re.MULTILINE):
        yield from texts_of(base)


@pytest.mark.parametrize("name", names())
def test_every_source_is_used_and_says_where_to_read_it(name: str) -> None:
    scenario, text = loaded(name).resolved, "".join(texts_of(name))
    assert [key for key in scenario.sources if len(re.findall(rf"\b{key}\b", text)) < 2] == []
    for source in scenario.sources.values():
        assert isinstance(source.text, Label)
        assert min(len(source.text.vi), len(source.text.en)) > 20


def test_a_newspaper_is_at_one_of_its_own_addresses() -> None:
    hosts = {
        source.url.split("/")[2]
        for name in names()
        for source in loaded(name).resolved.sources.values()
        if source.url is not None and "congthuong" in source.url
    }
    assert hosts == {"congthuong.vn", "giaothuong.congthuong.vn"}


@pytest.mark.parametrize("name", [*names(), BENCHMARK])
def test_every_label_is_in_both_languages(name: str | Path) -> None:
    for place, label in texts(load(name).resolved):
        assert label.vi, place
        assert label.en, place
        assert label.vi != label.en or label.vi in SAME_WORD, f"{place}: {label.vi}"


@pytest.mark.parametrize("name", names())
def test_nothing_goes_without_a_label(name: str) -> None:
    written = loaded(name).written
    for section in SECTIONS:
        bare = [key for key, item in written.get(section, {}).items() if "label" not in item]
        assert bare == [], section


@pytest.mark.parametrize("name", GATES)
def test_ten_agencies_and_the_other_side(name: str) -> None:
    countries = [agency.country for agency in loaded(name).resolved.agencies.values()]
    assert countries.count("VN") == 10
    assert countries.count("CN") == 1


@pytest.mark.parametrize("name", GATES)
def test_who_declares_before_the_gate_says_where_the_gate_begins(name: str) -> None:
    scenario = loaded(name).resolved
    for flow in scenario.flows.values():
        carried = {word for step in flow.next for word in scenario.steps[step].milestones}
        assert {"declared", "arrived", "registered", "released", "crossed"} <= carried


@pytest.mark.parametrize("name", names())
def test_published_figures_are_marked_and_explained(name: str) -> None:
    scenario = loaded(name).resolved
    assert (
        "\npublished:" in loaded(name).text
    )  # of its own: what is published of a base is not of its variant
    assert all(figure.note is not None for figure in scenario.published)


def test_a_year_brings_700000_trucks() -> None:
    scenario = loaded("lang-son-700k").resolved
    total = sum(expected_in(scenario, flow, date(2026, 1, 1), 365) for flow in scenario.flows)
    assert total == pytest.approx(700_000, rel=0.001)


def test_tet_closes_the_main_gates_and_leaves_chi_ma_open() -> None:
    scenario = loaded("lang-son-700k").resolved
    for calendar in ("main_gate_hours", "other_side_main"):
        closed = {day for day, hours in scenario.calendars[calendar].dates.items() if not hours}
        assert closed == {f"2026-02-{day}" for day in (15, 16, 17, 18)}
    assert "2026-02-17" not in scenario.calendars["gate_hours"].dates
    assert "2026-02-17" not in scenario.calendars["other_side_chi_ma"].dates
    assert expected_in(scenario, "import_huu_nghi", date(2026, 2, 17), 1) < 60
    assert expected_in(scenario, "import_chi_ma", date(2026, 2, 17), 1) > 20


def test_what_rests_on_an_assumption_is_one_and_still_makes_up_what_was_published() -> None:
    export = "flows.export.attributes"
    stated = {p.path: p for p in loaded("lang-son-2025-03-12").resolved.parameters}
    made = [f"{export}.goods.other", "flows.export.arrivals.dates.2025-03-12"]
    made += [f"{export}.gate.other.{gate}" for gate in ("huu_nghi", "tan_thanh", "other")]
    assert {stated[path].source for path in made} == {"assumption"}
    assert all(stated[path].range and stated[path].owner for path in made)
    fruit, of_fruit, of_others = (
        float(stated[f"{export}.{path}"].value.removesuffix(" %")) / 100
        for path in ("goods.fruit", "gate.fruit.huu_nghi", "gate.other.huu_nghi")
    )
    assert fruit * of_fruit + (1 - fruit) * of_others == pytest.approx(178 / 304, abs=0.001)


def test_the_bulletin_day_brings_the_320_export_trucks_of_the_bulletin() -> None:
    scenario = loaded("lang-son-2025-03-12").resolved
    usual, today = (expected_in(scenario, "export", date(2025, 3, day), 1) for day in (11, 12))
    late = 0.051  # of a day's declarations reach the gate after 20:00
    assert late * usual + (1 - late) * today == pytest.approx(320, abs=1)


def test_of_december_2023_only_who_came_was_set_anew() -> None:
    """The prediction of another day keeps every officer, lane, time and rate of March 2025."""
    bulletin, other = (
        {number.path: number.value for number in loaded(name).resolved.parameters}
        for name in ("lang-son-2025-03-12", "lang-son-2023-12-14")
    )
    anew = {path for path in bulletin | other if bulletin.get(path) != other.get(path)}
    came = re.compile(r"flows\.(export|import)\.(arrivals\.|attributes\.(goods|gate)\.)")
    assert anew
    assert [path for path in anew if not came.match(path)] == []


def test_a_year_brings_6200_orders_with_its_livestreams() -> None:
    scenario = loaded("yen-bai-ocop").resolved
    usual = expected_in(scenario, "order", date(2021, 7, 21), 365)
    live = scenario.disruptions["livestream"]
    evenings = sum(length for _, length in live.when) / (DAY / 4)  # an evening is 18:00 to 24:00
    burst = evenings * 0.38 * (live.factor / 1000 - 1) * usual / 365
    assert usual + burst == pytest.approx(6200, rel=0.02)


# ---- what they do ----


@pytest.mark.parametrize("name", SHORT)
def test_a_short_run_keeps_the_laws_and_nobody_is_stuck(name: str) -> None:
    assert seen(name).run.deadlock is None  # a broken law would have failed the run


@pytest.mark.parametrize("name", SHORT)
def test_what_comes_in_goes_out_or_stays(name: str) -> None:
    day = seen(name)
    out = "completed" if name == "yen-bai-ocop" else "crossed"
    left = day.value(out) + day.value("lost") + day.value("closing_backlog")
    assert day.value("opening_backlog") + day.value("arrived") == left
    assert day.value(out) > 0


@pytest.mark.parametrize("name", SHORT)
def test_no_resource_is_overloaded(name: str) -> None:
    scenario = loaded(name).resolved
    usage = {resource: seen(name).value("utilisation", resource=resource) for resource in scenario.resources}
    assert max(usage.values()) < 0.97, usage


@pytest.mark.parametrize("name", GATES)
def test_every_agency_is_met(name: str) -> None:
    scenario, log = seen(name).run.scenario, seen(name).run.log
    visited = {log.names.steps[code] for code in set(log.visits["step"].tolist())}
    assert {scenario.steps[step].agency for step in visited} >= set(scenario.agencies)


@pytest.mark.parametrize("name", GATES)
@pytest.mark.parametrize("direction", ["export", "import"])
def test_channels_come_in_the_stated_shares(name: str, direction: str) -> None:
    stated = {"export": {"green": 0.736, "yellow": 0.2328, "red": 0.0312},
              "import": {"green": 0.1221, "yellow": 0.8316, "red": 0.0463}}[direction]  # fmt: skip
    of = seen(name).replication
    mine = of.attribute("direction", direction)
    n = int(mine.sum())
    for channel, share in stated.items():
        count = int((mine & of.attribute("channel", channel)).sum())
        assert abs(count - n * share) < 4 * math.sqrt(n * share * (1 - share)), channel


@pytest.mark.parametrize("name", GATES)
def test_imports_pass_within_the_day_and_exports_wait_for_the_other_side(name: str) -> None:
    day, hour = seen(name), 3600
    assert 1 * hour < day.value("dwell_mean", direction="import") < 6 * hour
    assert day.value("same_day_share", direction="import") > 0.75
    assert day.value("dwell_mean", direction="export") > 2 * day.value("dwell_mean", direction="import")


def test_cash_orders_come_back_more_often_and_money_takes_longer_than_parcels() -> None:
    year = seen("yen-bai-ocop")
    posted = find(year.values, "return_share", payment="cod").n
    assert abs(year.value("return_share", payment="cod") - 0.09) < 4 * math.sqrt(0.09 * 0.91 / posted)
    assert year.value("return_share", payment="online") < 0.06
    assert 2 * 86400 < year.value("order_lead_time_mean") < 7 * 86400
    assert year.value("order_to_cash_mean") > year.value("order_lead_time_mean")


@pytest.mark.slow
def test_the_fitted_figures_come_out() -> None:
    scenario = loaded("lang-son-2025-03-12").resolved
    runs = [measure(Replication(scenario, run(scenario, 2025, k).log)) for k in range(4)]
    for figure in scenario.published:
        if figure.mark == "fitted" and figure.kpi != "dwell_mean":
            found = [find(values, figure.kpi, **figure.labels).value for values in runs]
            mean = sum(number for number in found if number is not None) / len(found)
            assert mean == pytest.approx(figure.value, rel=0.06), figure.kpi


# ---- the common workload ----


def test_the_common_workload_has_its_shares_and_service_times() -> None:
    scenario = load(BENCHMARK, {"flows.truck.arrivals.count": 4000}).resolved
    log = run(scenario, seed=1).log
    rows, trucks = log.visits, len(log.entities["flow"])
    assert trucks == 4000
    assert set(log.entities["outcome"].tolist()) == {1}  # completed: it runs until it is empty
    assert len(rows["step"]) / trucks == pytest.approx(6.8, abs=4 * math.sqrt(0.69 / trucks))
    minutes = float((rows["ended"] - rows["started"]).sum()) / trucks / 60_000
    assert minutes == pytest.approx(41.2, rel=0.03)


def test_the_common_workload_is_written_as_agreed() -> None:
    scenario = load(BENCHMARK).resolved
    truck = scenario.flows["truck"]
    assert truck.arrivals.count == 100_000
    assert scenario.clock.until == "empty"
    assert {name: pool.shifts[0].units for name, pool in scenario.resources.items()} == {
        "entry_lanes": 4, "document_officers": 6, "registration_officers": 8, "document_checkers": 8,
        "inspection_bays": 8, "quarantine_officers": 6, "payment_counters": 6, "yard_places": 24,
        "exit_lanes": 4,
    }  # fmt: skip
