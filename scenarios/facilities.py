"""From the written to the resolved form: agencies, calendars, pools, places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from scenarios import resolved, schema
from scenarios.arrivals import even_days
from scenarios.axis import TimeAxis
from scenarios.calendars import resolve_calendar
from scenarios.errors import Flaw, suggestion
from scenarios.factors import check_fine, check_not_nothing
from scenarios.findings import Findings
from scenarios.messages import HANDLING, handling_pool, slowed
from scenarios.resolved import Label
from scenarios.trees import Trees
from scenarios.units import per_mille
from scenarios.words import Text

Target = Literal["resource", "platform", "step", "flow"]
SECTIONS: dict[str, Target] = {
    "resources": "resource", "platforms": "platform", "steps": "step", "flows": "flow",
}  # fmt: skip

GAP = "unit_gap"
"""Name of the table of exponential gaps of every Poisson source."""


def label_of(text: Text | None, name: str) -> Label:
    """What people read; without a label, the name."""
    plain = name.replace("_", " ").replace("-", " ")
    return text.label() if text else Label(vi=plain, en=plain)


def agencies(written: schema.Scenario) -> dict[str, resolved.Agency]:
    """Institutions."""
    return {name: resolved.Agency(label_of(a.label, name), a.country) for name, a in written.agencies.items()}


def calendars(written: schema.Scenario, axis: TimeAxis, findings: Findings) -> dict[str, resolved.Calendar]:
    """Opening hours."""
    made = {}
    for name, calendar in written.calendars.items():
        with findings.at("calendars", name):
            made[name] = resolve_calendar(calendar, label_of(calendar.label, name), axis)
    return made


def resources(written: schema.Scenario, findings: Findings) -> dict[str, resolved.Resource]:
    """Pools of units."""
    made = {}
    for name, pool in written.resources.items():
        if isinstance(pool.capacity, tuple) and pool.calendar is not None:
            findings.flaw(("resources", name, "calendar"), _calendar_of_shifts(pool.calendar))
        if pool.overtime is not None and (pool.at_closing != "clear" or pool.overtime.value == 0):
            findings.flaw(("resources", name, "overtime"), _overtime_of_nobody(pool))
        made[name] = _resource(name, pool)
    return made


def _resource(name: str, pool: schema.Resource) -> resolved.Resource:
    return resolved.Resource(
        label=label_of(pool.label, name),
        shifts=_shifts(pool),
        agency=pool.agency,
        kind=pool.kind,
        cost_per_hour=pool.cost_per_hour.value if pool.cost_per_hour else None,
        preempt=pool.preempt,
        at_closing=None if pool.at_closing == "finish" else pool.at_closing,
        overtime=pool.overtime.value if pool.overtime else None,
    )


def _overtime_of_nobody(pool: schema.Resource) -> Flaw:
    if pool.at_closing == "clear":
        message = Label(vi="là 0: không ai ở lại phục vụ", en="is 0: nobody stays to serve")
    else:
        message = Label(
            vi=f"giới hạn làm thêm giờ, mà 'at_closing: {pool.at_closing}' thì không ai ở lại phục vụ",
            en=f"limits overtime, and with 'at_closing: {pool.at_closing}' nobody stays to serve",
        )
    remedy = Label(
        vi="hãy viết 'at_closing: clear' và 'overtime: 2 h', hoặc bỏ 'overtime'",
        en="write 'at_closing: clear' and 'overtime: 2 h', or leave 'overtime' out",
    )
    return Flaw(None, message, remedy)


def _shifts(pool: schema.Resource) -> tuple[resolved.Shift, ...]:
    if isinstance(pool.capacity, tuple):
        return tuple(resolved.Shift(shift.calendar, shift.units.value) for shift in pool.capacity)
    return (resolved.Shift(pool.calendar, pool.capacity.value),)


def _calendar_of_shifts(calendar: str) -> Flaw:
    return Flaw(
        calendar,
        Label(vi="đứng cạnh một danh sách ca", en="stands beside a list of shifts"),
        Label(vi="hãy đưa 'calendar:' vào từng ca", en="put 'calendar:' into each shift"),
    )


def zones(written: schema.Scenario, findings: Findings) -> dict[str, resolved.Zone]:
    """Places with room."""
    made = {}
    for name, zone in written.zones.items():
        check_room(zone.room.value, ("zones", name, "room"), findings)
        made[name] = resolved.Zone(label_of(zone.label, name), zone.room.value, zone.kind)
    return made


def stocks(written: schema.Scenario) -> dict[str, resolved.Stock]:
    """Levels that are taken and put."""
    return {
        name: resolved.Stock(label_of(stock.label, name), stock.level.value, stock.unit)
        for name, stock in written.stocks.items()
    }


def check_room(room: int, path: tuple[str, ...], findings: Findings) -> None:
    """A place without room lets nobody in, ever."""
    if room < 1:
        findings.wrong(
            path, room,
            Label(vi=f"là {room}: không ai vào được", en=f"is {room}: nobody could ever enter"),
            Label(vi="hãy viết 1 hoặc hơn, hoặc bỏ 'room'", en="write 1 or more, or leave 'room' out"),
        )  # fmt: skip


def platforms(
    written: schema.Scenario, trees: Trees
) -> tuple[dict[str, resolved.Platform], dict[str, resolved.Resource]]:
    """Digital services, and the resources that limit the messages of some."""
    made, handling = {}, {}
    for name, platform in written.platforms.items():
        label, pool = label_of(platform.label, name), None
        if platform.rate is not None:
            with trees.findings.at("platforms", name, "rate"):
                pool = f"{name}{HANDLING}"
                handling[pool], each = handling_pool(label, platform.rate.value)
                trees.constant(each, ("platforms", name, "rate"))
        made[name] = resolved.Platform(label, platform.agency, pool)
    return made, handling


def disruptions(written: schema.Scenario, axis: TimeAxis, trees: Trees) -> dict[str, resolved.Disruption]:
    """What goes wrong."""
    made = {}
    for name, disruption in written.disruptions.items():
        on = _targets(name, disruption, written, trees.findings)
        _check_effect(name, disruption, on, trees.findings)
        made[name] = _disruption(name, disruption, on, axis, trees)
    return made


Targets = tuple[tuple[Target, str], ...]


def _disruption(
    name: str, written: schema.Disruption, on: Targets, axis: TimeAxis, trees: Trees
) -> resolved.Disruption:
    path = ("disruptions", name)
    if written.factor:
        with trees.findings.at(*path, "factor"):
            check_fine(written.factor)
            check_not_nothing(written.factor, [kind for kind, _ in on])
    when = []
    for i, occurrence in enumerate(written.at):
        with trees.findings.at(*path, "at", i, "start"):
            start, length = axis.at(occurrence.start), occurrence.lasts.value
            when.append((start, length))
            if start >= axis.end or start + length <= axis.begin:
                trees.findings.doubt((*path, "at", i, "start"), occurrence.start, *_OUTSIDE)
    random = written.every is not None and written.lasts is not None
    return resolved.Disruption(
        label=label_of(written.label, name),
        on=on,
        lose=written.lose.value if written.lose else 0,
        factor=per_mille(written.factor.value) if written.factor else 1000,
        down=written.down,
        when=tuple(when),
        days=even_days(written.every.value) if random and written.every else None,
        gap=GAP if random else None,
        length=trees.table(written.lasts, (*path, "lasts")) if random else None,
    )


_OUTSIDE = (
    Label(vi="nằm ngoài lần chạy, nên không có tác dụng", en="lies outside of the run, and does nothing"),
    Label(vi="hãy xem lại ngày, hoặc 'start' và 'window'", en="look at the date, or at 'start' and 'window'"),
)


def _targets(name: str, written: schema.Disruption, whole: schema.Scenario, findings: Findings) -> Targets:
    on: list[tuple[Target, str]] = []
    for i, target in enumerate(written.on):
        with findings.at("disruptions", name, "on", i):
            kind, thing = _target(target, whole)
            parts = slowed(thing, whole.steps[thing]) if kind == "step" else (thing,)
            on += ((kind, part) for part in parts)
    return tuple(on)


def _target(written: str, whole: schema.Scenario) -> tuple[Target, str]:
    known: Mapping[str, object] = {
        f"{section}.{name}": None for section in SECTIONS for name in getattr(whole, section)
    }
    if written not in known:
        message = Label(
            vi=f"chạm tới '{written}', không có trong kịch bản",
            en=f"hits '{written}', which is not in the scenario",
        )
        raise Flaw(written, message, suggestion(written, list(known)))
    section, name = written.split(".", 1)
    return SECTIONS[section], name


def _check_effect(name: str, written: schema.Disruption, on: Targets, findings: Findings) -> None:
    """It does something, to things that it can be done to, and it says when."""
    path = ("disruptions", name)
    kinds = {kind for kind, _ in on}
    allowed = {"down": {"platform"}, "lose": {"resource"}, "factor": {"resource", "platform", "step", "flow"}}
    given = [key for key in allowed if getattr(written, key)]
    for key in given:
        if kinds - allowed[key]:
            wrong = cast(str, min(kinds - allowed[key]))
            findings.flaw((*path, key), _cannot(key, wrong))
    if not given:
        findings.flaw(path, _no_effect())
    if bool(written.at) == (written.every is not None):
        findings.flaw(path, _when(both=bool(written.at)))
    if (written.every is None) != (written.lasts is None):
        findings.flaw(path, _length(written.lasts is None))


def _cannot(key: str, kind: str) -> Flaw:
    instead = {"resource": "lose, factor", "platform": "down, factor"}.get(kind, "factor")
    return Flaw(
        key,
        Label(vi=f"không dùng được cho đích thuộc loại '{kind}'", en=f"cannot be done to a {kind}"),
        Label(vi=f"với loại này hãy dùng: {instead}", en=f"for a {kind} use: {instead}"),
    )


def _no_effect() -> Flaw:
    return Flaw(
        None,
        Label(vi="không làm gì cả", en="does nothing"),
        Label(vi="hãy thêm 'down: true', 'lose: 3' hoặc 'factor: 50 %'",
              en="add 'down: true', 'lose: 3' or 'factor: 50 %'"),
    )  # fmt: skip


def _when(both: bool) -> Flaw:
    said = (
        Label(vi="có cả 'at' lẫn 'every'", en="has both 'at' and 'every'")
        if both
        else Label(vi="không cho biết khi nào xảy ra", en="does not say when it happens")
    )
    return Flaw(
        None,
        said,
        Label(vi="hãy viết 'at: [{start: …, lasts: …}]' hoặc 'every: 12 /yr' với 'lasts: …'",
              en="write 'at: [{start: …, lasts: …}]', or 'every: 12 /yr' with 'lasts: …'"),
    )  # fmt: skip


def _length(missing: bool) -> Flaw:
    if missing:
        return Flaw(
            None,
            Label(vi="có 'every' mà không có 'lasts'", en="has 'every' without 'lasts'"),
            Label(vi="hãy thêm 'lasts: {mean: 2 h, cv: 1}'", en="add 'lasts: {mean: 2 h, cv: 1}'"),
        )
    return Flaw(
        None,
        Label(vi="có 'lasts' mà không có 'every'", en="has 'lasts' without 'every'"),
        Label(vi="hãy đưa 'lasts' vào từng lần trong 'at'", en="put 'lasts' into each item of 'at'"),
    )
