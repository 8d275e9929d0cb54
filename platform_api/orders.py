"""From what a client wrote to a scenario that can be run here: by name or in full, never by a path."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from platform_api import errors, wire
from platform_api.estimate import expected_entities
from platform_api.runner import draw_seed
from platform_api.runs import Order
from platform_api.settings import Settings
from scenarios import library
from scenarios.errors import Problem, ScenarioError, shown, suggestion
from scenarios.resolved import Label, Resolved, scenario_hash


def prepare(order: wire.RunOrder, settings: Settings) -> Order:
    """A run order as a run that may be queued.

    Raises
    ------
    ApiError
        404 for a name that is not in the library, 422 with everything that is wrong.
    """
    if order.replications > settings.max_replications:
        raise _beyond("replications", order.replications, settings.max_replications)
    loaded = _load(order)
    _check_size(loaded.resolved, settings)
    return Order(
        scenario=loaded.resolved,
        warnings=loaded.warnings,
        seed=draw_seed() if order.seed is None else order.seed,
        replications=order.replications,
        engine=order.engine,
        overrides=order.overrides,
        named=isinstance(order.scenario, str) and not order.overrides,
    )


def check(order: wire.CheckOrder | str, settings: Settings) -> wire.Checked:
    """Whether a scenario can be run here; a text is a written scenario in YAML.

    Raises
    ------
    ApiError
        As `prepare`.
    """
    loaded = _read(order) if isinstance(order, str) else _load(order)
    return wire.Checked(
        name=loaded.resolved.name,
        hash=scenario_hash(loaded.resolved),
        expected_entities=_check_size(loaded.resolved, settings),
        warnings=[wire.problem_item(problem) for problem in loaded.warnings],
    )


# ---- the library --------------------------------------------------------------------------------------


def library_items() -> list[wire.ScenarioItem]:
    """Every scenario of the library."""
    return [_item(_named(name).resolved) for name in library.names()]


def card(name: str) -> wire.ScenarioCard:
    """One scenario of the library.

    Raises
    ------
    ApiError
        404 when there is none of that name.
    """
    loaded = _named(name)
    scenario = loaded.resolved
    return wire.ScenarioCard(
        **_item(scenario).model_dump(),
        hash=scenario_hash(scenario),
        expected_entities=expected_entities(scenario),
        counts=wire.Counts(**{kind: len(getattr(scenario, kind)) for kind in wire.Counts.model_fields}),
        parameters=[wire.parameter(each) for each in scenario.parameters],
        warnings=[wire.problem_item(problem) for problem in loaded.warnings],
    )


def _item(scenario: Resolved) -> wire.ScenarioItem:
    return wire.ScenarioItem(
        name=scenario.name, title=wire.text(scenario.title), question=wire.text(scenario.question)
    )


@lru_cache(maxsize=64)
def _cached(name: str) -> library.Loaded:
    """The library does not change while the service runs."""
    return library.load(name)


def _named(name: str, place: str = "name") -> library.Loaded:
    if name not in library.names():
        raise errors.unknown(errors.UNKNOWN_SCENARIO, place, name, library.names())
    return _cached(name)


# ---- reading ------------------------------------------------------------------------------------------


def _load(order: wire.CheckOrder) -> library.Loaded:
    """The scenario of an order, with its overrides."""
    _refuse_files(order.overrides, "overrides")
    if isinstance(order.scenario, dict):
        return _written(order.scenario, order.overrides)
    named = _named(order.scenario, "scenario")
    return _from_library(order.scenario, order.overrides) if order.overrides else named


def _from_library(name: str, overrides: Mapping[str, Any]) -> library.Loaded:
    try:
        return library.load(name, overrides)
    except ScenarioError as error:
        raise errors.of_scenario(error) from None


def _written(scenario: dict[str, Any], overrides: Mapping[str, Any]) -> library.Loaded:
    """A scenario written as JSON, which is YAML too; lines of that text mean nothing to who sent it."""
    try:
        return _read(json.dumps(scenario, ensure_ascii=False), overrides)
    except errors.ApiError as error:
        problems = [replace(problem, line=None, column=None) for problem in error.problems]
        raise errors.ApiError(error.kind, problems) from None


def _read(text: str, overrides: Mapping[str, Any] | None = None) -> library.Loaded:
    """A written scenario, once it is known to name no file."""
    try:
        _refuse_files(read_yaml(text), "")
        return library.load_text(text, overrides or {})
    except ScenarioError as error:
        raise errors.of_scenario(error) from None


def read_yaml(text: str) -> Any:
    """The plain data of a YAML text."""
    from scenarios.yaml import read

    return read(text).data


def _refuse_files(data: Any, place: str) -> None:
    """A request must not make the server open files of its machine.

    Raises
    ------
    ApiError
        422, with every place that names a file.
    """
    problems = list(_files_named(data, place))
    if problems:
        raise errors.ApiError(errors.WRONG_SCENARIO, problems)


def _files_named(data: Any, place: str) -> Iterator[Problem]:
    if isinstance(data, dict):
        for key, value in data.items():
            here = f"{place}.{key}" if place else str(key)
            if str(key).split(".")[-1] == "list" and isinstance(value, str):
                yield _file_named(here, value)
            elif key == "based_on" and value not in library.names():
                message = Label(vi="không có trong thư viện", en="is not in the library")
                yield Problem(here, shown(value), message, suggestion(str(value), library.names()))
            else:
                yield from _files_named(value, here)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _files_named(value, f"{place}[{number}]")


def _file_named(place: str, value: str) -> Problem:
    return Problem(
        place,
        shown(value),
        Label(vi="nêu một tệp, mà API không đọc tệp", en="names a file, and the API reads no files"),
        Label(
            vi="hãy chạy bằng dòng lệnh: cuakhau run TỆP", en="run it on the command line: cuakhau run FILE"
        ),
    )


# ---- limits -------------------------------------------------------------------------------------------


def _check_size(scenario: Resolved, settings: Settings) -> int:
    """How many entities one replication is expected to have, if that is not too many."""
    expected = expected_entities(scenario)
    if expected > settings.max_entities:
        raise _beyond("scenario", expected, settings.max_entities)
    return expected


_WHAT = {
    "replications": Label(vi="lần lặp", en="replications"),
    "scenario": Label(vi="thực thể dự kiến mỗi lần lặp", en="expected entities a replication"),
}


def _beyond(place: str, value: int, most: int) -> errors.ApiError:
    what = _WHAT[place]
    message = Label(
        vi=f"có {value} {what.vi}, máy chủ nhận tối đa {most}",
        en=f"has {value} {what.en}, this server takes {most} at the most",
    )
    remedy = Label(
        vi="hãy giảm xuống, hoặc chạy bằng dòng lệnh", en="ask for less, or run it on the command line"
    )
    return errors.fault(errors.BEYOND_LIMITS, place, value, message, remedy)
