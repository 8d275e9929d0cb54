"""From collected rows to a log: damage is mended where the rest tells how, else left out; all is counted."""

from __future__ import annotations

import numpy as np

from metrics.recorded.collect import NONE, Codes, Collector, slug
from metrics.recorded.columns import MOST_VALUES
from metrics.recorded.desks import Name, set_clocks
from metrics.recorded.far import believed, within
from metrics.recorded.holes import without_holes
from metrics.recorded.ledger import TIMES, Ledger, Rows, first_line, kept, latest_end
from metrics.recorded.log import DONE, MISSING, OPEN, WENT_AWAY, Attribute, Column, Mask, Named, Recorded
from metrics.recorded.nameless import named_by_neighbours
from metrics.recorded.shifts import HALF_HOUR, HANDED_OVER, undo_shifts
from metrics.recorded.stamps import UNREADABLE

LAST_STEP = 0.1
"""Share of the visits to a step that are a case's last, below which the step is no usual end."""


def cleaned(name: str, collector: Collector, knows: frozenset[str] | None = None) -> Recorded:
    """The log that was collected."""
    rows, ledger = collector.columns(), Ledger()
    total = collector.rows or len(rows["case"])
    _note_caseless(rows, ledger, total)
    rows = kept(rows, rows["case"] != NONE)
    rows = _without_doubles(rows, ledger, total)
    known = (
        frozenset(t for t in TIMES if (rows[t] > UNREADABLE).mean() > 0.2)
        if len(rows["case"])
        else frozenset()
    )
    _drop_impossible(rows, ledger, total, known)
    rows = _in_order(rows)
    set_clocks(rows, ledger, total, _desk_of(collector))
    undo_shifts(rows, ledger, total)
    _drop_reversed(rows, ledger, total)
    rows = named_by_neighbours(_in_order(rows), ledger, total)
    rows = without_holes(rows, ledger, total)
    rows = whole_visits(_in_order(rows))
    sound = _sound(rows, known)
    service = _mend(rows, known)
    rows = {**rows, "service": service, "sound": sound.astype(np.int64)}
    rows = kept(rows, rows["joined"] != MISSING)
    order = np.lexsort((rows["line"], rows["ended"], rows["joined"], rows["case"]))
    rows = {each: column[order] for each, column in rows.items()}
    if (rows["pool"] != NONE).any():
        known |= {"resource"}
    return _log(name, collector, rows, ledger, known if knows is None else known & knows, total)


def _desk_of(collector: Collector) -> Name:
    pools, labels = collector.pools.names, collector.labels
    steps = collector.steps.names
    return lambda pool, step: (
        pools[pool] if pool >= 0 else labels.get(steps[step], steps[step]) if step >= 0 else "?"
    )


def _note_caseless(rows: Rows, ledger: Ledger, total: int) -> None:
    without = rows["case"] == NONE
    ledger.note(
        "no_case", int(without.sum()), total,
        ("dòng không có mã xe/hồ sơ", "rows without a case",
         "không biết là của ai nên bị bỏ; đường đi của xe ấy thiếu một bước",
         "nobody knows whose they are, so they are left out; somebody's way lacks a step"),
        first_line(rows, without),
    )  # fmt: skip


def _without_doubles(rows: Rows, ledger: Ledger, total: int) -> Rows:
    keys = [rows[name] for name in ("ended", "started", "joined", "segment", "step", "case")]
    order = np.lexsort((rows["line"], *keys))
    same = np.ones(max(0, len(order) - 1), bool)
    for key in keys:
        same &= key[order][1:] == key[order][:-1]
    again = np.zeros(len(order), bool)
    again[order[1:][same]] = True
    ledger.note(
        "duplicate",
        int(again.sum()),
        total,
        (
            "dòng lặp lại",
            "rows that stand twice",
            "chỉ giữ một; không mất gì",
            "one of each is kept; nothing is lost",
        ),
        first_line(rows, again),
    )
    return kept(rows, ~again)


def _drop_impossible(rows: Rows, ledger: Ledger, total: int, known: frozenset[str]) -> None:
    every = np.concatenate([rows[t][rows[t] > UNREADABLE] for t in TIMES])
    spans = believed(every)
    around = " / ".join(f"{_date(low)} – {_date(high)}" for low, high in spans)
    unread, far, absent = (np.zeros(len(rows["case"]), bool) for _ in range(3))
    unserved = rows["outcome"] == WENT_AWAY  # who gave up never began
    for name in TIMES:
        time = rows[name]
        unread |= time == UNREADABLE
        there = time > UNREADABLE
        slip = there & ~within(time, spans)
        far |= slip
        if name in known:
            absent |= (time == MISSING) & (rows["outcome"] != OPEN) & ~(unserved & (name == "started"))
        time[slip | (time == UNREADABLE)] = MISSING
    ledger.note(
        "unreadable_time", int(unread.sum()), total,
        ("dòng có thời gian không đọc được", "rows with a time that cannot be read",
         "thời gian ấy coi như thiếu", "that time counts as missing"), first_line(rows, unread),
    )  # fmt: skip
    ledger.note(
        "impossible_time", int(far.sum()), total,
        (f"dòng có thời gian quá xa phần còn lại ({around})",
         f"rows with a time far from all others ({around})",
         "thời gian ấy coi như thiếu", "that time counts as missing"), first_line(rows, far),
    )  # fmt: skip
    ledger.note(
        "missing_time", int(absent.sum()), total,
        ("dòng thiếu thời gian", "rows that lack a time",
         "bước ấy vẫn tính vào đường đi, không tính vào thời gian phục vụ",
         "the step counts for the route, not for times of service"), first_line(rows, absent),
    )  # fmt: skip


def _date(time: int) -> str:
    return str(np.datetime64(time, "ms").astype("datetime64[D]"))


def _in_order(rows: Rows) -> Rows:
    """By case, then by the first time that is known; a row without any stays where the file has it."""
    order = np.lexsort((rows["line"], rows["case"]))
    rows = {name: column[order] for name, column in rows.items()}
    when = np.where(rows["joined"] != MISSING, rows["joined"], rows["started"])
    when = np.where(when != MISSING, when, rows["ended"])
    place = np.maximum.accumulate(np.where(when != MISSING, np.arange(len(when)), 0)) if len(when) else when
    same = rows["case"][place] == rows["case"]
    filled = np.where(when != MISSING, when, np.where(same, when[place], MISSING))
    order = np.lexsort((rows["line"], filled, rows["case"]))
    return {name: column[order] for name, column in rows.items()}


def _sound(rows: Rows, known: frozenset[str]) -> Mask:
    """Rows whose times are all there, and which begin as another of their case ends, if that is the rule.

    Where it is the rule, the row before or after tells a time that is lacking, so that row counts too; and a
    row is not doubted because the one before it lacks its end.
    """
    unserved = rows["outcome"] == WENT_AWAY
    lacking = sum(((rows[t] == MISSING) & ~(unserved & (t == "started"))).astype(int) for t in known)
    sound = np.asarray(lacking == 0) if known else np.ones(len(rows["case"]), bool)
    if "joined" not in known or len(sound) < 2:
        return sound
    case, joined, started, ended = (rows[name] for name in ("case", *TIMES))
    same = case[1:] == case[:-1]
    late = latest_end(case, ended)
    fits = (joined[1:] == ended[:-1]) | (joined[1:] == joined[:-1]) | (joined[1:] == late[:-1])
    if same.any() and np.mean(fits[same]) > HANDED_OVER:
        fits |= (ended[:-1] == MISSING) | (np.abs(joined[1:] - late[:-1]) < HALF_HOUR)  # not refuted
        after = same & (ended[:-1] != MISSING) & (joined[1:] == MISSING) & (started[1:] >= ended[:-1])
        before = same & (ended[:-1] == MISSING) & (joined[1:] >= started[:-1]) & (started[:-1] != MISSING)
        alone = lacking == 1
        sound[1:] &= fits | ~same
        sound[1:] |= alone[1:] & after
        sound[:-1] |= alone[:-1] & before & np.append(True, (fits | ~same)[:-1])
    return sound


def _drop_reversed(rows: Rows, ledger: Ledger, total: int) -> None:
    joined, started, ended = (rows[name] for name in TIMES)
    backward = (started != MISSING) & (ended != MISSING) & (ended < started)
    swapped = backward & ((joined == MISSING) | (joined <= ended))
    started[swapped], ended[swapped] = ended[swapped], started[swapped]
    early = (joined != MISSING) & (started != MISSING) & (started < joined)
    late = (joined != MISSING) & (ended != MISSING) & (ended < joined)
    started[early | (backward & ~swapped)] = MISSING
    ended[late | (backward & ~swapped)] = MISSING
    wrong = backward | early | late
    ledger.note(
        "reversed",
        int(wrong.sum()),
        total,
        (
            "dòng kết thúc trước khi bắt đầu, hoặc bắt đầu trước khi đến",
            "rows that end before they begin, or begin before they come",
            "hai giờ bị đảo thì đổi lại, giờ sai khác coi như thiếu",
            "two times that were exchanged are put right, other wrong ones count as missing",
        ),
        first_line(rows, wrong),
    )


def whole_visits(rows: Rows) -> Rows:
    """Interrupted work as one visit: joined and started of its first segment, ended of its last."""
    if not (rows["segment"] > 1).any():
        return {**rows, "worked": np.full(len(rows["case"]), MISSING)}
    order = np.lexsort((rows["segment"], rows["number"], rows["step"], rows["case"]))
    rows = {name: column[order] for name, column in rows.items()}
    new = np.ones(len(order), bool)
    new[1:] = (
        (np.diff(rows["case"]) != 0) | (np.diff(rows["step"]) != 0) | (np.diff(rows["number"]) != 0)
        | (rows["segment"][1:] == 1)
    )  # fmt: skip
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(order)) - 1
    length = np.where(
        (rows["started"] != MISSING) & (rows["ended"] != MISSING), rows["ended"] - rows["started"], 0
    )
    worked = np.where(first == last, MISSING, np.add.reduceat(length, first))
    merged = {name: column[first] for name, column in rows.items()}
    merged["ended"], merged["outcome"] = rows["ended"][last], rows["outcome"][last]
    return _in_order({**merged, "worked": worked})


def _mend(rows: Rows, known: frozenset[str]) -> Column:
    """Fill what the neighbours tell; the time in service where both of its ends were written down."""
    joined, started, ended = (rows[name] for name in TIMES)
    both = (started != MISSING) & (ended != MISSING)
    service = np.where(both, ended - started, MISSING)
    service = np.where(both & (rows["worked"] != MISSING), rows["worked"], service)
    rows.pop("worked")
    same = rows["case"][1:] == rows["case"][:-1]
    if "joined" in known:
        lacking = np.flatnonzero(same & (ended[:-1] == MISSING) & (joined[1:] != MISSING))
        ended[lacking] = joined[lacking + 1]
        rows["outcome"][lacking] = np.where(rows["outcome"][lacking] == OPEN, DONE, rows["outcome"][lacking])
    gone = np.flatnonzero(same & (ended[:-1] == MISSING) & (rows["outcome"][:-1] != OPEN))
    later = np.where(started[gone + 1] != MISSING, started[gone + 1], ended[gone + 1])
    ended[gone] = np.where(later != MISSING, later, ended[gone])
    _join(rows, same)
    rows["outcome"][(ended == MISSING)] = OPEN
    return service


def _join(rows: Rows, same: Mask) -> None:
    """Who came when, if nobody wrote it down: as the step before ended; the first: as it began or ended."""
    joined, started, ended = (rows[name] for name in TIMES)
    begun = np.where(started != MISSING, started, ended)
    before = np.full(len(joined), MISSING)
    if len(joined):
        before[1:] = np.where(same, ended[:-1], MISSING)
    fits = (before != MISSING) & ((before <= begun) | (begun == MISSING))
    guess = np.where(fits, before, begun)
    joined[joined == MISSING] = guess[joined == MISSING]


def _log(
    name: str, collector: Collector, rows: Rows, ledger: Ledger, knows: frozenset[str], total: int
) -> Recorded:
    there = np.unique(rows["case"])
    case = np.searchsorted(there, rows["case"])
    flow = np.frombuffer(collector.flow, np.int64)[there] if len(there) else np.empty(0, np.int64)
    steps = len(collector.steps.names)
    return Recorded(
        name=name,
        flows=_named(collector.flows),
        steps=_named(collector.steps, collector.labels),
        pools=_named(collector.pools),
        agencies=_named(collector.agencies),
        agency=_usual(rows["step"], rows["agency"], steps),
        flow=flow,
        finished=_finished(rows, case, flow, ledger),
        attributes={
            slug(each): _attribute(each, collector.values[each], np.frombuffer(codes, np.int64)[there])
            for each, codes in collector.given.items()
            if 1 <= len(collector.values[each].names) <= MOST_VALUES
        },
        case=case,
        step=rows["step"],
        pool=rows["pool"],
        unit=rows["unit"],
        joined=rows["joined"],
        started=rows["started"],
        ended=rows["ended"],
        service=rows["service"],
        outcome=rows["outcome"],
        sound=rows["sound"] == 1,
        knows=knows,
        rows=total,
        findings=tuple(ledger.found),
    )


def _finished(rows: Rows, case: Column, flow: Column, ledger: Ledger) -> Mask:
    """Whose last visit is over, and was no step that others go on from, unless that was long ago."""
    if not len(case):
        return np.zeros(0, bool)
    last = np.flatnonzero(np.append(case[1:] != case[:-1], True))
    steps = int(rows["step"].max()) + 1
    kind = flow[case] * steps + rows["step"]
    ends, seen = (np.bincount(kind[which], minlength=int(kind.max()) + 1) for which in (last, slice(None)))
    midway = (ends < LAST_STEP * seen)[kind[last]]
    until = int(max(rows["joined"].max(), rows["ended"].max()))
    gap = np.where(
        (case[1:] == case[:-1]) & (rows["ended"][1:] != MISSING), rows["ended"][1:] - rows["joined"][1:], 0
    )
    recent = until - rows["ended"][last] < (float(np.quantile(gap, 0.999)) if len(gap) else 0)
    finished = (rows["outcome"][last] != OPEN) & ~(midway & recent)
    ledger.note(
        "unfinished", int((~finished).sum()), len(last),
        ("xe/hồ sơ chưa xong khi sổ kết thúc", "cases that are not over when the log ends",
         "tính vào lượng đến và đường đi, không tính vào thời gian lưu; ai lâu nhất dễ bị thiếu nhất",
         "they count for arrivals and routes, not for stays; the longest are the likeliest to be missing"),
    )  # fmt: skip
    return np.asarray(finished)


def _attribute(label: str, values: Codes, codes: Column) -> Attribute:
    return Attribute(label, values.names, codes)


def _named(codes: Codes, labels: dict[str, str] | None = None) -> tuple[Named, ...]:
    named: list[Named] = []
    for name in codes.names:
        key = slug(name, [each.key for each in named])
        named.append(Named(key, (labels or {}).get(name, name)))
    return tuple(named)


def _usual(step: Column, agency: Column, steps: int) -> Column:
    """The agency that is most often told of each step."""
    usual = np.full(steps, NONE)
    for each in range(steps):
        told = agency[(step == each) & (agency != NONE)]
        if len(told):
            usual[each] = np.bincount(told).argmax()
    return usual
