"""Whose work is interrupted, for whom, and what must be done before closing."""

from __future__ import annotations

from numba import int64

from sim.engines.kernel.events import happen
from sim.engines.kernel.lines import count_queue, enter_line, tie
from sim.engines.kernel.records import (
    BEGINS_ANEW,
    BY_BREAKDOWN,
    BY_PRIORITY,
    EMPTY,
    FITS,
    KEPT_MODE,
    MOVES_IN,
    NONE,
    NOW,
    OPEN,
    PLANNED,
    PREEMPTED,
    QUEUE_LINE,
    SEGMENT,
    SPENT,
    STOPS,
    WHOLE,
)
from sim.engines.kernel.rows import write_visit
from sim.engines.kernel.units import free_for, note_pool, return_units, take_unit
from sim.engines.kernel.waiting import may_start
from sim.jit import inlined, seldom


@seldom
def fits(rules, duty, duty_ptr, pool, units, length, now):
    """Whether work that starts now ends while so many units are scheduled, or is longer than that."""
    if rules[pool] & FITS == 0:
        return True
    begin, end = duty_ptr[pool], duty_ptr[pool + 1]
    low, high = begin, end - 1
    while low < high:  # the last change that is not later than now
        middle = (low + high + 1) // 2
        if duty[middle, 0] <= now:
            low = middle
        else:
            high = middle - 1
    if duty[low, 1] < units:
        return True
    first, last = low, low
    while first > begin and duty[first - 1, 1] >= units:
        first -= 1
    while last + 1 < end and duty[last + 1, 1] >= units:
        last += 1
    if last + 1 == end:
        return True
    opens, closes = duty[first, 0], duty[last + 1, 0]
    return now + length <= closes or length > closes - opens


# ---- lost capacity
@seldom
def settle_capacity(net, st, group):
    """Interrupt work where capacity fell under what is busy, and the pool says so."""
    st.groups[group].fallen = 0
    for pool in range(st.pools.size):
        p = st.pools[pool]
        if p.fell == 0 or net.steps[net.users[net.user_ptr[pool]]].group != group:
            continue
        p.fell = 0
        rule = STOPS if p.closed_at == st.x[NOW] else BY_BREAKDOWN
        while net.pool_rules[pool] & rule and p.capacity + p.overtime < p.serving + p.kept + p.reserved:
            victim = first_victim(net, st, pool, NONE, 0)
            if victim < 0:
                break
            interrupt(net, st, victim)


@seldom
def first_victim(net, st, pool, head, chosen):
    """The worst priority, then the latest start, then the largest entity, besides those `chosen` already;
    with a head only work of a worse priority than its own."""
    worst = int64(NONE)
    for k in range(net.user_ptr[pool], net.user_ptr[pool + 1]):
        step = net.users[k]
        visit = st.sites[step].under_way if net.steps[step].stoppable else NONE
        while visit >= 0:
            v = st.visits[visit]
            if (
                (v.resumed == EMPTY or v.resumed + v.length > st.x[NOW])
                and (head < 0 or v.priority > st.visits[head].priority)
                and units_of(st, visit, pool) > 0
                and not is_chosen(st, visit, chosen)
                and (worst < 0 or is_worse(st, visit, worst))
            ):
                worst = visit
            visit = v.next
    return worst


@inlined
def is_worse(st, a, b):
    x, y = st.visits[a], st.visits[b]
    if x.priority != y.priority:
        return x.priority > y.priority
    if x.started != y.started:
        return x.started > y.started
    return tie(st.visits, st.movers, st.entities, b, a)


@inlined
def units_of(st, visit, pool):
    """How many units of a pool a visit has."""
    found = 0
    for k in range(st.visits[visit].held_units):
        if st.unit_pools[visit, k] == pool:
            found += 1
    return found


@inlined
def is_chosen(st, visit, chosen):
    found = False
    for k in range(chosen):
        found = found or st.victims[k] == visit
    return found


@seldom
def interrupt(net, st, visit):
    """End a segment of work here and now: it waits again, under its old key and in its place."""
    v, now = st.visits[visit], st.x[NOW]
    s = net.steps[v.step]
    if s.on_preempt == BEGINS_ANEW:
        v.length = st.again[visit, WHOLE]
    elif v.resumed != EMPTY:
        v.length -= now - v.resumed
    no_longer_under_way(st, visit)
    st.x[SPENT] = 1
    v.ended, v.outcome = now, PREEMPTED
    write_visit(net, st, visit, now, now)
    return_units(net, st, visit)
    st.again[visit, SEGMENT] += 1
    st.again[visit, KEPT_MODE] = v.mode
    v.stamp += 1
    v.joined, v.admitted, v.outcome, v.patient = now, now, OPEN, 0
    v.started = v.ended = EMPTY
    v.mode = v.lane_pool = v.lane = v.blocked = NONE
    if s.watched:
        st.waiting[v.step, st.entities[st.movers[v.mover].entity].flow] += 1
    count_queue(st, v.step, 1)
    enter_line(st, visit, QUEUE_LINE)
    may_start(net, st, v.step)
    if v.moved_in == 0:
        happen(st, now, MOVES_IN, visit, v.stamp)


@seldom
def no_longer_under_way(st, visit):
    v = st.visits[visit]
    if v.prev < 0:
        st.sites[v.step].under_way = v.next
    else:
        st.visits[v.prev].next = v.next
    if v.next >= 0:
        st.visits[v.next].prev = v.prev
    v.resumed = EMPTY


# ---- a head that interrupts others
@seldom
def plan(net, st, visit, length):
    """How many must be interrupted so that a head gets its units, NONE if that is not to be had.

    They stand in `victims`, the pools of the units in the visit's row of `unit_pools`, their number PLANNED.
    """
    step, now = st.visits[visit].step, st.x[NOW]
    s = net.steps[step]
    chosen, held, fitting = int64(0), int64(0), True
    for need in range(s.need_a, s.need_b):
        found = int64(NONE)
        for again in range(2):  # first of what is free, then of what others have
            for k in range(net.alternatives[need, 0], net.alternatives[need, 1]):
                pool, units = net.options[k, 0], net.options[k, 1]
                if found >= 0 or (
                    s.must_fit
                    and s.fits_last == 0
                    and not fits(net.pool_rules, net.duty, net.duty_ptr, pool, units, length, now)
                ):
                    continue
                more = chosen
                if again:
                    more = choose_victims(net, st, visit, pool, units, held, chosen)
                if more >= 0 and available(st, visit, pool, held, more) >= units:
                    found, chosen = k, more
        if found < 0:
            return int64(NONE)
        pool, units = net.options[found, 0], net.options[found, 1]
        if s.fits_last and not fits(net.pool_rules, net.duty, net.duty_ptr, pool, units, length, now):
            fitting = False
        for _ in range(units):
            st.unit_pools[visit, held] = pool
            held += 1
    st.x[PLANNED] = held
    return chosen if fitting else int64(NONE)


@inlined
def available(st, visit, pool, held, chosen):
    """Units of a pool that are free for a head, those of its victims too, less what it will take itself."""
    free = free_for(st, pool, visit)
    for k in range(chosen):
        free += units_of(st, st.victims[k], pool)
    for k in range(held):
        if st.unit_pools[visit, k] == pool:
            free -= 1
    return free


@seldom
def choose_victims(net, st, visit, pool, units, held, chosen):
    """How many victims there are when a pool has enough units; NONE if it never has."""
    if net.pool_rules[pool] & BY_PRIORITY == 0:
        return int64(NONE)
    while available(st, visit, pool, held, chosen) < units:
        victim = first_victim(net, st, pool, visit, chosen)
        if victim < 0:
            return int64(NONE)
        st.victims[chosen] = victim
        chosen += 1
    return chosen


@seldom
def take_from_others(net, st, visit, length):
    """Interrupt, and take at once what was planned."""
    for k in range(plan(net, st, visit, length)):
        interrupt(net, st, st.victims[k])
    v = st.visits[visit]
    v.held_units = st.x[PLANNED]
    for k in range(v.held_units):
        pool = st.unit_pools[visit, k]
        take_unit(st, visit, k, pool)
        note_pool(st, pool)
    v.lane_pool, v.lane = st.unit_pools[visit, 0], st.units[visit, 0]
