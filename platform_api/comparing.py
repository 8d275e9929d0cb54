"""The answer of a comparison: differences with their verdicts, and all that they rest on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from metrics.paired import Verdict
from metrics.settling import Cycles
from platform_api.answer import Answer, Table
from scenarios.resolved import Label, Parameter

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Difference:
    """variant − base of one figure over the replications of the same days.

    half_width : of the interval that the verdict goes by, corrected for being one of several; None of one
    replication · level : of all intervals of its family together · variance_ratio : replications that pairing
    saved, about; None where the difference does not vary
    """

    name: str
    unit: str
    labels: dict[str, str]
    variant: str
    mean: float | None
    half_width: float | None
    level: float
    verdict: Verdict
    variance_ratio: float | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind the difference of the same place in the list.

    n : replications with a value in both · primary : of the figure that the experiment is about · single :
    its half-width if it were the only one · hall : beside it, where the differences are skewed · p10, p90 :
    of the days · p : of the paired t test; p_adjusted: corrected as the verdict is · change : of an average
    day, as a ratio less 1, from logarithms · gain : interval of the variance ratio · sentence :
    the verdict in words
    """

    n: int
    primary: bool
    better: Literal["lower", "higher", "neither"]
    margin: float | None
    base: float | None
    value: float | None
    single: float | None
    sd: float | None
    skewness: float | None
    hall: Interval | None
    p10: float | None
    p90: float | None
    p: float | None
    p_adjusted: float | None
    change: float | None
    change_interval: Interval | None
    gain: Interval | None
    sentence: Label


@dataclass(frozen=True, slots=True)
class Family:
    """Figures that are judged together: by which rule, with which critical value.

    method : none (only one), bonferroni (few replications) or max-t
    """

    count: int
    method: Literal["none", "bonferroni", "max-t"]
    critical: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """The base or a variant."""

    name: str
    label: Label
    scenario: str
    typed: str
    overrides: dict[str, Any]
    scenario_hash: str
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """A figure of one side over its replications."""

    name: str
    unit: str
    labels: dict[str, str]
    side: str
    n: int
    mean: float | None
    half_width: float | None
    p10: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some entities won, lost, or stayed as long, in an average replication."""

    won: float
    lost: float
    same: float


@dataclass(frozen=True, slots=True)
class Someone:
    """One entity of the first replication: where it comes from, what it is, how much longer it stayed [s]."""

    address: str
    kind: dict[str, str]
    change: float


@dataclass(frozen=True, slots=True)
class Winners:
    """Who wins and who loses by a variant, of those who came in the window of both; an average replication.

    won_s, lost_s : what all winners save, and all losers lose [s] · only_base, only_variant : who came in one
    only · by : label → value → how many
    """

    variant: str
    all: Share
    won_s: float
    lost_s: float
    only_base: float
    only_variant: float
    by: dict[str, dict[str, Share]]
    extremes: tuple[Someone, ...]


@dataclass(frozen=True, slots=True)
class Settling:
    """Of a stationary horizon: where its beginning ends (MSER-5 on the mean over replications).

    ends : [ms] on the time axis; None: too short, or the level grows · lead_in : what the scenario leaves out
    [ms] · times, levels : the series itself, how many are inside in each hour
    """

    side: str
    ends: int | None
    lead_in: int
    times: tuple[int, ...]
    levels: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Cycled:
    """Of a cyclic horizon: how many are inside in each cycle, over the replications, see `settling.Cycles`.

    length : of a cycle, a day or a week [ms]
    """

    side: str
    length: int
    cycles: Cycles


@dataclass(frozen=True, slots=True)
class Tipping:
    """An assumption that overturns a verdict by itself, all others as they are.

    path, owner : of the assumption · now, low, high : its value and range, as written · at : where the
    difference is zero, first, last : the interval of that value; of whole numbers the two between which it
    turns, as where no straight line tells it, and `at` is empty · effect : reversed (opposite signs),
    undecided (the interval of so many replications holds 0 from there on), shown (a difference, where the
    verdict is that there is none) · confirmed : whether fresh seeds found the same on its two sides
    """

    path: str
    owner: str | None
    now: str
    low: str
    high: str
    at: str
    first: str
    last: str
    confirmed: bool
    effect: str = "reversed"
    replications: int = 0


@dataclass(frozen=True, slots=True)
class Survived:
    """Whether the verdict on the first figure survives the ranges of the assumptions.

    points : of a Latin hypercube over so many dials; skipped: values that do not go together · holds,
    reversed, undecided : at how many points the same is told, the opposite (significantly), nothing · low,
    high : the smallest and the largest mean difference (the input range, the noise of simulating in it) ·
    share : of the variance between points that the inputs make, with its interval ·
    tried : assumptions turned by themselves; unpinned : the one of them that loses the verdict at an end of
    its range, with no value found · strongest, correlation : the one that goes with the difference most, by
    ranks
    """

    variant: str
    dials: int
    points: int
    skipped: int
    replications: int
    holds: int
    reversed: int
    undecided: int
    low: float
    high: float
    share: float
    share_interval: Interval
    tipping: tuple[Tipping, ...]
    sentence: Label
    tried: int = 0
    unpinned: str = ""
    strongest: str = ""
    correlation: float = 0.0


@dataclass(frozen=True, slots=True)
class InputRange:
    """A figure that is not the first, over the ranges of the assumptions; fields as of `Survived`."""

    name: str
    labels: dict[str, str]
    variant: str
    points: int
    holds: int
    reversed: int
    undecided: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reached:
    """How the wanted precision was come by.

    half_width : of what is known least well for what is wanted: a difference, or, of a precision in per cent,
    a mean · side : whose · within : of a precision in per cent, how near the mean is for sure, as a share of
    it · needed : about how many replications it takes; None where that cannot be told
    """

    wanted: str
    reached: bool
    half_width: float | None
    looks: int
    side: str = ""
    within: float | None = None
    needed: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison(Answer):
    """What `--json` prints."""

    name: str
    title: Label | None
    question: Label | None
    seed: int
    replications: int
    engine: str
    level: float
    differences: tuple[Difference, ...]
    evidence: tuple[Evidence, ...]
    families: dict[str, Family]
    sides: tuple[Side, ...]
    levels: tuple[Level, ...]
    winners: tuple[Winners, ...]
    settling: tuple[Settling, ...]
    ranges: tuple[Survived, ...]
    precision: Reached | None
    warnings: tuple[Label, ...]
    window: int | None
    drained_until: int
    entities: int
    seconds: float
    package_version: str
    result_version: int
    parameters: tuple[Parameter, ...]
    input_ranges: tuple[InputRange, ...] = ()
    cycles: tuple[Cycled, ...] = ()
    unturned: dict[str, list[str]] = field(default_factory=dict)  # assumptions that are no dials, by reason

    def difference(self, variant: str, name: str, **labels: str) -> Difference:
        """The difference of one figure with exactly these labels.

        Raises
        ------
        KeyError
            If there is none.
        """
        for each in self.differences:
            if (each.variant, each.name, each.labels) == (variant, name, labels):
                return each
        raise KeyError(f"{name} with labels {labels} of {variant}")

    def table(self) -> Table:
        """The differences as a table, one a line."""
        rows: Table = [[
            "variant", "name", "labels", "unit", "base", "value", "mean", "half_width", "level", "verdict",
            "variance_ratio", "n", "p", "p_adjusted", "p10", "p90", "change",
        ]]  # fmt: skip
        for of, why in zip(self.differences, self.evidence, strict=True):
            labels = ",".join(f"{key}={value}" for key, value in of.labels.items())
            rows.append([
                of.variant, of.name, labels, of.unit, why.base, why.value, of.mean, of.half_width, of.level,
                of.verdict, of.variance_ratio, why.n, why.p, why.p_adjusted, why.p10, why.p90, why.change,
            ])  # fmt: skip
        return rows
