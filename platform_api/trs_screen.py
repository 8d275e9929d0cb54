"""The answers of `cuakhau trs` on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from platform_api.formats import number, scale_for
from platform_api.sweep_screen import table
from platform_api.texts import Language, text

if TYPE_CHECKING:
    from metrics.instruments import Reported
    from metrics.recorded.study import Apart
    from platform_api.console import Speech
    from platform_api.trs_answer import Instruments, Planned, Twin

SHOWN = 20
"""Intervals on the screen; all of them stand in --json and in the CSV."""


def show_twin(speech: Speech, answer: Twin) -> None:
    """Print two studies side by side."""
    from rich.text import Text

    speech.show(Text(speech.say("trs.title", first=answer.first, second=answer.second), "bold cyan"))
    speech.show(Text(f"➤ {verdict(answer, speech.language)}", "bold"))
    for line in _otherwise(answer, speech.language):
        speech.show(Text(f"• {line}"))
    heads = [
        speech.say(f"trs.column.{name}")
        for name in ("interval", "first", "second", "distance", "case", "chance")
    ]
    rows = [_row(answer, each, speech.language) for each in answer.apart[:SHOWN]]
    if rows:
        speech.show(table(speech.say("trs.table"), heads, rows))
    if len(answer.apart) > SHOWN:
        speech.show(Text(speech.say("trs.more", count=len(answer.apart) - SHOWN), "dim"))
    if answer.apart:
        speech.show(Text(speech.say("trs.how"), "dim"))


def verdict(answer: Twin, language: Language) -> str:
    """Where they part, in a sentence; that nothing could be compared, if so."""
    if not answer.apart:
        return text("trs.nothing", language, few=answer.few)
    if all(each.distance == 0 for each in answer.apart):
        other = answer.often or answer.alone or answer.few
        return text("trs.same_times" if other else "trs.same", language)
    if answer.parts is None:
        return text("trs.chance", language)
    of = answer.parts
    scale = scale_for("s", [of.per_case])
    key = "trs.later" if of.per_case > 0 else "trs.sooner"
    return text(key, language, where=name(answer, of, language), by=scale.full(abs(of.per_case), language))


def _otherwise(answer: Twin, language: Language) -> Iterator[str]:
    """What the table of times does not show: flows and steps of one side only, other ways, too few times."""
    for flow in answer.alone:
        called = answer.labels.get(flow.flow, flow.flow)
        yield text(f"trs.flow_only_{flow.side}", language, flow=called, cases=flow.cases)
    for each in answer.often:
        where = " · ".join(answer.labels.get(key, key) for key in (each.flow, each.step))
        if each.first is None or each.second is None:
            side, seen = (1, each.first) if each.second is None else (2, each.second)
            yield text(f"trs.step_only_{side}", language, where=where, times=number(seen or 0, 2, language))
        else:
            first, second = (number(visits, 2, language) for visits in (each.first, each.second))
            yield text("trs.often", language, where=where, first=first, second=second)
    if answer.few and answer.apart:
        yield text("trs.few", language, few=answer.few)


def name(answer: Twin, of: Apart, language: Language) -> str:
    """What an interval is called."""
    which = of.interval
    parts = [answer.labels.get(which.flow, which.flow), text(f"trs.kind.{which.kind}", language)]
    parts += [answer.labels.get(which.step, which.step)] if which.step else []
    parts += [f"{which.stratum[0]} = {which.stratum[1]}"] if which.stratum[0] else []
    return " · ".join(parts)


def _row(answer: Twin, of: Apart, language: Language) -> list[str]:
    scale = scale_for("s", [of.first.mean, of.second.mean])
    sign = "+" if of.per_case > 0 else ""
    case, far = scale_for("s", [of.per_case]), scale_for("s", [of.distance])
    relative = number(100 * of.relative, 0, language)
    return [
        name(answer, of, language),
        scale.full(of.first.mean, language),
        scale.full(of.second.mean, language),
        f"{far.full(of.distance, language)} ({relative} %)",
        f"{sign}{case.full(of.per_case, language)}",
        number(of.chance, 3, language),
    ]


def show_plan(speech: Speech, answer: Planned) -> None:
    """Print how large the next study must be."""
    from rich.text import Text

    scale = scale_for("s", [answer.spread.mean])
    speech.show(Text(speech.say("trs.plan.title", of=answer.of, flow=answer.flow), "bold cyan"))
    told = {
        key: scale.full(getattr(answer.spread, key), speech.language) for key in ("mean", "between", "within")
    }
    speech.show(Text(speech.say("trs.plan.spread", days=answer.spread.days, **told)))
    if not answer.plans:
        speech.show(Text(speech.say("trs.plan.none", half=scale.full(answer.asked, speech.language)), "bold"))
        return
    heads = [speech.say(f"trs.plan.column.{name}") for name in ("days", "a_day", "trucks", "half")]
    rows = [
        [
            str(p.days),
            str(p.a_day),
            number(p.days * p.a_day, 0, speech.language),
            f"± {scale.full(p.half_width, speech.language)}",
        ]
        for p in answer.plans
    ]
    speech.show(
        table(speech.say("trs.plan.table", half=scale.full(answer.asked, speech.language)), heads, rows)
    )
    speech.show(Text(speech.say("trs.plan.how", level=number(100 * answer.level, 0, speech.language)), "dim"))


def show_instruments(speech: Speech, answer: Instruments) -> None:
    """Print what each instrument says beside the truth."""
    from rich.text import Text

    speech.show(Text(speech.say("trs.instruments.title", of=answer.of), "bold cyan"))
    if not answer.flows:
        speech.show(Text(speech.say("trs.instruments.none"), "bold"))
    heads = [speech.say(f"trs.instruments.{name}") for name in ("which", "seen", "says", "bias", "spread")]
    for flow, told in answer.flows.items():
        scale = scale_for("s", [told[0].truth])
        rows = [_reported(each, speech.language) for each in told]
        title = speech.say(
            "trs.instruments.truth",
            flow=answer.labels[flow],
            truth=scale.full(told[0].truth, speech.language),
        )
        speech.show(table(title, heads, rows))
    speech.show(Text(speech.say("trs.instruments.how", uses=answer.uses), "dim"))


def _reported(of: Reported, language: Language) -> list[str]:
    scale = scale_for("s", [of.truth])
    name = text(f"trs.instrument.{of.instrument}", language)
    if of.needs is not None:
        return [name, "–", text("trs.instruments.needs", language, days=of.needs), "–", "–"]
    seen = f"{number(of.n, 0, language)} ({number(100 * of.share, 0, language)} %)"
    if of.mean is None or of.bias is None:
        return [name, seen, text("trs.instruments.nobody", language), "–", "–"]
    percent = number(100 * of.bias / of.truth, 0, language) if of.truth else "–"
    sign = "+" if of.bias > 0 else ""
    bias = f"{sign}{scale.full(of.bias, language)} ({sign}{percent} %)"
    spread = "–" if of.spread is None else f"± {scale.full(of.spread, language)}"
    return [name, seen, scale.full(of.mean, language), bias, spread]
