"""The published figures of the library, held against the model: what is given, fitted and predicted.

A figure of one day is judged by a *prediction interval*: where one more replication would lie, nine times in
ten. (An interval for the mean shrinks with every replication, and would at last refuse the truth.)
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from metrics.statistics import LEVEL as LEVEL_OF_RESULTS
from metrics.statistics import student_t
from platform_api.formats import NBSP, published_scale
from platform_api.naming import published_name
from platform_api.texts import Language, both, text

if TYPE_CHECKING:
    from platform_api.results import Comparison
    from scenarios.resolved import Resolved

LEVEL = 0.90
REPLICATIONS, QUICK = 20, 5
SEED = 2025


@dataclass(frozen=True, slots=True)
class Held:
    """A published figure, and where the model would put one more day of it (in the published unit)."""

    scenario: Resolved
    figure: Comparison
    low: float | None
    high: float | None
    between: tuple[float, float] | None = None  # where a range was published

    @property
    def verdict(self) -> Literal["inside", "outside", "unknown"]:
        """Whether the figure lies in the interval; of a range, whether any part of it does."""
        if self.low is None or self.high is None:
            return "unknown"
        first, last = self.between or (self.figure.published, self.figure.published)
        return "inside" if self.low <= last and first <= self.high else "outside"


def with_figures() -> list[str]:
    """The scenarios of the library that name a published figure."""
    from scenarios.library import load, names

    return [name for name in names() if load(name).resolved.published]


def hold(name: str, replications: int, seed: int, jobs: int | None) -> list[Held]:
    """Run a scenario of the library, and hold its figures against it."""
    from platform_api.runner import run_scenario
    from scenarios.library import load

    scenario = load(name).resolved
    result = run_scenario(scenario, seed=seed, replications=replications, jobs=jobs)
    both_sides = zip(scenario.published, result.published, strict=True)
    return [Held(scenario, shown, *predicted(shown), told.between) for told, shown in both_sides]


def predicted(figure: Comparison) -> tuple[float | None, float | None]:
    """The prediction interval of a figure; nothing from fewer than two replications."""
    if figure.mean is None or figure.half_width is None or figure.n < 2:
        return None, None
    return one_more(figure.mean, figure.half_width, figure.n)


def one_more(mean: float, half_width: float, n: int) -> tuple[float, float]:
    """Where one more replication would lie: mean ± t·s·√(1 + 1/n).

    half_width : of the interval of the mean of n
    """
    freedom = n - 1
    deviation = half_width * math.sqrt(n) / student_t((1 + LEVEL_OF_RESULTS) / 2, freedom)
    reach = student_t((1 + LEVEL) / 2, freedom) * deviation * math.sqrt(1 + 1 / n)
    return mean - reach, mean + reach


def hold_all(
    names: list[str], replications: int, seed: int, jobs: int | None, tell: Callable[[str, int], None]
) -> list[Held]:
    """The same of several scenarios; `tell` hears of each that is done, and how many are."""
    found = []
    for done, name in enumerate(names, 1):
        found += hold(name, replications, seed, jobs)
        tell(name, done)
    return found


# ---- in words ------------------------------------------------------------------------------------------
COLUMNS = ("figure", "mark", "published", "simulated", "verdict")


def cells(held: Held, language: Language) -> Iterator[str]:
    """A row of the table."""
    figure = held.figure
    yield published_name(figure.kpi, figure.labels, held.scenario, language)
    yield text(f"mark.{figure.mark}", language)
    factor, scale = published_scale(figure.unit, [figure.published, figure.mean, held.low, held.high])
    ends = held.between or (figure.published, figure.published)
    first, last = (scale.full(end * factor, language) for end in ends)
    yield f"{scale.number(ends[0] * factor, language)} – {last}" if held.between else first
    if figure.mean is None or held.low is None or held.high is None:
        yield "–"
    else:
        low, high = (scale.number(end * factor, language) for end in (held.low, held.high))
        yield f"{scale.number(figure.mean * factor, language)} [{low};{NBSP}{high}]"
    yield verdict(held, language)


def verdict(held: Held, language: Language) -> str:
    """What it means that the figure lies in the interval, or outside."""
    if held.verdict == "unknown":
        return text("field.verdict.unknown", language)
    return text(f"field.verdict.{held.figure.mark}.{held.verdict}", language)


def summary(found: list[Held], replications: int, seed: int, language: Language) -> str:
    """How the predictions came out, and how it was run."""
    told = [held.verdict for held in found if held.figure.mark == "predicted"]
    return text(
        "field.summary",
        language,
        predicted=len(told),
        held=told.count("inside"),
        replications=replications,
        seed=seed,
    )


def page(found: list[Held], replications: int, seed: int) -> str:
    """The table as Markdown, in both languages."""
    title, head = both("field.title"), [both(f"field.column.{name}") for name in COLUMNS]
    lines = [f"# {title.vi} · {title.en}", ""]
    lines += [summary(found, replications, seed, language) + "\n" for language in ("vi", "en")]
    lines += [f"| | {' | '.join(f'{one.vi} · {one.en}' for one in head)} |", "|---" * 6 + "|"]
    lines += [f"| `{held.scenario.name}` | {' | '.join(cells(held, 'en'))} |" for held in found]
    return "\n".join(lines) + "\n"


def to_json(found: list[Held], replications: int, seed: int) -> str:
    """The same as one document."""
    rows = [
        {"scenario": held.scenario.name, "between": held.between, "low": held.low, "high": held.high}
        | {"verdict": held.verdict}
        | {key: value for key, value in asdict(held.figure).items() if key in _TOLD}
        for held in found
    ]
    told = {"level": LEVEL, "replications": replications, "seed": seed, "figures": rows}
    return json.dumps(told, ensure_ascii=False, allow_nan=False)


_TOLD = ("kpi", "labels", "mark", "published", "unit", "source", "n", "mean")
