"""`cuakhau lesson`: the lessons there are; of one, its answers, and for how many seeds each holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from platform_api.commands.common import command, one_line, whole_number
from platform_api.console import Speech

if TYPE_CHECKING:
    from platform_api.lessons import Answer, Played
    from scenarios.lessons import Lesson, WrittenQuestion

MOST_SEEDS = 1_000


@command("lesson")
@click.argument("lesson", required=False, metavar="[NAME|FILE]")
@click.option(
    "--seeds", metavar="N", default="10", callback=whole_number("seeds", 0, MOST_SEEDS),
    help=one_line("lesson.seeds"),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=one_line("lesson.json"))
def lesson(speech: Speech, lesson: str | None, seeds: int, as_json: bool) -> None:
    """Without a name: the list. A question whose answer is luck ends the command with code 1."""
    if lesson is None:
        _show_all(speech, as_json)
        return
    held = _held(lesson, seeds)
    if as_json:
        speech.json(json.dumps(held.document(), ensure_ascii=False, indent=1))
    else:
        _show(speech, held)
    if held.is_luck:
        from platform_api.console import FAILED

        raise click.exceptions.Exit(FAILED)


@dataclass(frozen=True, slots=True)
class _Held:
    """A lesson's answers, and for how many of the seeds that were tried each is the same."""

    lesson: Lesson
    played: Played
    agree: dict[str, int]
    of: int

    @property
    def is_luck(self) -> bool:
        """Whether some answer depends on the seed, or there is none."""
        answers = self.played.answers.values()
        return any(n < self.of for n in self.agree.values()) or any(a.right is None for a in answers)

    def document(self) -> dict[str, object]:
        """As plain data."""
        answers = {
            name: {"right": of.right, "values": of.values, "unit": of.unit, "agree": self.agree[name]}
            for name, of in self.played.answers.items()
        }
        return {
            "lesson": self.lesson.name, "seed": self.played.seed, "seeds": self.of, "answers": answers,
            "digests": self.played.digests,
        }  # fmt: skip


def _held(name: str, seeds: int) -> _Held:
    from platform_api import lessons
    from platform_api.faults import blaming_the_scenario
    from scenarios.lessons import load_lesson

    found = load_lesson(name)
    with blaming_the_scenario():
        played = lessons.play(found, found.written.seed, lines=False)
        tried = [lessons.same(found, played, seed) for seed in lessons.other_seeds(found, seeds)]
    agree = {each: 1 + sum(one[each] for one in tried) for each in played.answers}
    return _Held(found, played, agree, 1 + len(tried))


def _show_all(speech: Speech, as_json: bool) -> None:
    from dataclasses import asdict

    from platform_api.cards import cards
    from platform_api.commands.listing import table_of

    found = list(cards("lessons"))
    if as_json:
        speech.json(json.dumps([asdict(card) for card in found], ensure_ascii=False, indent=1))
    else:
        speech.show(table_of(speech, found))
        speech.note("lesson.next", name=found[0].name)


def _show(speech: Speech, held: _Held) -> None:
    from rich.text import Text

    speech.show(Text(speech.pick(held.lesson.written.title.label()), "bold"))
    for name, answer in held.played.answers.items():
        question = held.lesson.written.questions[name]
        speech.show(Text(f"\n{name}: ", "cyan") + Text(speech.pick(question.ask.label())))
        speech.show("  " + _right(speech, question, answer))
        told = speech.say("lesson.holds", agree=held.agree[name], of=held.of)
        speech.show(Text(f"  {told}", "" if held.agree[name] == held.of else "bold red"))


def _right(speech: Speech, question: WrittenQuestion, answer: Answer) -> str:
    """The right answer in words, with what it was computed from."""
    from platform_api.formats import scale_for

    scale = scale_for(answer.unit, list(answer.values.values()))
    unit = scale.unit_name(speech.language)

    def number(value: float) -> str:
        return f"{scale.number(value, speech.language)} {unit}".strip()

    if question.guess is not None:
        return number(float(answer.right or 0))
    if answer.right is None:
        return speech.say("lesson.none")
    right = speech.pick(question.options[str(answer.right)].label.label())
    values = ", ".join(f"{name or '='} {number(value)}" for name, value in answer.values.items())
    return f"✓ {right} ({values})"
