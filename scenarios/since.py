"""What is otherwise from a date on: `since:` of a scenario, of which `as_of` selects what holds.

Administrative tiers, names of agencies and laws change on a day. `since: {2025-07-01: {dotted.path: value}}`
says what is otherwise from then on; everything up to `as_of` is put in its place, in the order of the dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from scenarios.changes import Change
from scenarios.errors import Flaw
from scenarios.findings import Findings
from scenarios.overrides import overridden
from scenarios.paths import parsed
from scenarios.resolved import Label
from scenarios.units import parse_date

SINCE, AS_OF = "since", "as_of"


def together(base: Any, own: Any) -> Any:
    """A variant's dates on top of its base's, path by path; what is no mapping is told by `of_its_day`."""
    if not isinstance(base, dict) or not isinstance(own, dict):
        return base if own is None else own
    whole = dict(base)
    for day, paths in own.items():
        both = isinstance(paths, dict) and isinstance(base.get(day), dict)
        whole[day] = {**base[day], **paths} if both else paths
    return whole


def of_its_day(data: dict[str, Any], asked: Any, findings: Findings) -> dict[str, Any]:
    """The data with all that holds since then, and without the section itself.

    asked : an `as_of` from outside, which counts instead of the written one; None if there is none
    """
    written = data.get(SINCE)
    rest = {key: value for key, value in data.items() if key != SINCE}
    if written is None:
        return rest
    if not isinstance(written, dict):
        findings.wrong((SINCE,), written, *_NO_DATES)
        return rest
    as_of = _day(rest.get(AS_OF) if asked is None else asked)
    if as_of is None and rest.get(AS_OF) is None and asked is None:
        findings.wrong((AS_OF,), "", *_NO_DAY)
    for day, paths in sorted(_dated(written, findings), key=lambda pair: pair[0]):
        changed, changes = _with(rest, str(day), paths, findings)
        if as_of is not None and day <= as_of:  # what does not hold yet has been checked all the same
            rest = changed
            findings.changes += changes
    return rest


def _dated(written: Mapping[str, Any], findings: Findings) -> Iterator[tuple[date, Any]]:
    for day, paths in written.items():
        with findings.at(SINCE, day):
            read = parse_date(day)
            if not isinstance(paths, dict):
                raise Flaw(paths, *_NO_PATHS)
            yield read, paths


def _with(
    data: dict[str, Any], day: str, paths: Mapping[str, Any], findings: Findings
) -> tuple[dict[str, Any], list[Change]]:
    changes: list[Change] = []
    for path, value in paths.items():
        with findings.at(SINCE, day, path):
            data, change = overridden(data, path, value)
            changes.append(change)
            mark = findings.marks.get((SINCE, day, path))
            if mark is not None:
                findings.marks[parsed(path)] = findings.marks[change.path] = mark
    return data, changes


def _day(written: Any) -> date | None:
    """What is no date is told by the schema."""
    try:
        return None if written is None else parse_date(written)
    except Flaw:
        return None


_NO_DATES = (
    Label(vi="phải là một nhóm 'ngày: {đường.dẫn: giá trị}'",
          en="must be a mapping of 'date: {path: value}'"),
    Label(vi="hãy viết 'since: {2025-07-01: {agencies.x.label: …}}'",
          en="write 'since: {2025-07-01: {agencies.x.label: …}}'"),
)  # fmt: skip
_NO_PATHS = (
    Label(vi="phải là một nhóm 'đường.dẫn: giá trị'", en="must be a mapping of 'dotted.path: value'"),
    Label(vi="hãy viết '2025-07-01: {agencies.x.label: …}'", en="write '2025-07-01: {agencies.x.label: …}'"),
)
_NO_DAY = (
    Label(vi="còn thiếu, mà 'since' cần nó", en="is missing, and 'since' needs it"),
    Label(vi="hãy thêm 'as_of: 2025-03-12'", en="add 'as_of: 2025-03-12'"),
)
