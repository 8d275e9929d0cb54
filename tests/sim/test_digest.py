"""The digest: names and values of all rows, in any order, under any codes (law §6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scenarios.resolved import By, Disruption
from sim.digest import digest
from sim.log import EMPTY, Column, EventLog, Names
from tests.sim.build import NAME, category, chain, flow, needs, platform, shares, step, zone
from tests.sim.tell import play, trucks, world


@pytest.fixture(scope="module")
def log() -> EventLog:
    """A record with every kind of row: two flows, attributes, blocking, paper, a lost one, an open one."""
    goods = {"goods": category("fruit", "stone", draw="goods")}
    told = play(
        world(
            {
                "b": flow(trucks((0, {"goods": "stone"}), 1, 2, 190), chain("pre", "desk"), attributes=goods),
                "a": flow(trucks(0, 3), chain("desk"), priority=1),
            },
            {
                "pre": step(needs=needs("p"), time=By("goods", {"fruit": "2", "stone": "5"})),
                "desk": step(
                    needs=needs("q"), time="10", patience="25", zone="yard", room=2,
                    platforms=("net",), fallback="15",
                ),
            },
            mixes={"goods": shares(fruit=1.0)},
            zones={"yard": zone(2)},
            platforms={"net": platform()},
            disruptions={"out": Disruption(NAME, (("platform", "net"),), down=True, when=((4, 20),))},
        )
    )  # fmt: skip
    return told.log


def with_table(log: EventLog, table: str, columns: Any) -> EventLog:
    changes: dict[str, Any] = {table: columns}
    return replace(log, **changes)


def with_book(names: Names, book: str, entries: tuple[str, ...]) -> Names:
    changes: dict[str, Any] = {book: entries}
    return replace(names, **changes)


def shuffled(columns: dict[str, Column], order: Column) -> dict[str, Column]:
    return {name: column[order] for name, column in columns.items()}


def test_it_is_thirty_two_hexadecimal_digits(log: EventLog) -> None:
    assert len(digest(log)) == 32
    assert int(digest(log), 16) > 0


def test_the_order_of_rows_does_not_matter(log: EventLog) -> None:
    random = np.random.default_rng(1)
    people = random.permutation(len(log.entities["flow"]))
    back = np.argsort(people)
    visits = shuffled(log.visits, random.permutation(len(log.visits["step"])))
    visits["entity"] = back[visits["entity"]]
    other = replace(
        log,
        visits=visits,
        entities=shuffled(log.entities, people),
        attributes=shuffled(log.attributes, people),
        timetable=shuffled(log.timetable, random.permutation(len(log.timetable["time"]))),
    )
    assert digest(other) == digest(log)


def test_codes_do_not_matter(log: EventLog) -> None:
    """Every code book turned round, and every code with it."""
    names = log.names
    attributes = {name: values and tuple(reversed(values)) for name, values in names.attributes.items()}
    turned = Names(
        flows=names.flows[::-1], steps=names.steps[::-1], resources=names.resources[::-1],
        zones=names.zones[::-1], platforms=names.platforms[::-1], classes=names.classes[::-1],
        attributes=attributes,
    )  # fmt: skip
    visits = dict(log.visits)
    books = {"step": names.steps, "lane_pool": names.resources, "klass": names.classes}
    for name, book in books.items():
        visits[name] = _turned(visits[name], len(book))
    places = np.array([turned.places.index(place) for place in names.places] + [-1])
    visits["blocked_by"] = places[visits["blocked_by"]]
    timetable = dict(log.timetable)
    sizes = [len(names.resources)] * 2 + [len(names.platforms), len(names.steps), len(names.flows)]
    for code, size in enumerate(sizes):
        rows = timetable["what"] == code
        timetable["target"] = np.where(rows, _turned(timetable["target"], size), timetable["target"])
    other = replace(
        log, names=turned, visits=visits, timetable=timetable,
        entities=log.entities | {"flow": _turned(log.entities["flow"], len(names.flows))},
        attributes={n: _turned(c, len(names.attributes[n] or ())) for n, c in log.attributes.items()},
    )  # fmt: skip
    assert digest(other) == digest(log)


def _turned(codes: Column, size: int) -> Column:
    return np.where(codes < 0, codes, size - 1 - codes)


@pytest.mark.parametrize("book", ["flows", "steps", "resources", "zones", "platforms", "classes"])
def test_names_matter(log: EventLog, book: str) -> None:
    """A book in which one name that rows use is spelt otherwise gives another digest."""
    old = getattr(log.names, book)
    used = 0 if book != "classes" else int(log.visits["klass"].max())
    renamed = tuple(name + "!" if n == used else name for n, name in enumerate(old))
    assert digest(replace(log, names=with_book(log.names, book, renamed))) != digest(log)


def test_names_and_values_of_attributes_matter(log: EventLog) -> None:
    values = log.names.attributes["goods"]
    renamed = replace(log.names, attributes={"ware": values})
    assert digest(replace(log, names=renamed, attributes={"ware": log.attributes["goods"]})) != digest(log)
    other_values = replace(log.names, attributes={"goods": ("fruits", "stone")})
    assert digest(replace(log, names=other_values)) != digest(log)


def _changed(table: dict[str, Any], column: str, row: int) -> dict[str, Any]:
    values = table[column].copy()
    values[row] = values[row] + 1 if values[row] != EMPTY else 0
    return table | {column: values}


TABLES = {
    "visits": [
        "visit",
        "segment",
        "batch",
        "lane",
        "amount",
        "joined",
        "admitted",
        "started",
        "ended",
        "left",
    ],
    "entities": ["day", "number", "child", "arrived", "left"],
    "timetable": ["time", "value"],
}


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, columns in TABLES.items() for c in columns])
def test_every_value_of_every_row_matters(log: EventLog, table: str, column: str) -> None:
    columns = getattr(log, table)
    seen = {digest(log)}
    for row in range(len(columns[column])):
        seen.add(digest(with_table(log, table, _changed(columns, column, row))))
    assert len(seen) == len(columns[column]) + 1


@pytest.mark.parametrize("column", ["step", "mode", "lane_pool", "klass", "blocked_by", "outcome", "entity"])
def test_every_code_of_a_visit_matters(log: EventLog, column: str) -> None:
    values = log.visits[column].copy()
    values[0] = 0 if values[0] != 0 else 1
    assert digest(replace(log, visits=log.visits | {column: values})) != digest(log)


@pytest.mark.parametrize("table", ["visits", "timetable"])
def test_a_row_more_or_less_matters(log: EventLog, table: str) -> None:
    columns = getattr(log, table)
    fewer = {name: column[:-1] for name, column in columns.items()}
    doubled = {name: np.append(column, column[-1]) for name, column in columns.items()}
    assert len({digest(with_table(log, table, c)) for c in (columns, fewer, doubled)}) == 3


def test_two_rows_that_exchange_a_value_are_noticed(log: EventLog) -> None:
    """A sum of hashes of rows, not of columns."""
    left = log.visits["left"].copy()
    left[[0, 1]] = left[[1, 0]]
    assert left[0] != left[1]
    assert digest(replace(log, visits=log.visits | {"left": left})) != digest(log)


def test_a_run_without_rows_has_a_digest() -> None:
    empty = play(world({"a": flow(trucks(), chain("desk"))}, {"desk": step("wait", time="1")}))
    other = play(world({"a": flow(trucks(), chain("task"))}, {"task": step("wait", time="1")}))
    assert digest(empty.log) != digest(other.log)
