"""What a client has already is not sent again: every answer has an `ETag`, and `If-None-Match` is heard.

A tag is of one representation: of other bytes there is another tag.
"""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEPT = ("etag", "cache-control", "content-location", "vary", "content-language", "expires")
"""Headers of an answer that go with 304 too."""

ASK_AGAIN = "private, no-cache"
"""Said where nothing else is: keep it, and ask each time whether it is still so."""


class Conditional:
    """ASGI middleware: tags what is answered in one piece, and answers 304 to who has it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            send = _Answer(send, Headers(scope=scope).get("if-none-match")).send
        await self.app(scope, receive, send)


class _Answer:
    """One answer on its way: its head waits for its body, from which a tag is made where there is none."""

    def __init__(self, send: Send, known: str | None) -> None:
        self._send, self._known = send, known
        self._head: Message | None = None
        self._is_told = False

    async def send(self, message: Message) -> None:
        """Pass on what is to be passed on."""
        if message["type"] == "http.response.start" and message["status"] == 200:
            self._head = message
        elif message["type"] == "http.response.body" and self._head is not None:
            head, self._head = self._head, None
            await self._begin(head, message)
        elif not self._is_told:
            await self._send(message)

    async def _begin(self, head: Message, body: Message) -> None:
        headers = MutableHeaders(raw=head["headers"])
        if "etag" not in headers and not body.get("more_body", False) and body.get("body"):
            headers["ETag"] = f'"{hashlib.sha256(body["body"]).hexdigest()[:32]}"'
        if "etag" in headers:
            headers.setdefault("Cache-Control", ASK_AGAIN)
        head["headers"] = headers.raw
        if "etag" in headers and _has(self._known, headers["etag"]):
            self._is_told = True
            head["status"] = 304
            head["headers"] = [(name, value) for name, value in headers.raw if name.decode() in KEPT]
            body = {"type": "http.response.body", "body": b""}
        await self._send(head)
        await self._send(body)


def _has(known: str | None, tag: str) -> bool:
    """Whether a tag is among those that a client has (RFC 9110 §13.1.2: compared weakly)."""
    if known is None:
        return False
    tags = [each.strip().removeprefix("W/") for each in known.split(",")]
    return "*" in tags or tag.removeprefix("W/") in tags
