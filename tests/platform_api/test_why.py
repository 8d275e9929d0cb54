"""Why it takes so long: parts that add up, shares, the bottleneck, the same whoever does the work."""

import csv
import io
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from platform_api import hands, journal, why
from platform_api.following import Advance
from platform_api.why import Asked, prepare
from platform_api.why_answer import Why
from platform_api.why_report import render
from platform_api.why_trials import Causes, Shares, cause_of
from scenarios.errors import ScenarioError
from scenarios.resolved import Label
from sim.run import Cancelled
from tests.platform_api.helpers import assert_stands_alone
from tests.platform_api.test_cli import assert_refused, cuakhau

WORDS = ("--replications", 3, "--seed", 7, "--jobs", 1)


@pytest.fixture
def file(written: dict[str, Any], tmp_path: Path) -> Path:
    """One counter of the customs, open from 6 to 18, two days."""
    hours = {"calendars": {"day": {"weekly": {"mon-sun": "06:00-18:00"}, "source": "assumption"}}}
    told = written | hours | {"window": "2 d"}
    told["resources"]["officer"]["calendar"] = "day"
    found = tmp_path / "one-counter.yaml"
    found.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return found


@pytest.fixture
def asked(file: Path) -> Asked:
    return Asked(str(file), replications=4, seed=1)


@pytest.fixture(scope="module")
def at_the_gate() -> Why:
    """A gate of the library."""
    return explained(Asked("lang-son-2021-12", replications=3, seed=1, window=7 * 86_400_000))


def explained(asked: Asked, folder: Path | None = None) -> Why:
    return why.run(prepare(asked, folder), jobs=2, folder=folder)


def without_clock(answer: Why) -> Why:
    return replace(answer, seconds=0.0)


# ---- what it says -------------------------------------------------------------------------------------


def test_the_causes_add_up_to_the_stay(at_the_gate: Why) -> None:
    assert sum(of.hours.mean for of in at_the_gate.causes) == pytest.approx(at_the_gate.stay.mean, rel=1e-12)
    assert sum(of.share for of in at_the_gate.causes) == pytest.approx(1.0)


def test_the_shares_add_up_to_the_delay(at_the_gate: Why) -> None:
    delay = at_the_gate.delay.mean
    assert delay > 0
    assert sum(of.share.mean for of in at_the_gate.parties) == pytest.approx(delay, rel=1e-9)
    assert sum(of.percent or 0.0 for of in at_the_gate.parties) == pytest.approx(100)
    assert at_the_gate.stay.mean - at_the_gate.relieved.mean == pytest.approx(delay)


def test_in_december_2021_it_was_the_other_side(at_the_gate: Why) -> None:
    """Its receiving lanes let through a fraction of the trucks: known, and what the scenario was made of."""
    largest = max(at_the_gate.parties, key=lambda of: of.share.mean)
    assert largest.key == "foreign"
    assert at_the_gate.bottleneck[0].key.startswith("resource.receiving")
    assert at_the_gate.bottleneck[0].best
    assert at_the_gate.named_by_theory is not None
    assert at_the_gate.named_by_theory.startswith("receiving")


def test_stories_add_up_and_end_with_the_slowest(at_the_gate: Why) -> None:
    assert [story.which for story in at_the_gate.stories] == ["typical", "slow", "slowest"]
    for story in at_the_gate.stories:
        assert sum(part.ms for part in story.parts) == story.ms > 0
    assert at_the_gate.stories[0].ms <= at_the_gate.stories[1].ms <= at_the_gate.stories[2].ms


def test_more_than_the_bound_does_not_get_through(at_the_gate: Why) -> None:
    assert at_the_gate.through is not None
    assert at_the_gate.through.most.most is not None
    assert at_the_gate.through.achieved.mean <= at_the_gate.through.most.most


def test_no_order_is_told_that_was_not_tried(asked: Asked) -> None:
    answer = explained(asked)
    assert {party.key for party in answer.parties} == {"agency.customs", "hours"}
    assert answer.method == "exact"
    assert (answer.ranking.stable, answer.ranking.points) == (False, 0)
    assert "--ranges" in answer.ranking.why.en


def test_an_order_that_holds_over_the_ranges_is_told(asked: Asked) -> None:
    answer = explained(replace(asked, replications=8, ranges=4))
    assert (answer.ranking.stable, answer.ranking.points, answer.ranking.overturned) == (True, 4, 0)
    assert [party.key for party in answer.parties] == ["hours", "agency.customs"]


@pytest.mark.parametrize(
    ("least", "most", "points", "told"),
    [("2 min", "8 min 30 s", 7, "1 of the 8 points was left out"),
     ("2 min", "16 min", 4, "at only 4 of the 8"),
     ("239 s", "30 min", 0, "at only 0 of the 8")],
)  # fmt: skip
def test_points_that_are_left_out_are_told(
    asked: Asked, file: Path, least: str, most: str, points: int, told: str
) -> None:
    """The fastest passes the slowest, which is no assumption; with many left out no order is told."""
    written = json.loads(file.read_text(encoding="utf-8"))
    fastest = {"value": least, "range": [least, most], "source": "assumption", "owner": "customs"}
    written["steps"]["papers"]["time"] = {
        "distribution": "uniform", "fastest": fastest, "slowest": "8 min" if points else "4 min",
    }  # fmt: skip
    file.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    ranking = explained(replace(asked, replications=8, ranges=8)).ranking
    assert (ranking.points, ranking.skipped) == (points, 8 - points)
    assert told in ranking.why.en
    assert not ranking.stable


def test_an_order_that_an_assumption_overturns_is_not(asked: Asked, file: Path) -> None:
    """Up to 20 minutes for a truck: then it is the counter, not the night."""
    slow = file.read_text(encoding="utf-8").replace('"8 min"', '"20 min"')
    file.write_text(slow, encoding="utf-8")
    answer = explained(replace(asked, replications=8, ranges=4))
    assert not answer.ranking.stable
    assert answer.ranking.overturned > 0
    assert [party.key for party in answer.parties] == ["agency.customs", "hours"]  # as in the file


def test_a_truck_that_is_asked_for_tells_its_story(asked: Asked) -> None:
    (typical, *_) = explained(asked).stories
    told = explained(replace(asked, trucks=(typical.address,))).stories[-1]
    assert (told.which, told.parts) == ("asked", typical.parts)
    with pytest.raises(ScenarioError, match="nobody of replication 0"):
        explained(replace(asked, trucks=("truck/x0 2025-03-12 #99999",)))


# ---- who does it ----------------------------------------------------------------------------------------


def test_the_answer_is_the_same_whoever_does_the_work(asked: Asked) -> None:
    alone = explained(asked)
    with ThreadPoolExecutor(3) as pool:
        other = why.run(prepare(asked), hands=hands.of(pool, 3))
    assert without_clock(other) == without_clock(alone)


def test_both_engines_say_the_same(asked: Asked) -> None:
    question = prepare(asked).question
    for job in (Causes(question), Shares(question, 0, 1, (question.scenario,))):
        (compiled,) = job.perform((0,), lambda: False)
        (reference,) = replace(job, question=replace(question, engine="reference")).perform(
            (0,), lambda: False
        )
        assert reference.seen == compiled.seen


def test_parts_can_be_sent_to_another_process(asked: Asked) -> None:
    question = prepare(asked).question
    job = Shares(question, 4, 4, (question.scenario,))
    (sent,), (here,) = (each.perform((5,), lambda: False) for each in (pickle.loads(pickle.dumps(job)), job))
    assert sent.seen == here.seen


def test_interrupted_it_goes_on_where_it_was(asked: Asked, tmp_path: Path) -> None:
    whole, folder = explained(asked), tmp_path / "why"
    seen: list[Advance] = []

    def stop() -> bool:
        return bool(seen and seen[-1].finished > 4)

    with pytest.raises(Cancelled):
        why.run(prepare(asked, folder), jobs=1, folder=folder, progress=seen.append, cancel=stop)
    kept = (folder / journal.LINES).read_text(encoding="utf-8").splitlines()
    assert kept
    assert without_clock(explained(asked, folder)) == without_clock(whole)
    assert (folder / journal.LINES).read_text(encoding="utf-8").splitlines()[: len(kept)] == kept
    with pytest.raises(journal.NotOurs, match="replications"):
        explained(replace(asked, replications=5), folder)


# ---- the command --------------------------------------------------------------------------------------


def test_the_command_prints_one_document(file: Path) -> None:
    done = cuakhau("why", file, *WORDS, "--json")
    assert done.exit_code == 0, done.output
    answer = Why.from_json(done.stdout)
    assert json.loads(done.stdout) == answer.document()
    assert (answer.seed, answer.replications) == (7, 3)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_screen_tells_it_in_both_languages(file: Path, language: str) -> None:
    done = cuakhau("why", file, *WORDS, "--lang", language)
    assert done.exit_code == 0, done.output
    vi = (
        "vì sao lâu",
        "Thời gian đi đâu",
        "Điểm nghẽn bây giờ",
        "Nhiều nhất mỗi ngày",
        "Chậm nhất",
        "ngoài giờ của",
    )
    en = ("why it takes so long", "Where the time goes", "The bottleneck now", "Slowest", "is off duty")
    for told in vi if language == "vi" else en:
        assert told in done.stdout


def test_the_folder_has_answer_tables_and_a_page_that_stands_by_itself(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert cuakhau("why", file, *WORDS, "--out", folder).exit_code == 0
    answer = Why.from_json((folder / "why.json").read_bytes())
    rows = list(csv.DictReader(io.StringIO((folder / "why.csv").read_text(encoding="utf-8"))))
    causes = [float(row["hours"]) for row in rows if row["table"] == "cause"]
    assert causes == [of.hours.mean for of in answer.causes]
    stories = list(csv.DictReader(io.StringIO((folder / "stories.csv").read_text(encoding="utf-8"))))
    assert sum(int(row["ms"]) for row in stories) == sum(story.ms for story in answer.stories)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert_stands_alone(page)
    assert "STRESS" in page
    assert "--seed 7 --replications 3" in page


def test_names_are_no_html(at_the_gate: Why) -> None:
    bad = Label("<u>&", "<u>&")
    named = replace(at_the_gate, names=dict.fromkeys(at_the_gate.names, bad), title=bad)
    gate = prepare(Asked("lang-son-2021-12", replications=3, seed=1, window=7 * 86_400_000))
    assert "<u>" not in render(named, gate, "cuakhau why <u>")


def test_a_cause_comes_back_from_its_word(at_the_gate: Why) -> None:
    assert cause_of("busy|scan|a|b").of == ("a", "b")
    assert cause_of("before|").of == ()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--truck", "nobody"], ["nobody", "truck/x0"]),
        (["--ranges", "-1"], ["--ranges"]),
        (["--window", "0 h"], ["--window 0 h"]),
        (["--engine", "magic"], ["magic", "reference"]),
        (["--replications", "1"], ["--replications 1"]),
    ],
)
def test_what_cannot_be_is_refused(file: Path, words: list[str], said: list[str]) -> None:
    assert_refused(cuakhau("why", file, "--replications", 2, "--seed", 1, *words), *said)
