"""The digest, kept row by row: what each row adds, as `sim.digest` defines it."""

from __future__ import annotations

from numba import uint64

from sim.digest import ABSENT, MIX, key, start
from sim.engines.kernel.records import EMPTY, ENTITIES_A, ENTITIES_B
from sim.jit import inlined, seldom

# the two odd numbers of each column that holds numbers or times
DAY_A, DAY_B = (uint64(k) for k in key("day"))
NUMBER_A, NUMBER_B = (uint64(k) for k in key("number"))
KLASS_A, KLASS_B = (uint64(k) for k in key("klass"))
VISIT_A, VISIT_B = (uint64(k) for k in key("visit"))
LANE_A, LANE_B = (uint64(k) for k in key("lane"))
JOINED_A, JOINED_B = (uint64(k) for k in key("joined"))
ADMITTED_A, ADMITTED_B = (uint64(k) for k in key("admitted"))
STARTED_A, STARTED_B = (uint64(k) for k in key("started"))
ENDED_A, ENDED_B = (uint64(k) for k in key("ended"))
LEFT_A, LEFT_B = (uint64(k) for k in key("left"))
SEGMENT_A, SEGMENT_B = (uint64(k) for k in key("segment"))
BATCH_A, BATCH_B = (uint64(k) for k in key("batch"))
AMOUNT_A, AMOUNT_B = (uint64(k) for k in key("amount"))
ARRIVED_A, ARRIVED_B = (uint64(k) for k in key("arrived"))
CHILD_A, CHILD_B = (uint64(k) for k in key("child"))
PARENT_A, PARENT_B = (uint64(k) for k in key("parent"))
ENTITY = uint64(start("entities")[0])

NEVER = uint64(ABSENT)
FIRST, SECOND = uint64(MIX[0]), uint64(MIX[1])


@inlined
def mixed(word):
    word = (word ^ (word >> uint64(30))) * FIRST
    word = (word ^ (word >> uint64(27))) * SECOND
    return word ^ (word >> uint64(31))


@inlined
def value(number):
    """What a number or a time counts as."""
    return NEVER if number == EMPTY else uint64(number)


@inlined
def sign(net, st, entity):
    """What a new entity adds to each of its rows: to those of visits its address and class, to its own its
    address and attributes."""
    e, words = st.entities[entity], st.signs[entity]
    flow, source = net.flow_words[e.flow], net.source_words[e.source]
    day, number, klass = uint64(e.day), uint64(e.number), uint64(0)
    address_a = flow[0] + source[0] + day * DAY_A + number * NUMBER_A
    address_b = flow[1] + source[1] + day * DAY_B + number * NUMBER_B
    own_a, own_b = flow[2], flow[3]
    for k in range(net.attribute_ptr[e.flow], net.attribute_ptr[e.flow + 1]):
        column = net.attribute_column[k]
        held = st.values[entity, column]
        if net.attribute_number[k]:
            own_a += value(held) * net.value_words[column, 0, 1]
            own_b += value(held) * net.value_words[column, 0, 2]
        else:
            klass += net.value_words[column, held, 0]
            own_a += net.value_words[column, held, 1]
            own_b += net.value_words[column, held, 2]
    words[0], words[1] = address_a + klass * KLASS_A, address_b + klass * KLASS_B
    words[2], words[3] = address_a + own_a, address_b + own_b


@seldom
def sign_kin(net, st, entity, parent):
    """What a sub-entity adds more: its child's number to all rows, its parent's address to its own."""
    p, words = st.entities[parent], st.signs[entity]
    address = net.flow_words[p.flow][0] + net.source_words[p.source][0]
    sender = mixed(ENTITY + address + uint64(p.day) * DAY_A + uint64(p.number) * NUMBER_A)
    child = uint64(st.entities[entity].child)
    words[0] += child * CHILD_A
    words[1] += child * CHILD_B
    words[2] += child * CHILD_A + sender * PARENT_A
    words[3] += child * CHILD_B + sender * PARENT_B


@inlined
def word_of_visit(net, st, row):
    """What the row of a visit adds, in two words."""
    step, outcome, mode = (
        net.step_words[row.step],
        net.outcome_words[row.outcome],
        net.mode_words[row.mode + 1],
    )
    pool = net.pool_words[row.lane_pool + 1]
    place = net.place_words[row.blocked + 1]
    number, lane, joined = uint64(row.number), uint64(row.lane), uint64(row.joined)
    admitted, started, ended, gone = (
        value(row.admitted),
        value(row.started),
        value(row.ended),
        value(row.left),
    )
    a = row.address_a + step[0] + outcome[0] + mode[0] + pool[0] + place[0]
    a += number * VISIT_A + lane * LANE_A + joined * JOINED_A + admitted * ADMITTED_A
    a += started * STARTED_A + ended * ENDED_A + gone * LEFT_A
    b = row.address_b + step[1] + outcome[1] + mode[1] + pool[1] + place[1]
    b += number * VISIT_B + lane * LANE_B + joined * JOINED_B + admitted * ADMITTED_B
    b += started * STARTED_B + ended * ENDED_B + gone * LEFT_B
    if st.extra_log.shape[1]:  # other than in `CONSTANTS`
        more, batch, later = value(row.amount) - NEVER, uint64(row.batch + 1), uint64(row.segment - 1)
        a += more * AMOUNT_A + batch * BATCH_A + later * SEGMENT_A
        b += more * AMOUNT_B + batch * BATCH_B + later * SEGMENT_B
    return mixed(a), mixed(b)


@inlined
def count_entity(net, st, entity, left):
    """The row of an entity."""
    e, words, end = st.entities[entity], st.signs[entity], net.end_words[st.entities[entity].outcome]
    arrived, gone = uint64(e.arrived), value(left)
    st.totals[ENTITIES_A] += mixed(words[2] + end[0] + arrived * ARRIVED_A + gone * LEFT_A)
    st.totals[ENTITIES_B] += mixed(words[3] + end[1] + arrived * ARRIVED_B + gone * LEFT_B)
