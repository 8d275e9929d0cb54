"""`cuakhau verify`: the programs against theory, their laws and each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platform_api.commands.common import MAX_SEED, command, one_line, whole_number
from platform_api.commands.warm import get_warm
from platform_api.commands.writing import write_text
from platform_api.console import FAILED, Refusal, Speech, refuse

if TYPE_CHECKING:
    from metrics.verification.tasks import Plan, Verification

PAGE = Path("docs/verification.md")
"""The page of a checkout of the sources, brought up to date wherever it lies."""


@command("verify")
@click.option("--quick", is_flag=True, help=one_line("verify.quick"))
@click.option("--case", "cases", multiple=True, metavar="NAME", help=one_line("verify.case"))
@click.option("--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("verify.seed"))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help=one_line("verify.out"))
@click.option("--json", "as_json", is_flag=True, help=one_line("verify.json"))
@click.option("--jobs", metavar="N", callback=whole_number("jobs", 1, 1024), help=one_line("run.jobs"))
def verify(speech: Speech, out: Path | None, as_json: bool, jobs: int | None, **asked: Any) -> None:
    """Plan, do, print, write the page; fail if anything does not agree."""
    from platform_api.verification_page import page, to_json
    from platform_api.verification_screen import show

    plan = _plan(**asked)
    get_warm(speech)
    found = _verify(speech, plan, jobs)
    if as_json:
        speech.json(to_json(found))
    else:
        show(speech, found)
    if target := out or _page_of_a_checkout(**asked):
        write_text(target, page(found))
        speech.note("verify.written", file=target)
    if not found.passed:
        raise refuse("verify", FAILED)


def _plan(quick: bool, cases: tuple[str, ...], seed: int | None) -> Plan:
    from metrics.verification.case import SEED
    from metrics.verification.cases import CASES
    from metrics.verification.closures import CLOSURES
    from metrics.verification.judge import MARGIN, QUICK_MARGIN
    from metrics.verification.tasks import Plan

    whole = Plan(QUICK_MARGIN if quick else MARGIN, SEED if seed is None else seed)
    if not cases:
        return whole
    known = [case.name for case in CASES] + [closure.name for closure in CLOSURES]
    known += [common.name for common in whole.commons if common.name not in known]
    for name in cases:
        if name not in known:
            raise refuse("verify_case", name=name, known=", ".join(known))
    return Plan(
        whole.margin, whole.seed,
        [case for case in CASES if case.name in cases],
        [closure for closure in CLOSURES if closure.name in cases],
        [common for common in whole.commons if common.name in cases],
    )  # fmt: skip


def _verify(speech: Speech, plan: Plan, jobs: int | None) -> Verification:
    from platform_api.crew import RunFailed
    from platform_api.progress import Bar
    from platform_api.verifying import verify as do

    def tell(name: Any, done: int, total: int) -> None:
        speech.note("verify.told", name=speech.pick(name), done=done, total=total)

    with Bar(speech) as bar:
        try:
            return do(plan, jobs, bar.follow, tell)
        except RunFailed as error:
            raise Refusal(error.message, error.remedy, FAILED) from None


def _page_of_a_checkout(quick: bool, cases: tuple[str, ...], seed: int | None) -> Path | None:
    """The page that a whole verification belongs to, if there is one here."""
    return PAGE if PAGE.exists() and not (quick or cases or seed is not None) else None
