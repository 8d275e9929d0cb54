"""An experiment done by a service: from its order to the files of its answer, in a process of its own.

What its replications give is kept in a journal as it comes, so that whoever takes it up after a worker died
goes on where that one was. The order has its seed and its scenarios in it: the answer is the same.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_api.crew import Crew, RunFailed
from platform_api.experiment_order import Settled
from platform_api.following import Ask, Follow
from platform_api.kinds import Kind, Prepared
from platform_api.texts import LANGUAGES

if TYPE_CHECKING:
    from platform_api.answer import Answer
    from platform_api.board import Board

ANSWER, ORDER = "answer.json", "order.json"

AGAIN = 2
"""So often it goes on where it was after its process died."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be done. journal, into : folders of what comes on the way, and of the answer"""

    settled: Settled
    journal: Path
    into: Path
    jobs: int


@dataclass(frozen=True, slots=True)
class Explored:
    """What is known of it besides its files."""

    replications: int
    entities: int


Explore = Callable[[Errand, Crew, Follow, Ask], Explored]
"""`explore`, or something with the same parameters."""


def explore(errand: Errand, crew: Crew, follow: Follow, cancel: Ask) -> Explored:
    """Do it in a process of the crew, which may be ended at any time.

    Raises
    ------
    ScenarioError
        With what is wrong with a scenario, or with what is asked of it.
    sim.run.Cancelled
        If it was cancelled.
    RunFailed
        If its process died again and again; as a `ScenarioFault`, if a scenario is not runnable.
    OSError
        If something cannot be written.
    """
    for again in range(AGAIN, -1, -1):
        try:
            return crew.alone(Alone(errand), _follower(follow), cancel)
        except RunFailed as error:
            if type(error) is not RunFailed or not again:
                raise
    raise AssertionError


def _follower(follow: Follow) -> Callable[[Board], None]:
    def look(board: Board) -> None:
        told = board.advance()
        if told is not None:
            follow(told)

    return look


@dataclass(frozen=True, slots=True)
class Alone:
    """The errand as a process does it: how far it is goes onto the board."""

    errand: Errand

    def __call__(self, board: Board) -> Explored:
        """Do it."""
        return done(self.errand, board.note_advance, board.is_cancelled)


def done(errand: Errand, follow: Follow, cancel: Ask) -> Explored:
    """Do it here; errors as of `explore`."""
    from platform_api.journal import NotOurs

    kind = errand.settled.kind
    prepared = kind.prepare(errand.settled.asked())
    try:
        answer = kind.run(prepared, errand.jobs, errand.journal, follow, cancel)
    except NotOurs:  # begun by another version of the program
        shutil.rmtree(errand.journal)
        answer = kind.run(prepared, errand.jobs, errand.journal, follow, cancel)
    _write(errand, kind, prepared, answer)
    counted: Any = answer
    return Explored(counted.replications, getattr(answer, "entities", 0))


def _write(errand: Errand, kind: Kind, prepared: Prepared, answer: Answer) -> None:
    """The files of the answer: itself, its tables, its page, and the order that gives it again."""
    from platform_api.tabling import as_files

    order = json.dumps(errand.settled.whole() | {"fresh": True}, ensure_ascii=False, indent=1)
    files = {ORDER: order.encode(), ANSWER: answer.to_json().encode()}
    files |= dict(as_files(kind.tables(answer), answer.parameters))
    for language, page in kind.pages(answer, prepared, COMMAND, LANGUAGES).items():
        files[f"report.{language}.html"] = page.encode()
    for name, content in files.items():
        (errand.into / name).write_bytes(content)


COMMAND = f"curl -H 'Content-Type: application/json' -d @{ORDER} http://127.0.0.1:8000/v1/experiments"
"""What gives the same answer again, with the file of the order."""
