"""What the compiled engine does not know yet: refused with its name, never run otherwise."""

from __future__ import annotations

from collections.abc import Callable

from scenarios.resolved import Resolved

Uses = Callable[[Resolved], bool]

LACKING: dict[str, Uses] = {}
"""Word of the language → whether a scenario uses it."""


def check_known(scenario: Resolved) -> None:
    """Refuse what the compiled engine cannot run.

    Raises
    ------
    NotImplementedError
        With the words of the language that it does not know yet.
    """
    lacking = [word for word, uses in LACKING.items() if uses(scenario)]
    if lacking:
        raise NotImplementedError(
            f"{', '.join(lacking)}: the compiled engine does not know this yet; use engine 'reference'"
        )
