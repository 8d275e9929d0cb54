"""Runs that end because of what their scenario says are told as its fault, by command and by service."""

import copy
import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from platform_api.cli import cli
from platform_api.examples import SMALL_SCENARIO
from platform_api.faults import blaming_the_scenario
from platform_api.runner import ScenarioFault, run_scenario
from scenarios.library import load_text
from scenarios.resolved import Resolved, Zone
from sim.chance import HashClash
from sim.engines.floor import EndlessInstant
from tests.platform_api.conftest import MakeApp, client_of
from tests.platform_api.helpers import order_and_wait


def round_for_ever() -> dict[str, Any]:
    """Trucks go from the papers to the papers, a million times in no time."""
    written: dict[str, Any] = copy.deepcopy(SMALL_SCENARIO)
    written["steps"]["papers"]["time"] = "0 s"
    written["steps"]["again"] = {
        "kind": "choose",
        "shares": {"back": "99.9999 %", "out": "0.0001 %"},
        "options": {"back": ["papers"], "out": "next"},
    }
    written["flows"]["truck"]["route"] = ["papers", "again"]
    return written


@pytest.fixture
def endless() -> dict[str, Any]:
    """As its name says."""
    return round_for_ever()


@pytest.fixture
def waiting() -> Resolved:
    """Two trucks wait at the papers when the run begins."""
    written: dict[str, Any] = copy.deepcopy(SMALL_SCENARIO)
    written["flows"]["truck"]["backlog"] = {"at": "papers", "count": 2, "age": "1 h"}
    return load_text(json.dumps(written, ensure_ascii=False)).resolved


def test_the_command_names_the_steps_that_go_round(endless: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "endless.yaml"
    file.write_text(json.dumps(endless, ensure_ascii=False), encoding="utf-8")
    done = CliRunner().invoke(cli, ["run", str(file), "--seed", "1", "--replications", "2"])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "kịch bản quay vòng mãi trong một thời điểm ở khâu: papers; hãy" in done.stderr
    assert "goes round for ever within one instant, at: papers; give" in done.stderr
    assert "không phải do bạn" not in done.stderr


def test_the_service_names_the_steps_that_go_round(endless: dict[str, Any], make_app: MakeApp) -> None:
    with client_of(make_app()) as client:
        ticket = order_and_wait(client, scenario=endless, seed=1, replications=1)
    assert ticket["state"] == "failed"
    problem = ticket["problems"][0]
    assert problem["place"] == "scenario"
    assert problem["message"]["en"].endswith("at: papers")
    assert problem["message"]["vi"].endswith("ở khâu: papers")


def test_it_is_told_alike_from_another_process() -> None:
    told = pickle.loads(pickle.dumps(EndlessInstant.at(["desk", "gate"], 7)))
    with pytest.raises(ScenarioFault, match="at: desk, gate; give"), blaming_the_scenario():
        raise told


def test_a_backlog_that_does_not_fit_names_step_and_room(waiting: Resolved) -> None:
    step = replace(waiting.steps["papers"], room=1)
    narrow = replace(waiting, steps={**waiting.steps, "papers": step})
    with pytest.raises(ScenarioFault, match="step 'papers' has room for 1; lower") as refused:
        run_scenario(narrow, seed=1)
    assert refused.value.message.vi == "tồn đầu không vừa: khâu 'papers' chỉ có 1 chỗ"


def test_a_backlog_that_does_not_fit_its_zone_is_told(waiting: Resolved) -> None:
    step = replace(waiting.steps["papers"], zone="yard")
    yard = Zone(label=step.label, kind="yard", room=1)
    narrow = replace(waiting, steps={**waiting.steps, "papers": step}, zones={"yard": yard})
    with pytest.raises(ScenarioFault, match="the zone of step 'papers' has room for 1; lower"):
        run_scenario(narrow, seed=1)


def test_names_of_one_hash_are_the_scenarios_affair() -> None:
    with pytest.raises(ScenarioFault, match="hash: a and b; rename"), blaming_the_scenario():
        raise HashClash("a and b have one hash; rename one of them")


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(ValueError, match=r"^seed"), blaming_the_scenario():
        raise ValueError("seed -1 is outside")
