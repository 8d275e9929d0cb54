"""Unknown keys of a written mapping, told with the keys that it may have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

UNKNOWN = "unknown_key"
"""Type of the error; its context holds `known`, the keys that are allowed."""


def naming_known_keys(model: type[BaseModel], data: Any, read: Callable[[Any], Any]) -> Any:
    """Read a mapping with a model; its errors about unknown keys tell which keys there are.

    Raises
    ------
    ValidationError
        The model's own errors, the unknown keys among them of type `UNKNOWN`.
    """
    try:
        return read(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        lines = [_line(detail, _words(model)) for detail in found]
    raise ValidationError.from_exception_data(model.__name__, lines) from None


def _words(model: type[BaseModel]) -> list[str]:
    """The keys as they are written; one in angle brackets is read from what stands beside it."""
    aliases = {name: field.alias for name, field in model.model_fields.items()}
    return [alias if alias and not alias.startswith("<") else name for name, alias in aliases.items()]


def _line(detail: ErrorDetails, known: list[str]) -> InitErrorDetails:
    loc, context = detail["loc"], detail.get("ctx", {})
    if detail["type"] == "extra_forbidden" and len(loc) == 1:
        context = {"known": known}
    if "known" in context:
        return InitErrorDetails(
            type=PydanticCustomError(UNKNOWN, "unknown key", context), loc=loc, input=detail["input"]
        )
    return InitErrorDetails(type=detail["type"], loc=loc, input=detail["input"], ctx=context)
