"""Who wins and who loses by a change: the same entities in two variants, one by one.

An entity is the same in both if its address is: flow, source, day, number (law §2). A mean that improves may
be made of many who wait longer and a few who save hours; this tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.declare import Stratum
from metrics.kpis_cohort import time_inside
from metrics.replication import Replication
from scenarios.resolved import Resolved
from sim.log import Column, EventLog

Addresses = NDArray[np.void]
Words = NDArray[np.str_]

MOST_NAMED = 5
"""Of those who won or lost most, so many are named."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who came in the window, in canonical order of their addresses.

    address : flow, source, day, number, child of each, the first two as numbers of `flows` and `sources` ·
    inside : how long each was inside [ms] · kinds : label → value of each
    """

    address: Addresses
    flows: tuple[str, ...]
    sources: tuple[str, ...]
    inside: Column
    kinds: dict[str, Words]


@dataclass(frozen=True, slots=True)
class Count:
    """How many were inside for less time, for more, and for exactly as long."""

    won: int
    lost: int
    same: int


@dataclass(frozen=True, slots=True)
class Named:
    """One entity: its address, what it is, and how much longer it was inside [ms]."""

    address: str
    kind: dict[str, str]
    change: int


@dataclass(frozen=True, slots=True)
class Moves:
    """The same entities in two variants.

    won_ms, lost_ms : time that all winners saved, and that all losers lost · only_base, only_variant : who
    came in one of them only · by : label → value → counts · extremes : who won and who lost most
    """

    all: Count
    won_ms: int
    lost_ms: int
    only_base: int
    only_variant: int
    by: dict[str, dict[str, Count]]
    extremes: tuple[Named, ...]


def cohort(scenario: Resolved, log: EventLog) -> Cohort:
    """Those who came in the window, from the rows of a run."""
    run = Replication(scenario, log)
    mine = np.flatnonzero(run.cohort)
    everybody = Stratum("", {}, np.ones(len(log.entities["flow"]), np.bool_))
    return Cohort(
        _addresses(log, mine),
        tuple(log.names.flows),
        tuple(log.names.sources),
        time_inside(run, everybody),
        dict(_kinds(log, mine)),
    )


def _addresses(log: EventLog, mine: Column) -> Addresses:
    found = np.empty(len(mine), [(name, "i8") for name in ("flow", "source", "day", "number", "child")])
    for name in found.dtype.names or ():
        found[name] = log.entities[name][mine]
    return found


def _kinds(log: EventLog, mine: Column) -> Iterator[tuple[str, Words]]:
    """Flow, and the categories that there are."""
    if len(log.names.flows) > 1:
        yield "flow", np.array(log.names.flows)[log.entities["flow"][mine]]
    for name, values in log.names.attributes.items():
        if values is not None:
            codes = log.attributes[name][mine]
            yield name, np.where(codes >= 0, np.array([*values, ""])[np.maximum(codes, -1)], "")


def moves(base: Cohort, variant: Cohort) -> Moves:
    """What becomes of each entity that is in both."""
    here, there = matched(base, variant)
    change = variant.inside[there] - base.inside[here]
    kinds = {name: values[here] for name, values in base.kinds.items()}
    return Moves(
        all=_count(change),
        won_ms=-int(change[change < 0].sum()),
        lost_ms=int(change[change > 0].sum()),
        only_base=len(base.inside) - len(here),
        only_variant=len(variant.inside) - len(there),
        by={name: _by_value(values, change) for name, values in kinds.items()},
        extremes=tuple(_extremes(base, here, kinds, change)),
    )


def matched(base: Cohort, variant: Cohort) -> tuple[Column, Column]:
    """Rows of the same address; names, not their numbers, are the same in both."""
    flows, sources = (
        sorted({*getattr(base, names), *getattr(variant, names)}) for names in ("flows", "sources")
    )
    a, b = (_numbered(cohort, flows, sources) for cohort in (base, variant))
    if len(a) == len(b) and bool((a == b).all()):  # the usual case: nobody comes in one only
        every = np.arange(len(a))
        return every, every
    _, here, there = np.intersect1d(a, b, assume_unique=True, return_indices=True)
    return here, there


def _numbered(cohort: Cohort, flows: list[str], sources: list[str]) -> Addresses:
    """The addresses with the places of their names in these lists."""
    found = cohort.address.copy()
    for field, own, all_ in (("flow", cohort.flows, flows), ("source", cohort.sources, sources)):
        found[field] = np.array([all_.index(name) for name in own], np.int64)[found[field]]
    return found


def _count(change: Column) -> Count:
    won, lost = int(np.count_nonzero(change < 0)), int(np.count_nonzero(change > 0))
    return Count(won, lost, len(change) - won - lost)


def _by_value(values: Words, change: Column) -> dict[str, Count]:
    return {str(value): _count(change[values == value]) for value in np.unique(values) if value}


def _extremes(
    base: Cohort,
    here: Column,
    kinds: dict[str, Words],
    change: Column,
) -> Iterator[Named]:
    order = np.argsort(change, kind="stable")
    chosen = [i for i in order[:MOST_NAMED] if change[i] < 0]
    chosen += [i for i in order[::-1][:MOST_NAMED] if change[i] > 0]
    for i in chosen:
        flow, source, day, number, _ = base.address[here[i]].tolist()
        told = f"{base.flows[flow]}/{base.sources[source]} {np.datetime64(day, 'D')} #{number}"
        kind = {name: str(values[i]) for name, values in kinds.items() if values[i]}
        yield Named(told, kind, int(change[i]))
