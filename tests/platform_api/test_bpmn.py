"""BPMN: every reference resolves, everything is drawn, and tokens go as entities do."""

from collections import Counter
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from platform_api.bpmn import draw
from scenarios import library
from sim.graph import picture

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"

LIBRARY = (
    "lang-son-2025-03-12", "yen-bai-ocop", "ocop-livestream", "ocop-export-lorry", "lang-son-2021-12",
    "durian-laboratories-2025-10", "soft-atm", "ha-giang-dossiers",
)  # fmt: skip
"""Between them they have every kind of way."""

GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway")
EVENTS = ("startEvent", "endEvent", "boundaryEvent")
TASKS = ("task", "userTask", "serviceTask", "sendTask", "receiveTask")


def read(name: str, language: str = "vi") -> ElementTree.Element:
    return ElementTree.fromstring(draw(library.load(name).resolved, "en" if language == "en" else "vi"))


def nodes(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {n.get("id", ""): n for kind in (*TASKS, *GATEWAYS, *EVENTS) for n in root.iter(MODEL + kind)}


def flows(root: ElementTree.Element) -> list[ElementTree.Element]:
    return list(root.iter(MODEL + "sequenceFlow"))


@pytest.fixture(scope="module", params=LIBRARY)
def root(request: pytest.FixtureRequest) -> ElementTree.Element:
    return read(request.param)


def test_every_id_is_one_of_a_kind_and_every_reference_resolves(root: ElementTree.Element) -> None:
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert max(ids.values()) == 1
    named = [
        e.get(key) for e in root.iter() for key in ("sourceRef", "targetRef", "attachedToRef", "processRef")
    ]
    named += [e.get("bpmnElement") for e in root.iter()]
    told = [e.text for kind in ("flowNodeRef", "incoming", "outgoing") for e in root.iter(MODEL + kind)]
    assert {name for name in [*named, *told] if name} <= ids.keys()


def test_arrows_and_nodes_tell_of_each_other(root: ElementTree.Element) -> None:
    known = nodes(root)
    for flow in flows(root):
        source, target = known[flow.get("sourceRef", "")], known[flow.get("targetRef", "")]
        assert flow.get("id") in [e.text for e in source.findall(MODEL + "outgoing")]
        assert flow.get("id") in [e.text for e in target.findall(MODEL + "incoming")]
    told = sum(len(n.findall(MODEL + "outgoing")) for n in known.values())
    assert told == len(flows(root)) == sum(len(n.findall(MODEL + "incoming")) for n in known.values())


def test_everything_has_a_shape_and_lies_in_one_lane(root: ElementTree.Element) -> None:
    shapes = {shape.get("bpmnElement"): shape.find(DC + "Bounds") for shape in root.iter(DI + "BPMNShape")}
    lanes = {lane.get("id") for lane in root.iter(MODEL + "lane")}
    assert shapes.keys() == {"participant", *lanes, *nodes(root)}
    assert {edge.get("bpmnElement") for edge in root.iter(DI + "BPMNEdge")} == {
        f.get("id") for f in flows(root)
    }
    held = Counter(ref.text for ref in root.iter(MODEL + "flowNodeRef"))
    assert held == Counter(nodes(root).keys())
    for lane in root.iter(MODEL + "lane"):
        outer = box(shapes[lane.get("id")])
        for ref in lane.findall(MODEL + "flowNodeRef"):
            inner = box(shapes[ref.text])
            assert outer[0] <= inner[0] < inner[2] <= outer[2]
            assert outer[1] <= inner[1] < inner[3] <= outer[3]


def test_arrows_end_on_the_edges_of_shapes_and_cross_no_step(root: ElementTree.Element) -> None:
    shapes = {s.get("bpmnElement"): box(s.find(DC + "Bounds")) for s in root.iter(DI + "BPMNShape")}
    drawn = {e.get("bpmnElement"): [place(p) for p in e.iter(WAYPOINT)] for e in root.iter(DI + "BPMNEdge")}
    for flow in flows(root):
        points = drawn[flow.get("id")]
        assert on_edge(points[0], shapes[flow.get("sourceRef")])
        assert on_edge(points[-1], shapes[flow.get("targetRef")])
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points))


def box(bounds: ElementTree.Element | None) -> tuple[float, float, float, float]:
    assert bounds is not None
    x, y, width, height = (float(bounds.get(key, "")) for key in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def place(point: ElementTree.Element) -> tuple[float, float]:
    return float(point.get("x", "")), float(point.get("y", ""))


def on_edge(point: tuple[float, float], shape: tuple[float, float, float, float]) -> bool:
    (x, y), (left, top, right, bottom) = point, shape
    return left <= x <= right and top <= y <= bottom and (x in (left, right) or y in (top, bottom))


def test_tasks_lead_to_one_place_but_for_who_is_sent_out(root: ElementTree.Element) -> None:
    for kind in ("task", "userTask", "serviceTask", "receiveTask"):
        for task in root.iter(MODEL + kind):
            assert len(task.findall(MODEL + "outgoing")) <= 1, task.get("name")
    assert all(not end.findall(MODEL + "outgoing") for end in root.iter(MODEL + "endEvent"))


def test_every_step_of_the_picture_is_there_by_its_name() -> None:
    scenario = library.load("lang-son-2025-03-12").resolved
    for language in ("vi", "en"):
        told = Counter(node.get("name") for node in nodes(read(scenario.name, language)).values())
        steps = [n for n in picture(scenario) if n in scenario.steps]
        wanted = Counter(getattr(scenario.steps[name].label, language) for name in steps)
        assert wanted <= told


def test_the_scenarios_looked_at_have_every_kind_of_way() -> None:
    pictures = [picture(library.load(name).resolved) for name in LIBRARY]
    kinds = {w.kind for graph in pictures for *_, data in graph.edges(data=True) for w in data["ways"]}
    assert kinds >= {"next", "option", "branch", "join", "send", "patience", "short", "failed"}


def test_branches_come_together_in_a_gateway_that_waits_for_them() -> None:
    root = read("lang-son-2025-03-12")
    apart, together = list(root.iter(MODEL + "parallelGateway")), list(root.iter(MODEL + "inclusiveGateway"))
    assert len(apart) == len(together) == 2
    assert all(len(gateway.findall(MODEL + "outgoing")) == 2 for gateway in apart)
    assert all(len(gateway.findall(MODEL + "incoming")) >= 2 for gateway in together)
