"""Rows of visits: written as visits leave, and counted a few hundred at a time.

What a row adds to the digest, to the laws and to the statistics depends on nothing but the row. A loop over many
rows lets the processor work on several at once, which a run that goes from fact to fact does not.
"""

from __future__ import annotations

from numba import uint64

from sim.engines.kernel.digest import word_of_visit
from sim.engines.kernel.laws import check_visit
from sim.engines.kernel.records import (
    AMOUNT,
    BATCH,
    BIN,
    EMPTY,
    FRESH,
    FRESH_ROWS,
    NTH_SEGMENT,
    RECORD,
    SEGMENT,
    VISIT_ROWS,
    VISITS_A,
    VISITS_B,
)
from sim.engines.kernel.tally import tally_visit
from sim.jit import called, inlined


@inlined
def write_visit(net, st, visit, left, now):
    """The row of a visit that leaves; or of one that is open: `left` is empty, and `now` the end of the run."""
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
    """Add the fresh rows to the digest, the laws, the statistics and the record; `end`: of the run, for open ones."""
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
        tally_visit(net, st, row, now)
    if st.x[RECORD]:
        keep_rows(st)
    st.x[VISIT_ROWS] += st.x[FRESH]
    st.x[FRESH] = 0


@inlined
def keep_rows(st):
    """The fresh rows into the record."""
    first = st.x[VISIT_ROWS]
    for k in range(st.x[FRESH]):
        row, log = st.fresh[k], st.visit_log[first + k]
        log.entity, log.step, log.visit = row.entity, row.step, row.number
        log.mode, log.outcome, log.blocked = row.mode, row.outcome, row.blocked
        log.lane_pool, log.lane = row.lane_pool, row.lane
        log.joined, log.admitted, log.started = row.joined, row.admitted, row.started
        log.ended, log.left = row.ended, row.left
        if st.extra_log.shape[1]:
            st.extra_log[first + k, AMOUNT], st.extra_log[first + k, BATCH] = row.amount, row.batch
            if st.again.shape[0]:
                st.extra_log[first + k, NTH_SEGMENT] = row.segment
