"""What the command line says and where: answers on standard output, everything else on standard error."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from platform_api.texts import Language, both, pick, text
from scenarios.resolved import Label

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from scenarios.errors import Problem

DONE, FAILED, BAD_INPUT = 0, 1, 2
"""Exit codes of every command; those of one that was stopped are in `platform_api.stopping`."""

PIPED_WIDTH = 110
"""Width of tables when nobody watches: a file or another program reads [characters]."""


class Refusal(Exception):
    """A command that cannot go on, said in both languages: what is wrong and what to do."""

    def __init__(self, message: Label, remedy: Label, code: int = BAD_INPUT) -> None:
        super().__init__(f"{message.en}; {remedy.en}")
        self.message, self.remedy, self.code = message, remedy, code


def refuse(key: str, code: int = BAD_INPUT, **values: object) -> Refusal:
    """The refusal whose texts are `error.<key>` and `error.<key>.remedy`."""
    return Refusal(both(f"error.{key}", **values), both(f"error.{key}.remedy", **values), code)


@dataclass
class Speech:
    """How one call of the command line speaks."""

    language: Language = "vi"
    debug: bool = False
    _consoles: dict[str, Console] = field(default_factory=dict, repr=False)

    @property
    def out(self) -> Console:
        """Standard output, for the answer."""
        return self._console("stdout")

    @property
    def err(self) -> Console:
        """Standard error, for progress, warnings and errors."""
        return self._console("stderr")

    def _console(self, stream: str) -> Console:
        if stream not in self._consoles:
            self._consoles[stream] = _open_console(getattr(sys, stream))
        return self._consoles[stream]

    def say(self, key: str, **values: object) -> str:
        """A text in the language of this call."""
        return text(key, self.language, **values)

    def pick(self, label: Label) -> str:
        """A label in the language of this call."""
        return pick(label, self.language)

    def note(self, key: str, **values: object) -> None:
        """A remark for the person at the keyboard."""
        self.err.print(self.say(key, **values), markup=False, soft_wrap=True)

    def both_ways(self, label: Label) -> tuple[str, str]:
        """A label in the language of this call, then in the other."""
        return (label.vi, label.en) if self.language == "vi" else (label.en, label.vi)

    def error(self, message: Label, remedy: Label | None = None) -> None:
        """An error in both languages."""
        from rich.text import Text

        first, second = (
            f"{m}; {r}" if r else m
            for m, r in zip(self.both_ways(message), self.both_ways(remedy or Label("", "")), strict=True)
        )
        self.err.print(Text("✗ ", "bold red") + Text(first, "bold"), soft_wrap=True)
        self.err.print(Text(f"  {second}", "dim"), soft_wrap=True)

    def problems(self, problems: Sequence[Problem], sign: str = "✗", style: str = "bold red") -> None:
        """All problems: place, what stands there, what is wrong and what to do, in both languages."""
        for problem in problems:
            self._problem(problem, sign, style)

    def _problem(self, problem: Problem, sign: str, style: str) -> None:
        from rich.text import Text

        line = self.say("problem.line", line=problem.line) if problem.line else ""
        head = _told_place(problem.place) or self.say("problem.whole")
        self.err.print(
            Text(f"{sign} ", style) + Text(head, "bold") + Text(f"  {line}", "dim"), soft_wrap=True
        )
        if problem.value:
            shown = Text(f"  {self.say('problem.value')} ", "dim") + Text(problem.value)
            self.err.print(shown, soft_wrap=True)
        said = zip(self.both_ways(problem.message), self.both_ways(problem.remedy), ("", "dim"), strict=True)
        for message, remedy, look in said:
            self.err.print(Text(f"  {message}; {remedy}", look), soft_wrap=True)

    def show(self, *what: RenderableType) -> None:
        """Part of the answer."""
        self.out.print(*what, highlight=False)

    def json(self, document: str) -> None:
        """The one JSON document of a `--json` answer."""
        sys.stdout.write(document.rstrip("\n") + "\n")
        sys.stdout.flush()


def _open_console(stream: io.TextIOBase) -> Console:
    """A console on a stream; colours and drawing only where a person watches (rich heeds NO_COLOR itself)."""
    from rich.console import Console

    watched = stream.isatty()
    width = None if watched or "COLUMNS" in os.environ else PIPED_WIDTH
    return Console(file=stream, width=width, highlight=False, emoji=False)  # type: ignore[arg-type]


def _told_place(place: str) -> str:
    """A place in a command line as it was typed: `--override a.b`, not a quoted key of a mapping."""
    option, dot, path = place.partition(".")
    if not option.startswith('"--'):
        return place
    return f"{option} {path}".replace('"', "").rstrip() if dot else option.strip('"')


def prepare_streams() -> None:
    """Make Vietnamese pass through every stream: files and pipes get UTF-8, a screen what it can show."""
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if stream.isatty():
            stream.reconfigure(errors="replace")
        elif (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8")


def silence_stdout() -> None:
    """After the reader of a pipe has gone: let nothing more be written to it, not even at exit."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
