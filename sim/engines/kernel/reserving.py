"""Joint work that reserves: the head takes what it needs one after the other and keeps it."""

from __future__ import annotations

from sim.engines.kernel.interruptions import fits
from sim.engines.kernel.laws import check_start
from sim.engines.kernel.records import IS_RESERVED, NONE, NOW
from sim.engines.kernel.units import free_for, lowest_unit, note_pool
from sim.engines.kernel.waiting import head_of, may_start, stir_pool
from sim.jit import inlined, seldom


@inlined
def first_of(st, step):
    """The head of the queue: who reserves stays it, whoever comes."""
    reserving = st.sites[step].reserving
    return reserving if reserving >= 0 else head_of(st, step)


@inlined
def got(st, visit, need):
    """How many units are reserved for a need."""
    found = 0
    for k in range(st.visits[visit].held_units):
        if st.unit_needs[visit, k] == need:
            found += 1
    return found


@seldom
def option_for(net, st, visit, need):
    """The first pool with enough free units for a need that is not met, as a row of `options`, or NONE."""
    if got(st, visit, need) == 0:
        for k in range(net.alternatives[need, 0], net.alternatives[need, 1]):
            if free_for(st, net.options[k, 0], visit) >= net.options[k, 1]:
                return k
    return NONE


@seldom
def may_reserve(net, st, visit):
    """Whether there is something more to reserve."""
    s = net.steps[st.visits[visit].step]
    found = False
    for need in range(s.need_a, s.need_b):
        found = found or option_for(net, st, visit, need) >= 0
    return found


@seldom
def reserve(net, st, visit):
    """Take what is to be had, in the order of the needs."""
    v = st.visits[visit]
    s = net.steps[v.step]
    st.sites[v.step].reserving = visit
    v.keeping = IS_RESERVED
    for need in range(s.need_a, s.need_b):
        k = option_for(net, st, visit, need)
        if k < 0:
            continue
        pool = net.options[k, 0]
        for _ in range(net.options[k, 1]):
            st.pools[pool].reserved += 1
            st.unit_pools[visit, v.held_units] = pool
            st.unit_needs[visit, v.held_units] = need
            st.units[visit, v.held_units] = lowest_unit(st, pool)
            v.held_units += 1
        check_start(st, pool)
        note_pool(st, pool)
        for j in range(net.fickle_ptr[pool], net.fickle_ptr[pool + 1]):
            may_start(net, st, net.fickle[j])


@seldom
def has_all(net, st, visit, length):
    """Whether all is reserved, and no pool has more busy than it may, or closes too early."""
    s = net.steps[st.visits[visit].step]
    for need in range(s.need_a, s.need_b):
        if got(st, visit, need) == 0:
            return False
    for k in range(st.visits[visit].held_units):
        pool = st.unit_pools[visit, k]
        if free_for(st, pool, visit) < 0:
            return False
        units = got(st, visit, st.unit_needs[visit, k])
        if s.must_fit and not fits(net.pool_rules, net.duty, net.duty_ptr, pool, units, length, st.x[NOW]):
            return False
    return True


@seldom
def claim(net, st, visit):
    """What is reserved begins to serve."""
    v = st.visits[visit]
    for k in range(v.held_units - 1, -1, -1):
        pool = st.unit_pools[visit, k]
        st.pools[pool].reserved -= 1
        st.pools[pool].serving += 1
        note_pool(st, pool)
        stir_pool(net, st, pool)  # it may be interrupted for others from now on
        if st.unit_needs[visit, k] == net.steps[v.step].need_a:
            v.lane_pool, v.lane = pool, st.units[visit, k]
    v.keeping = 0
    st.sites[v.step].reserving = NONE
