"""Chance: every random number is a pure function of its address (law §2).

An address says whose number it is and what it is for: a *key* (seed, kind, name, flow, source), hashed once
when a run is prepared, and a *counter* (day, number, child, visit, purpose, replication). Philox4x32-10
(Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) turns both into 52 random bits.
There is no state and no order: engines may draw, skip and repeat as they like.

This module is the definition in plain Python; `sim.draws` is its compiled twin, equal bit for bit.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from scenarios.grid import CELLS, OCTAVES, SIDE, SIZE

BITS = 52
"""A draw is an integer in [0, 2**52); the number it stands for is (draw + 1/2) / 2**52, never 0 or 1."""

MAX_SEED = (1 << 64) - 1
_MASK = 0xFFFFFFFF


class Purpose:
    """What a number is for; part of its address."""

    SERVICE = 0
    CHOICE = 1
    PATIENCE = 2
    GAP = 3
    KEEP = 4
    PLACE = 5
    ATTRIBUTE = 6
    AGE = 7
    LENGTH = 8
    BALK = 9
    BOOKS = 10
    NO_SHOW = 11
    DELAY = 12


class HashClash(Exception):
    """Two names of a scenario have one hash: rename one of them."""


def philox(counter: Sequence[int], key: Sequence[int]) -> tuple[int, int, int, int]:
    """Philox4x32-10: four 32-bit words from a counter of four words and a key of two."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & _MASK, (p0 >> 32) ^ c3 ^ k1, p0 & _MASK
        k0, k1 = (k0 + 0x9E3779B9) & _MASK, (k1 + 0xBB67AE85) & _MASK
    return c0, c1, c2, c3


def key(seed: int, kind: str, name: str, flow: str = "", source: str = "") -> int:
    """The 64-bit key of everything that is drawn for this name, flow and source."""
    if not 0 <= seed <= MAX_SEED:
        raise ValueError(f"seed {seed} is outside 0 … 2**64 - 1; choose a number in between")
    address = "\x1f".join((str(seed), kind, name, flow, source))
    return int.from_bytes(hashlib.blake2b(address.encode(), digest_size=8).digest(), "little")


def distinct_keys(
    seed: int, addresses: Iterable[tuple[str, str, str, str]]
) -> dict[tuple[str, str, str, str], int]:
    """The keys of many addresses (kind, name, flow, source).

    Raises
    ------
    HashClash
        If two addresses have one key (once in 10**13 scenarios), since their numbers would be equal.
    """
    keys: dict[tuple[str, str, str, str], int] = {}
    taken: dict[int, tuple[str, str, str, str]] = {}
    for address in addresses:
        number = key(seed, *address)
        if taken.setdefault(number, address) != address:
            raise HashClash(f"{address} and {taken[number]} have one hash; rename one of them")
        keys[address] = number
    return keys


def draw(
    key: int, day: int, number: int, child: int = 0, visit: int = 0, purpose: int = 0, replication: int = 0
) -> int:
    """52 random bits for one address.

    Ranges: day and child 16 bits, number and replication 32, visit 24, purpose 8.
    """
    counter = (number, day << 16 | child, visit << 8 | purpose, replication)
    a, b, _, _ = philox(counter, (key & _MASK, key >> 32))
    return (a << 32 | b) >> 12


def quantile(table: Sequence[int], draw: int) -> int:
    """The value of a distribution at a draw: monotone, integer arithmetic only.

    `table` is a constant (length 1), the quantiles on the grid of `scenarios.grid`, straight between nodes,
    or steps (any other length): half of it thresholds, half values.
    """
    if len(table) == 1:
        return table[0]
    if len(table) != SIZE:
        return table[len(table) // 2 + bisect_right(table, draw, 0, len(table) // 2)]
    tail = 2 * draw + 1  # of 2**53, odd: never on the median or on a border of an octave
    base = 0
    if tail > 1 << BITS:
        tail, base = (2 << BITS) - tail, SIDE
    octave = BITS - tail.bit_length()
    if octave >= OCTAVES:
        return table[base + SIDE - 1]
    beyond = (1 << (BITS - octave)) - tail
    cell = beyond >> (46 - octave)
    fraction = (beyond - (cell << (46 - octave))) >> (26 - octave)  # 20 bits
    node = base + octave * CELLS + cell
    low = table[node]
    return low + (((table[node + 1] - low) * fraction + (1 << 19)) >> 20)


def choose(upto: Sequence[int], draw: int) -> int:
    """The number of the share that a draw falls into (thresholds ascending, the last one 2**52)."""
    for i, threshold in enumerate(upto):
        if draw < threshold:
            return i
    raise ValueError(f"the last threshold of a mix must be 2**{BITS}, got {upto[-1]}")


def below(draw: int, per_mille: int) -> bool:
    """Whether the draw's number is below a factor given in per mille (exactly)."""
    return (draw * 1000) >> BITS < per_mille
