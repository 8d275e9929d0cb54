"""Words about interruptions and closing that have nothing to act on: told as doubts."""

from __future__ import annotations

from scenarios.findings import Findings
from scenarios.resolved import Label, Resolved, Step


def doubt_interruptions(scenario: Resolved, findings: Findings) -> None:
    """Note `on_preempt` of work that nothing interrupts, and `at_closing` of what never closes."""
    for name, step in scenario.steps.items():
        if step.on_preempt and not _is_interrupted(step, scenario):
            findings.doubt(
                ("steps", name, "on_preempt"), step.on_preempt,
                Label(vi="không có tác dụng: không nguồn lực nào của bước này làm gián đoạn công việc",
                      en="does nothing: no resource of this step interrupts work"),
                Label(vi="hãy thêm 'preempt: priority', 'preempt: breakdown' hoặc 'at_closing: stop' "
                         "vào nguồn lực",
                      en="add 'preempt: priority', 'preempt: breakdown' or 'at_closing: stop' to a resource"),
            )  # fmt: skip
    for name, pool in scenario.resources.items():
        if pool.at_closing and all(shift.calendar is None for shift in pool.shifts):
            findings.doubt(
                ("resources", name, "at_closing"), pool.at_closing,
                Label(vi="không có tác dụng: nguồn lực này không bao giờ nghỉ",
                      en="does nothing: this resource never closes"),
                Label(vi="hãy thêm 'calendar: …', hoặc bỏ 'at_closing'",
                      en="add 'calendar: …', or leave 'at_closing' out"),
            )  # fmt: skip


def _is_interrupted(step: Step, scenario: Resolved) -> bool:
    pools = [scenario.resources[pool] for need in step.needs for pool, _ in need.any_of]
    return any(pool.preempt or pool.at_closing == "stop" for pool in pools)
