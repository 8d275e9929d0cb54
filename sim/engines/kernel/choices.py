"""Choices that read the state, and who does not join a long queue: decisions of a group (law §3)."""

from __future__ import annotations

from numba import int64

from sim.engines.kernel.draws import leaf, mixed, priority, step_draw
from sim.engines.kernel.events import happen, stir
from sim.engines.kernel.lines import entity_before
from sim.engines.kernel.records import (
    BACKLOG,
    BALK,
    BALKED,
    BEGINS,
    BY_RULE,
    BY_SHORTEST,
    CHOICE,
    INSIDE_FLOW,
    JOINS,
    LEVEL_OF_STOCK,
    NONE,
    NOW,
    OCCUPANCY,
    QUEUE,
    STATE_OF_PLATFORM,
    TURNED_AWAY,
)
from sim.jit import inlined, seldom


@inlined
def own_way(net, st, entity, step):
    """Where a choice leads by an attribute of the entity or by its draw."""
    s = net.steps[step]
    st.starts[entity, step] += 1
    if s.by >= 0:
        option = st.values[entity, s.by]
    else:
        luck = step_draw(net, st, entity, step, st.starts[entity, step], CHOICE)
        option = mixed(net, leaf(net, st, s.mixes, entity), luck)
    return net.targets[net.choice[st.entities[entity].flow, step] + option]


# ---- how many are at a step
@seldom
def count_in(there, waiting, step, flow):
    """Picked it, or came to its door."""
    there[step, flow] += 1
    waiting[step, flow] += 1


@seldom
def count_out(there, waiting, step, flow, started):
    """Served, out of patience, diverted, or no longer on its way."""
    there[step, flow] -= 1
    if not started:
        waiting[step, flow] -= 1


@seldom
def everybody(counts, step):
    """Of all flows."""
    total = int64(0)
    for flow in range(counts.shape[1]):
        total += counts[step, flow]
    return total


# ---- who stands before a choice
@seldom
def considers(net, st, visit):
    """Whether a visit must first decide to join; if not, it counts at once."""
    v = st.visits[visit]
    m = st.movers[v.mover]
    s = net.steps[v.step]
    if s.balk_b > s.balk_a and not (m.held >= 0 and st.visits[m.held].step == v.step):
        stand_before(net, st, v.mover, v.step)
        return True
    count_in(st.there, st.waiting, v.step, st.entities[m.entity].flow)
    return False


@seldom
def stand_before(net, st, mover, step):
    """Among the choosers of a group, in the order of the law; `kids` holds the next one of them."""
    m = st.movers[mover]
    m.step = step
    g = st.groups[net.steps[step].group]
    stir(st, net.steps[step].group)
    last = g.last_chooser
    if g.choosers < 0 or chooses_before(net, st, mover, g.choosers):
        m.kids = g.choosers
        g.choosers = mover
        if m.kids < 0:
            g.last_chooser = mover
        return
    after = last if not chooses_before(net, st, mover, last) else g.choosers
    while st.movers[after].kids >= 0 and not chooses_before(net, st, mover, st.movers[after].kids):
        after = st.movers[after].kids
    m.kids = st.movers[after].kids
    st.movers[after].kids = mover
    if m.kids < 0:
        g.last_chooser = mover


@seldom
def chooses_before(net, st, a, b):
    """Whether mover a chooses before mover b; both stand there at this instant."""
    m, n = st.movers[a], st.movers[b]
    p, q = priority_before(net, st, a), priority_before(net, st, b)
    if p != q:
        return p < q
    if m.entity != n.entity:
        return entity_before(st.entities, m.entity, n.entity)
    return m.step < n.step


@seldom
def priority_before(net, st, mover):
    m = st.movers[mover]
    if m.visit >= 0:
        return st.visits[m.visit].priority
    return priority(net, st, m.entity, st.entities[m.entity].flow, m.step)


@seldom
def turn_from(net, st, mover):
    """Out of patience while it considers: it does not decide any more."""
    g = st.groups[net.steps[st.movers[mover].step].group]
    before, other = int64(NONE), g.choosers
    while other != mover:
        before, other = other, st.movers[other].kids
    if before < 0:
        g.choosers = st.movers[mover].kids
    else:
        st.movers[before].kids = st.movers[mover].kids
    if g.last_chooser == mover:
        g.last_chooser = before


# ---- they choose
@seldom
def let_choose(net, st, group):
    """All choosers of a group, the best first: each sees what those before it picked."""
    mover = st.groups[group].choosers
    st.groups[group].choosers = NONE
    while mover >= 0:
        following = st.movers[mover].kids
        st.movers[mover].kids = 0
        if st.movers[mover].visit >= 0:
            join_or_balk(net, st, st.movers[mover].visit)
        else:
            pick_way(net, st, mover)
        mover = following


@seldom
def pick_way(net, st, mover):
    """The step that a choice leads to; it counts the entity at once."""
    m = st.movers[mover]
    flow = st.entities[m.entity].flow
    first = net.choice[flow, m.step]
    chooses, diverted = net.steps[m.step].chooses, st.sites[m.step].diverted
    if chooses == BY_SHORTEST:
        step = shortest(net, st, first, net.choice_size[flow, m.step])
    elif chooses == BY_RULE:
        step = own_way(net, st, m.entity, m.step)
    else:
        step = net.targets[first + option_that_holds(net, st, m.step)]
    if diverted >= 0:
        step = net.divert_to[diverted, flow]
    m.step = step
    if step >= 0 and net.steps[step].watched:
        count_in(st.there, st.waiting, step, flow)
    happen(st, st.x[NOW], BEGINS, mover, 1)


@seldom
def shortest(net, st, first, size):
    """The step that holds the fewest; of equals the one written first."""
    best, fewest = int64(NONE), int64(0)
    for k in range(first, first + size):
        step = net.targets[k]
        there = everybody(st.there, step)
        if best < 0 or there < fewest:
            best, fewest = step, there
    return best


@seldom
def option_that_holds(net, st, step):
    """The first option of which all conditions hold, else the rest."""
    s = net.steps[step]
    for k in range(s.when_a, s.when_b):
        if all_hold(net, st, net.whens[k, 1], net.whens[k, 2]):
            return net.whens[k, 0]
    return s.rest


@seldom
def all_hold(net, st, first, last):
    for k in range(first, last):
        value = reading(net, st, k)
        if value <= net.conditions[k, 5] or value >= net.conditions[k, 6]:
            return False
    return True


@seldom
def reading(net, st, condition):
    """What a condition reads, added up over its names."""
    c = net.conditions[condition]
    total = int64(0)
    for k in range(c[1], c[2]):
        name = net.read_names[k]
        if c[0] == QUEUE:
            total += of_flows(net, st.waiting, name, c[3], c[4])
        elif c[0] == BACKLOG:
            total += of_flows(net, st.there, name, c[3], c[4])
        elif c[0] == INSIDE_FLOW:
            total += st.inside[name]
        elif c[0] == OCCUPANCY:
            total += st.zones[name].taken
        elif c[0] == STATE_OF_PLATFORM:
            total += st.platforms[name]
        elif c[0] == LEVEL_OF_STOCK:
            total += st.stocks[name].level
    return total


@seldom
def of_flows(net, counts, step, first, last):
    if first == last:
        return everybody(counts, step)
    total = int64(0)
    for k in range(first, last):
        total += counts[step, net.read_names[k]]
    return total


@seldom
def join_or_balk(net, st, visit):
    """By how many wait for their start at this moment, and the visit's own draw."""
    v = st.visits[visit]
    entity = st.movers[v.mover].entity
    s = net.steps[v.step]
    waiting, limit = everybody(st.waiting, v.step), int64(0)
    for k in range(s.balk_a, s.balk_b):
        if net.balks[k, 0] <= waiting:
            limit = net.balks[k, 1]
    if step_draw(net, st, entity, v.step, v.number, BALK) < limit:
        v.outcome = BALKED
        happen(st, st.x[NOW], TURNED_AWAY, visit, v.stamp)
    else:
        count_in(st.there, st.waiting, v.step, st.entities[entity].flow)
        happen(st, st.x[NOW], JOINS, visit, v.stamp)
