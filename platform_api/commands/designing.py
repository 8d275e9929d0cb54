"""From the words of `cuakhau compare` to the design of an experiment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_api.console import refuse
from scenarios.resolved import Label

if TYPE_CHECKING:
    from scenarios.decisions import Decision, Objective, Target
    from scenarios.experiments import Design, Variant
    from scenarios.sweeps import Factor

_NAMED = re.compile(r"([A-Za-z0-9][\w-]*):(?=[^=]*=)(.*)", re.DOTALL)

AS_THEY_ARE = ("seed", "replications", "engine", "ranges")
"""Options that need no reading."""


def design_of(base: str, variants: tuple[str, ...]) -> Design:
    """The design of a file; or base and variants as they were typed."""
    from scenarios.experiments import Design, is_design, load_design

    if variants:
        return Design(_file_name(base), base, tuple(typed_variants(variants)))
    if is_design(base):
        design = load_design(base)
        if design.factors:
            raise refuse("is_sweep", base=base)
        if design.wanted is not None:
            raise refuse("is_optimise", base=base)
        return design
    raise refuse("no_variant", base=base)


def sweep_of(base: str, words: tuple[str, ...]) -> Design:
    """The sweep of a file; or base and factors as they were typed."""
    from scenarios.experiments import Design, is_design, load_design

    if words:
        factors = [read_option("FACTOR", word, _factor) for word in words]
        return Design(_file_name(base), base, (), factors=tuple(factors))
    if is_design(base) and (design := load_design(base)).factors:
        return design
    raise refuse("no_factor", base=base)


def optimisation_of(base: str, words: tuple[str, ...], asked: Mapping[str, Any]) -> Design:
    """The optimisation of a file, or base and decisions as they were typed; what options say instead."""
    from scenarios.decisions import Wanted
    from scenarios.experiments import Design, is_design, load_design

    if words:
        costs = dict(read_option("--cost", each, _cost) for each in asked["costs"])
        decisions = tuple(read_option("DECISION", word, partial(_decision, costs)) for word in words)
        for name in costs.keys() - {each.name for each in decisions}:
            raise refuse("no_such_decision", name=name, known=", ".join(each.name for each in decisions))
        design = Design(_file_name(base), base, (), wanted=Wanted(decisions, (), _objective(None, asked)))
    elif is_design(base) and (loaded := load_design(base)).wanted is not None:
        design = loaded
    else:
        raise refuse("no_decision", base=base)
    assert design.wanted is not None
    wanted = replace(design.wanted, objective=_objective(design.wanted.objective, asked))
    if asked["targets"]:
        wanted = replace(wanted, targets=tuple(_target(each) for each in asked["targets"]))
    return replace(design, wanted=wanted)


def _decision(costs: Mapping[str, float], word: str) -> Decision:
    """`[NAME:]PATH=V1,V2,…` or `…=LOW..HIGH`."""
    from scenarios.decisions import typed_decision

    named = _NAMED.fullmatch(word)
    told = named[2] if named else word
    path, _, written = told.partition("=")
    name = named[1] if named else path
    return typed_decision(name, path, written, costs.get(name))


def _cost(word: str) -> tuple[str, float]:
    from scenarios.units import parse_money

    name, _, amount = word.rpartition("=")
    return name, parse_money(amount)


def _target(word: str) -> Target:
    from scenarios.decisions import parse_target

    found: Target = read_option("--target", word, parse_target)
    return found


def _objective(of: Objective | None, asked: Mapping[str, Any]) -> Objective:
    """The objective, with what options say instead."""
    from scenarios.decisions import Objective
    from scenarios.units import parse_money, parse_share
    from scenarios.wanted import parse_outcome

    said: dict[str, Any] = {}
    if asked["figures"]:
        said["figures"] = tuple(read_option("--figure", each, parse_outcome) for each in asked["figures"])
    if asked["indifference"]:
        said["indifference"] = read_option("--indifference", asked["indifference"], parse_money)
    if asked["error"]:
        said["error"] = read_option("--error", asked["error"], parse_share)
    if asked["at_most"]:
        said["at_most"] = asked["at_most"]
    return replace(of or Objective(), **said)


def _factor(word: str) -> Factor:
    """`[NAME:]PATH=V1,V2,…`, `…=LOW..HIGH`, or the path of an assumption with a range."""
    from scenarios.sweeps import Factor, check

    named = _NAMED.fullmatch(word)
    told = named[2] if named else word
    path, _, written = told.partition("=")
    name = named[1] if named else path
    low, dots, high = (part.strip() for part in written.partition(".."))
    values = () if dots else tuple(value.strip() for value in written.split(",") if value.strip())
    check(path, values, bool(dots))
    return Factor(name, Label(name, name), path, values, (low, high) if dots else None)


def _file_name(typed: str) -> str:
    return Path(typed).stem if Path(typed).suffix in (".yaml", ".yml") else typed


def typed_variants(words: tuple[str, ...], place: str = "VARIANT") -> list[Variant]:
    """Every variant, with a name that no other has."""
    found: list[Variant] = []
    for variant in (_variant(word, place) for word in words):
        taken = sum(each.name.partition("#")[0] == variant.name for each in found) + (variant.name == "base")
        name = f"{variant.name}#{taken + 1}" if taken else variant.name
        found.append(replace(variant, name=name, label=Label(name, name)))
    return found


def _variant(word: str, place: str) -> Variant:
    """A scenario, or `[NAME:]PATH=VALUE[;PATH=VALUE…]`."""
    from scenarios.experiments import Variant

    if "=" not in word or Path(word).is_file():
        name = _file_name(word)
        return Variant(name, Label(name, name), word)
    named = _NAMED.fullmatch(word)
    name, changes = (named[1], named[2]) if named else (word, word)
    parts = [part for part in changes.split(";") if part.strip()]
    return Variant(name, Label(name, name), None, read_option(place, parts, overrides_of))


def overrides_of(texts: list[str] | tuple[str, ...]) -> dict[str, Any]:
    from scenarios.overrides import split

    return dict(map(split, texts))


def read_option(place: str, written: Any, read: Callable[[Any], Any]) -> Any:
    """What was written, read; a flaw is told with its place on the command line."""
    from scenarios.errors import Flaw, ScenarioError

    try:
        return read(written)
    except Flaw as flaw:
        raise ScenarioError([flaw.at(place)]) from None


# ---- options ------------------------------------------------------------------------------------------


def changed(design: Design, asked: dict[str, Any]) -> Design:
    """A design with what the options say instead.

    Raises
    ------
    ScenarioError, Refusal
        For an option that cannot be.
    """
    _check(asked)
    said = {name: asked[name] for name in AS_THEY_ARE if asked[name] is not None} | _told(asked)
    if "overrides" in said:
        said["overrides"] = {**(design.overrides or {}), **said["overrides"]}
    if "precision" in said:
        said["replications"] = None
    elif "replications" in said:
        said["precision"] = None
    design = replace(design, **said)
    if not 0.5 <= design.level < 1:
        raise refuse("level", value=asked["level"])
    if asked["at_most"] is None or design.precision is None:
        return design
    return replace(design, precision=replace(design.precision, at_most=asked["at_most"]))


def _check(asked: dict[str, Any]) -> None:
    from sim.engines import ENGINES

    if asked["replications"] and asked["precision"]:
        raise refuse("either_precision")
    if asked["engine"] is not None and asked["engine"] not in ENGINES:
        raise refuse("engine", value=asked["engine"], known=", ".join(ENGINES))


def _told(asked: dict[str, Any]) -> dict[str, Any]:
    """The options that are texts with a meaning, read."""
    from scenarios.units import parse_duration, parse_share
    from scenarios.wanted import parse_outcome, parse_precision

    readers: dict[str, Callable[[Any], Any]] = {
        "window": parse_duration,
        "drain": parse_duration,
        "level": parse_share,
        "precision": parse_precision,
        "outcomes": lambda texts: tuple(map(parse_outcome, texts)),
        "overrides": overrides_of,
    }
    return {
        name: read_option(
            f"--{name.rstrip('s') if name in ('outcomes', 'overrides') else name}", asked[name], read
        )
        for name, read in readers.items()
        if asked[name]
    }
