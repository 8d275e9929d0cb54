"""The process as BPMN 2.0 with a diagram: for modelling tools such as bpmn.io, Camunda or Bizagi.

Agencies are lanes of one pool, from top to bottom; time runs from left to right. What BPMN tells otherwise
than the picture of `cuakhau explain` is put in: a gateway where the branches of a parallel part come
together again (an inclusive one: it waits for the branches, not for every arrow, since a branch may end in
several ways), one where the way after a step depends on the flow, and an event on the edge of a step for each
way that is taken when things do not go as they should (patience, no room, balking, too little, a failed
message).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import quoteattr

from platform_api.naming import option_name
from platform_api.texts import Language, pick, text
from platform_api.wiring import BOX, Boxes, Plan, Point, lay_out
from scenarios.resolved import Resolved
from sim import graph as graphs
from sim.graph import RARE

if TYPE_CHECKING:
    from sim.graph import Graph

Shape = Literal["task", "gateway", "event"]

TALL: dict[Shape, int] = {"task": 80, "gateway": 50, "event": 36}
WIDE: dict[Shape, int] = {"task": 100, "gateway": 50, "event": 36}
"""Sizes that modelling tools give to shapes [px]."""

EDGE_EVENT = 36
"""Width and height of an event on the edge of a step [px]."""

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'id="definitions" targetNamespace="urn:cuakhau" exporter="cuakhau">\n'
)

ELEMENTS = {
    "arrive": "startEvent", "leave": "endEvent", "end": "endEvent", "choose": "exclusiveGateway",
    "parallel": "parallelGateway", "together": "inclusiveGateway", "by_flow": "exclusiveGateway",
    "work": "userTask", "message": "serviceTask", "send": "sendTask", "join": "receiveTask",
}  # fmt: skip
"""Kind of a node → element; every other kind is a plain task."""

SIGNS = {
    "patience": '<bpmn:timerEventDefinition id="{id}_timer"/>',
    "failed": '<bpmn:errorEventDefinition id="{id}_error"/>',
}
OTHER_SIGN = (
    '<bpmn:conditionalEventDefinition id="{id}_sign"><bpmn:condition id="{id}_condition" '
    'xsi:type="bpmn:tFormalExpression">{kind}</bpmn:condition></bpmn:conditionalEventDefinition>'
)


@dataclass(frozen=True, slots=True)
class Sequence:
    """An arrow: from a node, or from an event on its edge, to another node."""

    id: str
    source: str
    target: str
    name: str = ""
    rare: str = ""  # the kind of way, of an event on the edge

    @property
    def leaves(self) -> str:
        """The element that it leaves."""
        return f"{self.id}_event" if self.rare else _id(self.source)


@dataclass
class Drawn:
    """The process with the gateways that BPMN wants."""

    graph: Graph
    ways: list[Sequence] = field(default_factory=list)


def draw(scenario: Resolved, language: Language) -> str:
    """The XML of the process and of its diagram."""
    drawn = _with_gateways(scenario, language)
    lanes = graphs.lanes(drawn.graph, scenario)
    plan = lay_out(_boxes(drawn, lanes))
    title = quoteattr(pick(scenario.title, language))
    participant = f'<bpmn:participant id="participant" name={title} processRef="process"/>'
    parts = [
        HEAD,
        f'<bpmn:collaboration id="pool">{participant}</bpmn:collaboration>\n',
        f'<bpmn:process id="process" name={title} isExecutable="false">\n',
        *_lane_set(drawn, lanes, scenario, language),
        *(_node(drawn, node, scenario, language) for node in drawn.graph),
        *(line for way in drawn.ways for line in _sequence(way, language)),
        "</bpmn:process>\n",
        *_diagram(drawn, plan, lanes),
        "</bpmn:definitions>\n",
    ]
    return "".join(parts)


# ---- what BPMN wants beside the picture ---------------------------------------------------------------


def _with_gateways(scenario: Resolved, language: Language) -> Drawn:
    """A graph with the gateways put in, and every arrow."""
    picture = graphs.picture(scenario)
    graph: Graph = picture.copy()
    graph.remove_edges_from(list(picture.edges))
    drawn = Drawn(graph)
    for source in picture:
        straight = {t: k for t in picture[source] if (k := _kinds(picture, source, t) - RARE)}
        by_flow = len([t for t, kinds in straight.items() if kinds - {"send"}]) > 1
        begin = source
        if by_flow and picture.nodes[source]["kind"] not in ("choose", "parallel"):
            begin = _gateway(drawn, f"by_flow:{source}", "by_flow", source)
            _arrow(drawn, source, begin)
        for target, kinds in straight.items():
            name = _option_names(picture, source, target, scenario, language)
            _arrow(drawn, source if kinds == {"send"} else begin, _joint(drawn, target, kinds), name)
        for target in picture[source]:
            for kind in sorted(_kinds(picture, source, target) & RARE):
                _arrow(drawn, source, target, rare=kind)
    return drawn


def _kinds(graph: Graph, source: str, target: str) -> set[str]:
    return {way.kind for way in graph.edges[source, target]["ways"]}


def _joint(drawn: Drawn, target: str, kinds: set[str]) -> str:
    """Where an arrow to a target ends: of branches, at the gateway in which they come together before it."""
    if "join" not in kinds:
        return target
    name = f"together:{target}"
    if name not in drawn.graph:
        _gateway(drawn, name, "together", target)
        _arrow(drawn, name, target)
    return name


def _gateway(drawn: Drawn, name: str, kind: str, beside: str) -> str:
    data = drawn.graph.nodes[beside]
    drawn.graph.add_node(name, label=None, kind=kind, lane=data["lane"], flows=data["flows"])
    return name


def _arrow(drawn: Drawn, source: str, target: str, name: str = "", rare: str = "") -> None:
    drawn.graph.add_edge(source, target, ways=())
    drawn.ways.append(Sequence(f"way_{len(drawn.ways)}", source, target, name, rare))


def _option_names(graph: Graph, source: str, target: str, scenario: Resolved, language: Language) -> str:
    """The options of a choice that lead there."""
    ways = [way for way in graph.edges[source, target]["ways"] if way.kind == "option"]
    told = [
        option_name(source, str(way.option), scenario, language)
        + ("" if way.share is None else f" {100 * way.share:.0f} %")
        for way in ways
    ]
    return ", ".join(told)


# ---- the process --------------------------------------------------------------------------------------


def _id(node: str) -> str:
    """A name as XML allows it; letters that it does not allow are told by their number."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_.") else f"-{ord(c)}-" for c in f"node_{node}")


def _lane_set(drawn: Drawn, lanes: list[str], scenario: Resolved, language: Language) -> Iterator[str]:
    yield '<bpmn:laneSet id="lanes">'
    for number, lane in enumerate(lanes):
        yield f'<bpmn:lane id="lane_{number}" name={quoteattr(_lane_name(lane, scenario, language))}>'
        for node, data in drawn.graph.nodes(data=True):
            if data["lane"] == lane:
                yield f"<bpmn:flowNodeRef>{_id(node)}</bpmn:flowNodeRef>"
                edge = (w for w in drawn.ways if w.rare and w.source == node)
                yield from (f"<bpmn:flowNodeRef>{way.leaves}</bpmn:flowNodeRef>" for way in edge)
        yield "</bpmn:lane>\n"
    yield "</bpmn:laneSet>\n"


def _lane_name(lane: str, scenario: Resolved, language: Language) -> str:
    agency = scenario.agencies.get(lane)
    return pick(agency.label, language) if agency else text("explain.picture.nobody", language)


def _node(drawn: Drawn, node: str, scenario: Resolved, language: Language) -> str:
    element = _element(drawn, node, scenario)
    name = quoteattr(_name(drawn, node, language))
    outgoing = [w for w in drawn.ways if w.source == node and not w.rare]
    incoming = [w for w in drawn.ways if w.target == node]
    told = "".join(f"<bpmn:incoming>{way.id}</bpmn:incoming>" for way in incoming)
    told += "".join(f"<bpmn:outgoing>{way.id}</bpmn:outgoing>" for way in outgoing)
    return f'<bpmn:{element} id="{_id(node)}" name={name}>{told}</bpmn:{element}>\n'


def _element(drawn: Drawn, node: str, scenario: Resolved) -> str:
    step = scenario.steps.get(node)
    kind = "message" if step is not None and step.message is not None else drawn.graph.nodes[node]["kind"]
    return ELEMENTS.get(kind, "task")


def _name(drawn: Drawn, node: str, language: Language) -> str:
    data = drawn.graph.nodes[node]
    if data["label"] is None:
        return ""
    name = pick(data["label"], language)
    if data["kind"] in ("arrive", "leave"):
        return text(f"explain.picture.{data['kind']}", language, flow=name)
    return name


def _sequence(way: Sequence, language: Language) -> Iterator[str]:
    name = f" name={quoteattr(way.name)}" if way.name else ""
    yield (
        f'<bpmn:sequenceFlow id="{way.id}"{name} sourceRef="{way.leaves}" targetRef="{_id(way.target)}"/>\n'
    )
    if way.rare:
        sign = SIGNS.get(way.rare, OTHER_SIGN).format(id=way.leaves, kind=way.rare)
        told = quoteattr(text(f"explain.picture.{way.rare}", language))
        yield (
            f'<bpmn:boundaryEvent id="{way.leaves}" name={told} attachedToRef="{_id(way.source)}">'
            f"<bpmn:outgoing>{way.id}</bpmn:outgoing>{sign}</bpmn:boundaryEvent>\n"
        )


# ---- the diagram: the picture's plan, with its axes exchanged -----------------------------------------


def _shape(drawn: Drawn, node: str) -> Shape:
    kind = drawn.graph.nodes[node]["kind"]
    if kind in ("arrive", "leave", "end"):
        return "event"
    return "gateway" if kind in ("choose", "parallel", "together", "by_flow") else "task"


def _boxes(drawn: Drawn, lanes: list[str]) -> Boxes:
    graph = drawn.graph
    return Boxes(
        lanes=lanes,
        row=graphs.rows(graph),
        lane={node: lanes.index(data["lane"]) for node, data in graph.nodes(data=True)},
        height={node: WIDE[_shape(drawn, node)] for node in graph},
        edges=list(graph.edges),
    )


def _diagram(drawn: Drawn, plan: Plan, lanes: list[str]) -> Iterator[str]:
    yield '<bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="pool">\n'
    yield _bounds("participant", -30, 0, plan.height + 30, plan.width, ' isHorizontal="true"')
    for number, _ in enumerate(lanes):
        top, bottom = plan.edges_of_lanes[number]
        yield _bounds(f"lane_{number}", 0, top, plan.height, bottom - top, ' isHorizontal="true"')
    for node in drawn.graph:
        x, y, shape = *_corner(drawn, plan, node), _shape(drawn, node)
        marker = ' isMarkerVisible="true"' if shape == "gateway" else ""
        yield _bounds(_id(node), x, y, WIDE[shape], TALL[shape], marker)
    for way in drawn.ways:
        if way.rare:
            x, y = _edge_event(drawn, plan, way)
            half = EDGE_EVENT // 2
            yield _bounds(way.leaves, x - half, y - half, EDGE_EVENT, EDGE_EVENT)
        points = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in _points(drawn, plan, way))
        yield f'<bpmndi:BPMNEdge id="{way.id}_edge" bpmnElement="{way.id}">{points}</bpmndi:BPMNEdge>\n'
    yield "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>\n"


def _bounds(element: str, x: int, y: int, width: int, height: int, more: str = "") -> str:
    return (
        f'<bpmndi:BPMNShape id="{element}_shape" bpmnElement="{element}"{more}>'
        f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></bpmndi:BPMNShape>\n'
    )


def _corner(drawn: Drawn, plan: Plan, node: str) -> Point:
    """The upper left corner of a shape; boxes of the plan are as wide as a lane needs, shapes are not."""
    across, along = plan.corner[node]
    return along, across + (BOX - TALL[_shape(drawn, node)]) // 2


def _middle(plan: Plan, node: str) -> int:
    return plan.corner[node][0] + BOX // 2


def _edge_event(drawn: Drawn, plan: Plan, way: Sequence) -> Point:
    """The middle of an event on the lower edge of its step."""
    beside = [w.id for w in drawn.ways if w.rare and w.source == way.source]
    x, y = _corner(drawn, plan, way.source)
    return x + 20 + 30 * beside.index(way.id), y + TALL["task"]


def _points(drawn: Drawn, plan: Plan, way: Sequence) -> list[Point]:
    """The plan's way, axes exchanged, from shape to shape."""
    points = [(y, x) for x, y in plan.ways[way.source, way.target]]
    if _shape(drawn, way.target) != "task":  # smaller than the distance of ports: right into its middle
        points[-2:] = [(x, _middle(plan, way.target)) for x, _ in points[-2:]]
    if way.rare:
        x, y = _edge_event(drawn, plan, way)
        below = y + EDGE_EVENT // 2 + 6
        aside = points[1][0] if len(points) > 2 else points[-1][0] - 10
        rest = points[2:] if len(points) > 2 else [(aside, points[-1][1]), points[-1]]
        return [(x, y + EDGE_EVENT // 2), (x, below), (aside, below), *rest]
    if _shape(drawn, way.source) != "task":
        points[:2] = [(x, _middle(plan, way.source)) for x, _ in points[:2]]
    return points
