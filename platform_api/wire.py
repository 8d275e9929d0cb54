"""What goes over the wire: requests and answers of the API, apart from the scenario language on purpose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from scenarios import errors, resolved
from scenarios.errors import Flaw
from scenarios.resolved import Label
from sim.engines import DEFAULT_ENGINE, ENGINES, Engine

State = Literal["queued", "running", "succeeded", "failed", "cancelled"]
Kind = Literal["run", "compare", "sweep", "optimise", "resilience", "why", "forecast"]
"""Of an order: a run, or an experiment of some kind."""
ExperimentKind = Literal["compare", "sweep", "optimise", "resilience", "why", "forecast"]
ENDED: tuple[State, ...] = ("succeeded", "failed", "cancelled")
SEED_LIMIT = 1 << 64


class Wire(BaseModel):
    """An answer: fields as declared, nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# ---- texts and problems -------------------------------------------------------------------------------


class Text(Wire):
    """A text for people, in both languages."""

    vi: str
    en: str


class ProblemItem(Wire):
    """One thing that is wrong, or doubtful."""

    place: str = Field(description="dotted path in the scenario or the request; `header …` for a header")
    value: str = Field(description="what stands there, cut when long")
    message: Text
    remedy: Text
    line: int | None = Field(None, description="line of the text that was sent, from 1")
    column: int | None = Field(None, description="column, from 1")


class Problem(Wire):
    """RFC 9457 problem details. `title` and `detail` follow `Accept-Language`."""

    type: str = Field(description="urn:cuakhau:problem:<code>")
    title: str
    status: int
    detail: str
    instance: str
    problems: list[ProblemItem]


# ---- orders -------------------------------------------------------------------------------------------


def _name_or_object(value: Any) -> Any:
    if isinstance(value, str | dict):
        return value
    raise Flaw(
        value,
        Label(vi="không phải tên hay nội dung kịch bản", en="is neither a name nor a written scenario"),
        ORDER_FIELDS["scenario"],
    )


WrittenOrNamed = Annotated[str | dict[str, Any], BeforeValidator(_name_or_object)]

ORDER_FIELDS = {
    "scenario": Label(
        vi="hãy viết tên một kịch bản của thư viện, hoặc cả kịch bản như một đối tượng JSON",
        en="write the name of a library scenario, or a whole scenario as a JSON object",
    ),
    "seed": Label(
        vi="hãy viết số nguyên từ 0 đến 2^64 − 1, hoặc bỏ trống để máy chọn",
        en="write a whole number from 0 to 2^64 − 1, or leave it out to have one drawn",
    ),
    "replications": Label(vi="hãy viết số nguyên từ 1 trở lên", en="write a whole number from 1 up"),
    "overrides": Label(
        vi='hãy viết một đối tượng như {"resources.officers.capacity": 6}',
        en='write an object such as {"resources.officers.capacity": 6}',
    ),
    "engine": Label(vi=f"hãy chọn: {', '.join(ENGINES)}", en=f"choose one of: {', '.join(ENGINES)}"),
    "records": Label(vi="hãy viết true hoặc false", en="write true or false"),
    "fresh": Label(vi="hãy viết true hoặc false", en="write true or false"),
}
"""The fields of a run order, each with what to write in it."""

CHECK_FIELDS = {name: ORDER_FIELDS[name] for name in ("scenario", "overrides")}
"""The fields of a check order."""

SESSION_FIELDS = {name: ORDER_FIELDS[name] for name in ("scenario", "overrides", "seed")} | {
    "replication": Label(vi="hãy viết số nguyên từ 0", en="write a whole number from 0 up"),
    "at": Label(vi="hãy viết số mili giây", en="write a number of milliseconds"),
}
"""The fields of an order for a live session."""

ACT_FIELDS = {
    "do": Label(
        vi="hãy chọn: play, pause, step, seek, intervene", en="choose: play, pause, step, seek, intervene"
    ),
    "speed": Label(vi="hãy viết số từ 0 đến 86400", en="write a number from 0 to 86400"),
    "step": Label(vi="hãy chọn: event, interesting, minute", en="choose: event, interesting, minute"),
    "to": Label(
        vi="hãy viết số mili giây kể từ đầu cửa sổ", en="write milliseconds after the start of the window"
    ),
    "forget": Label(vi="hãy viết true hoặc false", en="write true or false"),
    "what": Label(
        vi="hãy chọn: capacity, scheduled, platform, slow, demand",
        en="choose: capacity, scheduled, platform, slow, demand",
    ),
    "target": Label(
        vi="hãy viết tên tài nguyên, nền tảng, bước hoặc luồng",
        en="write the name of a resource, platform, step or flow",
    ),
    "value": Label(vi="hãy viết số nguyên từ 0", en="write a whole number from 0 up"),
}
"""The fields of an act in a live session."""


class CheckOrder(BaseModel):
    """A scenario to check without running it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    scenario: WrittenOrNamed = Field(description="name of a library scenario, or a written scenario")
    overrides: dict[str, Any] = Field(default_factory=dict, description="dotted path → value")


class WrittenScenario(BaseModel):
    """A scenario in the scenario language; `GET /v1/scenarios:schema` says what may stand in it."""

    model_config = ConfigDict(extra="allow")


class RunOrder(CheckOrder):
    """A run to do."""

    seed: int | None = Field(None, ge=0, lt=SEED_LIMIT, description="left out: one is drawn and recorded")
    replications: int = Field(10, ge=1, description="independent repetitions")
    engine: Engine = Field(DEFAULT_ENGINE, description="what simulates")
    records: bool = Field(False, description="keep every visit of every entity, as Parquet files")
    fresh: bool = Field(False, description="simulate again although an equal order has an answer already")


# ---- scenarios ----------------------------------------------------------------------------------------


class ScenarioItem(Wire):
    """A scenario of the library."""

    name: str
    title: Text
    question: Text
    version: int | None = Field(None, description="of a stored scenario; null: of the library")


class ScenarioList(Wire):
    """The library, by name."""

    scenarios: list[ScenarioItem]


class Counts(Wire):
    """How much there is of each kind of thing in a scenario."""

    agencies: int
    resources: int
    zones: int
    platforms: int
    steps: int
    flows: int
    disruptions: int


class ParameterItem(Wire):
    """A number of the scenario with its pedigree."""

    path: str = Field(description="dotted, as in `overrides`")
    value: str = Field(description="as written, with its unit")
    source: str = Field(
        description="key of the scenario's sources, `assumption`, or `override`: changed here"
    )
    range: tuple[str, str] | None
    owner: str | None = Field(description="the agency that could tell")
    instead: ParameterItem | None = Field(None, description="what an override put it in place of")


class ScenarioCard(ScenarioItem):
    """A scenario, with what a client needs before it orders a run."""

    hash: str = Field(description="SHA-256 of the resolved form, hexadecimal")
    expected_entities: int = Field(description="entities that one replication is expected to simulate")
    counts: Counts
    parameters: list[ParameterItem]
    warnings: list[ProblemItem]


class PlanArea(Wire):
    """Ground that others stand on."""

    label: Text
    at: tuple[int, int, int, int] = Field(description="left, top, width, height")
    kind: Literal["yard", "land", "road"]
    zone: str | None = Field(description="the zone whose places it shows")


class PlanStation(Wire):
    """Where steps are done."""

    label: Text
    at: tuple[int, int, int, int] = Field(description="left, top, width, height")
    steps: list[str] = Field(description="who is at one of these is drawn here")
    line: list[tuple[int, int]] | None = Field(
        description="along it they wait, from the head of the queue on"
    )


class PlanRoad(Wire):
    """What trucks are seen on between stations."""

    label: Text | None
    along: list[tuple[int, int]]
    lanes: int
    direction: Literal["export", "import", "both"]


class GatePlan(Wire):
    """A drawing of a gate, for the eye alone; coordinates from its upper left corner."""

    width: int
    height: int
    border: int = Field(description="how far to the right the border is")
    areas: dict[str, PlanArea]
    roads: list[PlanRoad]
    stations: dict[str, PlanStation]


class Drawn(Wire):
    """The plan of a scenario, if there is one."""

    name: str
    plan: GatePlan | None


class Version(Wire):
    """A version of a stored scenario."""

    version: int
    hash: str
    created: datetime


class VersionList(Wire):
    """The versions of a stored scenario, the latest first."""

    name: str
    versions: list[Version]


class DifferenceItem(Wire):
    """A place where two scenarios say different things; null where one says nothing."""

    path: str = Field(description="dotted, in the resolved form")
    a: Any
    b: Any


class Differences(Wire):
    """Where two scenarios differ."""

    a: str
    b: str
    differences: list[DifferenceItem]


class Checked(Wire):
    """A scenario that can be run."""

    name: str
    hash: str
    expected_entities: int
    warnings: list[ProblemItem]


# ---- runs ---------------------------------------------------------------------------------------------


class RunProgress(Wire):
    """How far a run or an experiment is."""

    done: float = Field(
        ge=0,
        le=1,
        description="share of the simulated time of all replications; of an experiment of its parts",
    )
    entities: int = Field(description="simulated so far, since it was taken up")
    entities_per_s: float
    remaining_s: float | None = Field(description="estimate; null while nothing is known")
    finished: int = Field(0, description="replications that are done; of a sweep places")
    planned: int = Field(0, description="of how many, as far as is known; with a wanted precision it moves")
    points_done: int | None = Field(
        None, description="while a verdict is tried over the ranges of the assumptions: points that are done"
    )
    points_planned: int | None = Field(None, description="of how many; null before and without that")


class Ticket(Wire):
    """A run or an experiment: what was ordered, and how it stands."""

    id: str
    kind: Kind = "run"
    name: str = Field("", description="of an experiment, as its order calls it")
    state: State
    scenario: str = Field(description="name; of an experiment that of its base")
    seed: int
    replications: int = Field(
        description="of an experiment with a wanted precision at the most, until it ends"
    )
    engine: str
    overrides: dict[str, Any] = Field(description="dotted path → value; of an experiment those of all sides")
    named: bool = Field(description="an unchanged library scenario; only those are shown on /metrics")
    created: datetime
    started: datetime | None
    finished: datetime | None
    progress: RunProgress
    digest: list[str] = Field(
        description="one per replication of a run that has succeeded; an experiment has them in its answer"
    )
    problems: list[ProblemItem] = Field(description="why it failed")


class RunList(Wire):
    """Runs, the newest first."""

    runs: list[Ticket]


class Estimate(Wire):
    """A KPI over the replications. Times in seconds, shares as ratios, counts as numbers."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str
    unit: str
    labels: dict[str, str]
    n: int = Field(description="replications that have a value")
    mean: float | None
    half_width: float | None = Field(
        description="of the interval of the mean; null with fewer than two values"
    )
    level: float
    p10: float | None = Field(description="day-to-day spread")
    p90: float | None


class Timing(Wire):
    """What all replications took together [s of their own clocks], and how much they did."""

    setup_s: float
    engine_s: float
    entities: int
    visits: int
    events: int


class Kpis(Wire):
    """The answer of a run, without its curves and tables."""

    id: str
    scenario: str
    seed: int
    replications: int
    engine: str
    digest: list[str]
    timing: Timing
    provenance: dict[str, Any] = Field(description="what it takes to repeat it; the source of each number")
    kpis: list[Estimate]
    published: list[dict[str, Any]] = Field(description="published figures beside the simulated ones")
    expected: list[dict[str, Any]] = Field(
        description="bands that the scenario states beside simulated means"
    )
    deadlock: list[dict[str, Any]] = Field(description="replications in which entities block each other")
    warnings: list[ProblemItem]


class StoredFile(Wire):
    """A file of a run."""

    name: str
    bytes: int
    sha256: str


class RunFiles(Wire):
    """What is stored of a run."""

    id: str
    result_version: int = Field(description="what the figures mean; those of two versions are not compared")
    current: bool = Field(description="whether that is the result version of this program")
    files: list[StoredFile]


class Indicator(Wire):
    """What a figure is called, means and is measured in."""

    name: str = Field(description="as it stands in answers")
    unit: str
    better: Literal["lower", "higher", "neither"]
    label: Text
    meaning: Text
    source: str


class IndicatorList(Wire):
    """Every figure that a run can give."""

    indicators: list[Indicator]


class StudyTable(Wire):
    """The Time Release Study of an average day [s]."""

    id: str
    trs: list[dict[str, Any]]


class Curves(Wire):
    """Levels over the run: mean and day-to-day spread at each time."""

    id: str
    series: list[dict[str, Any]]


class RecordPage(Wire):
    """Rows of a record, as `cuakhau export` writes them; times are local, with their offset."""

    id: str
    table: str
    replication: int
    after: int = Field(description="the row of the record that these begin at")
    columns: list[str]
    rows: list[list[Any]]


class StorySpan(Wire):
    """A part of a story: from when, for how long, and why."""

    since: str = Field(description="local date and time")
    ms: int
    kind: str = Field(description="cause, as of `cuakhau why`: `busy`, `closed`, `served` …")
    step: str = Field(description='where; "" before the run')
    of: list[str] = Field(description="the pools, platforms, zone, stock or flow that it is about")
    told: Text = Field(description="the cause in words")


class StoryItem(Wire):
    """An entity's time, to the millisecond: the parts add up to it."""

    which: Literal["typical", "slow", "slowest", "asked"]
    address: str
    kind: dict[str, str] = Field(description="flow, and the categories that it has")
    ms: int
    outcome: str
    parts: list[StorySpan]


class RunStories(Wire):
    """Stories of a replication: a typical stay, a long one (P95), the longest, and who was asked for."""

    id: str
    replication: int
    stories: list[StoryItem]
    names: dict[str, Text] = Field(description="`step.x`, `resource.y` …: what they are called")


class EntityItem(Wire):
    """One of those who came in the window of a replication."""

    address: str
    kind: dict[str, str] = Field(description="flow, and the categories that it has")
    ms: int = Field(description="how long it stayed, or has stayed when the run ended")
    outcome: str


class EntityPage(Wire):
    """Who came in the window of a replication, the longest stay first."""

    id: str
    replication: int
    count: int = Field(description="of all that fit what is sought")
    after: int
    entities: list[EntityItem]


class Bars(Wire):
    """How many are between each two edges."""

    value: str | None = Field(description="of the attribute; null: all")
    counts: list[int]


class Histogram(Wire):
    """How long those stayed who crossed, or reached their end, in the window of one replication."""

    id: str
    replication: int
    unit: Literal["h"]
    by: str | None
    edges: list[float] = Field(description="one more than there are bars; none where nobody crossed")
    bars: list[Bars]


# ---- experiments --------------------------------------------------------------------------------------


class ExperimentOrder(BaseModel):
    """An experiment to do: its kind, and the description as a file of a design has it, in JSON.

    `GET /v1/experiments:schema` says all that may stand in each kind.
    """

    model_config = ConfigDict(extra="allow")

    kind: ExperimentKind
    base: str | dict[str, Any] = Field(
        "",
        description="name of a scenario of the library or of a stored one, or a whole scenario; never a path",
    )
    design: str = Field(
        "", description="instead of all else: a design of the library; what else is said changes it"
    )
    seed: int | None = Field(None, description="left out: one is drawn and recorded")
    fresh: bool = Field(False, description="do it again although an equal order has an answer already")


class ExperimentList(Wire):
    """Experiments, the newest first."""

    experiments: list[Ticket]


class Sheet(Wire):
    """A table in words, with sentences below; without columns, only these."""

    title: str
    heads: list[str]
    rows: list[list[str]]
    notes: list[str]


class Told(Wire):
    """The answer of an experiment in one language, as its report and `cuakhau` tell it."""

    title: str
    question: str = Field(description="as its design asks it; else empty")
    sentences: list[str] = Field(description="the answer, the most telling first")
    how: list[str] = Field(description="what the figures are")
    warnings: list[str]
    sheets: list[Sheet] = Field(description="of a comparison none: its tables are its answer")


class DesignItem(Wire):
    """An experiment of the library that can be ordered by its name."""

    name: str
    kind: ExperimentKind
    base: str
    title: Label | None
    question: Label | None


class DesignList(Wire):
    """The experiments of the library."""

    designs: list[DesignItem]


class Guess(Wire):
    """A figure as it is estimated, named as its indicator; null where it is withheld."""

    name: str
    unit: str
    labels: dict[str, str]
    value: float | None
    low: float | None = Field(description="of the band in which the simulated mean is expected")
    high: float | None


class Missing(Wire):
    """Something that an estimate leaves out, or because of which there is none."""

    what: str
    where: str
    told: Text


class EstimateTold(Wire):
    """The main figures of a scenario, without a simulation."""

    scenario: str
    scenario_hash: str
    kind: Literal["plain", "rough", "none"] = Field(
        description="plain: all of the scenario is in it; rough: nearly all; none: there is no estimate"
    )
    level: float = Field(description="with which probability the simulated means are in the bands")
    load: float | None = Field(description="work of the busiest pool ÷ what it can do")
    figures: list[Guess]
    missing: list[Missing]
    package_version: str


# ---- live sessions


class SessionOrder(CheckOrder):
    """A live session to begin."""

    seed: int | None = Field(None, ge=0, lt=SEED_LIMIT, description="left out: one is drawn and told")
    replication: int = Field(0, ge=0, lt=1_000_000, description="which repetition of the seed")
    at: int | None = Field(
        None, ge=-(1 << 40), le=1 << 40, description="where to begin [ms after the start of the window]"
    )


class Act(BaseModel):
    """Something done in a live session."""

    model_config = ConfigDict(extra="forbid", strict=True)

    do: Literal["play", "pause", "step", "seek", "intervene"]
    speed: float | None = Field(None, gt=0, le=86_400, description="play: simulated seconds a second")
    step: Literal["event", "interesting", "minute"] = Field("event", description="step: how far")
    to: int | None = Field(None, ge=-(1 << 40), le=1 << 40, description="seek: where to [ms]")
    forget: bool = Field(False, description="seek: drop what was set at that instant or later")
    what: Literal["capacity", "scheduled", "platform", "slow", "demand"] | None = Field(
        None, description="intervene"
    )
    target: str | None = Field(
        None, description="intervene: a resource, platform, step or flow", max_length=200
    )
    value: int | None = Field(None, ge=0, le=1_000_000, description="intervene: units, or per mille")


class Intervention(Wire):
    """What was set by hand: a row of the timetable."""

    time: int = Field(description="[ms after the start of the window]")
    what: str
    target: str
    value: int


class SessionState(Wire):
    """A live session and where it stands."""

    id: str
    scenario: str
    hash: str
    seed: int
    replication: int
    created: datetime
    begin: int = Field(description="first instant [ms after the start of the window]")
    end: int
    at: int = Field(description="the first instant that has not begun [ms]")
    clock: datetime = Field(description="that instant by the calendar")
    speed: float = Field(description="simulated seconds a second")
    plays: bool
    over: bool
    given: list[Intervention] = Field(description="what happens whoever decides what")
    interventions: list[Intervention]


class SessionList(Wire):
    """Live sessions, the newest first."""

    sessions: list[SessionState]


class SessionSnapshot(Wire):
    """The whole state of a live session; what numbers stand for is in `names`."""

    session: SessionState
    names: dict[str, list[str]]
    phases: list[str]
    state: dict[str, Any] = Field(description="`visits`: [entity, step, phase, since]; by number: the rest")


class Happened(Wire):
    """Something that happened."""

    time: int
    kind: str
    what: str
    entity: int | None
    interesting: bool
    told: Text


class Acted(Wire):
    """What an act has led to."""

    session: SessionState
    happened: list[Happened]


class EffectOf(Wire):
    """What the decisions of a session have done so far, against the same run without them."""

    at: int
    entities: int = Field(description="that came in both")
    left_with: int
    left_without: int
    saved_s: float = Field(description="time inside of all together; negative: lost")
    won: int = Field(description="entities that were inside for a shorter time")
    lost: int
    times: list[int] = Field(description="instants of the curves [ms]")
    inside_with: list[int] = Field(description="of the entities that came in both: how many are inside")
    inside_without: list[int]


class PastVisit(Wire):
    """A visit that is over [ms]; `started` is null of who was not served."""

    step: str
    joined: int
    started: int | None
    left: int


class PastOf(Wire):
    """What an entity of a session has behind it."""

    entity: int
    visits: list[PastVisit]


class Replay(Wire):
    """The identity of a session run to its end: that of a run told of its interventions beforehand."""

    digest: str
    interventions: list[Intervention]


class Health(Wire):
    """That the service lives."""

    status: Literal["ok"]
    version: str
    queued: int
    running: int


class Ready(Wire):
    """That the service can work."""

    status: Literal["ready"]


def kpis_of(run: str, document: dict[str, Any]) -> Kpis:
    """The answer of a run without its curves and tables."""
    return Kpis.model_validate({"id": run} | {k: document[k] for k in Kpis.model_fields if k != "id"})


# ---- from what the program holds ----------------------------------------------------------------------


def story(told: Any, words: Callable[[Any], Label]) -> StoryItem:
    """A story of `why_stories`, as it goes over the wire; `words` tells a cause."""
    parts = [
        StorySpan(since=of.since, ms=of.ms, kind=of.kind, step=of.step, of=list(of.of), told=text(words(of)))
        for of in told.parts
    ]
    return StoryItem(
        which=told.which, address=told.address, kind=told.kind, ms=told.ms, outcome=told.outcome, parts=parts
    )


def text(label: Label) -> Text:
    """A label as it goes over the wire."""
    return Text(vi=label.vi, en=label.en)


def problem_item(problem: errors.Problem) -> ProblemItem:
    """A problem as it goes over the wire."""
    return ProblemItem(
        place=problem.place,
        value=problem.value,
        message=text(problem.message),
        remedy=text(problem.remedy),
        line=problem.line,
        column=problem.column,
    )


def parameter(given: resolved.Parameter) -> ParameterItem:
    """A number with its pedigree, as it goes over the wire."""
    return ParameterItem(
        path=given.path, value=given.value, source=given.source, range=given.range, owner=given.owner,
        instead=parameter(given.instead) if given.instead else None,
    )  # fmt: skip
