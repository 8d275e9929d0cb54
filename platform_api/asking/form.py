"""A questionnaire as one web page without network: it checks what is typed, and saves it as a file."""

from __future__ import annotations

import json
from functools import cached_property

from platform_api.asking.layout import HEAD, Section, choices, sections, unit_word
from platform_api.asking.questions import Questionnaire
from platform_api.page import page_of
from platform_api.texts import LANGUAGES, Language, pick, text


def form(of: Questionnaire, language: Language) -> str:
    """The page as HTML, opened in a language."""
    pages = [Form(of, each) for each in LANGUAGES]
    return page_of("intake.html.j2", pages, pages[LANGUAGES.index(language)].title, language)


class Form:
    """The form in one language; the template asks it for its parts."""

    def __init__(self, of: Questionnaire, language: Language) -> None:
        self.of, self.language = of, language
        self.sections: list[Section] = list(sections(of, language))

    def say(self, key: str) -> str:
        """A text of the form."""
        return text(f"intake.{key}", self.language)

    @cached_property
    def title(self) -> str:
        """Whom it asks."""
        return text("intake.form.title", self.language, agency=pick(self.of.label, self.language))

    @property
    def subject(self) -> str:
        """What it is about."""
        return pick(self.of.title, self.language)

    @property
    def head(self) -> str:
        """What the answers begin with, for the script."""
        return json.dumps(
            {"format": f"cuakhau-{HEAD}-1", "scenario": self.of.scenario, "agency": self.of.agency}
        )

    @property
    def choices(self) -> tuple[str, str]:
        """What may be done while a platform is down."""
        return choices(self.language)

    def unit(self, unit: str) -> str:
        """A unit as people write it."""
        return unit_word(unit, self.language)
