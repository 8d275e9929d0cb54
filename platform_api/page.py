"""One HTML page that stands by itself, in both languages, out of a template."""

from __future__ import annotations

from collections.abc import Sequence

from platform_api.drawing import STYLE
from platform_api.texts import Language


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
