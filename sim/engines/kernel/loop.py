"""The loop: facts of an instant until none is left, then the lowest stirred group, then the next instant."""

from __future__ import annotations

from numba import int64

from sim.engines.kernel.arrivals import new_entity, new_mover, next_arrival
from sim.engines.kernel.batches import set_out, too_long
from sim.engines.kernel.choices import count_in, count_out, stand_before
from sim.engines.kernel.decisions import decide
from sim.engines.kernel.draws import leaf, quantile, step_draw
from sim.engines.kernel.errands import send_or_join
from sim.engines.kernel.events import lowest_awake, next_time, take_next
from sim.engines.kernel.facts import (
    apply_row,
    arrived,
    ended,
    fork,
    gave_up,
    look_for_idle_heads,
    room_for_more,
    turned_away,
)
from sim.engines.kernel.records import (
    AGE,
    ARRIVES,
    AT_CHOICE,
    BEGINS,
    BIN_END,
    BREATH,
    CHECK,
    DEPARTS,
    DONE,
    EMPTIED,
    EMPTY,
    ENDLESS,
    ENDS,
    EVENTS,
    FACTS_A_BREATH,
    FORKS,
    GIVES_UP,
    GROW,
    INSIDE_NOW,
    IS_TOO_LONG,
    IS_TURNED_DOWN,
    JOINS,
    KIND_BITS,
    KIND_MASK,
    LEAST_ROOM,
    MAX_PASSES,
    MOVES_IN,
    NONE,
    NOW,
    PARALLEL,
    ROW,
    SLOT_BITS,
    SOON,
    SPENT,
    STILL_COMING,
    STIRRED_GROUPS,
    SWITCHES,
    TURNED_AWAY,
    WINDOW,
    WRONG,
    WRONG_STEP,
)
from sim.engines.kernel.rows import count_rows, write_visit
from sim.engines.kernel.rules import read_rules, switch
from sim.engines.kernel.stocks import turned_down
from sim.engines.kernel.tally import go_through, turn
from sim.engines.kernel.units import note_zone
from sim.engines.kernel.visits import (
    come,
    come_in,
    give_back,
    join,
    leave,
    move_in,
    new_visit,
    next_station,
    write_entity,
)
from sim.jit import brief, entry
from sim.tally import FAR


@entry
def run(net, st, begin, arrivals_end, until, stop_when_empty):  # noqa: C901, PLR0912, PLR0915
    """Go on until an instant, or until something must be done outside (see DONE … BREATH)."""
    x = st.x
    into, back, gone, fuel = int64(NONE), int64(NONE), int64(NONE), int64(0)
    breath = int64(FACTS_A_BREATH)
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
            if breath == 0:
                return BREATH
            fuel = min(breath, room_for_more(st))
            if fuel < LEAST_ROOM:
                return GROW
            breath -= fuel
        fuel -= 1
        now = x[NOW]
        mover, step = int64(NONE), int64(NONE)
        row = x[ROW]
        if net.timetable[row, 0] <= now:
            apply_row(net, st)
            continue
        if x[SOON] > 0:
            x[SOON] -= 1
            what = st.soon[x[SOON]]
        elif next_time(st) == now:
            what = take_next(st)
        elif x[STIRRED_GROUPS] > 0:
            group = int64(NONE)
            fuel += 1
            while x[STIRRED_GROUPS] > 0 and x[SOON] == 0 and fuel > 0:
                fuel -= 1
                x[EVENTS] += 1
                group = lowest_awake(st)
                decide(net, st, group)
                if st.groups[group].passes > MAX_PASSES:
                    x[WRONG_STEP] = group
                    return ENDLESS
                if x[SPENT]:  # the room for work that is interrupted or goes on is needed anew
                    x[SPENT] = 0
                    breath += fuel
                    fuel = 0
            continue
        else:
            if x[CHECK]:
                x[CHECK] = 0
                look_for_idle_heads(net, st)
            rules = net.rules.size > 0
            if rules:
                read_rules(net, st)
            t = net.timetable[row, 0]
            t = min(t, next_time(st))
            empty = x[INSIDE_NOW] == 0 and x[STILL_COMING] == 0
            if stop_when_empty and empty and (not rules or x[WINDOW] == FAR or t >= x[WINDOW]):
                return EMPTIED  # rules act to the end of the window, if there is one
            if t >= until:
                return DONE
            if t >= x[BIN_END]:
                turn(net, st, t)
            x[NOW] = t
            continue
        x[EVENTS] += 1
        kind, slot = what & KIND_MASK, (what >> KIND_BITS) & ((1 << SLOT_BITS) - 1)
        stamp = what >> (SLOT_BITS + KIND_BITS)
        if kind == ARRIVES:
            mover, step = arrived(net, st, slot, begin, arrivals_end)
        elif kind >= BEGINS:  # the first step of a branch or of a carrier, or what a choice has picked
            if kind == DEPARTS:
                set_out(net, st, slot)
                continue
            if kind == SWITCHES:
                switch(net, st, slot, stamp)
                continue
            mover, step = slot, st.movers[slot].step
            if stamp and step >= 0 and net.steps[step].watched:
                flow = st.entities[st.movers[mover].entity].flow
                count_out(st.there, st.waiting, step, flow, False)  # it comes there now
        elif st.visits[slot].stamp != stamp:
            continue
        elif st.visits[slot].moved_in == 0 and kind in (MOVES_IN, FORKS, ENDS, IS_TURNED_DOWN):
            into = slot  # first inside, then what follows
            if kind != MOVES_IN:
                st.soon[x[SOON]] = what
                x[SOON] += 1
            continue
        elif kind == FORKS:
            if net.steps[st.visits[slot].step].kind == PARALLEL:
                fork(net, st, slot)
            else:
                send_or_join(net, st, slot)
                if x[WRONG]:
                    return ENDLESS
        elif kind == ENDS:
            mover, step = ended(net, st, slot)
        elif kind == GIVES_UP:
            mover, step, back = gave_up(net, st, slot)
        elif kind == JOINS:
            into = join(net, st, slot)
        elif kind == TURNED_AWAY:
            mover, step = turned_away(net, st, slot)
        elif kind == IS_TURNED_DOWN:
            mover, step = turned_down(net, st, slot)
            back = slot
        elif kind == IS_TOO_LONG:
            too_long(net, st, slot)
        if mover >= 0:
            station = next_station(net, st, mover, step)
            if x[WRONG]:
                return ENDLESS
            if station >= 0:
                into = come(net, st, mover, station)
            elif station <= AT_CHOICE:
                stand_before(net, st, mover, AT_CHOICE - station)
            else:
                gone = mover
                if st.movers[mover].held >= 0:
                    back = st.movers[mover].held
                    st.movers[mover].held = NONE


@brief
def open_gates(net, st, begin, arrivals_end):
    """Find the first arrival of each source."""
    for source in range(st.sources.size):
        next_arrival(net, st, source, begin, arrivals_end)


@brief
def stand_in_backlog(net, st, flow, origin, day, number, step, age_tree):
    """One entity of the opening backlog, already in; False if its place is not there."""
    entity = new_entity(net, st, flow, 0, origin, day, number, st.x[NOW], NONE, NONE, 0)
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
    s = net.steps[step]
    if s.watched:
        count_in(st.there, st.waiting, step, flow)
    come_in(net, st, visit)
    if s.room >= 0 and st.sites[step].places > s.room:
        return False
    return zone < 0 or st.zones[zone].taken <= net.zone_room[zone]


@brief
def count_fresh(net, st):
    """Count the rows of the visits that have left since the last look."""
    count_rows(net, st, EMPTY)


@brief
def spare(st):
    """How many facts fit without growing."""
    return room_for_more(st)


@brief
def write_open(net, st, end):
    """The rows of open visits and present entities at the end of a run, and levels up to it."""
    go_through(net, st, end)
    for visit in range(st.visits.size):
        if st.visits[visit].mover >= 0:
            write_visit(net, st, visit, EMPTY, end)
    count_rows(net, st, end)
    for entity in range(st.entities.size):
        if st.entities[entity].live:
            write_entity(net, st, entity, EMPTY, end)


@brief
def check_heads(net, st):
    """Look for heads that wait though they could start or come in."""
    look_for_idle_heads(net, st)
