"""Steps that gather: the resolved form, the rides behind them, and what cannot work (law §4, Gather)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scenarios.findings import Findings
from scenarios.resolved import RIDE, Gather, Label, Resolved, Step
from scenarios.routes import Way
from scenarios.schema_steps import AnyStep, GatherStep
from scenarios.trees import Values, number

SOURCE = re.compile(r"backlog|list|x\d+")
"""What other sources of entities are called: a carrier's is the step that gathered its load."""


def resolve_gather(name: str, step: GatherStep, values: Values, findings: Findings) -> Gather:
    """When it departs and how many go; what does not fit together is noted."""
    _check_words(name, step, findings)
    if step.weigh is not None:
        with findings.at("steps", name, "weigh"):
            number(step.weigh, values)
    return Gather(
        number=_whole(step.number),
        weight=_whole(step.weight),
        weigh=step.weigh,
        departures=step.departures,
        max_wait=_whole(step.max_wait),
        most=_whole(step.most or step.number),
        most_weight=_whole(step.most_weight or step.weight),
        carrier=step.carrier,
    )


def _whole(stated: Any) -> int | None:
    return None if stated is None else round(stated.value)


def with_rides(way: Way, steps: Mapping[str, AnyStep]) -> Way:
    """The way with a ride behind each step that gathers for a carrier."""
    carried = [name for name in way.next if _carries(steps[name])]
    onward = {name: f"{name}{RIDE}" for name in carried}
    behind = {f"{name}{RIDE}": way.next[name] for name in carried}
    branches = {f"{name}{RIDE}": way.branch_of[name] for name in carried if name in way.branch_of}
    return replace(way, next=way.next | onward | behind, branch_of=way.branch_of | branches)


def _carries(step: AnyStep) -> bool:
    return isinstance(step, GatherStep) and step.carrier is not None


def ride(gather: Step) -> Step:
    """The step in which those are who are on board."""
    label = Label(vi=f"{gather.label.vi}: trên đường", en=f"{gather.label.en}: on the way")
    return Step(label, "ride", agency=gather.agency)


# ---- what cannot work ----


def _check_words(name: str, step: GatherStep, findings: Findings) -> None:
    weighs = step.weight is not None or step.most_weight is not None
    if not (step.number or step.weight or step.departures or step.max_wait):
        findings.wrong(
            ("steps", name), None,
            Label(vi="không cho biết khi nào khởi hành", en="does not say when it departs"),
            Label(vi="hãy viết 'number', 'weight', 'departures' hoặc 'max_wait'",
                  en="write number, weight, departures or max_wait"),
        )  # fmt: skip
    for word, stated in (("number", step.number), ("weight", step.weight), ("most", step.most)):
        if stated is not None and stated.value < 1:
            findings.wrong(
                ("steps", name, word), stated.written,
                Label(vi="là 0: không ai khởi hành", en="is 0: nobody would depart"),
                Label(vi="hãy viết 1 hoặc hơn", en="write 1 or more"),
            )  # fmt: skip
    if weighs != (step.weigh is not None):
        findings.wrong(
            ("steps", name, "weigh"), step.weigh,
            Label(vi="và 'weight' (hoặc 'most_weight') phải đi cùng nhau",
                  en="and weight (or most_weight) go together"),
            Label(vi="hãy viết 'weigh: <thuộc tính số>' cùng 'weight', hoặc bỏ cả hai",
                  en="write 'weigh: <number attribute>' with a weight, or leave both out"),
        )  # fmt: skip
    if step.carrier is not None and SOURCE.fullmatch(name):
        findings.wrong(
            ("steps", name), name,
            Label(vi=f"gom hàng cho phương tiện và mang tên '{name}', tên của một nguồn lượt đến",
                  en=f"gathers for a carrier and is called '{name}', like a source of arrivals"),
            Label(vi="hãy đặt tên khác cho bước này", en="give the step another name"),
        )  # fmt: skip
    if step.resources is not None and step.carrier is None:
        findings.wrong(
            ("steps", name, "resources"), None,
            Label(vi="đứng cạnh 'gather' mà không có phương tiện chở",
                  en="stands in a gather that has no carrier"),
            Label(vi="hãy thêm 'carrier: <luồng>', hoặc bỏ 'resources'",
                  en="add 'carrier: <flow>', or leave resources out"),
        )  # fmt: skip


def doubt_gathers(scenario: Resolved, findings: Findings) -> None:
    """Note last ones that may wait for ever, and releases of nothing."""
    carriers = {step.gather.carrier for step in scenario.steps.values() if step.gather is not None}
    carried = {step for name, flow in scenario.flows.items() if name in carriers for step in flow.next}
    for name, step in scenario.steps.items():
        if step.kind == "release" and name not in carried:
            findings.doubt(
                ("steps", name), name,
                Label(vi="không nằm trên đường của phương tiện nào: không có gì để dỡ xuống",
                      en="is on the way of no carrier: there is nothing to release"),
                Label(vi="hãy đặt nó trong 'route' của luồng ghi ở 'carrier'",
                      en="put it in the route of a flow that a gather names as its carrier"),
            )  # fmt: skip
        if _leaves_some_behind(step) and scenario.clock.until == "empty":
            findings.doubt(
                ("steps", name), name,
                Label(vi="có thể giữ lại những lượt cuối mãi mãi, khi không đủ số lượng",
                      en="may keep the last ones for ever, when they are too few"),
                Label(vi="hãy thêm 'max_wait: 4 h', hoặc 'departures'",
                      en="add 'max_wait: 4 h', or departures"),
            )  # fmt: skip


def _leaves_some_behind(step: Step) -> bool:
    gather = step.gather
    return gather is not None and gather.departures is None and gather.max_wait is None and gather.number != 1
