"""Whether a resolved scenario can run: what must hold among things that are each right by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scenarios.endings import check_endings, reached
from scenarios.errors import nearest
from scenarios.factors import check_products
from scenarios.findings import Findings
from scenarios.gathers import doubt_gathers
from scenarios.holdings import check_holdings
from scenarios.hours import falls_within
from scenarios.interruptions import doubt_interruptions
from scenarios.messages import doubt_messages
from scenarios.resolved import Clock, Flow, Label, Resolved, Step
from scenarios.routes import Branch, Way
from scenarios.rules import check_rules
from scenarios.sending import check_joins, check_sending
from scenarios.starts import check_starts
from scenarios.timeless import check_timeless

MILESTONES = (
    "declared", "arrived", "registered", "released", "crossed", "returned", "ordered", "accepted", "packed",
    "posted", "attempted", "delivered", "collected", "remitted", "submitted", "paid", "decided", "result",
)  # fmt: skip
"""Marks in an entity's life that intervals are reported between."""


def check_soundness(
    scenario: Resolved, ways: Mapping[str, Way], findings: Findings, *, cut_short: bool = False
) -> None:
    """Note what cannot work, and what looks doubtful.

    `cut_short`: the run ends before the scenario says so; what would have come later is no mistake.
    """
    check_endings(scenario, findings)
    if not findings.problems:  # a loop without an end is told as such
        check_timeless(scenario, findings)
    check_products(scenario, findings)
    check_starts(scenario, findings, cut_short=cut_short)
    check_rules(scenario, findings)
    check_holdings(scenario, findings)
    _check_attributes(scenario, findings)
    check_sending(scenario, findings)
    for name, flow in scenario.flows.items():
        _check_placed(name, flow, scenario.clock, findings)
    for name, way in ways.items():
        _check_branches(scenario, way, findings)
        _check_lanes(name, scenario, findings)
        check_joins(name, scenario, way, findings)
        _check_backlog(name, scenario, way, findings)
        _check_milestones(name, scenario.flows[name], scenario, findings)
    _check_backlog_room(scenario, findings)
    _doubt_unused(scenario, findings)
    doubt_interruptions(scenario, findings)
    doubt_gathers(scenario, findings)
    doubt_messages(scenario, findings)


# ---- arrivals ----


def _check_placed(name: str, flow: Flow, clock: Clock, findings: Findings) -> None:
    """So many are to be placed in the window: some hour of it must have a weight."""
    arrivals, end = flow.arrivals, clock.at_most if clock.window is None else clock.window
    if arrivals.kind != "count" or not arrivals.count or arrivals.days is None:
        return
    if not falls_within(arrivals.days, clock.offsets, clock.start_utc, 0, end):
        findings.wrong(
            ("flows", name, "arrivals", "count"), arrivals.count,
            Label(vi=f"đặt {arrivals.count} lượt vào một khoảng mà mọi giờ đều có hệ số hoặc trọng số 0",
                  en=f"places {arrivals.count} in a window of which every hour has a weight or factor of 0"),
            Label(vi="hãy cho một giờ trong khoảng đó trọng số dương ('hours', 'months', 'weekdays', "
                     "'dates'), hoặc kéo dài 'window'",
                  en="give an hour of the window a weight above zero (hours, months, weekdays, dates), "
                     "or make the window longer"),
        )  # fmt: skip


# ---- attributes ----


def _check_attributes(scenario: Resolved, findings: Findings) -> None:
    """An attribute is of one kind and one unit in all flows."""
    seen: dict[str, tuple[str, str, str]] = {}
    for flow_name, flow in scenario.flows.items():
        for name, attribute in flow.attributes.items():
            first = seen.setdefault(name, (attribute.kind, attribute.unit, flow_name))
            if first[:2] != (attribute.kind, attribute.unit):
                findings.wrong(
                    ("flows", flow_name, "attributes", name), attribute.unit or attribute.kind,
                    Label(vi=f"khác loại hoặc đơn vị với cùng thuộc tính ở luồng '{first[2]}'",
                          en=f"is of another kind or unit than the same attribute of the flow '{first[2]}'"),
                    Label(vi="hãy dùng cùng loại và đơn vị, hoặc đặt tên khác",
                          en="use the same kind and unit, or another name"),
                )  # fmt: skip


# ---- choices ----


def _check_lanes(name: str, scenario: Resolved, findings: Findings) -> None:
    """A choice of the shortest queue leads to steps where somebody can be counted."""
    for choice, options in scenario.flows[name].options.items():
        for option, target in options.items():
            if scenario.steps[choice].shortest and not _has_visits(target, scenario):
                findings.wrong(
                    ("steps", choice, "options", option), target or "next",
                    Label(vi=f"dẫn luồng '{name}' tới chỗ không ai chờ nên không đếm được hàng",
                          en=f"leads the flow '{name}' to where nobody waits: there is no queue to count"),
                    Label(vi="hãy dẫn mỗi lựa chọn tới một bước 'work', 'wait' hoặc 'parallel'",
                          en="let every option lead to a step that takes time"),
                )  # fmt: skip


def _has_visits(step: str | None, scenario: Resolved) -> bool:
    return step is not None and scenario.steps[step].kind not in ("choose", "end", "free", "put")


# ---- places ----


def _check_branches(scenario: Resolved, way: Way, findings: Findings) -> None:
    """Steps of a branch lie in the zone of the parallel step, or in none."""
    for name, branch in way.branch_of.items():
        zone, outer = scenario.steps[name].zone, _outer_zone(scenario, way, branch)
        if zone is not None and zone != outer:
            findings.wrong(
                ("steps", name, "zone"), zone,
                Label(vi=f"nằm trong '{zone}', khác khu vực của phần song song '{branch[0]}'",
                      en=f"lies in '{zone}', not in the zone of the parallel part '{branch[0]}'"),
                Label(vi=f"hãy bỏ 'zone', hoặc đặt '{branch[0]}' trong '{zone}'",
                      en=f"leave 'zone' out, or put '{branch[0]}' in '{zone}'"),
            )  # fmt: skip


def _outer_zone(scenario: Resolved, way: Way, branch: Branch | None) -> str | None:
    """The zone that a parallel part lies in, be it by a part around it."""
    while branch is not None:
        zone = scenario.steps[branch[0]].zone
        if zone is not None:
            return zone
        branch = way.branch_of.get(branch[0])
    return None


def _check_backlog(name: str, scenario: Resolved, way: Way, findings: Findings) -> None:
    backlog = scenario.flows[name].backlog
    if backlog is None:
        return
    at, path = backlog.at, ("flows", name, "backlog", "at")
    if at not in way.next:
        findings.wrong(
            path, at,
            Label(vi=f"chờ ở '{at}', không nằm trên đường đi của luồng",
                  en=f"waits in '{at}', which is not on its way"),
            Label(vi="hãy chọn một bước của luồng này", en="choose a step of this flow"),
        )  # fmt: skip
    elif at in way.branch_of or scenario.steps[at].kind in (
        "choose",
        "end",
        "hold",
        "free",
        "put",
        "ride",
        "release",
    ):
        findings.wrong(
            path, at,
            Label(vi=f"chờ ở '{at}', nơi không thể có ai chờ lúc đầu",
                  en=f"waits in '{at}', where nobody can wait at the start"),
            Label(vi="hãy chọn một bước có chỗ chờ (như 'work', 'wait') ngoài các nhánh",
                  en="choose a step where one can wait (such as work, wait), outside of branches"),
        )  # fmt: skip


def _check_backlog_room(scenario: Resolved, findings: Findings) -> None:
    """Everybody who is there at the start has a place."""
    taken: dict[tuple[str, str], int] = {}
    for name, flow in scenario.flows.items():
        for place, room in _places(scenario, flow):
            taken[place] = taken.get(place, 0) + (flow.backlog.count if flow.backlog else 0)
            if taken[place] > room:
                findings.wrong(
                    ("flows", name, "backlog", "count"), taken[place],
                    Label(vi=f"đưa {taken[place]} vào '{place[1]}', chỉ có {room} chỗ",
                          en=f"puts {taken[place]} into '{place[1]}', which has room for {room}"),
                    Label(vi="hãy tăng 'room', hoặc để phần dư chờ ở bước trước đó",
                          en="raise the room, or let the rest wait in a step before it"),
                )  # fmt: skip


def _places(scenario: Resolved, flow: Flow) -> Iterator[tuple[tuple[str, str], int]]:
    """Step and zone of a flow's backlog, with their room."""
    step = scenario.steps[flow.backlog.at] if flow.backlog else None
    if flow.backlog and step and step.room is not None:
        yield ("step", flow.backlog.at), step.room
    if step and step.zone is not None:
        yield ("zone", step.zone), scenario.zones[step.zone].room


# ---- milestones ----


def _check_milestones(name: str, flow: Flow, scenario: Resolved, findings: Findings) -> None:
    """A flow that declares or drives before the gate says where it arrives (law §6)."""
    on_way = [step for step in flow.next if step in scenario.steps]
    marks = {mark for step in on_way for mark in scenario.steps[step].milestones}
    early = next((step for step in on_way if _is_early(scenario.steps[step])), None)
    if early is not None and "arrived" not in marks and _is_of_a_gate(flow, marks):
        findings.wrong(
            ("flows", name, "route"), early,
            Label(vi=f"khai báo hoặc đi đường ở '{early}' trước khi đến cửa khẩu mà không có mốc 'arrived'",
                  en=f"declares or drives at '{early}' before the gate, without milestone 'arrived'"),
            Label(vi="hãy thêm 'milestone: arrived' vào bước đầu tiên ở cửa khẩu",
                  en="add 'milestone: arrived' to the first step at the gate"),
        )  # fmt: skip


def _is_early(step: Step) -> bool:
    return "declared" in step.milestones or step.purpose in ("travel", "declaration")


def _is_of_a_gate(flow: Flow, marks: set[str]) -> bool:
    return "declared" in marks or "direction" in flow.attributes or "gate" in flow.attributes


# ---- doubts ----


def _doubt_unused(scenario: Resolved, findings: Findings) -> None:
    """Steps that nobody comes to, and milestones that nobody reports."""
    visited = {step for name in scenario.flows for step in reached(scenario, name)}
    for name, step in scenario.steps.items():
        if name not in visited:
            findings.doubt(
                ("steps", name), name,
                Label(vi="không luồng nào đi tới", en="is reached by no flow"),
                Label(vi="hãy đặt nó vào một 'route', hoặc bỏ đi", en="put it in a route, or leave it out"),
            )  # fmt: skip
        for mark in step.milestones:
            if mark not in MILESTONES:
                _doubt_milestone(name, mark, findings)


def _doubt_milestone(name: str, mark: str, findings: Findings) -> None:
    near = nearest(mark, MILESTONES)
    listed = near or ", ".join(MILESTONES)
    findings.doubt(
        ("steps", name, "milestone"), mark,
        Label(vi=f"có mốc '{mark}' không thuộc các mốc được báo cáo",
              en=f"marks '{mark}', which no report knows"),
        Label(vi=f"có phải ý bạn là: {listed}?", en=f"did you mean: {listed}?"),
    )  # fmt: skip
