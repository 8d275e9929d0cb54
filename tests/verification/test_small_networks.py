"""The small networks of `cuakhau verify`: both engines agree on them, and they reach what they are for."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.verification import engines
from metrics.verification.engines import Common, agree, commons, small_networks
from scenarios.library import load, names
from scenarios.resolved import Resolved
from sim.log import EMPTY, ENTITY_OUTCOMES, MODES, TARGETS, VISIT_OUTCOMES, EventLog
from sim.run import run

FOLDER = Path(engines.__file__).parent / "small"
REACHED = {
    "yard": {"blocked", "held", "diverted", "reneged", "turned_back", "ties"},
    "outage": {"fallback", "waits", "slow", "platform", "ties"},
    "together": {"parallel", "blocked", "reneged", "again", "waits", "ties"},
    "states": {"balked", "waits", "diverted", "platform", "ties"},
    "stocks": {"hold", "take", "reneged", "diverted", "waits", "turned_back", "ties"},
    "interruptions": {"preempted", "waits", "ties"},
    "loads": {"gather", "send", "join", "reneged", "waits", "batches", "ties"},
    "bookings": {"balked", "waits"},
    "shifts": {"waits", "backlog", "reneged", "ties"},
}


def reached(scenario: Resolved, log: EventLog) -> set[str]:
    """What happened in a run."""
    visits, entities = log.visits, log.entities
    times = visits["started"][visits["started"] != EMPTY].tolist()
    what = {
        "blocked": (visits["blocked_by"] >= 0).any(),
        "held": ((visits["left"] > visits["ended"]) & (visits["ended"] != EMPTY)).any(),
        "waits": ((visits["started"] > visits["admitted"]) & (visits["admitted"] != EMPTY)).any(),
        "fallback": (visits["mode"] == MODES.index("fallback")).any(),
        "batches": (visits["batch"] > 1).any(),
        "again": (visits["visit"] > 1).any(),
        "backlog": (entities["source"] == 0).any(),
        "turned_back": (entities["outcome"] == ENTITY_OUTCOMES.index("turned_back")).any(),
        "platform": (log.timetable["value"][log.timetable["what"] == TARGETS.index("platform")] == 0).any(),
        "slow": (log.timetable["value"][log.timetable["what"] == TARGETS.index("slow")] != 1000).any(),
        "ties": len(times) > len(set(times)),
    }
    what |= {name: (visits["outcome"] == VISIT_OUTCOMES.index(name)).any() for name in VISIT_OUTCOMES}
    kinds = {scenario.steps[log.names.steps[code]].kind for code in visits["step"].tolist()}
    return kinds | {name for name, so in what.items() if so}


@pytest.mark.parametrize("name", small_networks())
def test_a_small_network_reaches_what_it_is_for(name: str) -> None:
    scenario = load(FOLDER / f"{name}.yaml").resolved
    found = set().union(*(reached(scenario, run(scenario, 1, n, engine="reference").log) for n in range(3)))
    assert found >= REACHED[name], REACHED[name] - found


@pytest.mark.slow
@pytest.mark.parametrize("name", small_networks())
def test_both_engines_agree_on_a_small_network(name: str) -> None:
    found = agree(Common("small", name, None, 5))
    assert found.verdict == "equal"
    assert found.visits > 100


def test_engines_that_differ_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def other_seed(scenario, seed, replication=0, *, engine="reference", **more):
        return run(scenario, seed + (engine == "compiled"), replication, engine="reference", **more)

    monkeypatch.setattr(engines, "run", other_seed)
    found = agree(Common("small", "yard", None, 2))
    assert (found.verdict, found.differ) == ("different", (0, 1))


def test_the_whole_library_is_compared() -> None:
    assert [common.name for common in commons() if common.kind == "library"] == list(names())
