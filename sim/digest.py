"""The digest of a record: row counts and a 128-bit sum of hashes over names and values of all rows (law §6).

It needs no order and no stored log: every row adds its own two 64-bit words, so an engine may keep the sum
while it runs. Names count, not codes, so a renumbering changes nothing and a renaming does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.log import ENTITY_OUTCOMES, MODES, TARGETS, VISIT_OUTCOMES, EventLog, Names

Words = NDArray[np.uint64]
LANES = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)
"""What the two 64-bit words of a row's hash begin with."""
_MASK = 0xFFFFFFFFFFFFFFFF


def digest(log: EventLog) -> str:
    """The identity of a run: 32 hexadecimal digits."""
    tables = (_visit_fields(log), _entity_fields(log), _timetable_fields(log))
    totals = [0, 0]
    for number, fields in enumerate(tables):
        starts = [lane + number for lane in LANES]
        for lane, hashes in enumerate(_row_hashes(fields, starts)):
            totals[lane] += int(hashes.sum(dtype=np.uint64)) + _one(starts[lane], len(hashes))
    return "".join(f"{total & _MASK:016x}" for total in totals)


def name_hash(name: str) -> int:
    """64 bits that stand for a name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def _mix(words: Words) -> Words:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014), on whole columns, modulo 2**64."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _row_hashes(fields: Iterable[Words], starts: Sequence[int]) -> list[Words]:
    """The hashes of all rows, one column for each start; fields are taken one by one, to keep memory low."""
    hashes: list[Words] = []
    for field in fields:
        if not hashes:
            hashes = [np.full(len(field), start & _MASK, np.uint64) for start in starts]
        hashes = [_mix((words ^ field) + np.uint64(LANES[0])) for words in hashes]
    return hashes


def _one(start: int, value: int) -> int:
    return int(_row_hashes([np.array([value], np.uint64)], [start])[0][0])


def _named(codes: NDArray[np.int64], names: Sequence[str]) -> Words:
    """The hashes of the names behind codes; -1 is the empty name."""
    book = np.array([name_hash(name) for name in (*names, "")], np.uint64)
    return book[codes]


def _values(column: NDArray[np.int64]) -> Words:
    return column.astype(np.uint64)


def _address(log: EventLog) -> list[Words]:
    """Flow, source, day, number and child of each entity."""
    entities = log.entities
    return [
        _named(entities["flow"], log.names.flows),
        _named(entities["source"], log.names.sources),
        *(_values(entities[name]) for name in ("day", "number", "child")),
    ]


def _visit_fields(log: EventLog) -> Iterator[Words]:
    visits, names = log.visits, log.names
    named = {
        "step": names.steps, "mode": MODES, "lane_pool": names.resources, "klass": names.classes,
        "blocked_by": names.places, "outcome": VISIT_OUTCOMES,
    }  # fmt: skip
    for words in _address(log):
        yield words[visits["entity"]]
    for name, column in visits.items():
        if name != "entity":
            yield _named(column, named[name]) if name in named else _values(column)


def _entity_fields(log: EventLog) -> Iterator[Words]:
    entities = log.entities
    yield from _address(log)
    yield _values(entities["arrived"])
    yield _named(entities["outcome"], ENTITY_OUTCOMES)
    yield _values(entities["left"])
    yield _parents(log)
    for name, values in log.names.attributes.items():
        column = log.attributes[name]
        words = _values(column) if values is None else _named(np.maximum(column, -1), values)
        yield words ^ np.uint64(name_hash(name))


def _parents(log: EventLog) -> Words:
    """The hash of each row's parent's address; 0 without one."""
    address = _row_hashes(_address(log), [0])[0]
    parent = log.entities["parent"]
    return np.where(parent < 0, np.uint64(0), address[parent]) if len(address) else address


def _timetable_fields(log: EventLog) -> Iterator[Words]:
    rows = log.timetable
    yield _values(rows["time"])
    yield _named(rows["what"], TARGETS)
    targets = np.empty(len(rows["time"]), np.uint64)
    for code, names in enumerate(_target_names(log.names)):
        chosen = rows["what"] == code
        targets[chosen] = _named(rows["target"][chosen], names)
    yield targets
    yield _values(rows["value"])


def _target_names(names: Names) -> list[tuple[str, ...]]:
    """The code book of each kind of target, in the order of TARGETS."""
    return [names.resources, names.resources, names.platforms, names.steps, names.flows]
