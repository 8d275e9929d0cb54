"""From the written to the resolved form: flows and steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as Folder
from typing import Any

from scenarios import resolved, schema, states
from scenarios.appointments import resolve_appointments
from scenarios.arrivals import resolve_arrivals
from scenarios.attributes import Values, attributes, backlog_attributes, values_everywhere, values_of
from scenarios.axis import TimeAxis
from scenarios.errors import suggestion
from scenarios.facilities import GAP, check_room, label_of
from scenarios.findings import Findings
from scenarios.gathers import resolve_gather, ride, with_rides
from scenarios.messages import resolve_message, with_messages
from scenarios.paths import Path
from scenarios.resolved import RIDE, Label, Tree
from scenarios.routes import Way, lay_out
from scenarios.schema_flows import Flow
from scenarios.schema_steps import (
    AllOf,
    AnyOf,
    AnyStep,
    ChooseStep,
    EndStep,
    FreeStep,
    GatherStep,
    HoldStep,
    JoinStep,
    MessageStep,
    ParallelStep,
    PlaceStep,
    PutStep,
    SendStep,
    Shares,
    TakeStep,
    TimedStep,
    Units,
    VisitStep,
    WorkStep,
)
from scenarios.sending import resolve_join, resolve_send
from scenarios.trees import Trees


@dataclass(frozen=True, slots=True)
class Ground:
    """What flows and steps are resolved on."""

    written: schema.Scenario
    axis: TimeAxis
    trees: Trees
    folder: Folder | None  # where lists of arrivals are looked for; None: nowhere

    @property
    def findings(self) -> Findings:
        """Where problems are noted."""
        return self.trees.findings


def ways(ground: Ground) -> dict[str, Way]:
    """The way of each flow."""
    written = ground.written
    laid = {
        name: lay_out(name, flow.route, written.steps, values_of(flow), ground.findings)
        for name, flow in written.flows.items()
    }
    return {name: with_messages(with_rides(way, written.steps), written.steps) for name, way in laid.items()}


def flows(ground: Ground, laid: Mapping[str, Way]) -> dict[str, resolved.Flow]:
    """Kinds of entity."""
    return {name: _flow(name, flow, laid[name], ground) for name, flow in ground.written.flows.items()}


def _flow(name: str, flow: Flow, way: Way, ground: Ground) -> resolved.Flow:
    path: Path = ("flows", name)
    values = values_of(flow)
    return resolved.Flow(
        label=label_of(flow.label, name),
        arrivals=_arrivals(name, flow, values, ground),
        first=way.first,
        next=way.next,
        options=way.options,
        attributes=attributes(name, flow, ground.trees, values_everywhere(ground.written.flows)),
        priority=0
        if flow.priority is None
        else ground.trees.count(flow.priority, (*path, "priority"), values),
        backlog=_backlog(name, flow, values, ground),
        count_unit=flow.count_unit or ground.written.count_unit,
    )


def _arrivals(name: str, flow: Flow, values: Values, ground: Ground) -> resolved.Arrivals:
    if flow.arrivals is not None:
        with ground.findings.at("flows", name, "arrivals"):
            arrivals = resolve_arrivals(flow.arrivals, ground.axis, GAP, values, ground.folder)
            if flow.arrivals.appointments is None:
                return arrivals
            path = ("flows", name, "arrivals", "appointments")
            booked = resolve_appointments(flow.arrivals.appointments, path, ground.trees)
            return replace(arrivals, appointments=booked)
    return resolved.Arrivals("none")


def _backlog(name: str, flow: Flow, values: Values, ground: Ground) -> resolved.Backlog | None:
    if flow.backlog is None:
        return None
    path: Path = ("flows", name, "backlog")
    return resolved.Backlog(
        count=flow.backlog.count.value,
        at=flow.backlog.at,
        age=ground.trees.time(flow.backlog.age, (*path, "age"), values),
        attributes=backlog_attributes(name, flow, ground.trees),
    )


def steps(
    ground: Ground, laid: Mapping[str, Way], platforms: Mapping[str, resolved.Platform]
) -> dict[str, resolved.Step]:
    """Stations of the process."""
    made = {}
    for name, step in ground.written.steps.items():
        users = {flow: ground.written.flows[flow] for flow, way in laid.items() if name in way.next}
        values = _common_values(users)
        made[name] = _Step(name, step, values, bool(users), ground).resolve()
        gather = made[name].gather
        if gather is not None and gather.carrier is not None:
            made[f"{name}{RIDE}"] = ride(made[name])
        if isinstance(step, MessageStep):
            platform = platforms[step.platform]
            made |= resolve_message(name, step, made[name], values, bool(users), platform, ground.trees)
    return made


def _common_values(users: Mapping[str, Flow]) -> Values:
    """Attributes that every flow of a step has, with the values of all of them."""
    values: Values = {}
    own = [values_of(flow) for flow in users.values()]
    for attribute in own[0] if own else ():
        if all(attribute in other for other in own):
            values[attribute] = _union([other[attribute] for other in own])
    return values


def _union(parts: list[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    if any(part is None for part in parts):
        return None
    return tuple(dict.fromkeys(value for part in parts for value in part or ()))


@dataclass(frozen=True, slots=True)
class _Step:
    """One step on its way to the resolved form."""

    name: str
    written: AnyStep
    values: Values
    used: bool
    ground: Ground

    def resolve(self) -> resolved.Step:
        """The step with everything that its kind may say."""
        step = self.written
        kept: dict[str, Any] = {}
        for kind, part in (
            (VisitStep, self.visit),
            (PlaceStep, self.place),
            (TimedStep, self.timed),
            (WorkStep, self.work),
            (HoldStep, self.hold),
            (ChooseStep, self.choose),
            (TakeStep, self.take),
            (PutStep, self.put),
            (GatherStep, self.gather),
        ):
            kept |= part() if isinstance(step, kind) else {}
        if isinstance(step, ParallelStep):
            kept["branches"] = tuple(branch[0] for branch in step.branches)
        if isinstance(step, EndStep):
            kept["outcome"] = step.outcome
        if isinstance(step, FreeStep):
            kept["frees"] = step.free
        if isinstance(step, SendStep):
            kept["errand"] = resolve_send(
                self.name, step, self.amount(step.count, "count"), self.ground.findings
            )
        if isinstance(step, JoinStep):
            kept["errand"] = resolve_join(step)
        told: Any = "wait" if isinstance(step, MessageStep) else step.kind  # type: ignore[attr-defined]  # all have it
        return resolved.Step(label_of(step.label, self.name), told, agency=step.agency, **kept)

    def visit(self) -> dict[str, Any]:
        """What steps say that take time."""
        step = self.written
        assert isinstance(step, VisitStep)
        return {
            "purpose": step.purpose,
            "milestones": step.milestone,
            "zone": step.zone,
            "priority": self.tree(step.priority, "priority", counts=True),
        }

    def place(self) -> dict[str, Any]:
        """What steps say that have a door and a queue of their own."""
        step = self.written
        assert isinstance(step, PlaceStep)
        if step.room is not None:
            check_room(step.room.value, ("steps", self.name, "room"), self.ground.findings)
        patience = step.patience
        return {
            "room": None if step.room is None else step.room.value,
            "full_to": step.full_to,
            "patience": self.tree(patience and patience.time, "patience", "time"),
            "patience_to": patience and patience.to,
            "balking": states.balking(step.balk, ("steps", self.name, "balk"), self.ground.findings),
        }

    def timed(self) -> dict[str, Any]:
        """What steps say that have a duration."""
        step = self.written
        assert isinstance(step, TimedStep)
        if step.fallback is not None and not step.platform:
            self.without_platform()
        return {
            "time": self.tree(step.time, "time"),
            "platforms": step.platform,
            "fallback": self.tree(step.fallback and step.fallback.time, "fallback", "time"),
            "on_outage": step.on_outage,
        }

    def work(self) -> dict[str, Any]:
        """What work says."""
        step = self.written
        assert isinstance(step, WorkStep)
        on_preempt = None if step.on_preempt == "resume" else step.on_preempt
        return {
            "needs": _all_needs(step.resources),
            "while_blocked": step.while_blocked,
            "on_preempt": on_preempt,
            "reserve": step.reserve,
        }

    def hold(self) -> dict[str, Any]:
        """What holding says."""
        step = self.written
        assert isinstance(step, HoldStep)
        return {"needs": _all_needs(step.resources), "reserve": step.reserve}

    def choose(self) -> dict[str, Any]:
        """What choices say."""
        step = self.written
        assert isinstance(step, ChooseStep)
        said = [word for word in ("by", "shares", "shortest", "when") if getattr(step, word)]
        if len(said) != 1:
            self.one_way_to_choose(said)
        self.check_labels(step)
        labels = {option: text.label() for option, text in step.labels.items()}
        if step.by is not None:
            self.check_options(step, self.values.get(step.by) or ())
        if step.shares is not None:
            return {"shares": self.shares(step), "option_labels": labels}
        return {
            "by": step.by,
            "option_labels": labels,
            "shortest": step.shortest,
            "when": self.when(step) if step.when else {},
        }

    def when(self, step: ChooseStep) -> dict[str, tuple[resolved.Condition, ...]]:
        """What the options of a choice by the state of the run go by."""
        states.check_choice_by_state(self.name, step, self.ground.findings)
        return {
            option: states.conditions(
                written,
                ("steps", self.name, "when", option),
                self.ground.written.steps,
                self.ground.findings,
            )
            for option, written in step.when.items()
        }

    def gather(self) -> dict[str, Any]:
        """What steps say that gather."""
        step = self.written
        assert isinstance(step, GatherStep)
        needs = tuple(one for need in step.resources or () for one in _needs(need))
        values = self.values if self.used else {step.weigh: None} if step.weigh else {}
        gather = resolve_gather(self.name, step, values, self.ground.findings)
        return {"needs": needs, "gather": gather}

    def take(self) -> dict[str, Any]:
        """What steps say that take from a stock."""
        step = self.written
        assert isinstance(step, TakeStep)
        if step.partial and step.short_to is not None:
            self.short_twice(step.short_to)
        return {"partial": step.partial, "short_to": step.short_to} | self.put()

    def put(self) -> dict[str, Any]:
        """What steps say that change a stock."""
        step = self.written
        assert isinstance(step, TakeStep | PutStep)
        return {"stock": step.stock, "amount": self.amount(step.amount, "amount")}

    def amount(self, written: Any, word: str) -> Tree:
        """A number or an attribute, or a choice of them; nothing for a step that nobody visits."""
        return (
            self.ground.trees.amount(written, ("steps", self.name, word), self.values) if self.used else None
        )

    def short_twice(self, to: str) -> None:
        """Less, or elsewhere?"""
        self.ground.findings.wrong(
            ("steps", self.name, "short_to"), to,
            Label(vi="đứng cạnh 'partial': có bao nhiêu lấy bấy nhiêu thì không ai bị từ chối",
                  en="stands beside 'partial': who takes what there is, is never refused"),
            Label(vi="hãy chỉ giữ một trong hai", en="keep one of the two"),
        )  # fmt: skip

    def shares(self, step: ChooseStep) -> Tree:
        """The mixes of a choice by shares."""

        def leaf(written: Shares, path: Path) -> str | None:
            shares = {option: stated.value for option, stated in written.shares.items()}
            self.check_shared_options(shares, step, path)
            return self.ground.trees.mix(shares, path)

        path = ("steps", self.name, "shares")
        return self.ground.trees.tree(step.shares, path, self.values, leaf) if self.used else None

    def tree(self, written: Any, *place: str, counts: bool = False) -> Tree:
        """A choice by attribute; nothing for a step that nobody visits and for what is not written."""
        if written is None or not self.used:
            return None
        make = self.ground.trees.count if counts else self.ground.trees.time
        return make(written, ("steps", self.name, *place), self.values)

    def one_way_to_choose(self, said: Sequence[str]) -> None:
        """By an attribute, by shares or by the state of the run."""
        both = Label(" lẫn ".join(f"'{word}'" for word in said), " and ".join(f"'{word}'" for word in said))
        self.ground.findings.wrong(
            ("steps", self.name), ", ".join(said),
            Label(vi=f"có cả {both.vi}" if said else "không cho biết chọn theo gì",
                  en=f"has both {both.en}" if said else "does not say what it chooses by"),
            Label(vi="hãy viết một trong 'by: <thuộc tính>', 'shares: {a: 30 %, b: 70 %}', 'shortest: true', "
                     "'when: {a: {queue: …, above: 20}}'",
                  en="write one of 'by: <attribute>', 'shares: {a: 30 %, b: 70 %}', 'shortest: true', "
                     "'when: {a: {queue: …, above: 20}}'"),
        )  # fmt: skip

    def check_options(self, step: ChooseStep, own: tuple[str, ...]) -> None:
        """Every option is a value of the attribute."""
        for option in step.options:
            if option not in own and option != "other" and own:
                said = Label(vi=f"không phải là giá trị của '{step.by}'", en=f"is not a value of '{step.by}'")
                path = ("steps", self.name, "options", option)
                self.ground.findings.wrong(path, option, said, suggestion(option, [*own, "other"]))

    def check_shared_options(self, shares: Mapping[str, float], step: ChooseStep, path: Path) -> None:
        """Every share is an option."""
        for option in shares:
            if option not in step.options:
                said = Label(vi="không có trong 'options'", en="is not one of the 'options'")
                self.ground.findings.wrong(
                    (*path, option), option, said, suggestion(option, list(step.options))
                )

    def check_labels(self, step: ChooseStep) -> None:
        """Every label is one of an option."""
        for option in step.labels:
            if option not in step.options:
                said = Label(vi="không có trong 'options'", en="is not one of the 'options'")
                path = ("steps", self.name, "labels", option)
                self.ground.findings.wrong(path, option, said, suggestion(option, list(step.options)))

    def without_platform(self) -> None:
        """A fallback from what?"""
        self.ground.findings.wrong(
            ("steps", self.name, "fallback"), None,
            Label(vi="thay cho nền tảng nào, khi bước không dựa vào nền tảng nào",
                  en="stands for no platform"),
            Label(vi="hãy thêm 'platform: …' hoặc bỏ 'fallback'",
                  en="add 'platform: …', or leave 'fallback' out"),
        )  # fmt: skip


def _all_needs(written: tuple[str | Units | AnyOf | AllOf, ...]) -> tuple[resolved.Need, ...]:
    return tuple(one for need in written for one in _needs(need))


def _needs(written: str | Units | AnyOf | AllOf) -> list[resolved.Need]:
    """What a written need asks for at one instant."""
    if isinstance(written, AllOf):
        return [one for need in written.all_of for one in _needs(need)]
    if isinstance(written, AnyOf):
        return [resolved.Need(tuple(pool for item in written.any_of for pool in _pools(item)))]
    return [resolved.Need((pool,)) for pool in _pools(written)]


def _pools(written: str | Units) -> list[tuple[str, int]]:
    if isinstance(written, str):
        return [(written, 1)]
    return [(name, stated.value) for name, stated in written.units.items()]
