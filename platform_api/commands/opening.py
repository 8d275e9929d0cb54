"""From the words of a command line to a scenario that can be run, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from platform_api.console import Speech

if TYPE_CHECKING:
    from scenarios.library import Loaded


def open_scenario(
    speech: Speech, name_or_file: str, overrides: Sequence[str] = (), until: str | None = None
) -> Loaded:
    """Load a scenario and tell its warnings on standard error.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    from scenarios import library

    loaded = library.load(name_or_file, overrides, until=until)
    if loaded.warnings:
        speech.note("warning.count", count=len(loaded.warnings))
        speech.problems(loaded.warnings, "!", "yellow")
    return loaded
