"""Forecasts: calibrated on simulated truth, paired actions, the same whoever does the work, nothing lost."""

import copy
import csv
import io
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from metrics.fans import QUANTILES, Series, fan, series_of
from metrics.replication import Replication
from platform_api import forecast, hands, journal
from platform_api.examples import SMALL_SCENARIO
from platform_api.following import Advance
from platform_api.forecast import HOUR, Asked, prepare
from platform_api.forecast_answer import Forecast
from platform_api.forecast_report import render
from platform_api.forecast_trials import Futures
from scenarios.errors import ScenarioError
from scenarios.experiments import Variant
from scenarios.library import load
from scenarios.resolved import Label
from scenarios.situation import Group, Situation, begun
from sim.run import Cancelled, run
from tests.platform_api.helpers import assert_stands_alone
from tests.platform_api.test_cli import assert_refused, cuakhau

WORDS = ("--replications", 5, "--seed", 7, "--jobs", 1, "--horizon", "12h")

TWO = Variant("two", Label("Hai người", "Two officers"), None, {"resources.officer.capacity": "2"})
SAME = Variant("same", Label("Như cũ", "As before"), None, {"resources.officer.capacity": "1"})


@pytest.fixture
def file(written: dict[str, Any], tmp_path: Path) -> Path:
    found = tmp_path / "one-counter.yaml"
    found.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    return found


@pytest.fixture
def asked(file: Path) -> Asked:
    """Thirty are there, and one officer."""
    now = Situation(waiting=(Group("truck", "papers", 30, HOUR),))
    return Asked(str(file), now, (TWO,), horizon=12 * HOUR, limit="32", replications=40, seed=1)


def told(asked: Asked, folder: Path | None = None) -> Forecast:
    return forecast.run(prepare(asked, folder), jobs=2, folder=folder)


def without_clock(answer: Forecast) -> Forecast:
    return replace(answer, seconds=0.0)


# ---- calibration --------------------------------------------------------------------------------------

BUSY = {"flows.truck.arrivals.rate": "14 /h", "steps.papers.time.mean": "5 min", "window": "1 d"}
"""Fourteen come an hour, twelve are done: the backlog grows, by chance more or less."""


def share_inside(truths: int, days: int, demand: str) -> int:
    """How many of so many truths lie between P10 and P90 of forecasts that were made half a day before.

    A truth is a run of its own; what it has at noon is all that its forecast knows. Waiting that forgets
    itself (Poisson arrivals, exponential times) makes that all there is to know.
    """
    scenario = load_small(BUSY)
    expects = load_small(BUSY | {"flows.truck.arrivals.demand": demand})
    inside, low, high = 0, QUANTILES.index(0.1), QUANTILES.index(0.9)
    for number in range(truths):
        truth = Replication(scenario.resolved, run(scenario.resolved, 1, number).log)
        backlog = truth.backlog(np.ones(len(truth.log.entities["flow"]), np.bool_))
        now, later = backlog.at(np.array([12 * HOUR, 18 * HOUR]))
        known = Situation(now="2025-03-12 19:00", waiting=(Group("truck", "papers", int(now)),))
        begins = begun(expects.written, known, 6 * HOUR, {})
        futures = Futures(
            (begins,), 2 + number, "compiled", (Series("backlog"),), 6 * HOUR, Series("backlog"), None
        )
        trials = futures.perform(range(days), lambda: False)
        band = fan(np.array([trial.seen[0].levels for trial in trials]))[:, -1]
        inside += bool(band[low] <= later <= band[high])
    return inside


def load_small(overrides: dict[str, str]) -> Any:
    from scenarios.library import load_text

    return load_text(json.dumps(copy.deepcopy(SMALL_SCENARIO)), overrides)


@pytest.mark.slow
def test_the_fan_covers_simulated_truth_as_often_as_it_says() -> None:
    assert binomtest(share_inside(40, 19, "100 %"), 40, 0.8).pvalue > 0.01


@pytest.mark.slow
def test_a_wrong_model_is_found_out() -> None:
    assert binomtest(share_inside(12, 19, "50 %"), 12, 0.8).pvalue < 1e-6


@pytest.mark.long
def test_the_fan_covers_many_simulated_truths() -> None:
    assert binomtest(share_inside(500, 39, "100 %"), 500, 0.8).pvalue > 0.01


# ---- what it says -------------------------------------------------------------------------------------


def test_the_fan_begins_with_what_is_there_and_is_ordered(asked: Asked) -> None:
    answer = told(asked)
    assert answer.there == 30
    for of in answer.fans:
        table = np.array(list(of.quantiles.values()))
        assert (np.diff(table, axis=0) >= 0).all()
        if of.what == "backlog":
            assert set(table[:, 0]) == {30.0}


def test_the_probability_is_that_of_the_largest_number(asked: Asked) -> None:
    answer = told(asked)
    nothing, two = answer.chances
    trials = prepare(asked).futures.perform(range(40), lambda: False)
    peaks = np.array([[seen.values[0] for seen in trial.seen] for trial in trials])
    assert [nothing.seen, two.seen] == (peaks > 32).sum(axis=0).tolist()
    assert nothing.interval[0] <= nothing.probability <= nothing.interval[1]


def test_a_second_officer_is_shown_to_help_on_the_same_trucks(asked: Asked) -> None:
    (action,) = told(asked).actions
    assert action.change < 0
    assert action.interval[1] < 0
    assert action.onto == 0  # nobody is worse off with more officers in a single queue
    assert told(asked).best == "two"
    assert "lowers" in action.sentence.en


def test_an_action_that_changes_nothing_is_not_shown_to(asked: Asked) -> None:
    answer = told(replace(asked, actions=(SAME, TWO)))
    same, two = answer.actions
    assert (same.change, same.onto, same.off) == (0.0, 0, 0)
    assert (same.peak_change, same.peak_half_width) == (0.0, 0.0)
    assert answer.best == two.variant
    assert answer.best_told is not None
    assert answer.best_told.en == "Changes it most: 'Two officers'."


def test_without_a_zone_and_a_limit_there_is_no_probability(asked: Asked) -> None:
    answer = told(replace(asked, limit=None))
    assert (answer.limit, answer.chances, answer.best) == (None, (), None)
    assert any("--limit" in warning.en for warning in answer.warnings)


def test_a_gate_of_the_library_is_told_by_gate_and_yard() -> None:
    scenario = load("lang-son-2025-03-12").resolved
    found = series_of(scenario)
    assert found[0] == Series("backlog")
    assert {of.attribute for of in found if of.what == "backlog"} == {"", "gate"}
    assert {of.value for of in found if of.what == "zone"} == set(scenario.zones)
    limited = prepare(Asked("lang-son-2025-03-12", limit="export_yard", horizon=2 * HOUR, seed=1))
    assert limited.futures.limit == scenario.zones["export_yard"].room


# ---- who does it ----------------------------------------------------------------------------------------


def test_the_answer_is_the_same_whoever_does_the_work(asked: Asked) -> None:
    alone = told(asked)
    with ThreadPoolExecutor(3) as pool:
        other = forecast.run(prepare(asked), hands=hands.of(pool, 3))
    assert without_clock(other) == without_clock(alone)


def test_both_engines_say_the_same(asked: Asked) -> None:
    futures = prepare(asked).futures
    (compiled,) = futures.perform((0,), lambda: False)
    (reference,) = replace(futures, engine="reference").perform((0,), lambda: False)
    assert reference.seen == compiled.seen


def test_parts_can_be_sent_to_another_process(asked: Asked) -> None:
    futures = prepare(asked).futures
    (sent,), (here,) = (
        each.perform((3,), lambda: False) for each in (pickle.loads(pickle.dumps(futures)), futures)
    )
    assert sent.seen == here.seen


def test_interrupted_it_goes_on_where_it_was(asked: Asked, tmp_path: Path) -> None:
    whole, folder = told(asked), tmp_path / "forecast"
    seen: list[Advance] = []

    def stop() -> bool:
        return bool(seen and seen[-1].finished)

    with pytest.raises(Cancelled):
        forecast.run(prepare(asked, folder), jobs=1, folder=folder, progress=seen.append, cancel=stop)
    kept = (folder / journal.LINES).read_text(encoding="utf-8").splitlines()
    assert kept
    assert without_clock(told(asked, folder)) == without_clock(whole)
    assert (folder / journal.LINES).read_text(encoding="utf-8").splitlines()[: len(kept)] == kept
    with pytest.raises(journal.NotOurs, match="limit"):
        told(replace(asked, limit="33"), folder)


# ---- the command --------------------------------------------------------------------------------------

NOW = ("--waiting", "truck@papers=20;age=2 h", "--limit", 22)


def test_the_command_prints_one_document(file: Path) -> None:
    done = cuakhau("forecast", file, *WORDS, *NOW, "--action", "resources.officer.capacity=2", "--json")
    assert done.exit_code == 0, done.output
    answer = Forecast.from_json(done.stdout)
    assert json.loads(done.stdout) == answer.document()
    assert (answer.seed, answer.replications, answer.there, answer.limit) == (7, 5, 20, 22)
    assert len(answer.actions) == 1


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_screen_tells_it_in_both_languages(file: Path, language: str) -> None:
    done = cuakhau(
        "forecast", file, *WORDS, *NOW, "--action", "two:resources.officer.capacity=2", "--lang", language
    )
    assert done.exit_code == 0, done.output
    vi = ("Xác suất số đang tồn vượt 22", "Bây giờ: 20 đang ở đó", "Các việc có thể làm", "two")
    en = ("Probability that the backlog passes 22", "Now: 20 are there", "What might be done", "two")
    for said in vi if language == "vi" else en:
        assert said in done.stdout


def test_the_folder_has_answer_table_and_a_page_that_stands_by_itself(file: Path, tmp_path: Path) -> None:
    folder, now = tmp_path / "kept", tmp_path / "now.yaml"
    now.write_text("waiting: [{flow: truck, at: papers, count: 20, age: 2 h}]", encoding="utf-8")
    done = cuakhau("forecast", file, *WORDS, "--situation", now, "--limit", 22, "--out", folder)
    assert done.exit_code == 0, done.output
    answer = Forecast.from_json((folder / "forecast.json").read_bytes())
    rows = list(csv.DictReader(io.StringIO((folder / "forecast.csv").read_text(encoding="utf-8"))))
    assert [float(row["p50"]) for row in rows[:13]] == list(answer.fans[0].quantiles["p50"])
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert_stands_alone(page)
    assert "STRESS" in page
    assert page.count('class="fband"') == 2 * 3 * len(answer.fans)
    assert "--limit 22 --seed 7 --replications 5" in page


def test_names_are_no_html(asked: Asked) -> None:
    bad = Label("<u>&", "<u>&")
    answer = told(replace(asked, replications=2))
    named = replace(answer, title=bad, fans=tuple(replace(of, label=bad) for of in answer.fans))
    assert "<u>" not in render(named, prepare(asked), "cuakhau forecast <u>")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--waiting", "truck=20"], ["--waiting", "truck@papers=40"]),
        (["--waiting", "lorry@papers=20"], ["lorry", "truck"]),
        (["--waiting", "truck@paper=20"], ["paper", "papers"]),
        (["--shut", "officer=2 h"], ["--shut", "resources.scanners=6 h"]),
        (["--now", "soon"], ["--now", "soon"]),
        (["--horizon", "0 h"], ["--horizon 0 h"]),
        (["--limit", "yard"], ["--limit", "yard"]),
        (["--of", "gate=x"], ["--of", "gate=x"]),
        (["--action", "resources.officers.capacity=2"], ["--action", "officers"]),
        (["--situation", "nowhere.yaml"], ["--situation nowhere.yaml"]),
        (["--engine", "magic"], ["magic", "reference"]),
    ],
)
def test_what_cannot_be_is_refused(file: Path, words: list[str], said: list[str]) -> None:
    assert_refused(cuakhau("forecast", file, "--replications", 2, "--seed", 1, *words), *said)


def test_an_action_that_cannot_be_is_told_with_its_name(asked: Asked) -> None:
    wrong = Variant("wrong", Label("", ""), None, {"resources.nobody.capacity": "1"})
    with pytest.raises(ScenarioError, match="--action wrong"):
        prepare(replace(asked, actions=(wrong,)))


def test_an_action_that_says_nothing_is_refused_and_one_that_changes_nothing_is_told(asked: Asked) -> None:
    nothing = Variant("other", Label("other", "other"), "lang-son-700k")
    with pytest.raises(ScenarioError, match="says nothing that is changed"):
        prepare(replace(asked, actions=(nothing,)))
    capacity = prepare(asked).resolved.resources["officer"].shifts[0].units
    idle = Variant("idle", Label("nghỉ", "idle"), None, {"resources.officer.capacity": str(capacity)})
    answer = told(replace(asked, actions=(idle,), replications=4))
    assert answer.actions[0].sentence.en == "'idle' changes nothing: things are so already"
