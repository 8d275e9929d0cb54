"""Simulated time in the real Prometheus: what PromQL gives is what the results say."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from metrics.declare import Value
from metrics.exports import openmetrics
from metrics.exports.times import unix
from metrics.kpis import measure
from metrics.replication import Replication
from metrics.simulated import BUCKETS, FAMILIES, Simulated, step_for
from platform_api.prometheus import Server, make_blocks, serving
from scenarios import library
from scenarios.resolved import Resolved
from sim.log import EventLog
from sim.pieces import whole
from sim.run import run
from tests.platform_api.helpers import check_metrics
from tests.platform_api.test_cli import assert_refused, cuakhau

SCENARIOS = {
    "lang-son-2025-03-12": "1 d",
    "yen-bai-ocop": "7 d",
    "durian-laboratories-2025-10": "3 d",
    "lang-son-2021-12": "5 d",
}


def measured(scenario: Resolved, log: EventLog) -> Simulated:
    series = Simulated(scenario)
    series.take(whole(log))
    return series


def text(series: Simulated, **labels: str) -> str:
    return b"".join(openmetrics.write(series, labels)).decode()


@dataclass(frozen=True)
class Loaded:
    """Scenarios in one Prometheus, with what the results say of them."""

    server: Server
    scenario: Resolved
    end: float
    figures: dict[tuple[str, tuple[tuple[str, str], ...]], Value]

    def __getattr__(self, name: str) -> float | None:
        return self.figures[name, ()].value

    def now(self, expression: str) -> float:
        return self.server.number(expression.replace("S", f'scenario="{self.scenario.name}"'), self.end)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, Loaded]]]:
    folder = tmp_path_factory.mktemp("prometheus")
    found = {}
    for name, until in SCENARIOS.items():
        scenario = library.load(name, until=until).resolved
        log = run(scenario, 1).log
        series = measured(scenario, log)
        (folder / f"{name}.om").write_text(text(series), encoding="utf-8")
        make_blocks(folder / f"{name}.om", folder / "data")
        figures = {
            (value.name, tuple(value.labels.items())): value
            for value in measure(Replication(scenario, log))
        }  # fmt: skip
        found[name] = scenario, unix(int(series.times[-1]), scenario.clock), figures
    with serving(folder / "data") as server:
        yield server, {name: Loaded(server, *parts) for name, parts in found.items()}


@pytest.fixture(params=SCENARIOS)
def loaded(request: pytest.FixtureRequest, prometheus: tuple[Server, dict[str, Loaded]]) -> Loaded:
    return prometheus[1][request.param]


def test_promql_sums_are_the_results(loaded: Loaded) -> None:
    def figure(name: str) -> float:
        return loaded.figures[name, ()].value or 0.0

    names = {name for name, labels in loaded.figures if not labels}
    for name in {"arrived", "crossed", "completed", "lost"} & names:
        assert loaded.now(f"sum(cuakhau_sim_{name}_total{{S}})") == figure(name), name
    assert loaded.now("sum(cuakhau_sim_backlog_entities{S})") == figure("closing_backlog")
    mean = loaded.now("sum(cuakhau_sim_dwell_seconds_sum{S}) / sum(cuakhau_sim_dwell_seconds_count{S})")
    assert mean == pytest.approx(figure("dwell_mean"), rel=1e-12)


def test_every_series_is_the_result_of_its_labels(loaded: Loaded) -> None:
    checked = Counter[str]()
    for metric, name in (
        ("arrived_total", "arrived"), ("crossed_total", "crossed"), ("lost_total", "lost"),
        ("backlog_entities", "closing_backlog"),
    ):  # fmt: skip
        for key, value in loaded.server.query(
            f'cuakhau_sim_{metric}{{scenario="{loaded.scenario.name}"}}', loaded.end
        ).items():
            labels = {k: v for k, v in key if k not in ("__name__", "scenario")}
            wanted = [v for (n, of), v in loaded.figures.items() if n == name and dict(of) == labels]
            assert [each.value for each in wanted] == [value], (name, labels)
            checked[name] += 1
    assert checked["arrived"] >= 1


def test_agencies_waits_and_utilisation_are_the_results(loaded: Loaded) -> None:
    by_agency = {
        dict(of)["agency"]: v
        for (n, of), v in loaded.figures.items()
        if n == "wait_mean" and len(of) == 1 and of[0][0] == "agency"
    }
    sums = loaded.server.query(
        f'cuakhau_sim_wait_seconds_sum{{scenario="{loaded.scenario.name}"}}', loaded.end
    )
    assert len(sums) == len(by_agency)
    for key, total in sums.items():
        agency = dict(key)["agency"]
        count = loaded.now(f'cuakhau_sim_wait_seconds_count{{S,agency="{agency}"}}')
        assert count == by_agency[agency].n
        if count:
            assert total / count == pytest.approx(by_agency[agency].value, rel=1e-12)
    for (name, labels), value in loaded.figures.items():
        if name == "utilisation" and "agency" in dict(labels) and value.value is not None:
            agency = dict(labels)["agency"]
            told = loaded.now(
                f'cuakhau_sim_busy_seconds_total{{S,agency="{agency}"}} / cuakhau_sim_scheduled_seconds_total'
            )
            assert told == pytest.approx(value.value, rel=1e-12)


def test_orders_in_time_are_the_result(prometheus: tuple[Server, dict[str, Loaded]]) -> None:
    loaded = prometheus[1]["yen-bai-ocop"]
    told = loaded.now("sum(cuakhau_sim_orders_on_time_total{S}) / sum(cuakhau_sim_orders_due_total{S})")
    assert told == loaded.figures["on_time", ()].value
    assert loaded.now("sum(cuakhau_sim_orders_due_total{S})") == loaded.figures["on_time", ()].n


def test_quantiles_of_buckets_hold_the_quantile_of_the_result(loaded: Loaded) -> None:
    p95 = loaded.figures["dwell_p95", ()].value
    told = loaded.now("histogram_quantile(0.95, sum by (le) (cuakhau_sim_dwell_seconds_bucket{S}))")
    assert p95 is not None
    bounds = [0.0, *(bound / 1000 for bound in BUCKETS), math.inf]
    low = max(bound for bound in bounds if bound < p95)
    assert low <= told <= min(bound for bound in bounds if bound >= p95)


def test_counters_never_fall_and_the_backlog_is_what_came_less_what_went(loaded: Loaded) -> None:
    begin = unix(0, loaded.scenario.clock)
    for key, samples in loaded.server.over(
        '{__name__=~"cuakhau_sim_.*_(total|bucket|count|sum)"}', begin, loaded.end, 3600
    ).items():
        values = [value for _, value in samples]
        assert values == sorted(values), key
    opening = loaded.figures["opening_backlog", ()].value or 0
    came, *went = (
        loaded.now(f"sum(cuakhau_sim_{name}_total{{S}}) or vector(0)")
        for name in ("arrived", "crossed", "completed", "lost")
    )
    assert opening + came - sum(went) == loaded.now("sum(cuakhau_sim_backlog_entities{S})")


# ---- without Prometheus --------------------------------------------------------------------------------


def test_pieces_give_the_series_of_the_whole_record() -> None:
    for name in ("durian-laboratories-2025-10", "lang-son-2021-12"):
        scenario = library.load(name, until="3 d").resolved
        in_pieces = Simulated(scenario)
        run(scenario, 1, keep="statistics", take=in_pieces.take)
        assert text(in_pieces) == text(measured(scenario, run(scenario, 1).log))


def test_names_and_units_please_promtool() -> None:
    scenario = library.load("yen-bai-ocop", until="1 d").resolved
    series = measured(scenario, run(scenario, 1).log)
    plain = re.sub(r" \d+(\.\d+)?$", "", text(series), flags=re.MULTILINE)  # no timestamps
    last: dict[str, str] = {}
    for line in plain.splitlines():
        if not line.startswith("#"):
            last[line.rsplit(" ", 1)[0]] = line
    heads = [line for line in plain.splitlines() if line.startswith(("# HELP", "# TYPE"))]
    told = []
    for head in heads:
        _, kind, name, rest = head.split(" ", 3)
        counter = FAMILIES[name.removeprefix(openmetrics.PREFIX)].kind == "counter"
        told.append(f"# {kind} {name}{'_total' if counter else ''} {rest}")
        if kind == "HELP":
            mine = rf"{name}(_total|_bucket|_sum|_count)?\{{"
            told += [line for line in last.values() if re.match(mine, line)]
    check_metrics("\n".join(told) + "\n")


def test_samples_are_no_more_than_a_dashboard_draws() -> None:
    day = 86_400_000
    assert [step_for(days * day) // 60_000 for days in (1, 3, 20, 365)] == [1, 5, 15, 60]


def test_labels_with_quotes_are_escaped() -> None:
    scenario = library.load("yen-bai-ocop", until="1 h").resolved
    told = text(measured(scenario, run(scenario, 1).log), run='a"b\\c\nd')
    assert 'run="a\\"b\\\\c\\nd"' in told


def test_a_window_that_is_no_whole_number_of_steps_ends_exactly() -> None:
    scenario = library.load("lang-son-2021-12", until="100 min").resolved
    series = Simulated(scenario, step=45 * 60_000)
    series.take(whole(run(scenario, 1).log))
    assert series.times.tolist() == [0, 45 * 60_000, 90 * 60_000, 100 * 60_000]
    lines = {(line.family.name, tuple(line.labels.values())): line.values for line in series.lines()}
    assert all(values.shape[-1] == 4 for values in lines.values())


def test_a_run_until_empty_ends_when_the_last_has_left() -> None:
    scenario = library.load("yen-bai-ocop", ["flows.order.arrivals.demand=10 %"], until="empty").resolved
    log = run(scenario, 1).log
    series = measured(scenario, log)
    backlog = np.sum(
        [line.values for line in series.lines() if line.family.name == "backlog_entities"], axis=0
    )
    assert len(backlog) == len(series.times)
    assert backlog[-1] == Replication(scenario, log).inside(Replication(scenario, log).window[1]).sum()


def test_every_metric_stands_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "exports.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`cuakhau_sim_(\w+?)(?:_total)?`", page))
    assert told == set(FAMILIES)


# ---- the command ----------------------------------------------------------------------------------------


def test_a_kept_result_needs_no_record_and_gives_the_run_that_was(tmp_path: Path) -> None:
    done = cuakhau(
        "run", "lang-son-2021-12", "--until", "6h", "--seed", 7, "--replications", 2, "--out", tmp_path / "r"
    )
    assert done.exit_code == 0, done.output
    again = cuakhau("export", tmp_path / "r", "--format", "openmetrics", "--replication", 2)
    scenario = library.load("lang-son-2021-12", until="6h").resolved
    assert again.stdout == text(measured(scenario, run(scenario, 7, 1).log))
    assert_refused(cuakhau("export", tmp_path / "r", "--format", "openmetrics", "--replication", 3), "3")
    assert_refused(cuakhau("export", tmp_path / "r", "--format", "openmetrics", "--step", "1 ms"), "1 ms")
    result = (tmp_path / "r" / "result.json").read_text(encoding="utf-8")
    digest = re.search(r'"digest": \[\s*"(\w+)"', result)
    assert digest is not None
    (tmp_path / "r" / "result.json").write_text(result.replace(digest[1], "0" * 32), encoding="utf-8")
    assert_refused(cuakhau("export", tmp_path / "r", "--out", tmp_path / "x.om"), "does not give the run")
    assert not (tmp_path / "x.om").exists()


# ---- a year ---------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_year_of_the_gate_loads_and_its_sums_are_the_results(tmp_path: Path) -> None:
    from metrics.pieces import Measuring

    scenario = library.load("lang-son-700k").resolved
    series, figures = Simulated(scenario), Measuring(scenario)

    def take(piece: object) -> None:
        series.take(piece)  # type: ignore[arg-type]
        figures.take(piece)  # type: ignore[arg-type]

    run(scenario, 1, keep="statistics", take=take)
    with (tmp_path / "year.om").open("wb") as file:
        for portion in openmetrics.write(series):
            file.write(portion)
    make_blocks(tmp_path / "year.om", tmp_path / "data")
    values = {(value.name, tuple(value.labels.items())): value.value for value in figures.values()}
    end = unix(int(series.times[-1]), scenario.clock)
    with serving(tmp_path / "data") as server:
        for name in ("arrived", "crossed", "lost"):
            assert server.number(f"sum(cuakhau_sim_{name}_total)", end) == values[name, ()]
        assert server.number("sum(cuakhau_sim_backlog_entities)", end) == values["closing_backlog", ()]
        mean = "sum(cuakhau_sim_dwell_seconds_sum) / sum(cuakhau_sim_dwell_seconds_count)"
        assert server.number(mean, end) == pytest.approx(values["dwell_mean", ()], rel=1e-9)
        a_month = server.number("sum(increase(cuakhau_sim_crossed_total[30d]))", end)
        assert a_month == pytest.approx(
            server.number("sum(cuakhau_sim_crossed_total - cuakhau_sim_crossed_total offset 30d)", end),
            rel=0.01,
        )
