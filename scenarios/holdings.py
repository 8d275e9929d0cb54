"""What is held across steps: every way that takes units with `hold` gives them back (law §4, Hold and free).

Followed by what *may* be held at each step, along every way whatever the attributes. An `end` and a loss
free everything by themselves, and so does the end of a branch; a way that merely runs out while something is
held has forgotten a `free`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scenarios.findings import Findings
from scenarios.resolved import Flow, Label, Resolved

Held = Mapping[str, frozenset[str]]
"""Step → the `hold` steps whose units somebody who comes to it may have."""


def check_holdings(scenario: Resolved, findings: Findings) -> None:
    """Note what is held twice, given back without being held, or never given back."""
    freed: dict[str, set[str]] = {}
    for name, flow in scenario.flows.items():
        if any(scenario.steps[step].kind in ("hold", "free") for step in flow.next):
            _check_flow(name, flow, scenario, findings, freed)
    for name, step in scenario.steps.items():
        for hold in step.frees if name in freed else ():
            if hold not in freed[name]:
                _note_nothing_held(name, hold, scenario, findings)


def _check_flow(
    name: str, flow: Flow, scenario: Resolved, findings: Findings, freed: dict[str, set[str]]
) -> None:
    for first in (first for step in flow.next for first in scenario.steps[step].branches):
        held = _may_hold(first, flow, scenario)
        _check_again(held, scenario, findings)
        _note_freed(held, scenario, freed)
    held = _may_hold(flow.first, flow, scenario)
    _check_again(held, scenario, findings)
    _note_freed(held, scenario, freed)
    for step, kept in held.items():
        after = _after(step, kept, scenario)
        if after and None in _ways(step, flow) and scenario.steps[step].kind != "end":
            _note_kept(name, step, min(after), findings)
    backlog = flow.backlog
    if backlog is not None and held.get(backlog.at):
        _note_backlog(name, backlog.at, min(held[backlog.at]), findings)


def _may_hold(first: str, flow: Flow, scenario: Resolved) -> Held:
    """What may be held on coming to each step that is reached from `first`, branches not entered."""
    held: dict[str, frozenset[str]] = {first: frozenset()}
    todo = [first]
    while todo:
        step = todo.pop()
        for onward, kept in _onward(step, held[step], flow, scenario):
            if onward in held and kept <= held[onward]:
                continue
            held[onward] = held.get(onward, frozenset()) | kept
            todo.append(onward)
    return held


def _onward(
    step: str, kept: frozenset[str], flow: Flow, scenario: Resolved
) -> Iterator[tuple[str, frozenset[str]]]:
    """Where somebody goes from a step, and what he may hold then."""
    here = scenario.steps[step]
    if here.kind != "end":
        for onward in _ways(step, flow):
            if onward is not None:
                yield onward, _after(step, kept, scenario)
    for escape in here.escapes:  # the step took nothing
        yield escape, kept


def _ways(step: str, flow: Flow) -> tuple[str | None, ...]:
    return tuple(flow.options[step].values()) if step in flow.options else (flow.next.get(step),)


def _after(step: str, kept: frozenset[str], scenario: Resolved) -> frozenset[str]:
    here = scenario.steps[step]
    return (kept | {step}) if here.kind == "hold" else kept - set(here.frees)


def _note_freed(held: Held, scenario: Resolved, freed: dict[str, set[str]]) -> None:
    for step, kept in held.items():
        if scenario.steps[step].kind == "free":
            freed.setdefault(step, set()).update(kept)


def _check_again(held: Held, scenario: Resolved, findings: Findings) -> None:
    for step, kept in held.items():
        if scenario.steps[step].kind == "hold" and step in kept:
            findings.wrong(
                ("steps", step), step,
                Label(vi="có thể bị gặp lại khi vẫn còn giữ những gì chính nó đã lấy",
                      en="may be met again by somebody who still holds what it took"),
                Label(vi=f"hãy đặt một bước 'free: {step}' trước khi quay lại",
                      en=f"put a step 'free: {step}' before the way comes back"),
            )  # fmt: skip


def _note_nothing_held(name: str, hold: str, scenario: Resolved, findings: Findings) -> None:
    is_hold = scenario.steps[hold].kind == "hold"
    findings.wrong(
        ("steps", name, "free"), hold,
        Label(vi=f"trả lại '{hold}', mà không ai tới đây còn giữ" if is_hold
              else f"trả lại '{hold}', không phải là bước 'hold'",
              en=f"gives back '{hold}', which nobody who comes here holds" if is_hold
              else f"gives back '{hold}', which is no 'hold' step"),
        Label(vi="hãy viết tên một bước 'hold' đứng trước nó, cùng nhánh",
              en="name a 'hold' step that comes before it, in the same branch"),
    )  # fmt: skip


def _note_kept(flow: str, step: str, hold: str, findings: Findings) -> None:
    findings.wrong(
        ("flows", flow, "route"), step,
        Label(vi=f"có thể hết đường ở '{step}' khi vẫn giữ những gì '{hold}' đã lấy",
              en=f"may end at '{step}' still holding what '{hold}' took"),
        Label(vi=f"hãy thêm một bước 'free: {hold}', hoặc kết thúc bằng một bước 'kind: end'",
              en=f"add a step 'free: {hold}', or end in a step 'kind: end', which frees all"),
    )  # fmt: skip


def _note_backlog(flow: str, step: str, hold: str, findings: Findings) -> None:
    findings.wrong(
        ("flows", flow, "backlog", "at"), step,
        Label(vi=f"chờ ở '{step}', nơi người ta giữ những gì '{hold}' đã lấy, mà lúc đầu chưa ai giữ gì",
              en=f"waits in '{step}', where one holds what '{hold}' took, and nothing is held at first"),
        Label(vi=f"hãy cho chờ ở một bước trước '{hold}'", en=f"let it wait in a step before '{hold}'"),
    )  # fmt: skip
