"""The digest of a record: row counts and 128-bit sums of hashes over names and values of all rows (law §6).

It needs no order and no stored log: every row adds its own two 64-bit words, so an engine keeps the sums
while it runs (`sim.engines.kernel.digest`). Names count, not codes, so a renumbering changes nothing and a
renaming does.

A row's word is a sum over its columns of (what the value counts as) × (the column's own odd number), modulo
2**64, then mixed. Two such words with different odd numbers make 128 bits. Sums of products, unlike a chain
of mixings, let an engine look up most of a row ready-made: 8 ns a row where a chain took 47.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.log import EMPTY, ENTITY_OUTCOMES, MODES, TARGETS, VISIT_OUTCOMES, Column, EventLog, Names

Words = NDArray[np.uint64]
Field = tuple[str, Words]
"""A column's name and what its values count as."""

MIX = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
"""The two odd numbers of SplitMix64."""

_MASK = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class Total:
    """What the rows of a table add up to."""

    rows: int
    words: tuple[int, int]


def digest(log: EventLog) -> str:
    """The identity of a run: 32 hexadecimal digits."""
    return combined(
        {
            "visits": _total("visits", _visit_fields(log)),
            "entities": _total("entities", _entity_fields(log)),
            "timetable": timetable_total(log.names, log.timetable),
        }
    )


def combined(totals: dict[str, Total]) -> str:
    """The digest, from what the rows of each table add up to."""
    words = [0, 0]
    for table, total in totals.items():
        for lane in range(2):
            count = np.array([start(table)[lane] + total.rows * key("rows")[lane] & _MASK], np.uint64)
            words[lane] += total.words[lane] + int(mixed(count)[0])
    return "".join(f"{word & _MASK:016x}" for word in words)


def timetable_total(names: Names, rows: dict[str, Column]) -> Total:
    """What the rows of the timetable as run add up to."""
    return _total("timetable", _timetable_fields(names, rows))


@cache
def key(column: str) -> tuple[int, int]:
    """The two odd numbers of a column: what its values are multiplied by."""
    hashed = hashlib.blake2b(f"column {column}".encode(), digest_size=16).digest()
    return int.from_bytes(hashed[:8], "little") | 1, int.from_bytes(hashed[8:], "little") | 1


@cache
def start(table: str) -> tuple[int, int]:
    """What the two words of each row of a table begin with."""
    hashed = hashlib.blake2b(f"table {table}".encode(), digest_size=16).digest()
    return int.from_bytes(hashed[:8], "little"), int.from_bytes(hashed[8:], "little")


@cache
def name_hash(name: str) -> int:
    """64 bits that stand for a name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


ABSENT = name_hash("")
"""What no name, and a time or a number that is not there, count as."""


def class_hash(name: str) -> int:
    """What a class counts as: the sum over its parts, "goods=fruit" and so on."""
    return sum(name_hash(part) for part in name.split(",") if part) & _MASK


def mixed(words: Words) -> Words:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014), on whole columns, modulo 2**64."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(MIX[0])
    words = (words ^ (words >> np.uint64(27))) * np.uint64(MIX[1])
    return words ^ (words >> np.uint64(31))


def _total(table: str, fields: Iterable[Field]) -> Total:
    sums = _sums(start(table), fields)
    words = [int(mixed(lane).sum(dtype=np.uint64)) for lane in sums]
    return Total(len(sums[0]), (words[0], words[1]))


def _sums(starts: Sequence[int], fields: Iterable[Field]) -> list[Words]:
    """The two words of each row before mixing; fields are taken one by one, to keep memory low."""
    sums: list[Words] = []
    for name, words in fields:
        if not sums:
            sums = [np.full(len(words), first, np.uint64) for first in starts]
        for lane, factor in zip(sums, key(name), strict=True):
            lane += words * np.uint64(factor)  # noqa: PLW2901  - in place
    return sums


def _named(codes: NDArray[np.int64], names: Sequence[str]) -> Words:
    """The hashes of the names behind codes; -1 is no name."""
    return np.array([name_hash(name) for name in (*names, "")], np.uint64)[codes]


def _values(column: NDArray[np.int64]) -> Words:
    return np.where(column == EMPTY, np.uint64(ABSENT), column.astype(np.uint64))


def _address(log: EventLog) -> Iterator[Field]:
    """Flow, source, day, number and child of each entity."""
    entities = log.entities
    yield "flow", _named(entities["flow"], log.names.flows)
    yield "source", _named(entities["source"], log.names.sources)
    for name in ("day", "number", "child"):
        yield name, _values(entities[name])


def _visit_fields(log: EventLog) -> Iterator[Field]:
    visits, names = log.visits, log.names
    named = {
        "step": names.steps, "mode": MODES, "lane_pool": names.resources, "blocked_by": names.places,
        "outcome": VISIT_OUTCOMES,
    }  # fmt: skip
    for name, words in _address(log):
        yield name, words[visits["entity"]]
    for name, column in visits.items():
        if name == "klass":
            yield name, np.array([class_hash(one) for one in (*names.classes, "")], np.uint64)[column]
        elif name != "entity":
            yield name, _named(column, named[name]) if name in named else _values(column)


def _entity_fields(log: EventLog) -> Iterator[Field]:
    entities = log.entities
    yield from _address(log)
    yield "arrived", _values(entities["arrived"])
    yield "outcome", _named(entities["outcome"], ENTITY_OUTCOMES)
    yield "left", _values(entities["left"])
    yield "parent", _parents(log)
    for name, values in log.names.attributes.items():
        column = log.attributes[name]
        words = _values(column) if values is None else _named(np.maximum(column, -1), values)
        yield f"attribute {name}", words


def _parents(log: EventLog) -> Words:
    """The hash of each row's parent's address; 0 without one."""
    address = mixed(_sums(start("entities"), _address(log))[0])
    parent = log.entities["parent"]
    return np.where(parent < 0, np.uint64(0), address[parent]) if len(address) else address


def _timetable_fields(names: Names, rows: dict[str, Column]) -> Iterator[Field]:
    yield "time", _values(rows["time"])
    yield "what", _named(rows["what"], TARGETS)
    targets = np.empty(len(rows["time"]), np.uint64)
    for code, book in enumerate(_target_names(names)):
        chosen = rows["what"] == code
        targets[chosen] = _named(rows["target"][chosen], book)
    yield "target", targets
    yield "value", _values(rows["value"])


def _target_names(names: Names) -> list[tuple[str, ...]]:
    """The code book of each kind of target, in the order of TARGETS."""
    pools, steps = names.resources, names.steps
    return [pools, pools, names.platforms, steps, names.flows, pools, steps, names.rules, steps, steps]
