"""A situation as it is now: who stands where, with what, since when, what is shut; a scenario begins with it.

Each group that waits becomes the opening backlog of its flow; where a flow has several, the others come in
flows of the same way and attributes that bring nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from scenarios import library
from scenarios.errors import Flaw, ScenarioError, suggestion
from scenarios.findings import Findings
from scenarios.quantities import Duration, LocalTime, Written
from scenarios.resolved import Label, Resolved
from scenarios.schema_errors import read_as
from scenarios.units import format_duration, parse_duration
from scenarios.words import Name


@dataclass(frozen=True, slots=True)
class Group:
    """Some who wait. age : how long ago they came [ms] · attributes : what is known of them"""

    flow: str
    at: str
    count: int
    age: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known now.

    now : local date and time; None: the start of the scenario · waiting : everybody who is there; None: as
    the scenario begins · shut : `resources.x`, `platforms.x` → for how long from now on [ms] · overrides :
    what else is otherwise than in the scenario
    """

    now: str | None = None
    waiting: tuple[Group, ...] | None = None
    shut: Mapping[str, int] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)


# ---- as it is written ----------------------------------------------------------------------------------


class WrittenGroup(Written):
    """Some who wait."""

    flow: Name
    at: Name
    """The step they wait in."""
    count: Annotated[int, Field(ge=0)]
    age: Duration = 0
    """How long ago they came."""
    attributes: dict[Name, str] = Field(default_factory=dict)


class WrittenSituation(Written):
    """A situation as a file says it."""

    now: LocalTime | None = None
    waiting: tuple[WrittenGroup, ...] | None = None
    shut: dict[str, Duration] = Field(default_factory=dict)
    overrides: dict[str, Any] = Field(default_factory=dict)


def read_situation(text: str | bytes) -> Situation:
    """A situation from its text.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    written, _ = read_as(WrittenSituation, text)
    return plain(written)


def plain(written: WrittenSituation) -> Situation:
    """A written situation as plain data."""
    waiting = None if written.waiting is None else tuple(map(_group, written.waiting))
    now = None if written.now is None else str(written.now)
    return Situation(now, waiting, written.shut, written.overrides)


def _group(written: WrittenGroup) -> Group:
    return Group(written.flow, written.at, written.count, written.age, written.attributes)


def parse_group(text: str) -> Group:
    """A group as it is typed: `FLOW@STEP=COUNT[;age=3 h][;goods=fruit]`.

    Raises
    ------
    Flaw
        If it is not so.
    """
    head, *rest = (part.strip() for part in text.split(";"))
    place, _, count = head.partition("=")
    flow, _, step = place.partition("@")
    said = dict(part.partition("=")[::2] for part in rest if part)
    if not (flow.strip() and step.strip() and count.strip().isdigit() and all(said.values())):
        raise Flaw(
            text,
            Label(vi="không có dạng LUỒNG@BƯỚC=SỐ", en="is not FLOW@STEP=COUNT"),
            Label(
                vi="hãy viết như 'truck@papers=40;age=3 h;goods=fruit'",
                en="write it as in 'truck@papers=40;age=3 h;goods=fruit'",
            ),
        )
    age = parse_duration(said.pop("age")) if "age" in said else 0
    return Group(flow.strip(), step.strip(), int(count), age, {k.strip(): v.strip() for k, v in said.items()})


def parse_shut(text: str) -> tuple[str, int]:
    """What is shut as it is typed: `resources.scanners=6 h`.

    Raises
    ------
    Flaw
        If it is not so.
    """
    name, _, lasts = text.partition("=")
    if name.partition(".")[0] not in ("resources", "platforms") or not lasts:
        raise Flaw(
            text,
            Label(vi="không có dạng resources.TÊN=BAO LÂU", en="is not resources.NAME=HOW LONG"),
            Label(
                vi="hãy viết như 'resources.scanners=6 h' hay 'platforms.vnaccs=2 h'",
                en="write it as in 'resources.scanners=6 h' or 'platforms.vnaccs=2 h'",
            ),
        )
    return name.strip(), parse_duration(lasts.strip())


# ---- put into a scenario --------------------------------------------------------------------------------


def begun(
    written: Mapping[str, Any],
    situation: Situation,
    horizon: int,
    changes: Mapping[str, Any],
    folder: Path | None = None,
) -> Resolved:
    """A scenario that begins with a situation and goes on for so long [ms], with overrides on top.

    Raises
    ------
    ScenarioError
        With everything that does not fit.
    """
    from scenarios.resolve import resolve

    data = deepcopy(dict(written))
    data |= {"window": format_duration(horizon), "until": "window"}
    data.pop("at_most", None)
    if situation.now is not None:
        data["start"] = situation.now
    if situation.waiting is not None:
        data.pop("lead_in", None)
        _put_groups(data, situation.waiting)
    _shut(data, situation)
    findings = Findings()
    data = library.varied(data, {**situation.overrides, **changes}, findings)
    return resolve(data, findings, folder, cut_short=True)  # what opens later may start later


def _put_groups(data: dict[str, Any], waiting: tuple[Group, ...]) -> None:
    """The groups instead of the scenario's own backlog."""
    flows: dict[str, Any] = data["flows"]
    own = {name: dict(flow) for name, flow in flows.items()}
    for flow in flows.values():
        flow.pop("backlog", None)
    unknown = Label(vi="không phải một luồng", en="is not a flow")
    problems = [
        Flaw(each.flow, unknown, suggestion(each.flow, list(own))).at(f"waiting[{number}].flow")
        for number, each in enumerate(waiting)
        if each.flow not in own
    ]
    if problems:
        raise ScenarioError(problems)
    copies: dict[str, list[str]] = {}
    for group in waiting:
        name = _flow_for(group, flows, own, copies)
        flows[name]["backlog"] = {
            "count": group.count,
            "at": group.at,
            "age": format_duration(group.age),
            "attributes": dict(group.attributes),
        }
    _name_copies({key: value for key, value in data.items() if key != "flows"}, copies)


def _flow_for(group: Group, flows: dict[str, Any], own: dict[str, Any], copies: dict[str, list[str]]) -> str:
    """The flow itself for its first group, a copy that brings nobody for each other."""
    if "backlog" not in flows[group.flow]:
        return group.flow
    made = copies.setdefault(group.flow, [])
    name = copy_name(group.flow, len(made) + 1)
    made.append(name)
    flows[name] = deepcopy(own[group.flow])
    for key in ("arrivals", "backlog"):
        flows[name].pop(key, None)
    flows[name].setdefault("label", {"vi": group.flow, "en": group.flow})
    return name


def copy_name(flow: str, number: int) -> str:
    """What the flow of a further group is called."""
    return f"{flow}_now{number}"


def _name_copies(data: Any, copies: Mapping[str, list[str]]) -> None:
    """Whoever names a flow means those who were there too."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in ("flows", "inside") and isinstance(value, str | list):
                named = [value] if isinstance(value, str) else value
                data[key] = [each for name in named for each in (name, *copies.get(name, ()))]
            else:
                _name_copies(value, copies)
    elif isinstance(data, list):
        for value in data:
            _name_copies(value, copies)


def _shut(data: dict[str, Any], situation: Situation) -> None:
    disruptions = dict(data.get("disruptions") or {})
    for number, (name, lasts) in enumerate(situation.shut.items(), 1):
        kind, _, thing = name.partition(".")
        does: dict[str, Any] = {"down": True} if kind == "platforms" else {"factor": "0 %"}
        disruptions[f"shut_{number}"] = {
            "label": {"vi": f"{thing} đang ngừng", "en": f"{thing} is shut"},
            "on": name,
            "at": [{"start": data["start"], "lasts": format_duration(lasts)}],
            **does,
        }
    if disruptions:
        data["disruptions"] = disruptions
