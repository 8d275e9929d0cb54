"""Whose turn it is: threads of one process share Python's lock, and things that are dear are made once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

T = TypeVar("T")

TURN = 0.0005
"""After so long a thread gives Python's lock to others that wait for it [s]."""


@contextmanager
def short_turns() -> Iterator[None]:
    """Whoever comes back from compiled code, or from waiting, gets Python's lock ten times as soon."""
    usually = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usually)


def once(make: Callable[..., T]) -> Callable[..., T]:
    """As `functools.cache`, and who asks while something is being made waits, rather than make it too."""
    kept, lock = cache(make), threading.Lock()

    def asked(*of: Hashable) -> T:
        with lock:
            return kept(*of)

    return asked
