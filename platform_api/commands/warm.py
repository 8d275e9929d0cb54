"""`cuakhau warm`: compile the compiled engine once for this installation."""

from __future__ import annotations

from platform_api.commands.common import command
from platform_api.console import Speech


@command("warm")
def warm(speech: Speech) -> None:
    """Compile what is not compiled yet."""
    if not get_warm(speech):
        speech.note("warm.already")


def get_warm(speech: Speech) -> bool:
    """Compile, and say so, where this was not done before; tells whether it was needed."""
    from sim import jit

    if jit.is_warm():
        return False
    speech.note("warm.begin")
    from sim.warm import warm

    speech.note("warm.done", seconds=round(warm()))
    return True
