"""A running server: its socket, its log, and the moment from which it answers."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from platform_api.turns import short_turns

LINGER = 3
"""How long a stopping server waits for open requests [s]."""


class Server(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(
        self, app: FastAPI, ready: Callable[[], None], stopping: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_protocol(),
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=LINGER,
            )
        )
        self._ready, self._stopping = ready, stopping

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve. What is worked out in a thread keeps the others, and the loop, waiting for moments only."""
        with short_turns():
            super().run(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell, so that event streams end; then wait for open requests, and stop."""
        self._stopping()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._ready()


def _protocol() -> Any:
    """Ours, where its parser can be had; the other one that uvicorn takes has a limit of its own."""
    try:
        from platform_api.protocol import Bounded
    except ImportError:
        return "h11"
    return Bounded


def listen(host: str, port: int) -> socket.socket:
    """A socket on an address; port 0 takes a free one.

    Raises
    ------
    OSError
        If the port cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would let two programs have one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def address_of(listening: socket.socket) -> str:
    """The address a socket can be reached at."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def log_to_standard_error() -> None:
    """One JSON object a line."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
