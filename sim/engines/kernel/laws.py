"""The laws as counters, so that a run without a record keeps them too: each is how often one was broken."""

from __future__ import annotations

from sim.engines.kernel.records import (
    ABOVE_CAPACITY,
    ABOVE_ROOM,
    BEGIN,
    EMPTY,
    NOT_HELD,
    PARTS_DIFFER,
    TIMES_GO_BACK,
)
from sim.jit import inlined, seldom


@inlined
def check_visit(st, row, now):
    """Instants ascend; what the visit waited is summed by step.

    `now` is when it left, or the end of the run for a visit that is still open.
    """
    if (
        row.joined > row.admitted
        or row.admitted > row.started
        or row.started > row.ended
        or row.ended > row.left
    ):
        st.broken[TIMES_GO_BACK] += goes_back(row)
    if row.admitted != EMPTY:
        stop = row.started if row.started != EMPTY else (row.ended if row.ended != EMPTY else now)
        st.sites[row.step].waits += stop - row.admitted


@seldom
def goes_back(row):
    """1 if an instant is earlier than one before it, those never reached left out."""
    last = row.joined
    for time in (row.admitted, row.started, row.ended, row.left):
        if time != EMPTY:
            if time < last:
                return 1
            last = time
    return 0


@inlined
def check_entity(st, entity, left):
    """Its age at the start and the parts of its time along the way sum to its dwell."""
    e = st.entities[entity]
    if left - e.arrived != e.spent + max(0, st.x[BEGIN] - e.arrived):
        st.broken[PARTS_DIFFER] += 1


@inlined
def check_start(st, pool):
    """No start leaves more busy than capacity, and what stays on in overtime."""
    p = st.pools[pool]
    if p.serving + p.kept + p.reserved > p.capacity + p.overtime:
        st.broken[ABOVE_CAPACITY] += 1


@inlined
def check_return(st, pool):
    """Nothing is given back that was not held."""
    p = st.pools[pool]
    if p.serving < 0 or p.kept < 0 or p.reserved < 0:
        st.broken[NOT_HELD] += 1


@inlined
def check_room(st, taken, room):
    """No step and no zone above its room (negative: none), and never less than nothing in it."""
    if taken < 0 or (taken > room >= 0):
        st.broken[ABOVE_ROOM] += 1
