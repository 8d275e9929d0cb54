"""How what was ordered is done: a run simulated and measured, an experiment explored; its files written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from platform_api import wire
from platform_api.answers import Answers
from platform_api.crew import Crew
from platform_api.experiment_order import Settled
from platform_api.exploring import Errand, Explore
from platform_api.following import Advance, Ask, Follow
from platform_api.results import Result, write_result
from platform_api.settings import Settings
from platform_api.store.run_table import Claimed
from platform_api.wire import RunProgress, Ticket
from scenarios.resolved import Resolved


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it besides its files.

    told : fields of the ticket that are known now · kpis : of a run that is shown on the metrics
    """

    told: dict[str, Any]
    events: int = 0
    kpis: list[dict[str, Any]] = field(default_factory=list)


Simulate = Callable[..., Done]
"""`runner.run_apart`, or something with the same parameters."""


@dataclass(frozen=True, slots=True)
class Doing:
    """Does orders of every kind."""

    settings: Settings
    answers: Answers
    simulate: Simulate
    explore: Explore

    def do(self, claimed: Claimed, crew: Crew, fresh: Path, follow: Follow, cancel: Ask) -> Done:
        """Do it, and write its files into a folder that nobody looks at yet.

        Raises
        ------
        Exception
            Of whatever kind; `refusals.told` has the words.
        """
        if claimed.ticket.kind == "run":
            return self._run(claimed, crew, fresh, follow, cancel)
        journal = self.answers.journal(claimed.ticket.id)
        errand = Errand(Settled(*claimed.order()), journal, fresh, self.settings.jobs)
        found = self.explore(errand, crew, follow, cancel)
        return Done({"replications": found.replications})

    def _run(self, claimed: Claimed, crew: Crew, fresh: Path, follow: Follow, cancel: Ask) -> Done:
        ticket, scenario = claimed.ticket, claimed.scenario()
        return self.simulate(
            scenario,
            partial(_write, ticket, scenario, fresh),
            seed=ticket.seed,
            replications=ticket.replications,
            engine=ticket.engine,
            overrides=ticket.overrides,
            warnings=claimed.warnings(),
            crew=crew,
            progress=follow,
            cancel=cancel,
            record_to=fresh / "records" if claimed.keeps_records else None,
        )


def _write(ticket: Ticket, scenario: Resolved, fresh: Path, result: Result) -> Done:
    """The answer of a run, and parts of it that are asked for by themselves, without reading all."""
    write_result(result, scenario, fresh)
    document = result.document()
    (fresh / "kpis.json").write_text(wire.kpis_of(ticket.id, document).model_dump_json(), encoding="utf-8")
    for part in ("trs", "series"):
        told = json.dumps({"id": ticket.id, part: document[part]}, ensure_ascii=False)
        (fresh / f"{part}.json").write_text(told, encoding="utf-8")
    kpis = document["kpis"] if ticket.named else []
    return Done({"digest": list(result.digest)}, result.timing.events, kpis)


def progress_of(advance: Advance) -> RunProgress:
    """How far it is, as it goes over the wire."""
    done, planned = advance.points or (None, None)
    return RunProgress(
        done=min(1.0, advance.done),
        entities=advance.entities,
        entities_per_s=round(advance.entities_per_s, 1),
        remaining_s=advance.remaining_s,
        finished=advance.finished,
        planned=advance.replications,
        points_done=done,
        points_planned=planned,
    )
