"""From the written to the resolved form: what the people in charge do, and whether it can be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from scenarios import resolved, schema
from scenarios.errors import Flaw, not_one_word, suggestion
from scenarios.facilities import label_of
from scenarios.findings import Findings
from scenarios.resolved import Label, Resolved
from scenarios.schema_state import Effect, Rule
from scenarios.schema_steps import AnyStep, ChooseStep, VisitStep
from scenarios.states import conditions

Word = Literal["close", "open", "keep", "divert"]
WORDS: tuple[Word, ...] = ("close", "open", "keep", "divert")


def rules(written: schema.Scenario, findings: Findings) -> dict[str, resolved.Rule]:
    """The rules of a scenario."""
    return {name: _rule(name, rule, written, findings) for name, rule in written.rules.items()}


def _rule(name: str, written: Rule, whole: schema.Scenario, findings: Findings) -> resolved.Rule:
    path = ("rules", name)
    effects = []
    for i, effect in enumerate(written.do):
        with findings.at(*path, "do", *([i] if len(written.do) > 1 else [])):
            effects.append(_effect(effect, whole.steps))
    if written.until_for is not None and not written.until:
        findings.wrong(
            (*path, "until_for"), written.until_for.written,
            Label(vi="không có 'until' đi cùng", en="stands without 'until'"),
            Label(vi="hãy thêm 'until: {…, below: …}', hoặc bỏ 'until_for'",
                  en="add 'until: {…, below: …}', or leave 'until_for' out"),
        )  # fmt: skip
    return resolved.Rule(
        label=label_of(written.label, name),
        when=conditions(written.when, (*path, "when"), whole.steps, findings),
        effects=tuple(effects),
        lasts=written.lasts.value if written.lasts else 0,
        until=conditions(written.until, (*path, "until"), whole.steps, findings),
        until_lasts=written.until_for.value if written.until_for else 0,
        delay=written.delay.value if written.delay else 0,
        agreed_by=written.agreed_by,
    )


def _effect(written: Effect, steps: Mapping[str, AnyStep]) -> resolved.Effect:
    """One effect.

    Raises
    ------
    Flaw
        If it does nothing, two things, or something that cannot be done to its target.
    """
    said = [word for word in WORDS if getattr(written, word) is not None]
    if len(said) != 1:
        does, several = Label(vi="làm", en="does"), Label(vi="nhiều việc", en="several")
        raise not_one_word(said, WORDS, does, several)
    what = said[0]
    target = str(getattr(written, what))
    if (what in ("open", "keep")) != (written.units is not None and written.units.value > 0):
        raise _units(what)
    if (what == "divert") != (written.to is not None):
        raise _to(what)
    _check_step(what, target, steps)
    return resolved.Effect(what, target, written.units.value if written.units else 0, written.to)


def _check_step(what: Word, target: str, steps: Mapping[str, AnyStep]) -> None:
    if what == "close" and not isinstance(steps[target], VisitStep):
        raise Flaw(
            target,
            Label(vi=f"đóng '{target}', một bước không có cửa vì không mất thời gian",
                  en=f"closes '{target}', a step that takes no time and has no door"),
            Label(vi="hãy đóng một bước 'work', 'wait' hoặc 'parallel'", en="close a step that takes time"),
        )  # fmt: skip
    if what == "divert" and not isinstance(steps[target], ChooseStep):
        choices = [name for name, step in steps.items() if isinstance(step, ChooseStep)]
        raise Flaw(
            target,
            Label(vi=f"chuyển hướng ở '{target}', không phải bước 'choose'",
                  en=f"diverts at '{target}', which is no 'choose' step"),
            suggestion(target, choices),
        )  # fmt: skip


def _units(what: Word) -> Flaw:
    if what in ("open", "keep"):
        return Flaw(
            what,
            Label(vi=f"có '{what}' mà không có số đơn vị", en=f"has '{what}' without a number of units"),
            Label(vi="hãy thêm 'units: 2'", en="add 'units: 2'"),
        )
    return Flaw(
        "units",
        Label(vi=f"có 'units' cạnh '{what}'", en=f"has 'units' beside '{what}'"),
        Label(vi="hãy bỏ 'units': chỉ dùng cùng 'open' và 'keep'",
              en="leave 'units' out: it goes with 'open' and 'keep' only"),
    )  # fmt: skip


def _to(what: Word) -> Flaw:
    if what == "divert":
        return Flaw(
            what,
            Label(vi="chuyển hướng mà không cho biết đi đâu", en="diverts without saying where to"),
            Label(vi="hãy thêm 'to: <lựa chọn>'", en="add 'to: <option>'"),
        )
    return Flaw(
        "to",
        Label(vi=f"có 'to' cạnh '{what}'", en=f"has 'to' beside '{what}'"),
        Label(vi="hãy bỏ 'to': chỉ dùng cùng 'divert'", en="leave 'to' out: it goes with 'divert' only"),
    )


# ---- what the whole scenario must allow ----


def check_rules(scenario: Resolved, findings: Findings) -> None:
    """What is done can be done to its target, as the whole scenario has it."""
    for name, rule in scenario.rules.items():
        for i, effect in enumerate(rule.effects):
            place: list[str | int] = [i] if len(rule.effects) > 1 else []
            path = ("rules", name, "do", *place)
            if effect.what == "divert":
                _check_diversion((*path, "to"), effect, scenario, findings)
            elif effect.what == "keep":
                _check_keeping((*path, "keep"), effect, scenario, findings)


def _check_keeping(
    path: tuple[str | int, ...], effect: resolved.Effect, scenario: Resolved, findings: Findings
) -> None:
    """Who stays on after a closing is told once: by the resource itself, or by a rule."""
    at_closing = scenario.resources[effect.target].at_closing
    if at_closing in ("clear", "fit"):
        findings.wrong(
            path, effect.target,
            Label(vi=f"giữ '{effect.target}' làm tiếp, mà nguồn lực này đã có 'at_closing: {at_closing}'",
                  en=f"keeps '{effect.target}' on, which already has 'at_closing: {at_closing}'"),
            Label(vi="hãy bỏ một trong hai", en="leave out one of them"),
        )  # fmt: skip


def _check_diversion(
    path: tuple[str | int, ...], effect: resolved.Effect, scenario: Resolved, findings: Findings
) -> None:
    """Every flow that comes to the choice has the option."""
    for flow_name, flow in scenario.flows.items():
        own = flow.options.get(effect.target)
        if own is not None and effect.option not in own:
            message = Label(
                vi=f"dẫn tới '{effect.option}', không phải lựa chọn của luồng '{flow_name}' ở "
                   f"'{effect.target}'",
                en=f"leads to '{effect.option}', which is no option of the flow '{flow_name}' at "
                   f"'{effect.target}'",
            )  # fmt: skip
            findings.wrong(path, effect.option, message, suggestion(str(effect.option), list(own)))
