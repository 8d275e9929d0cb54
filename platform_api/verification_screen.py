"""A verification on a terminal: every figure with its formula, then the laws, then the engines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from platform_api.formats import number, significant
from platform_api.texts import text

if TYPE_CHECKING:
    from rich.table import Table

    from metrics.verification.judge import Judged
    from metrics.verification.tasks import Verification
    from platform_api.console import Speech
    from platform_api.texts import Language

COLOURS = {"equal": "green", "different": "bold red", "undecided": "bold yellow"}


def show(speech: Speech, found: Verification) -> None:
    """Print it."""
    from rich.text import Text

    if found.theory:
        speech.show(_theory(speech, found))
        speech.show(Text(effort(found, speech.language), "dim"))
    speech.show(Text(laws(found, speech.language), "green" if not found.broken else "bold red"))
    for line in found.broken:
        speech.show(Text(f"  {line}"))
    if found.agreements:
        speech.show(_engines(speech, found))
    speech.show(Text(speech.say("verify.proves"), "dim"))
    key = "verify.passed" if found.passed else "verify.failed"
    speech.show(Text(speech.say(key), "bold green" if found.passed else "bold red"))


def effort(found: Verification, language: Language) -> str:
    """How much was run, and what the verdicts are worth."""
    from metrics.verification.case import REPLICATIONS
    from metrics.verification.effort import ERROR, POWER

    return text(
        "verify.effort",
        language,
        margin=number(100 * found.plan.margin, 0, language),
        replications=REPLICATIONS,
        power=number(POWER, 3, language),
        error=number(100 * ERROR, 0, language),
        seed=found.plan.seed,
    )


def laws(found: Verification, language: Language) -> str:
    """What came of the laws."""
    return text(
        "verify.laws",
        language,
        runs=number(found.runs, 0, language),
        visits=number(found.visits, 0, language),
        broken=len(found.broken),
    )


def _theory(speech: Speech, found: Verification) -> Table:
    table = _table(speech, "figure", "theory", "found", "margin", "verdict")
    for _, rows in groupby(found.theory, lambda row: row.case):
        listed = list(rows)
        table.add_section()
        table.add_row(f"[bold]{speech.pick(listed[0].title)}[/]")
        for row in listed:
            table.add_row(*_cells(speech, row))
    return table


def _cells(speech: Speech, row: Judged) -> Iterator[str]:
    from rich.markup import escape

    language = speech.language
    yield f"  {speech.pick(row.figure)}"
    yield f"{value(row, row.expected, language)}\n[dim]{escape(row.formula)}  ({escape(row.source)})[/]"
    span = "" if row.power is None else f"\n[dim]{interval(row, language)}[/]"
    yield f"{value(row, row.got, language)}{span}"
    yield margin(row, language)
    yield f"[{COLOURS[row.verdict]}]{speech.say(f'verify.verdict.{row.verdict}')}[/]"


def value(row: Judged, figure: float, language: Language) -> str:
    """To four digits; whole where nothing is left to chance and it is whole."""
    if row.power is None and figure == round(figure):
        return number(figure, 0, language)
    return significant(figure, language)


def interval(row: Judged, language: Language) -> str:
    """The 90 % interval, which decides."""
    return f"{significant(row.low, language)} – {significant(row.high, language)}"


def margin(row: Judged, language: Language) -> str:
    """`± 1 %`, or 0 where nothing is left to chance."""
    return f"± {number(100 * row.margin, 0, language)} %" if row.margin else "0"


def _engines(speech: Speech, found: Verification) -> Table:
    table = _table(speech, "scenario", "kind", "replications", "visits", "verdict")
    for each in found.agreements:
        table.add_row(
            each.common.name,
            speech.say(f"verify.kind.{each.common.kind}"),
            str(each.common.replications),
            number(each.visits, 0, speech.language),
            f"[{COLOURS[each.verdict]}]{speech.say(f'verify.verdict.{each.verdict}')}[/]",
        )
    return table


def _table(speech: Speech, *columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(speech.say(f"verify.column.{name}"), overflow="fold")
    return table
