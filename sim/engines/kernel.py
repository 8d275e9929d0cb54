"""The law as one compiled loop over flat arrays (numba): draws, queues, decisions.

All state lives in arrays handed in from outside: the kernel can stop at any instant and go on, and growing
an array or taking a copy of a run is the same thing. Draws and loop stand in one module, since numba's cache
does not notice an edit elsewhere. The kernel allocates nothing, and most helpers are inlined.
The story is the same as in `sim.engines.reference`, and so are the words.
"""
# Numba compiles these functions from the types of its arguments; annotations would say nothing more.
# mypy: disable-error-code="assignment, no-untyped-def, no-untyped-call, untyped-decorator"

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
from numba import int64, njit, uint32, uint64

from scenarios.grid import CELLS, OCTAVES, SIDE, SIZE

UNCOUNTED: dict[str, Any] = {"_nrt": False}
"""The kernel allocates nothing, so arrays need no counting of references: ten times faster. The option is not
documented by numba; without it the results are the same."""
inlined = njit(**UNCOUNTED, forceinline=True)
called = njit(**UNCOUNTED)

EMPTY = -(1 << 63)
NONE = -1
UNSET = -(1 << 62)
WORK, WAIT, CHOOSE, PARALLEL, END_STEP = range(5)
FINISH, PAUSE, RESTART = range(3)
OPEN, COMPLETED, DIVERTED, RENEGED = range(4)
INSIDE, LEFT_COMPLETED, LOST = 0, 1, 2
DIGITAL, FALLBACK = range(2)
BY_RATE, BY_ROWS = range(2)
SERVICE, CHOICE, PATIENCE_DRAW, GAP, KEEP, PLACE, ATTRIBUTE, AGE, LENGTH = range(9)
SCHEDULED, CAPACITY, PLATFORM, SLOW, DEMAND = range(5)

# what happens: facts, as (kind, slot, stamp) in one integer
ARRIVES, ENDS, GIVES_UP, MOVES_IN, IS_DIVERTED, FORKS, BEGINS, HANDED = range(8)
SLOT_BITS, KIND_BITS = 28, 3

# scalars of a run
(
    NOW, HEAP, SOON, STIRRED_GROUPS, ROW, INSIDE_NOW, STILL_COMING, LAST_LEFT, VISIT_ROWS, ENTITY_ROWS,
    ENTITIES,
    FREE_VISITS, FREE_MOVERS, FREE_ENTITIES, USAGE_ROWS, PLACE_ROWS, EVENTS, CHECK, IDLE_HEADS, WRONG,
    REPLICATION,
    RECORD, PASSES_AT, MAX_FORK, WRONG_STEP,
) = range(25)  # fmt: skip
SCALARS = 25
DONE, GROW, EMPTIED, ENDLESS, CANCELLED = range(5)
LINES = 3  # two doors and the queue
MAX_PASSES = 10_000

i8, i4, i2, i1 = np.int64, np.int32, np.int16, np.int8
EVENT = np.dtype([("time", i8), ("what", i8)])
SITE = np.dtype([(n, i8) for n in (
    "places", "slow", "queued", "area", "since", "in_admit", "next_admit", "in_start", "next_start",
    "next_asked",
    "newcomers", "under_way", "touched",
)])  # fmt: skip
GROUP = np.dtype([(n, i8) for n in ("admit", "start", "passes_at", "passes", "stirred", "touched")])
POOL = np.dtype(
    [(n, i8) for n in ("capacity", "serving", "kept", "highest", "returned", "first", "usage_row")]
)
ZONE = np.dtype([(n, i8) for n in ("taken", "place_row")])
VISIT = np.dtype([(n, i8) for n in (
    "mover", "step", "number", "draw", "priority", "since", "joined", "admitted", "started", "ended", "mode",
    "lane_pool", "lane", "blocked", "outcome", "keeping", "stamp", "length", "resumed", "prev", "next",
    "line",
    "in_zone", "moved_in", "newcomer", "patient", "held_units",
)])  # fmt: skip
MOVER = np.dtype([(n, i8) for n in ("entity", "visit", "held", "zone", "branch", "parent", "kids", "step")])
ENTITY = np.dtype([(n, i8) for n in (
    "row", "flow", "origin", "source", "day", "number", "arrived", "outcome", "live", "moved_at", "moves",
)])  # fmt: skip
VISIT_LOG = np.dtype([("entity", i4), ("step", i2), ("visit", i2), ("mode", i1), ("outcome", i1),
                      ("lane_pool", i2), ("lane", i4), ("blocked", i2), ("joined", i8), ("admitted", i8),
                      ("started", i8), ("ended", i8),
                      ("left", i8)])  # fmt: skip
ENTITY_LOG = np.dtype([("flow", i2), ("source", i2), ("day", i4), ("number", i8), ("arrived", i8),
                       ("outcome", i1),
                       ("left", i8)])  # fmt: skip
LEVEL = np.dtype([("what", i8), ("time", i8), ("serving", i8), ("kept", i8)])

State = namedtuple(
    "State",
    "x heap soon awake sites lists groups pools returned zones platforms demand sources visits movers "
    "entities values "
    "starts counts units unit_pools free_visits free_movers free_entities visit_log entity_log attribute_log "
    "usage places cancel",
)
"""All arrays that change: see `prepare`."""


# ---- draws (the twin of sim.chance)
@called
def draw(k0, k1, c0, c1, c2, c3):
    """52 random bits for an address."""
    w0, w1, w2, w3 = uint64(c0), uint64(c1), uint64(c2), uint64(c3)
    a, b = uint32(k0), uint32(k1)
    low = uint64(0xFFFFFFFF)
    for _ in range(10):
        p0 = uint64(0xD2511F53) * w0
        p1 = uint64(0xCD9E8D57) * w2
        w0 = ((p1 >> uint64(32)) ^ w1 ^ uint64(a)) & low
        w2 = ((p0 >> uint64(32)) ^ w3 ^ uint64(b)) & low
        w1 = p1 & low
        w3 = p0 & low
        a = uint32(a + uint32(0x9E3779B9))
        b = uint32(b + uint32(0xBB67AE85))
    return int64(((w0 << uint64(32)) | w1) >> uint64(12))


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
    octave, top = 0, int64(1) << 51
    while tail < top and octave < OCTAVES:
        top >>= 1
        octave += 1
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
    return draw(key[0], key[1], e.number, e.day << 16, number << 8 | purpose, st.x[REPLICATION])


# ---- what will happen
@called
def push(heap, x, time, what):
    i = x[HEAP]
    x[HEAP] = i + 1
    while i > 0:
        up = (i - 1) >> 1
        if heap[up].time <= time:
            break
        heap[i].time = heap[up].time
        heap[i].what = heap[up].what
        i = up
    heap[i].time = time
    heap[i].what = what


@called
def pop(heap, x):
    what, n = heap[0].what, x[HEAP] - 1
    x[HEAP] = n
    time, last, i = heap[n].time, heap[n].what, 0
    while True:
        kid = 2 * i + 1
        if kid >= n:
            break
        if kid + 1 < n and heap[kid + 1].time < heap[kid].time:
            kid += 1
        if heap[kid].time >= time:
            break
        heap[i].time = heap[kid].time
        heap[i].what = heap[kid].what
        i = kid
    heap[i].time = time
    heap[i].what = last
    return what


@inlined
def happen(st, time, kind, slot, stamp):
    """A fact to come; at this very instant without the heap."""
    what = (stamp << (SLOT_BITS + KIND_BITS)) | (slot << KIND_BITS) | kind
    if time == st.x[NOW]:
        st.soon[st.x[SOON]] = what
        st.x[SOON] += 1
    else:
        push(st.heap, st.x, time, what)


# ---- stirring
@inlined
def stir(st, group):
    if st.groups[group].stirred == 0:
        st.groups[group].stirred = 1
        wake(st.awake, st.x, group)


@called
def wake(awake, x, group):
    """Into the heap of stirred groups, the lowest number first."""
    i = x[STIRRED_GROUPS]
    x[STIRRED_GROUPS] = i + 1
    while i > 0:
        up = (i - 1) >> 1
        if awake[up] <= group:
            break
        awake[i] = awake[up]
        i = up
    awake[i] = group


@called
def lowest_awake(awake, x):
    n = x[STIRRED_GROUPS] - 1
    x[STIRRED_GROUPS] = n
    group, last, i = awake[0], awake[n], 0
    while True:
        kid = 2 * i + 1
        if kid >= n:
            break
        if kid + 1 < n and awake[kid + 1] < awake[kid]:
            kid += 1
        if awake[kid] >= last:
            break
        awake[i] = awake[kid]
        i = kid
    awake[i] = last
    return group


@inlined
def may_admit(net, st, step):
    site = st.sites[step]
    group = net.steps[step].group
    if site.in_admit == 0:
        site.in_admit = 1
        site.next_admit = st.groups[group].admit
        st.groups[group].admit = step
    stir(st, group)


@inlined
def may_start(net, st, step):
    site = st.sites[step]
    group = net.steps[step].group
    if site.in_start == 0 and site.queued > 0:
        site.in_start = 1
        site.next_start = st.groups[group].start
        st.groups[group].start = step
    stir(st, group)


@inlined
def stir_pool(net, st, pool):
    for k in range(net.user_ptr[pool], net.user_ptr[pool + 1]):
        may_start(net, st, net.users[k])


# ---- levels: busy units and places, one entry for each instant
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


# ---- units of a pool, numbered from 1; the lowest free one serves next
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
        note_pool(st, pool)
        stir_pool(net, st, pool)
    v.held_units = 0
    v.keeping = 0


# ---- lines, in the order of the law
@inlined
def before(st, a, b):
    """Whether visit a comes before visit b: (priority, joined, flow, source, entity, step)."""
    x, y = st.visits[a], st.visits[b]
    if x.priority != y.priority:
        return x.priority < y.priority
    if x.since != y.since:
        return x.since < y.since
    return tie(st.visits, st.movers, st.entities, a, b)


@called
def tie(visits, movers, entities, a, b):
    """The order of two visits that joined at one instant."""
    x, y = visits[a], visits[b]
    e, f = entities[movers[x.mover].entity], entities[movers[y.mover].entity]
    if e.flow != f.flow:
        return e.flow < f.flow
    if e.source != f.source:
        return e.source < f.source
    if e.day != f.day:
        return e.day < f.day
    if e.number != f.number:
        return e.number < f.number
    return x.step < y.step


@called
def enter(lists, visits, movers, entities, visit, line):
    """Into a door line (0, 1) or the queue (2), sorted from the back."""
    v = visits[visit]
    ends = lists[v.step * LINES + line]
    after = ends[1]
    while after >= 0:
        w = visits[after]
        if v.priority > w.priority or (v.priority == w.priority and v.since > w.since):
            break
        if (
            v.priority == w.priority
            and v.since == w.since
            and not tie(visits, movers, entities, visit, after)
        ):
            break
        after = w.prev
    follower = ends[0] if after < 0 else visits[after].next
    v.prev, v.next, v.line = after, follower, line
    if after < 0:
        ends[0] = visit
    else:
        visits[after].next = visit
    if follower < 0:
        ends[1] = visit
    else:
        visits[follower].prev = visit


@inlined
def enter_line(st, visit, line):
    enter(st.lists, st.visits, st.movers, st.entities, visit, line)


@inlined
def leave_line(st, visit):
    v = st.visits[visit]
    ends = st.lists[v.step * LINES + v.line]
    if v.prev < 0:
        ends[0] = v.next
    else:
        st.visits[v.prev].next = v.next
    if v.next < 0:
        ends[1] = v.prev
    else:
        st.visits[v.next].prev = v.prev
    v.line = NONE


@inlined
def count_queue(st, step, change):
    site, now = st.sites[step], st.x[NOW]
    site.area += site.queued * (now - site.since)
    site.queued += change
    site.since = now


# ---- giving back
@inlined
def zone_back(net, st, zone):
    st.zones[zone].taken -= 1
    note_zone(st, zone)
    for k in range(net.zone_ptr[zone], net.zone_ptr[zone + 1]):
        may_admit(net, st, net.zone_steps[k])


@inlined
def place_back(net, st, step):
    st.sites[step].places -= 1
    if net.steps[step].room >= 0:
        may_admit(net, st, step)


@inlined
def close(st, visit):
    """Write the row of a visit that has left, and free its slot."""
    write_visit(st, visit, st.x[NOW])
    v = st.visits[visit]
    v.stamp += 1
    v.mover = NONE
    st.free_visits[st.x[FREE_VISITS]] = visit
    st.x[FREE_VISITS] += 1


@inlined
def write_visit(st, visit, left):
    n = st.x[VISIT_ROWS]
    st.x[VISIT_ROWS] = n + 1
    if st.x[RECORD]:
        v, row = st.visits[visit], st.visit_log[n]
        row.entity = st.entities[st.movers[v.mover].entity].row
        row.step, row.visit, row.mode, row.outcome = v.step, v.number, v.mode, v.outcome
        row.lane_pool, row.lane = v.lane_pool, v.lane
        row.blocked = NONE if v.admitted == v.joined else v.blocked
        row.joined, row.admitted, row.started, row.ended, row.left = (
            v.joined,
            v.admitted,
            v.started,
            v.ended,
            left,
        )


@inlined
def give_back(net, st, visit):
    return_units(net, st, visit)
    place_back(net, st, st.visits[visit].step)
    close(st, visit)


# ---- coming and going
@inlined
def needs_place(net, step, in_zone):
    s = net.steps[step]
    return s.room >= 0 or (s.zone >= 0 and not in_zone)


@inlined
def come_in(net, st, visit):
    """Admitted: take a place and stand in the queue."""
    v = st.visits[visit]
    v.admitted = st.x[NOW]
    st.sites[v.step].places += 1
    count_queue(st, v.step, 1)
    enter_line(st, visit, 2)
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
    v.mover, v.step, v.number, v.draw = mover, step, st.counts[entity, step], 0
    v.joined, v.since = now, now
    v.admitted = v.started = v.ended = v.resumed = EMPTY
    v.mode = v.lane_pool = v.lane = v.blocked = v.line = NONE
    v.outcome = OPEN
    v.keeping = v.length = v.moved_in = v.newcomer = v.patient = v.held_units = 0
    zone = net.steps[step].zone
    v.in_zone = 1 if zone >= 0 and m.zone == zone else 0
    v.priority = priority(net, st, entity, e.flow, step)
    m.visit = visit
    if net.steps[step].patience >= 0:
        table = leaf(net, st, net.steps[step].patience, entity)
        if table >= 0:
            v.patient = 1
            limit = quantile(net, table, step_draw(net, st, entity, step, v.number, PATIENCE_DRAW))
            happen(st, now + limit, GIVES_UP, visit, v.stamp)
    return visit


@inlined
def priority(net, st, entity, flow, step):
    tree = net.priority[1, step]
    if tree >= 0:
        own = leaf(net, st, tree, entity)
        if own != UNSET:
            return own
    return leaf(net, st, net.priority[0, flow], entity)


@inlined
def come(net, st, mover, step):
    """Come to a step: to its door if a place must be asked for,
    else straight in; returns who is to move in."""
    visit = new_visit(net, st, mover, step)
    v, m = st.visits[visit], st.movers[mover]
    held = m.held
    straight = True
    if held >= 0 and st.visits[held].step == step:  # back to its own step: it keeps its place
        return_units(net, st, held)
        close(st, held)
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
def next_station(net, st, entity, step):
    """Follow choices to the next step that takes time; NONE where the way ends."""
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
        if s.kind != CHOOSE:
            return step
        st.starts[entity, step] += 1
        if s.by >= 0:
            option = st.values[entity, s.by]
        else:
            luck = step_draw(net, st, entity, step, st.starts[entity, step], CHOICE)
            option = mixed(net, leaf(net, st, s.mixes, entity), luck)
        step = net.targets[net.choice[e.flow, step] + option]
    return NONE


@inlined
def leave(net, st, mover):
    """The end of the way, or of a branch: give back everything."""
    m = st.movers[mover]
    if m.branch:
        p = st.movers[m.parent]
        p.kids -= 1
        if p.kids == 0:
            happen(st, st.x[NOW], ENDS, p.visit, st.visits[p.visit].stamp)
    else:
        if m.zone >= 0:
            zone_back(net, st, m.zone)
        complete(st, m.entity)
    st.free_movers[st.x[FREE_MOVERS]] = mover
    st.x[FREE_MOVERS] += 1
    m.entity = NONE


@inlined
def complete(st, entity):
    e = st.entities[entity]
    if e.outcome == INSIDE:
        e.outcome = LEFT_COMPLETED
    st.x[LAST_LEFT] = st.x[NOW]
    st.x[INSIDE_NOW] -= 1
    write_entity(st, entity, st.x[NOW])
    e.live = 0
    st.free_entities[st.x[FREE_ENTITIES]] = entity
    st.x[FREE_ENTITIES] += 1


@inlined
def write_entity(st, entity, left):
    st.x[ENTITY_ROWS] += 1
    if st.x[RECORD]:
        e = st.entities[entity]
        row = st.entity_log[e.row]
        row.flow, row.source, row.day, row.number = e.flow, e.source, e.day, e.number
        row.arrived, row.outcome, row.left = e.arrived, e.outcome, left
        for a in range(st.values.shape[1]):
            st.attribute_log[e.row, a] = st.values[entity, a]


# ---- who comes
@inlined
def new_entity(net, st, flow, source, origin, day, number, arrived, given):
    """A new entity with its attributes; `given` is a row of `listed`, or NONE."""
    n = st.x[FREE_ENTITIES] - 1
    st.x[FREE_ENTITIES] = n
    entity = st.free_entities[n]
    e = st.entities[entity]
    e.row = st.x[ENTITIES]
    st.x[ENTITIES] += 1
    st.x[INSIDE_NOW] += 1
    e.flow, e.source, e.origin, e.day, e.number, e.arrived = flow, source, origin, day, number, arrived
    e.outcome, e.live, e.moved_at, e.moves = INSIDE, 1, EMPTY, 0
    st.starts[entity, :] = 0
    st.counts[entity, :] = 0
    st.values[entity, :] = EMPTY
    first = net.attribute_ptr[flow]
    for k in range(first, net.attribute_ptr[flow + 1]):
        column = net.attribute_column[k]
        if given >= 0 and net.listed[given, 3 + column] != EMPTY:
            st.values[entity, column] = net.listed[given, 3 + column]
            continue
        tree = net.backlog_tree[k] if source == 0 else net.attribute_tree[k]
        end = leaf(net, st, tree, entity)
        key = net.attribute_keys[origin, k - first]
        luck = draw(key[0], key[1], number, day << 16, ATTRIBUTE, st.x[REPLICATION])
        if net.attribute_number[k]:
            st.values[entity, column] = quantile(net, end, luck)
        else:
            st.values[entity, column] = mixed(net, end, luck)
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
            src.number, src.position = -1, 0
            continue
        begins, length = net.days[src.day, 1], net.days[src.day, 2] - net.days[src.day, 1]
        cell = 0
        while shape[cell + 1] <= src.position:
            cell += 1
        inside = (src.position - shape[cell]) * length // (24 * (shape[cell + 1] - shape[cell]))
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
def kept(net, st, source):
    """Whether thinning keeps the candidate that arrives now."""
    src = st.sources[source]
    if src.kind == BY_ROWS:
        return True
    factor = st.demand[src.flow] - src.floor
    key = net.flow_keys[src.origin]
    luck = draw(key[0], key[1], src.next_number, src.next_day << 16, KEEP, st.x[REPLICATION])
    return (luck * 1000) >> 52 < factor


# ---- decisions
@inlined
def refuses(net, st, step, in_zone):
    """What is full: the zone's number (counted after the steps),
    else the step's; NONE if there is a place."""
    s = net.steps[step]
    if s.zone >= 0 and not in_zone and st.zones[s.zone].taken >= net.zone_room[s.zone]:
        return net.steps.shape[0] + s.zone
    if s.room >= 0 and st.sites[step].places >= s.room:
        return step
    return NONE


@inlined
def admissible(net, st, step):
    """The best of the two heads that finds its places."""
    a, b = st.lists[step * LINES, 0], st.lists[step * LINES + 1, 0]
    if a >= 0 and refuses(net, st, step, 1) >= 0:
        a = NONE
    if b >= 0 and refuses(net, st, step, 0) >= 0:
        b = NONE
    if a < 0 or (b >= 0 and before(st, b, a)):
        return b
    return a


@inlined
def mode_of(net, st, step):
    s = net.steps[step]
    for k in range(s.platform_a, s.platform_b):
        if st.platforms[net.platforms_of[k]] == 0:
            return NONE if s.paper < 0 else FALLBACK
    return DIGITAL


@inlined
def units_there(net, st, step, visit, take):  # noqa: C901
    """Whether every need finds units, greedily in the order of the file; with `take`,
    take them for the visit."""
    s = net.steps[step]
    held = 0
    for need in range(s.need_a, s.need_b):
        found = False
        for k in range(net.alternatives[need, 0], net.alternatives[need, 1]):
            pool, units = net.options[k, 0], net.options[k, 1]
            p = st.pools[pool]
            taken = 0
            if not take:
                for j in range(held):
                    if st.unit_pools[visit, j] == pool:
                        taken += 1
            if p.capacity - p.serving - p.kept - taken >= units:
                for _ in range(units):
                    st.unit_pools[visit, held] = pool
                    if take:
                        p.serving += 1
                        st.units[visit, held] = lowest_unit(st.pools, st.returned, pool)
                    held += 1
                if take:
                    note_pool(st, pool)
                found = True
                break
        if not found:
            return False
    if take:
        v = st.visits[visit]
        v.held_units = held
        if held > 0:
            v.lane_pool, v.lane = st.unit_pools[visit, 0], st.units[visit, 0]
    return True


@inlined
def startable(net, st, step):
    """The head of the queue if what it needs is there, else NONE."""
    head = st.lists[step * LINES + 2, 0]
    if head < 0 or mode_of(net, st, step) < 0:
        return NONE
    return head if units_there(net, st, step, head, False) else NONE


@inlined
def start(net, st, visit):
    v, now = st.visits[visit], st.x[NOW]
    step = v.step
    s = net.steps[step]
    entity = st.movers[v.mover].entity
    leave_line(st, visit)
    count_queue(st, step, -1)
    v.started, v.mode = now, mode_of(net, st, step)
    units_there(net, st, step, visit, True)
    for k in range(v.held_units):  # a greedy first need may now leave units to the second
        pool = st.unit_pools[visit, k]
        for j in range(net.fickle_ptr[pool], net.fickle_ptr[pool + 1]):
            may_start(net, st, net.fickle[j])
    st.starts[entity, step] += 1
    v.draw = st.starts[entity, step]
    if s.kind == PARALLEL:
        happen(st, now, FORKS, visit, v.stamp)
        return
    length = duration(net, st, visit, entity)
    if s.on_outage != FINISH and v.mode == DIGITAL and s.platform_b > s.platform_a:
        v.length, v.resumed = length, now
        v.prev, v.next = NONE, st.sites[step].under_way
        if v.next >= 0:
            st.visits[v.next].prev = visit
        st.sites[step].under_way = visit
    happen(st, now + length, ENDS, visit, v.stamp)


@inlined
def duration(net, st, visit, entity):
    """The entity's own draw, times the factors, floored once [ms]."""
    v = st.visits[visit]
    s = net.steps[v.step]
    table = leaf(net, st, s.time if v.mode == DIGITAL else s.paper, entity)
    if table < 0:
        return int64(0)
    if net.table_size[table] == 1:
        value = net.tables[net.table_ptr[table]]
    else:
        value = quantile(net, table, step_draw(net, st, entity, v.step, v.draw, SERVICE))
    scale = int64(1)
    if st.sites[v.step].slow != 1000:
        value *= st.sites[v.step].slow
        scale *= 1000
    if v.mode == DIGITAL:
        for k in range(s.platform_a, s.platform_b):
            factor = st.platforms[net.platforms_of[k]]
            if factor != 1000:
                value *= factor
                scale *= 1000
    return value // scale


@inlined
def settle_outage(net, st, step):
    """Pause digital work when a platform is down; go on (or begin again) when all are up."""
    now = st.x[NOW]
    up = True
    s = net.steps[step]
    for k in range(s.platform_a, s.platform_b):
        if st.platforms[net.platforms_of[k]] == 0:
            up = False
    visit = st.sites[step].under_way
    while visit >= 0:
        v = st.visits[visit]
        if not up and v.resumed != EMPTY:
            if s.on_outage == PAUSE:
                v.length -= now - v.resumed
            v.stamp += 1
            v.resumed = EMPTY
        elif up and v.resumed == EMPTY:
            v.resumed = now
            v.stamp += 1
            happen(st, now + v.length, ENDS, visit, v.stamp)
        visit = v.next


@inlined
def decide(net, st, group):
    """One pass over a group: outages, doors, starts; each until nothing more can be done."""
    g = st.groups[group]
    g.stirred = 0
    if g.passes_at != st.x[NOW]:
        g.passes_at, g.passes = st.x[NOW], 0
    g.passes += 1
    outages(net, st, group)
    doors(net, st, group)
    while True:  # starts
        best, previous, step = NONE, NONE, g.start
        while step >= 0:
            following = st.sites[step].next_start
            visit = startable(net, st, step)
            if visit < 0:
                st.sites[step].in_start = 0
                if previous < 0:
                    g.start = following
                else:
                    st.sites[previous].next_start = following
            else:
                previous = step
                if best < 0 or before(st, visit, best):
                    best = visit
            step = following
        if best < 0:
            break
        start(net, st, best)


@inlined
def outages(net, st, group):
    if st.groups[group].touched:
        st.groups[group].touched = 0
        for step in range(net.steps.shape[0]):
            if st.sites[step].touched and net.steps[step].group == group:
                st.sites[step].touched = 0
                settle_outage(net, st, step)


@inlined
def doors(net, st, group):
    g = st.groups[group]
    asked = int64(NONE)
    while True:
        best, previous, step = NONE, NONE, g.admit
        while step >= 0:
            following = st.sites[step].next_admit
            visit = admissible(net, st, step)
            if visit < 0:
                st.sites[step].in_admit = 0
                st.sites[step].next_asked = asked
                asked = step
                if previous < 0:
                    g.admit = following
                else:
                    st.sites[previous].next_admit = following
            else:
                previous = step
                if best < 0 or before(st, visit, best):
                    best = visit
            step = following
        if best < 0:
            break
        admit(net, st, best)
    while asked >= 0:
        refuse(net, st, asked)
        asked = st.sites[asked].next_asked


@inlined
def admit(net, st, visit):
    v = st.visits[visit]
    leave_line(st, visit)
    zone = net.steps[v.step].zone
    if zone >= 0 and v.in_zone == 0:
        st.zones[zone].taken += 1
        note_zone(st, zone)
    come_in(net, st, visit)
    happen(st, st.x[NOW], MOVES_IN, visit, v.stamp)


@inlined
def refuse(net, st, step):
    """After a pass over the doors: note what was full, and divert who is not to wait."""
    visit = st.sites[step].newcomers
    while visit >= 0:
        v = st.visits[visit]
        following = v.resumed
        v.newcomer, v.resumed = 0, EMPTY
        if v.admitted == EMPTY:
            v.blocked = refuses(net, st, step, v.in_zone)
        visit = following
    st.sites[step].newcomers = NONE
    if net.steps[step].full_to < 0:
        return
    for line in range(2):
        if refuses(net, st, step, 1 - line) >= 0:
            visit = st.lists[step * LINES + line, 0]
            while visit >= 0:
                following = st.visits[visit].next
                leave_line(st, visit)
                st.visits[visit].outcome = DIVERTED
                happen(st, st.x[NOW], IS_DIVERTED, visit, st.visits[visit].stamp)
                visit = following


# ---- what is set from outside
@inlined
def apply_row(net, st):
    row = st.x[ROW]
    st.x[ROW] = row + 1
    what, target, value = net.timetable[row, 1], net.timetable[row, 2], net.timetable[row, 3]
    if what == CAPACITY:
        st.pools[target].capacity = value
        stir_pool(net, st, target)
    elif what == SLOW:
        st.sites[target].slow = value
    elif what == DEMAND:
        st.demand[target] = value
    elif what == PLATFORM:
        st.platforms[target] = value
        for k in range(net.platform_ptr[target], net.platform_ptr[target + 1]):
            step = net.platform_steps[k]
            may_start(net, st, step)
            st.sites[step].touched = 1
            st.groups[net.steps[step].group].touched = 1
    st.x[CHECK] = 1


@called
def look_for_idle_heads(net, st):
    """A law: no head waits that could start or come in."""
    for step in range(net.steps.shape[0]):
        if startable(net, st, step) >= 0 or admissible(net, st, step) >= 0:
            st.x[IDLE_HEADS] += 1


@inlined
def room_for_more(st):
    """How many facts and passes every array can hold for sure; 0 or less: grow first.

    A fact adds at most one visit, one entity, fork + 1 movers, fork + 4 events, 4 rows and one entry for each
    pool and zone; a pass adds two events for each visit there is.
    """
    x = st.x
    live = st.visits.size - x[FREE_VISITS]
    fork = x[MAX_FORK]
    fuel = min(x[FREE_VISITS] - 1, x[FREE_ENTITIES] - 1)
    fuel = min(fuel, (x[FREE_MOVERS] - 1) // (fork + 1))
    fuel = min(fuel, (st.heap.size - x[HEAP] - 2 * live) // (fork + 6))
    fuel = min(fuel, (st.soon.size - x[SOON] - 2 * live) // (fork + 6))
    if x[RECORD]:
        fuel = min(fuel, (st.visit_log.size - x[VISIT_ROWS]) // 4)
        fuel = min(fuel, st.entity_log.size - x[ENTITIES] - 1)
        fuel = min(fuel, (st.usage.size - x[USAGE_ROWS]) // (st.pools.size + 1))
        fuel = min(fuel, (st.places.size - x[PLACE_ROWS]) // (st.zones.size + 1))
    return fuel


@inlined
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


# ---- facts: who moves on, and to which step
@inlined
def arrived(net, st, source, begin, end):
    """A candidate of a source: kept or thinned away; then the next one is looked for."""
    mover, step = int64(NONE), int64(NONE)
    if kept(net, st, source):
        src = st.sources[source]
        given = src.row if src.kind == BY_ROWS else int64(NONE)
        day, number = src.next_day, src.next_number
        entity = new_entity(net, st, src.flow, src.code, src.origin, day, number, st.x[NOW], given)
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
    if net.steps[v.step].release:
        return_units(net, st, visit)
    m.held = visit
    m.visit = NONE
    return v.mover, net.following[st.entities[m.entity].flow, v.step]


@inlined
def no_longer_under_way(st, visit):
    v = st.visits[visit]
    if v.prev < 0:
        st.sites[v.step].under_way = v.next
    else:
        st.visits[v.prev].next = v.next
    if v.next >= 0:
        st.visits[v.next].prev = v.prev
    v.resumed = EMPTY


@inlined
def gave_up(net, st, visit):
    """Patience is over, unless the visit has started or was turned away. Returns also what to give back."""
    v = st.visits[visit]
    if v.started != EMPTY or v.outcome != OPEN:
        return int64(NONE), int64(NONE), int64(NONE)
    mover, at, back = v.mover, v.step, int64(NONE)
    v.outcome, v.ended = RENEGED, st.x[NOW]
    leave_line(st, visit)
    drop_newcomer(st, visit)
    if v.admitted == EMPTY:
        close(st, visit)
    else:
        count_queue(st, at, -1)
        back = visit
    may_admit(net, st, at)
    may_start(net, st, at)
    st.movers[mover].visit = NONE
    step = net.steps[at].patience_to
    if step < 0 and st.movers[mover].branch == 0:
        st.entities[st.movers[mover].entity].outcome = LOST
    return mover, step, back


@inlined
def diverted(net, st, visit):
    """Refused at a full place that names another."""
    v = st.visits[visit]
    mover, step = v.mover, net.steps[v.step].full_to
    v.ended = st.x[NOW]
    close(st, visit)
    st.movers[mover].visit = NONE
    return mover, step


# ---- the loop
@njit(**UNCOUNTED, nogil=True, cache=True)
def run(net, st, begin, arrivals_end, until, stop_when_empty):  # noqa: C901, PLR0912, PLR0915
    """Go on until an instant, or until something must be done outside (see DONE … CANCELLED)."""
    x = st.x
    into, back, gone, fuel = int64(NONE), int64(NONE), int64(NONE), int64(0)
    while True:
        while into >= 0 or back >= 0:  # what the last fact left to do
            if back < 0:
                back = move_in(net, st, into)
                into = NONE
            if back >= 0:
                give_back(net, st, back)
                back = NONE
        if gone >= 0:
            leave(net, st, gone)
            gone = NONE
        if fuel == 0:
            fuel = room_for_more(st)
            if fuel <= 0:
                return GROW
        fuel -= 1
        now = x[NOW]
        mover, step = int64(NONE), int64(NONE)
        row = x[ROW]
        if row < net.timetable.shape[0] and net.timetable[row, 0] <= now:
            apply_row(net, st)
            continue
        if x[SOON] > 0:
            x[SOON] -= 1
            what = st.soon[x[SOON]]
        elif x[HEAP] > 0 and st.heap[0].time == now:
            what = pop(st.heap, st.x)
        elif x[STIRRED_GROUPS] > 0:
            x[EVENTS] += 1
            group = lowest_awake(st.awake, x)
            decide(net, st, group)
            if st.groups[group].passes > MAX_PASSES:
                x[WRONG_STEP] = group
                return ENDLESS
            continue
        else:
            if x[CHECK]:
                x[CHECK] = 0
                look_for_idle_heads(net, st)
            if st.cancel[0]:
                return CANCELLED
            if stop_when_empty and x[INSIDE_NOW] == 0 and x[STILL_COMING] == 0:
                return EMPTIED
            t = int64(1) << 62
            if row < net.timetable.shape[0]:
                t = net.timetable[row, 0]
            if x[HEAP] > 0 and st.heap[0].time < t:
                t = st.heap[0].time
            if t >= until:
                return DONE
            x[NOW] = t
            continue
        x[EVENTS] += 1
        kind, slot = what & 7, (what >> KIND_BITS) & ((1 << SLOT_BITS) - 1)
        stamp = what >> (SLOT_BITS + KIND_BITS)
        if kind == ARRIVES:
            mover, step = arrived(net, st, slot, begin, arrivals_end)
        elif kind == BEGINS:  # the first step of a branch
            mover, step = slot, st.movers[slot].step
        elif st.visits[slot].stamp != stamp:
            continue
        elif st.visits[slot].moved_in == 0 and kind in (MOVES_IN, FORKS, ENDS):
            into = slot  # first inside, then what follows
            if kind != MOVES_IN:
                st.soon[x[SOON]] = what
                x[SOON] += 1
            continue
        elif kind == FORKS:
            fork(net, st, slot)
        elif kind == ENDS:
            mover, step = ended(net, st, slot)
        elif kind == GIVES_UP:
            mover, step, back = gave_up(net, st, slot)
        elif kind == IS_DIVERTED:
            mover, step = diverted(net, st, slot)
        if mover >= 0:
            station = next_station(net, st, st.movers[mover].entity, step)
            if x[WRONG]:
                return ENDLESS
            if station >= 0:
                into = come(net, st, mover, station)
            else:
                gone = mover
                if st.movers[mover].held >= 0:
                    back = st.movers[mover].held
                    st.movers[mover].held = NONE


@njit(**UNCOUNTED, cache=True)
def open_gates(net, st, begin, arrivals_end):
    """Find the first arrival of each source."""
    for source in range(st.sources.size):
        next_arrival(net, st, source, begin, arrivals_end)


@njit(**UNCOUNTED, cache=True)
def stand_in_backlog(net, st, flow, origin, day, number, step, age_tree):
    """One entity of the opening backlog, already in; False if its place is not there."""
    entity = new_entity(net, st, flow, 0, origin, day, number, st.x[NOW], NONE)
    mover = new_mover(st, entity, NONE, 0, NONE)
    visit = new_visit(net, st, mover, step)
    age = quantile(net, leaf(net, st, age_tree, entity), step_draw(net, st, entity, step, 0, AGE))
    st.entities[entity].arrived = st.x[NOW] - age
    v = st.visits[visit]
    v.since, v.moved_in = st.x[NOW] - age, 1
    zone = net.steps[step].zone
    st.movers[mover].zone = zone
    v.in_zone = 1 if zone >= 0 else 0
    if zone >= 0:
        st.zones[zone].taken += 1
        note_zone(st, zone)
    come_in(net, st, visit)
    s = net.steps[step]
    if s.room >= 0 and st.sites[step].places > s.room:
        return False
    return zone < 0 or st.zones[zone].taken <= net.zone_room[zone]


@njit(**UNCOUNTED, cache=True)
def spare(st):
    """How many facts fit without growing."""
    return room_for_more(st)


@njit(**UNCOUNTED, cache=True)
def write_open(st):
    """The rows of open visits and present entities, at the end of a run."""
    for visit in range(st.visits.size):
        if st.visits[visit].mover >= 0:
            write_visit(st, visit, EMPTY)
    for entity in range(st.entities.size):
        if st.entities[entity].live:
            write_entity(st, entity, EMPTY)
