"""What the library rests on, counted: the second half of the page for a sceptic.

`python -m platform_api.validity_page docs/explanation/validity.md` writes it anew below its mark; a test
holds it against the library.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from platform_api.formats import published_scale
from platform_api.naming import published_name
from platform_api.pedigree import source_told
from scenarios.library import load, names
from scenarios.quantities import ASSUMPTION, OVERRIDE
from scenarios.resolved import Parameter, Published, Resolved

MARK = "<!-- What stands below is written by `python -m platform_api.validity_page`; do not edit. -->\n"
MARKS = ("given", "fitted", "predicted")
RESTS = ("sourced", "assumed", "fitted", "changed")
FITTED = "fit"
"""Sources of numbers that were tuned begin so."""


def with_counts(page: str) -> str:
    """A page with what stands below its mark written anew."""
    above, found, _ = page.partition(MARK)
    if not found:
        raise ValueError(f"the page lacks its mark: {MARK.strip()}")
    return above + MARK + "\n".join(counts([load(name).resolved for name in names()])) + "\n"


def counts(library: list[Resolved]) -> Iterator[str]:
    """All that is counted."""
    yield from _summary(library)
    yield from _by_scenario(library)
    yield from _predictions(library)
    yield from _who_could_tell(library)


def rests_on(parameter: Parameter) -> str:
    """What a number of a scenario rests on, one of `RESTS`."""
    if parameter.source == OVERRIDE:
        return "changed"
    if parameter.source == ASSUMPTION:
        return "assumed"
    return "fitted" if parameter.source.startswith(FITTED) else "sourced"


def _numbers(library: Iterable[Resolved]) -> Counter[str]:
    return Counter(rests_on(parameter) for scenario in library for parameter in scenario.parameters)


def _figures(library: Iterable[Resolved]) -> Counter[str]:
    return Counter(figure.mark for scenario in library for figure in scenario.published)


def _summary(library: list[Resolved]) -> Iterator[str]:
    numbers, figures = _numbers(library), _figures(library)
    yield "\n## Counted\n"
    yield (
        f"{len(library)} scenarios state {numbers.total():,} numbers, those of a base again in its variants: "
        f"{numbers['sourced']:,} have a source, {numbers['assumed']:,} are assumptions with a range, "
        f"{numbers['fitted']:,} were fitted. They name {figures.total()} published figures: "
        f"{figures['given']} were typed in (given), {figures['fitted']} tuned to (fitted), and "
        f"{figures['predicted']} came out (predicted). Only these last say anything about the world; "
        "`cuakhau verify --field` prints how they came out.\n"
    )


def _by_scenario(library: list[Resolved]) -> Iterator[str]:
    yield "| scenario | numbers sourced | assumed | fitted | figures given | fitted | predicted |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for scenario in library:
        numbers, figures = _numbers([scenario]), _figures([scenario])
        cells = [*(numbers[kind] for kind in RESTS[:3]), *(figures[mark] for mark in MARKS)]
        yield f"| `{scenario.name}` | {' | '.join(map(str, cells))} |"


def _predictions(library: list[Resolved]) -> Iterator[str]:
    yield "\n## Every figure that is predicted\n"
    for scenario in library:
        for figure in scenario.published:
            if figure.mark == "predicted":
                yield f"- `{scenario.name}`: {_told(figure, scenario)}"


def _told(figure: Published, scenario: Resolved) -> str:
    factor, scale = published_scale(figure.unit, [figure.value])
    name = published_name(figure.kpi, figure.labels, scenario, "en")
    source = scenario.sources[figure.source]
    note = f". {figure.note.en}" if figure.note is not None else ""
    return f"{name} = {scale.full(figure.value * factor, 'en')} ({source_told(source, 'en')}){note}"


def _who_could_tell(library: list[Resolved]) -> Iterator[str]:
    """The assumptions by who is named beside them: whoever knows one of them is asked to write."""
    asked: Counter[str] = Counter()
    where: dict[str, set[str]] = {}
    for scenario in library:
        for parameter in scenario.parameters:
            if parameter.source == ASSUMPTION:
                owner = scenario.agencies.get(parameter.owner or "")
                name = owner.label.en if owner else "nobody is named"
                asked[name] += 1
                where.setdefault(name, set()).add(scenario.name)
    yield "\n## Who could tell\n"
    yield "Assumptions by the agency named beside them; `cuakhau explain NAME` lists them with ranges.\n"
    yield "| agency | assumptions | in scenarios |"
    yield "|---|---:|---:|"
    for name, count in sorted(asked.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"| {name} | {count} | {len(where[name])} |"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(with_counts(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
