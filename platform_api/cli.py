"""The command line `cuakhau`: a module for each command, and one place for errors and exit codes."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, Never

import click

from platform_api.commands.adopt import adopt
from platform_api.commands.boards import boards
from platform_api.commands.calibrate import calibrate
from platform_api.commands.check import check
from platform_api.commands.class_ import class_
from platform_api.commands.common import help_option, one_line, two_lines
from platform_api.commands.compare import compare
from platform_api.commands.estimate import estimate
from platform_api.commands.explain import explain
from platform_api.commands.export import export
from platform_api.commands.fit import fit
from platform_api.commands.forecast import forecast
from platform_api.commands.intake import intake
from platform_api.commands.keeping import backup, clear_out, keys, restore, worker
from platform_api.commands.lesson import lesson
from platform_api.commands.listing import listing
from platform_api.commands.optimise import optimise
from platform_api.commands.rehearse import rehearse
from platform_api.commands.report import report
from platform_api.commands.resilience import resilience
from platform_api.commands.run import run
from platform_api.commands.schema import schema
from platform_api.commands.serve import serve
from platform_api.commands.sweep import sweep
from platform_api.commands.trs import trs
from platform_api.commands.verify import verify
from platform_api.commands.warm import warm
from platform_api.commands.why import why
from platform_api.console import (
    BAD_INPUT,
    DONE,
    FAILED,
    Refusal,
    Speech,
    prepare_streams,
    refuse,
    silence_stdout,
)
from platform_api.stopping import exit_code, heeding_sigterm, how_told
from platform_api.texts import both
from platform_api.usage import usage_error
from scenarios.resolved import Label

YOUNG = 100_000
"""Objects made between two looks for garbage. Starting makes a million that stay; to look at them again after
every 700, as Python does, would take a tenth of the time."""


class Cuakhau(click.Group):
    """The group of all commands: runs one, turns every failure into a message and an exit code."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line; the options are listed below it anyway."""
        formatter.write_usage(ctx.command_path, "COMMAND …")

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  - click's signature
        """In the order a newcomer needs them."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            raise refuse("no_command", name=args[0], known=", ".join(self.commands))
        return super().resolve_command(ctx, args)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`, described in both languages."""
        return help_option(super().get_help_option(ctx))

    def main(  # type: ignore[override]  # always leaves: no standalone mode to choose
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> Never:
        """Run the command line and leave with its exit code."""
        prepare_streams()
        gc.set_threshold(YOUNG)
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no helpers that wait for work
        words = list(sys.argv[1:] if args is None else args)
        extra = {**extra, "standalone_mode": False, "windows_expand_args": False}
        code = self._run(words, prog_name or "cuakhau", extra)
        # Python remembers a Ctrl-C that came out of a string given to exec (numba compiles so) even once it
        # is caught, and at the end dies of it instead of leaving with our code; another exec makes it forget.
        exec("")
        sys.exit(code)

    def _run(self, words: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        heeding = (
            nullcontext() if words[:1] in (["serve"], ["class"], ["worker"]) else heeding_sigterm()
        )  # a server has its own way
        try:
            with heeding:
                code = super().main(words, prog_name, **extra)
                sys.stdout.flush()
        except Exception as error:
            return _failure(error, _speech_for(words))
        except KeyboardInterrupt as stop:
            return _stopped(stop, _speech_for(words))
        return code if isinstance(code, int) else DONE


def _speech_for(words: list[str]) -> Speech:
    """How to speak about an error of these words: in their language, even where they cannot be parsed."""
    asked = [words[i + 1] for i, w in enumerate(words[:-1]) if w == "--lang"]
    asked += [w.removeprefix("--lang=") for w in words if w.startswith("--lang=")]
    language = (asked or [os.environ.get("CUAKHAU_LANG", "vi")])[-1]
    return Speech("en" if language == "en" else "vi", debug="--debug" in words)


def _stopped(stop: BaseException | None, speech: Speech) -> int:
    speech.note("interrupted", how=how_told(stop))
    return exit_code(stop)


def _failure(error: Exception, speech: Speech) -> int:
    """Say what went wrong; the exit code."""
    from scenarios.errors import ScenarioError

    if isinstance(error, BrokenPipeError) or getattr(error, "errno", None) == errno.EPIPE:
        silence_stdout()
        return DONE
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort):
        return _stopped(error.__cause__, speech)
    if isinstance(error.__cause__, KeyboardInterrupt):  # while a class was made: Python wraps what comes then
        return _stopped(error.__cause__, speech)
    if isinstance(error, ScenarioError):
        if len(error.problems) > 1:
            speech.note("problem.count", file=error.file or "?", count=len(error.problems))
        speech.problems(error.problems)
        return BAD_INPUT
    if isinstance(error, Refusal):
        speech.error(error.message, error.remedy)
        return error.code
    if isinstance(error, click.ClickException):
        speech.error(*usage_error(error))
        return BAD_INPUT
    return _unexpected(error, speech)


def _unexpected(error: Exception, speech: Speech) -> int:
    """A failure nobody foresaw: one line in each language, the details only when asked for."""
    if isinstance(error, OSError):
        place = Label(str(error.filename or "?"), str(error.filename or "?"))
        reason = error.strerror or str(error)
        speech.error(both("error.system", place=place.en, reason=reason), both("error.system.remedy"))
    elif isinstance(error, MemoryError):
        speech.error(both("error.memory"), both("error.memory.remedy"))
    else:
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        speech.error(both("error.unexpected", what=what), both("error.unexpected.remedy"))
    if speech.debug:
        speech.err.print_exception()
    return FAILED


@click.group(
    "cuakhau",
    cls=Cuakhau,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=two_lines("cuakhau"),
    subcommand_metavar="COMMAND …",
    invoke_without_command=True,
)
@click.version_option(
    None, "--version", package_name="cuakhau", message="%(prog)s %(version)s", help=one_line("version")
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Without a command: what there is to know."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


for each in (
    listing,
    check,
    explain,
    estimate,
    run,
    compare,
    sweep,
    optimise,
    adopt,
    resilience,
    why,
    forecast,
    fit,
    intake,
    trs,
    calibrate,
    report,
    export,
    boards,
    rehearse,
    lesson,
    class_,
    serve,
    worker,
    keys,
    clear_out,
    backup,
    restore,
    schema,
    verify,
    warm,
):
    cli.add_command(each)


def main() -> None:
    """The entry point of the installed command."""
    cli.main(prog_name="cuakhau")
