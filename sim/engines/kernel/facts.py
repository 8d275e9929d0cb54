"""Facts: what is set from outside, arrivals, ends, expired patience; who moves on, and to which step."""

from __future__ import annotations

from numba import int64

from sim.engines.kernel.arrivals import kept, new_entity, new_mover, next_arrival
from sim.engines.kernel.batches import call, go_from_gather, step_off
from sim.engines.kernel.choices import count_out, turn_from
from sim.engines.kernel.decisions import admissible, startable
from sim.engines.kernel.events import happen, may_admit, stir
from sim.engines.kernel.interruptions import no_longer_under_way
from sim.engines.kernel.lines import count_queue, leave_line
from sim.engines.kernel.records import (
    ANSWER,
    BALKED,
    BEGINS,
    BLOCKS,
    BLOCKS_A_FACT,
    BLOCKS_A_ROW,
    BY_ROWS,
    CAPACITY,
    CARRIES,
    CARRIES_CROSSED,
    CHECK,
    COMPLETED,
    COUNTS,
    DEMAND,
    DEPARTURE,
    EMPTY,
    ENTITIES,
    FREE_ENTITIES,
    FREE_ERRANDS,
    FREE_MOVERS,
    FREE_VISITS,
    FRESH,
    HEAP,
    HISTOGRAMS,
    HOLD,
    IDLE_HEADS,
    LONG_ROWS,
    LOST,
    MAX_FORK,
    NEVER_JOINED,
    NONE,
    NOW,
    OPEN,
    OVERTIME,
    PLACE_ROWS,
    PLATFORM,
    RECORD,
    RENEGED,
    RIDE,
    ROW,
    SCHEDULED,
    SLOW,
    SOON,
    SPARE_EVENTS,
    STOCK_ROWS,
    SWITCH_ROWS,
    USAGE_ROWS,
    VISIT_ROWS,
)
from sim.engines.kernel.tally import tally_limits
from sim.engines.kernel.units import hold_units, return_units
from sim.engines.kernel.visits import close
from sim.engines.kernel.waiting import may_start, stir_pool, wake_sleepers, work_out_capacity
from sim.jit import inlined, seldom


@seldom
def apply_row(net, st):
    row = st.x[ROW]
    st.x[ROW] = row + 1
    what, target, value = net.timetable[row, 1], net.timetable[row, 2], net.timetable[row, 3]
    if what in (CAPACITY, SCHEDULED, OVERTIME):
        set_units(net, st, what, target, value)
        stir_pool(net, st, target)
    elif what == SLOW:
        st.sites[target].slow = value
        if net.steps[target].must_fit:
            may_start(net, st, target)
    elif what == DEMAND:
        st.demand[target] = value
    elif what == PLATFORM:
        st.platforms[target] = value
        for k in range(net.platform_ptr[target], net.platform_ptr[target + 1]):
            step = net.platform_steps[k]
            if net.steps[step].only_pool >= 0:
                wake_sleepers(net, st, net.steps[step].only_pool)
            may_start(net, st, step)
            st.sites[step].touched = 1
            st.groups[net.steps[step].group].touched = 1
            stir(st, net.steps[step].group)
    elif what == DEPARTURE:
        call(net, st, target)
    st.x[CHECK] = 1


@seldom
def set_units(net, st, what, pool, value):
    """Units on duty, in capacity, or staying on after a closing."""
    p = st.pools[pool]
    if what == SCHEDULED:
        if value < p.scheduled:
            p.closed_at = st.x[NOW]
        p.scheduled = value
    elif what == OVERTIME:
        p.overtime, p.overtime_since = value, st.x[NOW]
    else:
        if value < p.timetabled and net.user_ptr[pool] < net.user_ptr[pool + 1]:
            group = net.steps[net.users[net.user_ptr[pool]]].group
            p.fell = 1
            st.groups[group].fallen = 1
            stir(st, group)
        p.timetabled = value
        work_out_capacity(st, pool)
    tally_limits(st, pool, st.x[NOW])


@seldom
def look_for_idle_heads(net, st):
    """A law: no head waits that could start or come in."""
    for step in range(net.steps.shape[0]):
        if startable(net, st, step) >= 0 or admissible(net, st, step) >= 0:
            st.x[IDLE_HEADS] += 1


@seldom
def room_for_more(st):
    """How many facts and passes every array can hold for sure; 0 or less: grow first.

    A fact adds at most one visit, one entity, fork + 1 movers, fork + 4 events, 4 rows (each of which may
    begin a block of cells for each interval; an entity one for its dwell) and one entry for each
    pool, zone and stock; a pass adds two events for each mover there is, and two more and two rows
    where work may be interrupted, two more events where some gather. Of work that is interrupted or goes on
    after an outage the old events stay until their time, so after such a pass (SPENT) the room is looked at
    anew. Rules are read at most once a fact, with two events and a row each.
    """
    x = st.x
    live = st.movers.size - x[FREE_MOVERS]
    again = 2 * live if st.again.shape[0] else int64(0)
    more = again + (2 * live if st.gathers.size else int64(0))
    fork = x[MAX_FORK]
    fuel = min(x[FREE_VISITS] - 1, x[FREE_ENTITIES] - 1)
    fuel = min(fuel, (x[FREE_MOVERS] - 1) // (fork + 1))
    if st.errands.shape[1] > 0:
        fuel = min(fuel, x[FREE_ERRANDS] - 1)
    each = fork + 6 + 2 * st.rules.size
    fuel = min(fuel, (st.heap.size - x[HEAP] - SPARE_EVENTS - 2 * live - more) // each)
    fuel = min(fuel, (st.soon.size - x[SOON] - 2 * live - more) // each)
    if st.rules.size > 0:
        fuel = min(fuel, (st.switches.shape[0] - x[SWITCH_ROWS]) // st.rules.size)
    if x[COUNTS] == HISTOGRAMS:
        pending = BLOCKS_A_ROW * (again + x[FRESH])
        fuel = min(fuel, (st.cells.shape[0] - x[BLOCKS] - pending) // BLOCKS_A_FACT)
        fuel = min(fuel, (st.carries.size - x[CARRIES] - pending) // BLOCKS_A_FACT)
    if x[RECORD]:
        fuel = min(fuel, (st.visit_log.size - x[VISIT_ROWS] - x[FRESH] - again) // 4)
        fuel = min(fuel, (st.long_log.size - x[LONG_ROWS] - x[FRESH] - again) // 4)
        fuel = min(fuel, st.entity_log.size - x[ENTITIES] - 1)
        fuel = min(fuel, (st.usage.size - x[USAGE_ROWS]) // (st.pools.size + 1))
        fuel = min(fuel, (st.places.size - x[PLACE_ROWS]) // (st.zones.size + 1))
        fuel = min(fuel, (st.levels.size - x[STOCK_ROWS]) // (st.stocks.size + 1))
    return fuel


@seldom
def drop_newcomer(st, visit):
    """Take a visit that gives up off the list of newcomers of its step."""
    v = st.visits[visit]
    if v.newcomer == 0:
        return
    site = st.sites[v.step]
    other = site.newcomers
    if other == visit:
        site.newcomers = v.resumed
    else:
        while st.visits[other].resumed != visit:
            other = st.visits[other].resumed
        st.visits[other].resumed = v.resumed
    v.newcomer = 0


@inlined
def arrived(net, st, source, begin, end):
    """A candidate of a source: kept or thinned away; then the next one is looked for."""
    mover, step = int64(NONE), int64(NONE)
    if kept(net, st, source):
        src = st.sources[source]
        given = src.row if src.kind == BY_ROWS else int64(NONE)
        day, number = src.next_day, src.next_number
        entity = new_entity(net, st, src.flow, src.code, src.origin, day, number, st.x[NOW], given, NONE, 0)
        mover, step = new_mover(st, entity, NONE, 0, NONE), net.flow_first[src.flow]
    if st.sources[source].kind == BY_ROWS:
        st.sources[source].row += 1
    next_arrival(net, st, source, begin, end)
    return mover, step


@inlined
def fork(net, st, visit):
    """The parallel parts of a visit begin, each a mover of its own."""
    v = st.visits[visit]
    s = net.steps[v.step]
    parent = st.movers[v.mover]
    parent.kids = s.branch_b - s.branch_a
    for k in range(s.branch_a, s.branch_b):
        child = new_mover(st, parent.entity, parent.zone, 1, v.mover)
        st.movers[child].step = net.branches[k]
        happen(st, st.x[NOW], BEGINS, child, 0)


@inlined
def ended(net, st, visit):
    """A service is over."""
    v = st.visits[visit]
    m = st.movers[v.mover]
    if v.resumed != EMPTY:
        no_longer_under_way(st, visit)
    v.ended, v.outcome = st.x[NOW], COMPLETED
    if net.steps[v.step].watched:
        count_out(st.there, st.waiting, v.step, st.entities[m.entity].flow, True)
    if net.steps[v.step].marks & CARRIES_CROSSED:
        st.entities[m.entity].crossed = st.x[NOW]
    if net.steps[v.step].release:
        return_units(net, st, visit)
    if net.steps[v.step].kind == HOLD:
        hold_units(net, st, visit)
    elif net.steps[v.step].kind == RIDE:
        step_off(st, v.mover)
    m.held = visit
    m.visit = NONE
    return v.mover, net.following[st.entities[m.entity].flow, v.step]


@seldom
def gave_up(net, st, visit):
    """Patience is over, unless the visit has started or was turned away. Returns also what to give back.

    An answer that has started and not ended by now comes too late.
    """
    v = st.visits[visit]
    is_served = v.started != EMPTY
    if v.outcome != OPEN or (is_served and net.steps[v.step].kind != ANSWER):
        return int64(NONE), int64(NONE), int64(NONE)
    mover, at, back = v.mover, v.step, int64(NONE)
    v.outcome, v.ended = RENEGED, st.x[NOW]
    if st.sites[at].reserving == visit:
        st.sites[at].reserving = NONE
    if v.line < 0 and not is_served:
        turn_from(net, st, mover)
    else:
        if not is_served:
            leave_line(st, visit)
        if net.steps[at].watched:
            count_out(st.there, st.waiting, at, st.entities[st.movers[mover].entity].flow, is_served)
    drop_newcomer(st, visit)
    if v.admitted == EMPTY:
        close(net, st, visit)
    else:
        if not is_served:
            count_queue(st, at, -1)
        if net.steps[at].gather >= 0:
            go_from_gather(net, st, visit)
        back = visit
    may_admit(net, st, at)
    may_start(net, st, at)
    st.movers[mover].visit = NONE
    step = net.steps[at].patience_to
    if step < 0 and st.movers[mover].branch == 0:
        st.entities[st.movers[mover].entity].outcome = LOST
    return mover, step, back


@seldom
def turned_away(net, st, visit):
    """Refused at a full place that names another, or the queue was too long to join."""
    v = st.visits[visit]
    mover, at = v.mover, v.step
    m = st.movers[mover]
    step = net.steps[at].full_to
    if v.outcome == BALKED:
        step = net.steps[at].balk_to
        if step < 0 and m.branch == 0:
            st.entities[m.entity].outcome = NEVER_JOINED
    elif net.steps[at].watched:
        count_out(st.there, st.waiting, at, st.entities[m.entity].flow, False)
    v.ended = st.x[NOW]
    close(net, st, visit)
    m.visit = NONE
    return mover, step
