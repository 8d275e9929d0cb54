"""Every number of every scenario can be changed from the command line by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.dials import Dial, dial_of, value_told
from scenarios.findings import Findings
from scenarios.library import Loaded, load, names
from scenarios.overrides import overridden, split
from scenarios.paths import get, parsed
from scenarios.resolved import Parameter


def lever(parameter: Parameter) -> str:
    """What a planner types: the name of a number and another value of it, of its own kind."""
    other = parameter.value
    dial: Dial | None = None
    if parameter.range is not None:
        dial = dial_of(parameter.path, parameter.value, parameter.range)
    if dial is not None:
        other = dial.told(dial.low if dial.now != dial.low else dial.high)
    return f"{parameter.path}={other}"


def require_found(name: str, step: int) -> None:
    """Every so many-th number of a scenario."""
    loaded = load(name)
    for parameter in loaded.resolved.parameters[::step]:
        path, value = split(lever(parameter))
        changed, _ = overridden(loaded.written, path, value)
        assert value_told(get(changed, parsed(path))) == value_told(value) or isinstance(
            value, dict | list
        ), path
        assert get(loaded.written, parsed(path)) is not None, path


@pytest.mark.parametrize("name", names())
def test_numbers_have_names_that_an_override_finds(name: str) -> None:
    require_found(name, 8)


@pytest.mark.long
@pytest.mark.parametrize("name", names())
def test_every_number_has_a_name_that_an_override_finds(name: str) -> None:
    require_found(name, 1)


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in names() if name != "lang-son-700k"])
def test_every_assumption_can_be_set_to_an_end_of_its_range(name: str) -> None:
    """All the way to what a run is handed; shares beside it make room."""
    from scenarios import dials
    from scenarios.resolve import resolve

    loaded: Loaded = load(name)
    folder = Path(__file__).parents[2] / "scenarios" / "library"
    for dial in dials.dials(loaded.resolved.parameters, [loaded.written]):
        turned = dials.turned(loaded.written, {dial: dial.low if dial.now != dial.low else dial.high})
        try:
            resolve(dials.with_values(loaded.written, turned), Findings(), folder)
        except Exception as error:
            raise AssertionError(f"{name}: {turned}") from error
