"""Stocks: levels that are taken from in the order of the queue, and put into without waiting."""

from __future__ import annotations

from sim.engines.kernel.choices import count_out
from sim.engines.kernel.draws import leaf
from sim.engines.kernel.events import happen
from sim.engines.kernel.lines import count_queue, leave_line
from sim.engines.kernel.records import BELOW_NOTHING, DIVERTED, IS_TURNED_DOWN, NONE, NOW, RECORD, STOCK_ROWS
from sim.engines.kernel.units import row_of_now
from sim.engines.kernel.waiting import may_start
from sim.jit import inlined, seldom


@seldom
def note_stock(x, stocks, levels, stock):
    if x[RECORD]:
        s = stocks[stock]
        s.level_row = row_of_now(x, levels, STOCK_ROWS, s.level_row, stock)
        levels[s.level_row].serving = s.level
        levels[s.level_row].kept = s.put_in


@inlined
def amount_of(net, st, step, entity):
    """A number of the step, or one that the entity was born with; never below 0."""
    amount = leaf(net, st, net.steps[step].amount, entity)
    if amount < 0:
        amount = st.values[entity, -1 - amount]
    return max(amount, 0)


@seldom
def gets_enough(net, st, visit):
    """Whether the stock has what the visit wants."""
    v = st.visits[visit]
    wanted = amount_of(net, st, v.step, st.movers[v.mover].entity)
    return st.stocks[net.steps[v.step].stock].level >= wanted


@seldom
def take(net, st, visit):
    """What is wanted, or all there is if that is less."""
    v = st.visits[visit]
    stock = net.steps[v.step].stock
    s = st.stocks[stock]
    v.amount = min(s.level, amount_of(net, st, v.step, st.movers[v.mover].entity))
    s.level -= v.amount
    s.taken += v.amount
    if s.level < 0:
        st.broken[BELOW_NOTHING] += 1
    note_stock(st.x, st.stocks, st.levels, stock)


@seldom
def put(net, st, step, entity):
    """A fact: whoever takes from here may start."""
    stock = net.steps[step].stock
    s = st.stocks[stock]
    amount = amount_of(net, st, step, entity)
    s.level += amount
    s.put_in += amount
    note_stock(st.x, st.stocks, st.levels, stock)
    for k in range(net.stock_ptr[stock], net.stock_ptr[stock + 1]):
        may_start(net, st, net.stock_steps[k])


@seldom
def turn_down(st, visit):
    """It would get too little, and goes elsewhere."""
    v = st.visits[visit]
    leave_line(st, visit)
    count_queue(st, v.step, -1)
    v.outcome = DIVERTED
    happen(st, st.x[NOW], IS_TURNED_DOWN, visit, v.stamp)


@seldom
def turned_down(net, st, visit):
    """The fact of it; returns who goes on, and to which step."""
    v = st.visits[visit]
    v.ended = st.x[NOW]
    if net.steps[v.step].watched:
        count_out(st.there, st.waiting, v.step, st.entities[st.movers[v.mover].entity].flow, False)
    st.movers[v.mover].visit = NONE
    return v.mover, net.steps[v.step].short_to
