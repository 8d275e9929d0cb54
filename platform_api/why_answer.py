"""The answer of `why`, as `--json`, the CSV, the screen and the page tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from platform_api.answer import Answer, Table
from scenarios.resolved import Label, Parameter


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of an average entity, the mean over replications, and the half-width of its interval."""

    mean: float
    half_width: float | None


@dataclass(frozen=True, slots=True)
class Because:
    """One cause. kind, step, of: as in the record's reference · share : of the whole stay"""

    kind: str
    step: str
    of: tuple[str, ...]
    hours: Hours
    share: float


@dataclass(frozen=True, slots=True)
class Blame:
    """One party.

    alone : saved if only it held nobody up · share : its Shapley value; the shares add up to the whole delay
    · percent : of the whole delay
    """

    key: str
    label: Label
    alone: Hours
    share: Hours
    percent: float | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Whether the order of the parties may be told, and what was tried.

    stable : the order of the means is sure at the values of the scenario and the same at every point tried ·
    overturned : at so many points two parties change places · why : in words · skipped : points that were
    left out, since their values do not go together
    """

    stable: bool
    points: int
    overturned: int
    why: Label
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Narrow:
    """A resource, zone or step, and what its relief alone saves.

    load : work offered ÷ time on duty, by expected values · best : nothing else that was tried is shown to
    save more (by intervals that hold together)
    """

    key: str
    label: Label
    saves: Hours
    load: float | None
    best: bool


@dataclass(frozen=True, slots=True)
class Most:
    """A bound a day. cut: (kind, name) of what limits it; most: None of no limit"""

    most: float | None
    cut: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Through:
    """How many a day come, get through as simulated (mean and half-width), and could at the most."""

    demand: float
    achieved: Hours
    today: Most
    in_proportion: Most
    most: Most


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a story: since when (local, ISO 8601), for how long, and why."""

    since: str
    ms: int
    kind: str
    step: str
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One entity of replication 0. which: typical, slow (P95), slowest, or asked for · kind: what it is"""

    which: Literal["typical", "slow", "slowest", "asked"]
    address: str
    kind: dict[str, str]
    ms: int
    outcome: str
    parts: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Why(Answer):
    """What `--json` prints.

    stay : hours of an average entity · relieved : the same if no party held anybody up · delay : what is
    between · method : of the shares, exact or sampled orders · names : `step.x` … → what people read ·
    owners : resource or step → its agency · named_by_theory : the resource with the highest load
    """

    name: str
    title: Label
    vehicles: bool
    seed: int
    replications: int
    engine: str
    level: float
    entities_each: float
    stay: Hours
    relieved: Hours
    delay: Hours
    causes: tuple[Because, ...]
    method: Literal["exact", "sampled orders"]
    parties: tuple[Blame, ...]
    ranking: Ranking
    bottleneck: tuple[Narrow, ...]
    after: tuple[Narrow, ...]
    named_by_theory: str | None
    highest_load: float | None
    through: Through | None
    stories: tuple[Story, ...]
    names: dict[str, Label]
    owners: dict[str, str]
    warnings: tuple[Label, ...]
    overrides: dict[str, Any]
    scenario_hash: str
    digests: tuple[str, ...]
    window: int | None
    drained_until: int
    entities: int
    seconds: float
    package_version: str
    result_version: int
    parameters: tuple[Parameter, ...]

    def table(self) -> Table:
        """Every figure as a line: what it is of, and hours of an average entity."""
        rows: Table = [["table", "kind", "step", "of", "hours", "half_width", "share"]]
        for cause in self.causes:
            told = [cause.kind, cause.step, " ".join(cause.of)]
            rows.append(["cause", *told, cause.hours.mean, cause.hours.half_width, cause.share])
        for party in self.parties:
            share = None if party.percent is None else party.percent / 100
            rows.append(["share", party.key, "", "", party.share.mean, party.share.half_width, share])
            rows.append(["alone", party.key, "", "", party.alone.mean, party.alone.half_width, None])
        for table, found in (("bottleneck", self.bottleneck), ("after", self.after)):
            rows += [
                [table, each.key, "", "", each.saves.mean, each.saves.half_width, each.load] for each in found
            ]
        return rows

    def stories_table(self) -> Table:
        """The parts of the stories, a line each."""
        rows: Table = [["entity", "since", "ms", "kind", "step", "of"]]
        for story in self.stories:
            rows += [[story.address, p.since, p.ms, p.kind, p.step, " ".join(p.of)] for p in story.parts]
        return rows
