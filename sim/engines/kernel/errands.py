"""Sub-entities: sent out one by one, ended one by one, waited for (the twin of `sim.engines.errands`)."""

from __future__ import annotations

from numba import int64

from sim.engines.kernel.arrivals import new_entity, new_mover
from sim.engines.kernel.digest import sign_kin
from sim.engines.kernel.draws import leaf
from sim.engines.kernel.events import happen
from sim.engines.kernel.records import (
    BEGINS,
    ENDS,
    FORKS,
    FREE_ERRANDS,
    JOIN,
    MOST_SENT,
    MOST_VISITS,
    NONE,
    NOW,
    TOO_MANY,
    WRONG,
    WRONG_STEP,
)
from sim.jit import seldom


@seldom
def send_or_join(net, st, visit):
    """One more sub-entity of a visit is born, until all are; then the visit ends, or waits for them."""
    v = st.visits[visit]
    s = net.steps[v.step]
    entity = st.movers[v.mover].entity
    errand = st.errands[entity, s.errand]
    if s.kind == JOIN:
        wait_for_errand(st, visit, errand, s.wait_for)
        return
    if errand < 0 or st.errand_slots[errand].visit != v.number:
        if v.number > MOST_VISITS:
            st.x[WRONG], st.x[WRONG_STEP] = TOO_MANY, v.step
            return
        drop_errand(st, errand)
        errand = new_errand(net, st, entity, v.step, v.number)
    r = st.errand_slots[errand]
    if r.born == r.sent:
        wait_for_errand(st, visit, errand, s.wait_for)
        return
    r.born += 1
    send_one(net, st, entity, s.errand, errand)
    happen(st, st.x[NOW], FORKS, visit, v.stamp)


@seldom
def send_one(net, st, parent, errand_number, errand):
    """A sub-entity is born and sets out."""
    r = st.errand_slots[errand]
    p = st.entities[parent]
    origin = net.sent_origins[p.origin, errand_number]
    flow, source = net.origin_flow[origin], net.origin_source[origin]
    child = (r.visit - 1) * MOST_VISITS + r.born
    entity = new_entity(net, st, flow, source, origin, p.day, p.number, st.x[NOW], int64(NONE), parent, child)
    e = st.entities[entity]
    e.parent, e.sent_for = p.row, errand
    sign_kin(net, st, entity, parent)
    mover = new_mover(st, entity, NONE, 0, NONE)
    st.movers[mover].step = net.flow_first[flow]
    happen(st, st.x[NOW], BEGINS, mover, 0)


@seldom
def new_errand(net, st, entity, step, number):
    n = st.x[FREE_ERRANDS] - 1
    st.x[FREE_ERRANDS] = n
    errand = st.free_errands[n]
    s = net.steps[step]
    r = st.errand_slots[errand]
    r.visit, r.born, r.back, r.waiting, r.dropped = number, 0, 0, NONE, 0
    count = leaf(net, st, s.count, entity)
    if count < 0:  # an attribute
        count = st.values[entity, -1 - count]
    r.sent = min(max(count, 0), MOST_SENT)
    st.errands[entity, s.errand] = errand
    return errand


@seldom
def wait_for_errand(st, visit, errand, wait_for):
    """Let a visit end now if enough have ended, else when they have."""
    v = st.visits[visit]
    if errand >= 0:
        r = st.errand_slots[errand]
        wanted = r.sent if wait_for < 0 else min(wait_for, r.sent)
        if r.back < wanted:
            v.length, v.next = wanted, r.waiting
            r.waiting = visit
            return
    happen(st, st.x[NOW], ENDS, visit, v.stamp)


@seldom
def end_one(st, errand):
    """A sub-entity has ended: whoever waited for this one goes on."""
    r = st.errand_slots[errand]
    r.back += 1
    before, visit = int64(NONE), r.waiting
    while visit >= 0:
        v = st.visits[visit]
        following = v.next
        if v.length == r.back:
            happen(st, st.x[NOW], ENDS, visit, v.stamp)
            if before < 0:
                r.waiting = following
            else:
                st.visits[before].next = following
        else:
            before = visit
        visit = following
    free_errand(st, errand)


@seldom
def drop_errand(st, errand):
    """Its entity has gone, or sends out again."""
    if errand >= 0:
        st.errand_slots[errand].dropped = 1
        free_errand(st, errand)


@seldom
def free_errand(st, errand):
    """Its slot is free when nobody asks for it any more and all that were sent have ended."""
    r = st.errand_slots[errand]
    if r.dropped and r.back == r.sent:
        st.free_errands[st.x[FREE_ERRANDS]] = errand
        st.x[FREE_ERRANDS] += 1


@seldom
def end_errands(st, entity):
    """An entity is gone: what it sent goes on without it, and who sent it is told."""
    for k in range(st.errands.shape[1]):
        drop_errand(st, st.errands[entity, k])
    if st.entities[entity].sent_for >= 0:
        end_one(st, st.entities[entity].sent_for)
