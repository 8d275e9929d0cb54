"""The order of an experiment, settled: the same whenever and wherever it is done.

Its seed is drawn, and scenarios that are no part of the library travel with it as they are now.

A scenario is named or sent whole, never a path: nothing here opens a file that an order names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from platform_api.kinds import KINDS, Kind
from platform_api.runner import draw_seed
from platform_api.wire import DesignItem
from scenarios import experiments, library
from scenarios.errors import Flaw, ScenarioError, suggestion
from scenarios.resolved import Label
from scenarios.yaml import read

OF_DESIGNS = ("compare", "sweep", "optimise")
"""Kinds that a file of `scenarios/designs/` describes."""

EITHER = (("replications", "precision"), ("variants", "factors", "decisions"))
"""Words of which an order that changes a design puts one in the place of another."""

OWN = ("kind", "fresh")
"""What an order says besides the description of the experiment."""

LONGEST_NAME = 200

Stored = Callable[[str], str | None]
"""The text of a scenario that a user keeps, by its name."""


@dataclass(frozen=True, slots=True)
class Settled:
    """An order with its seed, and the scenarios it names that the library has not."""

    order: dict[str, Any]
    texts: dict[str, str]

    @property
    def kind(self) -> Kind:
        """The kind of experiment."""
        return KINDS[self.order["kind"]]

    def asked(self) -> Any:
        """What it asks, read.

        Raises
        ------
        ScenarioError
            With everything that is wrong with it.
        """
        told = {name: value for name, value in self.order.items() if name not in OWN}
        return self.kind.read(json.dumps(told, ensure_ascii=False), self.texts)

    def whole(self) -> dict[str, Any]:
        """The order with its scenarios in it: sent anywhere, it is the same experiment."""
        order = dict(self.order)
        for holder, word in _places(order):
            if holder[word] in self.texts:
                holder[word] = read(self.texts[holder[word]]).data
        return order


def settle(data: Any, stored: Stored = lambda _: None) -> Settled:
    """An order with its seed and its scenarios; `stored` gives the text of one that a user keeps, or None.

    Raises
    ------
    ScenarioError
        If it is no order of any kind, or names a design that there is not.
    """
    if not isinstance(data, dict):
        raise ScenarioError([_no_object(data).at("body")])
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ScenarioError([_no_kind(kind).at("kind")])
    if not isinstance(data.get("fresh", False), bool):
        raise ScenarioError([_no_yes(data["fresh"]).at("fresh")])
    order = _with_design(data) if "design" in data else dict(data)
    if kind in OF_DESIGNS:
        order.setdefault("name", kind)
    if order.get("seed") is None:
        order["seed"] = draw_seed()
    texts: dict[str, str] = {}
    for holder, word in _places(order):
        holder[word] = _named(holder[word], texts, stored)
    return Settled(order, texts)


def designs() -> list[DesignItem]:
    """The experiments of the library, by name."""
    return [_item(name, experiments.load_design(name)) for name in experiments.names()]


def _item(name: str, of: experiments.Design) -> DesignItem:
    kind: Any = "sweep" if of.factors else "compare" if of.wanted is None else "optimise"
    return DesignItem(name=name, kind=kind, base=of.base, title=of.title, question=of.question)


def _with_design(data: Mapping[str, Any]) -> dict[str, Any]:
    """A design of the library, with what the order says instead."""
    said = {word: value for word, value in data.items() if word != "design"}
    name = data["design"]
    if not isinstance(name, str) or name not in experiments.names() or data["kind"] not in OF_DESIGNS:
        raise ScenarioError([_no_design(name).at("design")])
    order = dict(experiments.written(name))
    for words in EITHER:
        if not said.keys().isdisjoint(words):
            order = {word: value for word, value in order.items() if word not in words}
    return order | said


def _places(order: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Where an order names scenarios; what is copied here is the order's own."""
    if "base" in order:
        yield order, "base"
    variants = order.get("variants")
    if isinstance(variants, dict):
        order["variants"] = {name: dict(of) if isinstance(of, dict) else of for name, of in variants.items()}
        for of in order["variants"].values():
            if isinstance(of, dict) and of.get("scenario") is not None:
                yield of, "scenario"


def _named(said: Any, texts: dict[str, str], stored: Stored) -> Any:
    """A scenario by its name; one that was sent whole, or that a user keeps, is put among the texts."""
    if isinstance(said, str):
        text = None if said in texts or said in library.names() else stored(said)
        if text is not None:
            texts[said] = text
        return said
    if not isinstance(said, dict):
        return said  # the form of the design says what is wrong
    text = json.dumps(said, ensure_ascii=False)
    first = str(said.get("name") or "scenario")[:LONGEST_NAME]
    name, number = first, 1
    while texts.get(name, text) != text:
        number += 1
        name = f"{first}#{number}"
    texts[name] = text
    return name


# ---- what is said -------------------------------------------------------------------------------------


def _no_object(data: Any) -> Flaw:
    return Flaw(
        json.dumps(data, ensure_ascii=False),
        Label(vi="không phải một đối tượng JSON", en="is not a JSON object"),
        Label(
            vi='hãy gửi như {"kind": "compare", "base": …, "variants": …}',
            en='send something like {"kind": "compare", "base": …, "variants": …}',
        ),
    )


def _no_kind(kind: Any) -> Flaw:
    known = ", ".join(KINDS)
    said = Label(vi="không phải loại thí nghiệm nào", en="is no kind of experiment")
    return Flaw(kind, said, Label(vi=f"hãy chọn: {known}", en=f"choose one of: {known}"))


def _no_yes(value: Any) -> Flaw:
    said = Label(vi="không phải true hay false", en="is neither true nor false")
    return Flaw(value, said, Label(vi="hãy viết true hoặc false", en="write true or false"))


def _no_design(name: Any) -> Flaw:
    return Flaw(
        name,
        Label(
            vi="không phải thí nghiệm có sẵn nào của loại này", en="is no design of the library of this kind"
        ),
        suggestion(str(name), experiments.names()),
    )
