"""HTTP as it is read from a connection: a request has a head of some size, and some time to send it.

The parser behind uvicorn's usual protocol has neither limit: a head without end would fill the memory, and
heads that never end would hold every connection there can be.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 64_000
"""The largest head of a request: its address and its headers [bytes]."""

HEAD_WITHIN = 20.0
"""How long a connection may take from being made, or from the first byte of a head, to the head's end [s]."""


class Bounded(HttpToolsProtocol):
    """Closes a connection whose head is too large or too slow."""

    _head = 0  # bytes of the head that is being read
    _in_head = False
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless a head that does not end has become too large."""
        if self._in_head:
            self._head += len(data)
        if self._in_head and self._head > MOST_HEAD:
            self.send_400_response("The head of the request is too large.")
            return
        super().data_received(data)
        if self._in_head:
            self._wait()

    # ---- what the parser tells
    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._head, self._in_head = 0, True

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        super().on_url(url)
        self._head += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, whole."""
        super().on_header(name, value)
        self._head += len(name) + len(value)

    def on_headers_complete(self) -> None:
        """The head is there; one that is too large is answered as what is no HTTP."""
        self._in_head = False
        self._stop_waiting()
        if self._head > MOST_HEAD:
            raise ValueError("the head of the request is too large")
        super().on_headers_complete()

    # ---- waiting
    def _wait(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(HEAD_WITHIN, self._too_late)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        self._late = None
        self.transport.close()
