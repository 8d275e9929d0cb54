"""Units of a pool and places of a zone: taken, kept, given back, and their curves."""

from __future__ import annotations

from sim.engines.kernel.bits import put, take_lowest
from sim.engines.kernel.laws import check_return, check_start
from sim.engines.kernel.records import COUNTS, IS_RESERVED, NONE, NOW, PLACE_ROWS, RECORD, USAGE_ROWS
from sim.engines.kernel.tally import tally_pool, tally_zone
from sim.engines.kernel.waiting import free_units_of, stir_pool
from sim.jit import inlined, seldom


@inlined
def row_of_now(x, curves, count, last, what):
    """The row of a curve for this instant: the last one if it is of now, else a new one."""
    if last >= 0 and curves[last].time == x[NOW]:
        return last
    row = x[count]
    x[count] = row + 1
    curves[row].what = what
    curves[row].time = x[NOW]
    return row


@inlined
def note_pool(st, pool):
    if st.x[COUNTS]:
        tally_pool(st, pool)
    if st.x[RECORD]:
        p = st.pools[pool]
        p.usage_row = row_of_now(st.x, st.usage, USAGE_ROWS, p.usage_row, pool)
        st.usage[p.usage_row].serving = p.serving
        st.usage[p.usage_row].kept = p.kept
        if st.reserved_log.size:
            st.reserved_log[p.usage_row] = p.reserved


@inlined
def note_zone(st, zone):
    tally_zone(st, zone)
    if st.x[RECORD]:
        z = st.zones[zone]
        z.place_row = row_of_now(st.x, st.places, PLACE_ROWS, z.place_row, zone)
        st.places[z.place_row].serving = z.taken


@inlined
def free_for(st, pool, visit):
    """Units that may start a visit now: overtime is for those who had come before the closing."""
    p = st.pools[pool]
    free = free_units_of(st, pool)
    if p.overtime > 0 and st.visits[visit].since < p.overtime_since:
        free += p.overtime
    return free


@inlined
def lowest_unit(st, pool):
    """Units are numbered from 1; the lowest free one serves next."""
    return take_lowest(st.free_units, st.pools[pool].first) + 1


@inlined
def return_unit(st, pool, unit):
    put(st.free_units, st.pools[pool].first, unit - 1)


@inlined
def take_unit(st, visit, k, pool):
    """The k-th unit that serves a visit: the lowest free one of a pool."""
    st.pools[pool].serving += 1
    check_start(st, pool)
    st.unit_pools[visit, k] = pool
    st.units[visit, k] = lowest_unit(st, pool)


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
        if v.keeping == IS_RESERVED:
            st.pools[pool].reserved -= 1
        elif v.keeping:
            st.pools[pool].kept -= 1
        else:
            st.pools[pool].serving -= 1
        return_unit(st, pool, st.units[visit, k])
        check_return(st, pool)
        note_pool(st, pool)
        stir_pool(net, st, pool)
    v.held_units = 0
    v.keeping = 0


@seldom
def hold_units(net, st, visit):
    """The units of a visit stay with the entity, still serving it, until a `free` step."""
    v = st.visits[visit]
    hold = net.steps[v.step].hold
    for k in range(v.held_units):
        st.hold_pools[v.mover, hold, k] = st.unit_pools[visit, k]
        st.holds[v.mover, hold, k] = st.units[visit, k]
    st.hold_counts[v.mover, hold] = v.held_units
    v.held_units = 0


@seldom
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
            return_unit(st, pool, st.holds[mover, hold, j])
            check_return(st, pool)
            note_pool(st, pool)
            stir_pool(net, st, pool)
        st.hold_counts[mover, hold] = 0
