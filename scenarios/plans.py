"""The plan of a gate: where on a drawing of 940 × 420 its yards, roads and stations lie.

`scenarios/library/plans/NAME.yaml` is for the eye alone: no run and no digest knows of it. It is held
against its scenario, so that everybody in a run can be shown: each step in which somebody may stay stands in
one station, each zone is one area. A scenario that is based on another has that one's plan, if it fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import combinations
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from scenarios import library
from scenarios.errors import Flaw, ScenarioError, suggestion
from scenarios.files import opened
from scenarios.findings import Findings
from scenarios.paths import Path
from scenarios.quantities import Written
from scenarios.resolved import Label, Resolved
from scenarios.schema_errors import read_as
from scenarios.words import Name, Text
from scenarios.yaml import read

WIDTH, HEIGHT = 940, 420
"""The drawing; a plan's numbers are its units, from the upper left corner."""

FOLDER = ("library", "plans")

SEEN = frozenset({"work", "wait", "hold", "take", "gather", "ride", "send", "join"})
"""Kinds of steps in which somebody may stay; the others are passed at once (of a parallel part: branches)."""

X = Annotated[int, Field(ge=0, le=WIDTH)]
Y = Annotated[int, Field(ge=0, le=HEIGHT)]
Point = tuple[X, Y]
Box = tuple[X, Y, Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
"""Left, top, width, height."""


class Place(Written):
    """Something that covers a part of the drawing."""

    label: Text | None = None
    """For people; else that of the zone, or of its only step."""
    at: Box
    """Left, top, width, height."""

    @model_validator(mode="after")
    def _lies_on_the_drawing(self) -> Place:
        left, top, width, height = self.at
        if left + width > WIDTH or top + height > HEIGHT:
            raise Flaw(list(self.at), *_OUTSIDE)
        return self


class Area(Place):
    """Ground that others stand on: a yard, the land behind the border."""

    kind: Literal["yard", "land", "road"] = "yard"
    """What it is drawn as."""
    zone: Name | None = None
    """The zone whose places it shows."""


class Station(Place):
    """Where steps are done: a desk, a scanner, a barrier, a place to wait."""

    steps: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Who is at one of these is drawn here."""
    line: Annotated[tuple[Point, ...], Field(min_length=2)] | None = None
    """Along it they wait, from the head of the queue on; else to its left."""


class Road(Written):
    """What trucks are seen on between stations."""

    label: Text | None = None
    """For people."""
    along: Annotated[tuple[Point, ...], Field(min_length=2)]
    """Its middle, as one drives."""
    lanes: Annotated[int, Field(ge=1, le=20)] = 1
    """How many are drawn side by side."""
    direction: Literal["export", "import", "both"] = "both"
    """Who drives on it."""


class WrittenPlan(Written):
    """The file of a plan."""

    scenario: Name
    """Whose it is; the file's name."""
    border: Annotated[int, Field(ge=1, le=WIDTH - 1)]
    """How far to the right the border is; beyond it is the other side."""
    areas: dict[Name, Area] = Field(default_factory=dict)
    """Ground."""
    roads: tuple[Road, ...] = ()
    """Roads."""
    stations: Annotated[dict[Name, Station], Field(min_length=1)]
    """Places where something is done."""


_OUTSIDE = (
    Label(vi=f"ra ngoài hình {WIDTH} × {HEIGHT}", en=f"reaches beyond the drawing of {WIDTH} × {HEIGHT}"),
    Label(vi="hãy viết [trái, trên, rộng, cao], trái + rộng và trên + cao không quá khổ hình",
          en="write [left, top, width, height], left + width and top + height within the drawing"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that fits a scenario: everything has its label.

    labels : of areas and stations, by their names
    """

    written: WrittenPlan
    labels: dict[str, Label]

    def station_of(self, step: str) -> str:
        """Where somebody at this step is drawn."""
        return next(name for name, station in self.written.stations.items() if step in station.steps)

    def told(self) -> dict[str, Any]:
        """For whoever draws it."""
        drawn = self.written.model_dump(mode="json", exclude={"scenario"})
        for section in ("areas", "stations"):
            for name, place in drawn[section].items():
                label = self.labels[name]
                place["label"] = {"vi": label.vi, "en": label.en}
        return {"width": WIDTH, "height": HEIGHT, **drawn}


def names() -> tuple[str, ...]:
    """The scenarios with a plan of their own."""
    found = (item.name for item in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def plan_of(loaded: library.Loaded) -> Plan | None:
    """The plan of a scenario: its own; else that of what it is based on, if it fits; else none.

    Raises
    ------
    ScenarioError
        If its own plan is wrong, with everything that is wrong with it.
    """
    own, *bases = _lineage(loaded)
    if own in names():
        return read_plan(_text(own), loaded.resolved)
    for base in bases:
        if base in names():
            try:
                return read_plan(_text(base), loaded.resolved)
            except ScenarioError:
                return None
    return None


def read_plan(text: str | bytes, scenario: Resolved) -> Plan:
    """A plan from its text, held against its scenario.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    written, findings = read_as(WrittenPlan, text)
    _Held(written, scenario, findings).all()
    findings.raise_if_any()
    return Plan(written, dict(_labels(written, scenario)))


def _folder() -> Any:
    return files("scenarios").joinpath(*FOLDER)


def _text(name: str) -> bytes:
    text: bytes = _folder().joinpath(f"{name}.yaml").read_bytes()
    return text


def _lineage(loaded: library.Loaded) -> Iterator[str]:
    """A scenario's name and those of its bases in the library, the nearest first."""
    yield loaded.resolved.name
    base = _base(loaded.text)
    while base in library.names():
        yield base
        with opened(base) as origin:
            base = _base(origin.text)


def _base(text: str | bytes) -> str:
    data = read(text).data
    base = data.get("based_on") if isinstance(data, dict) else None
    return str(base or "")


def _labels(plan: WrittenPlan, scenario: Resolved) -> Iterator[tuple[str, Label]]:
    for name, area in plan.areas.items():
        if area.label is not None or area.zone is not None:
            yield name, area.label.label() if area.label else scenario.zones[area.zone or ""].label
    for name, station in plan.stations.items():
        yield name, station.label.label() if station.label else scenario.steps[station.steps[0]].label


# ---- a plan against its scenario ----


def stayed_in(scenario: Resolved) -> list[str]:
    """The steps in which somebody may stay; of a message that which was written, not each of its tries."""
    return [
        name
        for name, step in scenario.steps.items()
        if step.kind in SEEN and (step.message is None or step.message.of == name)
    ]


class _Held:
    """Held against the scenario: every problem is noted."""

    def __init__(self, plan: WrittenPlan, scenario: Resolved, findings: Findings) -> None:
        self.plan, self.scenario, self.findings = plan, scenario, findings

    def all(self) -> None:
        """Everything that can be wrong."""
        mentioned: list[tuple[Path, str]] = [
            (("stations", name, "steps", i), step)
            for name, station in self.plan.stations.items()
            for i, step in enumerate(station.steps)
        ]
        self._each_once("steps", mentioned, stayed_in(self.scenario), self.scenario.steps)
        zones: list[tuple[Path, str]] = [
            (("areas", name, "zone"), a.zone) for name, a in self.plan.areas.items() if a.zone is not None
        ]
        self._each_once("zones", zones, list(self.scenario.zones), self.scenario.zones)
        self._names_apart()
        self._labelled()
        self._apart()

    def _each_once(
        self, section: str, mentioned: list[tuple[Path, str]], wanted: list[str], known: Mapping[str, Any]
    ) -> None:
        seen: set[str] = set()
        for path, name in mentioned:
            if name not in known:
                self.findings.wrong(path, name, _unknown(name, section), suggestion(name, list(known)))
            elif name in seen:
                self.findings.wrong(path, name, _again(name, section), _ONCE)
            seen.add(name)
        missing = [name for name in wanted if name not in seen]
        if missing:
            place = "stations" if section == "steps" else "areas"
            self.findings.wrong((place,), ", ".join(missing), *_missing(section, missing))

    def _names_apart(self) -> None:
        for name in self.plan.areas.keys() & self.plan.stations.keys():
            self.findings.wrong(("stations", name), name, *_SAME_NAME)

    def _labelled(self) -> None:
        for name, area in self.plan.areas.items():
            if area.kind == "yard" and area.label is None and area.zone is None:
                self.findings.wrong(("areas", name), name, *_NO_LABEL)
        for name, station in self.plan.stations.items():
            if station.label is None and len(station.steps) > 1:
                self.findings.wrong(("stations", name), name, *_NO_LABEL)

    def _apart(self) -> None:
        for (name, one), (other, two) in combinations(self.plan.stations.items(), 2):
            if _overlap(one.at, two.at):
                said = Label(vi=f"đè lên trạm '{other}'", en=f"lies on the station '{other}'")
                self.findings.wrong(("stations", name, "at"), list(one.at), said, _MOVE)


def _overlap(one: Iterable[int], two: Iterable[int]) -> bool:
    (left, top, width, height), (x, y, w, h) = one, two
    return left < x + w and x < left + width and top < y + h and y < top + height


_A = {"steps": Label(vi="bước", en="step"), "zones": Label(vi="khu vực", en="zone")}


def _unknown(name: str, section: str) -> Label:
    what = _A[section]
    return Label(
        vi=f"đặt '{name}', kịch bản không có {what.vi} này",
        en=f"places '{name}', which is not a {what.en} of the scenario",
    )


def _again(name: str, section: str) -> Label:
    what = _A[section]
    return Label(vi=f"đặt {what.vi} '{name}' lần nữa", en=f"places the {what.en} '{name}' again")


def _missing(section: str, missing: list[str]) -> tuple[Label, Label]:
    what, listed = _A[section], ", ".join(missing)
    where = Label(vi="một trạm", en="a station") if section == "steps" else Label(vi="một vùng", en="an area")
    return (
        Label(vi=f"chưa đặt {what.vi}: {listed}", en=f"does not place the {what.en}: {listed}"),
        Label(vi=f"hãy thêm vào {where.vi}", en=f"add it to {where.en}"),
    )


_ONCE = Label(
    vi="mỗi thứ chỉ đặt một chỗ; hãy bỏ một trong hai", en="each stands in one place; leave one out"
)
_MOVE = Label(vi="hãy dời hoặc thu nhỏ một trong hai", en="move one of them, or make it smaller")
_SAME_NAME = (
    Label(vi="trùng tên với một vùng", en="has the name of an area"),
    Label(vi="hãy đặt tên khác", en="give it another name"),
)
_NO_LABEL = (
    Label(vi="không có nhãn", en="has no label"),
    Label(vi="hãy thêm 'label: {vi: …, en: …}'", en="add 'label: {vi: …, en: …}'"),
)
