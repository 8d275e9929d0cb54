"""Writes the record of the reference engine: rows as they end, canonical order at the end (law §6)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from scenarios.resolved import Resolved
from sim.engines.tables import attribute_codes, timetable_table
from sim.log import (
    EMPTY,
    ENTITY_COLUMNS,
    PLACE_COLUMNS,
    STOCK_COLUMNS,
    USAGE_COLUMNS,
    VISIT_COLUMNS,
    Column,
    EventLog,
    Names,
    class_name,
)  # fmt: skip

if TYPE_CHECKING:
    from sim.engines.entities import Entity, Visit
    from sim.engines.floor import Pool, Zone
    from sim.engines.levels import Levels
    from sim.engines.stocks import Stock
    from sim.timetable import Row


class Recorder:
    """Rows in flat arrays of int64; only open visits and present entities are objects."""

    def __init__(self, scenario: Resolved, sources: tuple[str, ...]) -> None:
        self.scenario, self.sources = scenario, sources
        self.open: dict[Visit, None] = {}
        self.present: dict[Entity, None] = {}
        self._visits = array("q")
        self._entities = array("q")
        self.entities = 0  # born so far
        self._classes: dict[str, int] = {}
        self._attributes = attribute_codes(scenario)

    def new_row(self) -> int:
        self.entities += 1
        return self.entities - 1

    def class_code(self, categories: dict[str, str]) -> int:
        return self._classes.setdefault(class_name(categories), len(self._classes))

    def born(self, entity: Entity) -> None:
        self.present[entity] = None

    def gone(self, entity: Entity) -> None:
        del self.present[entity]
        self._write_entity(entity)

    def close(self, visit: Visit) -> None:
        del self.open[visit]
        self._write_visit(visit)

    def close_segment(self, visit: Visit) -> None:
        """The row of a visit that was pre-empted and goes on waiting."""
        self._write_visit(visit)

    def _write_visit(self, visit: Visit) -> None:
        blocked_by = visit.blocked_by if visit.admitted != visit.joined else None
        mode = visit.mode if visit.started != EMPTY else -1  # a later segment has its mode before it starts
        self._visits.extend((
            visit.entity.row, visit.station.number, visit.number, visit.segment, mode, visit.batch,
            visit.lane_pool,
            visit.lane, visit.entity.kind.klass, visit.amount, -1 if blocked_by is None else blocked_by,
            visit.outcome, visit.joined, visit.admitted, visit.started, visit.ended, visit.left,
        ))  # fmt: skip

    def _write_entity(self, entity: Entity) -> None:
        flow, source, day, number, child = entity.key
        self._entities.extend((flow, source, day, number, child, entity.arrived, entity.outcome, entity.left))
        self._entities.append(-1 if entity.parent is None else entity.parent.row)
        self._entities.append(entity.row)
        for name, values in self._attributes.items():
            value = entity.attributes.get(name)
            if value is None:
                self._entities.append(EMPTY)
            else:
                self._entities.append(int(value) if values is None else values[str(value)])

    def finish(
        self,
        begin: int,
        end: int,
        timetable: Sequence[Row],
        pools: dict[str, Pool],
        zones: dict[str, Zone],
        stocks: dict[str, Stock],
    ) -> EventLog:
        """The whole record, open rows too, in canonical order."""
        for visit in self.open:
            self._write_visit(visit)
        for entity in self.present:
            self._write_entity(entity)
        names, class_order = self._names()
        entities, attributes, rank = self._entity_table()
        return EventLog(
            names=names,
            begin=begin,
            end=end,
            visits=self._visit_table(rank, class_order),
            entities=entities,
            attributes=attributes,
            timetable=timetable_table(names, timetable, end),
            usage={name: _levels(pool.levels, USAGE_COLUMNS) for name, pool in pools.items()},
            places={name: _levels(zone.levels, PLACE_COLUMNS) for name, zone in zones.items()},
            stocks={name: _levels(stock.levels, STOCK_COLUMNS) for name, stock in stocks.items()},
        )

    def _names(self) -> tuple[Names, Column]:
        scenario = self.scenario
        classes = tuple(sorted(self._classes))
        order = np.zeros(max(1, len(classes)), np.int64)
        for code, name in enumerate(classes):
            order[self._classes[name]] = code
        return Names(
            flows=tuple(scenario.flows),
            steps=tuple(scenario.steps),
            resources=tuple(scenario.resources),
            zones=tuple(scenario.zones),
            platforms=tuple(scenario.platforms),
            classes=classes,
            stocks=tuple(scenario.stocks),
            rules=tuple(scenario.rules),
            attributes={name: None if v is None else tuple(v) for name, v in self._attributes.items()},
            sources=self.sources,
        ), order

    def _entity_table(self) -> tuple[dict[str, Column], dict[str, Column], Column]:
        """Entities and their attributes in canonical order, and the new row of each old one."""
        width = len(ENTITY_COLUMNS) + 1 + len(self._attributes)
        rows = (
            np.frombuffer(self._entities, np.int64).reshape(-1, width)
            if self._entities
            else np.empty((0, width), np.int64)
        )
        order = np.lexsort(tuple(rows[:, i] for i in (4, 3, 2, 1, 0)))
        rank = np.empty(self.entities, np.int64)
        rank[rows[order, len(ENTITY_COLUMNS)]] = np.arange(len(order))
        columns = {name: rows[order, i] for i, name in enumerate(ENTITY_COLUMNS)}
        parent = columns["parent"]
        parent[parent >= 0] = rank[parent[parent >= 0]]
        first = len(ENTITY_COLUMNS) + 1
        return columns, {name: rows[order, first + i] for i, name in enumerate(self._attributes)}, rank

    def _visit_table(self, rank: Column, class_order: Column) -> dict[str, Column]:
        width = len(VISIT_COLUMNS)
        rows = (
            np.frombuffer(self._visits, np.int64).reshape(-1, width)
            if self._visits
            else np.empty((0, width), np.int64)
        )
        entity = rank[rows[:, 0]] if len(rows) else rows[:, 0]
        order = np.lexsort((rows[:, 3], rows[:, 2], rows[:, 1], entity))
        columns = {name: rows[order, i] for i, name in enumerate(VISIT_COLUMNS)}
        columns["entity"] = entity[order]
        columns["klass"] = class_order[columns["klass"]]
        del rows
        self._visits = array("q")  # a month is a hundred megabytes
        return columns


def _levels(levels: Levels, columns: tuple[str, ...]) -> dict[str, Column]:
    arrays = (levels.times, *levels.columns)
    return {name: np.array(values, np.int64) for name, values in zip(columns, arrays, strict=True)}
