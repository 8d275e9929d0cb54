"""What the people in charge do: rules are read when nothing stirs, their effects come later (law §3)."""

from __future__ import annotations

from numba import int64

from sim.engines.kernel.choices import all_hold
from sim.engines.kernel.events import happen, may_admit
from sim.engines.kernel.records import (
    CHECK,
    CLOSE,
    DIVERT,
    EMPTY,
    IS_DUE,
    KEEP_ON,
    NONE,
    NOW,
    OPEN_MORE,
    READ_AT,
    SWITCH_ROWS,
    SWITCHES,
)
from sim.engines.kernel.tally import tally_limits
from sim.engines.kernel.waiting import stir_pool, work_out_capacity
from sim.jit import inlined, seldom


@seldom
def read_rules(net, st):
    """Once in an instant, when everything of it is done."""
    if st.x[READ_AT] != st.x[NOW]:
        st.x[READ_AT] = st.x[NOW]
        for rule in range(net.rules.shape[0]):
            read_rule(net, st, rule)


@seldom
def read_rule(net, st, rule):
    """Note since when it holds; decide when it has held for long enough."""
    r, now = st.rules[rule], st.x[NOW]
    if not rule_holds(net, st, rule):
        r.since = EMPTY
        return
    if r.since == EMPTY:
        wait_from_now(net, st, rule, 0)
    if now - r.since >= length_of(net, st, rule):
        r.given = 1 - r.given
        later = now + max(1, net.rules[rule].delay)
        row = st.x[SWITCH_ROWS]
        st.x[SWITCH_ROWS] = row + 1
        st.switches[row, 0], st.switches[row, 1], st.switches[row, 2] = later, rule, r.given
        happen(st, later, SWITCHES, rule, r.given)
        r.since = EMPTY
        if rule_holds(net, st, rule):  # what it waits for now, though it cannot turn twice in one instant
            wait_from_now(net, st, rule, 1)


@seldom
def wait_from_now(net, st, rule, at_least):
    """There is an instant to be read when the time is over."""
    st.rules[rule].since = st.x[NOW]
    length = max(at_least, length_of(net, st, rule))
    if length > 0:
        happen(st, st.x[NOW] + length, SWITCHES, rule, IS_DUE)


@inlined
def length_of(net, st, rule):
    r = net.rules[rule]
    return r.until_lasts if st.rules[rule].given else r.lasts


@seldom
def rule_holds(net, st, rule):
    """What would give the order, or call it off."""
    r = net.rules[rule]
    if st.rules[rule].given == 0:
        return all_hold(net, st, r.when_a, r.when_b)
    if r.until_b > r.until_a:
        return all_hold(net, st, r.until_a, r.until_b)
    return not all_hold(net, st, r.when_a, r.when_b)


@seldom
def switch(net, st, rule, on):
    """The fact that a rule comes into force (1) or ends (0); nothing if only its time was over."""
    if on == IS_DUE:
        return
    st.rules[rule].in_force = on
    for effect in range(net.effects.shape[0]):
        if net.effects[effect].rule == rule:
            act(net, st, net.effects[effect].what, net.effects[effect].target)
    st.x[CHECK] = 1


@seldom
def act(net, st, what, target):
    """Let a thing be what all rules in force make of it."""
    kept, more, closed, diverted = int64(0), int64(0), int64(0), int64(NONE)
    for k in range(net.effects.shape[0]):
        e = net.effects[k]
        if e.target != target or st.rules[e.rule].in_force == 0:
            continue
        if e.what == KEEP_ON:
            kept = max(kept, e.units)
        elif e.what == OPEN_MORE:
            more += e.units
        elif e.what == CLOSE:
            closed = 1
        elif diverted < 0:
            diverted = k
    if what in (KEEP_ON, OPEN_MORE):
        st.pools[target].at_least, st.pools[target].more = kept, more
        work_out_capacity(st, target)
        tally_limits(st, target, st.x[NOW])
        stir_pool(net, st, target)
    elif what == CLOSE:
        st.sites[target].closed = closed
        may_admit(net, st, target)
    elif what == DIVERT:
        st.sites[target].diverted = diverted
