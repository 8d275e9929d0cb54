"""What will happen (a heap of facts), and which groups are stirred."""

from __future__ import annotations

from numba import int64, uint64

from sim.engines.kernel.bits import put, take_lowest
from sim.engines.kernel.records import (
    HEAP,
    HOLE,
    KIND_BITS,
    LINES,
    NEVER,
    NOW,
    SLOT_BITS,
    SOON,
    STIRRED_GROUPS,
)
from sim.jit import called, inlined

ZERO, ONE, TWO = uint64(0), uint64(1), uint64(2)
# a heap in which every entry has four children; behind the last one stands NEVER. Indices without a sign need
# no look whether they are negative


@inlined
def next_time(st):
    """When the next fact happens; NEVER if there is none to come."""
    heap = st.heap
    if st.x[HOLE] == 0:
        return heap[ZERO].time
    one, two = heap[ONE].time, heap[TWO].time
    three, four = heap[TWO + ONE].time, heap[TWO + TWO].time
    return min(one, two, three, four)


@inlined
def take_next(st):
    """The next fact. Its place stays a hole, since what it leads to is mostly another fact to come."""
    if st.x[HOLE]:
        fill_hole(st)
    st.x[HOLE] = 1
    return st.heap[ZERO].what


@called
def fill_hole(st):
    """Put the last entry where the next one was."""
    heap = st.heap
    st.x[HOLE] = 0
    st.x[HEAP] -= 1
    n = uint64(st.x[HEAP])
    time, what = heap[n].time, heap[n].what
    heap[n].time = NEVER
    if n > ZERO:
        sink(heap, n, time, what)


@called
def push(st, time, what):
    """Add what will happen, in the hole if there is one."""
    heap, n = st.heap, uint64(st.x[HEAP])
    if st.x[HOLE]:
        st.x[HOLE] = 0
        sink(heap, n, time, what)
    else:
        st.x[HEAP] += 1
        rise(heap, n, time, what)


@inlined
def sink(heap, n, time, what):
    """Put an entry into a heap whose first place is a hole.

    The hole goes down to a leaf before the entry is put in, since it is seldom early; which of four children
    is the earliest, the only question on the way, is answered without a branch.
    """
    i, kid = ZERO, ONE
    while kid < n:
        a = kid + uint64(heap[kid + ONE].time < heap[kid].time)
        b = kid + TWO + uint64(heap[kid + TWO + ONE].time < heap[kid + TWO].time)
        kid = a + (b - a) * uint64(heap[b].time < heap[a].time)
        heap[i].time = heap[kid].time
        heap[i].what = heap[kid].what
        i = kid
        kid = (i << TWO) + ONE
    rise(heap, i, time, what)


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
def happen(st, time, kind, slot, stamp):
    """A fact to come; at this very instant without the heap."""
    what = (int64(stamp) << (SLOT_BITS + KIND_BITS)) | (int64(slot) << KIND_BITS) | kind
    if time == st.x[NOW]:
        st.soon[st.x[SOON]] = what
        st.x[SOON] += 1
    else:
        push(st, time, what)


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
