"""Visits: begun, closed, written; entities that come to a step, go on and leave."""

from __future__ import annotations

from sim.engines.kernel.batches import carrier_gone, come_to_gather, release
from sim.engines.kernel.choices import considers, own_way
from sim.engines.kernel.digest import count_entity
from sim.engines.kernel.draws import leaf, priority, quantile, step_draw
from sim.engines.kernel.errands import end_errands
from sim.engines.kernel.events import happen, may_admit
from sim.engines.kernel.laws import check_entity, check_room
from sim.engines.kernel.lines import count_queue, enter_line
from sim.engines.kernel.records import (
    ANSWER,
    AT_CHOICE,
    BIN,
    BY_DRAW,
    CARRIES_ARRIVED,
    CHOOSE,
    COUNTS,
    EMPTY,
    END_STEP,
    ENDS,
    ENTITY_ROWS,
    FREE,
    FREE_ENTITIES,
    FREE_MOVERS,
    FREE_VISITS,
    GIVES_UP,
    INSIDE,
    INSIDE_NOW,
    LAST_LEFT,
    LEFT_COMPLETED,
    MAX_PASSES,
    NONE,
    NOW,
    OPEN,
    PATIENCE_DRAW,
    PUT,
    QUEUE_LINE,
    RECORD,
    RELEASE,
    SEGMENT,
    WRONG,
    WRONG_STEP,
)
from sim.engines.kernel.rows import write_visit
from sim.engines.kernel.stocks import put
from sim.engines.kernel.tally import tally_entity, tally_leaving, tally_places
from sim.engines.kernel.units import free_units, keep_units, note_zone, return_units
from sim.engines.kernel.waiting import may_start
from sim.jit import inlined


@inlined
def zone_back(net, st, zone):
    st.zones[zone].taken -= 1
    check_room(st, st.zones[zone].taken, NONE)
    note_zone(st, zone)
    for k in range(net.zone_ptr[zone], net.zone_ptr[zone + 1]):
        may_admit(net, st, net.zone_steps[k])


@inlined
def place_back(net, st, step):
    tally_places(net, st, step)
    st.sites[step].places -= 1
    check_room(st, st.sites[step].places, NONE)
    if net.steps[step].room >= 0:
        may_admit(net, st, step)


@inlined
def close(net, st, visit):
    """Write the row of a visit that has left, and free its slot."""
    write_visit(net, st, visit, st.x[NOW], st.x[NOW])
    v = st.visits[visit]
    v.stamp += 1
    v.mover = NONE
    st.free_visits[st.x[FREE_VISITS]] = visit
    st.x[FREE_VISITS] += 1


@inlined
def give_back(net, st, visit):
    return_units(net, st, visit)
    place_back(net, st, st.visits[visit].step)
    close(net, st, visit)


@inlined
def needs_place(net, step, in_zone):
    s = net.steps[step]
    return s.asks or (s.zone >= 0 and not in_zone)


@inlined
def come_in(net, st, visit):
    """Admitted: take a place and stand in the queue."""
    v = st.visits[visit]
    v.admitted = st.x[NOW]
    tally_places(net, st, v.step)
    st.sites[v.step].places += 1
    check_room(st, st.sites[v.step].places, net.steps[v.step].room)
    count_queue(st, v.step, 1)
    enter_line(st, visit, QUEUE_LINE)
    if net.steps[v.step].gather >= 0:
        come_to_gather(net, st, visit)
    may_start(net, st, v.step)


@inlined
def move_in(net, st, visit):
    """Inside: give back the zone's place if this step lies outside of it; returns what else is given back."""
    v = st.visits[visit]
    v.moved_in = 1
    m = st.movers[v.mover]
    held = m.held
    m.held = NONE
    zone = net.steps[v.step].zone
    if m.branch == 0:
        if m.zone >= 0 and zone != m.zone:
            zone_back(net, st, m.zone)
        m.zone = zone
    return held


@inlined
def new_visit(net, st, mover, step):
    n = st.x[FREE_VISITS] - 1
    st.x[FREE_VISITS] = n
    visit = st.free_visits[n]
    v, m, now = st.visits[visit], st.movers[mover], st.x[NOW]
    entity = m.entity
    e = st.entities[entity]
    st.counts[entity, step] += 1
    st.step_tally[st.x[BIN], step].came += 1
    if net.steps[step].marks & CARRIES_ARRIVED and e.came == EMPTY:
        e.came = now
    v.mover, v.step, v.number = mover, step, st.counts[entity, step]
    v.joined, v.since = now, now
    v.admitted = v.started = v.ended = v.resumed = EMPTY
    v.mode = v.lane_pool = v.lane = v.blocked = v.line = NONE
    v.outcome, v.amount, v.batch, v.overdue = OPEN, EMPTY, NONE, 0
    if st.again.shape[0]:
        st.again[visit, SEGMENT] = 1
    v.keeping = v.length = v.moved_in = v.newcomer = v.patient = v.held_units = 0
    zone = net.steps[step].zone
    v.in_zone = 1 if zone >= 0 and m.zone == zone else 0
    v.priority = priority(net, st, entity, e.flow, step)
    m.visit = visit
    if net.steps[step].patience >= 0:
        if net.steps[step].kind == ANSWER and m.held >= 0:
            v.since = st.visits[m.held].joined
        table = leaf(net, st, net.steps[step].patience, entity)
        if table >= 0:
            v.patient = 1
            limit = quantile(net, table, step_draw(net, st, entity, step, v.number, PATIENCE_DRAW))
            happen(st, max(now, v.since + limit), GIVES_UP, visit, v.stamp)
    return visit


@inlined
def come(net, st, mover, step):
    """Come to a step, unless it is first to be decided whether to join; returns who is to move in."""
    visit = new_visit(net, st, mover, step)
    if net.steps[step].watched and considers(net, st, visit):
        return NONE
    return join(net, st, visit)


@inlined
def join(net, st, visit):
    """To the door if a place must be asked for, else straight in; returns who is to move in."""
    v = st.visits[visit]
    m, step = st.movers[v.mover], v.step
    held = m.held
    straight = True
    if held >= 0 and st.visits[held].step == step:  # back to its own step: it keeps its place
        return_units(net, st, held)
        close(net, st, held)
        tally_places(net, st, step)
        st.sites[step].places -= 1
        m.held = NONE
        v.moved_in = 1
    elif needs_place(net, step, v.in_zone):
        straight = False
        if held >= 0:
            keep_units(st, held)
        enter_line(st, visit, 0 if v.in_zone else 1)
        v.newcomer = 1
        v.resumed = st.sites[
            step
        ].newcomers  # the list of newcomers uses a field that is free before the start
        st.sites[step].newcomers = visit
        may_admit(net, st, step)
    if straight:
        come_in(net, st, visit)
    return visit if straight and v.moved_in == 0 else NONE


@inlined
def next_station(net, st, mover, step):
    """Follow choices, and free what is held, to the next step with a visit; NONE where the way ends.

    A choice that reads the state is a decision: it is returned as `AT_CHOICE` less its number.
    """
    entity = st.movers[mover].entity
    e = st.entities[entity]
    if e.moved_at != st.x[NOW]:
        e.moved_at, e.moves = st.x[NOW], 0
    while step >= 0 and e.outcome == INSIDE:
        s = net.steps[step]
        e.moves += 1
        if e.moves > MAX_PASSES:
            st.x[WRONG] = 1
            st.x[WRONG_STEP] = step
            return NONE
        if s.kind == END_STEP:
            if s.outcome != LEFT_COMPLETED:
                e.outcome = s.outcome
            return NONE
        if s.kind in (FREE, PUT, RELEASE):
            if s.kind == FREE:
                free_units(net, st, mover, step)
            elif s.kind == RELEASE:
                release(st, entity)
            else:
                put(net, st, step, entity)
            step = net.following[e.flow, step]
            continue
        if s.kind != CHOOSE:
            return step
        if s.chooses != BY_DRAW:
            return AT_CHOICE - step
        step = own_way(net, st, entity, step)
    return NONE


@inlined
def leave(net, st, mover):
    """The end of the way, or of a branch: give back everything."""
    m = st.movers[mover]
    if st.hold_counts.shape[1] > 0:
        free_units(net, st, mover, NONE)
    if m.branch:
        p = st.movers[m.parent]
        p.kids -= 1
        if p.kids == 0:
            happen(st, st.x[NOW], ENDS, p.visit, st.visits[p.visit].stamp)
    else:
        if m.zone >= 0:
            zone_back(net, st, m.zone)
        complete(net, st, m.entity)
    st.free_movers[st.x[FREE_MOVERS]] = mover
    st.x[FREE_MOVERS] += 1
    m.entity = NONE


@inlined
def complete(net, st, entity):
    e = st.entities[entity]
    if e.outcome == INSIDE:
        e.outcome = LEFT_COMPLETED
    st.x[LAST_LEFT] = st.x[NOW]
    st.x[INSIDE_NOW] -= 1
    st.inside[e.flow] -= 1
    check_entity(st, entity, st.x[NOW])
    write_entity(net, st, entity, st.x[NOW], st.x[NOW])
    tally_leaving(st, e.flow)
    if st.errands.shape[1] > 0:
        end_errands(st, entity)
    if st.gathers.size > 0:
        carrier_gone(st, entity)
    e.live = 0
    st.free_entities[st.x[FREE_ENTITIES]] = entity
    st.x[FREE_ENTITIES] += 1


@inlined
def write_entity(net, st, entity, left, now):
    count_entity(net, st, entity, left)
    if st.x[COUNTS]:
        tally_entity(net, st, entity, left, now)
    st.x[ENTITY_ROWS] += 1
    if st.x[RECORD]:
        e = st.entities[entity]
        row = st.entity_log[e.row]
        row.flow, row.source, row.day, row.number = e.flow, e.source, e.day, e.number
        row.arrived, row.outcome, row.left = e.arrived, e.outcome, left
        for a in range(st.values.shape[1]):
            st.attribute_log[e.row, a] = st.values[entity, a]
        if st.kin_log.size > 0:
            st.kin_log[e.row].child, st.kin_log[e.row].parent = e.child, e.parent
