"""Optimisation: the cheapest that keeps its targets, as exhaustive search finds it; nothing silly."""

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

from metrics.selection import CONFIRMING
from metrics.statistics import Floats
from platform_api import hands, journal, optimising
from platform_api.examples import SMALL_SCENARIO
from platform_api.following import Advance
from platform_api.optimise_answer import Optimum
from platform_api.optimising import prepare
from scenarios.decisions import Decision, Objective, Wanted, WrittenDecision, parse_target
from scenarios.errors import ScenarioError
from scenarios.experiments import Design, read_design
from scenarios.library import load
from sim.run import Cancelled, run
from tests.platform_api.helpers import assert_stands_alone
from tests.platform_api.test_cli import assert_refused, cuakhau

OFFICER, PAPERS = "resources.officer.capacity", "steps.papers.time.mean"
PRICE = {
    "value": "1000000 VND",
    "source": "assumption",
    "range": ["500000 VND", "2000000 VND"],
    "owner": "customs",
}
UNTIL = {"until": "empty", "at_most": "60 d"}


def busy(folder: Path) -> Path:
    """One counter that one officer does not keep up with."""
    written: dict[str, Any] = copy.deepcopy(SMALL_SCENARIO)
    written["flows"]["truck"]["arrivals"] = {"rate": "14 /h"}
    found = folder / "one-counter.yaml"
    found.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return busy(tmp_path)


def officers(*values: int) -> Decision:
    return WrittenDecision.model_validate({"path": OFFICER, "values": values, "cost": PRICE}).decision(
        "officers"
    )


def helped() -> Decision:
    """Papers that are seen to beforehand take less time at the counter, and cost something."""
    options = {"no": {}, "yes": {"overrides": {PAPERS: "4 min"}, "cost": PRICE | {"value": "1400000 VND"}}}
    return WrittenDecision.model_validate({"options": options}).decision("help")


@pytest.fixture
def design(file: Path) -> Design:
    return design_of(file)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Optimum:
    """What the design comes to, simulated once for all who only read it."""
    return optimised(design_of(busy(tmp_path_factory.mktemp("found"))))


def design_of(file: Path) -> Design:
    targets = (parse_target("90 % within 30 min"),)
    objective = Objective(indifference=200_000)
    return Design(
        "o", str(file), (), seed=1, wanted=Wanted((officers(1, 2, 3, 4), helped()), targets, objective)
    )


def optimised(design: Design, folder: Path | None = None, **how: Any) -> Optimum:
    return optimising.run(prepare(design, folder), folder=folder, **({"jobs": 2} | how))


def without_clock(answer: Optimum) -> Optimum:
    return replace(answer, seconds=0.0)


# ---- what it says -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def close(tmp_path_factory: pytest.TempPathFactory) -> tuple[Optimum, Path]:
    """A target so close that it takes more than the first stage; with its folder."""
    folder = tmp_path_factory.mktemp("close")
    design = replace(design_of(busy(folder)), replications=10)
    assert design.wanted is not None
    wanted = replace(
        design.wanted, decisions=(officers(1, 2, 3),), targets=(parse_target("92 % within 15 min"),)
    )
    return optimised(replace(design, wanted=wanted), folder / "kept"), folder / "kept"


def test_a_share_is_of_all_who_came_and_over_the_replications_that_stand_beside_it(
    close: tuple[Optimum, Path],
) -> None:
    answer, folder = close
    shares: dict[int, dict[int, list[float]]] = {}
    for line in (folder / journal.LINES).read_text(encoding="utf-8").splitlines():
        part = json.loads(line)
        combination, number = divmod(part["replication"], 1 << 20)
        shares.setdefault(combination, {})[number] = part["seen"][0]["values"]
    assert any(of.replications > 10 for of in answer.candidates)
    for of in answer.candidates:
        assert of.targets[0].mean == pytest.approx(together(shares[of.number], 0, of.replications))
    for again in answer.confirmed:
        found = together(shares[again.number], optimising.FRESH, again.replications)
        assert again.targets[0].mean == pytest.approx(found)
        assert again.targets[0].mean <= 1


def together(days: dict[int, list[float]], begin: int, count: int) -> float:
    """The share of all who came on these days."""
    told = [days[number] for number in range(begin, begin + count)]
    return sum(share * size for share, size in told) / sum(size for _, size in told)


def test_the_certificate_says_what_it_takes_for_granted(found: Optimum) -> None:
    certificate = found.certificate
    assert "takes the figures of days for normal" in certificate.sentence.en
    assert f"{100 * certificate.unseen:.1f} % of days" in certificate.sentence.en
    assert 0 < certificate.unseen <= 1 - 0.05 ** (1 / 20)


def test_without_targets_none_is_spoken_of(design: Design) -> None:
    assert design.wanted is not None
    answer = optimised(replace(design, wanted=replace(design.wanted, targets=()), replications=10))
    assert answer.chosen == 0
    assert answer.sentence.en.startswith("The cheapest (no target was named)")
    assert "misses no target" not in answer.certificate.sentence.en
    assert "mục tiêu nào quá sai số" not in answer.certificate.sentence.vi


def test_costs_so_skewed_that_hall_does_not_confirm_are_promised_nothing(
    design: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one of ten days the dearer one saves more than it costs on the others."""
    assert design.wanted is not None

    def costs(self: optimising.Optimising, combination: int, replications: range) -> Floats:
        return combination * np.where(np.array(replications) % 10 == 9, -0.6e6, 1e6)

    monkeypatch.setattr(optimising.Optimising, "costs", costs)
    objective = Objective(indifference=200_000, at_most=10)
    wanted = replace(design.wanted, decisions=(officers(2, 3),), targets=(), objective=objective)
    answer = optimised(replace(design, wanted=wanted, replications=10))
    assert answer.certificate.decided
    assert answer.certificate.promised is None
    assert "nothing is promised" in answer.certificate.sentence.en
    assert any("skewed" in warning.en for warning in answer.warnings)


def by_hand(file: Path, officer: int, minutes: str | None, days: int) -> float:
    """The share of all trucks of many days that are through within half an hour."""
    overrides = {OFFICER: officer, **({PAPERS: minutes} if minutes else {}), **UNTIL}
    scenario, through, all_of_them = load(file, overrides).resolved, 0, 0
    for number in range(days):
        entities = run(scenario, 99, number, keep="record").log.entities
        inside = entities["left"] - entities["arrived"]
        through, all_of_them = through + int(np.count_nonzero(inside <= 1_800_000)), all_of_them + len(inside)
    return through / all_of_them


def test_it_finds_what_exhaustive_search_finds(found: Optimum, file: Path) -> None:
    answer, good = found, {}
    for officer in (1, 2, 3, 4):
        for option, minutes, cost in (("no", None, 0), ("yes", "4 min", 1_400_000)):
            share = by_hand(file, officer, minutes, 60)
            if share >= 0.9:
                good[str(officer), option] = officer * 1_000_000 + cost
            mine = next(
                of for of in answer.candidates if of.settings == {"officers": str(officer), "help": option}
            )
            assert mine.targets[0].mean == pytest.approx(share, abs=0.12)  # 20 days against 60 other ones
    best = min(good, key=lambda each: good[each])
    chosen = next(of for of in answer.candidates if of.number == answer.chosen)
    assert tuple(chosen.settings.values()) == best
    assert chosen.cost.mean == good[best]
    assert answer.certificate.decided
    assert answer.certificate.promised == 0.95
    assert (answer.certificate.tried, answer.certificate.space) == (8, 8)


def test_the_reported_figures_are_of_days_that_took_no_part(found: Optimum) -> None:
    answer = found
    chosen = next(of for of in answer.candidates if of.number == answer.chosen)
    assert answer.confirmed[0].number == answer.chosen
    assert answer.confirmed[0].targets[0].mean != chosen.targets[0].mean
    assert answer.confirmed[0].replications == CONFIRMING


def test_what_is_written_is_marked_and_the_front_is_of_costs_and_service(found: Optimum) -> None:
    answer = found
    (now,) = (of for of in answer.candidates if of.now)
    assert now.settings == {"officers": "1", "help": "no"}
    front = [of for of in answer.candidates if of.front]
    assert now in front  # nothing is cheaper
    for one in front:
        assert not any(o.cost.mean < one.cost.mean and o.targets[0].mean > one.targets[0].mean for o in front)


def test_where_no_combination_keeps_the_target_it_says_so(design: Design) -> None:
    assert design.wanted is not None
    hard = replace(design.wanted, targets=(parse_target("99 % within 5 min"),))
    answer = optimised(replace(design, wanted=hard))
    assert answer.chosen is None
    assert answer.confirmed == ()
    assert "None of 8" in answer.sentence.en
    assert "every one of them misses a target" in answer.certificate.sentence.en
    assert {of.fate for of in answer.candidates} == {"misses"}


def test_what_cannot_be_told_apart_is_not_promised(design: Design) -> None:
    assert design.wanted is not None
    close = replace(design.wanted, targets=(parse_target("97.5 % within 30 min", 0.0001),),
                    objective=Objective(indifference=1, at_most=20))  # fmt: skip
    answer = optimised(replace(design, wanted=close))
    if not answer.certificate.decided:
        assert answer.certificate.promised is None
        assert "nothing is promised" in answer.certificate.sentence.en
    assert answer.certificate.most == 20


def test_costs_are_figures_of_the_scenario_too(design: Design, file: Path, written: dict[str, Any]) -> None:
    """An hour of an officer costs something, and so does an hour that a truck waits."""
    told = json.loads(file.read_text(encoding="utf-8"))
    hour = {"value": "100000 VND", "source": "assumption", "range": ["50000 VND", "200000 VND"]}
    told["resources"]["officer"]["cost_per_hour"] = hour
    told["rates"] = {
        "waiting_cost": hour | {"value": "100000 VND/h", "range": ["50000 VND/h", "200000 VND/h"]}
    }
    file.write_text(json.dumps(told), encoding="utf-8")
    free = WrittenDecision.model_validate({"path": OFFICER, "values": [1, 2, 3]}).decision("officers")
    wanted = Wanted((free,), (), Objective())
    usual = prepare(replace(design, wanted=wanted))
    assert [str(of) for of in usual.wanted.objective.figures] == ["staff_cost{resource=officer}"]
    assert optimised(replace(design, wanted=wanted)).chosen == 0  # the fewest, as nothing else counts
    both = replace(wanted, objective=replace(usual.wanted.objective, figures=tuple(
        parse_target(f"{name} <= 1").outcome for name in ("staff_cost", "waiting_cost"))))  # fmt: skip
    answer = optimised(replace(design, wanted=both))
    assert answer.chosen != 0
    assert answer.certificate.decided


@pytest.mark.slow
def test_of_many_combinations_some_are_proposed_and_the_race_is_on_other_days(design: Design) -> None:
    assert design.wanted is not None
    many = replace(design.wanted, decisions=(officers(*range(1, 13)), helped()))
    answer = optimised(replace(design, wanted=many, points=10, replications=10))
    assert (answer.certificate.how, answer.certificate.space, answer.certificate.tried) == (
        "searched",
        24,
        10,
    )
    assert "nothing is said" in answer.certificate.sentence.en
    assert answer == replace(optimised(replace(design, wanted=many, points=10, replications=10), jobs=1),
                             seconds=answer.seconds)  # fmt: skip


@pytest.mark.long
def test_of_a_real_scenario_the_best_is_picked_at_least_as_often_as_promised(design: Design) -> None:
    """Sixty seeds; what is best is known from ten times the days."""
    assert design.wanted is not None
    sure = optimised(replace(design, seed=10_000, replications=200))
    times = 60
    right = sum(optimised(replace(design, seed=seed)).chosen == sure.chosen for seed in range(times))
    assert binomtest(right, times, 0.95, alternative="less").pvalue >= 0.01


# ---- what is refused ------------------------------------------------------------------------------------


RED = "flows.truck.attributes.channel.red"


def deciding_who_is_inspected(base: str, path: str, missed: str = "") -> Design:
    return read_design(f"""
name: who
base: {base}
decisions: {{red: {{path: {path}, values: ["0 %", "5 %"]}}}}
objective: {{figures: [staff_cost]}}
{missed}
""")


@pytest.mark.parametrize("path", [RED, "flows.truck.route", "flows.truck", "steps.x.shares.a"])
def test_inspecting_nobody_is_no_answer(path: str) -> None:
    with pytest.raises(ScenarioError, match="inspecting nobody would always be the cheapest") as refused:
        prepare(deciding_who_is_inspected("lang-son-2025-03-12", path))
    assert "missed" in str(refused.value)
    assert refused.value.problems[0].place == "decisions.red"


MISSED = (
    "missed: {value: 50000000 VND, source: assumption, range: [1000000 VND, 500000000 VND], owner: customs}"
)


def test_it_is_decided_where_what_is_found_and_what_is_missed_is_stated() -> None:
    path = "flows.import.attributes.offence.none"
    with pytest.raises(ScenarioError, match="inspecting nobody"):
        prepare(deciding_who_is_inspected("lang-son-channels", path))
    design = read_design(f"""
name: officers
base: lang-son-channels
decisions: {{scanners: {{path: resources.scanners.capacity, values: [2, 3]}}}}
objective: {{figures: [staff_cost]}}
{MISSED}
""")
    assert ("cohort_missed", ()) in prepare(design).keys


WRONG = [
    ('{path: a.b, values: [1, 2], cost: 5 VND}', "has no 'source'"),
    ("{path: a.b}", "needs a 'path' with 'values'"),
    ("{options: {a: {}}, path: a.b}", "or 'options' alone"),
    ("{path: a.b, range: [3, 1]}", "needs a 'path' with 'values'"),
    ("{path: a.b, values: [1 min, 2 min], cost: {value: 5 VND, source: assumption, range: [1 VND, 9 VND]}}",
     "no count"),
]  # fmt: skip


@pytest.mark.parametrize(("decision", "said"), WRONG)
def test_a_wrong_decision_tells_what_is_wrong(decision: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        read_design(f"name: x\nbase: y\ndecisions: {{a: {decision}}}\n")


@pytest.mark.parametrize(
    ("target", "said"),
    [("95 percent within 4 h", "no target"), ("120 % within 4 h", "share"),
     ("closing_backlog <= 0", "bound of 0"), ("95 % within 30 s", "no target"), ("dwell < 3", "no target")],
)  # fmt: skip
def test_a_wrong_target_tells_what_is_wrong(target: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        read_design(
            f"name: x\nbase: y\ndecisions: {{a: {{path: a.b, values: [1, 2]}}}}\ntargets: ['{target}']\n"
        )


def test_without_any_cost_there_is_nothing_to_choose_by(file: Path) -> None:
    assert_refused(cuakhau("optimise", file, f"{OFFICER}=1,2"), "cost_per_hour")


def test_a_decision_that_leads_nowhere_is_told_with_its_place(file: Path) -> None:
    words = ("optimise", file, "a:resources.officers.capacity=1,2", "--cost", "a=5 VND")
    assert_refused(cuakhau(*words), "resources.officers")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), ["cuakhau optimise"]),
        ((f"{OFFICER}=1..x",), ["DECISION", "1..x"]),
        ((f"a:{OFFICER}=1,2", "--cost", "b=5 VND"), ["--cost", "'b'"]),
        ((f"a:{OFFICER}=1,2", "--cost", "a=5"), ["--cost", "VND"]),
        ((f"a:{OFFICER}=1,2", "--cost", "a=5 VND", "--target", "soon"), ["--target", "soon"]),
        ((f"a:{OFFICER}=1,2", "--cost", "a=5 VND", "--target", "dwel_mean <= 4 h"), ["dwel_mean"]),
        ((f"a:{OFFICER}=1,2", "--replications", 3), ["--replications 3"]),
    ],
)
def test_what_cannot_be_is_refused(file: Path, words: tuple[object, ...], said: list[str]) -> None:
    assert_refused(cuakhau("optimise", file, *words), *said)


# ---- how it is run ------------------------------------------------------------------------------------


def test_the_answer_is_the_same_whoever_does_the_work(design: Design, found: Optimum) -> None:
    with ThreadPoolExecutor(3) as pool:
        other = optimised(design, hands=hands.of(pool, 3))
    assert without_clock(other) == without_clock(found)
    assert Optimum.from_json(found.to_json()) == found


def test_parts_can_be_sent_to_another_process(design: Design) -> None:
    job = prepare(design).combinations
    there = pickle.loads(pickle.dumps(job))
    (sent,), (here,) = there.perform((5 << 20,), lambda: False), job.perform((5 << 20,), lambda: False)
    assert sent.seen == here.seen


def test_interrupted_it_goes_on_where_it_was(design: Design, found: Optimum, tmp_path: Path) -> None:
    whole, folder = found, tmp_path / "kept"
    seen: list[Advance] = []

    def stop() -> bool:
        return bool(seen and seen[-1].finished > 30)

    with pytest.raises(Cancelled):
        optimised(design, folder, jobs=1, progress=seen.append, cancel=stop)
    kept = (folder / journal.LINES).read_text(encoding="utf-8").splitlines()
    assert kept
    assert without_clock(optimised(design, folder)) == without_clock(whole)
    assert (folder / journal.LINES).read_text(encoding="utf-8").splitlines()[: len(kept)] == kept


# ---- the command --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "en"])
def test_screen_table_page_and_document(file: Path, tmp_path: Path, language: str) -> None:
    folder = tmp_path / "kept"
    words = ("optimise", file, f"officers:{OFFICER}=1..3", "--cost", "officers=1000000 VND", "--target",
             "90 % within 30 min", "--seed", 3, "--replications", 10, "--jobs", 1)  # fmt: skip
    done = cuakhau(*words, "--lang", language, "--out", folder)
    assert done.exit_code == 0, done.output
    answer = Optimum.from_json((folder / "optimum.json").read_bytes())
    sentence = {"vi": answer.sentence.vi, "en": answer.sentence.en}[language]
    assert f"➤ {sentence}" in done.stdout
    rows = list(csv.DictReader(io.StringIO((folder / "combinations.csv").read_text(encoding="utf-8"))))
    assert [row["officers"] for row in rows] == ["1", "2", "3"]
    assert [row["chosen"] for row in rows].count("True") == 1
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert_stands_alone(page)
    assert page.count("<svg") == 4  # chart and process, in both languages
    assert answer.sentence.vi in page
    assert "90 % within 30 min" in page.partition("--target ")[2][:40]
    again = cuakhau(*words, "--json")
    assert Optimum.from_json(again.stdout).chosen == answer.chosen


def test_a_design_with_decisions_is_checked_optimised_and_not_compared(file: Path) -> None:
    path = file.with_name("choose.yaml")
    cost = "{value: 1000000 VND, source: assumption, range: [1 VND, 2000000 VND]}"
    path.write_text(
        f"name: choose\nbase: {file.name}\ntargets: [90 % within 30 min]\nreplications: 10\n"
        f"decisions: {{officers: {{path: {OFFICER}, range: [1, 3], cost: {cost}}}}}\n",
        encoding="utf-8",
    )
    checked = cuakhau("check", path)
    assert checked.exit_code == 0, checked.output
    assert "officers: 1, 2, 3" in checked.stdout
    assert "90 % within 30 min" in checked.stdout
    assert_refused(cuakhau("compare", path), "cuakhau optimise")
    done = cuakhau("optimise", path, "--seed", 2, "--json")
    assert Optimum.from_json(done.stdout).chosen is not None
    paths = [parameter["path"] for parameter in json.loads(done.stdout)["parameters"]]
    assert paths[0] == "decisions.officers.cost"
