"""The compiled twin of `sim.chance`, for engines that draw millions of numbers. Import it lazily."""

from __future__ import annotations

import numpy as np
from numba import int64, njit, uint32, uint64
from numpy.typing import NDArray

_LOW = uint64(0xFFFFFFFF)


@njit(int64(int64, int64, int64, int64, int64, int64), cache=True)
def draw(k0, k1, c0, c1, c2, c3):  # type: ignore[no-untyped-def]
    """52 random bits: key as two 32-bit words, counter as four (see `sim.chance.draw`)."""
    w0, w1, w2, w3 = uint64(c0), uint64(c1), uint64(c2), uint64(c3)
    a, b = uint32(k0), uint32(k1)
    for _ in range(10):
        p0 = uint64(0xD2511F53) * w0
        p1 = uint64(0xCD9E8D57) * w2
        w0 = ((p1 >> uint64(32)) ^ w1 ^ uint64(a)) & _LOW
        w2 = ((p0 >> uint64(32)) ^ w3 ^ uint64(b)) & _LOW
        w1 = p1 & _LOW
        w3 = p0 & _LOW
        a = uint32(a + uint32(0x9E3779B9))
        b = uint32(b + uint32(0xBB67AE85))
    return int64(((w0 << uint64(32)) | w1) >> uint64(12))


@njit(int64[:](int64, int64, int64, int64, int64, int64, int64), cache=True)
def draws(k0, k1, first, count, c1, c2, c3):  # type: ignore[no-untyped-def]
    """The draws of `count` consecutive numbers of one day (int64, shape count)."""
    out = np.empty(count, np.int64)
    for i in range(count):
        out[i] = draw(k0, k1, first + i, c1, c2, c3)
    return out


def consecutive(
    key: int, day: int, first: int, count: int, purpose: int, replication: int
) -> NDArray[np.int64]:
    """Draws for entities `first … first + count - 1` of a day, equal to `sim.chance.draw` one by one."""
    out: NDArray[np.int64] = draws(key & 0xFFFFFFFF, key >> 32, first, count, day << 16, purpose, replication)
    return out
