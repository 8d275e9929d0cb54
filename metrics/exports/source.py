"""A record on disk, opened by DuckDB for those who write it in another form.

Nothing here holds a record in memory: rows come in the record's own order, a batch at a time, so ten million
of them take no more room than ten thousand. The views are `entity` (one truck, order or dossier a row) and
`visit` (one entity at one step), both with names that people read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from metrics.exports.times import instant_sql, local_sql, stamp_sql
from scenarios.resolved import Label, Resolved
from sim.files import connect, quoted

BATCH = 10_000
"""Rows that are fetched at a time."""

TIMES = ("joined", "admitted", "started", "ended", "left")
"""Of a visit, in their order."""

ENTITY = """
create view entity as
select
    file_row_number as entity,
    flow || '/' || source || '/' || strftime(date '1970-01-01' + day::integer, '%Y-%m-%d') || '/' || number
        || case when child = 0 then '' else '/' || child end as "case",
    row.*
from read_parquet({file}, file_row_number=true) as row
"""

VISIT = """
create view visit as
select
    visit.file_row_number as row, visit.entity, visit.step, names.activity, names.agency,
    visit.visit, visit.segment, visit.mode, visit.lane_pool as resource, nullif(visit.lane, -1) as lane,
    nullif(visit.batch, -1) as batch, visit.amount, visit.blocked_by, visit.outcome,
    visit.joined, visit.admitted, visit.started, visit.ended, visit."left", visit.klass
from read_parquet({file}, file_row_number=true) as visit
join names using (step)
"""

TIMETABLE = """
create view timetable as
select file_row_number as row, "time", what, target, value from read_parquet({file}, file_row_number=true)
"""


class Visited(NamedTuple):
    """A row of the view `visit`, as far as event logs ask for it; times [ms], and as people read them."""

    entity: int
    step: str
    activity: str
    agency: str | None
    visit: int
    segment: int
    mode: str | None
    resource: str | None
    lane: int | None
    batch: int | None
    amount: int | None
    outcome: str
    joined: int
    admitted: int | None
    started: int | None
    ended: int | None
    joined_at: str
    started_at: str | None
    ended_at: str | None


@dataclass(frozen=True, eq=False)
class Source:
    """A record (`sim.files.save`) with the scenario that it is of."""

    folder: Path
    scenario: Resolved
    language: Literal["vi", "en"] = "vi"

    @cached_property
    def activities(self) -> dict[str, str]:
        """What each step is called; where two steps share a name, their keys stand beside it."""
        return unique({name: pick(step.label, self.language) for name, step in self.scenario.steps.items()})

    @cached_property
    def attributes(self) -> dict[str, Literal["category", "number"]]:
        """Every attribute of an entity that the record holds, in the order of its columns."""
        with self.opened() as record:
            columns = record.execute("describe entity").fetchall()
        return {
            name.removeprefix("attribute_"): "number" if kind == "BIGINT" else "category"
            for name, kind, *_ in columns
            if name.startswith("attribute_")
        }

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """A connection that has the views."""
        connection = connect()
        try:
            connection.execute(ENTITY.format(file=quoted(self.folder / "entities.parquet")))
            connection.register("given", self._names())
            connection.execute("create table names as select * from given")  # which cursors see too
            connection.execute(VISIT.format(file=quoted(self.folder / "visits.parquet")))
            connection.execute(TIMETABLE.format(file=quoted(self.folder / "timetable.parquet")))
            yield connection
        finally:
            connection.close()

    def _names(self) -> Mapping[str, Any]:
        import numpy as np

        steps = self.scenario.steps
        columns = {
            "step": list(steps),
            "activity": list(self.activities.values()),
            "agency": [step.agency for step in steps.values()],
        }
        return {name: np.array(values, dtype=object) for name, values in columns.items()}

    def query(self, sql: str, connection: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, in the record's order, a batch at a time."""
        answer = connection.cursor().execute(sql)
        while rows := answer.fetchmany(BATCH):
            yield from rows

    def visits(self, connection: Any) -> Iterator[Visited]:
        """The visits, those of one entity together."""
        told = {f"{name}_at": self.stamp(name) for name in ("joined", "started", "ended")}
        columns = ", ".join(told.get(name, name) for name in Visited._fields)
        yield from map(Visited._make, self.query(f"select {columns} from visit", connection))

    def attribute_columns(self, table: str) -> str:
        """SQL: the columns of all attributes, each after a comma."""
        return "".join(f", {table}.{identifier(f'attribute_{name}')}" for name in self.attributes)

    def stamp(self, column: str) -> str:
        """SQL: a time of the record as local time with its offset, `2025-03-12T07:00:00.000+07:00`."""
        return stamp_sql(column, self.scenario.clock)

    def local(self, column: str) -> str:
        """SQL: a time of the record as local time, without a zone."""
        return local_sql(column, self.scenario.clock)

    def instant(self, column: str) -> str:
        """SQL: a time of the record as an instant."""
        return instant_sql(column, self.scenario.clock)


def identifier(name: str) -> str:
    """The name of a column as SQL."""
    return '"' + name.replace('"', '""') + '"'


def pick(label: Label, language: Literal["vi", "en"]) -> str:
    """A label in one language."""
    return label.en if language == "en" else label.vi


def unique(named: dict[str, str]) -> dict[str, str]:
    """The names, with the key beside those that are not the only one of their name."""
    seen = list(named.values())
    return {key: name if seen.count(name) == 1 else f"{name} ({key})" for key, name in named.items()}
