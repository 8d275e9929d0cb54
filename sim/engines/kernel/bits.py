"""Sets of small numbers, a bit for each: stirred groups, and the free units of a pool."""

from __future__ import annotations

from numba import int64, uint64

from sim.jit import inlined, trailing_zeros

ONE, SIX, LOW = uint64(1), 6, 63


@inlined
def put(words, first, number):
    """Add a number to the set whose bits begin at the word `first`."""
    words[first + (number >> SIX)] |= ONE << uint64(number & LOW)


@inlined
def take_lowest(words, first):
    """Take the lowest number out of a set that has one."""
    at = first
    while words[at] == uint64(0):
        at += 1
    word = words[at]
    words[at] = word & (word - ONE)
    return ((at - first) << SIX) + int64(trailing_zeros(word))
