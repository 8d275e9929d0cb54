"""What depends on an attribute: written `by:` mappings become choices with one case for each value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenarios.distributions import tabulate
from scenarios.errors import Flaw, suggestion
from scenarios.findings import Findings
from scenarios.paths import Path, dotted
from scenarios.resolved import CERTAIN, By, Label, Mix, Table, Tree
from scenarios.words import Cases

Values = Mapping[str, tuple[str, ...] | None]
"""Attribute → its values in the order of the file; None: a number."""

Leaf = Callable[[Any, Path], int | str | None]
"""Resolves what stands at the end of a choice."""


@dataclass(slots=True)
class Trees:
    """Makes trees, and keeps the tables and mixes that their leaves name by their place in the file."""

    findings: Findings
    tables: dict[str, Table] = field(default_factory=dict)
    mixes: dict[str, Mix] = field(default_factory=dict)

    def tree(self, written: Any, path: Path, values: Values, leaf: Leaf) -> Tree:
        """A leaf, or a choice by attribute with all its cases."""
        if not isinstance(written, Cases):
            return leaf(written, path)
        with self.findings.at(*path, "by"):
            return self._choice(written, path, values, leaf)
        return None

    def _choice(self, written: Cases, path: Path, values: Values, leaf: Leaf) -> By:
        own = category(written.by, values)
        made = {case: self.tree(inner, (*path, case), values, leaf) for case, inner in written.cases.items()}
        for case in made:
            if case not in own and case != "other":
                self.findings.wrong((*path, case), case, *not_a_value(case, written.by, own))
        lacking = [value for value in own if value not in made and "other" not in made]
        if lacking:
            self.findings.wrong(path, ", ".join(lacking), *_lacks(lacking))
        return By(written.by, {value: made.get(value, made.get("other")) for value in own})

    def time(self, written: Any, path: Path, values: Values) -> Tree:
        """Leaves are names of tables [ms]."""
        return self.tree(written, path, values, self.table)

    def table(self, written: Any, path: Path) -> str | None:
        """Keep the table of one distribution, under the name of its place."""
        with self.findings.at(*path):
            self.tables[dotted(path)] = tabulate(written)
            return dotted(path)
        return None

    def constant(self, value: int, path: Path) -> str:
        """Keep a table that always gives one value, under the name of its place."""
        self.tables[dotted(path)] = (value,)
        return dotted(path)

    def count(self, written: Any, path: Path, values: Values) -> Tree:
        """Leaves are whole numbers."""
        return self.tree(written, path, values, lambda stated, _: int(stated.value))

    def amount(self, written: Any, path: Path, values: Values) -> Tree:
        """Leaves are whole numbers, or names of number attributes."""

        def leaf(one: Any, where: Path) -> int | str | None:
            if not isinstance(one, str):
                return int(one.value)
            with self.findings.at(*where):
                return number(one, values)
            return None

        return self.tree(written, path, values, leaf)

    def mix(self, shares: Mapping[str, float], path: Path) -> str | None:
        """Keep a mix, under the name of its place."""
        with self.findings.at(*path):
            self.mixes[dotted(path)] = mix_of(shares)
            return dotted(path)
        return None


def category(attribute: str, values: Values) -> tuple[str, ...]:
    """The values of an attribute that something goes by.

    Raises
    ------
    Flaw
        If there is no such attribute, or it is a number.
    """
    if attribute not in values:
        known = [name for name, own in values.items() if own is not None]
        raise Flaw(
            attribute,
            Label(vi=f"chọn theo '{attribute}', không phải là thuộc tính ở đây",
                  en=f"goes by '{attribute}', which is not an attribute here"),
            suggestion(attribute, known),
        )  # fmt: skip
    own = values[attribute]
    if own is None:
        raise Flaw(
            attribute,
            Label(
                vi=f"chọn theo '{attribute}', là một con số", en=f"goes by '{attribute}', which is a number"
            ),
            Label(vi="hãy chọn theo thuộc tính có các giá trị", en="go by an attribute that has values"),
        )
    return own


def number(attribute: str, values: Values) -> str:
    """The name of a number attribute.

    Raises
    ------
    Flaw
        If there is no such attribute, or it is no number.
    """
    known = [name for name, own in values.items() if own is None]
    if attribute not in known:
        raise Flaw(
            attribute,
            Label(vi=f"lấy số theo '{attribute}', không phải là thuộc tính số ở đây",
                  en=f"goes by '{attribute}', which is not a number attribute here"),
            suggestion(attribute, known),
        )  # fmt: skip
    return attribute


def not_a_value(case: str, attribute: str, own: Sequence[str]) -> tuple[Label, Label]:
    """What to say of a case that no entity has."""
    message = Label(
        vi=f"là trường hợp '{case}', không phải giá trị của '{attribute}'",
        en=f"is the case '{case}', which is not a value of '{attribute}'",
    )
    return message, suggestion(case, [*own, "other"])


def _lacks(lacking: Sequence[str]) -> tuple[Label, Label]:
    listed = ", ".join(f"'{value}'" for value in lacking)
    return (
        Label(vi=f"thiếu trường hợp {listed}", en=f"has no case for {listed}"),
        Label(vi=f"hãy thêm '{lacking[0]}: …' hoặc 'other: …'", en=f"add '{lacking[0]}: …' or 'other: …'"),
    )


def mix_of(shares: Mapping[str, float]) -> Mix:
    """Shares as thresholds on the scale of probabilities.

    Raises
    ------
    Flaw
        If they do not add up to 100 %.
    """
    total = math.fsum(shares.values())
    if abs(total - 1) > 1e-9:
        raise _not_whole(total)
    ends = [math.fsum(list(shares.values())[: i + 1]) for i in range(len(shares))]
    upto = [min(CERTAIN, round(end * CERTAIN)) for end in ends]
    last = max(i for i, share in enumerate(shares.values()) if share > 0)
    return Mix(tuple(shares), tuple(CERTAIN if i >= last else threshold for i, threshold in enumerate(upto)))


def _not_whole(total: float) -> Flaw:
    percent, off = f"{100 * total:.10g} %", f"{100 * abs(total - 1):.10g} %"
    remedy = (
        Label(vi=f"hãy bớt các tỷ lệ: thừa {off}", en=f"correct the shares: they are {off} too much")
        if total > 1
        else Label(vi=f"hãy thêm vào các tỷ lệ: còn thiếu {off}", en=f"correct the shares: they lack {off}")
    )
    return Flaw(
        percent,
        Label(
            vi=f"có tổng tỷ lệ là {percent}, không phải 100 %",
            en=f"has shares that sum to {percent}, not to 100 %",
        ),
        remedy,
    )
