"""The picture of a process as Mermaid text, for documents that draw it themselves."""

from __future__ import annotations

from collections.abc import Iterator

from platform_api.drawing import option_label
from platform_api.explain import numbers_of
from platform_api.formats import number
from platform_api.texts import Language, pick, text
from scenarios.resolved import Resolved
from sim import graph as graphs

SHAPES = {"choose": ("{{", "}}"), "arrive": ("([", "])"), "leave": ("([", "])"), "end": ("([", "])")}
"""Brackets of a node by its kind; every other kind is a box."""


def flowchart(scenario: Resolved, language: Language) -> str:
    """A Mermaid flowchart, one subgraph an agency, from top to bottom."""
    graph = graphs.picture(scenario)
    ids = {node: f"n{i}" for i, node in enumerate(graphs.in_order(graph))}
    lines = ["flowchart TB"]
    for lane in graphs.lanes(graph, scenario):
        lines += _lane(graph, lane, ids, scenario, language)
    lines += _arrows(graph, ids, scenario, language)
    return "\n".join(lines) + "\n"


def _lane(
    graph: graphs.Graph, lane: str, ids: dict[str, str], scenario: Resolved, language: Language
) -> Iterator[str]:
    agency = scenario.agencies.get(lane)
    if agency is not None:
        place = list(scenario.agencies).index(lane)
        yield f'  subgraph lane_{place}["{_quoted(pick(agency.label, language))}"]'
    numbers = numbers_of(graph, scenario)
    for node, name in ids.items():
        data = graph.nodes[node]
        if data["lane"] == lane:
            start, end = SHAPES.get(data["kind"], ("[", "]"))
            yield f'    {name}{start}"{_quoted(_name(node, data, numbers, language))}"{end}'
    if agency is not None:
        yield "  end"


def _name(node: str, data: dict[str, object], numbers: dict[str, int], language: Language) -> str:
    label = pick(data["label"], language)  # type: ignore[arg-type]
    if data["kind"] in ("arrive", "leave"):
        return text(f"explain.picture.{data['kind']}", language, flow=label)
    return f"{numbers[node]}. {label}"


def _arrows(
    graph: graphs.Graph, ids: dict[str, str], scenario: Resolved, language: Language
) -> Iterator[str]:
    for source, target, data in graph.edges(data=True):
        for way in data["ways"]:
            told = _way(scenario, source, way, language)
            arrow = "-.->" if way.kind in graphs.RARE | {"send"} else "-->"
            label = f'|"{_quoted(told)}"|' if told else ""
            yield f"  {ids[source]} {arrow}{label} {ids[target]}"


def _way(scenario: Resolved, source: str, way: graphs.Way, language: Language) -> str:
    if way.kind in graphs.RARE | {"send"}:
        return text(f"explain.picture.{way.kind}", language)
    if way.kind != "option":
        return ""
    share = "" if way.share is None else f" {number(100 * way.share, 0, language)} %"
    return option_label(scenario, source, way.option, language) + share


def _quoted(label: str) -> str:
    """A text that cannot end its quotes or start a tag."""
    return label.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
