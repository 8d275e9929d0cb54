"""Outage maps: what a closure does by theory, the same whoever does the work, nothing lost."""

import csv
import io
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from metrics.theory import fluid_closure
from metrics.verification.closures import CLOSURES, Closure
from platform_api import hands, journal, outage_map
from platform_api.following import Advance
from platform_api.outage_answer import OutageMap
from platform_api.outage_map import HOUR, METRES, Asked, prepare
from platform_api.outage_report import render
from platform_api.outage_trials import Outages
from scenarios.errors import ScenarioError
from scenarios.library import load
from scenarios.outages import Target, targets
from scenarios.resolved import Label, Resolved
from sim.run import Cancelled
from tests.platform_api.helpers import assert_stands_alone
from tests.platform_api.test_cli import assert_refused, cuakhau

WORDS = ("--replications", 3, "--seed", 7, "--every", "2h", "--jobs", 1)


@pytest.fixture
def file(written: dict[str, Any], tmp_path: Path) -> Path:
    """One counter of the customs, three days."""
    found = tmp_path / "one-counter.yaml"
    found.write_text(json.dumps(written | {"window": "3 d"}, ensure_ascii=False), encoding="utf-8")
    return found


@pytest.fixture
def asked(file: Path) -> Asked:
    return Asked(str(file), every=12 * HOUR, replications=4, seed=1)


def mapped(asked: Asked, folder: Path | None = None) -> OutageMap:
    return outage_map.run(prepare(asked, folder), jobs=2, folder=folder)


def without_clock(answer: OutageMap) -> OutageMap:
    return replace(answer, seconds=0.0)


# ---- what it says -------------------------------------------------------------------------------------


def always_open(closure: Closure) -> Resolved:
    """The gate of a closure without its closing."""
    told = closure.scenario()
    lane = replace(told.resources["lane"], shifts=(replace(told.resources["lane"].shifts[0], calendar=None),))
    clock = replace(told.clock, until="empty", at_most=2 * told.clock.at_most)
    return replace(told, resources={"lane": lane}, clock=clock)


@pytest.mark.parametrize("closure", CLOSURES, ids=lambda closure: closure.name)
def test_an_outage_does_what_theory_says_of_a_closure(closure: Closure) -> None:
    """Queue λd, gone after λd/(μ − λ), delay λd²μ/(2(μ − λ)) and half of d for the truck that meets it."""
    fluid = fluid_closure(1 / closure.gap, 1 / closure.service, closure.shut)
    lane = Target("agency", "gate", Label("Cửa", "Gate"), (("resource", "lane"),))
    start, lasts = closure.closes * 60_000, closure.shut * 60_000
    outages = Outages(always_open(closure), 1, "compiled", (lane,), (start,), lasts)
    (trial,) = outages.perform((0,), lambda: False)
    queue, recovery, lost = trial.seen[1].values
    assert (queue, recovery, lost) != (None, None, None)
    drained_in_a_bin = 7.5 * (1 / closure.service - 1 / closure.gap)  # on average, of the first quarter hour
    assert queue == pytest.approx(fluid.peak - drained_in_a_bin, abs=1.0)
    left = max(1.0, 0.05 * fluid.peak) / fluid.peak
    assert recovery == pytest.approx((1 - left) * fluid.recovery / 60, abs=0.3)  # a bin is a quarter
    assert lost == pytest.approx((fluid.delay + closure.shut / 2) / 60, rel=1e-9)


def test_an_outage_of_nobody_at_work_does_nothing(file: Path) -> None:
    """Of the same trucks with the same times: exactly nothing."""
    hours = {"calendars": {"day": {"weekly": {"mon-sun": "06:00-18:00"}, "source": "assumption"}}}
    told = json.loads(file.read_text(encoding="utf-8")) | hours
    told["resources"]["officer"]["calendar"] = "day"
    file.write_text(json.dumps(told), encoding="utf-8")
    answer = mapped(Asked(str(file), every=6 * HOUR, lasts=4 * HOUR, replications=3, seed=1))
    at_night = [cell for cell in answer.cells if cell.hour == 0]
    by_day = [cell for cell in answer.cells if cell.hour == 12]
    assert len(at_night) == len(by_day) == 3
    for cell in at_night:
        assert (cell.queue.mean, cell.recovery_h.mean, cell.lost_h.mean) == (0.0, 0.0, 0.0)
    assert all(cell.lost_h.mean > 5 for cell in by_day)


def test_hours_of_the_week_are_local(asked: Asked) -> None:
    answer = mapped(asked)
    assert [(c.start, c.weekday, c.hour) for c in answer.cells][:3] == [
        ("2025-03-12T12:00", 2, 12.0), ("2025-03-13T00:00", 3, 0.0), ("2025-03-13T12:00", 3, 12.0),
    ]  # fmt: skip
    assert answer.targets == {"agency.customs": Label("Hải quan", "Customs")}


def test_kilometres_of_road_only_of_vehicles(asked: Asked, written: dict[str, Any], file: Path) -> None:
    assert mapped(asked).metres is None
    file.write_text(json.dumps(written | {"window": "3 d", "count_unit": "loaded"}), encoding="utf-8")
    answer = mapped(asked)
    assert answer.metres_range is not None
    for cell in answer.cells:
        assert cell.queue_km is not None
        assert cell.queue_km.mean == pytest.approx(cell.queue.mean * METRES / 1000)


def test_long_windows_are_cut_to_two_weeks(file: Path, written: dict[str, Any]) -> None:
    file.write_text(json.dumps(written | {"window": "60 d"}), encoding="utf-8")
    prepared = prepare(Asked(str(file), seed=1))
    assert prepared.side.resolved.clock.window == 14 * 24 * HOUR
    assert len(prepared.outages.starts) == 28
    assert prepared.outages.starts[-1] < 7 * 24 * HOUR


def test_who_is_late_in_the_window_is_warned_of(asked: Asked) -> None:
    assert any("--window" in warning.en for warning in mapped(asked).warnings)
    longer = replace(asked, window=9 * 24 * HOUR, every=24 * HOUR)
    assert not any("--window" in warning.en for warning in mapped(longer).warnings)


# ---- how it is run ------------------------------------------------------------------------------------


def test_the_answer_is_the_same_whoever_does_the_work(asked: Asked) -> None:
    alone = mapped(asked)
    with ThreadPoolExecutor(3) as pool:
        other = outage_map.run(prepare(asked), hands=hands.of(pool, 3))
    assert without_clock(other) == without_clock(alone)


def test_both_engines_say_the_same(asked: Asked) -> None:
    prepared = prepare(replace(asked, replications=1))
    (compiled,) = prepared.outages.perform((0,), lambda: False)
    (reference,) = replace(prepared.outages, engine="reference").perform((0,), lambda: False)
    assert reference.seen == compiled.seen


def test_parts_can_be_sent_to_another_process(asked: Asked) -> None:
    prepared = prepare(asked)
    there = pickle.loads(pickle.dumps(prepared.outages))
    (sent,), (here,) = there.perform((2,), lambda: False), prepared.outages.perform((2,), lambda: False)
    assert sent.seen == here.seen


def test_interrupted_it_goes_on_where_it_was(asked: Asked, tmp_path: Path) -> None:
    whole, folder = mapped(asked), tmp_path / "map"
    seen: list[Advance] = []

    def stop() -> bool:
        return bool(seen and seen[-1].finished)

    with pytest.raises(Cancelled):
        outage_map.run(prepare(asked, folder), jobs=1, folder=folder, progress=seen.append, cancel=stop)
    kept = (folder / journal.LINES).read_text(encoding="utf-8").splitlines()
    assert kept
    assert without_clock(mapped(asked, folder)) == without_clock(whole)
    assert (folder / journal.LINES).read_text(encoding="utf-8").splitlines()[: len(kept)] == kept
    with pytest.raises(journal.NotOurs, match="lasts"):
        mapped(replace(asked, lasts=HOUR), folder)


# ---- the command --------------------------------------------------------------------------------------


def test_the_command_prints_one_document(file: Path) -> None:
    done = cuakhau("resilience", file, *WORDS, "--json")
    assert done.exit_code == 0, done.output
    answer = OutageMap.from_json(done.stdout)
    assert json.loads(done.stdout) == answer.document()
    assert len(answer.cells) == 36
    assert (answer.seed, answer.replications) == (7, 3)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_screen_shows_the_worst_hours_and_the_maps(file: Path, language: str) -> None:
    done = cuakhau("resilience", file, *WORDS, "--lang", language)
    assert done.exit_code == 0, done.output
    customs = {"vi": "Hải quan, xấu nhất", "en": "Customs, at worst"}[language]
    assert customs in done.stdout
    for told in {"vi": ("Giờ xe mất", "Giả định"), "en": ("Truck-hours lost", "Assumption")}[language]:
        assert told in done.stdout


def test_the_folder_has_answer_table_and_a_page_that_stands_by_itself(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert cuakhau("resilience", file, *WORDS, "--out", folder).exit_code == 0
    answer = OutageMap.from_json((folder / "outages.json").read_bytes())
    rows = list(csv.DictReader(io.StringIO((folder / "outages.csv").read_text(encoding="utf-8"))))
    assert [float(row["lost_h"]) for row in rows] == [cell.lost_h.mean for cell in answer.cells]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert_stands_alone(page)
    assert page.count('class="h6"') >= 6  # the darkest of three maps in two languages
    assert "cuakhau resilience" in page
    assert "--every 2h --seed 7 --replications 3" in page


def test_names_are_no_html(asked: Asked) -> None:
    answer = mapped(replace(asked, replications=2))
    named = replace(answer, targets=dict.fromkeys(answer.targets, Label("<b>&", "<b>&")))
    assert "<b>" not in render(named, prepare(asked), "cuakhau resilience <b>")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--target", "agency.custom"], ["agency.custom", "agency.customs"]),
        (["--lasts", "0 h"], ["--lasts 0 h", "2h"]),
        (["--every", "9 d"], ["--every", "--every 1h"]),
        (["--every", "5 h"], ["--every", "5 h", "--every 1h"]),
        (["--every", "soon"], ["--every", "soon"]),
        (["--metres", "0"], ["--metres 0", "1"]),
        (["--engine", "magic"], ["magic", "reference"]),
        (["--replications", "1"], ["--replications 1"]),
    ],
)
def test_what_cannot_be_is_refused(file: Path, words: list[str], said: list[str]) -> None:
    assert_refused(cuakhau("resilience", file, *words), *said)


def test_a_scenario_without_agencies_has_nothing_to_fail(file: Path, written: dict[str, Any]) -> None:
    del written["agencies"]
    text = json.dumps(written).replace(', "agency": "customs"', "").replace(', "owner": "customs"', "")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="nothing to fail"):
        prepare(Asked(str(file), seed=1))
    assert not targets(load(file).resolved)
