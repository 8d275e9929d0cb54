"""Who comes: the next arrival of a source, thinning, a new entity with its attributes."""

from __future__ import annotations

from sim.draws import draw
from sim.engines.kernel.digest import sign
from sim.engines.kernel.draws import leaf, mixed, quantile
from sim.engines.kernel.events import happen
from sim.engines.kernel.records import (
    ARRIVES,
    ATTRIBUTE,
    BY_ROWS,
    EMPTY,
    ENTITIES,
    FREE_ENTITIES,
    FREE_MOVERS,
    GAP,
    INSIDE,
    INSIDE_NOW,
    KEEP,
    NONE,
    REPLICATION,
    STILL_COMING,
)
from sim.engines.kernel.tally import tally_birth
from sim.jit import inlined


@inlined
def new_entity(net, st, flow, source, origin, day, number, arrived, given, parent, child):
    """A new entity with its attributes; `given` is a row of `listed`, `parent` an entity, or NONE."""
    n = st.x[FREE_ENTITIES] - 1
    st.x[FREE_ENTITIES] = n
    entity = st.free_entities[n]
    e = st.entities[entity]
    e.row = st.x[ENTITIES]
    st.x[ENTITIES] += 1
    st.x[INSIDE_NOW] += 1
    st.inside[flow] += 1
    e.flow, e.source, e.origin, e.day, e.number, e.arrived = flow, source, origin, day, number, arrived
    e.outcome, e.live, e.moved_at, e.moves, e.spent = INSIDE, 1, EMPTY, 0, 0
    e.child, e.parent, e.sent_for, e.load = child, NONE, NONE, NONE
    st.errands[entity, :] = NONE
    st.starts[entity, :] = 0
    st.counts[entity, :] = 0
    st.values[entity, :] = EMPTY
    first = net.attribute_ptr[flow]
    for k in range(first, net.attribute_ptr[flow + 1]):
        column = net.attribute_column[k]
        if given >= 0 and net.listed[given, 3 + column] != EMPTY:
            st.values[entity, column] = net.listed[given, 3 + column]
            continue
        if parent >= 0 and st.values[parent, column] != EMPTY:
            st.values[entity, column] = st.values[parent, column]
            continue
        tree = net.backlog_tree[k] if source == 0 else net.attribute_tree[k]
        end = leaf(net, st, tree, entity)
        key = net.attribute_keys[origin, k - first]
        luck = draw(key[0], key[1], number, day << 16 | child, ATTRIBUTE, st.x[REPLICATION])
        if net.attribute_number[k]:
            st.values[entity, column] = quantile(net, end, luck)
        else:
            st.values[entity, column] = mixed(net, end, luck)
    sign(net, st, entity)
    tally_birth(net, st, entity)
    return entity


@inlined
def new_mover(st, entity, zone, branch, parent):
    n = st.x[FREE_MOVERS] - 1
    st.x[FREE_MOVERS] = n
    mover = st.free_movers[n]
    m = st.movers[mover]
    m.entity, m.visit, m.held, m.zone, m.branch, m.parent, m.kids = (
        entity,
        NONE,
        NONE,
        zone,
        branch,
        parent,
        0,
    )
    m.load = NONE
    return mover


@inlined
def next_arrival(net, st, source, begin, end):
    """Find the next candidate of a source and let it be a fact to come."""
    src = st.sources[source]
    if src.kind == BY_ROWS:
        if src.row < src.last:
            src.next_at = net.listed[src.row, 0]
            src.next_day, src.next_number = net.listed[src.row, 1], net.listed[src.row, 2]
            happen(st, src.next_at, ARRIVES, source, 0)
        else:
            st.x[STILL_COMING] -= 1
        return
    key = net.flow_keys[src.origin]
    found = False
    while not found and src.day < net.days.shape[0] and src.left != 0:
        shape = net.shapes[net.day_shape[src.flow, src.day]]
        src.number += 1
        if shape[24] > 0 and net.days[src.day, 2] > net.days[src.day, 1]:
            luck = draw(key[0], key[1], src.number, net.days[src.day, 0] << 16, GAP, st.x[REPLICATION])
            src.position += quantile(net, src.gap, luck)
        else:
            src.position = shape[24]
        if src.position >= shape[24]:
            src.day += 1
            src.number, src.position, src.cell = -1, 0, 0
            continue
        begins, length = net.days[src.day, 1], net.days[src.day, 2] - net.days[src.day, 1]
        cell = src.cell
        while shape[cell + 1] <= src.position:
            cell += 1
        src.cell = cell
        inside = share_of(src.position - shape[cell], 24 * (shape[cell + 1] - shape[cell]), length)
        at = begins + cell * length // 24 + inside
        if at < begin:
            continue
        if at >= end:
            break
        src.next_at, src.next_day, src.next_number = at, net.days[src.day, 0], src.number
        if src.left > 0:
            src.left -= 1
        found = True
    if found:
        happen(st, src.next_at, ARRIVES, source, 0)
    else:
        st.x[STILL_COMING] -= 1


@inlined
def share_of(part, whole, length):
    """part x length // whole, whose product may not fit 64 bits; a day's length is below 2^27 ms."""
    high, low = length >> 16, length & 0xFFFF
    above = part * high
    return (above // whole << 16) + ((above % whole << 16) + part * low) // whole


@inlined
def kept(net, st, source):
    """Whether thinning keeps the candidate that arrives now."""
    src = st.sources[source]
    if src.kind == BY_ROWS:
        return True
    factor = st.demand[src.flow] - src.floor
    if factor >= 1000:
        return True
    key = net.flow_keys[src.origin]
    luck = draw(key[0], key[1], src.next_number, src.next_day << 16, KEEP, st.x[REPLICATION])
    return (luck * 1000) >> 52 < factor
