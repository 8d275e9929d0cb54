"""Experiments of the service, as its routes ask for them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from platform_api import errors, refusals
from platform_api.answers import Files, checksums
from platform_api.desk import Desk
from platform_api.experiment_order import LONGEST_NAME, Settled, settle
from platform_api.exploring import ANSWER, ORDER
from platform_api.kinds import KINDS, Prepared
from platform_api.ledger import Ledger, new_id
from platform_api.orders import check_replications, check_size
from platform_api.settings import Settings
from platform_api.shelf import Shelf
from platform_api.store.run_table import NOTHING_YET, NewRun, packed_order, unpacked
from platform_api.tabling import WORKBOOK
from platform_api.wire import RunProgress, Ticket
from scenarios.errors import Flaw, Language, Problem, ScenarioError
from scenarios.resolved import scenario_hash
from sim.run import RESULT_VERSION

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The forms of tables."""


class Experiments(Ledger):
    """Every experiment the service knows."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(tuple(KINDS), desk, refusals.unknown_experiment)

    def submit(self, data: Any, shelf: Shelf, holder: str = "", idempotency_key: str | None = None) -> Ticket:
        """Put an experiment in the queue; one that repeats another gives that one's.

        Raises
        ------
        ApiError
            404 for a scenario that is not known, 422 with everything that is wrong; and as `put`.
        """
        new = new_experiment(data, self.settings, shelf, holder, idempotency_key)
        return self.put(new, fresh=bool(data.get("fresh", False)))

    def order(self, experiment: str) -> dict[str, Any]:
        """What was ordered, with its seed and its scenarios; errors as `get`."""
        self.get(experiment)
        payload = self.table.payload(experiment)
        if payload is None:
            raise self.unknown(experiment)
        return Settled(*unpacked(payload)).whole()

    def answer(self, experiment: str) -> bytes:
        """The answer as one JSON document; errors as `file`."""
        return self.file(experiment, ANSWER)

    def report(self, experiment: str, language: Language) -> bytes:
        """The report; errors as `file`."""
        return self.file(experiment, f"report.{language}.html")

    def table_as(self, experiment: str, form: str, table: str | None) -> tuple[str, bytes]:
        """A table as a file, with its name; the main one unless another is asked for.

        Raises
        ------
        ApiError
            As `file`; 422 for a form or a table that there is not.
        """
        kept = self.kept(experiment)
        if form not in MEDIA_TYPES:
            raise errors.unknown(errors.WRONG_REQUEST, "format", form, list(MEDIA_TYPES))
        name = WORKBOOK if form == "xlsx" else f"{table or KINDS[kept.ticket.kind].table}.{form}"
        if name not in kept.files:
            known = [each.removesuffix(f".{form}") for each in kept.files if each.endswith(f".{form}")]
            raise errors.unknown(errors.WRONG_REQUEST, "table", table or "", known)
        return name, self._read(experiment, name, kept.files)


# ---- taking an order ----------------------------------------------------------------------------------


def new_experiment(
    data: Any, settings: Settings, shelf: Shelf, holder: str = "", idempotency_key: str | None = None
) -> NewRun:
    """An order as it enters the queue.

    Raises
    ------
    ApiError
        404 for a scenario that is not known, 422 with everything that is wrong.
    """
    try:
        settled = settle(data, partial(_stored, shelf))
        prepared = _looked_at(settled)
    except ScenarioError as error:
        raise errors.ApiError(errors.WRONG_EXPERIMENT, [_as_sent(each) for each in error.problems]) from None
    for scenario in prepared.scenarios:
        check_size(scenario, settings)
    check_replications(prepared.replications, settings)
    sent = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return as_ordered(
        _ticket(settled, prepared), settled, prepared, holder, idempotency_key,
        hashlib.sha256(sent.encode()).hexdigest(),
    )  # fmt: skip


def _looked_at(settled: Settled) -> Prepared:
    """Prepared to see that all is well; points over ranges of assumptions are found when it is done."""
    asked = settled.asked()
    if settled.order["kind"] == "why":
        asked = replace(asked, ranges=0)
    try:
        return settled.kind.prepare(asked)
    except Flaw as flaw:
        raise ScenarioError([flaw.at("body")]) from None


def as_ordered(
    ticket: Ticket, settled: Settled, prepared: Prepared, holder: str = "", key: str | None = None,
    order_hash: str = "",
) -> NewRun:  # fmt: skip
    """The row of an experiment. Equal questions about equal scenarios have equal answers."""
    hashes = [scenario_hash(scenario) for scenario in prepared.scenarios]
    question = {name: value for name, value in settled.order.items() if name != "fresh"}
    answers = (json.dumps(question, sort_keys=True), hashes, RESULT_VERSION)
    return NewRun(
        ticket=ticket,
        payload=partial(packed_order, settled.order, settled.texts),
        scenario_hash=hashes[0],
        warnings=prepared.warnings,
        keeps_records=False,
        result_version=RESULT_VERSION,
        answer_key=hashlib.sha256(repr(answers).encode()).hexdigest(),
        holder=holder,
        idempotency_key=key,
        order_hash=order_hash,
    )


def _ticket(settled: Settled, prepared: Prepared) -> Ticket:
    order, now = settled.order, datetime.now(UTC)
    return Ticket(
        id=new_id(now),
        kind=order["kind"],
        name=str(order.get("name", order["kind"])),
        state="queued",
        scenario=prepared.scenarios[0].name,
        seed=int(order["seed"]),
        replications=prepared.replications,
        engine=order.get("engine", "compiled"),
        overrides=dict(order.get("overrides") or {}),
        named=False,
        created=now,
        started=None,
        finished=None,
        progress=RunProgress(**NOTHING_YET),
        digest=[],
        problems=[],
    )


def _stored(shelf: Shelf, name: str) -> str | None:
    variant = shelf.table.get(name, None) if len(name) <= LONGEST_NAME else None
    return None if variant is None else variant.text


def _as_sent(problem: Problem) -> Problem:
    """A problem as the sender of JSON knows it: without lines of a text, with words of the order."""
    place = problem.place.replace('"--override"', "overrides", 1).replace("--", "", 1)
    return replace(problem, place=place or "body", line=None, column=None)


def as_folder_tells(ticket: Ticket, folder: Path) -> tuple[Ticket, NewRun, Files]:
    """A finished experiment, from what lies in its folder.

    Raises
    ------
    ValueError
        If this version of the program cannot read it.
    """
    order = json.loads((folder / ORDER).read_bytes())
    settled = settle(order)
    try:
        prepared = settled.kind.prepare(settled.asked())
    except ScenarioError as error:
        raise ValueError(str(error)) from None
    return ticket, as_ordered(ticket, settled, prepared), checksums(folder)
