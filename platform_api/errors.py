"""The one shape of every error the API answers: RFC 9457 problem details with place, value and remedy.

`title` and `detail` follow the request's `Accept-Language` (Vietnamese or English); each entry of `problems`
carries both languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from scenarios.errors import Flaw, Language, Problem, ScenarioError, shown, suggestion
from scenarios.resolved import Label

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of error: its `type` is ``urn:cuakhau:problem:<code>``."""

    code: str
    status: int
    title: Label

    @property
    def type(self) -> str:
        return f"urn:cuakhau:problem:{self.code}"


MALFORMED_BODY = Kind(
    "malformed-body", 400, Label(vi="Không đọc được nội dung", en="The body cannot be read")
)
NO_KEY = Kind("no-key", 401, Label(vi="Cần khoá truy cập", en="An access key is needed"))
NOT_ALLOWED = Kind("not-allowed", 403, Label(vi="Không đủ quyền", en="Not allowed"))
UNKNOWN_PATH = Kind("unknown-path", 404, Label(vi="Không có địa chỉ này", en="There is no such address"))
UNKNOWN_SCENARIO = Kind("unknown-scenario", 404, Label(vi="Không có kịch bản này", en="No such scenario"))
UNKNOWN_RUN = Kind("unknown-run", 404, Label(vi="Không có lần chạy này", en="There is no such run"))
UNKNOWN_EXPERIMENT = Kind(
    "unknown-experiment", 404, Label(vi="Không có thí nghiệm này", en="There is no such experiment")
)
UNKNOWN_SESSION = Kind("unknown-session", 404, Label(vi="Không có buổi này", en="There is no such session"))
UNKNOWN_LESSON = Kind("unknown-lesson", 404, Label(vi="Không có bài học này", en="There is no such lesson"))
UNKNOWN_CLASS = Kind("unknown-class", 404, Label(vi="Không có lớp này", en="There is no such class"))
CLASS_FULL = Kind("class-full", 409, Label(vi="Phòng đã đủ", en="The room is full"))
NOT_NOW = Kind("not-now", 409, Label(vi="Lúc này chưa được", en="Not now"))
UNKNOWN_FILE = Kind("unknown-file", 404, Label(vi="Không có tệp này", en="There is no such file"))
WRONG_METHOD = Kind(
    "wrong-method", 405, Label(vi="Phương thức không dùng ở đây", en="Method not allowed here")
)
NAME_TAKEN = Kind("name-taken", 409, Label(vi="Tên đã có", en="The name is taken"))
CHANGED = Kind("changed-meanwhile", 412, Label(vi="Đã thay đổi", en="It has changed meanwhile"))
TAG_NEEDED = Kind("if-match-needed", 428, Label(vi="Cần If-Match", en="If-Match is needed"))
NO_RESULT = Kind("no-result", 409, Label(vi="Lần chạy chưa có kết quả", en="The run has no result"))
NOT_ENDED = Kind("not-ended", 409, Label(vi="Lần chạy chưa kết thúc", en="The run has not ended"))
DAMAGED = Kind("damaged-answer", 410, Label(vi="Tệp kết quả bị hỏng", en="A stored answer is damaged"))
TOO_LARGE = Kind("body-too-large", 413, Label(vi="Nội dung quá lớn", en="The body is too large"))
WRONG_MEDIA_TYPE = Kind("wrong-media-type", 415, Label(vi="Sai loại nội dung", en="Unsupported media type"))
WRONG_HOST = Kind("wrong-host", 421, Label(vi="Sai tên máy chủ", en="Not a name of this server"))
WRONG_REQUEST = Kind("wrong-request", 422, Label(vi="Yêu cầu có chỗ sai", en="The request is not right"))
WRONG_SCENARIO = Kind("wrong-scenario", 422, Label(vi="Kịch bản có chỗ sai", en="The scenario is not right"))
BEYOND_LIMITS = Kind(
    "beyond-limits", 422, Label(vi="Vượt giới hạn của máy chủ", en="Beyond this server's limits")
)
TOO_OFTEN = Kind("too-often", 429, Label(vi="Gửi quá nhiều yêu cầu", en="Too many requests"))
WRONG_EXPERIMENT = Kind(
    "wrong-experiment", 422, Label(vi="Thí nghiệm có chỗ sai", en="The experiment is not right")
)
OTHER = Kind("refused", 400, Label(vi="Yêu cầu bị từ chối", en="The request was refused"))
SERVER_FAULT = Kind("server-fault", 500, Label(vi="Lỗi của máy chủ", en="A fault of the server"))
QUEUE_FULL = Kind("queue-full", 503, Label(vi="Hàng đợi đã đầy", en="The queue of runs is full"))
TOO_MANY_SESSIONS = Kind(
    "too-many-sessions", 503, Label(vi="Đã đủ số buổi", en="There are too many sessions")
)
NOT_READY = Kind("not-ready", 503, Label(vi="Máy chủ chưa sẵn sàng", en="The server is not ready"))
STORE_AWAY = Kind(
    "store-unavailable", 503, Label(vi="Cơ sở dữ liệu không trả lời", en="The database does not answer")
)

KINDS = (
    MALFORMED_BODY, NO_KEY, NOT_ALLOWED, UNKNOWN_PATH, UNKNOWN_SCENARIO, UNKNOWN_RUN, UNKNOWN_EXPERIMENT,
    UNKNOWN_SESSION, UNKNOWN_LESSON, UNKNOWN_CLASS, CLASS_FULL, NOT_NOW,
    UNKNOWN_FILE,
    WRONG_METHOD, NO_RESULT, NOT_ENDED, DAMAGED, TOO_LARGE, WRONG_MEDIA_TYPE, WRONG_HOST, WRONG_REQUEST,
    WRONG_SCENARIO, WRONG_EXPERIMENT, BEYOND_LIMITS, TOO_OFTEN, OTHER, SERVER_FAULT, QUEUE_FULL,
    TOO_MANY_SESSIONS, NOT_READY, STORE_AWAY, NAME_TAKEN, CHANGED, TAG_NEEDED,
)  # fmt: skip


class ApiError(Exception):
    """An error on its way to becoming an answer."""

    def __init__(
        self, kind: Kind, problems: Sequence[Problem], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.problems = tuple(problems)
        self.headers = dict(headers or {})


def fault(kind: Kind, place: str, value: object, message: Label, remedy: Label) -> ApiError:
    """An error with one problem."""
    return ApiError(kind, [Problem(place, shown(value), message, remedy)])


def of_scenario(error: ScenarioError) -> ApiError:
    """What is wrong with a scenario, as an answer."""
    whole = (replace(problem, place=problem.place or "scenario") for problem in error.problems)
    return ApiError(WRONG_SCENARIO, tuple(whole))


def unknown(kind: Kind, place: str, word: str, known: Sequence[str]) -> ApiError:
    """A name that means nothing here, with the nearest known one."""
    message = Label(vi=f"'{shown(word)}' không có ở đây", en=f"'{shown(word)}' is not known here")
    return fault(kind, place, word, message, suggestion(word, known))


# ---- the document -------------------------------------------------------------------------------------


def language_of(accept_language: str) -> Language:
    """Vietnamese when the header asks for it before English, else English."""
    wanted = [_quality(part) for part in accept_language.lower().split(",")]
    vi, en = (
        max((q for name, q in wanted if name.split("-")[0] == tag), default=0.0) for tag in ("vi", "en")
    )
    return "vi" if vi > en else "en"


def _quality(part: str) -> tuple[str, float]:
    name, _, parameter = part.strip().partition(";")
    try:
        return name.strip(), float(parameter.strip().removeprefix("q=")) if parameter else 1.0
    except ValueError:
        return name.strip(), 0.0


def document(
    kind: Kind,
    problems: Sequence[Problem],
    instance: str,
    language: Language = "en",
    status: int | None = None,
) -> dict[str, Any]:
    """The problem document of RFC 9457, with `problems` as its extension."""
    return {
        "type": kind.type,
        "title": getattr(kind.title, language),
        "status": status or kind.status,
        "detail": "\n".join(problem.text(language) for problem in problems),
        "instance": instance,
        "problems": [asdict(problem) for problem in problems],
    }


# ---- what pydantic found ------------------------------------------------------------------------------

_SAID = {
    "missing": Label(vi="bị thiếu", en="is missing"),
    "int_type": Label(vi="không phải số nguyên", en="is not a whole number"),
    "int_parsing": Label(vi="không phải số nguyên", en="is not a whole number"),
    "int_from_float": Label(vi="không phải số nguyên", en="is not a whole number"),
    "float_parsing": Label(vi="không phải một số", en="is not a number"),
    "string_type": Label(vi="không phải chữ", en="is not text"),
    "dict_type": Label(vi="không phải một đối tượng JSON", en="is not a JSON object"),
    "model_attributes_type": Label(vi="không phải một đối tượng JSON", en="is not a JSON object"),
    "model_type": Label(vi="không phải một đối tượng JSON", en="is not a JSON object"),
    "literal_error": Label(vi="không nằm trong các giá trị cho phép", en="is not one of the allowed values"),
    "extra_forbidden": Label(vi="không phải trường của yêu cầu này", en="is not a field of this request"),
    "too_long": Label(vi="quá dài", en="is too long"),
    "string_too_long": Label(vi="quá dài", en="is too long"),
}
_BOUND = {
    "greater_than_equal": ("ge", Label(vi="nhỏ hơn {}", en="is less than {}")),
    "less_than_equal": ("le", Label(vi="lớn hơn {}", en="is more than {}")),
    "greater_than": ("gt", Label(vi="không lớn hơn {}", en="is not more than {}")),
    "less_than": ("lt", Label(vi="không nhỏ hơn {}", en="is not less than {}")),
}


def describe(entry: Mapping[str, Any]) -> Label:
    """What one entry of pydantic's list says, in both languages."""
    if entry["type"] in _BOUND:
        key, said = _BOUND[entry["type"]]
        bound = entry["ctx"][key]
        return Label(vi=said.vi.format(bound), en=said.en.format(bound))
    known = _SAID.get(entry["type"])
    return known or Label(vi=f"không hợp lệ ({entry['msg']})", en=f"is not right ({entry['msg']})")


def problems_of(
    entries: Sequence[Mapping[str, Any]], fields: Mapping[str, Label], whole: str = "body"
) -> list[Problem]:
    """Problems from pydantic's list; `fields` tells what to write in each field."""
    return [_problem_of(entry, fields, whole) for entry in entries]


def _problem_of(entry: Mapping[str, Any], fields: Mapping[str, Label], whole: str) -> Problem:
    path = [str(part) for part in entry["loc"] if part not in ("body", "query", "path")]
    if path and path[0] == "header":
        path = [f"header {'-'.join(word.title() for word in path[1].split('-'))}"]
    place = ".".join(path) or whole
    flaw = (entry.get("ctx") or {}).get("error")
    if isinstance(flaw, Flaw):
        return flaw.at(place)
    return Problem(place, _value_of(entry), describe(entry), _remedy_of(entry, path, fields))


def _value_of(entry: Mapping[str, Any]) -> str:
    return "" if entry["type"] == "missing" else shown(entry.get("input"))


def _remedy_of(entry: Mapping[str, Any], path: list[str], fields: Mapping[str, Label]) -> Label:
    if entry["type"] == "extra_forbidden":
        return suggestion(path[-1], list(fields))
    if path and path[0] in fields:
        return fields[path[0]]
    return Label(
        vi=f"hãy gửi một đối tượng JSON với các trường: {', '.join(fields)}",
        en=f"send a JSON object with the fields: {', '.join(fields)}",
    )
