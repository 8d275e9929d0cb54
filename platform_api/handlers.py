"""What the application answers when something is wrong: always a problem document."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from platform_api import errors, refusals
from platform_api.intake import answer
from platform_api.store import Unavailable
from scenarios.resolved import Label

log = structlog.get_logger(__name__)


def answer_every_error(app: FastAPI) -> None:
    """Have every error of the application answered by a problem document."""
    app.add_exception_handler(errors.ApiError, _api_error)
    app.add_exception_handler(RequestValidationError, _wrong_parameters)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Unavailable, _store_away)
    app.add_exception_handler(Exception, _fault)


def _reply(request: Request, error: errors.ApiError, status: int | None = None) -> Response:
    return answer(error, request.url.path, request.headers.get("accept-language", ""), status)


async def _api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.ApiError)
    return _reply(request, error)


_PARAMETERS = {
    "format": Label(
        vi="hãy chọn một dạng của cuakhau export, ví dụ csv",
        en="choose a form of cuakhau export, such as csv",
    ),
    "after": Label(vi="hãy dùng địa chỉ trong header Link", en="use the address in the Link header"),
    "scenario": Label(vi="hãy viết tên một kịch bản", en="write the name of a scenario"),
    "header Idempotency-Key": Label(
        vi="hãy viết từ 1 đến 255 chữ cái, chữ số hoặc dấu", en="write 1 to 255 letters, digits or signs"
    ),
    "kind": Label(
        vi="hãy chọn: compare, sweep, optimise, resilience, why, forecast",
        en="choose one of: compare, sweep, optimise, resilience, why, forecast",
    ),
    "table": Label(vi="hãy viết tên một bảng", en="write the name of a table"),
    "limit": Label(vi="hãy viết số nguyên từ 1 đến 200", en="write a whole number from 1 to 200"),
    "state": Label(
        vi="hãy chọn: queued, running, succeeded, failed, cancelled",
        en="choose one of: queued, running, succeeded, failed, cancelled",
    ),
}


async def _store_away(request: Request, error: Exception) -> Response:
    log.error("store unavailable", path=request.url.path, exc_info=error)
    return _reply(request, refusals.store_away())


async def _wrong_parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = errors.problems_of(error.errors(), _PARAMETERS, whole="query")
    return _reply(request, errors.ApiError(errors.WRONG_REQUEST, found))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _reply(request, _unknown_path(request))
    if error.status_code == 405:
        return _reply(request, _wrong_method(request))
    message = Label(vi=f"bị từ chối ({error.detail})", en=f"was refused ({error.detail})")
    remedy = Label(vi="hãy xem /openapi.json", en="see /openapi.json")
    return _reply(request, errors.fault(errors.OTHER, "request", "", message, remedy), error.status_code)


async def _fault(request: Request, error: Exception) -> Response:
    log.error("fault", path=request.url.path, exc_info=error)
    message = Label(vi="gặp lỗi khi xử lý", en="met a fault while it was answered")
    remedy = Label(
        vi="hãy thử lại; nhật ký của máy chủ có chi tiết", en="try again; the server's log has the details"
    )
    return _reply(request, errors.fault(errors.SERVER_FAULT, "request", request.url.path, message, remedy))


def _unknown_path(request: Request) -> errors.ApiError:
    known = sorted({template for template, _ in _templates(request.app)})
    return errors.unknown(errors.UNKNOWN_PATH, "path", request.url.path, known)


def _wrong_method(request: Request) -> errors.ApiError:
    """Starlette names the methods of the first route that fits; the answer names those of all."""
    allowed = sorted(_methods_of(request))
    message = Label(vi=f"{request.method} không dùng ở đây", en=f"{request.method} is not used here")
    remedy = Label(vi=f"hãy dùng {', '.join(allowed)}", en=f"use {', '.join(allowed)}")
    error = errors.fault(errors.WRONG_METHOD, "method", request.method, message, remedy)
    error.headers["Allow"] = ", ".join(allowed)
    return error


def _templates(app: FastAPI) -> list[tuple[str, set[str]]]:
    """Every address of the API with its methods, as its own document tells them."""
    methods = {
        path: {name.upper() for name in operations} for path, operations in app.openapi()["paths"].items()
    }
    return [*methods.items(), ("/openapi.json", {"GET", "HEAD"})]


def _methods_of(request: Request) -> set[str]:
    fits = [
        allowed for path, allowed in _templates(request.app) if compile_path(path)[0].match(request.url.path)
    ]
    return set().union(*fits)
