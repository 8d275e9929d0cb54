"""One class: seats, teams, what is asked now, who has answered what. Plain state, nothing waits here.

What lasts is one document; who is connected is not, since a page that comes back says so itself.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

LETTERS = "BCDFGHJKMNPQRSTVWXYZ23456789"
"""Of codes: no vowels, so that no word comes out; nothing that reads like something else."""

CODE = 4
MOST_SEATS = 30
MOST_TEAMS = 8
HERE = 5.0
"""How long after its last sign a page counts as connected [s]."""

Stage = Literal[
    "lobby", "orient", "follow", "predict", "locked", "revealed", "play", "paused", "debrief", "ended"
]

PAUSE = 1_800_000
"""Simulated time between two decisions of one seat [ms]."""


def new_code() -> str:
    """A room's code."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE))


def hashed(token: str) -> str:
    """What is kept of a seat's token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(slots=True)
class Given:
    """An answer."""

    guess: str | float
    sure: float
    points: int | None = None


@dataclass(slots=True)
class Seat:
    """A participant. decided : when its last decision was, in simulated time [ms]"""

    number: int
    token: str  # hashed
    team: int
    role: str
    nickname: str = ""
    decided: int | None = None


@dataclass(slots=True)
class Team:
    """Some who play one run together."""

    number: int
    session: str | None = None
    points: int | None = None
    unseen: int = 0


@dataclass(slots=True)
class Classroom:
    """A class as it lasts."""

    code: str
    lesson: str
    stage: Stage = "lobby"
    question: str | None = None
    shown: int = 0  # which place is explained
    seats: list[Seat] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    answers: dict[str, dict[int, Given]] = field(default_factory=dict)
    next_seat: int = 1
    version: int = 0
    seen: dict[int, float] = field(default_factory=dict)  # seat → last sign of its page; not kept
    streams: dict[int, int] = field(default_factory=dict)  # seat → its newest stream; not kept
    clock: Callable[[], float] = time.monotonic

    def document(self) -> dict[str, Any]:
        """What lasts."""
        kept = ("code", "lesson", "stage", "question", "shown", "next_seat", "version")
        return {name: getattr(self, name) for name in kept} | {
            "seats": [asdict(seat) for seat in self.seats],
            "teams": [asdict(team) for team in self.teams],
            "answers": {q: {str(s): asdict(a) for s, a in of.items()} for q, of in self.answers.items()},
        }

    @staticmethod
    def of(document: dict[str, Any]) -> Classroom:
        """A class from what lasted."""
        rest = {name: value for name, value in document.items() if name not in ("seats", "teams", "answers")}
        return Classroom(
            **rest,
            seats=[Seat(**seat) for seat in document["seats"]],
            teams=[Team(**team) for team in document["teams"]],
            answers={
                question: {int(seat): Given(**given) for seat, given in of.items()}
                for question, of in document["answers"].items()
            },
        )

    # ---- seats
    def sit(self, nickname: str, roles: list[str]) -> tuple[Seat, str] | None:
        """A new seat in the smallest team, with its token; None when the room is full."""
        if len(self.seats) >= MOST_SEATS:
            return None
        team = min(self.teams, key=lambda each: len(self.members(each.number)))
        token = secrets.token_urlsafe(32)
        seat = Seat(self.next_seat, hashed(token), team.number, "", nickname)
        seat.role = roles[len(self.members(team.number)) % len(roles)]
        self.next_seat += 1
        self.seats.append(seat)
        self.version += 1
        return seat, token

    def members(self, team: int) -> list[Seat]:
        """Who is in a team."""
        return [seat for seat in self.seats if seat.team == team]

    def seat_of(self, token: str) -> Seat | None:
        """Whose token this is."""
        told = hashed(token)
        return next((seat for seat in self.seats if secrets.compare_digest(seat.token, told)), None)

    def move(self, seat: Seat, team: int, roles: list[str]) -> None:
        """To another team, until the lesson begins."""
        seat.team, seat.role = team, ""
        taken = [each.role for each in self.members(team)]
        seat.role = min(roles, key=taken.count)
        self.version += 1

    def leave(self, number: int) -> bool:
        """A seat is freed; its answers go with it."""
        before = len(self.seats)
        self.seats = [seat for seat in self.seats if seat.number != number]
        for given in self.answers.values():
            given.pop(number, None)
        self.version += 1
        return len(self.seats) < before

    def is_here(self, seat: Seat) -> bool:
        """Whether its page is connected."""
        return self.clock() - self.seen.get(seat.number, -HERE) < HERE

    # ---- what is asked
    def to(self, stage: Stage, question: str | None, shown: int) -> None:
        """What everybody does now."""
        self.stage, self.shown = stage, shown
        if stage in ("predict", "locked", "revealed"):
            self.question = question if question is not None else self.question
        self.version += 1

    def answer(self, seat: Seat, question: str, given: Given) -> bool:
        """Note an answer; the last one before the question is locked counts."""
        if self.stage != "predict" or question != self.question:
            return False
        self.answers.setdefault(question, {})[seat.number] = given
        self.version += 1
        return True

    def answered(self, question: str | None) -> dict[int, Given]:
        """The answers to a question, by seat."""
        return self.answers.get(question or "", {})

    def may_decide(self, seat: Seat, at: int) -> bool:
        """Whether a seat may set something at an instant of its run."""
        return seat.decided is None or at >= seat.decided + PAUSE or at < seat.decided
