"""From what a client wrote to a scenario that can be run here: by name or in full, never by a path."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from platform_api import errors, wire
from platform_api.cards import Card, cards
from platform_api.estimate import expected_entities
from platform_api.runner import draw_seed
from platform_api.runs import Order
from platform_api.settings import Settings
from platform_api.shelf import Found, Shelf
from platform_api.turns import once
from scenarios import library
from scenarios.errors import Problem, ScenarioError
from scenarios.resolved import DAY, Label, Resolved, scenario_hash


def prepare(
    order: wire.RunOrder,
    settings: Settings,
    shelf: Shelf,
    holder: str = "",
    idempotency_key: str | None = None,
) -> Order:
    """A run order as a run that may be queued.

    Raises
    ------
    ApiError
        404 for a name that is not in the library, 422 with everything that is wrong.
    """
    check_replications(order.replications, settings)
    loaded, identity = _load(order, shelf)
    check_size(loaded.resolved, settings)
    return Order(
        scenario=loaded.resolved,
        hash=identity,
        warnings=loaded.warnings,
        seed=draw_seed() if order.seed is None else order.seed,
        replications=order.replications,
        engine=order.engine,
        overrides=order.overrides,
        named=_is_of_library(order),
        records=order.records,
        fresh=order.fresh,
        holder=holder,
        idempotency_key=idempotency_key,
        order_hash=hashlib.sha256(order.model_dump_json().encode()).hexdigest(),
    )


def prepare_session(order: wire.SessionOrder, settings: Settings, shelf: Shelf) -> tuple[Resolved, int]:
    """The scenario and the seed of a live session; errors as `prepare`."""
    loaded, _ = _load(order, shelf)
    check_size(loaded.resolved, settings)
    clock = loaded.resolved.clock
    days = -(-(clock.at_most + clock.lead_in) // DAY)
    if days > settings.max_session_days:
        raise _beyond("days", days, settings.max_session_days)
    return loaded.resolved, draw_seed() if order.seed is None else order.seed


def check(order: wire.CheckOrder | str, settings: Settings, shelf: Shelf) -> wire.Checked:
    """Whether a scenario can be run here; a text is a written scenario in YAML.

    Raises
    ------
    ApiError
        As `prepare`.
    """
    loaded, identity = _load_text(order) if isinstance(order, str) else _load(order, shelf)
    return wire.Checked(
        name=loaded.resolved.name,
        hash=identity,
        expected_entities=check_size(loaded.resolved, settings),
        warnings=[wire.problem_item(problem) for problem in loaded.warnings],
    )


def estimate(order: wire.CheckOrder, settings: Settings, shelf: Shelf) -> wire.EstimateTold:
    """The main figures in a moment; errors as `prepare`."""
    from platform_api.beforehand import beforehand

    loaded, _ = _load(order, shelf)
    check_size(loaded.resolved, settings)
    return wire.EstimateTold.model_validate(beforehand(loaded.resolved).document())


# ---- scenarios by name --------------------------------------------------------------------------------


def items(shelf: Shelf) -> list[wire.ScenarioItem]:
    """Every scenario of the library, then those that users stored."""
    stored = (_item(found.loaded.resolved, found.version) for found in shelf.readable())
    return [*_library(), *stored]


@once
def _library() -> tuple[wire.ScenarioItem, ...]:
    """It does not change while the service runs."""
    return tuple(map(_item, cards()))


def card(found: Found) -> wire.ScenarioCard:
    """One scenario, with what a client needs before it orders a run."""
    scenario = found.loaded.resolved
    return wire.ScenarioCard(
        **_item(scenario, found.version).model_dump(),
        hash=found.hash,
        expected_entities=expected_entities(scenario),
        counts=wire.Counts(**{kind: len(getattr(scenario, kind)) for kind in wire.Counts.model_fields}),
        parameters=[wire.parameter(each) for each in scenario.parameters],
        warnings=[wire.problem_item(problem) for problem in found.loaded.warnings],
    )


def _item(scenario: Resolved | Card, version: int | None = None) -> wire.ScenarioItem:
    return wire.ScenarioItem(
        name=scenario.name,
        title=wire.text(scenario.title),
        question=wire.text(scenario.question),
        version=version,
    )


# ---- reading ------------------------------------------------------------------------------------------


def _is_of_library(order: wire.CheckOrder) -> bool:
    """Whether it is a scenario of the library as it is: only those are shown on the metrics."""
    return isinstance(order.scenario, str) and order.scenario in library.names() and not order.overrides


def _load(order: wire.CheckOrder, shelf: Shelf) -> tuple[library.Loaded, str]:
    """The scenario of an order, with its overrides, and its hash."""
    try:
        if isinstance(order.scenario, str) and not order.overrides:
            found = shelf.find(order.scenario, "scenario")
            return found.loaded, found.hash
        if isinstance(order.scenario, str):
            loaded = shelf.varied(order.scenario, order.overrides, "scenario")
        else:  # JSON is YAML too; without a folder it can name no file
            loaded = library.load_text(json.dumps(order.scenario, ensure_ascii=False), order.overrides)
        return loaded, scenario_hash(loaded.resolved)
    except ScenarioError as error:
        raise errors.ApiError(errors.WRONG_SCENARIO, [_in_order(each) for each in error.problems]) from None


def _load_text(text: str) -> tuple[library.Loaded, str]:
    try:
        loaded = library.load_text(text)
        return loaded, scenario_hash(loaded.resolved)
    except ScenarioError as error:
        raise errors.of_scenario(error) from None


def _in_order(problem: Problem) -> Problem:
    """A problem as the sender of JSON knows it: overrides by their field, no lines of a text he never saw."""
    place = problem.place.replace('"--override"', "overrides", 1)
    return replace(problem, place=place or "scenario", line=None, column=None)


# ---- limits -------------------------------------------------------------------------------------------


def check_replications(count: int, settings: Settings) -> None:
    """Refuse more replications than this server takes."""
    if count > settings.max_replications:
        raise _beyond("replications", count, settings.max_replications)


def check_size(scenario: Resolved, settings: Settings) -> int:
    """How many entities one replication is expected to have, if that is not too many."""
    expected = expected_entities(scenario)
    if expected > settings.max_entities:
        raise _beyond("scenario", expected, settings.max_entities)
    return expected


_WHAT = {
    "replications": Label(vi="lần lặp", en="replications"),
    "days": Label(vi="ngày mô phỏng", en="simulated days"),
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
