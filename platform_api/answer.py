"""What every answer can do: tell itself as plain data, as a JSON document, and its rows as a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from scenarios.resolved import Parameter


Table = list[list[Any]]
"""Rows, the names of the columns first."""


class Answer:
    """Of a frozen dataclass of plain parts."""

    __slots__ = ()

    parameters: tuple[Parameter, ...]

    def table(self) -> Table:
        """Its main figures, one a line."""
        raise NotImplementedError

    def to_csv(self) -> str:
        """The table as CSV."""
        return as_csv(self.table())

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read an answer back.

        Raises
        ------
        pydantic.ValidationError
            If the text is no answer of this kind.
        """
        from pydantic import TypeAdapter

        return TypeAdapter(cls).validate_json(text)

    def document(self) -> dict[str, Any]:
        """The answer as plain data."""
        from pydantic import TypeAdapter

        data: dict[str, Any] = TypeAdapter(type(self)).dump_python(self, mode="json")
        return data

    def to_json(self, indent: int | None = None) -> str:
        """The answer as one JSON document."""
        return json.dumps(self.document(), ensure_ascii=False, allow_nan=False, indent=indent)


def as_csv(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as a table of lines, the heads first."""
    told = io.StringIO()
    csv.writer(told, lineterminator="\n").writerows(rows)
    return told.getvalue()
