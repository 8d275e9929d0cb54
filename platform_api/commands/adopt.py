"""`cuakhau adopt`: how something spread over communes, by every story that ends as published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from platform_api.commands.common import command, one_line, override_option
from platform_api.console import Speech

if TYPE_CHECKING:
    from platform_api.adopting import Curve


@command("adopt")
@click.argument("adoption", default="lang-son-2021")
@click.option("--seed", type=click.IntRange(0, (1 << 64) - 1), default=2021, help=one_line("adopt.seed"))
@click.option("--demand", "story", help=one_line("adopt.demand"))
@override_option
@click.option("--json", "as_json", is_flag=True, help=one_line("adopt.json"))
def adopt(
    speech: Speech, adoption: str, seed: int, story: str | None, overrides: tuple[str, ...], as_json: bool
) -> None:
    """The family of curves; or, of one story, the demand that it makes."""
    from platform_api import adopting
    from platform_api.commands.designing import overrides_of, read_option
    from scenarios.adoptions import load_adoption

    of = load_adoption(adoption, read_option("--override", overrides, overrides_of))
    if story is not None:
        adopting.require_known(of, story)
        good = next(iter(of.goods))
        click.echo(adopting.demand(of, good, story, seed).written(), nl=False)
        return
    curves = adopting.family(of, seed)
    if as_json:
        speech.json(adopting.to_json(of, curves, seed))
    else:
        _show(speech, curves)


def _show(speech: Speech, curves: list[Curve]) -> None:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("good", "story", "factor", "quarters", "half", "busiest", "communes"):
        table.add_column(speech.say(f"adopt.column.{column}"))
    from platform_api.formats import number

    for curve in curves:
        ends = " → ".join(number(end, 0, speech.language) for end in curve.ends[2::3])
        factor = "–" if curve.factor is None else f"× {curve.factor:.3g}"
        communes = f"{curve.low:.0%} – {curve.high:.0%}"
        table.add_row(speech.pick(curve.good_label), speech.pick(curve.label), factor, ends, curve.half,
                      number(curve.busiest, 0, speech.language), communes)  # fmt: skip
    speech.show(table)
    speech.note("adopt.next")
