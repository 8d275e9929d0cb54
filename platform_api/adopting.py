"""Stories of one adoption: each tuned to the same end, and what they say of the year in between.

One published endpoint fits many stories, so the family of their curves is the answer, not one curve.
`python -m platform_api.adopting docs/reference/adoption.md` writes the page of the family.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from platform_api.texts import both
from scenarios.adoptions import Adoption, Force, Good, load_adoption, names
from scenarios.errors import Flaw, ScenarioError, suggestion
from scenarios.resolved import DAY, Label
from sim.adoption import Land, Spread, land, spread

SEED = 2021
CLOSE = 0.001
"""So near the tuned end comes to the published one."""

MOST_STEPS = 30
SLOWEST, FASTEST = 1 / 30, 30.0


@dataclass(frozen=True, slots=True)
class Curve:
    """One story of one good, tuned.

    factor : on the rates that were tuned · ends : households that have it at the end of each month · half :
    when half of the increase has happened · busiest : the most in one day · low, high : P10 and P90 of the
    communes' shares at the end
    """

    good: str
    good_label: Label
    story: str
    label: Label
    factor: float | None
    months: tuple[str, ...]
    ends: tuple[int, ...]
    half: str
    busiest: int
    low: float
    high: float
    digest: str


def family(of: Adoption, seed: int = SEED) -> list[Curve]:
    """Every story of everything that spreads."""
    where = land(of, seed)
    return [_curve(of, where, good, story) for good in of.goods for story in of.stories]


def require_known(of: Adoption, story: str) -> None:
    """Refuse a story that the adoption does not tell.

    Raises
    ------
    ScenarioError
        With the nearest name.
    """
    if story not in of.stories:
        said = Label(
            vi=f"là '{story}', không phải một câu chuyện", en=f"is '{story}', which is no story of it"
        )
        raise ScenarioError([Flaw(story, said, suggestion(story, tuple(of.stories))).at("--demand")])


def tuned(of: Adoption, where: Land, good: Good, story: str) -> tuple[float | None, Spread]:
    """The factor with which a story ends as published, by halving, and its run; None where none does."""
    low, high = SLOWEST, FASTEST
    for _ in range(MOST_STEPS):
        factor = (low * high) ** 0.5
        found = spread(of, where, good.first, _rates(of, story, factor))
        if abs(found.count - good.last) <= CLOSE * good.last:
            return factor, found
        low, high = (factor, high) if found.count < good.last else (low, factor)
    return None, found


def _rates(of: Adoption, story: str, factor: float) -> dict[Force, float]:
    told = of.stories[story]
    return {force: of.rates[force] * (factor if force in told.tuned else 1) for force in told.forces}


def _curve(of: Adoption, where: Land, name: str, story: str) -> Curve:
    good = of.goods[name]
    factor, run = tuned(of, where, good, story)
    days = np.arange(of.days + 1) * DAY
    counts = run.at(days)
    low, high = np.quantile(run.shares(), [0.1, 0.9]).tolist()
    middle = good.first + (run.count - good.first) / 2
    months = _months(of)
    return Curve(
        good=name,
        good_label=good.label,
        story=story,
        label=of.stories[story].label,
        factor=factor,
        months=tuple(day.isoformat()[:7] for day, _ in months),
        ends=tuple(int(counts[end]) for _, end in months),
        half=_date(of, int(np.searchsorted(counts, middle))).isoformat(),
        busiest=int(np.diff(counts).max()),
        low=low,
        high=high,
        digest=run.digest,
    )


def _date(of: Adoption, day: int) -> date:
    return date.fromisoformat(of.start) + timedelta(days=day)


def _months(of: Adoption) -> list[tuple[date, int]]:
    """The first day of each month, or of what there is of it, and the day after its last."""
    found: list[tuple[date, int]] = []
    for day in range(of.days):
        here = _date(of, day)
        if not found or here.month != found[-1][0].month:
            found.append((here, day + 1))
        else:
            found[-1] = (found[-1][0], day + 1)
    return found


def demand(of: Adoption, good: str, story: str, seed: int = SEED) -> Demand:
    """The orders of active shops, month by month, by one story."""
    where = land(of, seed)
    _, run = tuned(of, where, of.goods[good], story)
    counts = run.at(np.arange(of.days) * DAY + DAY // 2)
    begin, months = 0, []
    for first, end in _months(of):
        last = _date(of, end - 1)
        months.append(
            (first.isoformat(), last.isoformat(), float(counts[begin:end].mean()) / of.goods[good].last)
        )
        begin = end
    return Demand(
        of.name,
        good,
        story,
        seed,
        run.digest,
        of.goods[good].last * of.orders,
        of.active_share,
        tuple(months),
    )


@dataclass(frozen=True, slots=True)
class Demand:
    """Orders, if every shop were active: at the end so many a day, in each month a share of that."""

    adoption: str
    good: str
    story: str
    seed: int
    digest: str
    per_day: float
    active_share: float
    months: tuple[tuple[str, str, float], ...]

    def arrivals(self) -> dict[str, object]:
        """Of a flow of orders, as it is written; the factor of demand is the share of active shops."""
        dates = {f"{first}..{last}": f"{round(100 * share, 2)} %" for first, last, share in self.months}
        active = f"{round(100 * self.active_share, 4):g} %"
        return {"rate": f"{round(self.per_day, 2)} /d", "demand": active, "dates": dates}

    def written(self) -> str:
        """The same as lines of a scenario file, with the digest of the run that they come from."""
        lines = [f"# {self.adoption}, {self.good}, {self.story}, seed {self.seed}: digest {self.digest}"]
        told = self.arrivals()
        lines += [f"rate: {told['rate']}", f"demand: {told['demand']}", "dates:"]
        dates = told["dates"]
        assert isinstance(dates, dict)
        return "\n".join([*lines, *(f"  {span}: {share}" for span, share in dates.items())]) + "\n"


# ---- in words --------------------------------------------------------------------------------------------


def page(of: Adoption, curves: list[Curve], seed: int) -> str:
    """The family as Markdown, in both languages."""
    return "\n".join(_page(of, curves, seed)) + "\n"


def _page(of: Adoption, curves: list[Curve], seed: int) -> Iterator[str]:
    yield f"# {of.title.vi} · {of.title.en}\n"
    told = both("adopt.page", command=f"cuakhau adopt {of.name} --seed {seed}")
    yield f"{told.vi}\n\n*{told.en}*\n"
    for good in of.goods.values():
        mine = [curve for curve in curves if curve.good_label == good.label]
        yield f"## {good.label.vi} · {good.label.en}: {good.first:,} → {good.last:,}\n"
        heads = [both(f"adopt.column.{name}") for name in ("story", "half", "busiest", "communes")]
        story, *rest = (f"{head.vi}<br>{head.en}" for head in heads)
        yield f"| {' | '.join([story, *(month[5:] for month in mine[0].months), *rest, 'digest'])} |"
        yield "|---" * (len(mine[0].months) + 5) + "|"
        for curve in mine:
            yield _row(curve)
        yield ""


def _row(curve: Curve) -> str:
    ends = " | ".join(f"{end:,}" for end in curve.ends)
    name = f"{curve.label.vi} · {curve.label.en}"
    spans = f"{curve.low:.0%}–{curve.high:.0%}"
    told = f"× {curve.factor:.3g}" if curve.factor is not None else "–"
    return f"| {name} ({told}) | {ends} | {curve.half} | {curve.busiest:,} | {spans} | `{curve.digest[:8]}` |"


def to_json(of: Adoption, curves: list[Curve], seed: int) -> str:
    """The same as one document."""
    told = {"adoption": of.name, "seed": seed, "curves": [asdict(curve) for curve in curves]}
    return json.dumps(told, ensure_ascii=False)


if __name__ == "__main__":
    (only,) = names()
    adoption = load_adoption(only)
    Path(sys.argv[1]).write_text(page(adoption, family(adoption), SEED), encoding="utf-8", newline="\n")
