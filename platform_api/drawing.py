"""The picture of a process: agencies as lanes from left to right, time from top to bottom. Our own SVG.

Words and picture share their numbers. Nothing is placed by hand: a node's row follows from the graph
(`sim.graph.rows`), its column from its agency; `platform_api.wiring` finds ways for the arrows.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape

from platform_api.explain import numbers_of
from platform_api.formats import number
from platform_api.naming import option_name
from platform_api.texts import Language, pick, text
from platform_api.wiring import BOX, Boxes, Plan, lay_out
from scenarios.resolved import Resolved
from sim import graph as graphs

LINE = 15
"""Distance of lines of text [px]."""

LETTERS = 22
"""Letters that fit into a box or a lane's head."""

STYLE = """
.pic text{font:11.5px "Segoe UI",Roboto,-apple-system,"Noto Sans",Arial,sans-serif;fill:#16202C}
.pic .head{font-weight:600;font-size:12.5px}.pic .n{font-weight:700;fill:#0B4F8A}.pic .o{fill:#4A5868}
.pic .lane{fill:#F6F7F9}.pic .lane.odd{fill:#ECEFF3}
.pic .box{fill:#FFF;stroke:#768495}.pic .wait{stroke-dasharray:4 3}.pic .choose{fill:#FFF3CC;stroke:#6E4B00}
.pic .parallel{stroke-width:2.5}.pic .arrive,.pic .leave,.pic .end{fill:#E3EEF8;stroke:#0B4F8A}
.pic .way{fill:none;stroke:#4A5868;stroke-width:1.3}.pic .rare{stroke-dasharray:5 3;stroke:#7A2560}
.pic .tip{fill:#4A5868}.pic .tip.rare{fill:#7A2560;stroke:none}
"""


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands in a box: its number, its name, and lines below it."""

    number: str
    name: tuple[str, ...]
    options: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Of the box [px]."""
        return LINE * (len(self.name) + len(self.options)) + 14


def draw(scenario: Resolved, language: Language, standalone: bool = True) -> str:
    """The process as SVG; standalone with its own style, else styled by the page it stands in."""
    graph = graphs.picture(scenario)
    captions = _captions(graph, scenario, language)
    plan = lay_out(_boxes(graph, scenario, captions))
    style = f"<style>{STYLE}</style>" if standalone else ""
    title = escape(text("explain.picture", language, title=pick(scenario.title, language)))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pic" viewBox="0 0 {plan.width} {plan.height}" '
        f'width="{plan.width}" height="{plan.height}" role="img" aria-label="{title}">{style}'
    )
    parts = [head, *_lanes(plan, scenario, language), *_ways(plan, graph)]
    parts += (_box(plan, node, graph.nodes[node]["kind"], captions[node]) for node in graph)
    return "\n".join([*parts, "</svg>"])


# ---- what stands in the boxes -------------------------------------------------------------------------


def _captions(graph: graphs.Graph, scenario: Resolved, language: Language) -> dict[str, Caption]:
    numbers = numbers_of(graph, scenario)
    return {node: _caption(graph, node, numbers, scenario, language) for node in graph}


def _caption(
    graph: graphs.Graph, node: str, numbers: dict[str, int], scenario: Resolved, language: Language
) -> Caption:
    data = graph.nodes[node]
    name = pick(data["label"], language)
    if data["kind"] in ("arrive", "leave"):
        name = text(f"explain.picture.{data['kind']}", language, flow=name)
    lines = tuple(textwrap.wrap(name, LETTERS - 3)) or (node,)
    number_shown = str(numbers[node]) if node in numbers else ""
    return Caption(number_shown, lines, tuple(_options(graph, node, numbers, scenario, language)))


def _options(
    graph: graphs.Graph, node: str, numbers: dict[str, int], scenario: Resolved, language: Language
) -> list[str]:
    """`xanh 82 % → 12` for each option of a choice."""
    lines = []
    for target in graph.successors(node):
        to = numbers.get(target)
        for way in graph.edges[node, target]["ways"]:
            if way.kind == "option":
                label = option_label(scenario, node, way.option, language)
                share = "" if way.share is None else f" {number(100 * way.share, 0, language)} %"
                tail = f"{share} → {to or '●'}"
                lines.append(_cut(label, LETTERS - len(tail)) + tail)
    return lines


def _cut(label: str, letters: int) -> str:
    return label if len(label) <= letters else label[: letters - 1].rstrip() + "…"


def option_label(scenario: Resolved, step: str, option: str | None, language: Language) -> str:
    """The name of an option: its own label, else that of the attribute's value it stands for."""
    return option_name(step, str(option), scenario, language)


def _boxes(graph: graphs.Graph, scenario: Resolved, captions: dict[str, Caption]) -> Boxes:
    lanes = graphs.lanes(graph, scenario)
    return Boxes(
        lanes=lanes,
        row=graphs.rows(graph),
        lane={node: lanes.index(data["lane"]) for node, data in graph.nodes(data=True)},
        height={node: captions[node].height for node in graph},
        edges=list(graph.edges),
    )


# ---- drawn --------------------------------------------------------------------------------------------


def _lanes(plan: Plan, scenario: Resolved, language: Language) -> list[str]:
    parts = []
    for i, (lane, (left, right)) in enumerate(zip(plan.lanes, plan.edges_of_lanes, strict=True)):
        agency = scenario.agencies.get(lane)
        name = pick(agency.label, language) if agency else text("explain.picture.nobody", language)
        odd = " odd" if i % 2 else ""
        parts.append(
            f'<rect class="lane{odd}" x="{left}" y="0" width="{right - left}" height="{plan.height}"/>'
        )
        middle = plan.centre[i]
        for k, line in enumerate(textwrap.wrap(name, LETTERS)[:2]):
            parts.append(_text(middle, 18 + 16 * k, line, "head", "middle"))
    return parts


def _ways(plan: Plan, graph: graphs.Graph) -> list[str]:
    parts = []
    for edge, points in plan.ways.items():
        kinds = {way.kind for way in graph.edges[edge]["ways"]}
        rare = " rare" if kinds <= graphs.RARE | {"send"} else ""
        path = "M" + "L".join(f"{x} {y}" for x, y in points)
        x, y = points[-1]
        parts.append(f'<path class="way{rare}" d="{path}"/>')
        parts.append(f'<path class="tip{rare}" d="M{x} {y}l-4 -7h8z"/>')
    return parts


def _box(plan: Plan, node: str, kind: str, caption: Caption) -> str:
    left, top = plan.corner[node]
    round_corner = 14 if kind in ("arrive", "leave", "end") else 4
    shape = (
        f'<rect class="box {kind}" x="{left}" y="{top}" width="{BOX}" height="{caption.height}" '
        f'rx="{round_corner}"/>'
    )
    indent = 26 if caption.number else 10
    lines = [_text(left + 6, top + 19, caption.number, "n")] if caption.number else []
    for k, line in enumerate(caption.name):
        lines.append(_text(left + indent, top + 19 + LINE * k, line))
    for k, line in enumerate(caption.options, len(caption.name)):
        lines.append(_text(left + indent, top + 19 + LINE * k, line, "o"))
    return f'<g data-step="{escape(node)}">{shape}{"".join(lines)}</g>'


def _text(x: float, y: float, content: str, style: str = "", anchor: str = "") -> str:
    style = f' class="{style}"' if style else ""
    anchor = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x}" y="{y}"{style}{anchor}>{escape(content)}</text>'
