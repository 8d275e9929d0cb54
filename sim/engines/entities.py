"""Who moves through the reference engine: entities, and their visits to steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scenarios.resolved import By, Flow, Tree
from sim.log import EMPTY

if TYPE_CHECKING:
    from simpy import Event

    from sim.engines.batches import Load
    from sim.engines.errands import Errand
    from sim.engines.floor import Key, Pool, Station, Zone


def pick(tree: Tree, attributes: dict[str, str | int]) -> int | str | None:
    """The leaf that holds for these attributes."""
    while isinstance(tree, By):
        tree = tree.cases[str(attributes[tree.attribute])]
    return tree


@dataclass(slots=True)
class Kind:
    """What entities of one flow with the same category attributes have in common."""

    flow: Flow
    klass: int  # code of the class in the record
    attributes: dict[str, str | int]
    priority: dict[int, int] = field(default_factory=dict)  # by station, as far as asked
    table: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)  # by station and mode
    patience: dict[int, tuple[int, ...] | None] = field(default_factory=dict)


class Entity:
    """One truck, order or dossier: its address, its class and where it is."""

    __slots__ = (
        "arrived", "attributes", "day_child", "draw_keys", "errands", "key", "kind", "left", "load",
        "moved_at", "moves", "number", "outcome", "parent", "row", "sent_for", "starts", "visits",
    )  # fmt: skip

    def __init__(
        self, row: int, key: Key, kind: Kind, arrived: int, draw_keys: list[tuple[int, int]]
    ) -> None:
        self.row = row
        self.key = key  # (flow, source, day, number, child)
        self.number, self.day_child = key[3], key[2] << 16 | key[4]
        self.kind = kind
        self.attributes: dict[str, str | int] = kind.attributes
        self.arrived = arrived
        self.left = EMPTY
        self.outcome = 0  # inside
        self.draw_keys = draw_keys  # by station: the two words of the key of chance
        self.load: Load | None = None  # what it carries
        self.starts: dict[int, int] = {}  # station → visits started
        self.visits: dict[int, int] = {}  # station → visits made
        self.moved_at, self.moves = EMPTY, 0  # the instant of its last move, and its moves in that instant
        self.parent: Entity | None = None  # of a sub-entity …
        self.sent_for: Errand | None = None  # … and what it was sent for
        self.errands: dict[int, Errand] = {}  # station → what its latest visit there has sent

    def count_start(self, station: int) -> int:
        """The number of this start there: 1, 2, …; addresses its draws."""
        number = self.starts.get(station, 0) + 1
        self.starts[station] = number
        return number

    def count_move(self, now: int) -> int:
        """How often it moved on in this instant, this move included."""
        if self.moved_at != now:
            self.moved_at, self.moves = now, 0
        self.moves += 1
        return self.moves

    def count_visit(self, station: int) -> int:
        """The number of this visit there: 1, 2, …"""
        number = self.visits.get(station, 0) + 1
        self.visits[station] = number
        return number


class Visit:
    """One entity at one step: a row of the record in the making."""

    __slots__ = (
        "admitted", "amount", "awaits", "batch", "blocked_by", "counted", "done", "draw_number", "ended",
        "entity", "got", "in_zone", "inside", "joined", "keeping", "key", "lane", "lane_pool", "left",
        "length", "mode", "number", "outcome", "overdue", "patience", "position", "resumed", "segment",
        "stamp", "started", "station", "units", "until", "whole",
    )  # fmt: skip

    def __init__(
        self, entity: Entity, station: Station, number: int, key: Key, joined: int, position: Position
    ) -> None:
        self.entity, self.station, self.number, self.key = entity, station, number, key
        self.position = position
        self.in_zone = station.zone is not None and position.zone is station.zone
        self.joined = joined
        self.admitted = self.started = self.ended = self.left = EMPTY
        self.outcome = 0  # open
        self.mode = self.lane_pool = self.lane = -1
        self.blocked_by: int | None = None
        self.amount = EMPTY  # taken from a stock
        self.batch = -1  # number of the departure it was or is part of
        self.overdue = 0  # 1: has waited too long to gather
        self.units: list[tuple[Pool, list[int]]] = []
        self.patience = False  # whether it may give up before it starts
        self.until = EMPTY  # of an answer: when it is too late
        self.keeping = False  # whether the units are kept after the end
        self.draw_number = 0
        self.counted = False  # among those at the step
        self.stamp, self.length, self.resumed = 0, 0, EMPTY  # of work under way: the rest from `resumed` on
        self.segment, self.whole = 1, 0  # times begun, if pre-empted; the whole duration
        self.got: list[int] = []  # the needs that are reserved, as `units`
        self.awaits: Errand | None = None  # sub-entities that must end first
        self.inside: Event  # joined or not; admitted or turned away: only of those who ask
        self.done: Event  # served, or out of patience

    def is_back_in(self, position: Position) -> bool:
        """Whether it comes back to the step whose place it still holds."""
        return position.visit is not None and position.visit.station is self.station

    def is_too_late(self, now: int) -> bool:
        """Whether it is an answer, starting now, that does not come in time: it ends when the time is out."""
        return self.until != EMPTY and now + self.length >= self.until

    def ride(self) -> None:
        """On board: until the carrier releases its load."""
        assert self.position.load is not None
        self.batch = self.position.load.number
        self.position.load.board(self)

    def count_in(self) -> None:
        """From now on it is one of those at the step."""
        self.counted = True
        self.station.tally.come(self.entity.key[0])

    def count_out(self) -> None:
        """Not any more, if it was."""
        if self.counted:
            self.counted = False
            self.station.tally.go(self.entity.key[0], started=self.started != EMPTY)

    def wait_again(self, now: int) -> None:
        """The next segment of a visit that was pre-empted; its mode and its place stay."""
        self.segment += 1
        self.stamp += 1
        self.joined = self.admitted = now
        self.started = self.ended = self.left = self.resumed = EMPTY
        self.outcome, self.patience, self.blocked_by = 0, False, None
        self.lane_pool = self.lane = -1
        self.units = []


@dataclass(slots=True)
class Position:
    """What a moving entity holds: the visit whose place it has not given back, and its place in a zone."""

    visit: Visit | None = None
    zone: Zone | None = None
    branch: bool = False  # in a branch of a parallel part: the zone's place is the parent's
    holds: dict[str, list[tuple[Pool, list[int]]]] = field(default_factory=dict)  # by `hold` step
    load: Load | None = None  # that it departed with last
