"""What the commands share: help in two languages, the language option, and values with readable errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

import click

from platform_api.console import BAD_INPUT, Speech, refuse
from platform_api.texts import LANGUAGES, both

F = TypeVar("F", bound=Callable[..., Any])

HEADINGS = {"Options": "Lựa chọn · Options", "Commands": "Lệnh · Commands"}

BETWEEN_LANGUAGES = " · "

OF_EVERY_COMMAND = ("lang", "debug")

MAX_SEED = (1 << 64) - 1
MAX_REPLICATIONS = 100_000


class HelpFormatter(click.HelpFormatter):
    """click's layout with headings in both languages."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that shows how the command is written."""
        super().write_usage(prog, args, prefix or "Cách dùng · Usage: ")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """A list of options or commands, each language on a line of its own."""
        lines = [
            (first if language == 0 else "", told)
            for first, second in rows
            for language, told in enumerate(second.split(BETWEEN_LANGUAGES))
        ]
        super().write_dl(lines, col_max, col_spacing)

    def write_heading(self, heading: str) -> None:
        """A heading in both languages."""
        super().write_heading(HEADINGS.get(heading, heading))


click.Context.formatter_class = HelpFormatter


def two_lines(key: str) -> str:
    """A help text: Vietnamese, then English, each from a line of its own."""
    pair = both(f"help.{key}")
    return f"{pair.vi}\n\n{pair.en}"


def one_line(key: str) -> str:
    """A short help text in both languages, for an option or a list of commands."""
    pair = both(f"help.{key}")
    return f"{pair.vi}{BETWEEN_LANGUAGES}{pair.en}"


def help_option(option: click.Option | None) -> click.Option | None:
    """click's `--help` with a text in both languages."""
    if option is not None:
        option.help = one_line("help")
    return option


class Command(click.Command):
    """A command whose help stands in the texts under its name."""

    def __init__(self, name: str, **settings: Any) -> None:
        settings |= {"help": two_lines(name), "short_help": one_line(f"{name}.short")}
        super().__init__(name, **settings)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`, described in both languages."""
        return help_option(super().get_help_option(ctx))


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a command: it is called with its `Speech` first, then its parameters."""

    def make(function: Callable[..., Any]) -> click.Command:
        made = click.command(name, cls=Command)(speaking(function))
        made.params.sort(key=lambda parameter: parameter.name in OF_EVERY_COMMAND)  # these come last
        return made

    return make


def speaking(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--lang` and `--debug`, and hand the function a `Speech`."""

    @click.option(
        "--lang", type=click.Choice(LANGUAGES), envvar="CUAKHAU_LANG", default="vi", help=one_line("lang")
    )
    @click.option("--debug", is_flag=True, help=one_line("debug"))
    @wraps(function)
    def spoken(lang: str, debug: bool, **parameters: Any) -> Any:
        speech = Speech("en" if lang == "en" else "vi", debug)
        return function(speech, **parameters)

    return spoken


def scenario_argument(function: F) -> F:
    """The argument NAME|FILE."""
    return click.argument("scenario", metavar="NAME|FILE")(function)


def override_option(function: F) -> F:
    """`--override a.b=c`, as often as wanted."""
    text = one_line("override")
    return click.option("--override", "overrides", multiple=True, metavar="A.B=C", help=text)(function)


def whole_number(name: str, low: int, high: int) -> Callable[..., int | None]:
    """A callback that reads a whole number between two bounds."""

    def read(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
        if value is None:
            return None
        try:
            number = int(value)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise refuse("whole_number", option=f"--{name}", value=value, low=low, high=high)
        return number

    return read


@contextmanager
def refused_settings(speech: Speech) -> Iterator[None]:
    """Settings that cannot be used, and a database that cannot be opened, end the command as bad input."""
    from platform_api.settings import SettingsError
    from platform_api.store import Newer, Unavailable

    try:
        yield
    except SettingsError as error:
        speech.problems(error.problems)
        raise click.exceptions.Exit(BAD_INPUT) from None
    except Newer as error:
        raise refuse("store_newer", reason=error) from None
    except Unavailable as error:
        raise refuse("store_away", reason=error.__cause__ or type(error).__name__) from None
