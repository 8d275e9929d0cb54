"""Who may do what: access keys, sent as bearer tokens, and how often each may ask.

On this machine alone (loopback) the service is open unless keys are asked for; anywhere else it refuses to
begin without keys.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from platform_api import errors
from platform_api.settings import LOOPBACK, Settings
from platform_api.store import Unavailable
from platform_api.store.key_table import SCOPES, Key, KeyTable
from scenarios.resolved import Label

OPEN = ""
"""The holder where no keys are asked for."""

KNOWN_FOR = 5.0
"""How long a key that was looked up is taken as it was: a revoked one ends within this time [s]."""

MOST_KNOWN = 1_000

WRONG_AT_ONCE, WRONG_EVERY = 30, 1.0
"""So many wrong keys may come from one address at once, then one in so long [s]."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request."""

    holder: str  # id of the key; OPEN without keys
    scope: str

    def may(self, scope: str) -> bool:
        """Whether the caller is allowed what a scope allows."""
        return SCOPES.index(self.scope) >= SCOPES.index(scope)

    def owns(self, holder: str) -> bool:
        """Whether what a holder ordered is the caller's to cancel and delete."""
        return self.holder == holder or self.scope == "admin"


class Bucket:
    """So many requests a second, and as many at once after a pause."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self.left, self.at = burst, time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> float:
        """Take one; 0 if there was one, else how long to wait for it [s]."""
        with self._lock:
            wait = self._wait()
            if wait == 0:
                self.left -= 1
            return wait

    def lacks(self) -> float:
        """How long to wait until there is one [s]; 0 if there is, and then it stays."""
        with self._lock:
            return self._wait()

    def _wait(self) -> float:
        now = time.monotonic()
        self.left = min(self.burst, self.left + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (1 - self.left) / self.rate)


class Guard:
    """Knows the keys and how much each has asked lately."""

    def __init__(self, settings: Settings, table: KeyTable) -> None:
        self.table = table
        self.asks = settings.require_keys or settings.host not in LOOPBACK
        self.rate = settings.requests_per_second
        self._known: dict[str, tuple[float, Key]] = {}
        self._buckets: dict[str, Bucket] = {}
        self._guesses: dict[str, Bucket] = {}  # by address

    def caller(self, authorization: str, address: str = "") -> Caller:
        """Who sends a header `Authorization`, from which address.

        Raises
        ------
        ApiError
            401 without a key that holds, 429 when it asks too often, or when too many wrong keys come from
            the address; a key that held before is not kept out by those.
        """
        if not self.asks:
            return Caller(OPEN, "admin")
        token = _token(authorization) if authorization[:7].lower() == "bearer " else ""
        guesses = self._guesses_of(address)
        if token and token not in self._known and (wait := guesses.lacks()) > 0:
            raise _too_many_wrong(wait)
        key = self._key(token) if token else None
        if key is None:
            if token:
                guesses.take()
            raise _no_key(authorization)
        self._count(key)
        return Caller(key.id, key.scope)

    async def asks_now(self, authorization: str, address: str) -> Caller:
        """As `caller`, for the event loop: the database is asked in a thread, a key that is known is not."""
        if not self.asks or self._seen(_token(authorization)) is not None:
            return self.caller(authorization)
        return await run_in_threadpool(self.caller, authorization, address)

    def _guesses_of(self, address: str) -> Bucket:
        """How many more wrong keys may come from an address."""
        if len(self._guesses) >= MOST_KNOWN:
            self._guesses.clear()
        return self._guesses.setdefault(address, Bucket(1 / WRONG_EVERY, WRONG_AT_ONCE))

    def still_holds(self, authorization: str) -> bool:
        """Whether who sent this header may still ask; it counts as no request."""
        if not self.asks:
            return True
        try:
            return self._key(_token(authorization)) is not None
        except Unavailable:  # nobody is sent away because the database is
            return True

    def _seen(self, token: str) -> Key | None:
        """A key that was looked up lately."""
        at, key = self._known.get(token, (-math.inf, None))
        return key if time.monotonic() - at < KNOWN_FOR else None

    def _key(self, token: str) -> Key | None:
        key = self._seen(token)
        if key is not None:
            return key
        key = self.table.bearer(token)
        self._known.pop(token, None)
        if key is not None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[token] = (time.monotonic(), key)
        return key

    def _count(self, key: Key) -> None:
        bucket = self._buckets.setdefault(key.id, Bucket(self.rate, 4 * self.rate))
        wait = bucket.take()
        if wait > 0:
            raise _too_often(self.rate, wait)


def _token(authorization: str) -> str:
    return authorization.partition(" ")[2].strip()


COOKIE = "cuakhau_key"
"""Where the pages leave the key for what a browser fetches by itself: pictures, downloads, reports."""

READS = ("GET", "HEAD")


def sent_with(request: Request) -> str:
    """The header `Authorization` of a request; of one that only reads its cookie does as well.

    A browser sends cookies whoever made it ask, so a cookie never allows a change.
    """
    header = request.headers.get("authorization", "")
    if header or request.method not in READS or COOKIE not in request.cookies:
        return header
    return f"Bearer {request.cookies[COOKIE]}"


def needs(scope: str) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that lets only those through whose key has a scope, and tells who it is."""

    async def check(request: Request) -> Caller:  # a plain function would be sent through a thread
        guard: Guard = request.app.state.parts.guard
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is None:  # a request counts once, however many ask who it is
            caller = await guard.asks_now(sent_with(request), request.client.host if request.client else "")
            request.state.caller = caller
        if not caller.may(scope):
            raise _not_allowed(caller, scope)
        return caller

    return check


Viewing = Annotated[Caller, Depends(needs("view"))]
Running = Annotated[Caller, Depends(needs("run"))]
Teaching = Annotated[Caller, Depends(needs("teach"))]


# ---- what is said -------------------------------------------------------------------------------------

_ASK = Label(
    vi="hãy gửi header Authorization: Bearer KHOÁ; quản trị viên tạo khoá bằng: cuakhau keys add TÊN",
    en="send the header Authorization: Bearer KEY; an administrator makes one with: cuakhau keys add NAME",
)


def _no_key(authorization: str) -> errors.ApiError:
    """What was sent is not repeated: it may be a secret."""
    message = (
        Label(vi="không phải khoá đang có hiệu lực", en="is not a key that holds")
        if authorization
        else Label(vi="bị thiếu", en="is missing")
    )
    error = errors.fault(errors.NO_KEY, "header Authorization", "", message, _ASK)
    error.headers["WWW-Authenticate"] = 'Bearer realm="cuakhau"'
    return error


def _not_allowed(caller: Caller, scope: str) -> errors.ApiError:
    message = Label(vi=f"chỉ có quyền {caller.scope}", en=f"allows only: {caller.scope}")
    remedy = Label(
        vi=f"việc này cần khoá có quyền {scope}: hãy hỏi quản trị viên",
        en=f"this needs a key that allows: {scope}; ask an administrator",
    )
    return errors.fault(errors.NOT_ALLOWED, "header Authorization", "", message, remedy)


def not_yours(run: str) -> errors.ApiError:
    """What somebody else ordered."""
    message = Label(vi="do người khác đặt", en="was ordered by somebody else")
    remedy = Label(vi="hãy hỏi người đặt hoặc quản trị viên", en="ask who ordered it, or an administrator")
    return errors.fault(errors.NOT_ALLOWED, "run", run, message, remedy)


def _too_many_wrong(wait: float) -> errors.ApiError:
    message = Label(vi="quá nhiều khoá sai từ địa chỉ này", en="too many wrong keys came from this address")
    remedy = Label(vi="hãy đợi rồi thử lại với khoá đúng", en="wait, then send a key that holds")
    error = errors.fault(errors.TOO_OFTEN, "header Authorization", "", message, remedy)
    error.headers["Retry-After"] = str(math.ceil(wait))
    return error


def _too_often(rate: float, wait: float) -> errors.ApiError:
    message = Label(
        vi=f"vượt {rate:g} yêu cầu mỗi giây của một khoá",
        en=f"goes beyond {rate:g} requests a second of one key",
    )
    remedy = Label(vi="hãy gửi chậm lại", en="send fewer")
    error = errors.fault(errors.TOO_OFTEN, "rate", "", message, remedy)
    error.headers["Retry-After"] = str(math.ceil(wait))
    return error
