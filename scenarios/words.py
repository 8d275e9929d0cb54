"""Small words of the written form that many places share: labels, names, flags, choices by attribute."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from scenarios.errors import Flaw
from scenarios.quantities import Pedigreed, Written
from scenarios.resolved import Label

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Text(Written):
    """A text for people, in Vietnamese and English."""

    vi: Annotated[str, Field(min_length=1)]
    """Vietnamese"""
    en: Annotated[str, Field(min_length=1)]
    """English"""

    def label(self) -> Label:
        """The same in the resolved form."""
        return Label(vi=self.vi, en=self.en)


def read_name(written: object) -> str:
    """A name: letters, digits, dashes and underscores.

    Raises
    ------
    Flaw
        With a name that would do.
    """
    if isinstance(written, str | int) and _NAME.fullmatch(str(written)) and not isinstance(written, bool):
        return str(written)
    raise Flaw(
        written,
        Label(vi=f"có '{written}', không phải là một tên", en=f"has '{written}', which is not a name"),
        _remedy_of_name(written),
    )


def _remedy_of_name(written: object) -> Label:
    better = re.sub(r"[^A-Za-z0-9_-]+", "_", str(written)).strip("_-")[:64]
    hint = f": '{better}'" if better and isinstance(written, str) else ""
    return Label(
        vi=f"hãy chỉ dùng chữ không dấu, số, '-' và '_'{hint}",
        en=f"use only letters without accents, digits, '-' and '_'{hint}",
    )


Name = Annotated[
    str,
    BeforeValidator(read_name),
    WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$"}),
]


def read_flag(written: object) -> bool:
    """Yes or no.

    Raises
    ------
    Flaw
        If it is neither.
    """
    known = {"true": True, "yes": True, "false": False, "no": False}
    if str(written).lower() in known:
        return known[str(written).lower()]
    raise Flaw(
        written,
        Label(vi=f"là '{written}', không phải true hay false", en=f"is '{written}', neither true nor false"),
        Label(vi="hãy viết true hoặc false", en="write true or false"),
    )


Flag = Annotated[
    bool, BeforeValidator(read_flag), WithJsonSchema({"enum": [True, False, "true", "false", "yes", "no"]})
]


@dataclass(frozen=True, slots=True)
class OrAlone:
    """Annotation of a list: one thing alone may stand for a list of one."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_as_list, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        listed = handler(core)
        return {"anyOf": [listed["items"], listed]}


def _as_list(written: object) -> Any:
    return written if isinstance(written, list | tuple) else [written]


@dataclass(frozen=True, slots=True)
class OrText:
    """Annotation for editors: a text may stand here too, which a validator before this knows."""

    pattern: str

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string", "pattern": self.pattern}, handler(core)]}


def words_schema(description: str, **more: Any) -> WithJsonSchema:
    """The JSON Schema of one name or a list of names."""
    name = {"type": "string"}
    return WithJsonSchema(
        {"anyOf": [name, {"type": "array", "items": name}], "description": description} | more
    )


Names = Annotated[tuple[Name, ...], OrAlone(), words_schema("a name, or a list of names")]


class Cases(Pedigreed):
    """A choice by attribute: `by: goods`, then a case for each of its values; `other` covers the rest."""

    model_config = ConfigDict(extra="allow")

    by: Name
    """The attribute that decides."""

    @property
    def cases(self) -> dict[str, Any]:
        """Value of the attribute → what holds for it, in the order of the file."""
        return self.model_extra or {}


def one_or_cases(written: Any) -> str:
    """Tag of what may stand for itself or depend on an attribute."""
    return (
        "<cases>"
        if isinstance(written, Cases) or (isinstance(written, dict) and "by" in written)
        else "<one>"
    )
