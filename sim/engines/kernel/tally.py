"""Statistics kept while the run goes, instead of a record: see `sim.tally` for what each field means."""

from __future__ import annotations

from numba import int64

from sim.engines.kernel.records import (
    BIN,
    BIN_END,
    BLOCKS,
    CAPACITY,
    CARRIES,
    CARRIES_ARRIVED,
    CARRIES_CROSSED,
    CARRY,
    COUNTS,
    EMPTY,
    FALLBACK,
    HISTOGRAMS,
    INSIDE,
    LEFT_COMPLETED,
    NONE,
    NOW,
    ROW,
    SCHEDULED,
    WINDOW,
)
from sim.engines.kernel.waiting import work_out_capacity
from sim.jit import inlined, leading_zeros, seldom
from sim.tally import AFTER, BEFORE, CELLS, CELLS_LOG2, FAR, INTERVALS, WITHIN

BLOCKED, WAIT, SERVED, HELD, SOJOURN = range(5)
PARTS = len(INTERVALS)
RENEGED, BALKED = 2, 3
"""Outcomes of entities; the one after them is turned back."""


@seldom
def carry(st, block, cell):
    """A cell that overflows begins again at 0; how often is kept apart."""
    st.carries[st.x[CARRIES]] = block * CELLS + cell
    st.x[CARRIES] += 1


@inlined
def note_value(st, span, series, value):
    """A value into the histogram of a span; of 0 nothing is kept."""
    shift = max(0, 63 - CELLS_LOG2 - leading_zeros(value | 1))
    octave = 0 if value < CELLS else shift + 1
    block = st.blocks[span, series, octave]
    if block == 0:
        block = st.x[BLOCKS]
        st.x[BLOCKS] = block + 1
        st.blocks[span, series, octave] = block
    cell = (value >> shift) & (CELLS - 1)
    count = st.cells[block, cell] + (int64(1) if value > 0 else int64(0))
    st.cells[block, cell] = count & (CARRY - 1)
    if count == CARRY:
        carry(st, block, cell)


@inlined
def tally_visit(net, st, row, now):
    """A visit that has left; or one that is still open, when `now` is the end of the run."""
    if row.started == EMPTY:
        if row.ended == EMPTY:
            st.open[row.step] += 1
        else:
            sums = st.step_tally[row.bin, row.step]
            sums.turned += 1
            sums.turned_time += row.ended - row.joined
        return
    stop = row.ended if row.ended != EMPTY else now
    if row.ended == EMPTY:
        st.open[row.step] += 1
    blocked, wait, service = row.admitted - row.joined, row.started - row.admitted, stop - row.started
    held = now - stop
    sums, span, series = st.step_tally[row.bin, row.step], net.span[row.bin], row.step * PARTS
    sums.started += 1
    sums.delayed += 1 if blocked + wait > 0 else 0
    sums.paper += 1 if row.mode == FALLBACK else 0
    sums.wait += wait
    sums.service += service
    sums.blocked += blocked
    sums.held += held
    if st.x[COUNTS] < HISTOGRAMS:
        return
    note_value(st, span, series + WAIT, wait)
    note_value(st, span, series + SERVED, service)
    note_value(st, span, series + SOJOURN, blocked + wait + service)
    if blocked > 0:
        note_value(st, span, series + BLOCKED, blocked)
    if held > 0:
        note_value(st, span, series + HELD, held)


# ---- levels: how many there are, over time -------------------------------------------------------------
# The area under a level up to an instant is level x instant - moment, where the moment sums change x instant;
# so a change costs one product, and the bins are told at their ends.
@inlined
def tally_pool(st, pool):
    """Units were taken or given back: at this instant, once for however many."""
    p, now = st.pools[pool], st.x[NOW]
    if p.noted != now:
        p.noted = now
        p.changes += 1
    p.serving_moment += (p.serving - p.was_serving) * now
    p.was_serving = p.serving
    if p.kept != p.was_kept:
        p.kept_moment += (p.kept - p.was_kept) * now
        p.was_kept = p.kept
    if p.serving + p.kept > p.steady or p.over > 0 or p.available != p.steady:
        tally_limits(st, pool, now)


@seldom
def tally_limits(st, pool, at):
    """What is busy beyond the schedule, and what is available, from an instant on."""
    p = st.pools[pool]
    busy = p.was_serving + p.was_kept
    over = max(0, busy - p.scheduled)
    p.steady = min(p.capacity, p.scheduled)
    available = max(busy - over, p.steady)
    p.over_moment += (over - p.over) * at
    p.available_moment += (available - p.available) * at
    p.over, p.available = over, available


@inlined
def settle_pool(st, pool, at):
    """Tell the bin what has been added to the areas since they were told."""
    p, row = st.pools[pool], st.pool_tally[st.x[BIN], pool]
    serving, kept = p.was_serving * at - p.serving_moment, p.was_kept * at - p.kept_moment
    over, available = p.over * at - p.over_moment, p.available * at - p.available_moment
    row.serving += serving - p.serving_told
    row.kept += kept - p.kept_told
    row.duty += (serving - p.serving_told) + (kept - p.kept_told) - (over - p.over_told)
    row.available += available - p.available_told
    row.changes += p.changes
    p.serving_told, p.kept_told, p.over_told, p.available_told = serving, kept, over, available
    p.changes = 0


@inlined
def tally_zone(st, zone):
    """Up to now, what was taken since the last change."""
    z, now = st.zones[zone], st.x[NOW]
    row = st.zone_tally[st.x[BIN], zone]
    if z.noted != now:
        z.noted = now
        row.changes += 1
    settle_zone(st, zone, now)
    z.was_taken = z.taken


@inlined
def settle_zone(st, zone, at):
    z = st.zones[zone]
    row, lasted = st.zone_tally[st.x[BIN], zone], at - z.since
    z.since = at
    row.taken += lasted * z.was_taken
    row.full += lasted if z.was_taken >= z.room else 0


@inlined
def tally_places(net, st, step):
    """Called before the places taken of a step change."""
    if net.steps[step].room >= 0:
        settle_places(st, step, st.x[NOW])


@inlined
def settle_places(st, step, at):
    site = st.sites[step]
    st.step_tally[st.x[BIN], step].places += site.places * (at - site.places_since)
    site.places_since = at


@inlined
def settle_flow(st, flow, at):
    """Called before the number inside changes."""
    f, row = st.flows[flow], st.flow_tally[st.x[BIN], flow]
    lasted = at - f.since
    if lasted > 0:
        f.since = at
        row.inside += lasted * f.inside
        row.most = max(row.most, f.inside)


@inlined
def settle_queue(st, step, at):
    site, row = st.sites[step], st.step_tally[st.x[BIN], step]
    lasted = at - site.since
    if lasted > 0:
        site.area += site.queued * lasted
        site.most = max(site.most, site.queued)
        site.since = at
    row.queue += site.area - site.area_told
    row.queue_most = max(row.queue_most, site.most)
    site.area_told, site.most = site.area, site.queued


@seldom
def settle(net, st, at):
    """Every level up to an instant that ends a bin, or the run."""
    for step in range(st.sites.size):
        settle_queue(st, step, at)
        if net.steps[step].room >= 0:
            settle_places(st, step, at)
    for pool in range(st.pools.size):
        settle_pool(st, pool, at)
    for zone in range(st.zones.size):
        settle_zone(st, zone, at)
    for flow in range(st.flows.size):
        settle_flow(st, flow, at)


@seldom
def turn(net, st, at):
    """The bins that are over at an instant; the largest number at its end is the first of the next."""
    x = st.x
    while x[BIN_END] <= at:
        settle(net, st, x[BIN_END])
        x[BIN] += 1
        last = x[BIN] + 2 == net.edges.size
        x[BIN_END] = FAR if last else net.edges[x[BIN] + 1]
        for flow in range(st.flows.size):
            st.flow_tally[x[BIN], flow].most = st.flows[flow].inside
        for step in range(st.sites.size):
            st.step_tally[x[BIN], step].queue_most = st.sites[step].queued


@seldom
def go_through(net, st, end):
    """Levels up to the end of a run; one that ended because everybody had left may lack rows before it."""
    x = st.x
    for row in range(x[ROW], net.timetable.shape[0]):
        time, what, target = net.timetable[row, 0], net.timetable[row, 1], net.timetable[row, 2]
        if time < end and what in (SCHEDULED, CAPACITY):
            turn(net, st, time)
            if what == SCHEDULED:
                st.pools[target].scheduled = net.timetable[row, 3]
            else:
                st.pools[target].timetabled = net.timetable[row, 3]
                work_out_capacity(st, target)
            tally_limits(st, target, time)
    turn(net, st, end - 1)
    settle(net, st, end)


# ---- entities ------------------------------------------------------------------------------------------
@inlined
def tally_birth(net, st, entity):
    e, first = st.entities[entity], net.attribute_ptr[st.entities[entity].flow]
    e.came = e.crossed = EMPTY
    e.kind = net.kind_first[e.flow]
    for k in range(first, net.attribute_ptr[e.flow + 1]):
        if not net.attribute_number[k]:
            e.kind += net.kind_part[k, st.values[entity, net.attribute_column[k]]]
    settle_flow(st, e.flow, st.x[NOW])
    st.flows[e.flow].inside += 1
    st.flow_tally[st.x[BIN], e.flow].came += 1


@inlined
def tally_leaving(st, flow):
    settle_flow(st, flow, st.x[NOW])
    st.flows[flow].inside -= 1
    st.flow_tally[st.x[BIN], flow].left += 1


@inlined
def phase_of(st, time):
    return BEFORE if time < 0 else (WITHIN if time < st.x[WINDOW] else AFTER)


@inlined
def tally_entity(net, st, entity, left, now):
    """An entity that has left; or one that is still inside, when `left` is empty and `now` the end."""
    e = st.entities[entity]
    marks = net.flow_marks[e.flow]
    backlog = e.source == 0
    came = e.came if marks & CARRIES_ARRIVED and not backlog else e.arrived
    if came == EMPTY or e.parent != NONE:
        return
    crossed = e.crossed
    if not marks & CARRIES_CROSSED:
        crossed = left if e.outcome == LEFT_COMPLETED else EMPTY
    gone = crossed if crossed != EMPTY else left
    until = gone if gone != EMPTY else now
    if crossed != EMPTY:
        tally_crossing(net, st, e.kind, came, crossed)
    elif e.outcome != INSIDE:
        row = st.kind_tally[phase_of(st, left), e.kind]
        if e.outcome == LEFT_COMPLETED:
            row.completed += 1
        elif e.outcome == RENEGED:
            row.reneged += 1
        elif e.outcome == BALKED:
            row.balked += 1
        else:
            row.turned_back += 1
    if not backlog:
        row = st.kind_tally[phase_of(st, came), e.kind]
        row.came += 1
        row.restricted += until - came
        row.unfinished += 1 if gone == EMPTY else 0
    row = st.kind_tally[WITHIN, e.kind]
    window = st.x[WINDOW] if left != EMPTY else min(now, st.x[WINDOW])
    row.area += max(0, min(until, window) - max(0, came))
    if (came < 0 or (backlog and came == 0)) and not EMPTY < gone < 0:
        row.opening += 1
    if (came < window or (backlog and came == window)) and not EMPTY < gone < window:
        row.closing += 1
        row.age += window - came


@inlined
def tally_crossing(net, st, kind, came, crossed):
    row, dwell = st.kind_tally[phase_of(st, crossed), kind], crossed - came
    row.crossed += 1
    row.dwell += dwell
    row.dwell_most = max(row.dwell_most, dwell)
    st.squares[phase_of(st, crossed), kind] += (dwell / 1000) * (dwell / 1000)
    if st.x[COUNTS] < HISTOGRAMS:
        return
    moment = st.x[BIN]
    while net.edges[moment] > crossed:
        moment -= 1
    note_value(st, net.span[moment], st.sites.size * PARTS + kind, dwell)
