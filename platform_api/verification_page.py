"""A verification as a page of the documentation (Markdown), in both languages, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

from platform_api.formats import number
from platform_api.texts import both
from platform_api.verification_screen import effort, interval, laws, margin, value
from scenarios.resolved import Label

if TYPE_CHECKING:
    from metrics.verification.engines import Agreement
    from metrics.verification.judge import Judged
    from metrics.verification.tasks import Verification

LAWS = ("entities", "capacity", "room", "stocks", "ends", "areas", "dwell", "heads")


def page(found: Verification) -> str:
    """The whole page; the same verification always gives the same page."""
    parts = [
        f"# {_line('verify.page.title')}",
        *_paragraphs("verify.page.how"),
        *_paragraphs("verify.page.proves"),
        f"## {_line('verify.page.theory')}",
        *_paragraphs("verify.page.reading"),
        effort(found, "vi"),
        effort(found, "en"),
        *_paragraphs("verify.page.symbols"),
        *_theory(found),
        f"## {_line('verify.page.laws')}",
        laws(found, "vi"),
        laws(found, "en"),
        "\n".join(f"- {_line(f'verify.law.{law}')}" for law in LAWS),
        *(f"**{line}**" for line in found.broken),
        f"## {_line('verify.page.engines')}",
        *_paragraphs("verify.page.digests"),
        "\n".join(_engines(found)),
    ]
    return "\n\n".join(parts) + "\n"


def _line(key: str) -> str:
    return _both_ways(both(key))


def _both_ways(label: Label) -> str:
    return label.vi if label.vi == label.en else f"{label.vi} · {label.en}"


def _paragraphs(key: str) -> tuple[str, str]:
    said = both(key)
    return said.vi, said.en


def _theory(found: Verification) -> Iterator[str]:
    cases = {case.name: case for case in found.plan.cases}
    columns = [_line(f"verify.column.{name}") for name in ("figure", "formula", "theory", "found", "margin")]
    columns += [_line("verify.column.power"), _line("verify.column.verdict")]
    for name, rows in groupby(found.theory, lambda row: row.case):
        listed = list(rows)
        yield f"### {_both_ways(listed[0].title)}"
        if name in cases:
            size = number(cases[name].entities(found.plan.margin), 0, "en")
            yield f"`{name}`, {_both_ways(both('verify.page.size', size=size))}"
        else:
            yield f"`{name}`"
        yield "\n".join([_row(*columns), _row(*["---"] * len(columns)), *map(_figure, listed)])


def _figure(row: Judged) -> str:
    got = value(row, row.got, "en")
    return _row(
        _both_ways(row.figure),
        f"`{row.formula}` ({row.source})",
        value(row, row.expected, "en"),
        got if row.power is None else f"{got} ({interval(row, 'en')})",
        margin(row, "en"),
        "" if row.power is None else _power(row.power),
        _verdict(row.verdict),
    )


def _power(power: float) -> str:
    return "> 0.999" if power > 0.999 else f"{power:.3f}"


def _verdict(verdict: str) -> str:
    said = _line(f"verify.verdict.{verdict}")
    return said if verdict == "equal" else f"**{said}**"


def _engines(found: Verification) -> Iterator[str]:
    names = ("scenario", "kind", "replications", "visits", "verdict")
    yield _row(*(_line(f"verify.column.{name}") for name in names))
    yield _row(*["---"] * len(names))
    for each in found.agreements:
        yield _agreement(each)


def _agreement(each: Agreement) -> str:
    return _row(
        f"`{each.common.name}`",
        _line(f"verify.kind.{each.common.kind}"),
        str(each.common.replications),
        number(each.visits, 0, "en"),
        _verdict(each.verdict),
    )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def to_json(found: Verification) -> str:
    """One document: what was asked for, and every verdict."""
    told = {
        "passed": found.passed,
        "margin": found.plan.margin,
        "seed": found.plan.seed,
        "theory": [asdict(row) for row in found.theory],
        "laws": {"runs": found.runs, "visits": found.visits, "broken": list(found.broken)},
        "engines": [
            {
                **asdict(each.common),
                "visits": each.visits,
                "differ": list(each.differ),
                "verdict": each.verdict,
            }
            for each in found.agreements
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)
