"""The Time Release Study table: how long each part of the way took, by gate, direction, goods and channel.

World Customs Organization, *Guide to Measure the Time Required for the Release of Goods*. A row is an
interval between two milestones in one stratum. The entities of a row are those that passed the second
milestone in the window.

Over replications there are two honest answers, and the table says which it gives. "An average day": each
statistic is computed in each replication, then averaged (the rule of all KPIs). All columns of a row rest on
the same replications, those with any entity: a statistic that one of them does not define (P5 and P95 of
fewer than 20) is not given, for averaged over the others it would be of other days than its neighbours, and
could lie above the maximum. "A truck drawn from all
days": all observed times are pooled, then the statistic is computed; its P95 may be far larger, and a service
target ("95 % of trucks within 4 hours") is about it. The raw times of each replication are kept apart, so
both can be made from the same pieces.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from metrics.declare import DISTRIBUTION, describe
from metrics.occupancy import clipped
from metrics.replication import Replication
from metrics.sample import Sample
from metrics.statistics import LEVEL, summarise
from metrics.visits import Mask, per_entity, reached
from scenarios.resolved import Label
from sim.log import Column

INTERVALS: tuple[tuple[str, str], ...] = (
    ("arrived", "crossed"),
    ("arrived", "registered"),
    ("arrived", "released"),
    ("registered", "released"),
    ("released", "crossed"),
    ("declared", "arrived"),
    ("crossed", "returned"),
    ("ordered", "accepted"),
    ("accepted", "packed"),
    ("packed", "posted"),
    ("posted", "attempted"),
    ("posted", "delivered"),
    ("ordered", "delivered"),
    ("delivered", "collected"),
    ("collected", "remitted"),
    ("ordered", "remitted"),
    ("posted", "returned"),
    ("submitted", "accepted"),
    ("accepted", "paid"),
    ("accepted", "decided"),
    ("submitted", "decided"),
    ("submitted", "result"),
)
"""From which milestone to which; an interval is reported for the flows that pass both."""

LABELS = ("gate", "direction", "goods", "channel")
"""The strata: no label, gate × direction, and all four, as far as the flows have these attributes."""

MILESTONES: dict[str, Label] = {
    "declared": Label("khai báo", "declared"),
    "arrived": Label("đến", "arrived"),
    "registered": Label("đăng ký tờ khai", "registered"),
    "released": Label("quyết định thông quan", "released"),
    "crossed": Label("qua biên giới", "crossed"),
    "returned": Label("quay về / hoàn", "returned"),
    "ordered": Label("đặt hàng", "ordered"),
    "accepted": Label("xác nhận / tiếp nhận", "accepted"),
    "packed": Label("đóng gói", "packed"),
    "posted": Label("bưu cục nhận", "posted"),
    "attempted": Label("phát lần đầu", "first attempt"),
    "delivered": Label("phát thành công", "delivered"),
    "collected": Label("thu tiền", "money collected"),
    "remitted": Label("trả tiền người bán", "money remitted"),
    "submitted": Label("nộp hồ sơ", "submitted"),
    "paid": Label("nộp phí", "paid"),
    "decided": Label("ký duyệt", "decided"),
    "result": Label("trả kết quả", "result"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """The raw times of one interval and stratum in one replication; pieces can be saved and merged later.

    times : from the one milestone to the other [ms], one per entity · waiting, served : of these, time
    blocked or waiting, and time in service, along the path [ms], summed · place : in the order of the table
    """

    begin: str
    end: str
    labels: dict[str, str]
    times: Column | Sample
    waiting: int
    served: int
    place: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table; times [s].

    n : entities over all replications · replications : those with any · statistics : mean, sd, p5 … max; an
    entry is None · half_width : of the mean over
    replications · share_waiting : time waited over time waited and served
    """

    begin: str
    end: str
    labels: dict[str, str]
    n: int
    replications: int
    statistics: dict[str, float | None]
    half_width: float | None
    share_waiting: float | None
    pooled: bool


def measure(replication: Replication) -> list[Piece]:
    """All intervals and strata of one replication that have any entity."""
    return [
        replace(piece, place=(place, *piece.place))
        for place, (begin, end) in enumerate(INTERVALS)
        for piece in _interval(replication, begin, end, _flows(replication, begin, end))
    ]


def _flows(replication: Replication, begin: str, end: str) -> list[str]:
    has = replication.carries
    flows = replication.scenario.flows
    return [flow for flow in flows if has(flow, begin) and has(flow, end)]


def _interval(replication: Replication, begin: str, end: str, flows: list[str]) -> Iterator[Piece]:
    if not flows:
        return
    first, last = replication.milestones[begin], replication.milestones[end]
    mine = replication.stays.counted & reached(first) & replication.within(last)
    mine &= np.logical_or.reduce([replication.flow(flow) for flow in flows])
    waiting, served = parts_between(replication, first, last, mine)
    for place, labels, here in _strata(replication, flows, np.flatnonzero(mine)):
        times, waited = last[here] - first[here], int(waiting[here].sum())
        yield Piece(begin, end, labels, times, waited, int(served[here].sum()), place)


def parts_between(replication: Replication, first: Column, last: Column, mine: Mask) -> tuple[Column, Column]:
    """Time waiting (blocked included) and served along each entity's path, between two instants [ms]."""
    rows, visits = replication.visits, replication.log.visits
    edges = np.where(mine, first, 0)[rows.root], np.where(mine, last, 0)[rows.root]
    started = visits["joined"] + rows.blocked + rows.wait
    waiting = clipped(visits["joined"], started, edges)
    served = clipped(started, started + rows.service, edges)
    log = replication.log
    return per_entity(log, rows.root, waiting, rows.on_path), per_entity(log, rows.root, served, rows.served)


Stratum = tuple[tuple[int, ...], dict[str, str], Column]
"""Its place in the order of the table, its labels, and who is in it, by row."""


def _strata(replication: Replication, flows: list[str], mine: Column) -> Iterator[Stratum]:
    """No label; gate × direction; all labels: as far as attributes exist, and where anybody is."""
    yield (0, 0), {}, mine
    described = replication.scenario.flows
    known = [a for a in LABELS if any(a in described[flow].attributes for flow in flows)]
    coarse = [name for name in known if name in ("gate", "direction")]
    for names in dict.fromkeys((tuple(coarse), tuple(known))):
        if names:
            yield from _cross(replication, names, mine)


def _cross(replication: Replication, names: tuple[str, ...], mine: Column) -> Iterator[Stratum]:
    """The combinations of values that somebody has, in the order of the file."""
    values = [replication.log.names.attributes[name] or () for name in names]
    codes = np.stack([replication.log.attributes[name][mine] for name in names])
    has_all = np.flatnonzero(np.all(codes >= 0, axis=0))
    mine, sizes = mine[has_all], tuple(map(len, values))
    number = np.ravel_multi_index(tuple(codes[:, has_all]), sizes)
    for combination in np.flatnonzero(np.bincount(number)):
        which = np.unravel_index(combination, sizes)
        labels = {n: v[i] for n, v, i in zip(names, values, which, strict=True)}
        yield (len(names), int(combination)), labels, mine[np.flatnonzero(number == combination)]


Found = Mapping[int, Sequence[Piece]] | Sequence[Sequence[Piece]]


def table(found: Found, *, pooled: bool = False, level: float = LEVEL) -> list[dict[str, Any]]:
    """The table as plain data: {from, to, labels, n, replications, mean, …, share_waiting, share_served}."""
    return [_told(row) for row in rows(found, pooled=pooled, level=level)]


def _told(row: Row) -> dict[str, Any]:
    served = None if row.share_waiting is None else 1 - row.share_waiting
    return {
        "from": row.begin,
        "to": row.end,
        "labels": row.labels,
        "n": row.n,
        "replications": row.replications,
        "pooled": row.pooled,
        **row.statistics,
        "half_width": row.half_width,
        "share_waiting": row.share_waiting,
        "share_served": served,
    }


def rows(found: Found, *, pooled: bool = False, level: float = LEVEL) -> list[Row]:
    """The table over replications (by number, or in their order).

    Parameters
    ----------
    pooled : False: the statistics of each replication, averaged. True: the statistics of all times together.
    """
    numbered = found if isinstance(found, Mapping) else dict(enumerate(found))
    grouped: dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[int, Piece]] = {}
    for number in sorted(numbered):
        for piece in numbered[number]:
            key = (piece.begin, piece.end, tuple(piece.labels.items()))
            grouped.setdefault(key, {})[number] = piece
    return [_row(each, pooled, level) for each in grouped.values()]


def _row(each: Mapping[int, Piece], pooled: bool, level: float) -> Row:
    some = [piece for piece in each.values() if len(piece.times)]
    one = next(iter(each.values()))
    half_width = summarise([describe(piece.times, ("mean",))["mean"] for piece in some], level).half_width
    if pooled:
        statistics = describe(_together(some), DISTRIBUTION[1:])
        share = _share(sum(p.waiting for p in some), sum(p.served for p in some))
    else:
        statistics = of_an_average_day([describe(piece.times, DISTRIBUTION[1:]) for piece in some])
        share = summarise([_share(piece.waiting, piece.served) for piece in some]).mean
    return Row(
        one.begin, one.end, one.labels, sum(len(p.times) for p in some), len(some), statistics, half_width,
        share, pooled,
    )  # fmt: skip


def of_an_average_day(described: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    """Each statistic averaged over replications that have any entity; None unless all of them define it."""
    return {name: _average([one[name] for one in described]) for name in DISTRIBUTION[1:]}


def _average(values: Sequence[float | None]) -> float | None:
    return None if None in values else summarise(values).mean


def _together(some: Sequence[Piece]) -> Sample | Column:
    """All times of some pieces: as they are, unless one of them has only kept a sample."""
    known = [piece.times for piece in some if not isinstance(piece.times, Sample)]
    if len(known) == len(some):
        return np.concatenate([np.empty(0, np.int64), *known])
    pooled = Sample()
    for piece in some:
        if isinstance(piece.times, Sample):
            pooled.merge(piece.times)
        else:
            pooled.add(piece.times)
    return pooled


def _share(waiting: int, served: int) -> float | None:
    return waiting / (waiting + served) if waiting + served else None
