"""Sweeps: figures that are those of single runs, influences that are told right, nothing lost."""

import csv
import io
import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metrics.statistics import half_width
from platform_api import journal, sweeping
from platform_api.following import Advance
from platform_api.sweep_answer import Sweep
from platform_api.sweep_report import render
from platform_api.sweeping import prepare
from scenarios.errors import ScenarioError
from scenarios.experiments import Design
from scenarios.resolved import Label
from scenarios.sweeps import Factor, Method
from scenarios.wanted import Outcome
from sim.run import Cancelled
from tests.platform_api.helpers import assert_stands_alone
from tests.platform_api.test_cli import assert_refused, cuakhau

OFFICER, PAPERS = "resources.officer.capacity", "steps.papers.time.mean"
RATE = "flows.truck.arrivals.rate"


@pytest.fixture
def file(written: dict[str, Any], tmp_path: Path) -> Path:
    found = tmp_path / "one-counter.yaml"
    found.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    return found


def factor(path: str, *values: Any) -> Factor:
    return Factor(path, Label(path, path), path, values)


@pytest.fixture
def design(file: Path) -> Design:
    factors = (factor(OFFICER, 1, 2), factor(PAPERS, "4 min", "6 min"))
    outcomes = (Outcome("cohort_dwell_mean"), Outcome("cohort_size"))
    return Design("s", str(file), (), replications=8, seed=1, factors=factors, outcomes=outcomes)


def swept(design: Design, folder: Path | None = None) -> Sweep:
    return sweeping.run(prepare(design, folder), jobs=2, folder=folder)


def by(design: Design, method: Method, points: int | None = None) -> Sweep:
    ranged = (factor(OFFICER), factor(PAPERS), factor(RATE))
    return swept(replace(design, factors=ranged, sweep=method, points=points))


def without_clock(answer: Sweep) -> Sweep:
    return replace(answer, seconds=0.0)


# ---- what it says -------------------------------------------------------------------------------------


def test_every_combination_has_the_figures_of_its_own_runs(design: Design, file: Path) -> None:
    from metrics.winners import cohort
    from scenarios.library import load
    from sim.run import run

    answer = swept(design)
    assert [list(place.settings.values()) for place in answer.places] == [
        [1, "4 min"], [1, "6 min"], [2, "4 min"], [2, "6 min"],
    ]  # fmt: skip
    until = {"until": "empty", "at_most": "60 d"}
    alone = load(file, {OFFICER: 2, PAPERS: "6 min", **until}).resolved
    runs = [cohort(alone, run(alone, 1, number).log).inside.mean() / 1000 for number in range(8)]
    assert answer.places[3].figures[0].mean == pytest.approx(np.mean(runs), rel=1e-9)
    assert answer.places[3].figures[0].half_width == pytest.approx(half_width(np.array(runs)), rel=1e-9)
    assert len({place.figures[1].mean for place in answer.places}) == 1  # the same trucks come everywhere
    assert answer.influences == ()


def test_a_tornado_is_of_paired_differences_the_widest_first(design: Design) -> None:
    answer = by(design, "tornado")
    assert [place.settings for place in answer.places[:3]] == [{}, {OFFICER: "1"}, {OFFICER: "2"}]
    weights = [each.weight for each in answer.influences]
    assert weights == sorted(weights, reverse=True)
    found = {each.path: each for each in answer.influences}
    low, high = found[OFFICER].low, found[OFFICER].high
    assert low is not None
    assert high is not None
    assert (low.mean, low.half_width) == (0.0, 0.0)  # one officer is what there is
    assert high.mean == pytest.approx(
        (answer.places[2].figures[0].mean or 0) - (answer.places[0].figures[0].mean or 0)
    )
    assert (high.mean or 0) < 0
    slow = found[PAPERS].high
    assert slow is not None
    assert slow.mean is not None
    assert slow.half_width is not None
    assert slow.mean > slow.half_width


def test_morris_finds_what_matters_and_in_which_direction(design: Design) -> None:
    answer = by(design, "morris", 6)
    assert len(answer.places) == 24
    found = {each.path: each for each in answer.influences}
    assert (found[OFFICER].mean or 0) < 0 < (found[PAPERS].mean or 0)
    for each in answer.influences:
        assert each.size_interval is not None
        assert each.size_interval[0] <= (each.size or 0) <= each.size_interval[1]


def test_indices_are_shares_with_what_single_seeds_say(design: Design) -> None:
    answer = by(replace(design, replications=2), "indices", 16)
    assert len(answer.places) == 16 * 5
    for each in answer.influences:
        assert each.total is not None
        assert each.total_interval is not None
        assert each.total_seeds is not None
        assert each.total_interval[0] <= each.total_interval[1]
        assert each.total_seeds[0] <= each.total_seeds[1]
    assert any("8" in warning.en for warning in answer.warnings)


def test_a_factor_that_does_nothing_has_no_influence(design: Design) -> None:
    """What comes is neither more nor less for another number of officers."""
    size = replace(design, outcomes=(Outcome("cohort_size"),))
    methods: tuple[tuple[Method, int | None], ...] = (("morris", 4), ("indices", 8), ("tornado", None))
    for method, points in methods:
        found = {each.path: each for each in by(size, method, points).influences}
        assert found[OFFICER].weight == found[PAPERS].weight == 0.0
        assert found[RATE].weight > 0


@pytest.mark.parametrize("method", ["tornado", "morris"])
def test_a_figure_that_was_not_seen_has_no_influences_and_that_is_said(
    design: Design, method: Method
) -> None:
    """Nobody comes, so nobody stays for any time."""
    factors = (factor(OFFICER), factor(PAPERS))
    nobody = replace(design, factors=factors, sweep=method, points=None, overrides={RATE: "0.000001 /h"})
    answer = swept(replace(nobody, points=2 if method == "morris" else None))
    assert answer.influences == ()
    assert any("there are no influences" in warning.en for warning in answer.warnings)


@pytest.mark.parametrize(("method", "count"), [("hypercube", 6), ("sobol", 8)])
def test_places_that_fill_the_ranges(design: Design, method: Method, count: int) -> None:
    answer = by(design, method, count)
    assert len({json.dumps(place.settings) for place in answer.places}) == count
    assert answer == replace(Sweep.from_json(answer.to_json()), seconds=answer.seconds)


# ---- how it is run ------------------------------------------------------------------------------------


def test_places_can_be_sent_to_another_process(design: Design) -> None:
    places = prepare(design).places
    there = pickle.loads(pickle.dumps(places))
    (sent,), (here,) = there.perform((2,), lambda: False), places.perform((2,), lambda: False)
    assert sent.seen == here.seen


def test_interrupted_it_goes_on_where_it_was(design: Design, tmp_path: Path) -> None:
    whole, folder = swept(design), tmp_path / "kept"
    seen: list[Advance] = []

    def stop() -> bool:
        return bool(seen and seen[-1].finished)

    with pytest.raises(Cancelled):
        sweeping.run(prepare(design, folder), jobs=1, folder=folder, progress=seen.append, cancel=stop)
    kept = (folder / journal.LINES).read_text(encoding="utf-8").splitlines()
    assert kept
    assert without_clock(swept(design, folder)) == without_clock(whole)
    with pytest.raises(journal.NotOurs, match="replications"):
        swept(replace(design, replications=9), folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"factors": (factor(PAPERS, *(f"{n} min" for n in range(1, 50))),) * 3}, "over 10000"),
        ({"sweep": "sobol", "points": 12}, "power of two"),
        ({"sweep": "indices", "factors": (factor(PAPERS),) * 11}, "morris"),
        ({"factors": (factor("steps.paper.time.mean", 1, 2),)}, "not there"),
        ({"outcomes": (Outcome("cohort_dwel"),)}, "cohort_dwel"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(
    design: Design, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(ScenarioError, match=said):
        prepare(replace(design, **change))


def test_a_place_that_does_not_go_together_is_named(design: Design) -> None:
    with pytest.raises(ScenarioError, match=r"papers\.time\.mean = soon"):
        swept(replace(design, factors=(factor(PAPERS, "4 min", "soon"),)))


# ---- the command --------------------------------------------------------------------------------------

WORDS = ("--replications", 8, "--seed", 3, "--jobs", 1)


def test_the_command_prints_one_document(file: Path) -> None:
    done = cuakhau(
        "sweep", file, f"{OFFICER}=1,2", f"papers:{PAPERS}=4 min..6 min", *WORDS, "--points", 6, "--json"
    )
    assert done.exit_code == 0, done.output
    answer = Sweep.from_json(done.stdout)
    assert json.loads(done.stdout) == answer.document()
    assert (answer.method, len(answer.places), answer.seed) == ("hypercube", 6, 3)


@pytest.mark.parametrize(
    ("method", "language"),
    [("factorial", "vi"), ("tornado", "en"), ("morris", "vi"), ("indices", "en"), ("sobol", "vi")],
)
def test_screen_table_and_page_of_every_method(
    file: Path, tmp_path: Path, method: str, language: str
) -> None:
    words = ("--method", method, "--points", 4, "--lang", language, "--out", tmp_path / "kept", *WORDS)
    done = cuakhau("sweep", file, OFFICER, PAPERS, *words)
    assert done.exit_code == 0, done.output
    assert ("Xét hồ sơ:" if language == "vi" else "Papers:") in done.stdout  # not the path, but what it means
    told = {"vi": "Đáng kể nhất", "en": "What matters most"}[language]
    assert (f"➤ {told}" in done.stdout) == (method in ("tornado", "morris", "indices"))
    answer = Sweep.from_json((tmp_path / "kept" / "sweep.json").read_bytes())
    rows = list(csv.DictReader(io.StringIO((tmp_path / "kept" / "sweep.csv").read_text(encoding="utf-8"))))
    assert [row[PAPERS] for row in rows] == [place.settings.get(PAPERS, "") for place in answer.places]
    page = (tmp_path / "kept" / "report.html").read_text(encoding="utf-8")
    assert_stands_alone(page)
    assert (page.count("<svg") > 2) == (method == "tornado")  # the process is drawn in both languages
    assert f"--method {method} --points 4 --seed 3 --replications 8" in page


def test_a_design_with_factors_is_swept_and_not_compared(file: Path, design: Design) -> None:
    path = file.with_name("sweep.yaml")
    path.write_text(
        f"name: sweep\nbase: {file.name}\nfactors: {{papers: {{path: {PAPERS}, values: [4 min, 5 min]}}}}\n"
        "replications: 8\n",
        encoding="utf-8",
    )
    done = cuakhau("sweep", path, "--seed", 3, "--json")
    assert done.exit_code == 0, done.output
    assert len(Sweep.from_json(done.stdout).places) == 2
    assert_refused(cuakhau("compare", path), "cuakhau sweep")
    checked = cuakhau("check", path)
    assert checked.exit_code == 0
    assert PAPERS in checked.stdout
    path.write_text(path.read_text(encoding="utf-8").replace("steps.papers", "steps.paper"), encoding="utf-8")
    assert_refused(cuakhau("check", path), "steps.paper.time.mean")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], ["FILE", "cuakhau sweep"]),
        ([f"{OFFICER}=1,2", "--method", "magic"], ["magic", "morris"]),
        ([f"{OFFICER}=1"], ["FACTOR", "values: [2, 3, 4]"]),
        ([f"{OFFICER}=1 min..2 min"], [OFFICER, "1 min"]),
        (["steps.papers.tim"], ["steps.papers.tim"]),
    ],
)
def test_what_cannot_be_is_refused(file: Path, words: list[str], said: list[str]) -> None:
    told = [each.replace("FILE", file.name) for each in said]
    assert_refused(cuakhau("sweep", file, *words), *told)


def test_names_are_no_html(design: Design) -> None:
    answer = replace(swept(design), title=Label("<b>&", "<b>&"))
    assert "<b>" not in render(answer, prepare(design), "cuakhau sweep <b>")
