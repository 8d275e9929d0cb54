"""Being told to stop: Ctrl-C, and SIGTERM (`kill`, `timeout`, a machine that shuts down) in the same way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED, TERMINATED = 130, 143
"""Exit codes, as shells have them: 128 and the number of the signal."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: all that ends well on a Ctrl-C ends well on this."""


def exit_code(stop: BaseException | None) -> int:
    """The exit code of a command that was stopped."""
    return TERMINATED if isinstance(stop, Terminated) else INTERRUPTED


def how_told(stop: BaseException | None) -> str:
    """How it was told to stop."""
    return "SIGTERM" if isinstance(stop, Terminated) else "Ctrl-C"


@contextmanager
def heeding_sigterm() -> Iterator[None]:
    """Within, the first SIGTERM is a `Terminated`; `timeout` sends a second, which must not spoil the end."""
    if threading.current_thread() is not threading.main_thread():  # elsewhere Python takes no handlers
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is _terminate:
            signal.signal(signal.SIGTERM, before)


def _terminate(_: int, __: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Terminated
