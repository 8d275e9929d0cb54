"""`cuakhau compare`: variants against a base, on the same trucks."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platform_api.commands.common import (
    MAX_REPLICATIONS,
    MAX_SEED,
    command,
    one_line,
    override_option,
    whole_number,
)
from platform_api.commands.warm import get_warm
from platform_api.commands.writing import cannot_write, write_text
from platform_api.console import FAILED, Refusal, Speech, refuse
from platform_api.stopping import exit_code, how_told
from scenarios.resolved import Label

if TYPE_CHECKING:
    from platform_api.comparing import Comparison
    from platform_api.experiments import Experiment
    from scenarios.experiments import Design, Variant

ANSWER, TABLE, REPORT = "comparison.json", "differences.csv", "report.html"

_NAMED = re.compile(r"([A-Za-z0-9][\w-]*):(?=[^=]*=)(.*)", re.DOTALL)


@command("compare")
@click.argument("base", metavar="BASE")
@click.argument("variants", metavar="[VARIANT]…", nargs=-1)
@click.option("--outcome", "outcomes", multiple=True, metavar="KPI", help=one_line("compare.outcome"))
@click.option(
    "--seed", metavar="N", callback=whole_number("seed", 0, MAX_SEED), help=one_line("compare.seed")
)
@click.option(
    "--replications", metavar="R", callback=whole_number("replications", 1, MAX_REPLICATIONS),
    help=one_line("compare.replications"),
)  # fmt: skip
@click.option("--precision", metavar="P", help=one_line("compare.precision"))
@click.option(
    "--at-most", "at_most", metavar="R", callback=whole_number("at-most", 10, MAX_REPLICATIONS),
    help=one_line("compare.at_most"),
)  # fmt: skip
@click.option("--window", metavar="T", help=one_line("compare.window"))
@click.option("--drain", metavar="T", help=one_line("compare.drain"))
@click.option(
    "--ranges", metavar="K", callback=whole_number("ranges", 5, 1000), help=one_line("compare.ranges")
)
@click.option("--level", metavar="P", help=one_line("compare.level"))
@click.option("--engine", metavar="NAME", help=one_line("run.engine"))
@override_option
@click.option("--winners/--no-winners", default=None, help=one_line("compare.winners"))
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help=one_line("compare.out"))
@click.option("--json", "as_json", is_flag=True, help=one_line("run.json"))
@click.option("--jobs", metavar="N", callback=whole_number("jobs", 1, 1024), help=one_line("run.jobs"))
def compare(speech: Speech, base: str, variants: tuple[str, ...], **asked: Any) -> None:
    """Settle what is asked, simulate, keep, print."""
    from platform_api.experiments import prepare

    design = _changed(_design(base, variants), asked)
    experiment = prepare(design, asked["out"], asked["winners"])
    _tell_warnings(speech, experiment)
    if design.engine == "compiled":
        get_warm(speech)
    answer = _run(speech, experiment, asked["out"], asked["jobs"])
    if asked["out"] is not None:
        _keep(speech, answer, experiment, asked["out"], _command((base, *variants), asked, answer))
    if asked["as_json"]:
        speech.json(answer.to_json())
    else:
        from platform_api.compare_screen import show

        show(speech, answer, experiment)


# ---- what was asked for -------------------------------------------------------------------------------


def _design(base: str, variants: tuple[str, ...]) -> Design:
    """The design of a file; or base and variants as they were typed."""
    from scenarios.experiments import Design, is_design, load_design

    if variants:
        return Design(_file_name(base), base, tuple(_typed(variants)))
    if is_design(base):
        return load_design(base)
    raise refuse("no_variant", base=base)


def _file_name(typed: str) -> str:
    return Path(typed).stem if Path(typed).suffix in (".yaml", ".yml") else typed


def _typed(words: tuple[str, ...]) -> list[Variant]:
    """Every variant, with a name that no other has."""
    found: list[Variant] = []
    for word in words:
        variant = _variant(word)
        taken = sum(each.name.partition("#")[0] == variant.name for each in found)
        name = f"{variant.name}#{taken + 1}" if taken else variant.name
        label = (
            variant.label
            if not taken
            else Label(f"{variant.label.vi} #{taken + 1}", f"{variant.label.en} #{taken + 1}")
        )
        found.append(replace(variant, name=name, label=label))
    return found


def _variant(word: str) -> Variant:
    """A scenario, or `[NAME:]PATH=VALUE[;PATH=VALUE…]`."""
    from scenarios.errors import Flaw, ScenarioError
    from scenarios.experiments import Variant
    from scenarios.overrides import split

    if "=" not in word or Path(word).is_file():
        name = _file_name(word)
        return Variant(name, Label(name, name), word)
    named = _NAMED.fullmatch(word)
    name, changes = (named[1], named[2]) if named else (word, word)
    try:
        overrides = dict(split(part) for part in changes.split(";") if part.strip())
    except Flaw as flaw:
        raise ScenarioError([flaw.at("VARIANT")]) from None
    return Variant(name, Label(name, name), None, overrides)


def _changed(design: Design, asked: dict[str, Any]) -> Design:
    """The design with what the options say instead."""
    from scenarios.errors import Flaw, ScenarioError
    from scenarios.overrides import split
    from scenarios.units import parse_duration, parse_share
    from scenarios.wanted import parse_outcome, parse_precision
    from sim.engines import ENGINES

    if asked["replications"] and asked["precision"]:
        raise refuse("either_precision")
    if asked["engine"] is not None and asked["engine"] not in ENGINES:
        raise refuse("engine", value=asked["engine"], known=", ".join(ENGINES))
    changes: dict[str, Any] = {
        key: asked[key] for key in ("seed", "replications", "engine", "ranges") if asked[key] is not None
    }
    option = ""
    try:
        for option, read in (("window", parse_duration), ("drain", parse_duration), ("level", parse_share)):
            if asked[option] is not None:
                changes[option] = read(asked[option])
        option = "override"
        if asked["overrides"]:
            changes["overrides"] = {**(design.overrides or {}), **dict(map(split, asked["overrides"]))}
        option = "outcome"
        if asked["outcomes"]:
            changes["outcomes"] = tuple(map(parse_outcome, asked["outcomes"]))
        option = "precision"
        if asked["precision"] is not None:
            changes |= {"precision": parse_precision(asked["precision"]), "replications": None}
        elif asked["replications"]:
            changes["precision"] = None
    except Flaw as flaw:
        raise ScenarioError([flaw.at(f"--{option}")]) from None
    design = replace(design, **changes)
    if asked["at_most"] and design.precision is not None:
        design = replace(design, precision=replace(design.precision, at_most=asked["at_most"]))
    if not 0.5 <= design.level < 1:
        raise refuse("level", value=asked["level"])
    return design


def _tell_warnings(speech: Speech, experiment: Experiment) -> None:
    """What was doubtful in the scenarios, each thing once."""
    told = dict.fromkeys(warning for side in experiment.sides for warning in side.warnings)
    if told:
        speech.note("warning.count", count=len(told))
        speech.problems(list(told), "!", "yellow")


# ---- doing it -----------------------------------------------------------------------------------------


def _run(speech: Speech, experiment: Experiment, out: Path | None, jobs: int | None) -> Comparison:
    from metrics.outcomes import NotMeasured
    from platform_api.crew import RunFailed
    from platform_api.experiments import run
    from platform_api.journal import NotOurs
    from platform_api.progress import Bar
    from sim.laws import LawBroken

    with Bar(speech) as bar:
        try:
            return run(experiment, jobs=jobs, folder=out, progress=bar.follow)
        except KeyboardInterrupt as stop:
            _interrupted(speech, bar, how_told(stop), out)
            raise click.exceptions.Exit(exit_code(stop)) from None
        except NotOurs as error:
            raise Refusal(_placed(error.folder, error.message), error.remedy) from None
        except NotMeasured as error:
            raise _not_measured(error) from None
        except LawBroken as error:
            raise refuse("law", FAILED, law=error, seed=experiment.plan.seed) from None
        except RunFailed as error:
            raise Refusal(error.message, _to_go_on(error.remedy, out), FAILED) from None
        except OSError as error:
            raise cannot_write(out or Path(), error) from None
        except ValueError as error:
            raise refuse("cannot_run", FAILED, reason=error) from None


def _interrupted(speech: Speech, bar: Any, how: str, out: Path | None) -> None:
    from contextlib import suppress

    with suppress(BrokenPipeError):
        key = "interrupted.lost" if out is None else "interrupted.kept"
        speech.note(key, how=how, finished=bar.finished, folder=out)


def _to_go_on(remedy: Label, out: Path | None) -> Label:
    """With a folder nothing that was finished is lost."""
    if out is None:
        return remedy
    from platform_api.texts import both

    more = both("compare.go_on", folder=out)
    return Label(f"{remedy.vi}; {more.vi}", f"{remedy.en}; {more.en}")


def _placed(folder: Path, message: Label) -> Label:
    return Label(vi=f"--out {folder} {message.vi}", en=f"--out {folder} {message.en}")


def _not_measured(error: Any) -> Refusal:
    known = "; ".join(",".join(f"{k}={v}" for k, v in of.items()) or "{}" for of in error.known[:20]) or "–"
    asked = ",".join(f"{key}={value}" for key, value in error.labels) or "{}"
    return refuse("not_measured", name=error.name, labels=asked, known=known)


def _keep(speech: Speech, answer: Comparison, experiment: Experiment, out: Path, words: str) -> None:
    """The answer beside the replications it is made of."""
    from platform_api.compare_report import render

    write_text(out / ANSWER, answer.to_json(indent=1) + "\n")
    write_text(out / TABLE, answer.to_csv())
    write_text(out / REPORT, render(answer, experiment, words, speech.language))
    speech.note("run.kept", folder=out)


def _command(words: tuple[str, ...], asked: dict[str, Any], answer: Comparison) -> str:
    """The command that gives this answer again."""
    from platform_api.screen import quoted

    told = ["cuakhau compare", *map(quoted, words)]
    told += [f"--outcome {quoted(each)}" for each in asked["outcomes"]]
    told += [f"--override {quoted(each)}" for each in asked["overrides"]]
    for option in ("window", "drain", "level", "engine", "ranges"):
        told += [f"--{option} {quoted(str(asked[option]))}"] if asked[option] else []
    return " ".join([*told, f"--seed {answer.seed} --replications {answer.replications}"])
