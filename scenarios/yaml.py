"""Read YAML as a planner means it: a safe, small part of YAML 1.2.

Text stays text: `12:30`, `no`, `017`, `2025-03-12` and `true` are not turned into anything; only plain
decimal numbers become numbers and `null`, `~` or nothing become None. Keys are always text. Duplicate keys,
tags, several documents, non-UTF-8 bytes, too deep and too large files are refused with line and column.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from scenarios import yaml_errors
from scenarios.errors import Problem, ScenarioError, shown
from scenarios.paths import Path, dotted
from scenarios.resolved import Label

LARGEST = 2_000_000
"""Longest file [bytes]."""

DEEPEST = 40
"""Most levels of mappings and lists within each other."""

MOST_VALUES = 200_000
"""Most mappings, lists and scalars, what `*aliases` repeat included."""

Mark = tuple[int, int]
"""Line and column, from 1."""

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?(?:\.[0-9]+|(?<=[0-9])\.?)(?:[eE][-+]?[0-9]{1,3})?")
_NOTHING = ("", "~", "null")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """A read file: plain data, and where each value stands."""

    data: Any
    marks: dict[Path, Mark] = field(default_factory=dict)


def read(text: str | bytes, file: str | None = None) -> Document:
    """The data of a YAML text.

    Raises
    ------
    ScenarioError
        If the text is not YAML, or more than this small part of it; with line and column.
    """
    decoded = ""
    try:
        decoded = _decoded(text)
        composer = _Composer(yaml.parse(decoded, Loader=_Loader))
        return Document(composer.document(), composer.marks)
    except yaml.MarkedYAMLError as error:
        raise ScenarioError([yaml_errors.told(error, decoded)], file) from None
    except yaml.reader.ReaderError as error:
        raise ScenarioError([_character(error)], file) from None
    except _Refused as refused:
        raise ScenarioError([refused.problem], file) from None


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _refusal(mark: Mark | None, path: Path, value: Any, message: Label, remedy: Label) -> _Refused:
    line, column = mark or (None, None)
    return _Refused(Problem(dotted(path), shown(value), message, remedy, line, column))


def _decoded(text: str | bytes) -> str:
    size = len(text)
    if size > LARGEST:
        raise _refusal(
            None, (), f"{size} bytes",
            Label(vi=f"lớn quá: {size} byte, tối đa {LARGEST}",
                  en=f"is too large: {size} bytes, at most {LARGEST}"),
            Label(vi="hãy để danh sách lượt đến trong tệp CSV", en="keep lists of arrivals in a CSV file"),
        )  # fmt: skip
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refusal(
            (line, error.start - raw.rfind(b"\n", 0, error.start)), (), hex(raw[error.start]),
            Label(vi="không phải là văn bản UTF-8", en="is not UTF-8 text"),
            Label(vi="hãy lưu lại tệp với mã UTF-8", en="save the file again with the encoding UTF-8"),
        ) from None  # fmt: skip


class _Composer:
    """Turns the parser's events into plain data, noting where each value stands."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.marks: dict[Path, Mark] = {}
        self.anchors: dict[str, Any] = {}
        self.values = 0

    def document(self) -> Any:
        """The one document of the file."""
        data: Any = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._extra_document(event)
            elif not isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentEndEvent):
                data = self.value(event, ())
        return data

    def value(self, event: Any, path: Path) -> Any:
        """One value, with all that is in it."""
        self.values += 1
        mark = _mark(event.start_mark)
        self.marks.setdefault(path, mark)
        self._check_limits(mark, path)
        if isinstance(event, yaml.AliasEvent):
            return self.copy(self.alias(event, path), path)
        self._check_tag(event, path)
        made = self._made(event, path)
        if event.anchor is not None:
            self.anchors[event.anchor] = made
        return made

    def _made(self, event: Any, path: Path) -> Any:
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return scalar(event.value, plain=event.style is None or event.style == "")

    def mapping(self, path: Path) -> dict[str, Any]:
        """The keys and values up to the end of a mapping."""
        made: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, made, path)
            self.marks[(*path, key)] = _mark(event.start_mark)
            made[key] = self.value(next(self.events), (*path, key))
        return made

    def sequence(self, path: Path) -> list[Any]:
        """The items up to the end of a list."""
        made: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            made.append(self.value(event, (*path, len(made))))
        return made

    def alias(self, event: Any, path: Path) -> Any:
        """What an `*alias` stands for."""
        if event.anchor not in self.anchors:
            raise _refusal(
                _mark(event.start_mark), path, f"*{event.anchor}",
                Label(vi=f"lấy lại '*{event.anchor}' chưa có",
                      en=f"repeats '*{event.anchor}', which is not there"),
                Label(vi=f"hãy đặt '&{event.anchor}' ở phía trên", en=f"put '&{event.anchor}' above it"),
            )  # fmt: skip
        return self.anchors[event.anchor]

    def copy(self, data: Any, path: Path) -> Any:
        """A copy of an anchored value, counted like one that was written out."""
        self.values += 1
        self._check_limits(self.marks[()], path)
        if isinstance(data, dict):
            return {key: self.copy(value, (*path, key)) for key, value in data.items()}
        if isinstance(data, list):
            return [self.copy(value, (*path, i)) for i, value in enumerate(data)]
        return data

    def _key(self, event: Any, made: dict[str, Any], path: Path) -> str:
        mark = _mark(event.start_mark)
        if not isinstance(event, yaml.ScalarEvent):
            raise _refusal(
                mark, path, "",
                Label(vi="có khóa không phải là một từ", en="has a key that is not a word"),
                Label(vi="hãy viết 'khóa: giá trị'; đặt chữ có { [ * & trong ngoặc kép",
                      en="write 'key: value'; put text that begins with { [ * & in quotes"),
            )  # fmt: skip
        self._check_tag(event, path)
        key = str(event.value)
        if key in made:
            first = self.marks[(*path, key)][0]
            raise _refusal(
                mark, (*path, key), key,
                Label(vi=f"được viết hai lần, lần đầu ở dòng {first}",
                      en=f"is written twice, first in line {first}"),
                Label(vi="hãy bỏ một trong hai", en="remove one of the two"),
            )  # fmt: skip
        return key

    def _check_limits(self, mark: Mark, path: Path) -> None:
        if len(path) > DEEPEST:
            raise _refusal(
                mark, path[:3], "",
                Label(vi=f"lồng quá {DEEPEST} tầng", en=f"goes more than {DEEPEST} levels deep"),
                Label(vi="hãy bớt các ngoặc lồng nhau", en="nest fewer brackets within each other"),
            )  # fmt: skip
        if self.values > MOST_VALUES:
            raise _refusal(
                mark, path[:3], "",
                Label(vi=f"có hơn {MOST_VALUES} giá trị", en=f"holds more than {MOST_VALUES} values"),
                Label(vi="hãy bớt các '*' lặp lại, hoặc dùng tệp CSV",
                      en="repeat less with '*', or use a CSV file"),
            )  # fmt: skip

    def _check_tag(self, event: Any, path: Path) -> None:
        if event.tag is not None and event.tag != "!":
            raise _refusal(
                _mark(event.start_mark), path, event.tag,
                Label(vi=f"mang thẻ '{event.tag}'", en=f"carries the tag '{event.tag}'"),
                Label(vi="hãy bỏ thẻ (từ bắt đầu bằng '!')",
                      en="remove the tag (the word that begins with '!')"),
            )  # fmt: skip

    def _extra_document(self, event: Any) -> _Refused:
        return _refusal(
            _mark(event.start_mark), (), "---",
            Label(vi="chứa nhiều hơn một tài liệu", en="holds more than one document"),
            Label(vi="hãy bỏ dòng '---' hoặc chia thành hai tệp",
                  en="remove the line '---', or make two files of it"),
        )  # fmt: skip


def scalar(text: str, plain: bool = True) -> str | int | float | None:
    """What one written word means: text, unless it is a plain decimal number or nothing."""
    if not plain:
        return text
    if text in _NOTHING:
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def _mark(mark: Any) -> Mark:
    return mark.line + 1, mark.column + 1


def _character(error: Any) -> Problem:
    return Problem(
        "", f"#x{error.character:04x}" if isinstance(error.character, int) else str(error.character),
        Label(vi="chứa ký tự không đọc được", en="holds a character that cannot be read"),
        Label(vi="hãy bỏ ký tự điều khiển ở đó", en="remove the control character there"),
    )  # fmt: skip
