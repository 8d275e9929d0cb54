"""From the route of a flow to the step that follows each step (docs/reference/language.md, "Routes").

A route is laid out list by list: the flow's own, then each detour and each branch that hangs on it. Within
a list every step follows on to the next one; the last of a detour comes back to what follows its choice, the
last of a branch ends the branch. A step of the list that a choice lies in is jumped to; others are a detour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scenarios.errors import Flaw
from scenarios.findings import Findings
from scenarios.paths import Path, dotted
from scenarios.resolved import Label
from scenarios.schema_steps import (
    AnyStep,
    ChooseStep,
    EndStep,
    FreeStep,
    MessageStep,
    ParallelStep,
    PlaceStep,
    TakeStep,
    VisitStep,
)
from scenarios.trees import Values, category

Steps = Mapping[str, AnyStep]

Branch = tuple[str, int]
"""A branch of a parallel part: the parallel step, and which of its branches."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the entities of one flow go."""

    first: str
    next: dict[str, str | None]
    options: dict[str, dict[str, str | None]]
    branch_of: dict[str, Branch]  # of the steps that lie in a branch


def lay_out(flow: str, route: Sequence[str], steps: Steps, values: Values, findings: Findings) -> Way:
    """The way of one flow; what does not fit is noted."""
    layout = _Layout(flow, steps, values, findings)
    layout.lay(route, None, ("flows", flow, "route"), None)
    while layout.later:
        layout.reach(*layout.later.pop(0))
    return Way(route[0], layout.next, layout.options, layout.branch_of)


@dataclass(slots=True)
class _Layout:
    """A way in the making."""

    flow: str
    steps: Steps
    values: Values
    findings: Findings
    next: dict[str, str | None] = field(default_factory=dict)
    options: dict[str, dict[str, str | None]] = field(default_factory=dict)
    branch_of: dict[str, Branch] = field(default_factory=dict)
    told: dict[str, Path] = field(default_factory=dict)  # the place of the file that laid a step
    around: list[Sequence[str]] = field(
        default_factory=list
    )  # the lists that are being laid, outermost first
    later: list[tuple[str, Path, Branch | None]] = field(default_factory=list)  # steps that are gone to

    def lay(self, names: Sequence[str], after: str | None, path: Path, branch: Branch | None) -> None:
        """Lay out a list of steps; `after` follows the last one."""
        self.around.append(names)
        fitting = [self.belongs(name, branch, (*path, i)) for i, name in enumerate(names)]
        for i, name in enumerate(names):
            following = names[i + 1] if i + 1 < len(names) else self.own_next(name) or after
            if fitting[i]:
                self.follow(name, following, (*path, i), branch)
        self.around.pop()

    def belongs(self, name: str, branch: Branch | None, path: Path) -> bool:
        """Whether a step lies where it already lies: in one branch, or in none."""
        if name in self.told and self.branch_of.get(name) != branch:
            self.findings.flaw(path, _two_places(name, self.told[name]))
            return False
        self.told.setdefault(name, path)
        if branch is not None:
            self.branch_of[name] = branch
        return True

    def follow(self, name: str, then: str | None, path: Path, branch: Branch | None) -> None:
        """Note what follows a step, and lay out what hangs on it."""
        step = self.steps[name]
        following = None if isinstance(step, EndStep) else then
        if name in self.next:
            if self.next[name] != following:
                self.findings.flaw(
                    path, _two_ways(name, self.flow, self.next[name], following, self.told[name])
                )
            return
        self.next[name], self.told[name] = following, path
        if branch is not None and isinstance(step, EndStep):
            self.findings.flaw(path, _end_in_branch(name))
        if following is not None:
            self.later.append(
                (following, path if following in self.told else ("steps", name, "next"), branch)
            )
        self.hang(name, step, following, branch)

    def hang(self, name: str, step: AnyStep, following: str | None, branch: Branch | None) -> None:
        """Lay out the options, branches and escapes of a step."""
        if isinstance(step, ChooseStep):
            self.options[name] = self.choice(name, step, following, branch)
        elif isinstance(step, ParallelStep):
            for i, names in enumerate(step.branches):
                self.lay(names, None, ("steps", name, "branches", i), (name, i))
        if isinstance(step, PlaceStep):
            self.escapes(name, step, branch)
        elif isinstance(step, MessageStep) and step.failed_to is not None:
            self.later.append((step.failed_to, ("steps", name, "failed_to"), branch))

    def choice(
        self, name: str, step: ChooseStep, after: str | None, branch: Branch | None
    ) -> dict[str, str | None]:
        """Where each option of a choice goes; by attribute, an option for each of its values."""
        going = {
            option: self.option(names, after, ("steps", name, "options", option), branch)
            for option, names in step.options.items()
        }
        if step.by is None:
            return going
        with self.findings.at("steps", name, "by"):
            return self.by_value(name, category(step.by, self.values), going)
        return {}

    def option(
        self, names: Sequence[str], after: str | None, path: Path, branch: Branch | None
    ) -> str | None:
        """`next`, a jump, or a detour (whose last step may be jumped to)."""
        if tuple(names) == ("next",):
            return after
        if "next" in names:
            self.findings.flaw(path, _next_in_list())
        elif not any(names[-1] in listed for listed in self.around):
            self.lay(names, after, path, branch)
        else:
            self.lay(names[:-1], names[-1], path, branch)
            self.later.append((names[-1], path, branch))
        return names[0]

    def by_value(self, name: str, own: Sequence[str], going: dict[str, str | None]) -> dict[str, str | None]:
        """Options by attribute: `other` covers the values not named."""
        lacking = [value for value in own if value not in going and "other" not in going]
        if lacking:
            self.findings.flaw(("steps", name, "options"), _no_option(lacking, self.flow))
        return {value: going.get(value, going.get("other")) for value in own}

    def escapes(self, name: str, step: PlaceStep, branch: Branch | None) -> None:
        """Where an entity goes that finds no place, loses patience or does not join."""
        if step.full_to is not None:
            self.later.append((step.full_to, ("steps", name, "full_to"), branch))
        if isinstance(step, TakeStep) and step.short_to is not None:
            self.later.append((step.short_to, ("steps", name, "short_to"), branch))
        if step.patience is not None and step.patience.to is not None:
            self.later.append((step.patience.to, ("steps", name, "patience", "to"), branch))
        if step.balk is not None and step.balk.to is not None:
            self.later.append((step.balk.to, ("steps", name, "balk", "to"), branch))

    def reach(self, name: str, path: Path, branch: Branch | None) -> None:
        """Go to a step: laid out already, or to be laid out here by its own `next`."""
        if name in self.told:
            self.belongs(name, branch, path)
            return
        own = self.own_next(name)
        if own is None and not isinstance(self.steps[name], EndStep):
            self.findings.flaw(path, _nowhere(name, self.flow))
            self.told[name] = path
            return
        self.belongs(name, branch, path)
        self.follow(name, own, path, branch)

    def own_next(self, name: str) -> str | None:
        """What a step itself says of what follows."""
        step = self.steps[name]
        return step.next if isinstance(step, VisitStep | FreeStep) else None


def _two_ways(name: str, flow: str, one: str | None, other: str | None, told: Path) -> Flaw:
    there = dotted(told)
    return Flaw(
        name,
        Label(vi=f"cho '{name}' đi tiếp tới {_vi(other)}, nhưng {there} đã cho nó đi tới {_vi(one)}",
              en=f"lets '{name}' go on to {_en(other)}, but {there} lets it go on to {_en(one)}"),
        Label(vi=f"trong luồng '{flow}' mỗi bước chỉ có một bước theo sau: hãy viết thêm một bước thứ hai",
              en=f"in the flow '{flow}' each step follows on to one step: write a second step"),
    )  # fmt: skip


def _vi(step: str | None) -> str:
    return "chỗ kết thúc" if step is None else f"'{step}'"


def _en(step: str | None) -> str:
    return "the end" if step is None else f"'{step}'"


def _two_places(name: str, told: Path) -> Flaw:
    there = dotted(told)
    return Flaw(
        name,
        Label(vi=f"dẫn tới '{name}', nhưng {there} đã đặt nó ở nhánh khác hoặc ngoài nhánh",
              en=f"goes to '{name}', which {there} has put in another branch, or outside of the branches"),
        Label(vi="các nhánh song song không chung bước nào: hãy viết thêm một bước thứ hai",
              en="branches of a parallel part share no step: write a second step"),
    )  # fmt: skip


def _end_in_branch(name: str) -> Flaw:
    return Flaw(
        name,
        Label(vi=f"đặt bước kết thúc '{name}' trong một nhánh song song",
              en=f"puts the end '{name}' in a branch of a parallel part"),
        Label(vi="nhánh tự kết thúc ở bước cuối của nó: hãy đặt bước kết thúc sau phần song song",
              en="a branch ends with its last step: put the end after the parallel part"),
    )  # fmt: skip


def _next_in_list() -> Flaw:
    return Flaw(
        "next",
        Label(vi="có 'next' trong một danh sách", en="has 'next' in a list"),
        Label(
            vi="hãy bỏ 'next': đường vòng tự quay về", en="leave 'next' out: a detour comes back by itself"
        ),
    )


def _no_option(lacking: Sequence[str], flow: str) -> Flaw:
    listed = ", ".join(f"'{value}'" for value in lacking)
    return Flaw(
        listed,
        Label(vi=f"không có lựa chọn cho {listed} của luồng '{flow}'",
              en=f"has no option for {listed} of the flow '{flow}'"),
        Label(vi=f"hãy thêm '{lacking[0]}: next' hoặc 'other: next'",
              en=f"add '{lacking[0]}: next' or 'other: next'"),
    )  # fmt: skip


def _nowhere(name: str, flow: str) -> Flaw:
    return Flaw(
        name,
        Label(vi=f"dẫn tới '{name}', mà luồng '{flow}' không cho biết đi tiếp tới đâu",
              en=f"goes to '{name}', and nothing tells where the flow '{flow}' goes on from there"),
        Label(vi=f"hãy thêm 'next: …' vào bước '{name}', hoặc đặt nó vào route",
              en=f"add 'next: …' to the step '{name}', or put it in the route"),
    )  # fmt: skip
