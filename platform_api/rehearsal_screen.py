"""An alert rehearsal on a terminal: a verdict for each rule, then the counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from platform_api.formats import duration, number, scale_for
from platform_api.sweep_screen import table
from platform_api.texts import pick, text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from platform_api.console import Speech
    from platform_api.rehearsal_answer import Mean, Rehearsal, Rehearsed
    from platform_api.texts import Language

COLUMNS = ("rule", "fired", "broke", "early", "late", "missed", "lead", "vain")


def show(speech: Speech, answer: Rehearsal) -> None:
    """Print a rehearsal."""
    for part in _parts(answer, speech.language):
        speech.show(part)


def _parts(answer: Rehearsal, language: Language) -> Iterator[RenderableType]:
    from rich.text import Text

    title = pick(answer.title, language)
    yield Text(text("rehearse.title", language, title=title), "bold cyan")
    for rule in answer.rules:
        yield Text(f"➤ {rule.rule}: {verdict(rule, language)}")
    heads = [text(f"rehearse.column.{name}", language) for name in COLUMNS]
    rows = [_row(rule, language) for rule in answer.rules]
    yield table(text("rehearse.table", language), heads, rows)
    yield Text(how(answer, language), "dim")


def verdict(rule: Rehearsed, language: Language) -> str:
    """What is to be said of a rule, in a sentence."""
    if not rule.fired.mean and not rule.broke.mean:
        return text("rehearse.quiet", language)
    if not rule.target:
        return text("rehearse.no_target", language, fired=_count(rule.fired, language))
    vain = text("rehearse.vain", language, count=_count(rule.vain, language)) if rule.vain.mean else ""
    if not rule.broke.mean:
        return text("rehearse.never_broke", language, fired=_count(rule.fired, language)) + vain
    share = rule.share_early.mean or 0.0
    lead = text("rehearse.lead", language, time=_time(rule.lead, language)) if rule.lead.n else ""
    told = text("rehearse.early", language, share=number(100 * share, 0, language))
    return told + lead + vain


def _row(rule: Rehearsed, language: Language) -> list[str]:
    judged = [_count(each, language) for each in (rule.broke, rule.early, rule.late, rule.missed)]
    told = judged if rule.target else ["–"] * len(judged)
    lead, vain = _time(rule.lead, language), _count(rule.vain, language)
    return [rule.rule, _count(rule.fired, language), *told, lead, vain if rule.target else "–"]


def _count(of: Mean, language: Language) -> str:
    """`1,5 ± 0,6`."""
    if of.mean is None:
        return "–"
    told = number(of.mean, 0 if of.mean == round(of.mean) and not of.half_width else 1, language)
    return told + (f" ± {number(of.half_width, 1, language)}" if of.half_width else "")


def _time(of: Mean, language: Language) -> str:
    """`2,5 giờ ± 30 phút`."""
    if of.mean is None:
        return "–"
    scale = scale_for("s", [of.mean], of.half_width)
    unit = scale.unit_name(language)
    told = scale.number(of.mean, language)
    return f"{told} ± {scale.number(of.half_width, language)} {unit}" if of.half_width else f"{told} {unit}"


def how(answer: Rehearsal, language: Language) -> str:
    """What the numbers are."""
    return text(
        "rehearse.how",
        language,
        replications=answer.replications,
        window=duration(1000 * answer.window, language),
        level=number(100 * answer.level, 0, language),
        within=duration(1000 * answer.within, language),
        version=answer.prometheus,
        seed=answer.seed,
    )
