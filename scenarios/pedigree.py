"""Every number of a written scenario with its pedigree: its source, its range, and who could tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from scenarios import units
from scenarios.changes import Change, Replaced, replaced, told
from scenarios.findings import Findings
from scenarios.magnitudes import within
from scenarios.paths import Path, dotted, get
from scenarios.quantities import ASSUMPTION, OVERRIDE, Pedigreed, Stated
from scenarios.resolved import Label, Parameter

ASKED = {"window", "lead_in", "at_most", "priority", "demand"}
"""What the planner decides or asks, not what the world is: needs no source."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """What the mappings around a number say of the numbers in them."""

    path: Path
    source: str | None = None
    range: tuple[Any, Any] | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the written form, and what is around it."""

    path: Path
    stated: Stated[Any]
    around: Inherited

    @property
    def source(self) -> str | None:
        """Its own source, else that of the mapping around it."""
        return self.stated.source or self.around.source

    @property
    def range(self) -> tuple[str, str] | None:
        """Its own range, else that around it if it is of its kind and holds it."""
        if self.stated.written_range is not None or self.around.range is None:
            return self.stated.written_range
        low, high = (str(end) for end in self.around.range)
        return (low, high) if within(self.stated.written, low, high) else None


def parameters(written: BaseModel, data: Any, findings: Findings) -> tuple[Parameter, ...]:
    """The sourced, assumed and changed numbers; those that are none are noted as doubtful, by section."""
    found = list(_numbers(written, data, (), Inherited(())))
    changed = ((number.path, replaced(number.path, data, findings.changes)) for number in found)
    by_override = {path: what for path, what in changed if what is not None}
    standing = [number for number in found if number.path not in by_override]
    _doubt_unsourced([n for n in standing if n.source is None], findings)
    _check_assumed_mappings(standing, findings)
    all_told = [_parameter(number, by_override.get(number.path)) for number in found]
    all_told += _hours(get(data, ["calendars"]) or {}, data, findings.changes)
    return tuple(parameter for parameter in all_told if parameter.source)


def _parameter(number: Number, replaced: Replaced | None) -> Parameter:
    owner = number.stated.owner or number.around.owner
    own = Parameter(dotted(number.path), number.stated.written, number.source or "", number.range, owner)
    if replaced is None:
        return own
    brought = number.stated.source is not None or len(number.around.path) >= len(replaced.by.path)
    return _changed(own, brought, replaced)


def _changed(own: Parameter, brought: bool, replaced: Replaced) -> Parameter:
    """A number that an override put there: it has the source that the override brought, else none."""
    before = replaced.instead
    if brought:
        return replace(own, instead=before)
    if before is not None and before.value == own.value:
        return before
    return Parameter(own.path, own.value, OVERRIDE, owner=before.owner if before else None, instead=before)


def _hours(calendars: Mapping[str, Any], data: Any, changes: Sequence[Change]) -> Iterator[Parameter]:
    """The weekly hours of the calendars: no numbers to the models, and as much in need of a source."""
    for name, calendar in calendars.items():
        weekly, span = calendar["weekly"], calendar.get("range")
        for days in weekly if isinstance(weekly, dict) else (None,):
            path = ("calendars", name, "weekly", *(() if days is None else (days,)))
            own = Parameter(
                dotted(path), told(get(data, path)), calendar.get("source") or "",
                None if span is None else (str(span[0]), str(span[1])), calendar.get("owner"),
            )  # fmt: skip
            done = replaced(path, data, changes)
            brought = done is not None and own.source != "" and len(done.by.path) <= len(("calendars", name))
            yield own if done is None else _changed(own, brought, done)


def _numbers(written: Any, raw: Any, path: Path, around: Inherited) -> Iterator[Number]:
    """Walk the models and the plain data side by side: the models know numbers, the data the keys' words."""
    if isinstance(written, Stated):
        yield Number(path, written, around)
    elif isinstance(written, BaseModel):
        inner = _inherited(written, path, around)
        for key, value in _fields(written):
            beside = key.startswith("<")
            yield from _numbers(
                value, raw if beside else get(raw, [key]), path if beside else (*path, key), inner
            )
    elif isinstance(written, Mapping):
        for key, value in zip(_words(written, raw), written.values(), strict=True):
            yield from _numbers(value, get(raw, [key]), (*path, key), around)
    elif isinstance(written, list | tuple):
        for i, value in enumerate(written):
            alone = not isinstance(raw, list)  # one thing where a list may stand
            yield from _numbers(value, raw if alone else raw[i], path if alone else (*path, i), around)


def _fields(written: BaseModel) -> Iterator[tuple[str, Any]]:
    for name, described in type(written).model_fields.items():
        yield described.alias or name, getattr(written, name)
    yield from (written.model_extra or {}).items()


def _words(written: Mapping[Any, Any], raw: Any) -> list[str]:
    """The keys as they were written, in the order of the model's (which sorts the shares of quantiles)."""
    words = list(raw) if isinstance(raw, dict) else []
    if any(isinstance(key, float) for key in written):
        words.sort(key=units.parse_share)
    return words if len(words) == len(written) else [str(key) for key in written]


def _inherited(written: BaseModel, path: Path, around: Inherited) -> Inherited:
    if not isinstance(written, Pedigreed) or written.source is None:
        return around
    return Inherited(path, written.source, written.range, written.owner)


def _check_assumed_mappings(found: Sequence[Number], findings: Findings) -> None:
    """A mapping that is an assumption needs a range, and one that holds a number of it."""
    groups: dict[Path, list[Number]] = {}
    for number in found:
        if number.stated.source is None and number.around.source == ASSUMPTION:
            groups.setdefault(number.around.path, []).append(number)
    for numbers in groups.values():
        if not any(number.range for number in numbers):
            _refuse(numbers[0].around, numbers, findings)


def _refuse(around: Inherited, numbers: Sequence[Number], findings: Findings) -> None:
    listed = ", ".join(number.stated.written for number in numbers[:4])
    if around.range is None:
        message = Label(
            vi=f"là giả định ({listed}) không có khoảng giá trị",
            en=f"is an assumption ({listed}) without a range",
        )
    else:
        span = f"[{around.range[0]}, {around.range[1]}]"
        message = Label(
            vi=f"có khoảng {span} không chứa số nào trong đó ({listed})",
            en=f"has the range {span}, which holds none of its numbers ({listed})",
        )
    remedy = Label(
        vi="hãy thêm 'range: [thấp nhất, cao nhất]' cùng đơn vị với số đó",
        en="add 'range: [lowest, highest]', in the unit of the number",
    )
    findings.wrong(around.path, listed, message, remedy)


def _doubt_unsourced(numbers: Sequence[Number], findings: Findings) -> None:
    sections: dict[Path, list[Number]] = {}
    for number in numbers:
        if not ASKED & set(number.path):
            sections.setdefault(number.path[:2], []).append(number)
    for path, own in sections.items():
        listed = ", ".join(f"{dotted(n.path[2:]) or n.path[-1]} = {n.stated.written}" for n in own[:4])
        more = " …" if len(own) > 4 else ""
        findings.doubt(
            path, listed,
            Label(vi=f"có số không rõ nguồn: {listed}{more}",
                  en=f"has numbers without a source: {listed}{more}"),
            Label(vi="hãy thêm 'source:', hoặc 'source: assumption' kèm 'range:' và 'owner:'",
                  en="add 'source:', or 'source: assumption' with 'range:' and 'owner:'"),
        )  # fmt: skip
