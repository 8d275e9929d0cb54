"""What pydantic says about a written scenario, as problems that a planner can read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scenarios.changes import PEDIGREE
from scenarios.errors import Flaw, shown, suggestion
from scenarios.findings import Findings
from scenarios.paths import Path
from scenarios.resolved import Label
from scenarios.schema_steps import KINDS
from scenarios.unknown import UNKNOWN
from scenarios.yaml import read

Written = TypeVar("Written", bound=BaseModel)

TAG = re.compile("<[a-z_]+>")
"""A tag that tells which part of a union something was read as."""

KEY = "[key]"
"""Pydantic's last piece of the place of a key that is no good."""


def read_as(kind: type[Written], text: str | bytes) -> tuple[Written, Findings]:
    """What is written in a file of its own kind, and where to note what else is found in it.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    document = read(text)
    return validated(kind, document.data, Findings(document.marks))


def validated(kind: type[Written], data: object, findings: Findings) -> tuple[Written, Findings]:
    """The same of plain data."""
    try:
        return kind.model_validate(data), findings
    except ValidationError as error:
        note_errors(error, findings)
        findings.raise_if_any()
        raise


def note_errors(error: ValidationError, findings: Findings) -> None:
    """Turn each of pydantic's errors into a problem."""
    for detail in error.errors(include_url=False):
        path = _path(detail)
        flaw = _flaw(detail, path)
        findings.flaw(path, flaw)


def _path(detail: ErrorDetails) -> Path:
    if detail["type"] == UNKNOWN:  # its last piece is what was written, and may look like anything
        return (*place(detail["loc"][:-1]), detail["loc"][-1])
    return place(detail["loc"])


def place(loc: Sequence[str | int]) -> Path:
    """A place without the tags of unions (in angle brackets) and marks of keys."""
    return tuple(
        piece for piece in loc if isinstance(piece, int) or not (piece == KEY or TAG.fullmatch(piece))
    )


def _flaw(detail: ErrorDetails, path: Path) -> Flaw:
    context = detail.get("ctx", {})
    flaw = context.get("error")
    if isinstance(flaw, Flaw):
        return flaw
    if detail["type"] == UNKNOWN:
        return _unknown_key(path, context["known"])
    if detail["type"] == "missing":
        return _missing(path)
    if detail["type"] == "union_tag_invalid":
        return _wrong_tag(context)
    return _wrong_value(detail, context)


def _unknown_key(path: Path, known: Sequence[str]) -> Flaw:
    words = sorted((word for word in known if not word.startswith("<")), key=PEDIGREE.__contains__)
    message = Label(vi="là một từ không có ở đây", en="is not a word that may stand here")
    return Flaw(str(path[-1]), message, suggestion(str(path[-1]), words))


def _missing(path: Path) -> Flaw:
    key = path[-1] if path else ""
    if key == "resources":
        remedy = Label(
            vi="hãy viết resources: …; nếu bước này không cần ai thì viết kind: wait",
            en="write resources: …; if the step needs nobody, write kind: wait",
        )
    else:
        remedy = Label(vi=f"hãy thêm '{key}: …'", en=f"add '{key}: …'")
    return Flaw(None, Label(vi="còn thiếu", en="is missing"), remedy)


def _wrong_tag(context: Mapping[str, Any]) -> Flaw:
    tag, expected = _bare(context["tag"]), str(context["expected_tags"])
    known = [_bare(word.strip(" '")) for word in expected.split(",")]
    remedy = suggestion(tag, list(KINDS) if "work" in known else known)
    return Flaw(tag, Label(vi=f"có loại lạ '{tag}'", en=f"has the unknown kind '{tag}'"), remedy)


def _bare(tag: str) -> str:
    return tag.strip("'<>")


_SAID = {
    "dict_type": Label("phải là một nhóm 'khóa: giá trị'", "must be a mapping of 'key: value'"),
    "model_type": Label("phải là một nhóm 'khóa: giá trị'", "must be a mapping of 'key: value'"),
    "model_attributes_type": Label("phải là một nhóm 'khóa: giá trị'", "must be a mapping of 'key: value'"),
    "list_type": Label("phải là một danh sách", "must be a list"),
    "tuple_type": Label("phải là một danh sách", "must be a list"),
    "string_type": Label("phải là một đoạn chữ", "must be a text"),
    "string_too_short": Label("đang để trống", "is empty"),
    "string_too_long": Label("dài quá", "is too long"),
    "too_short": Label("đang để trống", "is empty"),
    "too_long": Label("có nhiều phần tử quá", "has too many items"),
    "float_type": Label("phải là một số", "must be a number"),
    "float_parsing": Label("phải là một số", "must be a number"),
    "finite_number": Label("phải là một số hữu hạn", "must be a finite number"),
    "int_type": Label("phải là một số nguyên", "must be a whole number"),
    "int_parsing": Label("phải là một số nguyên", "must be a whole number"),
}
_DO = {
    "dict_type": Label("hãy viết các dòng 'khóa: giá trị' thụt vào trong", "write lines 'key: value'"),
    "list_type": Label("hãy viết [a, b, c] hoặc các dòng '- a'", "write [a, b, c], or lines '- a'"),
    "string_type": Label("hãy viết chữ, đặt trong ngoặc kép nếu là số", "write a text, a number in quotes"),
    "string_too_short": Label("hãy điền vào, hoặc bỏ dòng này", "fill it in, or leave this line out"),
    "too_short": Label("hãy điền vào, hoặc bỏ dòng này", "fill it in, or leave this line out"),
    "float_type": Label("hãy viết một số như 0.6", "write a number such as 0.6"),
    "int_type": Label("hãy viết một số như 8", "write a number such as 8"),
}  # fmt: skip
_SAME = {
    "model_type": "dict_type", "model_attributes_type": "dict_type", "tuple_type": "list_type",
    "float_parsing": "float_type", "finite_number": "float_type", "int_parsing": "int_type",
}  # fmt: skip


def _wrong_value(detail: ErrorDetails, context: Mapping[str, Any]) -> Flaw:
    kind, value = detail["type"], detail["input"]
    if kind == "literal_error":
        return _not_one_of(value, str(context["expected"]))
    if kind == "string_pattern_mismatch":
        message = Label(
            vi=f"là '{shown(value)}', không đúng dạng",
            en=f"is '{shown(value)}', which has not the right form",
        )
        return Flaw(value, message, Label(f"dạng: {context['pattern']}", f"its form is {context['pattern']}"))
    said = _SAID.get(kind) or Label(vi=f"không hợp lệ: {detail['msg']}", en=f"is not valid: {detail['msg']}")
    remedy = _DO.get(_SAME.get(kind, kind))
    docs = "docs/reference/language.md"
    return Flaw(value, said, remedy or Label(vi=f"hãy xem {docs}", en=f"see {docs}"))


def _not_one_of(value: Any, expected: str) -> Flaw:
    known = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
    message = Label(
        vi=f"là '{shown(value)}', không phải một trong các từ ở đây",
        en=f"is '{shown(value)}', which is not one of the words here",
    )
    return Flaw(value, message, suggestion(str(value), known))
