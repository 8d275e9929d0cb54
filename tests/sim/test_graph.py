"""The picture of a process: edges as the scenario says, an order that follows them, a cell for each node."""

from typing import Any

import pytest

from scenarios.messages import message_steps, onward, parts_of
from scenarios.resolved import (
    CERTAIN,
    Agency,
    Arrivals,
    Attribute,
    Clock,
    Flow,
    Label,
    Mix,
    Resolved,
    Step,
)
from sim import graph


def label(text: str) -> Label:
    return Label(vi=f"{text} (vi)", en=text)


CLOCK = Clock("Asia/Ho_Chi_Minh", "2025-03-12T00:00", 0, ((0, 0),), "terminating", 0, 1000, "window", 1000)


def scenario(steps: dict[str, Step], mixes: dict[str, Mix] | None = None, **flow: Any) -> Resolved:
    truck = Flow(label("Truck"), Arrivals("none"), **flow)
    agencies = {"guard": Agency(label("Guard")), "customs": Agency(label("Customs"))}
    return Resolved(
        1, "t", label("t"), label("?"), CLOCK,
        agencies=agencies, steps=steps, flows={"truck": truck}, mixes=mixes or {},
    )  # fmt: skip


def work(agency: str | None = None, **more: Any) -> Step:
    return Step(label("work"), "work", agency=agency, **more)


def choose(**more: Any) -> Step:
    return Step(label("choose"), "choose", **more)


@pytest.fixture
def rework() -> Resolved:
    """in → look → again 25 %: in, on 75 %: out."""
    return scenario(
        {"in": work("guard"), "look": choose(shares="m"), "out": work("customs")},
        {"m": Mix(("again", "on"), (CERTAIN // 4, CERTAIN))},
        first="in",
        next={"in": "look", "out": None},
        options={"look": {"again": "in", "on": "out"}},
    )


@pytest.fixture
def branches() -> Resolved:
    """start → (a1 → a2 | (b1 | b2) nested → b3) → join."""
    parallel = Step(label("both"), "parallel", branches=("a1", "inner"))
    inner = Step(label("inner"), "parallel", branches=("b1", "b2"))
    steps = {name: work() for name in ("start", "a1", "a2", "b1", "b2", "b3", "join")}
    return scenario(
        {**steps, "both": parallel, "inner": inner},
        first="start",
        next={
            "start": "both", "both": "join", "a1": "a2", "a2": None, "inner": "b3",
            "b1": None, "b2": None, "b3": None, "join": None,
        },
    )  # fmt: skip


def test_edges_are_the_ways_of_the_scenario(rework: Resolved) -> None:
    drawn = graph.picture(rework)
    assert set(drawn.edges) == {
        ("arrive:truck", "in"), ("in", "look"), ("look", "in"), ("look", "out"), ("out", "leave:truck"),
    }  # fmt: skip
    assert drawn.edges["look", "in"]["ways"] == (graph.Way("option", "again", 0.25),)


def test_a_rework_loop_is_a_back_edge_and_does_not_disturb_the_order(rework: Resolved) -> None:
    drawn = graph.picture(rework)
    assert graph.back_edges(drawn) == {("look", "in")}
    assert graph.in_order(drawn) == ["arrive:truck", "in", "look", "out", "leave:truck"]


def test_branches_join_where_the_parallel_part_goes_on(branches: Resolved) -> None:
    drawn = graph.picture(branches)
    assert {e for e in drawn.edges if "join" in [w.kind for w in drawn.edges[e]["ways"]]} == {
        ("a2", "join"), ("b1", "b3"), ("b2", "b3"), ("b3", "join"),
    }  # fmt: skip
    assert set(drawn.successors("both")) == {"a1", "inner"}
    assert set(drawn.successors("join")) == {"leave:truck"}


def test_branches_at_the_end_of_a_way_leave_together() -> None:
    parallel = Step(label("both"), "parallel", branches=("a", "b"))
    drawn = graph.picture(
        scenario({"both": parallel, "a": work(), "b": work()}, first="both", next={"a": None, "b": None})
    )
    assert set(drawn.predecessors("leave:truck")) == {"a", "b"}


def test_patience_and_a_full_place_are_ways_of_their_own() -> None:
    steps = {"in": work(patience="t", patience_to="home", full_to="road"), "road": work(), "home": work()}
    drawn = graph.picture(scenario(steps, first="in", next={"in": None, "road": None, "home": None}))
    assert drawn.edges["in", "home"]["ways"] == (graph.Way("patience"),)
    assert drawn.edges["in", "road"]["ways"] == (graph.Way("full"),)


def test_a_share_that_depends_on_the_entity_is_not_drawn(rework: Resolved) -> None:
    by_channel = Attribute(label("Channel"), "category", "m", values=("again", "on"))
    step = choose(by="channel")
    flow = Flow(label("Truck"), Arrivals("none"), "look", {}, attributes={"channel": by_channel})
    assert graph.option_shares(rework, flow, step) == {"again": 0.25, "on": 0.75}
    assert graph.option_shares(rework, flow, choose(by="goods")) == {}


def test_each_node_has_a_cell_of_its_own_below_what_comes_before(branches: Resolved) -> None:
    drawn = graph.picture(branches)
    row = graph.rows(drawn)
    cells = [(row[n], drawn.nodes[n]["lane"]) for n in drawn]
    assert len(set(cells)) == len(cells)
    assert all(row[a] < row[b] for a, b in drawn.edges)


def test_lanes_are_the_agencies_that_own_a_step(rework: Resolved) -> None:
    assert graph.lanes(graph.picture(rework), rework) == ["", "guard", "customs"]


def test_a_message_is_one_box_whatever_its_tries() -> None:
    parts = parts_of("tell", 3, pauses=True)
    first = Step(label("Tell"), "wait", platforms=("net",), patience="t")
    steps = message_steps(parts, first, "t", ["t", "t"], "paper") | {"paper": work(), "out": work()}
    way = onward(parts, "out") | {"paper": "out", "out": None}
    drawn = graph.picture(scenario(steps, first="tell", next=way))
    assert set(drawn) == {"arrive:truck", "tell", "paper", "out", "leave:truck"}
    assert drawn.edges["tell", "out"]["ways"] == (graph.Way("next"),)
    assert drawn.edges["tell", "paper"]["ways"] == (graph.Way("failed"),)
