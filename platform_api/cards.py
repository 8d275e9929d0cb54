"""The library by name, title and question, read without the machinery of the language: `list` is quick."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from scenarios.resolved import Label
from scenarios.yaml import read


@dataclass(frozen=True, slots=True)
class Card:
    """A scenario or an experiment, and what it asks."""

    name: str
    title: Label
    question: Label


def cards(of: str = "library") -> Iterator[Card]:
    """The scenarios of the library, or the `designs` of experiments, in the order of their names."""
    folder = files("scenarios").joinpath(of)
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".yaml"):
            written = read(item.read_bytes()).data
            name = item.name.removesuffix(".yaml")
            yield Card(name, Label(**written["title"]), Label(**written["question"]))
