"""One replication of a run, looked at closely: stories of its entities, and how long they stayed.

It is simulated again where it is asked for: the same scenario, seed and replication are the same run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_api import refusals, wire
from platform_api.cause_words import Names
from platform_api.outage_map import counts_vehicles
from platform_api.runs import Runs
from platform_api.texts import LANGUAGES
from platform_api.why_stories import address_of, entity_told, longest_first, names_of, owners_of, stories_in
from scenarios.errors import ScenarioError
from scenarios.resolved import Label

if TYPE_CHECKING:
    from metrics.replication import Replication

MOST_ENTITIES = 50_000
"""Of a replication that is looked at in this process; more are looked at in an experiment of kind `why`."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A replication, read once."""

    run: str
    number: int
    replication: Replication
    parts: Any

    def is_wanted(self, row: int, wanted: str) -> bool:
        """Whether an entity has this number, or this in its address."""
        if not wanted:
            return True
        number = wanted.removeprefix("#")
        if number.isdecimal():
            return int(self.replication.log.entities["number"][row]) == int(number)
        return wanted.casefold() in address_of(self.replication, row).casefold()


class Looking:
    """Looks at replications, one at a time; the last one is remembered."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        self._last: Seen | None = None
        self._one = threading.Lock()

    def stories(self, run: str, number: int, addresses: tuple[str, ...]) -> wire.RunStories:
        """Of a typical stay, a long one, the longest, and of who is asked for.

        Raises
        ------
        ApiError
            As `Runs.whole`; 422 for a replication or an address that there is not, and for one too large.
        """
        seen = self._seen(run, number)
        try:
            told = list(stories_in(seen.replication, seen.parts, addresses))
        except ScenarioError as error:
            raise refusals.nobody_there(error) from None
        scenario = seen.replication.scenario
        names = names_of(scenario)
        vi, en = (Names(names, owners_of(scenario), counts_vehicles(scenario), each) for each in LANGUAGES)
        return wire.RunStories(
            id=run,
            replication=number,
            stories=[wire.story(each, lambda of: Label(vi.cause(of), en.cause(of))) for each in told],
            names={name: wire.text(label) for name, label in names.items()},
        )

    def entities(self, run: str, number: int, wanted: str, after: int, limit: int) -> wire.EntityPage:
        """Who came in the window, the longest stay first; errors as `stories`.

        wanted : a number, or a part of an address; empty: everybody
        """
        seen = self._seen(run, number)
        found = [row for row in longest_first(seen.replication, seen.parts) if seen.is_wanted(row, wanted)]
        told = (entity_told(seen.replication, seen.parts, row) for row in found[after : after + limit])
        return wire.EntityPage(
            id=run, replication=number, count=len(found), after=after,
            entities=[wire.EntityItem(address=a, kind=k, ms=ms, outcome=o) for a, k, ms, o in told],
        )  # fmt: skip

    def histogram(self, run: str, number: int, by: str | None, bins: int) -> wire.Histogram:
        """How long those stayed who crossed, or reached their end, in the window; by an attribute too."""
        import numpy as np

        of = self._seen(run, number).replication
        stays, reached = of.stays, of.stays.crossed
        counted = stays.counted & of.within(reached)
        hours = (reached - stays.arrived) / 3_600_000
        edges = np.histogram_bin_edges(hours[counted], bins) if counted.any() else np.zeros(0)
        bars = [
            wire.Bars(value=value, counts=np.histogram(hours[mine], edges)[0].tolist() if len(edges) else [])
            for value, mine in _by(of, by, counted)
        ]
        return wire.Histogram(id=run, replication=number, unit="h", by=by, edges=edges.tolist(), bars=bars)

    def _seen(self, run: str, number: int) -> Seen:
        from metrics.causes import parts
        from metrics.replication import Replication
        from platform_api.estimate import expected_entities
        from sim import run as simulation

        with self._one:
            last = self._last
            if last is not None and (last.run, last.number) == (run, number):
                self.runs.kept(run)
                return last
            result, scenario = self.runs.whole(run)
            if number > result.replications:
                raise refusals.no_replication(run, number, result.replications)
            if expected_entities(scenario) > MOST_ENTITIES:
                raise refusals.too_large_to_look_at(run, MOST_ENTITIES)
            done = simulation.run(scenario, result.seed, number - 1, engine=result.engine)
            if done.digest != result.digest[number - 1]:
                raise refusals.damaged(run, "result.json")
            replication = Replication(scenario, done.log)
            self._last = Seen(run, number, replication, parts(replication))
            return self._last


def _by(of: Replication, by: str | None, counted: Any) -> Iterator[tuple[str | None, Any]]:
    if by is None:
        yield None, counted
        return
    names = {name: values for name, values in of.log.names.attributes.items() if values is not None}
    if by not in names:
        raise refusals.no_attribute(by, list(names))
    for code, value in enumerate(names[by]):
        yield value, counted & (of.log.attributes[by] == code)


# ---- pages of a record --------------------------------------------------------------------------------


def page(
    runs: Runs, run: str, table: str, replication: int, first: int, limit: int, case: str | None
) -> tuple[wire.RecordPage, int | None]:
    """Rows of a table of a kept record, in its order, and where the next page begins.

    Raises
    ------
    ApiError
        As `Runs.whole`, 422 for what is not there.
    """
    from metrics.exports import tables
    from metrics.exports.source import Source

    count, scenario = runs.scenario(run)
    if replication > count:
        raise refusals.no_replication(run, replication, count)
    folder = runs.answers.path(run, f"records/replication-{replication:04d}")
    if not (folder / "record.json").is_file():
        raise refusals.no_record(run)
    columns, rows, following = tables.page(Source(folder, scenario), table, first, limit, case)
    told = wire.RecordPage(
        id=run, table=table, replication=replication, after=first, columns=columns, rows=list(map(list, rows))
    )
    return told, following
