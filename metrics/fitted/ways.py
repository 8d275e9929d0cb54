"""A way as a route of the scenario language: steps in a list, and after each where it leads if not on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from metrics.fitted.estimate import of_share
from metrics.fitted.order import Way
from metrics.fitted.trees import Leaf, Tree
from metrics.fitted.words import Words, share, stated
from metrics.recorded.collect import slug
from metrics.recorded.log import Recorded

DONE = "done"
"""The option of a choice that leads to the end of a way."""


@dataclass(slots=True)
class Writer:
    """What a flow adds to the scenario. steps : its choices, blocks and end · value : code → name in it"""

    log: Recorded
    flow: str
    value: Callable[[str, int], str]
    source: Callable[[str, str, str, int], str]
    steps: dict[str, Words] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def route(self, way: Way) -> list[str]:
        """The route of the flow, its end included."""
        end = self._name(f"{self.flow}_end")
        self.steps[end] = {"kind": "end", "label": _label("Xong", "Done")}
        return self._listed(way, end, self.flow)

    def _listed(self, way: Way, end: str, place: str) -> list[str]:
        names = [self._node(node.steps, f"{place}_{k}") for k, node in enumerate(way.nodes)]
        listed: list[str] = []
        if way.first.follows not in ((0,), ()):
            listed.append(
                self._choice(
                    "start", place, way.first.follows, way.first.tree, names, -1, end, way.first.seen
                )
            )
        for k, (node, name) in enumerate(zip(way.nodes, names, strict=True)):
            if node.branches:
                self._block(name, node.branches, f"{place}_{k}")
            listed.append(name)
            onward = (k + 1,) if k + 1 < len(names) else (-1,)
            if node.follows not in (onward, ()):
                listed.append(self._choice(name, place, node.follows, node.tree, names, k, end, node.seen))
        return [*listed, end]

    def _node(self, steps: tuple[int, ...], place: str) -> str:
        return self.log.steps[steps[0]].key if len(steps) == 1 else self._name(f"{place}_together")

    def _block(self, name: str, branches: tuple[Way, ...], place: str) -> None:
        """Branches; the end of each is a choice without a choice, to which who skips its rest can jump."""
        listed = []
        for k, way in enumerate(branches):
            end = self._name(f"{place}_{k}_end")
            route = self._listed(way, end, f"{place}_{k}")
            if any(end in _targets(self.steps[step]) for step in route[:-1] if step in self.steps):
                n = way.first.seen
                told = self.source(
                    f"end_{end}", "lần hết một nhánh song song", "ends of a parallel branch", n
                )
                self.steps[end] = {
                    "kind": "choose",
                    "label": _label("Xong phần này", "This part done"),
                    "shares": {"on": {"value": "100 %", "source": told}},
                    "options": {"on": "next"},
                    "labels": {"on": _label("Đi tiếp", "Go on")},
                }
                listed.append(route)
            else:
                listed.append(route[:-1])
        self.steps[name] = {
            "kind": "parallel",
            "label": _label("Làm song song", "Side by side"),
            "branches": listed,
        }

    def _choice(
        self,
        after: str,
        place: str,
        follows: tuple[int, ...],
        tree: Tree | None,
        names: list[str],
        at: int,
        end: str,
        seen: int,
    ) -> str:
        """A choice of what follows; where only one thing does, a jump."""
        name = self._name(f"{place}_after_{after}")
        keys = [DONE if f < 0 else names[f] for f in follows]
        targets = [self._target(f, names, at, end) for f in follows]
        leaf = tree or Leaf((1,))
        n = _seen(leaf) if tree else seen
        told = self.source(f"choice_{name}", f"lần rẽ nhánh sau '{after}'", f"choices after '{after}'", n)
        labels = {key: self._option(key) for key in keys}
        shares = (
            {keys[0]: {"value": "100 %", "source": told}} if tree is None else self.shares(leaf, keys, told)
        )
        self.steps[name] = {
            "kind": "choose",
            "label": _label(f"Sau bước {self._told(after, 'vi')}", f"After {self._told(after, 'en')}"),
            "shares": shares,
            "options": dict(zip(keys, targets, strict=True)),
            "labels": labels,
        }
        return name

    def _target(self, follows: int, names: list[str], at: int, end: str) -> str:
        if follows == at + 1:
            return "next"
        return end if follows < 0 else names[follows]

    def shares(self, tree: Tree, keys: list[str], source: str) -> Words:
        """Shares of options, by attributes as far as these tell."""
        if isinstance(tree, Leaf):
            return _mix(tree, keys, source)
        cases = {self.value(tree.attribute, v): self.shares(t, keys, source) for v, t in tree.cases.items()}
        every = {
            self.value(tree.attribute, v) for v in range(len(self.log.attributes[tree.attribute].values))
        }
        if every - cases.keys():
            cases.setdefault("other", _mix(tree.rest, keys, source))
        return {"by": tree.attribute, **cases}

    def _option(self, key: str) -> dict[str, str]:
        if key == DONE:
            return _label("Xong", "Done")
        named = next((s.label for s in self.log.steps if s.key == key), None)
        return _label("Làm song song", "Side by side") if named is None else _label(named, named)

    def _told(self, key: str, language: str) -> str:
        if key == "start":
            return {"vi": "khi đến", "en": "arriving"}[language]
        return self._option(key)[language]

    def _name(self, wanted: str) -> str:
        name = slug(wanted, self.taken)
        self.taken.add(name)
        return name


def _mix(leaf: Leaf, keys: list[str], source: str) -> Words:
    """Shares of options; they add up to 100 % as written."""
    parts = [round(c / leaf.n, 5) for c in leaf.counts]
    most = max(range(len(parts)), key=lambda k: parts[k])
    parts[most] = round(1 - sum(p for k, p in enumerate(parts) if k != most), 5)
    estimates = [of_share(c, leaf.n) for c in leaf.counts]
    return {
        key: stated(type(e)(p, e.low, e.high, e.n), share, source)
        for key, p, e in zip(keys, parts, estimates, strict=True)
    }


def _seen(tree: Tree) -> int:
    return tree.n if isinstance(tree, Leaf) else tree.rest.n


def _targets(step: Words) -> list[str]:
    return list(step.get("options", {}).values())


def _label(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}


label = _label
