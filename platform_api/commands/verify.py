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
@click.option("--field", "of_field", is_flag=True, help=one_line("verify.field"))
@click.option("--quick", is_flag=True, help=one_line("verify.quick"))
@click.option("--case", "cases", multiple=True, metavar="NAME", help=one_line("verify.case"))
@click.option("--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("verify.seed"))
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help=one_line("verify.out"))
@click.option("--json", "as_json", is_flag=True, help=one_line("verify.json"))
@click.option("--jobs", metavar="N", callback=whole_number("jobs", 1, 1024), help=one_line("run.jobs"))
def verify(
    speech: Speech, of_field: bool, out: Path | None, as_json: bool, jobs: int | None, **asked: Any
) -> None:
    """Plan, do, print, write the page; fail if anything does not agree."""
    if of_field:
        _verify_field(speech, out, as_json, jobs, **asked)
        return
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


def _verify_field(
    speech: Speech,
    out: Path | None,
    as_json: bool,
    jobs: int | None,
    quick: bool,
    cases: tuple[str, ...],
    seed: int | None,
) -> None:
    """Hold the library against what was published; no verdict on the world is a failure of the program."""
    from platform_api import field
    from platform_api.field_screen import show

    known = field.with_figures()
    for name in cases:
        if name not in known:
            raise refuse("verify_case", name=name, known=", ".join(known))
    chosen = [name for name in known if not cases or name in cases]
    how = field.QUICK if quick else field.REPLICATIONS, field.SEED if seed is None else seed

    def tell(name: str, done: int) -> None:
        speech.note("verify.told", name=name, done=done, total=len(chosen))

    get_warm(speech)
    found = field.hold_all(chosen, *how, jobs, tell)
    if as_json:
        speech.json(field.to_json(found, *how))
    else:
        show(speech, found, *how)
    if out:
        write_text(out, field.page(found, *how))
        speech.note("verify.written", file=out)


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
