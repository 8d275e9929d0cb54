"""What the next days may bring from a situation now, and which action changes it most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_api.experiments import seed_of
from platform_api.faults import blaming_the_scenario
from platform_api.following import Ask, Follow
from platform_api.forecast_answer import Chance, Fan, Forecast, Turned
from platform_api.forecast_trials import Futures
from platform_api.formats import signed
from platform_api.hands import Hands, usual
from platform_api.journal import Journal
from platform_api.outage_map import counts_vehicles
from platform_api.sentences import in_both
from platform_api.texts import Language, pick, text
from platform_api.work import Work
from scenarios import library
from scenarios.errors import Flaw, Problem, ScenarioError, suggestion
from scenarios.experiments import Design, Variant
from scenarios.resolved import DAY, Label, Resolved, scenario_hash
from scenarios.situation import Situation, begun
from sim.run import RESULT_VERSION

if TYPE_CHECKING:
    from metrics.fans import Series, Turn
    from metrics.statistics import Floats
    from platform_api.trials import Trial

HOUR = 3_600_000
HORIZON = 3 * DAY
REPLICATIONS = 100

LOOKS = 200
"""A horizon is looked at every hour, a long one at most so often."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be forecast.

    actions : what might be done, each against doing nothing · horizon : how far [ms] · limit : a number, or
    the name of a zone for its room; None: the room of the largest zone · of : `gate=x`, whose; "" of all
    """

    scenario: str
    situation: Situation = field(default_factory=Situation)
    actions: tuple[Variant, ...] = ()
    overrides: Mapping[str, Any] | None = None
    horizon: int = HORIZON
    limit: str | None = None
    of: str = ""
    replications: int = REPLICATIONS
    seed: int | None = None
    engine: str = "compiled"
    level: float = 0.95
    texts: Mapping[str, str] | None = None  # as of a design


@dataclass(frozen=True, slots=True)
class Prepared:
    """A forecast with its scenarios made and every choice settled."""

    asked: Asked
    futures: Futures
    names: tuple[tuple[str, Label], ...]
    limit_of: Label | None
    warnings: tuple[Problem, ...]

    @property
    def typed(self) -> str:
        """The scenario as it was asked for."""
        return self.asked.scenario

    @property
    def resolved(self) -> Resolved:
        """What begins now, with nothing done."""
        return self.futures.variants[0]

    def is_idle(self, number: int) -> bool:
        """Whether a variant is how things are."""
        return scenario_hash(self.futures.variants[number]) == scenario_hash(self.resolved)

    @property
    def head(self) -> dict[str, Any]:
        """What makes it this forecast: equal heads give equal parts."""
        of = self.futures
        return {
            "forecast": 1,
            "result_version": RESULT_VERSION,
            "seed": of.seed,
            "engine": of.engine,
            "scenarios": [scenario_hash(variant) for variant in of.variants],
            "of": [of.of.attribute, of.of.value],
            "limit": of.limit,
            "step": of.step,
        }


DO_NOTHING = ("as it is", Label("không làm gì thêm", "nothing done"))


def prepare(asked: Asked, folder: Path | None = None) -> Prepared:
    """Make the scenario that begins now, and one for each action; a folder that was begun lends its seed.

    Raises
    ------
    ScenarioError
        With what is wrong with the scenario, the situation, an action or the limit.
    """
    from metrics.fans import series_of

    loaded = library.load_known(asked.scenario, dict(asked.overrides or {}), asked.texts)
    beside = library.folder_of(asked.scenario, asked.texts)
    base = begun(loaded.written, asked.situation, asked.horizon, {}, beside)
    variants = (base, *(_acted(loaded, action, asked, beside) for action in asked.actions))
    of = _whose(base, asked.of)
    limit, limit_of = _limit(base, asked.limit)
    seed = seed_of(Design("forecast", asked.scenario, (), seed=asked.seed), folder)
    step = HOUR * max(1, -(-asked.horizon // (LOOKS * HOUR)))
    futures = Futures(variants, seed, asked.engine, series_of(base), step, of, limit)
    names = (DO_NOTHING, *((action.name, action.label) for action in asked.actions))
    return Prepared(asked, futures, names, limit_of, loaded.warnings)


def _acted(loaded: library.Loaded, action: Variant, asked: Asked, beside: Path | None) -> Resolved:
    if not action.overrides:
        raise ScenarioError([_no_change(action.name).at("--action")])
    try:
        return begun(loaded.written, asked.situation, asked.horizon, action.overrides, beside)
    except ScenarioError as error:
        told = [
            Problem(f"--action {action.name} {each.place}".strip(), each.value, each.message, each.remedy)
            for each in error.problems
        ]
        raise ScenarioError(told) from None


def _whose(scenario: Resolved, text: str) -> Series:
    """The backlog that may pass the limit."""
    from metrics.fans import Series

    if not text:
        return Series("backlog")
    attribute, _, value = text.partition("=")
    known = {
        f"{name}={each}": None
        for flow in scenario.flows.values()
        for name, of in flow.attributes.items()
        for each in of.values
    }
    if text not in known:
        said = Label(vi="không phải thuộc tính nào ở đây", en="is no attribute and value here")
        raise ScenarioError([Flaw(text, said, suggestion(text, list(known))).at("--of")])
    return Series("backlog", attribute, value)


def _no_change(written: str) -> Flaw:
    """An action is something that is done here and now; another scenario cannot be."""
    said = Label(vi="không nói thay đổi điều gì", en="says nothing that is changed")
    example = "[NAME:]resources.scanners.capacity=3"
    return Flaw(written, said, Label(vi=f"hãy viết như {example}", en=f"write it as in {example}"))


def _limit(scenario: Resolved, written: str | None) -> tuple[int | None, Label | None]:
    """The number, and what it is the room of."""
    zones = scenario.zones
    if written is None:
        largest = max(zones.values(), key=lambda zone: zone.room, default=None)
        return (None, None) if largest is None else (largest.room, largest.label)
    if written.isdigit():
        return int(written), None
    if written not in zones:
        said = Label(
            vi="không phải số xe, cũng không phải bãi nào ở đây", en="is neither a number nor a zone here"
        )
        remedy = Label(vi="hãy nêu một số xe, như 300", en="name a number of trucks, such as 300")
        remedy = suggestion(written, list(zones)) if zones else remedy
        raise ScenarioError([Flaw(written, said, remedy).at("--limit")])
    return zones[written].room, zones[written].label


# ---- running ------------------------------------------------------------------------------------------


def run(
    asked: Prepared,
    jobs: int | None = None,
    hands: AbstractContextManager[Hands] | None = None,
    folder: Path | None = None,
    progress: Follow | None = None,
    cancel: Ask | None = None,
) -> Forecast:
    """Forecast; arguments and errors are those of `experiments.compare`."""
    count = asked.asked.replications
    with Journal(folder, asked.head) as journal:
        with blaming_the_scenario(), hands or usual(asked.futures.engine, jobs) as many:
            Work(many, journal, count, progress, cancel).up_to(asked.futures, count)
        return _assembled(asked, journal.first(count))


def _assembled(asked: Prepared, trials: Sequence[Trial]) -> Forecast:
    import numpy as np

    told, of, scenario = asked.asked, asked.futures, asked.futures.variants[0]
    table = [
        np.array([trial.seen[number].values for trial in trials], dtype=np.float64)
        for number in range(len(of.variants))
    ]
    actions = tuple(_turned(asked, table))
    best = _best(actions)
    return Forecast(
        name=scenario.name,
        title=scenario.title,
        vehicles=counts_vehicles(scenario),
        now=scenario.clock.start,
        there=sum(flow.backlog.count for flow in scenario.flows.values() if flow.backlog),
        horizon_h=told.horizon / HOUR,
        seed=of.seed,
        replications=told.replications,
        engine=of.engine,
        level=told.level,
        looks=tuple(_looks(of, scenario)),
        fans=tuple(_fans(asked, trials)),
        of=told.of,
        limit=of.limit,
        limit_of=asked.limit_of,
        chances=tuple(_chances(asked, table)) if of.limit is not None else (),
        actions=actions,
        best=None if best is None else best.variant,
        best_told=_best_told(asked, actions, best, table),
        warnings=tuple(_warnings(asked, trials)),
        overrides=dict(told.overrides or {}),
        scenario_hash=scenario_hash(scenario),
        digests=tuple(trial.seen[0].digest for trial in trials),
        entities=sum(trial.entities for trial in trials),
        seconds=sum(trial.seconds for trial in trials),
        package_version=version("cuakhau"),
        result_version=RESULT_VERSION,
        parameters=scenario.parameters,
    )


def _looks(of: Futures, scenario: Resolved) -> Iterator[float]:
    from metrics.fans import hours_of

    yield from (hours_of(scenario.clock.window or scenario.clock.at_most, of.step) / HOUR).tolist()


def _fans(asked: Prepared, trials: Sequence[Trial]) -> Iterator[Fan]:
    """Every curve without an action, and the curve that matters with each."""
    import numpy as np

    from metrics.fans import QUANTILES, fan

    of = asked.futures
    looks = len(trials[0].seen[0].levels) // len(of.series)
    keys = [f"p{100 * q:g}" for q in QUANTILES]
    for variant, (name, _) in enumerate(asked.names):
        for number, series in enumerate(of.series):
            if variant and series != of.of:
                continue
            part = slice(number * looks, (number + 1) * looks)
            table = fan(np.array([trial.seen[variant].levels[part] for trial in trials]))
            rows = {key: tuple(row.tolist()) for key, row in zip(keys, table, strict=True)}
            yield Fan(series.what, _label(of.variants[0], series), name, series == of.of, rows)


def _label(scenario: Resolved, of: Series) -> Label:
    """What a curve is called."""
    from platform_api.texts import both

    if of.what == "zone":
        label = scenario.zones[of.value].label
        told = both("forecast.zone")
        return Label(f"{label.vi}: {told.vi}", f"{label.en}: {told.en}")
    if not of.attribute:
        return both(f"forecast.{of.what}")
    value = next(
        flow.attributes[of.attribute].labels.get(of.value, Label(of.value, of.value))
        for flow in scenario.flows.values()
        if of.attribute in flow.attributes
    )
    told = both("forecast.backlog")
    return Label(f"{told.vi}: {value.vi}", f"{told.en}: {value.en}")


def _chances(asked: Prepared, table: Sequence[Floats]) -> Iterator[Chance]:
    import numpy as np

    from metrics.statistics import share_interval

    n = asked.asked.replications
    for (name, label), values in zip(asked.names, table, strict=True):
        seen = int(values[:, 1].sum())
        low, mid, high = np.quantile(values[:, 0], (0.1, 0.5, 0.9), method="weibull").tolist()
        interval = share_interval(seen, n, asked.asked.level)
        yield Chance(name, label, seen, seen / n, interval, (low, mid, high))


def _turned(asked: Prepared, table: Sequence[Floats]) -> Iterator[Turned]:
    """What every action does, on the same days."""
    from metrics.fans import turn
    from metrics.statistics import average, half_width

    level = asked.asked.level
    for number, (name, label) in enumerate(asked.names[1:], 1):
        found = turn(table[0][:, 1], table[number][:, 1], level, len(asked.names) - 1)
        more = table[number][:, 0] - table[0][:, 0]
        verdict = "less" if found.interval[1] < 0 else "more" if found.interval[0] > 0 else "unsure"
        if asked.is_idle(number):
            verdict = "same"
        sentence = in_both(partial(_told, found, label, verdict))
        yield Turned(
            name, label, found.change, found.interval, found.onto, found.off, average(more),
            half_width(more, level), sentence,
        )  # fmt: skip


def _told(found: Turn, label: Label, verdict: str, language: Language) -> str:
    change, days = signed(100 * found.change, 0, language), found.onto + found.off
    return text(f"forecast.action.{verdict}", language, name=pick(label, language), change=change, days=days)


def _best(actions: Sequence[Turned]) -> Turned | None:
    """The action that is shown to change the probability, and does so most."""
    shown = [each for each in actions if each.interval[1] < 0 or each.interval[0] > 0]
    return max(shown, key=lambda each: abs(each.change), default=None)


def _best_told(
    asked: Prepared, actions: Sequence[Turned], best: Turned | None, table: Sequence[Floats]
) -> Label | None:
    """Whether the others are shown to change it less."""
    from metrics.fans import turn

    if not actions or asked.futures.limit is None:
        return None
    if best is None:
        return Label(*(text("forecast.best.none", language) for language in ("vi", "en")))
    at = 1 + actions.index(best)
    others = [i for i in range(1, len(table)) if i != at]
    told = [turn(table[at][:, 1], table[i][:, 1], asked.asked.level, max(1, len(others))) for i in others]
    sign = 1 if best.change < 0 else -1
    clear = all(sign * (each.interval[0] if sign > 0 else each.interval[1]) > 0 for each in told)
    key = "forecast.best.clear" if clear else "forecast.best.shared"
    return Label(*(text(key, language, name=getattr(best.label, language)) for language in ("vi", "en")))


def _warnings(asked: Prepared, trials: Sequence[Trial]) -> Iterator[Label]:
    from platform_api.texts import both

    if asked.asked.replications < 39:
        yield both("forecast.warn.few", count=asked.asked.replications)
    if asked.futures.limit is None:
        yield both("forecast.warn.no_limit")
    stuck = sum(bool(trial.seen[0].deadlock) for trial in trials)
    if stuck:
        yield both("why.warn.stuck", count=stuck)
    if asked.asked.situation.waiting is None:
        yield both("forecast.warn.as_it_starts")
