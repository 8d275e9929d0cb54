"""Chance and what it decides: quantiles, mixes, the leaf of a tree for an entity."""

from __future__ import annotations

from numba import int64

from scenarios.grid import CELLS, OCTAVES, SIDE, SIZE
from sim.draws import draw
from sim.engines.kernel.records import REPLICATION, UNSET
from sim.jit import called, inlined, leading_zeros, seldom


@inlined
def quantile(net, table, luck):
    """The value of a table at a draw."""
    return value_at(net.tables, net.table_ptr[table], net.table_size[table], luck)


@called
def value_at(tables, first, size, luck):
    if size == 1:
        return tables[first]
    if size != SIZE:
        half = size // 2
        k = 0
        while tables[first + k] <= luck:
            k += 1
        return tables[first + half + k]
    tail = 2 * luck + 1
    base = first
    if tail > int64(1) << 52:
        tail = (int64(1) << 53) - tail
        base += SIDE
    octave = int64(leading_zeros(tail)) - 12
    if octave >= OCTAVES:
        return tables[base + SIDE - 1]
    beyond = (int64(1) << (52 - octave)) - tail
    cell = beyond >> (46 - octave)
    fraction = (beyond - (cell << (46 - octave))) >> (26 - octave)
    node = base + octave * CELLS + cell
    low = tables[node]
    return low + (((tables[node + 1] - low) * fraction + (1 << 19)) >> 20)


@inlined
def leaf(net, st, tree, entity):
    """The leaf of a decision tree for an entity."""
    while net.tree_by[tree] >= 0:
        tree = net.tree_kids[net.tree_value[tree] + st.values[entity, net.tree_by[tree]]]
    return net.tree_value[tree]


@inlined
def mixed(net, mix, luck):
    """The value of a mix at a draw."""
    k = net.mix_ptr[mix]
    while luck >= net.mix_upto[k]:
        k += 1
    return net.mix_value[k]


@inlined
def step_draw(net, st, entity, step, number, purpose):
    e = st.entities[entity]
    key = net.step_keys[e.origin, step]
    return draw(
        key[0], key[1], e.number, int64(e.day) << 16 | e.child, number << 8 | purpose, st.x[REPLICATION]
    )


@inlined
def priority(net, st, entity, flow, step):
    """Of an entity of a flow at a step."""
    fixed = net.fixed_priority[flow, step]
    return fixed if fixed != UNSET else own_priority(net, st, entity, flow, step)


@seldom
def own_priority(net, st, entity, flow, step):
    """What its attributes make it."""
    tree = net.priority[1, step]
    if tree >= 0:
        own = leaf(net, st, tree, entity)
        if own != UNSET:
            return own
    return leaf(net, st, net.priority[0, flow], entity)
