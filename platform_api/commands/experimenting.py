"""What the commands of experiments share: options, warnings, who does the work, what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from platform_api.commands.common import MAX_SEED, one_line, override_option, whole_number
from platform_api.commands.warm import get_warm
from platform_api.commands.writing import write_text
from platform_api.console import Speech, refuse

if TYPE_CHECKING:
    from platform_api.answer import Answer, Table
    from platform_api.hands import Hands
    from scenarios.errors import Problem

F = TypeVar("F", bound=Callable[..., Any])

REPORT = "report.html"

DRAIN = click.option("--drain", metavar="T", help=one_line("compare.drain"))

SHARED = (
    click.option(
        "--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("compare.seed")
    ),
    click.option("--engine", metavar="NAME", help=one_line("run.engine")),
    override_option,
    click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help=one_line("compare.out")),
    click.option("--json", "as_json", is_flag=True, help=one_line("run.json")),
    click.option("--jobs", metavar="N", callback=whole_number("jobs", 1, 1024), help=one_line("run.jobs")),
    click.option("--workers", metavar="ADDRESS", help=one_line("workers")),
)


def experiment_options(function: F) -> F:
    """The options that every experiment has, after its own."""
    return options_but_drain(DRAIN(function))


def options_but_drain(function: F) -> F:
    """The same of an experiment that does not wait until everybody has left."""
    for option in reversed(SHARED):
        function = option(function)
    return function


def tell_warnings(speech: Speech, warnings: Iterable[Problem]) -> None:
    """What was doubtful in the scenarios, each thing once."""
    told = list(dict.fromkeys(warnings))
    if told:
        speech.note("warning.count", count=len(told))
        speech.problems(told, "!", "yellow")


def hands_for(speech: Speech, engine: str, asked: Mapping[str, Any]) -> AbstractContextManager[Hands]:
    """Who does the work: this machine, its engine compiled; or the workers of a cluster.

    Raises
    ------
    Refusal
        If both are asked for.
    """
    if asked["workers"] is None:
        from platform_api.hands import usual

        if engine == "compiled":
            get_warm(speech)
        return usual(engine, asked["jobs"])
    if asked["jobs"] is not None:
        raise refuse("either_workers")
    from platform_api.cluster import cluster

    return cluster(asked["workers"], engine, speech.note)


def keep(
    speech: Speech, answer: Answer, out: Path, document: str, tables: Mapping[str, Table], page: str
) -> None:
    """The answer, its tables and its page beside the replications that it is made of."""
    from platform_api.tabling import write_tables

    write_text(out / document, answer.to_json(indent=1) + "\n")
    write_tables(out, tables, answer.parameters)
    write_text(out / REPORT, page)
    speech.note("run.kept", folder=out)


def same_again(words: Sequence[str], asked: Mapping[str, Any], options: Iterable[str], last: str) -> str:
    """The command that gives the same answer: what was typed, the options that were used, what was drawn."""
    from platform_api.screen import quoted

    told = ["cuakhau", *map(quoted, words)]
    for name in options:
        values = asked[name] if isinstance(asked[name], tuple) else [asked[name]]
        option = name.rstrip("s") if isinstance(asked[name], tuple) else name.replace("_", "-")
        told += [f"--{option} {quoted(str(value))}" for value in values if value]
    return " ".join([*told, last])
