"""What was fitted as a scenario: every number has its interval as `range`, its source counts.

What the log cannot tell is an assumption, with a range and whoever could tell; `Written.doubts` says these
things in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from metrics.fitted.batches import Batches
from metrics.fitted.changing import changing
from metrics.fitted.estimate import Estimate
from metrics.fitted.families import FEW
from metrics.fitted.fit import Fitted
from metrics.fitted.pools import Duty
from metrics.fitted.steps import Fit
from metrics.fitted.trees import Leaf, Tree
from metrics.fitted.ways import Writer, label
from metrics.fitted.words import (
    Words,
    count,
    distribution,
    duration,
    factor,
    rate,
    shifts,
    stated,
    weekly,
    weight,
)  # fmt: skip
from metrics.recorded.collect import slug
from metrics.recorded.log import DAY, MISSING, WENT_AWAY
from scenarios.resolved import Label

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RESERVED = ("booking", "appointment")
NOBODY = "gate"
ROOM = 10
"""A departure of which nobody was seen to be left behind may take so many times as many as were seen."""


@dataclass(frozen=True, slots=True)
class Written:
    """A scenario as plain data, and what the log could not tell."""

    scenario: dict[str, Any]
    doubts: tuple[Label, ...]


@dataclass(slots=True)
class _Book:
    """What is being written."""

    fitted: Fitted
    sources: dict[str, Words] = field(default_factory=dict)
    doubts: list[Label] = field(default_factory=list)
    calendars: dict[str, Words] = field(default_factory=dict)

    def source(self, key: str, vi: str, en: str, n: int) -> str:
        """The name of a source; it says what was counted, and how many."""
        name = slug(f"log_{key}", ())
        file = self.fitted.log.name
        self.sources[name] = {
            "text": label(f"Khớp từ {file}: {n:,} {vi}".replace(",", "."), f"Fitted to {file}: {n:,} {en}")
        }
        return name

    def doubt(self, vi: str, en: str) -> None:
        """Something that the log cannot tell."""
        self.doubts.append(Label(vi, en))

    def value(self, attribute: str, code: int) -> str:
        """The name of an attribute's value in the scenario."""
        return _values(self.fitted, attribute)[code]

    def owner(self, step: int | None) -> str:
        """The agency that could tell of a step."""
        code = -1 if step is None else int(self.fitted.log.agency[step])
        return NOBODY if code < 0 else self.fitted.log.agencies[code].key

    def calendar(self, hours: Words) -> str | None:
        """The name of a calendar with these hours; None if it is always open."""
        if hours == "always":
            return None
        for name, each in self.calendars.items():
            if each["weekly"] == hours:
                return name
        name = f"hours_{len(self.calendars) + 1}"
        shown = hours if isinstance(hours, str) else "; ".join(f"{d} {h}" for d, h in hours.items())
        self.calendars[name] = {"label": label(f"Giờ làm {shown}", f"Hours {shown}"), "weekly": hours}
        return name


def write(fitted: Fitted, zone: str, name: str | None = None) -> Written:
    """The scenario."""
    book, log, window = _Book(fitted), fitted.log, fitted.window
    title = name or slug(log.name.rsplit(".", 1)[0]).replace("_", "-")
    resources = dict(_resources(book))
    steps, flows = dict(_steps(book)), {}
    for flow in fitted.orders:
        writer = Writer(log, log.flows[flow].key, book.value, book.source, taken=set(steps))
        route = writer.route(fitted.orders[flow].way)
        steps |= writer.steps
        flows[log.flows[flow].key] = _flow(book, flow, route)
    _doubts(book)
    scenario = {
        "name": title,
        "title": label(f"Khớp từ {log.name}", f"Fitted to {log.name}"),
        "question": label(
            "Mô hình khớp từ sổ ghi có tái hiện được cửa khẩu không?",
            "Does the model fitted to the log reproduce the gate?",
        ),
        "time_zone": zone,
        "start": str(np.datetime64(window.start, "ms").astype("datetime64[m]")).replace("T", " "),
        "window": f"{(window.end - window.start) // DAY} d",
        "lead_in": f"{(window.start - window.begin) // DAY} d",
        "horizon": "cyclic",
        "until": "window",
        "as_of": str(np.datetime64(window.start, "ms").astype("datetime64[D]")),
        "count_unit": "both",
        "agencies": dict(_agencies(book)),
        "calendars": book.calendars,
        "resources": resources,
        "steps": steps,
        "flows": flows,
        "sources": book.sources,
    }  # fmt: skip
    return Written({key: value for key, value in scenario.items() if value != {}}, tuple(book.doubts))


def _agencies(book: _Book) -> Iterator[tuple[str, Words]]:
    for agency in book.fitted.log.agencies:
        yield agency.key, {"label": label(agency.label, agency.label)}
    yield NOBODY, {"label": label("Cửa khẩu", "The gate")}


# ---- who serves ---------------------------------------------------------------------------------------


def _resources(book: _Book) -> Iterator[tuple[str, Words]]:
    log = book.fitted.log
    for pool, duty in book.fitted.duties.items():
        steps = [s for s, fit in book.fitted.steps.items() if pool in fit.pools]
        owner = book.owner(steps[0] if steps else None)
        told: dict[str, Words] = {"label": label(log.pools[pool].label, log.pools[pool].label)}
        told |= {"agency": owner} if owner != NOBODY else {}
        yield log.pools[pool].key, told | _capacity(book, pool, duty, owner)


def _capacity(book: _Book, pool: int, duty: Duty, owner: str) -> Words:
    name = book.fitted.log.pools[pool]
    if duty.seen:
        source = book.source(
            f"duty_{name.key}", f"lần bắt đầu ở '{name.label}' khi còn người chờ",
            f"starts at '{name.label}' with others left waiting", duty.most.n,
        )  # fmt: skip
    else:
        source = "assumption"
        book.doubt(
            f"'{name.label}' có bao nhiêu người: chưa ai phải chờ, chỉ biết ít nhất {count(duty.most.value)}",
            f"how many serve at '{name.label}': nobody ever waited, at least {count(duty.most.value)}",
        )  # fmt: skip
    parts = shifts(duty.days)
    most = count(duty.most.value)
    told = []
    for units, hours in parts:
        up = max(units, units + count(duty.most.high) - most)
        down = max(1, units - (most - count(duty.most.low)))
        stated_units = stated(
            Estimate(units, down, up, 0), count, source, owner if source == "assumption" else None
        )
        calendar = book.calendar(weekly(hours))
        told.append({"units": stated_units} | ({} if calendar is None else {"calendar": calendar}))
    if len(told) == 1:
        hours_too = {"calendar": told[0]["calendar"]} if "calendar" in told[0] else {}
        return {"capacity": told[0]["units"], **hours_too}
    for each in told:
        each.setdefault("calendar", _always(book))
    return {"capacity": told}


def _always(book: _Book) -> str:
    book.calendars.setdefault("all_day", {"label": label("Cả ngày đêm", "Day and night"), "weekly": "always"})
    return "all_day"


# ---- steps --------------------------------------------------------------------------------------------


def _steps(book: _Book) -> Iterator[tuple[str, Words]]:
    log = book.fitted.log
    for step, fit in book.fitted.steps.items():
        named = log.steps[step]
        kind = "gather" if fit.together else "work" if fit.pools else "wait"
        told: dict[str, Words] = {"kind": kind, "label": label(named.label, named.label)}
        owner = book.owner(step)
        told |= {"agency": owner} if owner != NOBODY else {}
        if fit.pools:
            pools = [log.pools[p].key for p in fit.pools]
            told["resources"] = pools[0] if len(pools) == 1 else {"any_of": pools}
        told |= _together(book, step, fit.together) if fit.together else {"time": _time(book, fit)}
        if fit.first is not None:
            name, order = fit.first
            told["priority"] = {"by": name, **{book.value(name, v): rank for rank, v in enumerate(order)}}
        told |= _patience(book, step)
        yield named.key, told


def _patience(book: _Book, step: int) -> Words:
    """After how long people give up at a step, and where they go."""
    of = book.fitted.patience.get(step)
    if of is None:
        return {}
    names, named = book.fitted.log.steps, book.fitted.log.steps[step]
    source = book.source(
        f"patience_{named.key}", f"lượt bỏ đi khi chờ '{named.label}' ({of.time.name})",
        f"visits given up waiting for '{named.label}' ({of.time.name})", of.gone,
    )  # fmt: skip
    told = {"time": distribution(of.time, source)}
    ways = [order.way for order in book.fitted.orders.values()]
    plain = {node.steps[0] for way in ways for node in way.nodes if not node.branches}
    return {"patience": told | {"to": names[of.to].key} if of.to in plain else told}


def _together(book: _Book, step: int, of: Batches) -> Words:
    """When those leave who wait for each other, and how many at the most."""
    named = book.fitted.log.steps[step]
    source = book.source(
        f"together_{named.key}", f"lượt rời '{named.label}' cùng nhau", f"departures from '{named.label}'",
        of.kept.n,
    )  # fmt: skip
    if of.number:
        return {"number": {"value": of.number, "source": source}}
    hours = [[(time, time + 60_000) for time in day] for day in of.times]
    told = {"departures": book.calendar(weekly(hours))}
    if of.limited:
        return {**told, "most": {"value": of.largest, "source": source}}
    book.doubt(
        f"mỗi lần '{named.label}' đi được nhiều nhất bao nhiêu: nhiều nhất đã thấy là {of.largest}",
        f"how many may leave '{named.label}' at once: the most that were seen is {of.largest}",
    )
    span = [of.largest, ROOM * ROOM * of.largest]
    most = {"value": ROOM * of.largest, "range": span, "source": "assumption", "owner": book.owner(step)}
    return {**told, "most": most}


def _time(book: _Book, fit: Fit) -> Words:
    named = book.fitted.log.steps[fit.step]
    told = {value: _one_time(book, fit, value) for value in fit.time}
    if not told:
        book.doubt(
            f"'{named.label}' mất bao lâu: sổ không có lần nào đủ giờ bắt đầu và kết thúc",
            f"how long '{named.label}' takes: no visit has both its times",
        )  # fmt: skip
        return {
            "value": "5 min",
            "range": ["1 min", "30 min"],
            "source": "assumption",
            "owner": book.owner(fit.step),
        }
    if fit.attribute is None:
        return told[None]
    cases = {book.value(fit.attribute, value): each for value, each in told.items() if value is not None}
    every = set(_values(book.fitted, fit.attribute))
    if every - cases.keys():
        most = max((v for v in fit.time if v is not None), key=lambda v: fit.time[v].n)
        cases.setdefault("other", told[most])
    return {"by": fit.attribute, **cases}


def _one_time(book: _Book, fit: Fit, value: int | None) -> Words:
    family, named = fit.time[value], book.fitted.log.steps[fit.step]
    if family.n < FEW:
        low, high = (
            duration(min(family.mean.low, family.mean.value / 2)),
            duration(max(family.mean.high, family.mean.value * 2)),
        )
        book.doubt(
            f"'{named.label}' mất bao lâu: mới thấy {family.n} lần",
            f"how long '{named.label}' takes: seen {family.n} times only",
        )
        return {
            "value": duration(family.mean.value),
            "range": [low, high],
            "source": "assumption",
            "owner": book.owner(fit.step),
        }
    what = ("lượt ở", "stays at") if fit.whole else ("lượt phục vụ ở", "services at")
    key = (
        f"time_{named.key}" if value is None else f"time_{named.key}_{book.value(fit.attribute or '', value)}"
    )
    source = book.source(
        key,
        f"{what[0]} '{named.label}' ({family.name})",
        f"{what[1]} '{named.label}' ({family.name})",
        family.n,
    )
    return distribution(family, source)


# ---- flows --------------------------------------------------------------------------------------------


def _flow(book: _Book, flow: int, route: list[str]) -> Words:
    log = book.fitted.log
    named = log.flows[flow]
    told: dict[str, Words] = {"label": label(named.label, named.label), "route": route}
    attributes = {name: _attribute(book, name, flow, tree) for name, tree in book.fitted.mixes[flow].items()}
    if attributes:
        told["attributes"] = attributes
        told["attribute_labels"] = {name: _attribute_labels(book, name) for name in attributes}
    arrivals = _arrivals(book, flow)
    return told | ({"arrivals": arrivals} if arrivals else {})


def _values(fitted: Fitted, attribute: str) -> list[str]:
    """Names of an attribute's values, by code."""
    made: list[str] = []
    for value in fitted.log.attributes[attribute].values:
        made.append(slug(value, made))
    return made


def _attribute_labels(book: _Book, name: str) -> Words:
    attribute = book.fitted.log.attributes[name]
    values = {book.value(name, code): label(v, v) for code, v in enumerate(attribute.values)}
    return {"label": label(attribute.label, attribute.label), **values}


def _attribute(book: _Book, name: str, flow: int, tree: Tree) -> Words:
    log = book.fitted.log
    source = book.source(
        f"mix_{log.flows[flow].key}_{name}",
        f"xe/hồ sơ '{log.flows[flow].label}'",
        f"cases of '{log.flows[flow].label}'",
        tree.n if isinstance(tree, Leaf) else tree.rest.n,
    )
    values = _values(book.fitted, name)
    writer = Writer(log, "", book.value, book.source)

    def told(part: Tree) -> Words:
        if isinstance(part, Leaf):
            there = [k for k, n in enumerate(part.counts) if n]
            if len(there) == 1:
                return values[there[0]]
            return writer.shares(
                Leaf(tuple(part.counts[k] for k in there)), [values[k] for k in there], source
            )
        cases = {book.value(part.attribute, v): told(t) for v, t in part.cases.items()}
        if set(_values(book.fitted, part.attribute)) - cases.keys():
            cases.setdefault("other", told(part.rest))
        return {"by": part.attribute, **cases}

    return told(tree)


def _arrivals(book: _Book, flow: int) -> Words:
    came, named = book.fitted.arrivals[flow], book.fitted.log.flows[flow]
    if came is None:
        return None
    source = book.source(
        f"arrivals_{named.key}", f"lượt đến của '{named.label}' trong {came.days} ngày",
        f"arrivals of '{named.label}' in {came.days} days", came.per_day.n,
    )  # fmt: skip
    told: dict[str, Words] = {"per_day": stated(came.per_day, rate, source)}
    if came.months:
        told["months"] = {MONTHS[m]: stated(e, factor, source) for m, e in came.months.items()}
    if came.weekdays:
        told["weekdays"] = {WEEKDAYS[d]: stated(e, factor, source) for d, e in came.weekdays.items()}
    if len(came.hours) != 1 or came.hours[0][:2] != (0, 24):
        told["hours"] = {
            f"{a:02d}:00-{b:02d}:00": stated(_scaled(e, b - a), weight, source) for a, b, e in came.hours
        }
    if came.dates:
        told["dates"] = {date: stated(e, factor, source) for date, e in came.dates.items()}
    if came.dispersion > 1.5:
        times = f"{came.dispersion:.1f}"
        book.doubt(
            f"'{named.label}' đến dồn hơn ngẫu nhiên ({times.replace('.', ',')} lần): sổ không nói vì sao",
            f"'{named.label}' come in bursts ({times} times as varied as chance): the log does not say why",
        )
    return told


def _scaled(estimate: Estimate, hours: int) -> Estimate:
    """A rate an hour as the weight of a span."""
    return Estimate(estimate.value * hours, estimate.low * hours, estimate.high * hours, estimate.n)


# ---- what the log cannot tell ---------------------------------------------------------------------------


def _doubts(book: _Book) -> None:
    log, names = book.fitted.log, book.fitted.log.steps
    for guess in book.fitted.guesses:
        if guess.way == "none":
            book.doubt(
                f"'{names[guess.step].label}': chỉ ghi giờ xong, không tách được chờ và làm; lấy cả "
                f"lượt làm thời gian làm",
                f"'{names[guess.step].label}': only ends are logged and waiting cannot be told from "
                f"work; the whole visit is taken for work",
            )
        elif not guess.known:
            book.doubt(
                f"'{names[guess.step].label}': chỉ ghi giờ xong, không ai từng đến lúc vắng: không rõ một "
                f"hay nhiều người làm, khoảng của thời gian làm kéo tới cả lượt",
                f"'{names[guess.step].label}': only ends are logged and nobody was ever alone: whether "
                f"one serves or several is not known; the range of its time reaches up to the whole visit",
            )
        elif guess.way == "officer" and guess.servers > 1:
            book.doubt(
                f"'{names[guess.step].label}': một tên trong sổ làm tới {guess.servers} lượt cùng lúc: "
                f"là tên của nhiều người, hoặc một người làm nhiều việc một lúc",
                f"'{names[guess.step].label}': a single name serves up to {guess.servers} at once: "
                f"it is that of several people, or of one who does several things at once",
            )
    if any(guess.way != "none" for guess in book.fitted.guesses):
        book.doubt(
            "giờ bắt đầu được suy ra từ giờ xong: ai làm nhiều việc một lúc thì thời gian làm bị "
            "tính ngắn đi",
            "starts were worked out from ends: who does several things at once seems to take less "
            "time for each",
        )
    standing = [
        names[s].label
        for s, fit in book.fitted.steps.items()
        if fit.whole and not fit.together and (log.pool[log.step == s] >= 0).any()
    ]
    standing += [
        names[s].label
        for s, fit in book.fitted.steps.items()
        if fit.whole and not fit.together and not (log.pool[log.step == s] >= 0).any()
    ]
    if standing:
        listed = ", ".join(f"'{name}'" for name in standing)
        book.doubt(
            f"chờ cái gì ở {listed}: sổ không nêu; lấy nguyên thời gian chờ đã ghi, không đổi theo số "
            f"người hay số xe",
            f"what is waited for at {listed}: the log does not name it; the recorded waits are taken "
            f"as they are, whatever the load",
        )
    for flow in changing(log, book.fitted.window.begin, book.fitted.window.end):
        book.doubt(
            f"cửa khẩu đổi trong sổ: luồng '{log.flows[flow].label}' lưu nửa sau khác hẳn nửa đầu; mô hình "
            f"coi mọi tuần như nhau nên không tái hiện được, hãy khớp riêng từng thời kỳ",
            f"the gate changes within the log: stays of '{log.flows[flow].label}' differ between its halves; "
            f"the model takes all weeks for alike and will not reproduce it, so fit each period by itself",
        )
    for order in book.fitted.orders.values():
        for a, b in order.unclear:
            book.doubt(
                f"'{names[a].label}' và '{names[b].label}' chồng lên nhau nhưng không rõ nhánh: xếp nối tiếp",
                f"'{names[a].label}' and '{names[b].label}' overlap without clear branches: put one "
                f"after the other",
            )
    patient = np.isin(log.step, list(book.fitted.patience)) & (log.outcome == WENT_AWAY)
    gone = int(((log.outcome > 1) & ~patient).sum())
    if gone:
        book.doubt(
            f"{gone:,} lượt bỏ đi giữa chừng: kiên nhẫn của họ chưa được khớp".replace(",", "."),
            f"{gone:,} visits were given up: their patience is not fitted",
        )
    if (log.ended == MISSING).any():
        book.doubt(
            "ai chưa xong khi sổ kết thúc thì đi tiếp ra sao",
            "how those who were not done when the log ends went on",
        )
