"""The record as an event log for process mining: XES, IEEE 1849-2016.

A trace is an entity; who was sent out (a sample, a document) is a trace of its own that names its parent. A
visit gives the events of the standard's life cycle: `schedule` as it joins, `start`, and at its end
`complete`; `withdraw` if it goes away unserved, `ate_abort` if it breaks off while served, `suspend` and
`resume` where work was interrupted. What has not happened when the run stops is not in the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from metrics.exports.source import Source, Visited

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/><string key="lifecycle:transition" value=""/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/></global>
<classifier name="Activity" keys="concept:name"/>
<classifier name="Activity and transition" keys="concept:name lifecycle:transition"/>
<string key="lifecycle:model" value="standard"/>
"""

WHOLE = 1 << 16
"""Characters that are handed over at a time, at least."""

NEVER = 1 << 62


class Event(NamedTuple):
    """Something that happened on a visit; events of one trace sort in the order that they happened."""

    time: int  # [ms]
    place: int  # of the visit among those of the trace
    phase: int  # within the visit
    transition: str
    at: str | None  # the time as people read it


def write(source: Source) -> Iterator[bytes]:
    """The log as UTF-8, in portions; open the whole with any reader of XES."""
    portion = [HEAD, _text("concept:name", source.scenario.name)]
    size = 0
    for trace in _traces(source):
        portion.append(trace)
        size += len(trace)
        if size > WHOLE:
            yield "".join(portion).encode()
            portion, size = [], 0
    yield "".join([*portion, "</log>\n"]).encode()


def _traces(source: Source) -> Iterator[str]:
    """Entities and their visits come in the same order, so two readers walk side by side."""
    with source.opened() as record:
        visits = groupby(source.visits(record), key=attrgetter("entity"))
        owner, mine = next(visits, (None, iter(())))
        for entity, *told in _entities(source, record):
            rows: list[Visited] = []
            if owner == entity:
                rows = list(mine)
                owner, mine = next(visits, (None, iter(())))
            yield "".join(["<trace>\n", *_head(source, told), *_events(rows), "</trace>\n"])


def _entities(source: Source, record: object) -> Iterator[tuple[object, ...]]:
    arrived, left = source.stamp("one.arrived"), source.stamp('one."left"')
    query = f"""
        select one.entity, one."case", one.flow, one.outcome, up."case", {arrived}, {left}
            {source.attribute_columns("one")}
        from entity as one
        left join (select entity, "case" from entity
                   where entity in (select parent from entity where parent >= 0)) as up
        on up.entity = one.parent
        order by one.entity"""
    return source.query(query, record)


def _head(source: Source, told: list[object]) -> Iterator[str]:
    """What is known of an entity as a whole."""
    case, flow, outcome, parent, arrived, left, *values = told
    yield _text("concept:name", case)
    yield _text("flow", flow)
    yield _text("outcome", outcome)
    if parent is not None:
        yield _text("parent", parent)
    yield _date("arrived", str(arrived))
    if left is not None:
        yield _date("left", str(left))
    for (name, kind), value in zip(source.attributes.items(), values, strict=True):
        if value is not None:
            yield (_text if kind == "category" else _number)(f"attribute_{name}", value)


def _events(rows: list[Visited]) -> Iterator[str]:
    rows.sort(key=lambda row: (row.joined, NEVER if row.ended is None else row.ended, row.segment))
    happened = sorted(event for place, row in enumerate(rows) for event in _of(row, place))
    for _, place, _, transition, at in happened:
        row = rows[place]
        yield f'<event><date key="time:timestamp" value="{at}"/>{_told(row, transition)}</event>\n'


def _of(row: Visited, place: int) -> Iterator[Event]:
    """The events of a visit."""
    if row.segment == 1:
        yield Event(row.joined, place, 0, "schedule", row.joined_at)
    if row.started is not None:
        yield Event(row.started, place, 1, "start" if row.segment == 1 else "resume", row.started_at)
    if row.ended is not None:
        yield Event(row.ended, place, 2, _ending(row), row.ended_at)


def _ending(row: Visited) -> str:
    if row.outcome == "preempted":
        return "suspend"
    if row.outcome == "completed":
        return "complete"
    return "withdraw" if row.started is None else "ate_abort"


def _told(row: Visited, transition: str) -> str:
    """What an event says beside its time."""
    told = _step(row.activity, row.step, row.agency, transition)
    if transition == "schedule":
        return told
    if row.resource is not None:
        told += _unit(row.resource, row.lane)
    if row.mode == "fallback":
        told += '<string key="mode" value="fallback"/>'
    if transition in ("withdraw", "ate_abort"):
        told += _text("outcome", row.outcome)
    if row.amount is not None and transition == "complete":
        told += _number("amount", row.amount)
    return told


@lru_cache(maxsize=4096)
def _step(activity: str, step: str, agency: str | None, transition: str) -> str:
    told = _text("concept:name", activity) + _text("lifecycle:transition", transition) + _text("step", step)
    return told + ("" if agency is None else _text("org:group", agency))


@lru_cache(maxsize=4096)
def _unit(resource: str, lane: int | None) -> str:
    return _text("org:resource", f"{resource} {lane}")


def _text(key: str, value: object) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(str(value))}/>"


def _number(key: str, value: object) -> str:
    return f'<int key={quoteattr(key)} value="{value}"/>'


def _date(key: str, value: str) -> str:
    return f'<date key="{key}" value="{value}"/>'
