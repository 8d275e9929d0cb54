"""What a group decides once the facts of an instant are known: outages, doors, starts."""

from __future__ import annotations

from numba import int64

from sim.engines.kernel.batches import depart, ride, settle_gathers
from sim.engines.kernel.choices import let_choose
from sim.engines.kernel.draws import leaf, quantile, step_draw
from sim.engines.kernel.events import happen, stir
from sim.engines.kernel.interruptions import fits, plan, settle_capacity, take_from_others
from sim.engines.kernel.laws import check_room
from sim.engines.kernel.lines import before, count_queue, leave_line
from sim.engines.kernel.records import (
    ANSWER,
    BIN,
    DIGITAL,
    DIVERTED,
    EMPTY,
    ENDS,
    FALLBACK,
    FINISH,
    FORKS,
    GATHER,
    KEPT_MODE,
    LINES,
    MOVES_IN,
    NONE,
    NOW,
    PARALLEL,
    PATIENCE_DRAW,
    PAUSE,
    RIDE,
    SEGMENT,
    SERVICE,
    SPENT,
    TAKE,
    TURNED_AWAY,
    WHOLE,
)
from sim.engines.kernel.reserving import claim, first_of, has_all, may_reserve, reserve
from sim.engines.kernel.stocks import gets_enough, take, turn_down
from sim.engines.kernel.units import free_for, note_pool, note_zone, take_unit
from sim.engines.kernel.visits import come_in
from sim.engines.kernel.waiting import fall_asleep, free_units_of, head_moved, head_of, may_start
from sim.jit import inlined, seldom


@inlined
def refuses(net, st, step, in_zone):
    """What is full: the zone's number (counted after the steps),
    else the step's; NONE if there is a place."""
    s = net.steps[step]
    if s.zone >= 0 and not in_zone and st.zones[s.zone].taken >= net.zone_room[s.zone]:
        return net.steps.shape[0] + s.zone
    if (s.room >= 0 and st.sites[step].places >= s.room) or st.sites[step].closed:
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
def has_begun(net, st, step, visit):
    """Whether it waits for a later segment of its work."""
    if net.steps[step].stoppable:
        return st.again[visit, SEGMENT] > 1
    return False


@inlined
def mode_of(net, st, step, head):
    """Digital, on paper, or (NONE) not at all for now; work once begun keeps its mode."""
    s = net.steps[step]
    begun = has_begun(net, st, step, head)
    if begun and st.again[head, KEPT_MODE] == FALLBACK:
        return FALLBACK
    for k in range(s.platform_a, s.platform_b):
        if st.platforms[net.platforms_of[k]] == 0:
            return NONE if s.paper < 0 or begun else FALLBACK
    return DIGITAL


@seldom
def length_of(net, st, step, visit):
    """How long a visit would take if it started now [ms]."""
    if has_begun(net, st, step, visit):
        return st.visits[visit].length
    entity = st.movers[st.visits[visit].mover].entity
    mode = mode_of(net, st, step, visit)
    return duration(net, st, entity, step, mode, st.starts[entity, step] + 1)


@inlined
def units_there(net, st, step, visit, take):  # noqa: C901
    """Whether every need finds units, greedily in the order of the file; with `take`,
    take them for the visit."""
    s = net.steps[step]
    held, fitting = 0, True
    length = length_of(net, st, step, visit) if s.must_fit else int64(0)
    for need in range(s.need_a, s.need_b):
        found = False
        for k in range(net.alternatives[need, 0], net.alternatives[need, 1]):
            pool, units = net.options[k, 0], net.options[k, 1]
            taken = 0
            if not take:
                for j in range(held):
                    if st.unit_pools[visit, j] == pool:
                        taken += 1
            if free_for(st, pool, visit) - taken >= units:
                if s.must_fit and not fits(
                    net.pool_rules, net.duty, net.duty_ptr, pool, units, length, st.x[NOW]
                ):
                    if s.fits_last == 0:
                        continue
                    fitting = False
                for _ in range(units):
                    if take:
                        take_unit(st, visit, held, pool)
                    else:
                        st.unit_pools[visit, held] = pool
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
    return fitting


@seldom
def has_units(net, st, step, visit):
    return units_there(net, st, step, visit, False)


@inlined
def would_interrupt(net, st, step, head):
    """Whether a head gets its units by interrupting others."""
    return net.steps[step].interrupts > 0 and plan(net, st, head, known_length(net, st, step, head)) > 0


@seldom
def known_length(net, st, step, visit):
    """How long a visit would take, where it matters before it starts [ms]."""
    return length_of(net, st, step, visit) if net.steps[step].must_fit else int64(0)


@inlined
def take_only(st, visit, pool, units):
    """Units of the one pool that a step needs."""
    v = st.visits[visit]
    for k in range(units):
        take_unit(st, visit, k, pool)
    v.held_units, v.lane_pool, v.lane = units, pool, st.units[visit, 0]
    note_pool(st, pool)


@inlined
def startable(net, st, step):
    """The head of the queue if what it needs is there, or some of it to reserve, else NONE."""
    s, head = net.steps[step], head_of(st, step)
    if s.reserve and head >= 0:
        return goes_on(net, st, step)
    if head < 0 or (s.platform_b > s.platform_a and mode_of(net, st, step, head) < 0):
        return NONE
    if s.only_pool >= 0:
        return head if free_units_of(st, s.only_pool) >= s.only_units else NONE
    if s.gather >= 0 and st.gathers[s.gather].due == 0:
        return NONE
    if not units_there(net, st, step, head, False) and not would_interrupt(net, st, step, head):
        return NONE
    if s.kind == TAKE and not may_take(net, st, step, head):
        return NONE
    return head


@seldom
def goes_on(net, st, step):
    """The head that may reserve something more, or start."""
    head = first_of(st, step)
    return head if may_reserve(net, st, head) or is_ready(net, st, step, head) else NONE


@seldom
def is_ready(net, st, step, visit):
    """Whether all is reserved and the work may start."""
    if mode_of(net, st, step, visit) < 0:
        return False
    return has_all(net, st, visit, known_length(net, st, step, visit))


@inlined
def may_take(net, st, step, head):
    s = net.steps[step]
    return s.partial or s.short_to >= 0 or gets_enough(net, st, head)


@inlined
def start(net, st, visit):  # noqa: C901, PLR0912
    """Take what it needs and the time; the end is a fact. Returns whether others were interrupted."""
    v, now = st.visits[visit], st.x[NOW]
    step = v.step
    s = net.steps[step]
    entity = st.movers[v.mover].entity
    if s.short_to >= 0 and not gets_enough(net, st, visit):
        turn_down(st, visit)
        return False
    if s.reserve:
        reserve(net, st, visit)
        if not is_ready(net, st, step, visit):
            return False
        claim(net, st, visit)
    mode, begun = mode_of(net, st, step, visit), has_begun(net, st, step, visit)
    number = st.starts[entity, step] + 1
    # before everything else that is done, so that the processor does it meanwhile
    length = v.length if begun else duration(net, st, entity, step, mode, number)
    others = False
    if s.interrupts:
        others = not has_units(net, st, step, visit)
    if others:
        take_from_others(net, st, visit, known_length(net, st, step, visit))
    leave_line(st, visit)
    count_queue(st, step, -1)
    if s.watched:
        st.waiting[step, st.entities[entity].flow] -= 1
    v.started, v.mode, v.bin = now, mode, st.x[BIN]
    if s.only_pool >= 0:
        take_only(st, visit, s.only_pool, s.only_units)
        head_moved(net, st, step)
    elif not others and s.reserve == 0:
        units_there(net, st, step, visit, True)
    if net.fickle.size > 0:
        look_again(net, st, visit)
    if not begun:
        st.starts[entity, step] = number
    if s.kind == TAKE:
        take(net, st, visit)
    if s.kind == GATHER:
        depart(net, st, visit)
        return False
    if s.kind == RIDE:
        ride(st, visit)
        return False
    if s.kind == PARALLEL or s.errand >= 0:  # it ends when others have ended
        happen(st, now, FORKS, visit, v.stamp)
        return False
    if s.kind == ANSWER and is_too_late(net, st, visit, length):
        return others
    if s.stoppable and not begun:
        st.again[visit, WHOLE] = length
    if s.stoppable or (s.on_outage != FINISH and mode == DIGITAL and s.platform_b > s.platform_a):
        is_under_way(st, visit, length)
    happen(st, now + length, ENDS, visit, v.stamp)
    return others


@seldom
def look_again(net, st, visit):
    """At who may start because this visit did: a greedy first need may now leave units to the second."""
    for k in range(st.visits[visit].held_units):
        pool = st.unit_pools[visit, k]
        for j in range(net.fickle_ptr[pool], net.fickle_ptr[pool + 1]):
            may_start(net, st, net.fickle[j])


@seldom
def is_too_late(net, st, visit, length):
    """Whether an answer that takes so long does not come in time: then it ends when its patience does."""
    v = st.visits[visit]
    if v.patient == 0:
        return False
    entity = st.movers[v.mover].entity
    table = leaf(net, st, net.steps[v.step].patience, entity)
    limit = quantile(net, table, step_draw(net, st, entity, v.step, v.number, PATIENCE_DRAW))
    return st.x[NOW] + length >= v.since + limit


@seldom
def is_under_way(st, visit, length):
    """An outage or another visit may touch it: among those of its step."""
    v = st.visits[visit]
    v.length, v.resumed = length, st.x[NOW]
    v.prev, v.next = NONE, st.sites[v.step].under_way
    if v.next >= 0:
        st.visits[v.next].prev = visit
    st.sites[v.step].under_way = visit


@inlined
def duration(net, st, entity, step, mode, number):
    """The entity's own draw, times the factors, floored once [ms]."""
    s = net.steps[step]
    table = leaf(net, st, s.time if mode == DIGITAL else s.paper, entity)
    if table < 0:
        return int64(0)
    if net.table_size[table] == 1:
        value = net.tables[net.table_ptr[table]]
    else:
        value = quantile(net, table, step_draw(net, st, entity, step, number, SERVICE))
    part, whole = int64(0), int64(1)
    if st.sites[step].slow != 1000:
        value, part, whole = times(value, part, whole, st.sites[step].slow)
    if mode == DIGITAL:
        for k in range(s.platform_a, s.platform_b):
            factor = st.platforms[net.platforms_of[k]]
            if factor != 1000:
                value, part, whole = times(value, part, whole, factor)
    return value


@seldom
def times(value, part, whole, factor):
    """value + part/whole times a factor per mille: exact, where the product of all might not fit."""
    above = value * factor + part * factor // whole
    return above // 1000, above % 1000 * whole + part * factor % whole, whole * 1000


@seldom
def settle_outage(net, st, step):
    """Pause digital work when a platform is down; go on (or begin again) when all are up."""
    now = st.x[NOW]
    up = True
    s = net.steps[step]
    for k in range(s.platform_a, s.platform_b):
        if st.platforms[net.platforms_of[k]] == 0:
            up = False
    visit = st.sites[step].under_way if s.on_outage != FINISH else int64(NONE)
    while visit >= 0:
        v = st.visits[visit]
        if v.mode != DIGITAL:
            visit = v.next
            continue
        if not up and v.resumed != EMPTY:
            if s.on_outage == PAUSE:
                v.length -= now - v.resumed
            v.stamp += 1
            v.resumed = EMPTY
        elif up and v.resumed == EMPTY:
            v.resumed = now
            v.stamp += 1
            happen(st, now + v.length, ENDS, visit, v.stamp)
            st.x[SPENT] = 1
        visit = v.next


@inlined
def decide(net, st, group):
    """One pass over a group: outages, lost capacity, choices, doors, starts; each until no more can be done.

    A start that interrupts others is the last of its pass.
    """
    g = st.groups[group]
    g.stirred = 0
    if g.passes_at != st.x[NOW]:
        g.passes_at, g.passes = st.x[NOW], 0
    g.passes += 1
    outages(net, st, group)
    if g.fallen:
        settle_capacity(net, st, group)
    if g.choosers >= 0:
        let_choose(net, st, group)
    doors(net, st, group)
    if st.gathers.size > 0:
        settle_gathers(net, st, group)
    while True:  # starts
        best = best_waiting(net, st, g)
        previous, step = NONE, g.start
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
        if start(net, st, best):
            stir(st, group)
            break


@inlined
def best_waiting(net, st, g):
    """The first among those who can start at the pools that were touched; a pool without one is set aside."""
    best, previous, pool = int64(NONE), int64(NONE), g.pools
    while pool >= 0:
        p = st.pools[pool]
        visit = front(net, st, pool)
        if visit < 0:
            p.touched = 0
            if previous < 0:
                g.pools = p.next_touched
            else:
                st.pools[previous].next_touched = p.next_touched
        else:
            previous = pool
            if best < 0 or before(st, visit, best):
                best = visit
        pool = p.next_touched
    return best


@inlined
def front(net, st, pool):
    """Who starts next of those who wait for a pool alone."""
    p = st.pools[pool]
    while p.waiting > 0 and free_units_of(st, pool) > 0:
        step = st.pool_heaps[p.wait_first]
        visit = startable(net, st, step)
        if visit >= 0:
            return visit
        fall_asleep(net, st, step)
    return int64(NONE)


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
        check_room(st, st.zones[zone].taken, net.zone_room[zone])
        note_zone(st, zone)
    come_in(net, st, visit)
    if v.admitted == v.joined:  # full when it came, and not at the end of that instant
        v.blocked = NONE
    happen(st, st.x[NOW], MOVES_IN, visit, v.stamp)


@seldom
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
                happen(st, st.x[NOW], TURNED_AWAY, visit, st.visits[visit].stamp)
                visit = following
