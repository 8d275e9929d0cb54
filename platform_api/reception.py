"""What surrounds every answer: its name in the log, headers that keep a browser safe, its time taken."""

from __future__ import annotations

import secrets
import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from metrics.exposition import Telemetry

log = structlog.get_logger(__name__)

SAFE = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Said with every answer that does not say it otherwise itself."""


class Reception:
    """ASGI middleware: names every request, counts and times its answer under the template of its address."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self.app, self.telemetry = app, telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, name = time.perf_counter(), 500, secrets.token_hex(8)

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = name
                for header, value in SAFE.items():
                    headers.setdefault(header, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(request=name):
            try:
                await self.app(scope, receive, noting)
            finally:
                self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count the answer; log what changed something or went wrong, never its query."""
        route = getattr(scope.get("route"), "path", "unmatched")
        self.telemetry.answered(route, scope["method"], status, seconds)
        if status >= 400 or scope["method"] not in ("GET", "HEAD"):
            took = round(seconds * 1000, 1)
            log.info("answered", method=scope["method"], route=route, status=status, ms=took)
