"""Units of a pool and places of a zone: taken, kept, given back, and their curves."""

from __future__ import annotations

from sim.engines.kernel.laws import check_return
from sim.engines.kernel.records import NONE, NOW, PLACE_ROWS, RECORD, USAGE_ROWS
from sim.engines.kernel.waiting import stir_pool
from sim.jit import called, inlined


@inlined
def note_pool(st, pool):
    if st.x[RECORD]:
        p, now = st.pools[pool], st.x[NOW]
        row = p.usage_row
        if row < 0 or st.usage[row].time != now:
            row = st.x[USAGE_ROWS]
            st.x[USAGE_ROWS] = row + 1
            p.usage_row = row
            st.usage[row].what = pool
            st.usage[row].time = now
        st.usage[row].serving = p.serving
        st.usage[row].kept = p.kept


@inlined
def note_zone(st, zone):
    if st.x[RECORD]:
        z, now = st.zones[zone], st.x[NOW]
        row = z.place_row
        if row < 0 or st.places[row].time != now:
            row = st.x[PLACE_ROWS]
            st.x[PLACE_ROWS] = row + 1
            z.place_row = row
            st.places[row].what = zone
            st.places[row].time = now
        st.places[row].serving = z.taken


@inlined
def free_for(st, pool, visit):
    """Units that may start a visit now: overtime is for those who had come before the closing."""
    p = st.pools[pool]
    free = p.capacity - p.serving - p.kept
    if p.overtime > 0 and st.visits[visit].since < p.overtime_since:
        free += p.overtime
    return free


@called
def lowest_unit(pools, heap, pool):
    p = pools[pool]
    if p.returned == 0:
        p.highest += 1
        return p.highest
    base, n = p.first, p.returned - 1
    p.returned = n
    unit, last, i = heap[base], heap[base + n], 0
    while True:
        kid = 2 * i + 1
        if kid >= n:
            break
        if kid + 1 < n and heap[base + kid + 1] < heap[base + kid]:
            kid += 1
        if heap[base + kid] >= last:
            break
        heap[base + i] = heap[base + kid]
        i = kid
    heap[base + i] = last
    return unit


@called
def return_unit(pools, heap, pool, unit):
    p = pools[pool]
    base, i = p.first, p.returned
    p.returned = i + 1
    while i > 0:
        up = (i - 1) >> 1
        if heap[base + up] <= unit:
            break
        heap[base + i] = heap[base + up]
        i = up
    heap[base + i] = unit


@inlined
def keep_units(st, visit):
    v = st.visits[visit]
    if v.keeping:  # refused at a second door
        return
    for k in range(v.held_units):
        pool = st.unit_pools[visit, k]
        st.pools[pool].serving -= 1
        st.pools[pool].kept += 1
        check_return(st, pool)
        note_pool(st, pool)
    v.keeping = 1


@inlined
def return_units(net, st, visit):
    v = st.visits[visit]
    for k in range(v.held_units):
        pool = st.unit_pools[visit, k]
        if v.keeping:
            st.pools[pool].kept -= 1
        else:
            st.pools[pool].serving -= 1
        return_unit(st.pools, st.returned, pool, st.units[visit, k])
        check_return(st, pool)
        note_pool(st, pool)
        stir_pool(net, st, pool)
    v.held_units = 0
    v.keeping = 0


@called
def hold_units(net, st, visit):
    """The units of a visit stay with the entity, still serving it, until a `free` step."""
    v = st.visits[visit]
    hold = net.steps[v.step].hold
    for k in range(v.held_units):
        st.hold_pools[v.mover, hold, k] = st.unit_pools[visit, k]
        st.holds[v.mover, hold, k] = st.units[visit, k]
    st.hold_counts[v.mover, hold] = v.held_units
    v.held_units = 0


@called
def free_units(net, st, mover, step):
    """Give back what the `hold` steps that a step names took, as far as it is held; all with NONE."""
    first, last = 0, st.hold_counts.shape[1]
    if step != NONE:
        first, last = net.steps[step].free_a, net.steps[step].free_b
    for k in range(first, last):
        hold = k if step == NONE else net.frees[k]
        for j in range(st.hold_counts[mover, hold]):
            pool = st.hold_pools[mover, hold, j]
            st.pools[pool].serving -= 1
            return_unit(st.pools, st.returned, pool, st.holds[mover, hold, j])
            check_return(st, pool)
            note_pool(st, pool)
            stir_pool(net, st, pool)
        st.hold_counts[mover, hold] = 0
