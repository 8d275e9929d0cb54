"""Door lines and queues, linked lists in the order of the law."""

from __future__ import annotations

from sim.engines.kernel.records import LINES, NONE, NOW
from sim.jit import called, inlined, seldom


@inlined
def before(st, a, b):
    """Whether visit a comes before visit b: (priority, joined, flow, source, entity, step)."""
    return in_order(st.visits, st.movers, st.entities, a, b)


@inlined
def in_order(visits, movers, entities, a, b):
    x, y = visits[a], visits[b]
    if x.priority != y.priority:
        return x.priority < y.priority
    if x.since != y.since:
        return x.since < y.since
    return tie(visits, movers, entities, a, b)


@seldom
def tie(visits, movers, entities, a, b):
    """The order of two visits that joined at one instant."""
    x, y = visits[a], visits[b]
    one, other = movers[x.mover].entity, movers[y.mover].entity
    if one != other:
        return entity_before(entities, one, other)
    return x.step < y.step


@inlined
def entity_before(entities, one, other):
    """The order of two entities, by their addresses: (flow, source, day, number, child)."""
    e, f = entities[one], entities[other]
    if e.flow != f.flow:
        return e.flow < f.flow
    if e.source != f.source:
        return e.source < f.source
    if e.day != f.day:
        return e.day < f.day
    if e.number != f.number:
        return e.number < f.number
    return e.child < f.child


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
    lasted = now - site.since
    if lasted > 0:  # else nobody could see how long it was
        site.area += site.queued * lasted
        site.most = max(site.most, site.queued)
        site.since = now
    site.queued += change
