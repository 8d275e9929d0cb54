"""What will happen (a heap of facts), and which groups are stirred."""

from __future__ import annotations

from numba import uint64

from sim.engines.kernel.bits import put, take_lowest
from sim.engines.kernel.records import (
    HEAP,
    KIND_BITS,
    LINES,
    NOW,
    SLOT_BITS,
    SOON,
    SPARE_EVENTS,
    STIRRED_GROUPS,
)
from sim.jit import inlined

ZERO, ONE, TWO = uint64(0), uint64(1), uint64(2)
NEVER = (1 << 63) - 1


@inlined
def push(heap, x, time, what):
    """Add what will happen; indices without a sign need no look whether they are negative."""
    n = uint64(x[HEAP])
    x[HEAP] += 1
    rise(heap, n, time, what)


@inlined
def rise(heap, i, time, what):
    """Put an entry where the hole is, or above it."""
    while i > ZERO:
        up = (i - ONE) >> TWO
        if heap[up].time <= time:
            break
        heap[i].time = heap[up].time
        heap[i].what = heap[up].what
        i = up
    heap[i].time = time
    heap[i].what = what


@inlined
def pop(heap, x):
    """What happens next, out of a heap in which every entry has four children.

    The hole goes down to a leaf before the last entry is put in, since the last is seldom early; which of
    four children is the earliest, the only question on the way, is answered without a branch.
    """
    what = heap[ZERO].what
    x[HEAP] -= 1
    n = uint64(x[HEAP])
    time, last = heap[n].time, heap[n].what
    for beyond in range(SPARE_EVENTS):  # the children that are not there
        heap[n + uint64(beyond)].time = NEVER
    i, kid = ZERO, ONE
    while kid < n:
        a = kid + uint64(heap[kid + ONE].time < heap[kid].time)
        b = kid + TWO + uint64(heap[kid + TWO + ONE].time < heap[kid + TWO].time)
        kid = a + (b - a) * uint64(heap[b].time < heap[a].time)
        heap[i].time = heap[kid].time
        heap[i].what = heap[kid].what
        i = kid
        kid = (i << TWO) + ONE
    rise(heap, i, time, last)
    return what


@inlined
def happen(st, time, kind, slot, stamp):
    """A fact to come; at this very instant without the heap."""
    what = (stamp << (SLOT_BITS + KIND_BITS)) | (slot << KIND_BITS) | kind
    if time == st.x[NOW]:
        st.soon[st.x[SOON]] = what
        st.x[SOON] += 1
    else:
        push(st.heap, st.x, time, what)


@inlined
def stir(st, group):
    if st.groups[group].stirred == 0:
        st.groups[group].stirred = 1
        put(st.awake, 0, group)
        st.x[STIRRED_GROUPS] += 1


@inlined
def lowest_awake(st):
    """Among the stirred groups, the lowest number first."""
    st.x[STIRRED_GROUPS] -= 1
    return take_lowest(st.awake, 0)


@inlined
def may_admit(net, st, step):
    """Somebody at a door of a step may find a place."""
    if st.lists[step * LINES, 0] < 0 and st.lists[step * LINES + 1, 0] < 0:
        return
    site, group = st.sites[step], net.steps[step].group
    if site.in_admit == 0:
        site.in_admit = 1
        site.next_admit = st.groups[group].admit
        st.groups[group].admit = step
    stir(st, group)
