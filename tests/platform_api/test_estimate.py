"""`cuakhau estimate`, and the line that stands before a simulation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from platform_api.beforehand import beforehand, one_line, spoken
from platform_api.cli import cli
from platform_api.commands.estimate import tell_beforehand
from platform_api.console import Speech
from scenarios import library

ROOT = Path(__file__).parents[2]
GATE = str(ROOT / "examples" / "small-gate.yaml")


def cuakhau(*words: str) -> Result:
    return CliRunner(env={"CUAKHAU_LANG": None, "COLUMNS": "110"}).invoke(cli, list(words))


def test_figures_stand_with_their_bands() -> None:
    done = cuakhau("estimate", "lang-son-2025-03-12", "--lang", "en")
    assert done.exit_code == 0, done.output
    for words in (
        "Throughput",
        "Dwell, mean",
        "Closing backlog",
        "90% band",
        "Utilisation · Customs",
        "many days",
    ):
        assert words in done.stdout


def test_json_is_one_document_with_value_and_band() -> None:
    done = cuakhau("estimate", "lang-son-2025-03-12", "--json", "--override", "resources.scanners.capacity=3")
    told = json.loads(done.stdout)
    assert told["kind"] in ("plain", "rough")
    dwell = next(each for each in told["figures"] if each["name"] == "dwell_mean")
    assert dwell["unit"] == "s"
    assert dwell["low"] < dwell["value"] < dwell["high"]
    usual = beforehand(library.load("lang-son-2025-03-12").resolved)
    assert told["scenario_hash"] != usual.scenario_hash
    assert usual.figure("dwell_mean").value is not None
    with pytest.raises(KeyError):
        usual.figure("dwell_mean", agency="customs")


@pytest.mark.parametrize(("language", "why"), [("vi", "gom chuyến ('call')"), ("en", "gather ('call')")])
def test_where_too_much_is_left_out_it_says_so(language: str, why: str) -> None:
    done = cuakhau("estimate", "kim-thanh-2021-01", "--lang", language)
    assert done.exit_code == 0, done.output
    assert why in done.stdout
    assert "/ngày" not in done.stdout
    assert "90%" not in done.stdout


def test_a_scenario_that_is_wrong_is_told_as_ever() -> None:
    done = cuakhau("estimate", "no-such-scenario")
    assert done.exit_code == 2
    assert done.stdout == ""


@pytest.mark.parametrize("name", library.names())
def test_every_scenario_has_its_line_in_both_languages(name: str) -> None:
    told = beforehand(library.load(name).resolved)
    for line in (one_line(told, "vi"), one_line(told, "en")):
        assert line
        assert "{" not in line
    assert [spoken(each, "vi") for each in told.figures if each.value is None] == [
        "–" for each in told.figures if each.value is None
    ]


def test_nothing_is_said_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    tell_beforehand(Speech(), library.load("lang-son-2025-03-12").resolved)
    assert capsys.readouterr() == ("", "")
    done = cuakhau("run", GATE, "--replications", "1", "--seed", "1")
    assert done.exit_code == 0
    assert "ước tính" not in done.output.lower()
