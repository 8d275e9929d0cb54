"""Rehearsals: what Prometheus says of simulated time is what the series say, told rightly."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metrics.simulated import Simulated
from platform_api.following import Advance
from platform_api.rehearsal_answer import Rehearsal, Rehearsed
from platform_api.rehearsal_screen import verdict
from platform_api.rehearsing import RULES, SIMULATED, Plan, read_rules, rehearse
from scenarios import library
from scenarios.resolved import Resolved
from sim.run import Cancelled, run
from tests.platform_api.test_cli import assert_refused, cuakhau

STEP = 60  # [s]

HIGH, BROKEN = 2, 5

BUSY: dict[str, Any] = {"flows.truck.arrivals.rate": "11 /h"}

RULE_FILE = f"""
groups:
  - name: mine
    interval: {STEP}s
    rules:
      - record: all:backlog:sum
        expr: sum without (scenario) (cuakhau_sim_backlog_entities)
      - record: all:backlog:twice
        expr: 2 * all:backlog:sum
      - alert: Long
        expr: cuakhau_sim_backlog_entities >= {HIGH}
        for: 10m
        labels: {{severity: warning}}
        annotations:
          target: cuakhau_sim_backlog_entities >= {BROKEN}
      - alert: Recorded
        expr: all:backlog:twice >= {2 * HIGH}
        for: 10m
        annotations: {{target: "all:backlog:sum >= {BROKEN}"}}
      - alert: Nothing
        expr: cuakhau_sim_backlog_entities > 1e9
        annotations: {{target: cuakhau_sim_backlog_entities > 1e9}}
      - alert: Aimless
        expr: cuakhau_sim_backlog_entities >= {HIGH}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "mine.yaml").write_text(RULE_FILE, encoding="utf-8")
    return tmp_path / "mine.yaml"


@pytest.fixture
def busy(written: dict[str, Any]) -> Resolved:
    return library.load_text(json.dumps(written, ensure_ascii=False), BUSY).resolved


def of(answer: Rehearsal, name: str) -> Rehearsed:
    return next(rule for rule in answer.rules if rule.rule == name)


def crossings(scenario: Resolved, replication: int) -> tuple[list[int], list[tuple[int, int]]]:
    """(minutes at which the backlog rises to BROKEN, those from and to which the alert fires)."""
    series = Simulated(scenario, STEP * 1000)
    run(scenario, 5, replication, keep="statistics", take=series.take)
    (backlog,) = [line.values for line in series.lines() if line.family.name == "backlog_entities"]
    broken = backlog >= BROKEN
    rises = [n for n in range(1, len(backlog)) if broken[n] and not broken[n - 1]]
    since, fired = None, []
    for n, level in enumerate([*backlog.tolist(), 0]):
        if level >= HIGH:
            since = n if since is None else since
        elif since is not None:
            fired += [(since + 10, n)] if n - since > 10 else []
            since = None
    return rises, fired


@pytest.mark.slow
def test_leads_and_counts_are_those_of_the_series(busy: Resolved, rules: Path) -> None:
    followed: list[Advance] = []
    plan = Plan(busy, 5, 3, [rules], within=1800, step=STEP * 1000)
    answer = rehearse(plan, followed.append)
    seen = [crossings(busy, number) for number in range(3)]
    assert of(answer, "Long").fired.mean == np.mean([len(fired) for _, fired in seen])
    assert of(answer, "Long").broke.mean == np.mean([len(rises) for rises, _ in seen])
    assert sum(len(rises) for rises, _ in seen) >= 3
    leads = []
    for rises, fired in seen:
        warned = [(rise, [f for f, end in fired if f < rise <= end + 30]) for rise in rises]
        mine = [60 * (rise - max(fires)) for rise, fires in warned if fires]
        leads += [np.mean(mine)] if mine else []
    assert (of(answer, "Long").lead.n, len(leads)) == (len(leads), 3)
    assert of(answer, "Long").lead.mean == pytest.approx(np.mean(leads))
    assert [advance.finished for advance in followed] == [1, 2, 3]

    recorded, direct = of(answer, "Recorded"), of(answer, "Long")
    assert (recorded.fired, recorded.broke, recorded.lead) == (direct.fired, direct.broke, direct.lead)
    assert verdict(of(answer, "Nothing"), "en").startswith("never fired")
    assert "no target" in verdict(of(answer, "Aimless"), "en")
    assert of(answer, "Aimless").fired.mean > 0  # type: ignore[operator]
    assert answer.digests == tuple(run(busy, 5, n, keep="statistics").digest for n in range(3))
    assert Rehearsal.from_json(answer.to_json()) == answer
    assert rehearse(plan) == answer


def test_the_rules_that_come_with_the_program_are_read_as_they_stand() -> None:
    read = read_rules([RULES / name for name in SIMULATED], {})
    alerts = {alert.name: alert for alert in read.alerts}
    assert alerts["BacklogHigh"].lasts == 1800
    assert alerts["BacklogHigh"].every == 300
    assert alerts["BacklogHigh"].target.endswith("> 400")
    assert [name for name, alert in alerts.items() if not alert.target] == ["PlatformDown"]
    assert len(read.recording) == 1


def test_it_stops_when_it_is_cancelled(busy: Resolved, rules: Path) -> None:
    with pytest.raises(Cancelled):
        rehearse(Plan(busy, 1, 1, [rules]), cancel=lambda: True)


# ---- the command ----------------------------------------------------------------------------------------


@pytest.fixture
def file(written: dict[str, Any], tmp_path: Path) -> Path:
    found = tmp_path / "one-counter.yaml"
    found.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    return found


def rehearsed(file: Path, *words: object) -> Any:
    return cuakhau("rehearse", file, "--replications", 1, "--seed", 1, "--until", "2 h", *words)


def test_the_command_prints_a_verdict_and_keeps_the_answer(file: Path, rules: Path, tmp_path: Path) -> None:
    done = rehearsed(
        file, "--rules", rules, "--lang", "en", "--out", tmp_path / "r.json", "--target", "Aimless=up"
    )
    assert done.exit_code == 0, done.output
    assert "➤ Long:" in done.stdout
    assert "Prometheus 2." in done.stdout
    kept = Rehearsal.from_json((tmp_path / "r.json").read_bytes())
    assert of(kept, "Aimless").target == "up"
    assert (kept.within, kept.replications, kept.seed) == (7200, 1, 1)


def test_wrong_words_are_refused_with_a_remedy(file: Path, rules: Path, tmp_path: Path) -> None:
    assert_refused(rehearsed(file, "--rules", tmp_path / "none.yaml"), "none.yaml", "cuakhau boards")
    assert_refused(rehearsed(file, "--rules", rules, "--target", "Long"), "ALERT=EXPR")
    assert_refused(rehearsed(file, "--rules", rules, "--target", "Lung=up"), "'Lung'", "Long, Recorded")
    assert_refused(rehearsed(file, "--rules", rules, "--target", "Long=up up"), "up up", code=1)
    assert_refused(rehearsed(file, "--rules", rules, "--within", "soon"), "--within")
    broken = "groups: [{name: a, rules: [{alert: A, expr: 'sum('}]}]"
    (tmp_path / "bad.yaml").write_text(broken, encoding="utf-8")
    assert_refused(rehearsed(file, "--rules", tmp_path / "bad.yaml"), "promtool", code=1)


def test_without_prometheus_the_remedy_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert_refused(rehearsed(file), "promtool", "apt-get install -y prometheus", code=1)
