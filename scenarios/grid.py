"""The grid on which every distribution is tabulated (law §2).

Each side of the median is cut into octaves of probability (1/2 … 1/4, 1/4 … 1/8, …), each octave into
equal cells. A table lists the quantiles at the nodes: first the lower side from the median down, then the
upper side from the median up. Drawing is then a shift, a mask and one integer interpolation
(`sim.chance.quantile`).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

OCTAVES = 26
CELLS = 32
SIDE = OCTAVES * CELLS + 1
"""Nodes of one side, the median included; the last one stands for the tail beyond 2**-27."""

SIZE = 2 * SIDE
"""Length of a table that is not a constant."""


@cache
def tail_probabilities() -> NDArray[np.float64]:
    """Probability of the tail beyond each node of one side, from 1/2 down to 2**-27 (float64, shape SIDE).

    One array for all who ask; it cannot be written to.
    """
    nodes = [0.5]
    for octave in range(OCTAVES):
        nodes += [0.5 ** (octave + 1) * (1 - i / (2 * CELLS)) for i in range(1, CELLS + 1)]
    tails = np.array(nodes)
    tails.flags.writeable = False
    return tails
