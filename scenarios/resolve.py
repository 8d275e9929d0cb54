"""The written form becomes the resolved form: nothing implicit is left (law §1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path as Folder
from typing import Any

from pydantic import ValidationError

from scenarios import facilities, processes, resolved, schema
from scenarios.axis import TimeAxis, time_axis
from scenarios.distributions import unit_gap_table
from scenarios.facilities import GAP
from scenarios.findings import Findings
from scenarios.labels import doubt_labels
from scenarios.offered import doubt_overload
from scenarios.pedigree import parameters
from scenarios.quantities import Stated
from scenarios.rates import rates
from scenarios.references import check_references
from scenarios.resolved import DAY, RESOLVED_VERSION, Clock, Label, Resolved
from scenarios.rules import rules
from scenarios.schema_errors import note_errors
from scenarios.soundness import check_soundness
from scenarios.trees import Trees

LONGEST_RUN = 20 * 366 * DAY
"""Lead-in, window and draining together [ms]."""

FIRST, LAST = datetime(1970, 1, 2), datetime(2149, 6, 1)  # noqa: DTZ001  - local, the zone is the scenario's
"""Local dates that a run may touch: days are numbered from 1970 in 16 bits."""


def read_written(data: Any, findings: Findings) -> schema.Scenario:
    """The written form of plain data.

    Raises
    ------
    ScenarioError
        With every wrong word and every name that is not declared.
    """
    check_references(data, findings)
    try:
        written = schema.Scenario.model_validate(data)
    except ValidationError as error:
        note_errors(error, findings)
        findings.raise_if_any()
        raise
    findings.raise_if_any()
    return written


def resolve(
    data: Any, findings: Findings, folder: Folder | None, *, cut_short: bool = False, told: bool = True
) -> Resolved:
    """The resolved form of plain data; `folder` is where lists of arrivals are looked for.

    What is doubtful is noted in `findings`. `cut_short`: the data end before the scenario as it was written.
    `told`: else it is only run, so neither what its numbers rest on nor what is asked too much is worked out.

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    """
    written = read_written(data, findings)
    clock, axis = _time(written, findings)
    trees = Trees(findings)
    ground = processes.Ground(written, axis, trees, folder)
    laid = processes.ways(ground)
    platforms, handling = facilities.platforms(written, trees)
    scenario = Resolved(
        version=RESOLVED_VERSION,
        name=written.name,
        title=written.title.label(),
        question=written.question.label(),
        clock=clock,
        as_of=written.as_of.isoformat() if written.as_of else None,
        count_unit=written.count_unit,
        sources={name: _source(source) for name, source in written.sources.items()},
        agencies=facilities.agencies(written),
        calendars=facilities.calendars(written, axis, findings),
        resources=facilities.resources(written, findings) | handling,
        zones=facilities.zones(written, findings),
        platforms=platforms,
        steps=processes.steps(ground, laid, platforms),
        flows=processes.flows(ground, laid),
        disruptions=facilities.disruptions(written, axis, trees),
        rules=rules(written, findings),
        targets={name: stated.value for name, stated in written.targets.items()},
        published=tuple(_published(figure) for figure in written.published),
        parameters=parameters(written, data, findings) if told else (),
        tables={GAP: unit_gap_table(), **trees.tables},
        mixes=trees.mixes,
        stocks=facilities.stocks(written),
        expected=tuple(_expected(band) for band in written.expected),
        rates=rates(written, findings),
    )
    findings.raise_if_any()
    check_soundness(scenario, laid, findings, cut_short=cut_short)
    findings.raise_if_any()
    if told:
        doubt_labels(written, findings)
        doubt_overload(scenario, findings)
    return scenario


def _time(written: schema.Scenario, findings: Findings) -> tuple[Clock, TimeAxis]:
    """The clock of a run and its axis.

    Raises
    ------
    ScenarioError
        If there is no telling when the run is.
    """
    window = written.window.value if written.window else None
    lead_in = written.lead_in.value if written.lead_in else 0
    at_most = _at_most(written, window, findings)
    _check_span(written.start, lead_in, at_most, findings)
    findings.raise_if_any()
    with findings.at("start"):
        axis = time_axis(written.time_zone, written.start, -lead_in, at_most)
    findings.raise_if_any()
    clock = Clock(
        zone=written.time_zone,
        start=written.start.isoformat(),
        start_utc=axis.start_utc,
        offsets=axis.offsets(),
        horizon=written.horizon,
        lead_in=lead_in,
        window=window,
        until=written.until,
        at_most=at_most,
    )
    return clock, axis


def _at_most(written: schema.Scenario, window: int | None, findings: Findings) -> int:
    """Where the run stops at the latest."""
    if written.until == "empty":
        if written.at_most is None:
            findings.wrong(
                ("until",), "empty",
                Label(vi="là 'empty' mà không có 'at_most'", en="is 'empty' without 'at_most'"),
                Label(vi="hãy thêm 'at_most: 30 d': lúc dừng muộn nhất",
                      en="add 'at_most: 30 d', the latest stop"),
            )  # fmt: skip
            return window or 0
        return _after_window(written.at_most, window, findings)
    if written.at_most is not None:
        findings.wrong(
            ("at_most",), written.at_most.written,
            Label(vi="chỉ dùng cùng 'until: empty'", en="only goes with 'until: empty'"),
            Label(vi="hãy bỏ 'at_most' hoặc thêm 'until: empty'", en="leave it out, or add 'until: empty'"),
        )  # fmt: skip
    if window is None:
        findings.wrong(
            ("window",), None,
            Label(vi="còn thiếu", en="is missing"),
            Label(vi="hãy thêm 'window: 1 d': khoảng được báo cáo",
                  en="add 'window: 1 d', the time that is reported"),
        )  # fmt: skip
    return window or 0


def _after_window(at_most: Stated[int], window: int | None, findings: Findings) -> int:
    if window is not None and at_most.value < window:
        findings.wrong(
            ("at_most",), at_most.written,
            Label(vi="sớm hơn lúc hết 'window'", en="is before the end of the window"),
            Label(vi="hãy viết 'at_most' dài hơn 'window'", en="make 'at_most' longer than 'window'"),
        )  # fmt: skip
    return at_most.value


def _check_span(start: datetime, lead_in: int, at_most: int, findings: Findings) -> None:
    """Something to run, not too much, on dates that can be numbered."""
    if at_most <= 0 and not findings.problems:
        findings.wrong(
            ("window",), at_most,
            Label(vi="không có độ dài", en="has no length"),
            Label(vi="hãy viết 'window: 1 d'", en="write 'window: 1 d'"),
        )  # fmt: skip
    if lead_in + at_most > LONGEST_RUN:
        findings.wrong(
            ("window",), f"{(lead_in + at_most) // DAY} d",
            Label(vi="cùng với 'lead_in' dài quá 20 năm", en="makes, with the lead-in, more than 20 years"),
            Label(vi="hãy rút ngắn 'window', 'lead_in' hoặc 'at_most'",
                  en="shorten 'window', 'lead_in' or 'at_most'"),
        )  # fmt: skip
    elif not _has_numbered_days(start, lead_in, at_most):
        findings.wrong(
            ("start",), start.isoformat(" ", "minutes"),
            Label(vi="khiến lần chạy ra ngoài các năm 1970 … 2149",
                  en="takes the run outside of the years 1970 … 2149"),
            Label(vi="hãy chọn một ngày trong khoảng đó", en="choose a date between them"),
        )  # fmt: skip


def _has_numbered_days(start: datetime, lead_in: int, at_most: int) -> bool:
    if start < FIRST or start > LAST:  # before adding to it: datetimes end too
        return False
    return (
        start - timedelta(milliseconds=lead_in) >= FIRST and start + timedelta(milliseconds=at_most) <= LAST
    )


def _source(source: schema.Source) -> resolved.Source:
    text = source.text
    return resolved.Source(text if isinstance(text, str) else text.label(), source.url)


def _published(figure: schema.Published) -> resolved.Published:
    return resolved.Published(
        kpi=figure.kpi,
        labels=dict(figure.labels),
        value=figure.value,
        unit=figure.unit,
        mark=figure.mark,
        source=figure.source,
        note=figure.note.label() if figure.note else None,
        between=figure.between,
    )


def _expected(band: schema.Expected) -> resolved.Expected:
    low, high = band.between
    return resolved.Expected(
        kpi=band.kpi,
        labels=dict(band.labels),
        low=low,
        high=high,
        unit=band.unit,
        reason=band.reason.label(),
    )
