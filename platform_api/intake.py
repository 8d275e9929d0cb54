"""What is checked of a request before any handler sees it: its host, its size, its media type, its JSON."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from platform_api import errors
from scenarios.errors import Flaw, Problem, shown
from scenarios.resolved import Label

Model = TypeVar("Model", bound=BaseModel)

BODY_WITHIN = 60.0
"""How long the body of a request may take [s]."""

JSON = ("application/json",)
JSON_OR_YAML = ("application/json", "application/yaml", "text/yaml", "text/x-yaml")


def answer(
    error: errors.ApiError, path: str, accept_language: str = "", status: int | None = None
) -> Response:
    """An error as the answer to a request."""
    language = errors.language_of(accept_language)
    content = errors.document(error.kind, error.problems, path, language, status)
    headers = {"Content-Language": language, **error.headers}
    return JSONResponse(content, content["status"], headers, media_type=errors.MEDIA_TYPE)


class Intake:
    """ASGI middleware: refuses foreign host names and bodies above the limit, before anything is parsed.

    A page of another site can make a browser send requests to this machine under that site's name
    (DNS rebinding); such a request carries a foreign `Host`.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str], max_body_bytes: int) -> None:
        self.app = app
        self.hosts = frozenset(hosts)
        self.limit = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            self._check_host(request)
            _check_address(scope)
            body = await self._read(request)
        except errors.ApiError as error:
            response = answer(error, request.url.path, request.headers.get("accept-language", ""))
            await response(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)

    def _check_host(self, request: Request) -> None:
        given = request.headers.get("host", "")
        name = given.rpartition(":")[0] if given.rpartition(":")[2].isdigit() else given
        if name.strip("[]").lower() in self.hosts:
            return
        message = Label(vi=f"'{given}' không phải máy chủ này", en=f"'{given}' is not this server")
        remedy = Label(vi="hãy gọi http://127.0.0.1", en="address it as http://127.0.0.1")
        raise errors.fault(errors.WRONG_HOST, "header Host", given, message, remedy)

    async def _read(self, request: Request) -> bytes:
        announced = request.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self.limit:
            raise self._too_large(announced)
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_WITHIN):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > self.limit:
                        raise self._too_large(f"> {self.limit}")
        except (TimeoutError, ClientDisconnect):
            raise _unfinished(len(body)) from None
        return bytes(body)

    def _too_large(self, size: str) -> errors.ApiError:
        message = Label(
            vi=f"có {size} byte, giới hạn là {self.limit}", en=f"has {size} bytes, the limit is {self.limit}"
        )
        remedy = Label(
            vi="hãy chạy kịch bản lớn bằng dòng lệnh: cuakhau run TỆP",
            en="run a large scenario on the command line: cuakhau run FILE",
        )
        return errors.fault(errors.TOO_LARGE, "body", size, message, remedy)


def _unfinished(size: int) -> errors.ApiError:
    """Whoever sent it went away, or keeps us waiting."""
    message = Label(vi=f"dừng ở byte {size}", en=f"stops after {size} bytes")
    remedy = Label(vi="hãy gửi lại toàn bộ", en="send all of it again")
    return errors.fault(errors.OTHER, "body", "", message, remedy)


def _check_address(scope: Scope) -> None:
    """No name here has a NUL in it, and not every database can look for one."""
    address = scope.get("raw_path", b"") + scope.get("query_string", b"")
    if b"%00" in address or b"\x00" in address:
        message = Label(vi="chứa ký tự NUL", en="holds the character NUL")
        remedy = Label(vi="hãy bỏ ký tự đó", en="leave it out")
        raise errors.fault(errors.OTHER, "path", "", message, remedy)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that first hands out the body already read."""
    pending = [body]

    async def again() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return again


def require_media_type(request: Request, allowed: Sequence[str]) -> str:
    """The media type of the body, one of those allowed.

    Raises
    ------
    ApiError
        415, naming the media types that are read here.
    """
    given = request.headers.get("content-type", "")
    media_type, _, parameters = given.partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media_type.strip().lower() in allowed and charset in ("", "utf-8", "utf8"):
        return media_type.strip().lower()
    message = Label(
        vi=f"'{given}' không được đọc ở đây" if given else "bị thiếu",
        en=f"'{given}' is not read here" if given else "is missing",
    )
    remedy = Label(vi=f"hãy gửi {allowed[0]} (UTF-8)", en=f"send {' or '.join(allowed[:2])} in UTF-8")
    headers = {"Accept": ", ".join(allowed)}
    raise errors.ApiError(
        errors.WRONG_MEDIA_TYPE,
        [Problem("header Content-Type", shown(given), message, remedy)],
        headers,
    )


def parse_json(body: bytes) -> Any:
    """A body as strict JSON.

    Raises
    ------
    ApiError
        400, with the line and column where reading stopped.
    """
    try:
        data = json.loads(decode(body), object_pairs_hook=_without_repeats, parse_constant=_no_constant)
        json.dumps(data, ensure_ascii=False).encode("utf-8")  # a lone surrogate cannot be written again
    except json.JSONDecodeError as error:
        raise _broken(error) from None
    except Flaw as flaw:
        raise errors.ApiError(errors.MALFORMED_BODY, [flaw.at("body")]) from None
    except RecursionError:
        raise _malformed(Label(vi="lồng nhau quá sâu", en="is nested too deeply")) from None
    except UnicodeError:
        raise _not_text() from None
    except ValueError:  # a number of thousands of digits
        raise _malformed(Label(vi="có một số quá dài", en="holds a number that is too long")) from None
    return data


def decode(body: bytes) -> str:
    """A body as text.

    Raises
    ------
    ApiError
        400 when it is not UTF-8.
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise _not_text() from None


def _not_text() -> errors.ApiError:
    return _malformed(Label(vi="không phải chữ UTF-8", en="is not UTF-8 text"))


_REMEDY = Label(
    vi='hãy gửi JSON đúng chuẩn, ví dụ {"scenario": "lang-son-2025-03-12"}',
    en='send standard JSON, such as {"scenario": "lang-son-2025-03-12"}',
)


def _malformed(message: Label) -> errors.ApiError:
    return errors.fault(errors.MALFORMED_BODY, "body", "", message, _REMEDY)


def _broken(error: json.JSONDecodeError) -> errors.ApiError:
    where = (error.lineno, error.colno)
    message = Label(
        vi="không phải JSON từ dòng {}, cột {}".format(*where),
        en="stops being JSON at line {}, column {} ({})".format(*where, error.msg),
    )
    value = shown(error.doc[error.pos : error.pos + 30])
    return errors.ApiError(errors.MALFORMED_BODY, [Problem("body", value, message, _REMEDY, *where)])


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        repeated = Counter(name for name, _ in pairs).most_common(1)[0][0]
        message = Label(
            vi=f"có hai lần tên '{repeated}'", en=f"has the name '{repeated}' twice in one object"
        )
        raise Flaw(repeated, message, Label(vi="hãy bỏ một trong hai", en="leave one of them out"))
    return data


def _no_constant(name: str) -> Any:
    message = Label(vi=f"chứa {name}, không phải số JSON", en=f"holds {name}, which is not a JSON number")
    raise Flaw(name, message, Label(vi="hãy viết một số", en="write a number"))


async def read_json(request: Request, model: type[Model], fields: Mapping[str, Label]) -> Model:
    """The body of a request as a model.

    Raises
    ------
    ApiError
        415, 400, or 422 with everything that is wrong.
    """
    require_media_type(request, JSON)
    return check_model(parse_json(await request.body()), model, fields)


def check_model(data: Any, model: type[Model], fields: Mapping[str, Label]) -> Model:
    """Plain data as a model.

    Raises
    ------
    ApiError
        422 with everything that is wrong.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise errors.ApiError(errors.WRONG_REQUEST, errors.problems_of(error.errors(), fields)) from None
