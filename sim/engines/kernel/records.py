"""What the compiled loop works on: constants, records and the arrays of a run."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

EMPTY = -(1 << 63)
NEVER = (1 << 63) - 1
"""The time of what stands behind the last fact to come."""
NONE = -1
AT_CHOICE = -2
"""Less its number: a choice that reads the state, where a step is expected."""
UNSET = -(1 << 62)
WORK, WAIT, CHOOSE, PARALLEL, END_STEP, HOLD, FREE, TAKE, PUT, SEND, JOIN = range(11)
GATHER, RIDE, RELEASE, ANSWER = range(11, 15)
FINISH, PAUSE, RESTART = range(3)
OPEN, COMPLETED, DIVERTED, RENEGED, BALKED, PREEMPTED = range(6)
INSIDE, LEFT_COMPLETED, LOST, NEVER_JOINED = range(4)
DIGITAL, FALLBACK = range(2)
BY_RATE, BY_ROWS = range(2)
SERVICE, CHOICE, PATIENCE_DRAW, GAP, KEEP, PLACE, ATTRIBUTE, AGE, LENGTH, BALK = range(10)
SCHEDULED, CAPACITY, PLATFORM, SLOW, DEMAND, OVERTIME, DEPARTURE = range(7)
BY_PRIORITY, BY_BREAKDOWN, STOPS, FITS = 1, 2, 4, 8
"""Rules of a pool, as bits."""
RESUMES, BEGINS_ANEW = range(2)
IS_RESERVED = 2
"""What `keeping` of a visit says of its units, besides 0 (they serve) and 1 (they are kept)."""
SEGMENT, WHOLE, KEPT_MODE = range(3)
"""Columns of `again`: of visits whose work may be interrupted."""
BY_DRAW, BY_SHORTEST, BY_STATE, BY_RULE = range(4)
QUEUE, BACKLOG, INSIDE_FLOW, OCCUPANCY, STATE_OF_PLATFORM, LEVEL_OF_STOCK = range(6)
OPEN_MORE, KEEP_ON, CLOSE, DIVERT = range(4)
"""What the effects of rules do."""
IS_DUE = 2
"""Stamp of a fact of a rule: neither its beginning (1) nor its end (0), only the end of a time."""

# what happens: facts, as (kind, slot, stamp) in one integer
ARRIVES, ENDS, GIVES_UP, MOVES_IN, TURNED_AWAY, FORKS, IS_TURNED_DOWN, JOINS, IS_TOO_LONG = range(9)
BEGINS, DEPARTS, SWITCHES = range(9, 12)  # not of a visit, like ARRIVES
SLOT_BITS, KIND_BITS = 28, 4
KIND_MASK = (1 << KIND_BITS) - 1

# scalars of a run
(
    NOW, HEAP, SOON, STIRRED_GROUPS, ROW, INSIDE_NOW, STILL_COMING, LAST_LEFT, VISIT_ROWS, ENTITY_ROWS,
    ENTITIES,
    FREE_VISITS, FREE_MOVERS, FREE_ENTITIES, USAGE_ROWS, PLACE_ROWS, EVENTS, CHECK, IDLE_HEADS, WRONG,
    REPLICATION,
    RECORD, PASSES_AT, MAX_FORK, WRONG_STEP, STOCK_ROWS, BEGIN, FREE_ERRANDS,
    PLANNED, FREE_LOADS, READ_AT, SWITCH_ROWS, BIN, BIN_END, BLOCKS, WINDOW, FRESH,
    HOLE, LONG_ROWS, CARRIES, SPENT, COUNTS,
) = range(42)  # fmt: skip
SCALARS = 42
NOTHING, SUMS, HISTOGRAMS = range(3)
"""What a run counts of what its rows tell, besides laws and digest: nobody who keeps the rows asks for it."""
VISITS_A, VISITS_B, ENTITIES_A, ENTITIES_B = range(4)
"""Places in `totals`."""
CARRIES_ARRIVED, CARRIES_CROSSED = 1, 2
"""Bits of `marks`: milestones that a step carries, or any step of a flow."""
TIMES_GO_BACK, PARTS_DIFFER, ABOVE_CAPACITY, NOT_HELD, ABOVE_ROOM, BELOW_NOTHING = range(6)
"""Laws that are counted: places in `broken`."""
BLOCKS_A_ROW = 5
BLOCKS_A_FACT = 4 * BLOCKS_A_ROW + 1
CARRY = 1 << 16
"""What a cell of a histogram cannot count to."""
DONE, GROW, EMPTIED, ENDLESS, BREATH = range(5)
LINES = 3  # two doors and the queue
QUEUE_LINE = 2
MAX_PASSES = 10_000
TOO_MANY = 2  # what is wrong: too many visits that send out, else (1) too many moves in an instant
MOST_SENT, MOST_VISITS = 255, 256
FACTS_A_BREATH = 1 << 17  # some hundredths of a second
LEAST_ROOM = 64  # facts; with room for fewer the arrays grow
SPARE_EVENTS = 4  # places behind the heap that are read

i8, i4, i2, i1 = np.int64, np.int32, np.int16, np.int8


def _fields(long: str, short: str) -> np.dtype[np.void]:
    """Instants and sums in 64 bits, numbers of things in 32: what is small stays near the processor."""
    return np.dtype([(n, i8) for n in long.split()] + [(n, i4) for n in short.split()])


EVENT = np.dtype([("time", i8), ("what", i8)])
SITE = _fields(
    "area since waits area_told places_since",
    "places slow queued in_admit next_admit in_start next_start next_asked newcomers under_way touched "
    "wait_at asleep next_sleeper closed diverted most reserving",
)
GROUP = _fields(
    "passes_at", "admit start pools passes stirred touched choosers last_chooser fallen"
)  # fmt: skip
POOL = _fields(
    "noted serving_moment kept_moment over_moment available_moment "
    "serving_told kept_told over_told available_told closed_at overtime_since",
    "capacity serving kept reserved first waiting wait_first touched next_touched sleepers changes "
    "was_serving was_kept over available steady usage_row "
    "scheduled fell overtime timetabled at_least more",
)
RULE = _fields("since", "given in_force")
ZONE = _fields("since noted", "taken place_row room was_taken")
FLOW = _fields("since", "inside")
STOCK = _fields("level put_in taken", "level_row")
IN_ROW = (
    [(n, i8) for n in ("joined", "admitted", "started", "ended")]
    + [(n, i4) for n in ("step", "number", "outcome", "mode", "lane_pool", "lane", "blocked", "bin")]
)  # fmt: skip
"""What a visit and its row share, side by side in both, so that it is copied at a stroke."""
VISIT = np.dtype(
    IN_ROW
    + [(n, i8) for n in ("resumed", "amount", "overdue", "length", "priority", "since")]
    + [(n, i4) for n in (
        "batch", "line", "keeping", "moved_in", "newcomer", "patient", "held_units", "in_zone", "mover",
        "stamp", "prev", "next",
    )]
)  # fmt: skip
FRESH_ROWS = 64
FRESH_ROW = np.dtype(
    IN_ROW
    + [(n, np.uint64) for n in ("address_a", "address_b")]
    + [(n, i8) for n in ("left", "amount")]
    + [(n, i4) for n in ("entity", "batch", "segment", "_")]
)
"""A visit that has left: its row, and what its entity adds to the digest."""
MOVER = _fields("", "entity visit held zone branch parent kids step load")
ENTITY = _fields(
    "number arrived moved_at spent came crossed",
    "row flow origin source day outcome live moves child parent sent_for load kind",
)
u4, u2, u1 = np.uint32, np.uint16, np.uint8
VISIT_LOG = np.dtype([
    ("joined", i8), ("admitted", u4), ("started", u4), ("ended", u4), ("left", u4), ("entity", i4),
    ("step", i2), ("visit", i2), ("lane_pool", i2), ("blocked", i2), ("lane_low", u2), ("lane_high", u1),
    ("how", u1),
])  # fmt: skip
"""A row of the record, in 40 bytes: `joined`, and the other instants as times after it; the number of the
lane in 24 bits, 0 for none; mode and outcome together in `how`."""
NOT_REACHED = (1 << 32) - 1
LONG = NOT_REACHED - 1
"""Instead of a time after `joined`: never; or (of `admitted`) that something does not fit, so that
`started` is the number of a row of `long_log`."""
MODE_BITS = 4
MOST_NUMBER, MOST_LANE = (1 << 15) - 1, (1 << 24) - 1
LONG_LOG = np.dtype([(n, i8) for n in ("admitted", "started", "ended", "left", "visit", "lane")])
"""What does not fit into a row: instants far from each other, or a larger number of the visit or the lane."""
ENTITY_LOG = np.dtype([("flow", i2), ("source", i2), ("day", i4), ("number", i8), ("arrived", i8),
                       ("outcome", i1),
                       ("left", i8)])  # fmt: skip
AMOUNT, BATCH, NTH_SEGMENT = range(3)
"""Columns of `extra_log`, which has none where no scenario's step writes them."""
ERRAND = np.dtype([(n, i8) for n in ("visit", "sent", "born", "back", "waiting", "dropped")])
GATHERING = np.dtype([(n, i8) for n in ("due", "called", "overdue", "weight", "departed")])
LOAD = np.dtype([(n, i8) for n in (
    "gather", "number", "riders", "aboard", "released", "carrier", "held_units",
)])  # fmt: skip
KIN_LOG = np.dtype([("child", i4), ("parent", i8)])
USAGE = np.dtype([("time", i8), ("what", i4), ("serving", i4), ("kept", i4)])
"""A point of a curve of a resource; or of a zone, whose places taken are `serving`."""
LEVEL = np.dtype([("what", i8), ("time", i8), ("serving", i8), ("kept", i8)])
"""A point of a curve of a stock."""

State = namedtuple(
    "State",
    "x heap soon awake sites lists groups pools free_units zones platforms demand sources visits movers "
    "entities values "
    "starts counts units unit_pools free_visits free_movers free_entities visit_log long_log entity_log "
    "attribute_log "
    "usage places holds hold_pools hold_counts stocks levels extra_log signs totals broken "
    "there waiting inside pool_heaps "
    "errands errand_slots free_errands kin_log again victims unit_needs reserved_log "
    "gathers loads load_units load_pools free_loads rules switches "
    "fresh flows step_tally pool_tally zone_tally flow_tally kind_tally squares open blocks cells carries",
)
"""All arrays that change: see `prepare`."""
