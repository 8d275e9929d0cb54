"""`cuakhau check`: whether a scenario can be run, and everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from platform_api.commands.common import command, override_option, scenario_argument
from platform_api.commands.opening import open_scenario
from platform_api.console import Speech

if TYPE_CHECKING:
    from scenarios.resolved import Resolved


@command("check")
@scenario_argument
@override_option
def check(speech: Speech, scenario: str, overrides: tuple[str, ...]) -> None:
    """Load the scenario (or all those of an experiment), tell its warnings, and say what it holds."""
    from scenarios.experiments import is_design
    from scenarios.lessons import is_lesson

    if not overrides and is_lesson(scenario):
        _check_lesson(speech, scenario)
    elif not overrides and is_design(scenario):
        _check_design(speech, scenario)
    else:
        _say_what_it_holds(speech, open_scenario(speech, scenario, overrides).resolved)


def _check_design(speech: Speech, name_or_file: str) -> None:
    """An experiment with all its scenarios, or a sweep with all its factors."""
    from rich.text import Text

    from platform_api import experiments, sweeping
    from scenarios.experiments import load_design

    design = load_design(name_or_file)
    sign = Text("✓ ", "bold green") + Text(speech.say("check.design", name=design.name), "bold")
    if design.wanted is not None:
        from platform_api import optimising

        wanted = optimising.prepare(design).wanted
        parts = [f"{of.name}: {', '.join(each.name for each in of.options)}" for of in wanted.decisions]
        told: Sequence[object] = [of.written for of in wanted.targets] + list(wanted.objective.figures)
    elif design.factors:
        sweep = sweeping.prepare(design)
        parts, told = [turn.path for turn in sweep.turns], sweep.outcomes
    else:
        experiment = experiments.prepare(design)
        parts = [f"{side.name}: {speech.pick(side.label)}" for side in experiment.sides]
        told = experiment.outcomes
    speech.show(sign)
    for line in (*parts, *told):
        speech.show(f"  {line}")


def _check_lesson(speech: Speech, name_or_file: str) -> None:
    """A lesson with the scenarios of its ways, and the figures that its answers are made of."""
    from rich.text import Text

    from platform_api.lessons import require_known
    from scenarios.lessons import load_lesson

    lesson = load_lesson(name_or_file)
    require_known(lesson)
    speech.show(Text("✓ ", "bold green") + Text(speech.say("check.lesson", name=lesson.name), "bold"))
    for way in lesson.ways.values():
        speech.show(f"  {way.name}: {speech.pick(way.label)}")
    for name, question in lesson.written.questions.items():
        speech.show(f"  {name}: {speech.pick(question.ask.label())}")


def _say_what_it_holds(speech: Speech, scenario: Resolved) -> None:
    from rich.text import Text

    from platform_api.pedigree import is_changed

    changed = sum(map(is_changed, scenario.parameters))
    assumed = sum(p.source == "assumption" and not is_changed(p) for p in scenario.parameters)
    sign = Text("✓ ", "bold green") + Text(speech.say("check.good", name=scenario.name), "bold")
    counts = speech.say(
        "check.holds",
        flows=len(scenario.flows),
        steps=len(scenario.steps),
        agencies=len(scenario.agencies),
        resources=len(scenario.resources),
    )
    numbers = speech.say(
        "check.numbers",
        numbers=len(scenario.parameters),
        sourced=len(scenario.parameters) - assumed - changed,
        assumed=assumed,
        changed=changed,
    )
    speech.show(sign)
    speech.show(f"  {counts}")
    speech.show(f"  {numbers}")
