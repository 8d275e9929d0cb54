"""Which steps may have something to start.

Most steps need one pool and nothing else. Those that wait for a pool stand in its heap, the one with the
best head in front, so that a unit that comes free finds its next visit at a cost that hardly grows with the
steps that share it. Every other step is put in a list of its group when it may have become able to start.
"""

from __future__ import annotations

from sim.engines.kernel.events import stir
from sim.engines.kernel.lines import in_order
from sim.engines.kernel.records import LINES, NONE, QUEUE_LINE
from sim.jit import inlined, seldom


@inlined
def head_of(st, step):
    """The first visit in the queue of a step; NONE if it is empty."""
    return st.lists[step * LINES + QUEUE_LINE, 0]


@inlined
def free_units_of(st, pool):
    """Units that may start something now."""
    p = st.pools[pool]
    return p.capacity - p.serving - p.kept - p.reserved


@inlined
def work_out_capacity(st, pool):
    """Of the timetable and the rules in force."""
    p = st.pools[pool]
    p.capacity = max(p.timetabled, p.at_least) + p.more


@inlined
def may_start(net, st, step):
    """The queue of a step may have a head that can start."""
    pool = net.steps[step].only_pool
    if pool >= 0:
        head_moved(net, st, step)
        touch(net, st, pool)
    elif head_of(st, step) >= 0:
        site, group = st.sites[step], net.steps[step].group
        if site.in_start == 0:
            site.in_start = 1
            site.next_start = st.groups[group].start
            st.groups[group].start = step
        stir(st, group)


@inlined
def touch(net, st, pool):
    """A pool with free units and somebody who waits for them is looked at by its group."""
    p = st.pools[pool]
    if p.waiting > 0 and free_units_of(st, pool) > 0:
        group = net.steps[st.pool_heaps[p.wait_first]].group
        if p.touched == 0:
            p.touched = 1
            p.next_touched = st.groups[group].pools
            st.groups[group].pools = pool
        stir(st, group)


@inlined
def stir_pool(net, st, pool):
    """Units came free, or the capacity changed."""
    if st.pools[pool].sleepers >= 0:
        wake_sleepers(net, st, pool)
    for k in range(net.user_ptr[pool], net.user_ptr[pool + 1]):
        may_start(net, st, net.users[k])
    touch(net, st, pool)


# ---- the heap of a pool: steps with somebody in their queue
@inlined
def head_moved(net, st, step):
    """Somebody came to the queue of a step or left it: its place among those that wait for its pool."""
    site, p = st.sites[step], st.pools[net.steps[step].only_pool]
    if head_of(st, step) < 0:
        if site.wait_at >= 0:
            leave_heap(st, p, step)
    elif site.asleep == 0:
        if site.wait_at < 0:
            site.wait_at = p.waiting
            st.pool_heaps[p.wait_first + p.waiting] = step
            p.waiting += 1
        if p.waiting > 1:
            settle_in(st, p.wait_first, p.waiting, site.wait_at)


@inlined
def leave_heap(st, p, step):
    """Take a step out of the heap of its pool."""
    first, at, last = p.wait_first, st.sites[step].wait_at, p.waiting - 1
    other = st.pool_heaps[first + last]
    p.waiting = last
    st.sites[step].wait_at = NONE
    if at < last:
        st.pool_heaps[first + at] = other
        st.sites[other].wait_at = at
        settle_in(st, first, last, at)


@inlined
def settle_in(st, first, size, at):
    settle(st.pool_heaps, st.sites, st.lists, st.visits, st.movers, st.entities, first, size, at)


@seldom
def settle(waits, sites, lists, visits, movers, entities, first, size, at):
    """Move the step at a place of the heap up or down to where its head belongs."""
    step = waits[first + at]
    while at > 0:
        up = (at - 1) >> 1
        other = waits[first + up]
        if not heads_before(lists, visits, movers, entities, step, other):
            break
        waits[first + at] = other
        sites[other].wait_at = at
        at = up
    while True:
        kid = 2 * at + 1
        if kid >= size:
            break
        if kid + 1 < size and heads_before(
            lists, visits, movers, entities, waits[first + kid + 1], waits[first + kid]
        ):
            kid += 1
        other = waits[first + kid]
        if not heads_before(lists, visits, movers, entities, other, step):
            break
        waits[first + at] = other
        sites[other].wait_at = at
        at = kid
    waits[first + at] = step
    sites[step].wait_at = at


@inlined
def heads_before(lists, visits, movers, entities, step, other):
    """Whether the head of one step comes before the head of another."""
    a, b = lists[step * LINES + QUEUE_LINE, 0], lists[other * LINES + QUEUE_LINE, 0]
    return in_order(visits, movers, entities, a, b)


@seldom
def fall_asleep(net, st, step):
    """Its head needs more units than are free, or a platform that is down: it waits until that changes."""
    site, p = st.sites[step], st.pools[net.steps[step].only_pool]
    leave_heap(st, p, step)
    site.asleep = 1
    site.next_sleeper = p.sleepers
    p.sleepers = step


@seldom
def wake_sleepers(net, st, pool):
    """Those that could not start for lack of units or of a platform wait again."""
    step = st.pools[pool].sleepers
    st.pools[pool].sleepers = NONE
    while step >= 0:
        following = st.sites[step].next_sleeper
        st.sites[step].asleep = 0
        head_moved(net, st, step)
        step = following
