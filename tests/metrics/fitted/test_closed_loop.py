"""The closed loop: what is fitted to a scenario's own log reproduces it, and finds what was planted in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from metrics.fitted.order import Way
from metrics.fitted.trees import Leaf, Split
from metrics.recorded.measures import Figure
from tests.metrics.fitted.loops import damaged, loop

KPIS, KPI_MARGIN = ("completed", "dwell", "waiting"), 0.05
ROUTES, ROUTE_MARGIN = ("visits",), 0.02

LOOPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("smart-gate-agv", {"window": "28 d"}),
    ("lang-son-2025-03-12", {"window": "14 d"}),
    ("lang-son-until-20h", {"window": "14 d"}),
    ("lang-son-channels", {"window": "14 d"}),
    ("lang-son-fruit-lane", {"window": "14 d"}),
    ("documents-online", {"window": "56 d"}),
    ("land-lookups", {"window": "84 d"}),
    ("yen-bai-dossiers", {}),
    ("ha-giang-dossiers", {}),
    ("e-receipts", {"window": "168 d"}),
)
"""Scenarios, with windows long enough that chance alone does not move their means by 5 %."""

FEWEST = 2_000
"""Cases of a flow, from which its figures are compared: of fewer chance alone moves them by more."""


@pytest.mark.long
@pytest.mark.parametrize("share", [0.0, 0.05], ids=["whole", "damaged"])
@pytest.mark.parametrize(("name", "overrides"), LOOPS, ids=[name for name, _ in LOOPS])
def test_the_fit_of_a_log_reproduces_it(name: str, overrides: Mapping[str, Any], share: float) -> None:
    done = loop(name, overrides, damaged(share) if share else lambda rows: rows)
    far = {f: off for f, off in done.off(KPIS, FEWEST).items() if abs(off) > KPI_MARGIN}
    astray = {f: off for f, off in done.off(ROUTES, FEWEST).items() if abs(off) > ROUTE_MARGIN}
    assert len(done.off(KPIS, FEWEST)) >= 2
    assert not far
    assert not astray


# ---- planted changes ------------------------------------------------------------------------------------

SMALL = "smart-gate-agv"
QUICK: dict[str, Any] = {"window": "11 d", "flows.import.arrivals.demand": "40 %"}


def pool(done: Any, key: str) -> Any:
    """Who is on duty in a pool, as found."""
    return next(d for p, d in done.fitted.duties.items() if done.fitted.log.pools[p].key == key)


@pytest.mark.slow
@pytest.mark.parametrize("share", [pytest.param(0.0, marks=pytest.mark.long), 0.05], ids=["whole", "damaged"])
def test_an_officer_less_on_mondays_is_found(share: float) -> None:
    change = damaged(share) if share else lambda rows: rows
    shifts = [{"units": 4, "calendar": "gate_hours"}, {"units": 1, "calendar": "but_mondays"}]
    planted = {
        **QUICK,
        "calendars.but_mondays": {"weekly": {"mon": "closed", "tue-sun": "07:00-18:00"}},
        "resources.receiving": {"capacity": shifts},
    }
    found = pool(loop(SMALL, planted, change, runs=0), "receiving")
    assert found.odd == (0,)
    assert {span.units for span in found.days[0]} == {4}
    assert all({span.units for span in found.days[d]} == {5} for d in range(1, 7))


@pytest.mark.slow
@pytest.mark.parametrize("share", [pytest.param(0.0, marks=pytest.mark.long), 0.05], ids=["whole", "damaged"])
def test_a_rework_loop_is_found(share: float) -> None:
    change = damaged(share) if share else lambda rows: rows
    planted = {
        **QUICK,
        "steps.again": {
            "kind": "choose",
            "shares": {"back": "8 %", "on": "92 %"},
            "options": {"back": "papers_in", "on": "next"},
        },
        "flows.import.route": ["lane_in", "papers_in", "again", "unload_here", "home_out"],
    }
    done = loop(SMALL, planted, change, runs=0)
    flow = next(f for f in done.fitted.orders if done.fitted.log.flows[f].key == "import")
    way, papers = done.fitted.orders[flow].way, _node(done, done.fitted.orders[flow].way, "papers_in")
    assert way.nodes.index(papers) in papers.follows
    assert isinstance(papers.tree, Leaf)
    back = papers.tree.counts[papers.follows.index(way.nodes.index(papers))] / papers.tree.n
    assert abs(back - 0.08) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("share", [pytest.param(0.0, marks=pytest.mark.long), 0.05], ids=["whole", "damaged"])
def test_a_priority_is_found(share: float) -> None:
    change = damaged(share) if share else lambda rows: rows
    planted = {
        **QUICK,
        "flows.import.attributes.goods": {"fruit": "30 %", "other": "70 %"},
        "steps.lane_in.priority": {"by": "goods", "fruit": 0, "other": 1},
    }
    done = loop(SMALL, planted, change, runs=0)
    step = next(s for s in done.fitted.steps if done.fitted.log.steps[s].key == "lane_in")
    found = done.fitted.steps[step].first
    assert found is not None
    name, order = found
    values = done.fitted.log.attributes[name].values
    assert (name, [values[v] for v in order]) == ("goods", ["fruit", "other"])
    assert not any(each.first for s, each in done.fitted.steps.items() if s != step)


@pytest.mark.slow
@pytest.mark.parametrize("share", [pytest.param(0.0, marks=pytest.mark.long), 0.05], ids=["whole", "damaged"])
@pytest.mark.parametrize("to", ["aside", pytest.param(None, marks=pytest.mark.long)], ids=["aside", "lost"])
def test_patience_is_found_with_where_those_go_who_give_up(to: str | None, share: float) -> None:
    change = damaged(share) if share else lambda rows: rows
    words = {"vi": "Bãi ngoài", "en": "Aside"}
    aside = {"steps.aside": {"kind": "wait", "label": words, "time": "20 min", "next": "home_out"}}
    patience = {"time": {"distribution": "exponential", "mean": "90 min"}, **({"to": to} if to else {})}
    planted = {
        **QUICK,
        "resources.receiving.capacity": 5,
        "steps.lane_in.patience": patience,
        **(aside if to else {}),
    }
    done = loop(SMALL, planted, change, runs=2)
    step = next(s for s in done.fitted.patience if done.fitted.log.steps[s].key == "lane_in")
    found = done.fitted.patience[step]
    assert found.gone > 500
    assert found.time.name == "exponential"
    assert found.time.mean.low < 90 * 60_000 < found.time.mean.high
    assert (found.to and done.fitted.log.steps[found.to].key) == to
    kept = {f: off for f, off in done.off(("visits",), 500).items() if f.of.startswith("import/")}
    assert len(kept) >= 4
    assert all(abs(off) < ROUTE_MARGIN for off in kept.values())
    assert abs(done.off(("waiting",), 500)[Figure("waiting", "import")]) < KPI_MARGIN


@pytest.mark.slow
@pytest.mark.parametrize("share", [pytest.param(0.0, marks=pytest.mark.long), 0.05], ids=["whole", "damaged"])
def test_departures_by_the_clock_are_found(share: float) -> None:
    change = damaged(share) if share else lambda rows: rows
    done = loop("e-receipts", {"window": "168 d"}, change, runs=0)
    found = {done.fitted.log.steps[s].key: fit.together for s, fit in done.fitted.steps.items()}
    transfer, deposit = found.pop("transfer"), found.pop("deposit")
    assert transfer is not None
    assert deposit is not None
    nine, three = 9 * 3_600_000, 15 * 3_600_000
    assert transfer.times == (*(((nine,),) * 5), (), ())
    assert deposit.times == ((), (), (), (), (three,), (), ())
    assert not any(found.values())


@pytest.mark.long
def test_parallel_parts_and_shares_by_attribute_are_found() -> None:
    done = loop("lang-son-2025-03-12", {"window": "1 d", "lead_in": "1 d"}, runs=0)
    fitted = done.fitted
    flow = next(f for f in fitted.orders if fitted.log.flows[f].key == "import")
    block = next(node for node in fitted.orders[flow].way.nodes if node.branches)
    branches = {frozenset(fitted.log.steps[s].key for n in b.nodes for s in n.steps) for b in block.branches}
    assert frozenset(["import_plant"]) in branches
    assert any({"import_registration", "import_release", "import_scan"} <= branch for branch in branches)
    plant = next(b for b in block.branches if fitted.log.steps[b.nodes[0].steps[0]].key == "import_plant")
    assert isinstance(plant.first.tree, Split)
    assert plant.first.tree.attribute == "goods"


def _node(done: Any, way: Way, key: str) -> Any:
    return next(n for n in way.nodes if [done.fitted.log.steps[s].key for s in n.steps] == [key])
