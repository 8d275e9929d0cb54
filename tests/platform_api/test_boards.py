"""Boards and rules: every expression is run by the real Prometheus, and gives something."""

import json
import math
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metrics.boards.__main__ import BOARDS, FOLDER, written
from metrics.exports import openmetrics
from metrics.exports.times import unix
from metrics.simulated import Simulated
from platform_api.prometheus import Server, make_blocks, promtool, serving
from scenarios import library
from scenarios.yaml import read
from sim.run import run
from tests.platform_api.helpers import order_and_wait
from tests.platform_api.serving import Serving
from tests.platform_api.test_cli import assert_refused, cuakhau

METRICS = FOLDER.parent
RULES = sorted((METRICS / "rules").glob("*.yaml"))
CASES = Path(__file__).parents[1] / "metrics" / "rules"

GATE, SHOP = "lang-son-2025-03-12", "yen-bai-ocop"

CHOSEN = {
    "window": "1d",
    "gate": ".*",
    "direction": ".*",
    "agency": ".*",
    "payment": ".*",
    "__rate_interval": "10s",
}
"""What is chosen on a board, beside the scenario."""

SECONDS = 40
"""Time for the live series to be there [s]."""


def documents() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}


def expressions() -> list[tuple[str, str, str]]:
    """(board, panel, expression) of every panel."""
    return [
        (name, panel["title"], target["expr"])
        for name, board in documents().items()
        for panel in board["panels"]
        for target in panel["targets"]
    ]


# ---- on paper -----------------------------------------------------------------------------------------


def test_the_files_are_what_is_declared() -> None:
    """After a change: python -m metrics.boards"""
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == {
        f"{board.uid}.json": written(board) for board in BOARDS
    }


def test_every_panel_says_what_it_shows_in_both_languages_with_unit_and_thresholds() -> None:
    vietnamese = re.compile(
        r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE
    )
    for board in documents().values():
        assert board["description"]
        for panel in board["panels"]:
            assert vietnamese.search(panel["title"]), panel["title"]
            assert panel["description"].endswith(".")
            assert not vietnamese.search(panel["description"]), panel["description"]
            defaults = panel["fieldConfig"]["defaults"]
            assert defaults["unit"]
            assert defaults["thresholds"]["steps"][0]["value"] is None
            for target in panel["targets"]:
                wanted = "simulated" if "cuakhau_sim_" in target["expr"] else "live"
                assert panel["datasource"]["uid"] == target["datasource"]["uid"] == f"${{{wanted}}}"


def test_panels_lie_side_by_side_and_never_on_each_other() -> None:
    for board in documents().values():
        taken: set[tuple[int, int]] = set()
        for panel in board["panels"]:
            at = panel["gridPos"]
            assert at["x"] + at["w"] <= 24
            cells = {
                (x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])
            }
            assert not cells & taken, panel["title"]
            taken |= cells
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_every_choice_that_an_expression_reads_is_on_its_board() -> None:
    for name, board in documents().items():
        offered = {variable["name"] for variable in board["templating"]["list"]}
        mine = " ".join(expr for own, _, expr in expressions() if own == name)
        assert set(re.findall(r"\$(\w+)", mine)) - {"__rate_interval"} <= offered, name


# ---- rules ----------------------------------------------------------------------------------------------


def test_promtool_finds_the_rules_right() -> None:
    said = promtool("check", "rules", "--lint-fatal", *RULES)
    assert said.count("SUCCESS") == len(RULES) == 3


@pytest.mark.parametrize("case", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_alerts_fire_when_they_should(case: Path, tmp_path: Path) -> None:
    text = case.read_text(encoding="utf-8").replace("RULES", str(METRICS / "rules"))
    (tmp_path / case.name).write_text(text, encoding="utf-8")
    assert "SUCCESS" in promtool("test", "rules", tmp_path / case.name)


def test_every_rule_is_tried_and_every_alert_speaks_both_languages() -> None:
    for file in RULES:
        tried = (CASES / file.name).read_text(encoding="utf-8")
        for rule in rules_of(file):
            if "alert" in rule:
                assert f"alertname: {rule['alert']}" in tried
                assert rule["annotations"]["summary"] != rule["annotations"]["summary_en"]
                assert rule["labels"]["severity"] in ("warning", "critical")


def rules_of(file: Path) -> list[dict[str, Any]]:
    groups = read(file.read_text(encoding="utf-8")).data["groups"]
    return [rule for group in groups for rule in group["rules"]]


# ---- with the real Prometheus ---------------------------------------------------------------------------


class Live:
    """A service at work, scraped by a Prometheus that holds simulated time too."""

    def __init__(self, server: Server, ends: dict[str, float]) -> None:
        self.server, self.ends = server, ends

    def value(self, expr: str, scenario: str) -> dict[Any, float]:
        """What an expression gives: at the end of simulated time, or now, as soon as there is anything."""
        for name, chosen in (CHOSEN | {"scenario": scenario}).items():
            expr = expr.replace(f"${name}", chosen)
        if "cuakhau_sim_" in expr:
            return self.server.query(expr, self.ends[scenario])
        deadline = time.monotonic() + SECONDS
        while not (found := self.server.query(expr, time.time())) and time.monotonic() < deadline:
            time.sleep(0.2)
        return found


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("boards")
    ends = {}
    for name, until in ((GATE, "1 d"), (SHOP, "7 d")):
        scenario = library.load(name, until=until).resolved
        series = Simulated(scenario, step=5 * 60_000)
        run(scenario, 1, keep="statistics", take=series.take)
        (folder / f"{name}.om").write_bytes(b"".join(openmetrics.write(series)))
        make_blocks(folder / f"{name}.om", folder / "data")
        ends[name] = unix(int(series.times[-1]), scenario.clock)
    service = Serving(folder)
    try:
        for name in (GATE, SHOP):
            assert (
                order_and_wait(service.client, scenario=name, seed=1, replications=1)["state"] == "succeeded"
            )
        address = service.address.removeprefix("http://")
        with serving(folder / "data", scrape=address, rules=RULES) as server:
            yield Live(server, ends)
    finally:
        service.close()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_every_expression_of_the_boards_gives_something(live: Live) -> None:
    empty = []
    for board, panel, expr in expressions():
        found = live.value(expr, SHOP if board == "cuakhau-orders" else GATE)
        if not found or all(math.isnan(value) for value in found.values()):
            empty.append(f"{board} · {panel}: {expr}")
    assert not empty, "\n".join(empty)


@pytest.mark.slow
def test_every_choice_on_a_board_has_values(live: Live) -> None:
    for name, board in documents().items():
        scenario = SHOP if name == "cuakhau-orders" else GATE
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                asked = variable["query"]["query"].replace("$scenario", scenario)
                metric, label = re.fullmatch(r"label_values\((.*), (\w+)\)", asked).groups()  # type: ignore[union-attr]
                assert live.server.query(f"count by ({label}) ({metric})", live.ends[scenario]), asked


@pytest.mark.slow
def test_prometheus_evaluates_the_rules_without_a_fault(live: Live) -> None:
    known = [rule.get("alert") or rule["record"] for file in RULES for rule in rules_of(file)]
    deadline = time.monotonic() + SECONDS
    while True:
        groups = {group["name"]: group["rules"] for group in live.server.get("rules")["groups"]}
        soon = groups["cuakhau-service"]  # the others are evaluated every five minutes
        if all(rule["health"] != "unknown" for rule in soon) or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    assert sorted(rule["name"] for rules in groups.values() for rule in rules) == sorted(known)
    assert all(rule["health"] == "ok" for rule in soon), soon
    assert not [rule for rules in groups.values() for rule in rules if rule.get("lastError")]


# ---- the command ----------------------------------------------------------------------------------------


def test_the_command_lays_out_all_that_is_needed(tmp_path: Path) -> None:
    done = cuakhau("boards", tmp_path / "b", "--service", "10.0.0.7:9000")
    assert (done.exit_code, done.stdout.strip()) == (0, str(tmp_path / "b")), done.output
    made = sorted(str(path.relative_to(tmp_path / "b")) for path in (tmp_path / "b").rglob("*.*"))
    assert made == sorted(
        [f"dashboards/{board.uid}.json" for board in BOARDS]
        + [f"rules/{file.name}" for file in RULES]
        + ["dashboards.yaml", "datasources.yaml", "prometheus.yaml", "prometheus-simulated.yaml"]
    )
    assert str(tmp_path / "b" / "dashboards") in (tmp_path / "b" / "dashboards.yaml").read_text(
        encoding="utf-8"
    )
    assert "10.0.0.7:9000" in (tmp_path / "b" / "prometheus.yaml").read_text(encoding="utf-8")
    for name in ("prometheus.yaml", "prometheus-simulated.yaml"):
        assert "SUCCESS" in promtool("check", "config", tmp_path / "b" / name)


def test_a_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert_refused(cuakhau("boards", tmp_path / "file"), "file")
