"""Every text that a person reads, in Vietnamese (the original) and English: `texts.json`, key → both.

A key reads `page.part.thing`. Placeholders are named, as in `str.format`, and the same in both languages.
`{count:truck|trucks}` is the word for one where the count is 1, else that for many.
"""

from __future__ import annotations

import json
import string
from functools import cache
from importlib import resources
from typing import Any, Literal

from scenarios.resolved import Label

Language = Literal["vi", "en"]

LANGUAGES: tuple[Language, ...] = ("vi", "en")


class _Formatter(string.Formatter):
    """`str.format` that knows one from many."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """A value, or the word that goes with so many."""
        one, bar, many = format_spec.partition("|")
        if bar:
            return one if str(value) == "1" else many
        return str(super().format_field(value, format_spec))


_FORMATTER = _Formatter()


@cache
def every_text() -> dict[str, Label]:
    """All texts by key."""
    raw = resources.files("platform_api").joinpath("texts.json").read_text(encoding="utf-8")
    return {key: Label(**pair) for key, pair in json.loads(raw).items()}


def text(key: str, language: Language, **values: object) -> str:
    """The text of a key with its placeholders filled in.

    Raises
    ------
    KeyError
        If there is no such text, or a value of it is missing: a mistake of ours, found by the tests.
    """
    return _FORMATTER.vformat(pick(every_text()[key], language), (), values)


def both(key: str, **values: object) -> Label:
    """A text in both languages."""
    return Label(vi=text(key, "vi", **values), en=text(key, "en", **values))


def pick(label: Label, language: Language) -> str:
    """One language of a label."""
    return label.vi if language == "vi" else label.en
