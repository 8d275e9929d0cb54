"""Sub-entities: steps that send out samples or documents of an entity, and steps that wait for them."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.findings import Findings
from scenarios.quantities import Stated
from scenarios.resolved import By, Errand, Flow, Label, Resolved, Step, Tree
from scenarios.routes import Branch, Way
from scenarios.schema_steps import JoinStep, SendStep

MOST_SENT = 255
"""Sub-entities of one visit; what their addresses hold."""


def resolve_send(name: str, written: SendStep, count: Tree, findings: Findings) -> Errand:
    """What a step sends out."""
    for most in (leaf for leaf in _counts(count) if leaf > MOST_SENT):
        findings.wrong(
            ("steps", name, "count"), most,
            Label(vi=f"là {most}, quá {MOST_SENT}", en=f"is {most}, over {MOST_SENT}"),
            Label(vi="hãy gộp nhiều mẫu hoặc giấy tờ làm một", en="let one stand for several of them"),
        )  # fmt: skip
    return Errand(name, _number(written.wait_for), written.flow, count)


def resolve_join(written: JoinStep) -> Errand:
    """What a step waits for."""
    return Errand(written.of, _number(written.wait_for))


def _number(wait_for: str | Stated[int]) -> int | None:
    if isinstance(wait_for, str):
        return None if wait_for == "all" else 0
    return wait_for.value


def _counts(tree: Tree) -> Iterator[int]:
    if isinstance(tree, By):
        for case in tree.cases.values():
            yield from _counts(case)
    elif isinstance(tree, int):
        yield tree


# ---- what must hold among steps and flows ----


def check_sending(scenario: Resolved, findings: Findings) -> None:
    """Note what cannot be sent or waited for."""
    for flow_name, flow in scenario.flows.items():
        for step_name in flow.next:
            step = scenario.steps[step_name]
            if step.kind == "send":
                _check_send(step_name, step, flow_name, flow, scenario, findings)


def _check_send(
    name: str, step: Step, flow_name: str, flow: Flow, scenario: Resolved, findings: Findings
) -> None:
    errand = step.errand
    if errand is None or errand.flow is None:
        return
    _check_nested(name, errand.flow, scenario, findings)
    _check_inherited(name, flow_name, flow, errand.flow, scenario.flows[errand.flow], findings)


def _check_nested(name: str, sent: str, scenario: Resolved, findings: Findings) -> None:
    """What is sent sends nothing itself: addresses would not hold it."""
    again = next((s for s in scenario.flows[sent].next if scenario.steps[s].kind == "send"), None)
    if again is not None:
        findings.wrong(
            ("steps", name, "flow"), sent,
            Label(vi=f"gửi đi '{sent}', mà luồng này lại gửi tiếp ở '{again}'",
                  en=f"sends '{sent}', which sends out others itself at '{again}'"),
            Label(vi=f"hãy gửi tất cả từ '{name}', hoặc bỏ '{again}' khỏi luồng '{sent}'",
                  en=f"send all of them from '{name}', or leave '{again}' out of the flow '{sent}'"),
        )  # fmt: skip


def _check_inherited(
    name: str, flow_name: str, flow: Flow, sent_name: str, sent: Flow, findings: Findings
) -> None:
    """Attributes of the same name are the parent's, so they have room for all its values."""
    for attribute in (a for a in sent.attributes if a in flow.attributes):
        own = sent.attributes[attribute].values
        lacking = [value for value in flow.attributes[attribute].values if value not in own]
        if lacking and sent.attributes[attribute].kind == "category":
            findings.wrong(
                ("flows", sent_name, "attributes", attribute), lacking[0],
                Label(vi=f"không có giá trị '{lacking[0]}' của luồng '{flow_name}', nơi gửi nó đi ở '{name}'",
                      en=f"lacks the value '{lacking[0]}' of the flow '{flow_name}', "
                         f"which sends it at '{name}'"),
                Label(vi=f"hãy thêm '{lacking[0]}: 0 %', hoặc đặt tên khác cho thuộc tính này",
                      en=f"add '{lacking[0]}: 0 %', or give this attribute another name"),
            )  # fmt: skip


def check_joins(flow_name: str, scenario: Resolved, way: Way, findings: Findings) -> None:
    """Note the steps of a flow that wait for what cannot come back to them."""
    for name in way.next:
        errand = scenario.steps[name].errand
        if errand is not None and scenario.steps[name].kind == "join":
            _check_join(name, errand.of, flow_name, scenario, way, findings)


def _check_join(name: str, of: str, flow_name: str, scenario: Resolved, way: Way, findings: Findings) -> None:
    path = ("steps", name, "of")
    if scenario.steps[of].kind != "send":
        findings.wrong(
            path, of,
            Label(vi=f"chờ kết quả của '{of}', bước không gửi gì đi",
                  en=f"waits for '{of}', which sends nothing"),
            Label(vi="hãy nêu một bước 'kind: send'", en="name a step of 'kind: send'"),
        )  # fmt: skip
    elif of not in way.next:
        findings.wrong(
            path, of,
            Label(vi=f"chờ kết quả của '{of}', bước mà luồng '{flow_name}' không đi qua",
                  en=f"waits for '{of}', which the flow '{flow_name}' never comes to"),
            Label(vi=f"hãy đặt '{of}' vào route của '{flow_name}'",
                  en=f"put '{of}' in the route of '{flow_name}'"),
        )  # fmt: skip
    elif not _in_turn(_branches_around(name, way), _branches_around(of, way)):
        findings.wrong(
            path, of,
            Label(vi=f"chờ kết quả của '{of}', bước nằm ở nhánh song song khác",
                  en=f"waits for '{of}', which lies in another branch"),
            Label(vi="hãy đặt cả hai vào một nhánh, hoặc chờ sau phần song song",
                  en="put both in one branch, or wait after the parallel part"),
        )  # fmt: skip


def _branches_around(name: str, way: Way) -> list[Branch]:
    """The branches that a step lies in, outermost first."""
    found: list[Branch] = []
    branch = way.branch_of.get(name)
    while branch is not None:
        found.insert(0, branch)
        branch = way.branch_of.get(branch[0])
    return found


def _in_turn(one: list[Branch], other: list[Branch]) -> bool:
    """Whether two steps are never met at the same time: neither lies in a branch beside the other's."""
    return all(mine == its for mine, its in zip(one, other, strict=False))
