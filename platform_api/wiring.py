"""Where boxes and arrows of a process picture lie: a grid of rows and lanes, arrows in the room between.

An arrow leaves a box below and enters one from above. It runs across in the gap under its source's row and
down in its target's lane; where boxes stand in the way, down in the gutter beside that lane. Arrows that
share neither source nor target never share a track, so no two can be mistaken for one another.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

BOX = 156
"""Width of a box [px]."""

TRACK = 7
"""Distance of parallel arrows [px]."""

HEAD = 44
"""Height of the lanes' names [px]."""

PORT = 16
"""Arrows that turn leave right of the middle and enter left of it by this [px]."""

Edge = tuple[str, str]
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Boxes:
    """What is to be placed."""

    lanes: list[str]
    row: dict[str, int]
    lane: dict[str, int]  # place in `lanes`
    height: dict[str, int]  # [px]
    edges: list[Edge]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything lies [px]."""

    width: int
    height: int
    lanes: list[str]
    edges_of_lanes: list[tuple[int, int]]
    centre: list[int]  # of each lane
    corner: dict[str, Point]
    ways: dict[Edge, list[Point]]


@dataclass
class Tracks:
    """Parallel tracks in one gap or gutter: who uses it from where to where."""

    spans: dict[Hashable, tuple[int, int]] = field(default_factory=dict)

    def use(self, key: Hashable, *ends: int) -> None:
        """Note that a line of this key passes between the ends."""
        low, high = self.spans.get(key, (min(ends), max(ends)))
        self.spans[key] = (min(low, *ends), max(high, *ends))

    def numbered(self) -> dict[Hashable, int]:
        """A track for each key; keys whose spans meet get different ones."""
        last: list[int] = []  # where each track is occupied to
        track = {}
        for key, (low, high) in sorted(self.spans.items(), key=lambda item: (item[1], str(item[0]))):
            free = next((i for i, end in enumerate(last) if end < low), len(last))
            last[free:] = [high, *last[free + 1 :]]
            track[key] = free
        return track

    @property
    def room(self) -> int:
        """What the tracks take [px]."""
        return TRACK * max(0, len(set(self.numbered().values())) - 1)


@dataclass(frozen=True, slots=True)
class Route:
    """How an arrow goes: straight down, across and down, or across, down a gutter and across."""

    straight: bool
    gutter: int | None = None


def lay_out(boxes: Boxes) -> Plan:
    """Place the boxes and find a way for every arrow."""
    return _Layout(boxes).plan()


class _Layout:
    def __init__(self, boxes: Boxes) -> None:
        self.boxes = boxes
        self.occupied = {(row, boxes.lane[node]) for node, row in boxes.row.items()}
        self.rows = max(boxes.row.values(), default=0) + 1
        self.routes = {edge: self._route(*edge) for edge in boxes.edges}
        self.gaps = [Tracks() for _ in range(self.rows + 1)]  # gaps[r] lies above row r
        self.gutters = [Tracks() for _ in range(len(boxes.lanes) + 1)]  # gutters[i] lies left of lane i
        for edge, route in self.routes.items():
            self._book(edge, route)

    # ---- which way -----------------------------------------------------------------------------------

    def _route(self, source: str, target: str) -> Route:
        start, end = self.boxes.row[source], self.boxes.row[target]
        from_lane, to_lane = self.boxes.lane[source], self.boxes.lane[target]
        free = start < end and not any((row, to_lane) in self.occupied for row in range(start + 1, end))
        if free:
            return Route(straight=from_lane == to_lane)
        on_the_right = from_lane > to_lane or (from_lane == to_lane and start >= end)
        return Route(straight=False, gutter=to_lane + on_the_right)

    def _book(self, edge: Edge, route: Route) -> None:
        """Take tracks: under the source for what leaves it, beside and above the target for what comes."""
        source, target = edge
        if route.straight:
            return
        across = self._column(source, 1)
        to = self._column(target, -1)
        if route.gutter is None:
            self.gaps[self.boxes.row[source] + 1].use(("from", source), across, to)
            return
        aside = 10 * route.gutter
        self.gaps[self.boxes.row[source] + 1].use(("from", source), across, aside)
        self.gutters[route.gutter].use(("to", target), self.boxes.row[source] + 1, self.boxes.row[target])
        self.gaps[self.boxes.row[target]].use(("to", target), aside, to)

    def _column(self, node: str, side: int) -> int:
        """Where an arrow meets a box, in tenths of lanes: enough to tell what overlaps."""
        return 10 * self.boxes.lane[node] + 5 + side

    # ---- where ---------------------------------------------------------------------------------------

    def plan(self) -> Plan:
        """All coordinates."""
        self.gap_track = [gap.numbered() for gap in self.gaps]
        self.gutter_track = [gutter.numbered() for gutter in self.gutters]
        self.left = self._lefts()
        self.top, self.gap_top = self._tops()
        corner = {node: (self._x(node) - BOX // 2, self.top[row]) for node, row in self.boxes.row.items()}
        ways = {edge: self._points(edge, route) for edge, route in self.routes.items()}
        last = len(self.boxes.lanes)
        lanes = [(self._lane_edge(i), self._lane_edge(i + 1)) for i in range(last)]
        height = self.gap_top[-1] + self.gaps[-1].room + 20
        middles = [left + BOX // 2 for left in self.left]
        width = lanes[-1][1] if lanes else 0
        return Plan(width, height, self.boxes.lanes, lanes, middles, corner, ways)

    def _lefts(self) -> list[int]:
        """Left edge of the boxes of each lane."""
        lefts, x = [], 0
        for gutter in self.gutters[:-1]:
            x += 20 + gutter.room
            lefts.append(x)
            x += BOX
        return lefts

    def _lane_edge(self, i: int) -> int:
        """The line left of lane i; its gutter belongs to it."""
        if i < len(self.left):
            return self.left[i] - 20 - self.gutters[i].room if i else 0
        return self.left[-1] + BOX + 20 + self.gutters[-1].room

    def _tops(self) -> tuple[list[int], list[int]]:
        """Top of each row, and of each gap's first track."""
        tops, gap_tops, y = [], [], HEAD
        for row in range(self.rows):
            gap_tops.append(y + 10)
            y += 28 + self.gaps[row].room
            tops.append(y)
            y += max(h for node, h in self.boxes.height.items() if self.boxes.row[node] == row)
        gap_tops.append(y + 10)
        return tops, gap_tops

    def _x(self, node: str) -> int:
        return self.left[self.boxes.lane[node]] + BOX // 2

    def _points(self, edge: Edge, route: Route) -> list[Point]:
        source, target = edge
        bottom = self.top[self.boxes.row[source]] + self.boxes.height[source]
        entry = self.top[self.boxes.row[target]]
        if route.straight:
            return [(self._x(source), bottom), (self._x(source), entry)]
        out, into = self._x(source) + PORT, self._x(target) - PORT
        across = self._gap_y(self.boxes.row[source] + 1, ("from", source))
        if route.gutter is None:
            return [(out, bottom), (out, across), (into, across), (into, entry)]
        aside = self._gutter_x(route.gutter, ("to", target))
        above = self._gap_y(self.boxes.row[target], ("to", target))
        return [(out, bottom), (out, across), (aside, across), (aside, above), (into, above), (into, entry)]

    def _gap_y(self, gap: int, key: Hashable) -> int:
        return self.gap_top[gap] + TRACK * self.gap_track[gap][key]

    def _gutter_x(self, gutter: int, key: Hashable) -> int:
        edge = self.left[gutter] - 10 if gutter < len(self.left) else self.left[-1] + BOX + 10
        side = -1 if gutter < len(self.left) else 1
        return edge + side * TRACK * self.gutter_track[gutter][key]


def crossings_of_boxes(plan: Plan, boxes: Boxes) -> Iterable[tuple[Edge, str]]:
    """Arrows that run through a box they neither leave nor enter: there must be none."""
    for edge, points in plan.ways.items():
        for (x1, y1), (x2, y2) in pairwise(points):
            for node, (left, top) in plan.corner.items():
                beside = max(x1, x2) <= left or min(x1, x2) >= left + BOX
                apart = max(y1, y2) <= top or min(y1, y2) >= top + boxes.height[node]
                if node not in edge and not (beside or apart):
                    yield edge, node
