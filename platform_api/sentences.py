"""What a comparison says in words: a verdict for every difference, and what a reader must be warned of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from metrics import inputs, settling
from metrics.outcomes import unit_of
from metrics.statistics import SKEWED
from platform_api.formats import NBSP, Scale, duration, number, scale_for, significant
from platform_api.naming import kpi_name, labels_told
from platform_api.texts import Language, pick, text
from scenarios.resolved import Label, Resolved
from scenarios.units import format_duration

if TYPE_CHECKING:
    from metrics.paired import Better
    from platform_api.comparing import Comparison, Difference, Settling, Survived, Tipping
    from platform_api.experiments import Experiment
    from platform_api.trials import Trial
    from scenarios.wanted import Precision

FEW = 10
"""Fewer replications than this are too few to believe an interval of figures that are not normal."""


def in_both(told: Callable[[Language], str]) -> Label:
    """A text in both languages."""
    return Label(vi=told("vi"), en=told("en"))


def figure_told(name: str, labels: dict[str, str], scenario: Resolved, language: Language) -> str:
    """An indicator and its part, "Thời gian lưu (Xuất)"; a mean is the usual thing and is not named."""
    base = name.removesuffix("_mean")
    told = kpi_name(base, language)
    told = kpi_name(name, language) if told == base else told
    part = labels_told(labels, scenario, language)
    return f"{told} ({part})" if part else told


MOST_DIGITS = 6
"""After the point, of a difference that is smaller than its figure by far."""


def difference_scale(unit: str, values: Sequence[float | None], half_width: float | None) -> Scale:
    """How differences of a unit are shown: of two percentages, in percentage points."""
    scale = scale_for(unit, values, half_width)
    return replace(scale, unit="points") if scale.unit == "percent" else scale


def scale_of(of: Difference) -> Scale:
    """How a difference is shown."""
    scale = difference_scale(of.unit, [of.mean, of.half_width], of.half_width)
    if of.mean is None or not of.half_width or abs(of.mean) <= of.half_width:
        return scale
    digits = scale.digits  # so many that what excludes zero is seen to
    while digits < MOST_DIGITS and _rounded(of.mean, scale, digits) <= _rounded(of.half_width, scale, digits):
        digits += 1
    return replace(scale, digits=digits)


def _rounded(value: float, scale: Scale, digits: int) -> float:
    return round(abs(value) / scale.divisor, digits)


def size_told(of: Difference, language: Language, signed: bool = False) -> str:
    """`41 ± 6 phút`; `signed`: with the sign of variant − base."""
    if of.mean is None:
        return "–"
    scale = scale_of(of)
    value = of.mean if signed else abs(of.mean)
    plus = "+" if signed and value > 0 else ""
    half = "" if of.half_width is None else f" ± {scale.number(of.half_width, language)}"
    return f"{plus}{scale.number(value, language)}{half}{NBSP}{scale.unit_name(language)}".rstrip(NBSP)


def sentence(experiment: Experiment, side: int, of: Difference, better: Better) -> Label:
    """The verdict in words."""
    opened, base = experiment.sides[side], experiment.sides[0].resolved

    def told(language: Language) -> str:
        figure = figure_told(of.name, of.labels, base, language)
        return text(
            f"compare.{_key(of, better)}", language,
            variant=pick(opened.label, language), figure=_inner(figure),
            size=size_told(of, language), signed=size_told(of, language, signed=True),
            judged=_judged(of, language),
        )  # fmt: skip

    return in_both(told)


def _key(of: Difference, better: Better) -> str:
    if of.verdict not in ("better", "worse", "higher", "lower"):
        return of.verdict.replace(" ", "_")
    falls = (of.mean or 0) < 0
    if of.unit == "s" and better == "lower":
        return "saves" if falls else "costs"
    return "falls" if falls else "rises"


def _judged(of: Difference, language: Language) -> str:
    if of.verdict == "better":
        return text("compare.judged.better", language)
    return text("compare.judged.worse", language) if of.verdict == "worse" else ""


def _inner(figure: str) -> str:
    """A name within a sentence; abbreviations stay as they are."""
    return figure if figure[1:2].isupper() else figure[:1].lower() + figure[1:]


def told_precision(wanted: Precision, unit: str) -> str:
    """What was wanted, as it may be written again."""
    if wanted.relative is not None:
        return f"{wanted.relative * 100:g} %"
    assert wanted.absolute is not None
    return format_duration(round(wanted.absolute * 1000)) if unit == "s" else f"{wanted.absolute:g}"


# ---- the input range ----------------------------------------------------------------------------------


def survival_told(experiment: Experiment, side: int, of: Survived, sign: int) -> Label:
    """Whether a verdict survives the ranges of the assumptions, in words."""
    outcome = experiment.outcomes[0]
    unit = unit_of(outcome.name)
    scale = difference_scale(unit, [of.low, of.high], of.high - of.low)

    def told(language: Language) -> str:
        ends = (scale.number(value, language) for value in (of.low, of.high))
        spread = f"{' … '.join(ends)}{NBSP}{scale.unit_name(language)}".rstrip(NBSP)
        key = "none" if sign == 0 else "falls"
        key = "holds" if of.holds == of.points else key
        key = key if inputs.fills(of.points, of.skipped) else "gaps"
        said = text(
            f"compare.survival.{key}", language, variant=pick(experiment.sides[side].label, language),
            holds=of.holds, points=of.points, reversed=of.reversed, undecided=of.undecided, dials=of.dials,
            spread=spread, asked=of.points + of.skipped,
        )  # fmt: skip
        return said + _skipped(of, key, language)

    return in_both(told)


def _skipped(of: Survived, key: str, language: Language) -> str:
    """That points were left out, where the sentence has not said so."""
    if not of.skipped or key == "gaps":
        return ""
    asked = of.points + of.skipped
    return "; " + text("compare.survival.skipped", language, skipped=of.skipped, asked=asked)


def tipping_told(of: Tipping, scenario: Resolved, language: Language) -> str:
    """Where one assumption overturns a verdict, and who could tell."""
    agency = scenario.agencies.get(of.owner or "")
    owner = pick(agency.label, language) if agency else of.owner or "–"
    key = of.effect if of.effect != "reversed" else "at" if of.at else "between"
    told = text(
        f"compare.tipping.{key}", language, path=of.path, at=of.at, first=of.first, last=of.last, now=of.now,
        low=of.low, high=of.high, owner=owner, count=of.replications,
    )  # fmt: skip
    return f"{told} {text(f'compare.tipping.{_confirmed(of)}', language)}"


def _confirmed(of: Tipping) -> str:
    return "confirmed" if of.confirmed else "unconfirmed"


# ---- warnings -----------------------------------------------------------------------------------------


def warnings(experiment: Experiment, trials: Sequence[Trial], answer: Comparison) -> Iterator[Label]:
    """What a reader must know before believing the answer."""
    yield from _growing(experiment, trials)
    yield from _unsettled(answer, experiment)
    yield from _others(experiment, trials)
    yield from _unfinished(experiment, trials)
    yield from _stuck(experiment, trials)
    if answer.precision is not None and not answer.precision.reached:
        yield in_both(lambda language: _not_reached(experiment, answer, language))
    if 1 < len(trials) < FEW:
        yield in_both(lambda language: text("compare.warn.few", language, count=len(trials)))
    if any(why.primary and abs(why.skewness or 0) > SKEWED for why in answer.evidence):
        yield in_both(lambda language: text("compare.warn.skewed", language))


def _growing(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[Label]:
    for number_of, side in enumerate(experiment.sides):
        trends = [trend for each in trials if (trend := each.seen[number_of].trend) is not None]
        if len(trends) == len(trials) and settling.grows(trends):
            by = sum(trend.slope * trend.cycles for trend in trends) / len(trends)
            yield _told_of("growing", side.label, partial(_numbers, by=(by, 0)))


def _unsettled(answer: Comparison, experiment: Experiment) -> Iterator[Label]:
    for of, side in zip(answer.settling, experiment.sides, strict=False):
        if of.ends is None:
            yield _told_of("never_settles", side.label, partial(_numbers))
        elif of.ends > 0:
            yield _told_of("warm_up", side.label, partial(_warm_up, of))


def _warm_up(of: Settling, language: Language) -> dict[str, str]:
    ends = (of.ends or 0) + of.lead_in
    return {"ends": duration(ends, language), "lead_in": duration(of.lead_in, language)}


def _others(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[Label]:
    """Variants to which others come than to the base."""
    for number_of, side in enumerate(experiment.sides):
        more = sum((t.seen[number_of].values[-2] or 0) - (t.seen[0].values[-2] or 0) for t in trials)
        if more:
            yield _told_of("others", side.label, partial(_numbers, more=(more / len(trials), 1)))


def _unfinished(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[Label]:
    for number_of, side in enumerate(experiment.sides):
        left = sum(each.seen[number_of].values[-1] or 0 for each in trials) / len(trials)
        if left > 0:
            yield _told_of("unfinished", side.label, partial(_numbers, count=(left, 1)))


def _stuck(experiment: Experiment, trials: Sequence[Trial]) -> Iterator[Label]:
    for number_of, side in enumerate(experiment.sides):
        stuck = [each.seen[number_of].deadlock for each in trials if each.seen[number_of].deadlock]
        if stuck:
            count, cycle = str(len(stuck)), " → ".join(stuck[0])
            yield _told_of("stuck", side.label, partial(_words, count=count, cycle=cycle))


def _numbers(language: Language, **values: tuple[float, int]) -> dict[str, str]:
    return {name: number(value, digits, language) for name, (value, digits) in values.items()}


def _words(_: Language, **values: str) -> dict[str, str]:
    return values


def _told_of(key: str, side: Label, values: Callable[[Language], dict[str, str]]) -> Label:
    return in_both(
        lambda language: text(f"compare.warn.{key}", language, side=pick(side, language), **values(language))
    )


def _not_reached(experiment: Experiment, answer: Comparison, language: Language) -> str:
    """Of which side it is known least well, how well, and how many replications it takes."""
    of, wanted = answer.precision, experiment.design.precision
    assert of is not None
    assert wanted is not None
    labels = {side.name: pick(side.label, language) for side in experiment.sides}
    said = text(
        f"compare.warn.not_reached.{'mean' if wanted.relative is not None else 'difference'}", language,
        wanted=of.wanted, half=_least_known(answer, wanted, language), count=answer.replications,
        side=labels.get(of.side, "–"),
    )  # fmt: skip
    if of.needed is None or of.needed <= answer.replications:
        return said
    return f"{said}; {text('compare.warn.not_reached.needed', language, needed=of.needed)}"


def _least_known(answer: Comparison, wanted: Precision, language: Language) -> str:
    """In per cent or in the unit of the figure, as what was wanted."""
    assert answer.precision is not None
    within, half = answer.precision.within, answer.precision.half_width
    if wanted.relative is not None:
        return "–" if within is None else f"{significant(100 * within, language, 2)}{NBSP}%"
    return "–" if half is None else scale_for(answer.differences[0].unit, [half], half).full(half, language)
