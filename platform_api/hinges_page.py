"""The page of what the answers of the library hang on.

`python -m platform_api.hinges_page docs/reference/library-hinges.md [NAME …]` writes it anew, all of it (an
hour of processor time) or some scenarios; tests hold it against the library.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from platform_api.along import CONFIRMING
from platform_api.formats import Scale, scale_for
from platform_api.hinges import REPLICATIONS, SCREENING, SEED, End, Hanging, Hinge, Tip, hinges
from platform_api.library_page import page_of
from platform_api.naming import published_name
from platform_api.texts import LANGUAGES, both, pick, text
from scenarios.library import load, names

SHORTENED = {"lang-son-700k": "7 d", "lang-son-incidents": "28 d"}
"""A year is a long time to turn 263 numbers twice: of it the first week; of a quarter four weeks."""

COLUMNS = ("assumption", "now", "low", "high", "tips")
_SECTION = re.compile(r'^## <a id="([^"]+)">.*?(?=^## |\Z)', re.MULTILINE | re.DOTALL)


def with_sections(page: str, wanted: Iterable[str]) -> Iterator[str]:
    """The page after each scenario that was turned anew; the others keep what stands there."""
    known = {found[1]: found[0] for found in _SECTION.finditer(page)}
    for name in wanted:
        known[name] = section(name)
        yield head() + "".join(known[name] for name in names() if name in known)


def head() -> str:
    """What the page is about."""
    told = [text("hinges.page", language, replications=REPLICATIONS, screening=SCREENING, seed=SEED,
                 again=CONFIRMING * REPLICATIONS) for language in LANGUAGES]  # fmt: skip
    title = both("hinges.title")
    return f"# {title.vi} · {title.en}\n\n{told[0]}\n\n*{told[1]}*\n\n"


def section(name: str) -> str:
    """A scenario's table."""
    return "\n".join(_lines(of(name))) + "\n\n"


def of(name: str) -> Hanging:
    """A scenario of the library with its assumptions turned; a year for a week only."""
    overrides = [f"window={SHORTENED[name]}"] if name in SHORTENED else []
    return hinges(load(name, overrides), library_folder())


def library_folder() -> Path:
    """Where the library's scenarios lie, and the lists beside them."""
    from importlib.resources import files

    return Path(str(files("scenarios").joinpath("library")))


def _lines(found: Hanging) -> Iterator[str]:
    scenario, scale = found.scenario, _scale(found)
    yield f'## <a id="{scenario.name}"></a>{scenario.title.vi} · {scenario.title.en}\n'
    mean = f"{scale.number(found.mean, 'en')} ± {scale.number(found.half_width, 'en')}"
    band = f"{scale.number(found.low, 'en')} – {scale.number(found.high, 'en')}"
    shortened = SHORTENED.get(scenario.name)
    for language in LANGUAGES:
        figure = published_name(found.band.kpi, found.band.labels, scenario, language)
        yield f"*{pick(scenario.question, language)}*\n"
        told = text(
            "hinges.figure", language, figure=figure, mean=mean, unit=scale.unit_name(language), band=band,
            tried=found.tried, scenario=scenario.name, page=page_of(scenario.name),
        )  # fmt: skip
        yield told + (text("hinges.shortened", language, window=shortened) if shortened else "") + "\n"
    if not found.hinges:
        yield f"{text('hinges.none', 'vi')} · {text('hinges.none', 'en')}"
        return
    heads = [both(f"hinges.column.{column}") for column in COLUMNS]
    yield f"| {' | '.join(f'{one.vi}<br>{one.en}' for one in heads)} |"
    yield "|---|---|---|---|---|"
    for hinge in found.hinges:
        yield f"| {' | '.join(_cells(found, hinge, scale))} |"


def _scale(found: Hanging) -> Scale:
    from metrics.outcomes import unit_of

    values = [found.mean, found.low, found.high]
    scale = scale_for(unit_of(found.band.kpi), values)
    small = max(map(abs, values)) / scale.divisor < 10
    return Scale(scale.divisor, scale.unit, 2 if small else max(1, scale.digits))


def _cells(found: Hanging, hinge: Hinge, scale: Scale) -> Iterator[str]:
    dial = hinge.dial
    yield f"`{dial.path}`" + _owner(found, dial.owner)
    yield dial.written
    yield from (_end(found, end, scale) for end in (hinge.low, hinge.high))
    yield "<br>".join(_tip(tip, scale) for tip in hinge.tips) or "–"


def _owner(found: Hanging, owner: str | None) -> str:
    agency = found.scenario.agencies.get(owner or "")
    return f"<br>{agency.label.vi} · {agency.label.en}" if agency else ""


def _end(found: Hanging, end: End, scale: Scale) -> str:
    values = (found.mean + end.change, end.change, end.half_width)
    figure, change, half = (scale.number(value, "en") for value in values)
    return f"{end.value} → {figure} ({'+' if end.change > 0 else ''}{change} ± {half})"


def _tip(tip: Tip, scale: Scale) -> str:
    """`300 ← 21 h [20.1 h, 22.3 h]`."""
    between = f"[{tip.first}, {tip.last}]" + ("" if tip.confirmed else " ?")
    return f"{scale.number(tip.threshold, 'en')} ← {between if tip.at is None else f'{tip.at} {between}'}"


def main(arguments: Sequence[str]) -> None:
    """Write the page anew, after each scenario."""
    page, wanted = Path(arguments[0]), arguments[1:] or names()
    before = page.read_text(encoding="utf-8") if page.is_file() else ""
    for written in with_sections(before, wanted):
        page.write_text(written, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
