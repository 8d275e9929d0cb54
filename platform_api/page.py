"""One HTML page that stands by itself, in both languages, out of a template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

from platform_api.drawing import STYLE
from platform_api.texts import LANGUAGES, Language, text


def page_of(template: str, pages: Sequence[object], title: str, language: Language) -> str:
    """The page as HTML, opened in a language; the template asks each of `pages` for its parts."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("platform_api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(template).render(
        pages=pages, title=title, picture_style=STYLE, language=language
    )


class Titled(Protocol):
    """An answer as it is read in one language."""

    @property
    def title(self) -> str: ...

    def say(self, key: str, **values: object) -> str: ...


Reading = TypeVar("Reading", bound=Titled)


class Page(Generic[Reading]):
    """The page of an answer in one language; the template asks it for its parts, in order."""

    def __init__(self, reading: Reading, language: Language) -> None:
        self.reading, self.language = reading, language

    def say(self, key: str, **values: object) -> str:
        """A text of this kind of answer."""
        return self.reading.say(key, **values)

    def report(self, key: str) -> str:
        """A text that all reports share."""
        return text(f"report.{key}", self.language)


def shown(template: str, pages: Sequence[Page[Any]], language: Language) -> str:
    """The pages of an answer, one for each language, under the title of the one that is opened."""
    return page_of(template, pages, pages[LANGUAGES.index(language)].reading.title, language)
