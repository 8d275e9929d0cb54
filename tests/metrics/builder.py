"""Records written by hand: a scenario of a few steps, entities with their visits, and the log of both.

Times are in hours, as a person would tell them; the record holds milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from scenarios.resolved import (
    Agency,
    Arrivals,
    Attribute,
    Clock,
    Flow,
    Label,
    Platform,
    Resolved,
    Resource,
    Step,
    Zone,
)
from sim.log import (
    EMPTY,
    ENTITY_COLUMNS,
    ENTITY_OUTCOMES,
    SOURCES,
    TARGETS,
    TIMETABLE_COLUMNS,
    VISIT_COLUMNS,
    VISIT_OUTCOMES,
    EventLog,
    Names,
)

HOUR = 3_600_000
START_UTC = 1_741_712_400_000  # 2025-03-12 00:00 in Việt Nam
VIETNAM = ((-(1 << 62), 7 * HOUR),)


def ms(hours):
    """Hours → milliseconds; None → never reached."""
    return EMPTY if hours is None else round(hours * HOUR)


def label(text):
    return Label(text, text)


def step(kind="work", **fields):
    return Step(label(kind), kind, **fields)


def category(*values):
    return Attribute(label("category"), "category", None, values)


def number(unit=""):
    return Attribute(label("number"), "number", None, unit=unit)


def flow(route, attributes=None, options=None, following=None):
    chain = dict(zip(route, [*route[1:], None], strict=True)) | (following or {})
    return Flow(
        label("flow"), Arrivals("none"), route[0], chain, options=options or {}, attributes=attributes or {}
    )


def scenario(steps, flows, *, window=24, agencies=None, resources=(), zones=None, platforms=(), targets=None):
    """A resolved scenario without numbers of its own: the records in these tests are written by hand."""
    clock = Clock(
        "Asia/Ho_Chi_Minh", "2025-03-12T00:00", START_UTC, VIETNAM, "terminating", 0,
        None if window is None else ms(window), "window", ms(window or 1000),
    )  # fmt: skip
    return Resolved(
        1,
        "by-hand",
        label("by hand"),
        label("?"),
        clock,
        agencies={name: Agency(label(name), country) for name, country in (agencies or {}).items()},
        resources={name: Resource(label(name), (), agency) for name, agency in dict(resources).items()},
        zones={name: Zone(label(name), room) for name, room in (zones or {}).items()},
        platforms={name: Platform(label(name)) for name in platforms},
        steps=steps,
        flows=flows,
        targets={name: ms(hours) for name, hours in (targets or {}).items()},
    )


@dataclass
class Record:
    """Collects what happened and writes it as a log."""

    scenario: Resolved
    entities: list = field(default_factory=list)
    visits: list = field(default_factory=list)
    timetable: list = field(default_factory=list)
    usage: dict = field(default_factory=dict)
    places: dict = field(default_factory=dict)

    def entity(
        self, arrived, visits=(), *, left=None, outcome=None, source="x0", parent=-1, flow=None, **attributes
    ):
        """An entity and its visits: (step, joined, admitted, started, ended), or a dict with more columns."""
        row = len(self.entities)
        self.entities.append(
            {
                "flow": list(self.scenario.flows).index(flow or next(iter(self.scenario.flows))),
                "source": SOURCES.index(source),
                "number": row,
                "arrived": ms(arrived),
                "outcome": ENTITY_OUTCOMES.index(outcome or ("inside" if left is None else "completed")),
                "left": ms(left),
                "parent": parent,
                "attributes": attributes,
            }
        )
        for visit in visits:
            self.visit(row, visit)
        return row

    def visit(self, entity, visit):
        given = dict(visit) if isinstance(visit, dict) else {}
        if not given:
            given = dict(zip(("step", "joined", "admitted", "started", "ended"), visit, strict=True))
        times = {
            name: ms(given.pop(name, None)) for name in ("joined", "admitted", "started", "ended", "left")
        }
        if times["left"] == EMPTY:
            times["left"] = times["ended"]
        name = given.pop("step")
        earlier = [v for v in self.visits if v["entity"] == entity and v["name"] == name]
        outcome = given.pop("outcome", "open" if times["ended"] == EMPTY else "completed")
        self.visits.append(
            {
                "entity": entity,
                "name": name,
                "step": list(self.scenario.steps).index(name),
                "visit": len(earlier) + 1,
                "segment": 1,
                "outcome": VISIT_OUTCOMES.index(outcome),
                **times,
                **given,
            }
        )

    def set(self, what, target, *settings):
        """Rows of the timetable: (hour, value) …"""
        self.timetable += [(ms(hour), TARGETS.index(what), target, value) for hour, value in settings]

    def log(self, end, begin=0):
        names = self._names()
        order = sorted(
            range(len(self.visits)), key=lambda i: [self.visits[i][c] for c in ("entity", "step", "visit")]
        )
        self.timetable.sort()
        return EventLog(
            names,
            ms(begin),
            ms(end),
            {c: _column(self.visits[i].get(c, _absent(c)) for i in order) for c in VISIT_COLUMNS},
            {c: _column(e.get(c, 0) for e in self.entities) for c in ENTITY_COLUMNS},
            {name: self._attribute(name, values) for name, values in names.attributes.items()},
            {c: _column(row[i] for row in self.timetable) for i, c in enumerate(TIMETABLE_COLUMNS)},
            {name: _changes(rows, ("serving", "kept", "reserved")) for name, rows in self.usage.items()},
            {name: _changes(rows, ("taken",)) for name, rows in self.places.items()},
        )

    def _names(self):
        s = self.scenario
        attributes = {}
        for described in s.flows.values():
            for name, attribute in described.attributes.items():
                attributes[name] = attribute.values if attribute.kind == "category" else None
        return Names(
            flows=tuple(s.flows),
            steps=tuple(s.steps),
            resources=tuple(s.resources),
            zones=tuple(s.zones),
            platforms=tuple(s.platforms),
            classes=("",),
            attributes=attributes,
        )

    def _attribute(self, name, values):
        given = [entity["attributes"].get(name) for entity in self.entities]
        return _column(EMPTY if v is None else v if values is None else values.index(v) for v in given)


def _absent(column):
    return {"blocked_by": -1, "batch": -1, "lane_pool": -1, "lane": -1, "amount": EMPTY}.get(column, 0)


def _column(values):
    return np.array(list(values), dtype=np.int64)


def _changes(rows, columns):
    """(hour, value, value …) … → the columns of a step function; missing values are 0."""
    filled = [(ms(hour), *values, *[0] * (len(columns) - len(values))) for hour, *values in rows]
    return {name: _column(row[i] for row in filled) for i, name in enumerate(("time", *columns))}
