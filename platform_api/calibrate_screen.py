"""The answer of `calibrate` on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metrics.calibration import DRAWS as CHECKS
from platform_api.formats import NBSP, number, scale_for
from platform_api.naming import kpi_name
from platform_api.sweep_screen import table
from platform_api.texts import Language, text

if TYPE_CHECKING:
    from platform_api.calibrate_answer import Calibration, Checked
    from platform_api.console import Speech


def show(speech: Speech, answer: Calibration) -> None:
    """Print the answer."""
    from rich.text import Text

    speech.show(Text(speech.say("calibrate.title", title=speech.pick(answer.title)), "bold cyan"))
    speech.show(Text(f"➤ {verdict(answer, speech.language)}", "bold"))
    heads = [
        speech.say(f"calibrate.column.{name}") for name in ("path", "before", "range", "best", "interval")
    ]
    rows = [
        [of.path, of.before, " – ".join(of.range), of.best, f"{of.low} – {of.high}"] for of in answer.unknowns
    ]
    speech.show(table(speech.say("calibrate.unknowns"), heads, rows))
    names = ("figure", "date", "mark", "observed", "was", "model", "error")
    heads = [speech.say(f"calibrate.column.{name}") for name in names]
    speech.show(
        table(speech.say("calibrate.figures"), heads, [_row(of, speech.language) for of in answer.figures])
    )
    told = {"points": answer.points, "replications": answer.replications, "checks": CHECKS}
    speech.show(Text(speech.say("calibrate.how", **told), "dim"))
    for warning in answer.warnings:
        speech.err.print(f"! {speech.pick(warning)}", markup=False, soft_wrap=True, style="yellow")


def verdict(answer: Calibration, language: Language) -> str:
    """How the figures that were held out came out."""
    held = [of for of in answer.figures if of.mark == "predicted"]
    if not held:
        return text("calibrate.none_held", language)
    return text("calibrate.first", language, inside=sum(bool(of.inside) for of in held), count=len(held))


def _row(of: Checked, language: Language) -> list[str]:
    scale = scale_for(of.unit, [of.observed, of.mean])
    name = " · ".join([kpi_name(of.kpi, language), *of.labels.values()])
    mean = "–" if of.mean is None else scale.full(of.mean, language)
    if of.low is not None and of.high is not None:
        mean += f" [{scale.number(of.low, language)};{NBSP}{scale.number(of.high, language)}]"
    was = "–" if of.before is None else scale.full(of.before, language)
    mark = text(f"mark.{of.mark}", language)
    return [name, of.date, mark, scale.full(of.observed, language), was, mean, _error(of, language)]


def _error(of: Checked, language: Language) -> str:
    if of.mean is None or not of.observed:
        return "–"
    off = of.mean / of.observed - 1
    shown = f"{'+' if off > 0 else ''}{number(100 * off, 1, language)}{NBSP}%"
    return shown if of.inside else f"{shown} !"
