"""The digest of a record: row counts and a 128-bit sum of hashes over names and values of all rows (law §6).

It needs no order and no stored log: every row adds its own two 64-bit words, so an engine may keep the sum while
it runs. Names count, not codes, so a renumbering changes nothing and a renaming does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.log import ENTITY_OUTCOMES, MODES, SOURCES, TARGETS, VISIT_OUTCOMES, EventLog, Names

Words = NDArray[np.uint64]
LANES = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)
"""What the two 64-bit words of a row's hash begin with."""


def digest(log: EventLog) -> str:
    """The identity of a run: 32 hexadecimal digits."""
    tables = (_visit_fields(log), _entity_fields(log), _timetable_fields(log))
    lanes = []
    for lane in LANES:
        total = 0
        for number, fields in enumerate(tables):
            hashes = _row_hashes(fields, lane + number)
            total += int(hashes.sum(dtype=np.uint64)) + _one(lane + number, len(hashes))
        lanes.append(total & 0xFFFFFFFFFFFFFFFF)
    return f"{lanes[0]:016x}{lanes[1]:016x}"


def name_hash(name: str) -> int:
    """64 bits that stand for a name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def _mix(words: Words) -> Words:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014), on whole columns, modulo 2**64."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _row_hashes(fields: Sequence[Words], start: int) -> Words:
    hashes = np.full(len(fields[0]), np.uint64(start & 0xFFFFFFFFFFFFFFFF))
    for field in fields:
        hashes = _mix((hashes ^ field) + np.uint64(LANES[0]))
    return hashes


def _one(start: int, value: int) -> int:
    return int(_row_hashes([np.array([value], np.uint64)], start)[0])


def _named(codes: NDArray[np.int64], names: Sequence[str]) -> Words:
    """The hashes of the names behind codes; -1 is the empty name."""
    book = np.array([name_hash(name) for name in (*names, "")], np.uint64)
    return book[codes]


def _values(column: NDArray[np.int64]) -> Words:
    return column.astype(np.uint64)


def _address(log: EventLog) -> list[Words]:
    entities = log.entities
    return [
        _named(entities["flow"], log.names.flows),
        _named(entities["source"], SOURCES),
        *(_values(entities[name]) for name in ("day", "number", "child")),
    ]


def _visit_fields(log: EventLog) -> list[Words]:
    visits, names = log.visits, log.names
    named = {
        "step": names.steps, "mode": MODES, "lane_pool": names.resources, "klass": names.classes,
        "blocked_by": names.places, "outcome": VISIT_OUTCOMES,
    }  # fmt: skip
    fields = [column[visits["entity"]] for column in _address(log)]
    for column in visits:
        if column == "entity":
            continue
        fields.append(_named(visits[column], named[column]) if column in named else _values(visits[column]))
    return fields


def _entity_fields(log: EventLog) -> list[Words]:
    entities = log.entities
    fields = [*_address(log), _values(entities["arrived"]), _named(entities["outcome"], ENTITY_OUTCOMES)]
    fields += [_values(entities["left"]), _parents(log)]
    for name, values in log.names.attributes.items():
        column = log.attributes[name]
        if values is not None:
            fields.append(_named(np.maximum(column, -1), values) ^ np.uint64(name_hash(name)))
        else:
            fields.append(_values(column) ^ np.uint64(name_hash(name)))
    return fields


def _parents(log: EventLog) -> Words:
    """The number of each row's parent's address; 0 without one."""
    address = _row_hashes(_address(log), 0) if len(log.entities["flow"]) else np.empty(0, np.uint64)
    parent = log.entities["parent"]
    return np.where(parent < 0, np.uint64(0), address[parent]) if len(address) else address


def _timetable_fields(log: EventLog) -> list[Words]:
    rows = log.timetable
    targets = np.empty(len(rows["time"]), np.uint64)
    for code, names in enumerate(_target_names(log.names)):
        chosen = rows["what"] == code
        targets[chosen] = _named(rows["target"][chosen], names)
    return [_values(rows["time"]), _named(rows["what"], TARGETS), targets, _values(rows["value"])]


def _target_names(names: Names) -> list[tuple[str, ...]]:
    """The code book of each kind of target, in the order of TARGETS."""
    return [names.resources, names.resources, names.platforms, names.steps, names.flows]
