"""The record as an object-centric event log: OCEL 2.0 in JSON.

An event is a visit that came to its end, at the time of its end; `started`, `wait_seconds` and
`service_seconds` are attributes of it. A visit that ended otherwise than it should is a kind of event of its
own, `Papers (reneged)`. Kinds of objects are those of `metrics.exports.objects`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from metrics.exports.objects import Objects, of_scenario
from metrics.exports.source import Source, Visited
from metrics.exports.xes import WHOLE
from sim.log import VISIT_OUTCOMES

EVENT_ATTRIBUTES = {
    "step": "string", "agency": "string", "resource": "string", "mode": "string", "outcome": "string",
    "started": "time", "wait_seconds": "float", "service_seconds": "float", "amount": "integer",
}  # fmt: skip

WHEN_BORN = {"flow": "string", "outcome": "string"}

LIVES = """
create table lives as
select visit.entity,
    min(visit.ended) filter (visit.step in {declaring} and visit.outcome = 'completed') as declared,
    max(visit.ended) filter (visit.step in {releasing} and visit.outcome = 'completed') as released,
    min(visit.joined) filter (visit.step in {packing}) as packed
from visit where visit.step in {any} group by visit.entity
"""
"""When declarations and parcels begin and end; only of those who came to such a step."""


class Life(NamedTuple):
    """An entity as objects: itself and what comes with it; times [ms]."""

    entity: int
    case: str
    flow: str
    day: int
    declared: int | None
    released: int | None
    packed: int | None


def write(source: Source, kinds: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """The log as UTF-8, in portions.

    Raises
    ------
    ValueError
        If `kinds` names a flow that there is not.
    """
    objects = of_scenario(source.scenario, kinds)
    return _portions(_lines(source, objects))


def _portions(lines: Iterator[str]) -> Iterator[bytes]:
    portion: list[str] = []
    size = 0
    for line in lines:
        portion.append(line)
        size += len(line)
        if size > WHOLE:
            yield "".join(portion).encode()
            portion, size = [], 0
    yield "".join(portion).encode()


def _lines(source: Source, objects: Objects) -> Iterator[str]:
    yield '{"objectTypes":' + _json([_object_type(source, kind) for kind in objects.every])
    yield ',\n"eventTypes":' + _json([_event_type(name) for name in _event_names(source)])
    with source.opened() as record:
        _find_lives(record, objects)
        yield ',\n"objects":['
        yield from _separated(_objects(source, objects, record))
        yield '],\n"events":['
        yield from _separated(_events(source, objects, record))
        yield "]}\n"


def _separated(found: Iterator[dict[str, Any]]) -> Iterator[str]:
    for number, each in enumerate(found):
        yield (",\n" if number else "\n") + _json(each)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# ---- kinds --------------------------------------------------------------------------------------------


def _object_type(source: Source, kind: str) -> dict[str, Any]:
    attributes = WHEN_BORN | {
        name: "string" if of == "category" else "integer" for name, of in source.attributes.items()
    }
    shown = {"consignment": {"goods": "string"}, "declaration": {}, "parcel": {}}.get(kind, attributes)
    return {"name": kind, "attributes": [{"name": name, "type": of} for name, of in shown.items()]}


def _event_type(name: str) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": n, "type": of} for n, of in EVENT_ATTRIBUTES.items()]}


def _event_names(source: Source) -> list[str]:
    """Every kind of event that the record has."""
    with source.opened() as record:
        found = record.execute(
            "select distinct activity, outcome from visit where ended is not null order by all"
        )
        return [event_name(activity, outcome) for activity, outcome in found.fetchall()]


def event_name(activity: str, outcome: str) -> str:
    """What an event is called."""
    assert outcome in VISIT_OUTCOMES
    return activity if outcome == "completed" else f"{activity} ({outcome})"


# ---- objects ------------------------------------------------------------------------------------------


def _find_lives(record: Any, objects: Objects) -> None:
    sets = {"declaring": objects.declaring, "releasing": objects.releasing, "packing": objects.packing}
    listed = {name: _listed(steps) for name, steps in sets.items()}
    record.execute(LIVES.format(**listed, any=_listed(frozenset().union(*sets.values()))))


def _listed(steps: frozenset[str]) -> str:
    return "(" + ", ".join("'" + step.replace("'", "''") + "'" for step in sorted(steps) or [""]) + ")"


LIFE = """entity.entity, entity."case", entity.flow, entity.day,
    lives.declared, lives.released, lives.packed"""

FROM_ENTITY = "from entity left join lives using (entity)"


def _objects(source: Source, objects: Objects, record: Any) -> Iterator[dict[str, Any]]:
    up = """left join (select entity, "case" from entity
        where entity in (select parent from entity where parent >= 0)) as up on up.entity = entity.parent"""
    query = f"""select {LIFE}, up."case", entity.source, entity.number, {source.stamp("entity.arrived")},
        entity.outcome{source.attribute_columns("entity")} {FROM_ENTITY} {up}"""
    for row in source.query(query, record):
        life, (parent, _, _, born, outcome, *values) = Life._make(row[:7]), row[7:]
        told = {"flow": life.flow, "outcome": outcome, **dict(zip(source.attributes, values, strict=True))}
        related = [_link(name, how) for name, how in _parts(life, objects)]
        if parent is not None:
            related.append(_link(parent, "sent by"))
        yield _object(life.case, objects.kinds[life.flow], born, told, related)
        for name, _ in _parts(life, objects):
            kind = name.rsplit("/", 1)[1]
            goods = {"goods": told.get("goods")} if kind == "consignment" else {}
            yield _object(name, kind, born, goods, [])


def _object(
    name: str, kind: str, born: str, told: dict[str, Any], related: list[dict[str, str]]
) -> dict[str, Any]:
    attributes = [{"name": n, "time": born, "value": v} for n, v in told.items() if v is not None]
    return {"id": name, "type": kind, "attributes": attributes, "relationships": related}


def _parts(life: Life, objects: Objects) -> Iterator[tuple[str, str]]:
    """(name, how it belongs to the entity) of what comes with an entity."""
    if life.flow in objects.loaded:
        yield f"{life.case}/consignment", "carries"
    if life.flow in objects.declared and life.declared is not None:
        yield f"{life.case}/declaration", "is declared by"
    if life.flow in objects.packed and life.packed is not None:
        yield f"{life.case}/parcel", "is packed in"


def _link(name: str, qualifier: str) -> dict[str, str]:
    return {"objectId": name, "qualifier": qualifier}


# ---- events -------------------------------------------------------------------------------------------


def _events(source: Source, objects: Objects, record: Any) -> Iterator[dict[str, Any]]:
    """Entities and their visits come in the same order, so two readers walk side by side."""
    lives = map(Life._make, source.query(f"select {LIFE} {FROM_ENTITY} order by entity", record))
    carriers = _first_day(record)
    life = next(lives, None)
    for number, row in enumerate(source.visits(record)):
        while life is not None and life.entity < row.entity:
            life = next(lives, None)
        assert life is not None
        if row.ended is not None and row.ended_at is not None:
            yield {
                "id": f"e{number}",
                "type": event_name(row.activity, row.outcome),
                "time": row.ended_at,
                "attributes": _attributes(row),
                "relationships": [_link(*each) for each in _related(row, row.ended, life, objects, carriers)],
            }


def _first_day(record: Any) -> dict[str, str]:
    """The names of carriers, by their flow, gather and number: `flow/gather/number` → case."""
    found = record.execute(
        """select flow || '/' || source || '/' || number, "case" from entity
        where source in (select distinct step from visit where batch is not null)"""
    )
    return dict(found.fetchall())


def _attributes(row: Visited) -> list[dict[str, Any]]:
    served = row.started is not None and row.ended is not None
    told = {
        "step": row.step,
        "agency": row.agency,
        "resource": None if row.resource is None else f"{row.resource} {row.lane}",
        "mode": row.mode,
        "outcome": row.outcome,
        "started": row.started_at,
        "wait_seconds": _seconds(row.started, row.joined),
        "service_seconds": _seconds(row.ended, row.started) if served else None,
        "amount": row.amount,
    }
    return [{"name": name, "value": value} for name, value in told.items() if value is not None]


def _seconds(end: int | None, begin: int | None) -> float | None:
    return None if end is None or begin is None else (end - begin) / 1000


def _related(
    row: Visited, ended: int, life: Life, objects: Objects, carriers: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """The objects of an event, with what they are to it."""
    yield life.case, objects.kinds[life.flow]
    if life.flow in objects.loaded:
        yield f"{life.case}/consignment", "consignment"
    if life.flow in objects.declared and life.declared is not None:
        until = life.released if life.released is not None else ended
        if life.declared <= ended <= until:
            yield f"{life.case}/declaration", "declaration"
    if life.flow in objects.packed and life.packed is not None and row.joined >= life.packed:
        yield f"{life.case}/parcel", "parcel"
    if row.step in objects.rides and row.batch is not None:
        flow, gather = objects.rides[row.step]
        carrier = carriers.get(f"{flow}/{gather}/{row.batch}")
        if carrier is not None:
            yield carrier, "carrier"
