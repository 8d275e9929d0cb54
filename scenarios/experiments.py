"""The description of an experiment: what is compared with what, on what, and how well it is to be known.

A file of `scenarios/designs/` or of a planner's own (docs/reference/designs.md). Read here into plain frozen
data; the scenarios it names are loaded by whoever runs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from scenarios.decisions import (
    MOST_DECISIONS,
    Cost,
    Wanted,
    WrittenDecision,
    WrittenObjective,
    WrittenTarget,
    price,
)
from scenarios.errors import Flaw, ScenarioError, suggestion
from scenarios.quantities import Count, Duration, Share, Written
from scenarios.resolved import Label
from scenarios.schema_errors import read_as
from scenarios.sweeps import MOST_FACTORS, MOST_POINTS, Factor, Method, WrittenFactor
from scenarios.wanted import Outcome, Precision, parse_margin, parse_outcome, parse_precision
from scenarios.words import Name, Text
from scenarios.yaml import LARGEST, read

FOLDER = "designs"

MOST_VARIANTS = 50
MOST_REPLICATIONS = 100_000

FIRST_LOOK = 10
"""Replications before the precision is looked at for the first time, and between two looks."""


class OrText:
    """What is written as a mapping may be one text: that under this key."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __get_pydantic_core_schema__(self, kind: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(written: Any) -> Any:
            return {self.key: written} if isinstance(written, str) else written

        return core_schema.no_info_before_validator_function(read, handler(kind))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(core)]}


class WrittenOutcome(Written):
    """A figure to be compared."""

    kpi: str
    """Indicator and part: `cohort_dwell_mean{direction=export}`."""
    margin: Annotated[
        float | None, BeforeValidator(parse_margin), WithJsonSchema({"type": ["string", "number"]})
    ] = None
    """A difference that does not matter: `5 min`, `1 %`, `3`."""

    @model_validator(mode="after")
    def _can_be_read(self) -> WrittenOutcome:
        parse_outcome(self.kpi)
        return self

    def outcome(self) -> Outcome:
        """As plain data."""
        found = parse_outcome(self.kpi)
        return Outcome(found.name, found.labels, self.margin)


class WrittenVariant(Written):
    """What is compared with the base."""

    label: Text | None = None
    """For people; else its name."""
    scenario: str | None = None
    """Another scenario: a name of the library, or a file; else the base."""
    overrides: dict[str, Any] = Field(default_factory=dict)
    """Dotted path → value."""

    @model_validator(mode="after")
    def _differs(self) -> WrittenVariant:
        if self.scenario is None and not self.overrides:
            raise Flaw(
                None,
                Label(vi="không đổi gì so với cơ sở", en="changes nothing of the base"),
                Label(vi="hãy thêm 'overrides:' hoặc 'scenario:'", en="add 'overrides:' or 'scenario:'"),
            )
        return self


class WrittenPrecision(Written):
    """How well the first outcome is to be known."""

    within: str
    """Half-width: `5 min` of the difference, or `5 %` of each variant's own mean."""
    at_most: Annotated[Count, Field(ge=FIRST_LOOK, le=MOST_REPLICATIONS)] = 500
    """Replications, at the most."""

    @model_validator(mode="after")
    def _can_be_read(self) -> WrittenPrecision:
        parse_precision(self.within, self.at_most)
        return self


class WrittenDesign(Written):
    """A whole experiment."""

    name: Name
    """Letters, digits, dashes; the file's name."""
    title: Text | None = None
    """What it is called."""
    question: Text | None = None
    """What it answers."""
    base: str
    """What is compared with: a name of the library, or a file."""
    overrides: dict[str, Any] = Field(default_factory=dict)
    """Dotted path → value, in the base and every variant."""
    variants: Annotated[dict[Name, WrittenVariant], Field(max_length=MOST_VARIANTS)] = Field(
        default_factory=dict
    )
    """Name → what is different; or `factors`."""
    factors: Annotated[dict[Name, WrittenFactor], Field(max_length=MOST_FACTORS)] = Field(
        default_factory=dict
    )
    """Name → a number that is varied; instead of `variants`."""
    sweep: Method | None = None
    """How the factors are varied."""
    points: Annotated[Count, Field(ge=2, le=MOST_POINTS)] | None = None
    """How many places, or trajectories (morris); of decisions, how many combinations are tried."""
    decisions: Annotated[dict[Name, WrittenDecision], Field(max_length=MOST_DECISIONS)] = Field(
        default_factory=dict
    )
    """Name → what may be decided; instead of `variants`."""
    targets: tuple[Annotated[WrittenTarget, OrText("target")], ...] = ()
    """What must be kept, whatever is decided."""
    objective: WrittenObjective = Field(default_factory=WrittenObjective)
    """What is made least."""
    missed: Cost | None = None
    """What one offending entity that passes costs: without it nobody decides who is inspected."""
    outcomes: tuple[Annotated[WrittenOutcome, OrText("kpi")], ...] = ()
    """The first one is what the experiment is about."""
    replications: Annotated[Count, Field(ge=1, le=MOST_REPLICATIONS)] | None = None
    """How many; or `precision`."""
    precision: WrittenPrecision | None = None
    """How well the first outcome is to be known; or `replications`."""
    window: Duration | None = None
    """Another window than the base's."""
    drain: Duration | None = None
    """How long after the window those who came in it may take to leave."""
    ranges: Annotated[Count, Field(ge=5, le=1000)] | None = None
    """Points at which the verdict is tried over the ranges of the assumptions."""
    seed: Annotated[int, Field(ge=0, lt=1 << 64)] | None = None
    """Of chance; drawn and recorded when left out."""
    engine: Literal["compiled", "reference"] = "compiled"
    """Which engine."""
    level: Share = 0.95
    """Of all intervals."""

    @model_validator(mode="after")
    def _is_whole(self) -> WrittenDesign:
        if "base" in self.variants:
            raise Flaw(
                "base",
                Label(
                    vi="có phương án tên 'base', tên của cơ sở",
                    en="has a variant called 'base', as the base is",
                ),
                Label(vi="hãy đặt tên khác cho phương án", en="give the variant another name"),
            )
        if sum(map(bool, (self.variants, self.factors, self.decisions))) != 1:
            raise Flaw(
                None,
                Label(
                    vi="phải có đúng một trong 'variants', 'factors', 'decisions'",
                    en="needs one of 'variants', 'factors', 'decisions', and not two",
                ),
                Label(vi="hãy nêu một trong ba", en="write one of the three"),
            )
        if not self.decisions and (self.targets or self.missed or "objective" in self.model_fields_set):
            raise Flaw(
                None,
                Label(
                    vi="có 'targets', 'objective' hoặc 'missed' mà không có 'decisions'",
                    en="has 'targets', 'objective' or 'missed' without 'decisions'",
                ),
                Label(vi="hãy nêu 'decisions'", en="write 'decisions' with them"),
            )
        if not self.variants and (self.precision or self.ranges):
            kind = "factors" if self.factors else "decisions"
            raise Flaw(
                None,
                Label(
                    vi=f"có '{kind}' cùng 'precision' hoặc 'ranges'",
                    en=f"has '{kind}' with 'precision' or 'ranges'",
                ),
                Label(vi="hãy nêu 'replications', bỏ hai từ kia", en="write 'replications' instead"),
            )
        if self.replications is not None and self.precision is not None:
            raise Flaw(
                self.replications,
                Label(
                    vi="nêu cả 'replications' lẫn 'precision'", en="has both 'replications' and 'precision'"
                ),
                Label(vi="hãy giữ một trong hai", en="keep one of the two"),
            )
        if not 0.5 <= self.level < 1:
            raise Flaw(
                self.level,
                Label(vi="có 'level' ngoài 50 % … 99,9 %", en="has a 'level' outside of 50 % … 99.9 %"),
                Label(vi="hãy viết như 'level: 95 %'", en="write it as 'level: 95 %'"),
            )
        return self


@dataclass(frozen=True, slots=True)
class Variant:
    """One side of a comparison, as it was asked for; `scenario` None: the base's."""

    name: str
    label: Label
    scenario: str | None = None
    overrides: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """An experiment: the base, what is compared with it, and how.

    folder : beside which its scenario files are looked for · drain : None: as long as usual · texts :
    scenarios by their names; with them there are these and the library's, and no files
    """

    name: str
    base: str
    variants: tuple[Variant, ...]
    title: Label | None = None
    question: Label | None = None
    overrides: Mapping[str, Any] | None = None
    outcomes: tuple[Outcome, ...] = ()
    replications: int | None = None
    precision: Precision | None = None
    window: int | None = None  # [ms]
    drain: int | None = None  # [ms]
    ranges: int | None = None
    seed: int | None = None
    engine: str = "compiled"
    level: float = 0.95
    folder: Path | None = None
    factors: tuple[Factor, ...] = ()
    sweep: Method | None = None
    points: int | None = None
    wanted: Wanted | None = None
    texts: Mapping[str, str] | None = None


# ---- where designs lie ------------------------------------------------------------------------------------


def names() -> tuple[str, ...]:
    """The designs of the library."""
    found = (item.name for item in files("scenarios").joinpath(FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def written(name: str) -> dict[str, Any]:
    """A design of the library as it is written, as plain data."""
    data: dict[str, Any] = read(files("scenarios").joinpath(FOLDER, f"{name}.yaml").read_bytes()).data
    return data


def is_design(name_or_path: str) -> bool:
    """Whether this is a design: by its name, or a file that has variants, factors or decisions."""
    if name_or_path in names():
        return True
    try:
        data = read(_bytes(Path(name_or_path))).data
    except (ScenarioError, OSError, ValueError):
        return False
    return (
        isinstance(data, dict)
        and "base" in data
        and not {"variants", "factors", "decisions"}.isdisjoint(data)
    )


def load_design(name_or_path: str) -> Design:
    """A design of the library by its name, or of a file.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    if name_or_path in names():
        return read_design(files("scenarios").joinpath(FOLDER, f"{name_or_path}.yaml").read_bytes())
    try:
        text = _bytes(Path(name_or_path))
    except (OSError, ValueError):
        flaw = Flaw(
            name_or_path,
            Label(
                vi=f"là '{name_or_path}', không phải một thí nghiệm có sẵn hay một tệp ở đây",
                en=f"is '{name_or_path}', which is neither a design of the library nor a file here",
            ),
            suggestion(name_or_path, names()),
        )
        raise ScenarioError([flaw.at("design")]) from None
    try:
        return read_design(text, Path(name_or_path).resolve().parent)
    except ScenarioError as error:
        raise ScenarioError(error.problems, error.file or name_or_path) from None


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(LARGEST + 1)


def read_design(text: str | bytes, folder: Path | None = None) -> Design:
    """A design from its text.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    written, _ = read_as(WrittenDesign, text)
    return _plain(written, folder)


def _plain(written: WrittenDesign, folder: Path | None) -> Design:
    beside = partial(_beside, folder)
    precision = written.precision
    return Design(
        name=written.name,
        base=beside(written.base),
        variants=tuple(_variant(name, of, folder) for name, of in written.variants.items()),
        title=written.title.label() if written.title else None,
        question=written.question.label() if written.question else None,
        overrides=written.overrides,
        outcomes=tuple(each.outcome() for each in written.outcomes),
        replications=written.replications,
        precision=parse_precision(precision.within, precision.at_most) if precision else None,
        window=written.window,
        drain=written.drain,
        ranges=written.ranges,
        seed=written.seed,
        engine=written.engine,
        level=written.level,
        folder=folder,
        factors=tuple(of.factor(name) for name, of in written.factors.items()),
        sweep=written.sweep,
        points=written.points,
        wanted=_wanted(written) if written.decisions else None,
    )


def _wanted(written: WrittenDesign) -> Wanted:
    return Wanted(
        decisions=tuple(of.decision(name) for name, of in written.decisions.items()),
        targets=tuple(of.plain() for of in written.targets),
        objective=written.objective.plain(),
        missed=price(written.missed) if written.missed else None,
    )


def _variant(name: str, written: WrittenVariant, folder: Path | None) -> Variant:
    label = written.label.label() if written.label else Label(name, name)
    scenario = None if written.scenario is None else _beside(folder, written.scenario)
    return Variant(name, label, scenario, written.overrides)


def _beside(folder: Path | None, name: str) -> str:
    """A scenario's name, or its file as it is found from the design's own folder."""
    path = folder / name if folder is not None else None
    return str(path) if path is not None and path.is_file() else name
