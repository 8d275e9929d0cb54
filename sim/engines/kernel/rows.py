"""Rows of visits: written as visits leave, and counted some dozens at a time.

What a row adds to the digest, to the laws and to the statistics depends on nothing but the row. A loop over
many lets the processor work on several at once, which a run that goes from fact to fact does not.
"""

from __future__ import annotations

from numba import uint64

from sim.engines.kernel.digest import word_of_visit
from sim.engines.kernel.laws import check_visit
from sim.engines.kernel.records import (
    AMOUNT,
    BATCH,
    BIN,
    COUNTS,
    EMPTY,
    FRESH,
    FRESH_ROWS,
    LONG,
    LONG_ROWS,
    MODE_BITS,
    MOST_LANE,
    MOST_NUMBER,
    NOT_REACHED,
    NTH_SEGMENT,
    RECORD,
    SEGMENT,
    VISIT_ROWS,
    VISITS_A,
    VISITS_B,
)
from sim.engines.kernel.tally import tally_visit
from sim.jit import called, inlined, seldom


@inlined
def write_visit(net, st, visit, left, now):
    """The row of a visit that leaves, or (`left` is empty, `now` the end of the run) of an open one."""
    if st.x[FRESH] == FRESH_ROWS:
        count_rows(net, st, now)
    v, row = st.visits[visit], st.fresh[st.x[FRESH]]
    st.x[FRESH] += 1
    m = st.movers[v.mover]
    e, words = st.entities[m.entity], st.signs[m.entity]
    if m.branch == 0 and v.ended != EMPTY:
        e.spent += v.ended - v.joined
    row.address_a, row.address_b = words[0], words[1]
    if v.started == EMPTY:
        v.bin = st.x[BIN]
    row.step, row.number, row.outcome, row.mode = v.step, v.number, v.outcome, v.mode
    row.lane_pool, row.lane, row.blocked, row.bin = v.lane_pool, v.lane, v.blocked, v.bin
    row.joined, row.admitted, row.started, row.ended = v.joined, v.admitted, v.started, v.ended
    row.left, row.entity = left, e.row
    if st.extra_log.shape[1]:
        row.amount, row.batch = v.amount, v.batch
        row.segment = st.again[visit, SEGMENT] if st.again.shape[0] else 1


@called
def count_rows(net, st, end):
    """Fresh rows into the digest, the laws, the statistics and the record; `end` of the run for open ones."""
    a, b = uint64(0), uint64(0)
    for k in range(st.x[FRESH]):
        one, other = word_of_visit(net, st, st.fresh[k])
        a += one
        b += other
    st.totals[VISITS_A] += a
    st.totals[VISITS_B] += b
    for k in range(st.x[FRESH]):
        row = st.fresh[k]
        now = row.left if row.left != EMPTY else end
        check_visit(st, row, now)
        if st.x[COUNTS]:
            tally_visit(net, st, row, now)
    if st.x[RECORD]:
        keep_rows(st)
    st.x[VISIT_ROWS] += st.x[FRESH]
    st.x[FRESH] = 0


@seldom
def keep_rows(st):
    """The fresh rows into the record."""
    first = st.x[VISIT_ROWS]
    for k in range(st.x[FRESH]):
        row, log = st.fresh[k], st.visit_log[first + k]
        number, lane = row.number, row.lane + 1
        log.entity, log.step, log.visit, log.blocked = row.entity, row.step, number & MOST_NUMBER, row.blocked
        log.how = ((row.mode + 1) << MODE_BITS) | row.outcome
        log.lane_pool, log.lane_low, log.lane_high = row.lane_pool, lane & 0xFFFF, lane >> 16 & 0xFF
        log.joined = row.joined
        admitted, started = after(row.joined, row.admitted), after(row.joined, row.started)
        ended, left = after(row.joined, row.ended), after(row.joined, row.left)
        last, earliest = max(admitted, started, ended, left), min(admitted, started, ended, left)
        if last > NOT_REACHED or earliest < 0 or number > MOST_NUMBER or lane > MOST_LANE:
            admitted, started, ended, left = LONG, keep_long(st, row), 0, 0
        log.admitted, log.started, log.ended, log.left = admitted, started, ended, left
        if st.extra_log.shape[1]:
            st.extra_log[first + k, AMOUNT], st.extra_log[first + k, BATCH] = row.amount, row.batch
            if st.again.shape[0]:
                st.extra_log[first + k, NTH_SEGMENT] = row.segment


@inlined
def after(joined, time):
    """A time as it stands in a row; more than NOT_REACHED if it does not fit there."""
    if time == EMPTY:
        return NOT_REACHED
    return time - joined if time - joined < LONG else NOT_REACHED + 1


@seldom
def keep_long(st, row):
    """What of a row does not fit into it; returns where that stands."""
    n = st.x[LONG_ROWS]
    st.x[LONG_ROWS] = n + 1
    log = st.long_log[n]
    log.admitted, log.started, log.ended, log.left = row.admitted, row.started, row.ended, row.left
    log.visit, log.lane = row.number, row.lane
    return n
