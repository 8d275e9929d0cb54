"""The picture of a process: which step follows which, in which agency's lane (for people, not for engines).

Nodes are the steps, one `arrive:<flow>` for each flow (but those that are only sent out), and one
`leave:<flow>` where a flow's way simply ends. Node data: `label` (Label), `kind` (a step's kind, else
"arrive" or "leave"), `lane` (key of an agency, else ""), `flows`. Edge data: `ways` (a tuple of `Way`:
one pair of steps may be joined in several ways), `flows`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import networkx as nx

from scenarios.resolved import CERTAIN, Flow, Message, Mix, Resolved, Step
from sim.origins import only_sent

if TYPE_CHECKING:
    Graph = nx.DiGraph[str]

WayKind = Literal["next", "option", "branch", "join", "send", "patience", "full", "balk", "short", "failed"]
RARE = frozenset({"patience", "full", "balk", "short", "failed"})
"""Ways that an entity takes when things do not go as they should."""


@dataclass(frozen=True, slots=True)
class Way:
    """How one step leads to another."""

    kind: WayKind
    option: str | None = None  # the value chosen, of an "option"
    share: float | None = None  # its probability, 0 … 1, where the same for every entity


def picture(scenario: Resolved) -> Graph:
    """The steps of a scenario as a directed graph; see the module for the data of nodes and edges."""
    graph: Graph = nx.DiGraph(name=scenario.name)
    for name in scenario.flows:
        _Walk(scenario, graph, name).whole()
    for name in scenario.flows:
        _Walk(scenario, graph, name).sent()
    _place_decisions(graph)
    return graph


def _place_decisions(graph: Graph) -> None:
    """A choice or a parting that nobody owns stands in the lane of the step before it."""
    backwards = back_edges(graph)
    for node in in_order(graph):
        data = graph.nodes[node]
        before = [p for p in graph.predecessors(node) if (p, node) not in backwards]
        if data["kind"] in ("choose", "parallel", "free") and not data["lane"] and before:
            data["lane"] = graph.nodes[before[0]]["lane"]


class _Walk:
    """Follows one flow through its steps and draws what it meets."""

    def __init__(self, scenario: Resolved, graph: Graph, flow: str) -> None:
        self.scenario, self.graph, self.name = scenario, graph, flow
        self.flow: Flow = scenario.flows[flow]
        self.seen: set[tuple[str, str | None]] = set()
        self.outside: dict[str, str | None] = {}  # where branches join → where what follows joins in turn

    def whole(self) -> None:
        if only_sent(self.scenario, self.name):
            self._follow(self.flow.first, None)
        else:
            arrive = f"arrive:{self.name}"
            self._node(arrive, "arrive")
            self._edge(arrive, self.flow.first, Way("next"), None)
        if self.flow.backlog is not None:
            self._follow(self.flow.backlog.at, None)

    def sent(self) -> None:
        """Draw where its sub-entities begin, when the ways of all flows are drawn."""
        for step in self.flow.next:
            errand = self.scenario.steps[step].errand
            if errand is not None and errand.flow is not None:
                self._add_edge(step, self.scenario.flows[errand.flow].first, Way("send"))

    def _follow(self, step: str, then: str | None) -> None:
        """Draw a step and all that follows; `then` is where a branch joins again, None outside branches."""
        if (step, then) in self.seen:
            return
        self.seen.add((step, then))
        self._node(step, self.scenario.steps[step].kind)
        for target, way in self._ways(step):
            self._edge(step, target, way, then)

    def _ways(self, name: str) -> Iterator[tuple[str | None, Way]]:
        step = self.scenario.steps[name]
        if step.kind == "parallel":
            yield from ((branch, Way("branch")) for branch in step.branches)
        elif step.kind == "choose":
            shares = option_shares(self.scenario, self.flow, step)
            for option, target in self.flow.options.get(name, {}).items():
                yield target, Way("option", option, shares.get(option))
        elif step.message is not None:  # one box for all its tries
            yield from self._message(name)
            return
        elif step.kind != "end":
            yield self.flow.next.get(name), Way("next")
        if step.patience is not None and step.patience_to is not None:
            yield step.patience_to, Way("patience")
        if step.full_to is not None:
            yield step.full_to, Way("full")
        if step.balking is not None and step.balking.to is not None:
            yield step.balking.to, Way("balk")
        if step.short_to is not None:
            yield step.short_to, Way("short")

    def _message(self, name: str) -> Iterator[tuple[str | None, Way]]:
        """Where the answer to a message leads, and where its last failure does."""
        parts = {s.message: n for n, s in self.scenario.steps.items() if s.message and s.message.of == name}
        yield self.flow.next.get(parts[Message(name, "answer")]), Way("next")
        failed_to = self.scenario.steps[parts[max(parts, key=lambda part: part.tried)]].patience_to
        if failed_to is not None:
            yield failed_to, Way("failed")

    def _edge(self, source: str, target: str | None, way: Way, then: str | None) -> None:
        """Draw one edge and go on from its end; an end without a step joins the branch or leaves the flow."""
        if target is None and then is not None:
            target, way, then = then, _joined(way), self.outside[then]
        elif way.kind == "branch":
            join = self._join_of(source)
            self.outside[join] = then
            then = join
        target = target or f"leave:{self.name}"
        if target in self.scenario.steps:
            self._follow(target, then)
        self._add_edge(source, target, way)

    def _join_of(self, parallel: str) -> str:
        """Where the branches of a parallel part come together again."""
        return self.flow.next.get(parallel) or f"leave:{self.name}"

    def _node(self, name: str, kind: str) -> None:
        if name not in self.graph:
            step = self.scenario.steps.get(name)
            label = step.label if step is not None else self.flow.label
            self.graph.add_node(name, label=label, kind=kind, lane=(step and step.agency) or "", flows=())
        data = self.graph.nodes[name]
        if self.name not in data["flows"]:
            data["flows"] += (self.name,)

    def _add_edge(self, source: str, target: str, way: Way) -> None:
        if target.startswith("leave:"):
            self._node(target, "leave")
        if not self.graph.has_edge(source, target):
            self.graph.add_edge(source, target, ways=(), flows=())
        data = self.graph.edges[source, target]
        if way not in data["ways"]:
            data["ways"] += (way,)
        if self.name not in data["flows"]:
            data["flows"] += (self.name,)


def _joined(way: Way) -> Way:
    return Way("join") if way.kind == "next" else way


def option_shares(scenario: Resolved, flow: Flow, step: Step) -> dict[str, float]:
    """Probability of each option of a `choose` step, where it is the same for every entity; else empty."""
    attribute = flow.attributes.get(step.by or "")
    leaf = attribute.draw if attribute is not None else step.shares
    return mix_shares(scenario.mixes[leaf]) if isinstance(leaf, str) else {}


def mix_shares(mix: Mix) -> dict[str, float]:
    """Probability of each value of a mix, 0 … 1."""
    starts = (0, *mix.upto[:-1])
    return {v: (end - start) / CERTAIN for v, start, end in zip(mix.values, starts, mix.upto, strict=True)}


def back_edges(graph: Graph) -> set[tuple[str, str]]:
    """Edges that lead back to a step already passed (rework loops): without them the picture has no cycle."""
    found: set[tuple[str, str]] = set()
    done: set[str] = set()
    for root in graph:
        if root not in done:
            found |= _back_edges_from(graph, root, done)
    return found


def _back_edges_from(graph: Graph, root: str, done: set[str]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    path = {root: iter(graph[root])}
    while path:
        node = next(reversed(path))
        after = next(path[node], None)
        if after is None:
            del path[node]
            done.add(node)
        elif after in path:
            found.add((node, after))
        elif after not in done:
            path[after] = iter(graph[after])
    return found


def in_order(graph: Graph) -> list[str]:
    """The nodes in the order things happen; where nothing decides, in the order of the file."""
    forward = nx.subgraph_view(graph, filter_edge=_is_not_in(back_edges(graph)))
    place = {name: i for i, name in enumerate(graph)}
    return list(nx.lexicographical_topological_sort(forward, key=place.__getitem__))


def _is_not_in(edges: set[tuple[str, str]]) -> Callable[[str, str], bool]:
    return lambda source, target: (source, target) not in edges


def rows(graph: Graph) -> dict[str, int]:
    """A row for each node, from 0 down: below all that come before it, alone in its lane's cell."""
    backwards = back_edges(graph)
    taken: set[tuple[int, str]] = set()
    row: dict[str, int] = {}
    for node in in_order(graph):
        before = [row[p] for p in graph.predecessors(node) if (p, node) not in backwards]
        here = max(before, default=-1) + 1
        lane = graph.nodes[node]["lane"]
        while (here, lane) in taken:
            here += 1
        taken.add((here, lane))
        row[node] = here
    return row


def lanes(graph: Graph, scenario: Resolved) -> list[str]:
    """The agencies that own a step, in the order of the file; first "" where something has no agency."""
    used = {data["lane"] for _, data in graph.nodes(data=True)}
    return [lane for lane in ("", *scenario.agencies) if lane in used]


# ---- what can go through at the most ---------------------------------------------------------------------


def min_cut(
    arcs: Mapping[tuple[str, str], int | None], source: str, sink: str
) -> tuple[int, list[tuple[str, str]]] | None:
    """The most that can flow from source to sink, and the arcs of a cut that lets no more through.

    arcs : capacity of each, None for any amount. None where nothing limits the flow. Ford & Fulkerson (1956),
    Maximal flow through a network.
    """
    network: Graph = nx.DiGraph()
    for (here, there), capacity in arcs.items():
        network.add_edge(here, there, **({} if capacity is None else {"capacity": capacity}))
    try:
        most, (before, after) = nx.minimum_cut(network, source, sink)
    except nx.NetworkXUnbounded:
        return None
    return int(most), [(here, there) for here, there in arcs if here in before and there in after]
