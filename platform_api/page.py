"""One HTML page that stands by itself, in both languages, out of a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from platform_api.drawing import STYLE
from platform_api.pedigree import ASSUMPTION
from platform_api.texts import LANGUAGES, Language, text
from scenarios.resolved import Parameter


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


# ---- without the common foot of experiments -----------------------------------------------------------


class Made(Protocol):
    """What an answer tells of how it was made."""

    @property
    def name(self) -> str: ...
    @property
    def package_version(self) -> str: ...
    @property
    def engine(self) -> str: ...
    @property
    def seed(self) -> int: ...
    @property
    def replications(self) -> int: ...
    @property
    def overrides(self) -> Mapping[str, Any]: ...
    @property
    def scenario_hash(self) -> str: ...
    @property
    def parameters(self) -> tuple[Parameter, ...]: ...


class OwnFootPage(Page[Reading]):
    """A page that tells by itself what it rests on and how to repeat it."""

    def __init__(self, made: Made, reading: Reading, language: Language, command: str) -> None:
        super().__init__(reading, language)
        self.made, self.command = made, command

    @property
    def assumptions(self) -> list[Parameter]:
        """Numbers of the scenario that nobody has given a source for."""
        return [each for each in self.made.parameters if each.source == ASSUMPTION]

    def provenance(self) -> Iterator[tuple[str, str]]:
        """What is needed to get the same answer again."""
        of = self.made
        yield self.report("prov.version"), f"cuakhau {of.package_version}"
        yield self.report("prov.engine"), of.engine
        yield self.report("prov.seed"), str(of.seed)
        yield self.report("prov.replications"), str(of.replications)
        changes = ", ".join(f"{path} = {value}" for path, value in of.overrides.items())
        yield of.name, f"{f'{changes} · ' if changes else ''}SHA-256 {of.scenario_hash}"
