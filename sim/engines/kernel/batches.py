"""Gathering: visits that depart together, by themselves or carried (the twin of `sim.engines.batches`)."""

from __future__ import annotations

from numba import int64

from sim.engines.kernel.arrivals import new_entity, new_mover
from sim.engines.kernel.events import happen, stir
from sim.engines.kernel.lines import count_queue, leave_line
from sim.engines.kernel.records import (
    BEGINS,
    BIN,
    DEPARTS,
    DIGITAL,
    ENDS,
    FREE_LOADS,
    IS_TOO_LONG,
    NONE,
    NOW,
    QUEUE_LINE,
)
from sim.engines.kernel.waiting import head_of, may_start
from sim.jit import seldom


# ---- who waits
@seldom
def weight_of(net, st, visit):
    """What a visit weighs; never below 0."""
    v = st.visits[visit]
    column = net.gathers[net.steps[v.step].gather].weigh
    if column < 0:
        return int64(0)
    return max(st.values[st.movers[v.mover].entity, column], 0)


@seldom
def come_to_gather(net, st, visit):
    """One more waits."""
    v = st.visits[visit]
    gather = net.steps[v.step].gather
    st.gathers[gather].weight += weight_of(net, st, visit)
    max_wait = net.gathers[gather].max_wait
    if max_wait >= 0:
        happen(st, st.x[NOW] + max_wait, IS_TOO_LONG, visit, v.stamp)


@seldom
def go_from_gather(net, st, visit):
    """One no longer waits; a pass must see that nobody does."""
    v = st.visits[visit]
    g = st.gathers[net.steps[v.step].gather]
    g.weight -= weight_of(net, st, visit)
    g.overdue -= v.overdue
    stir(st, net.steps[v.step].group)


@seldom
def too_long(net, st, visit):
    """A visit has waited too long to gather, unless it has gone."""
    v = st.visits[visit]
    if v.line == QUEUE_LINE:
        v.overdue = 1
        st.gathers[net.steps[v.step].gather].overdue += 1
        may_start(net, st, v.step)


@seldom
def call(net, st, step):
    """The timetable's departure."""
    st.gathers[net.steps[step].gather].called = 1
    may_start(net, st, step)
    stir(st, net.steps[step].group)


# ---- when they depart
@seldom
def settle_gathers(net, st, group):
    """Before the starts of a pass: once due it stays so, unless nobody waits."""
    for gather in range(st.gathers.size):
        if net.steps[net.gathers[gather].step].group == group:
            settle_gather(net, st, gather)


@seldom
def settle_gather(net, st, gather):
    spec, g = net.gathers[gather], st.gathers[gather]
    waiting = st.sites[spec.step].queued
    due = g.due or g.called or g.overdue > 0
    due = due or (0 <= spec.number <= waiting) or (0 <= spec.weight <= g.weight)
    g.due = 1 if due and waiting > 0 else 0
    g.called = 0


@seldom
def depart(net, st, head):
    """The head, which has started, and all behind it up to the first misfit go together."""
    v = st.visits[head]
    step = v.step
    gather = net.steps[step].gather
    spec, g = net.gathers[gather], st.gathers[gather]
    g.departed += 1
    load = int64(NONE)
    if spec.origin >= 0:
        load = new_load(st, gather, g.departed, head)
        happen(st, st.x[NOW], DEPARTS, load, 0)
    weight, count = weight_of(net, st, head), 1
    board(net, st, head, head, load)
    following = head_of(st, step)
    while following >= 0:
        weight += weight_of(net, st, following)
        if (0 <= spec.most <= count) or (0 <= spec.most_weight < weight):
            break
        count += 1
        leave_line(st, following)
        count_queue(st, step, -1)
        board(net, st, following, head, load)
        following = head_of(st, step)
    g.due = 0
    settle_gather(net, st, gather)


@seldom
def board(net, st, visit, head, load):
    """One of those who depart."""
    v, h, now = st.visits[visit], st.visits[head], st.x[NOW]
    m = st.movers[v.mover]
    go_from_gather(net, st, visit)
    v.batch = st.gathers[net.steps[v.step].gather].departed
    m.load = load
    if load >= 0:
        st.loads[load].aboard += 1
    if visit != head:
        v.started, v.bin, v.mode, v.lane_pool, v.lane = now, st.x[BIN], DIGITAL, h.lane_pool, h.lane
        st.starts[m.entity, v.step] += 1
        if net.steps[v.step].watched:
            st.waiting[v.step, st.entities[m.entity].flow] -= 1
    happen(st, now, ENDS, visit, v.stamp)


# ---- the carrier and its load
@seldom
def new_load(st, gather, number, head):
    """Those who depart on one carrier, and its vehicle, which the head has taken."""
    n = st.x[FREE_LOADS] - 1
    st.x[FREE_LOADS] = n
    load = st.free_loads[n]
    r, v = st.loads[load], st.visits[head]
    r.gather, r.number, r.riders, r.aboard, r.released, r.carrier = gather, number, NONE, 0, 0, NONE
    r.held_units, v.held_units = v.held_units, 0
    for k in range(r.held_units):
        st.load_pools[load, k] = st.unit_pools[head, k]
        st.load_units[load, k] = st.units[head, k]
    return load


@seldom
def set_out(net, st, load):
    """The fact that a carrier begins its way, with its load and its vehicle."""
    r = st.loads[load]
    spec = net.gathers[r.gather]
    flow, source = net.origin_flow[spec.origin], net.origin_source[spec.origin]
    entity = new_entity(
        net, st, flow, source, spec.origin, spec.day, r.number, st.x[NOW], int64(NONE), int64(NONE), 0
    )
    mover = new_mover(st, entity, NONE, 0, NONE)
    st.entities[entity].load, r.carrier = load, entity
    if r.held_units > 0:
        hold = net.steps[spec.step].hold
        for k in range(r.held_units):
            st.hold_pools[mover, hold, k] = st.load_pools[load, k]
            st.holds[mover, hold, k] = st.load_units[load, k]
        st.hold_counts[mover, hold] = r.held_units
    st.movers[mover].step = net.flow_first[flow]
    happen(st, st.x[NOW], BEGINS, mover, 0)


@seldom
def ride(st, visit):
    """Until the release, be it in this very instant."""
    v = st.visits[visit]
    r = st.loads[st.movers[v.mover].load]
    v.batch = r.number
    if r.released:
        happen(st, st.x[NOW], ENDS, visit, v.stamp)
    else:
        v.next = r.riders
        r.riders = visit


@seldom
def release(st, entity):
    """A carrier sets down what it carries."""
    load = st.entities[entity].load
    if load < 0:
        return
    r = st.loads[load]
    r.released = 1
    visit = r.riders
    r.riders = NONE
    while visit >= 0:
        v = st.visits[visit]
        happen(st, st.x[NOW], ENDS, visit, v.stamp)
        visit = v.next


@seldom
def step_off(st, mover):
    """A ride is over."""
    m = st.movers[mover]
    st.loads[m.load].aboard -= 1
    free_load(st, m.load)
    m.load = NONE


@seldom
def carrier_gone(st, entity):
    """The end of a carrier's way releases what it still carries."""
    load = st.entities[entity].load
    if load >= 0:
        release(st, entity)
        st.loads[load].carrier = NONE
        free_load(st, load)


@seldom
def free_load(st, load):
    """Its slot is free when the carrier has gone and nobody is aboard any more."""
    r = st.loads[load]
    if r.released and r.carrier < 0 and r.aboard == 0:
        st.free_loads[st.x[FREE_LOADS]] = load
        st.x[FREE_LOADS] += 1
