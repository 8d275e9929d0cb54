"""The compiled twin of `sim.chance`, for engines that draw millions of numbers. Import it lazily."""

from __future__ import annotations

import numpy as np
from numba import int64, uint64
from numpy.typing import NDArray

from sim.jit import entry, shared


@shared
def draw(k0, k1, c0, c1, c2, c3):
    """52 random bits: key as two 32-bit words, counter as four (see `sim.chance.draw`)."""
    low = uint64(0xFFFFFFFF)
    w0, w1, w2, w3 = uint64(c0), uint64(c1), uint64(c2), uint64(c3)
    a, b = uint64(k0), uint64(k1)
    for _ in range(10):
        p0 = uint64(0xD2511F53) * w0
        p1 = uint64(0xCD9E8D57) * w2
        w0 = ((p1 >> uint64(32)) ^ w1 ^ a) & low
        w2 = ((p0 >> uint64(32)) ^ w3 ^ b) & low
        w1 = p1 & low
        w3 = p0 & low
        a = (a + uint64(0x9E3779B9)) & low
        b = (b + uint64(0xBB67AE85)) & low
    return int64(((w0 << uint64(32)) | w1) >> uint64(12))


@entry
def draws(out, k0, k1, first, c1, c2, c3):
    """The draws of consecutive numbers of one day, from `first` on, into `out`."""
    for i in range(out.size):
        out[i] = draw(k0, k1, first + i, c1, c2, c3)


def consecutive(
    key: int, day: int, first: int, count: int, purpose: int, replication: int
) -> NDArray[np.int64]:
    """Draws for entities `first … first + count - 1` of a day, equal to `sim.chance.draw` one by one."""
    out = np.empty(count, np.int64)
    draws(out, key & 0xFFFFFFFF, key >> 32, first, day << 16, purpose, replication)
    return out
