"""Places in a scenario: a path of keys and list indices, and its dotted form ``flows.truck.route[0]``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from scenarios.errors import Flaw, suggestion
from scenarios.resolved import Label

Path = tuple[str | int, ...]

_BARE = re.compile(r"\w[\w %-]*")
_PIECE = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^.\[\]"]+))?(?P<indices>(?:\[\d+\])*)\s*(?:\.|$)')


def dotted(path: Sequence[str | int]) -> str:
    """``("flows", "truck", "route", 0)`` as ``flows.truck.route[0]``; keys with odd characters in quotes."""
    text = ""
    for piece in path:
        if isinstance(piece, int):
            text += f"[{piece}]"
        else:
            text += ("." if text else "") + (piece if _BARE.fullmatch(piece) else f'"{piece}"')
    return text


def parsed(text: str) -> Path:
    """A dotted path as keys and indices.

    Raises
    ------
    Flaw
        If the text is not a dotted path.
    """
    path: list[str | int] = []
    position = 0
    while position < len(text):
        piece = _PIECE.match(text, position)
        if piece is None or piece.end() == position or not piece.group().strip(" ."):
            raise _not_a_path(text)
        key = piece.group("quoted") if piece.group("quoted") is not None else piece.group("bare")
        path += [] if key is None else [key.strip()]
        path += [int(index) for index in re.findall(r"\d+", piece.group("indices"))]
        position = piece.end()
    if not path or isinstance(path[0], int) or text.rstrip().endswith("."):
        raise _not_a_path(text)
    return tuple(path)


def _not_a_path(text: str) -> Flaw:
    return Flaw(
        text,
        Label(vi=f"có '{text}', không phải là một đường dẫn", en=f"has '{text}', which is not a dotted path"),
        Label(vi="hãy viết như flows.truck.route[0]", en="write it as in flows.truck.route[0]"),
    )


def get(data: Any, path: Sequence[str | int]) -> Any:
    """What stands at a path, or None where there is nothing."""
    for piece in path:
        if not has(data, piece):
            return None
        data = data[piece]
    return data


def has(data: Any, piece: str | int) -> bool:
    """Whether there is a key or an index in a mapping or list."""
    if isinstance(data, dict):
        return piece in data
    return isinstance(data, list) and isinstance(piece, int) and piece < len(data)


def step_into(data: Any, piece: str | int, text: str) -> Any:
    """One step down a path that must exist.

    Raises
    ------
    Flaw
        If there is nothing, with the nearest key as remedy.
    """
    if has(data, piece):
        return data[piece]
    word = f"[{piece}]" if isinstance(piece, int) else piece
    raise Flaw(
        text,
        Label(vi=f"không có '{word}' để thay", en=f"finds nothing at '{word}'"),
        suggestion(word, _pieces(data)),
    )


def _pieces(data: Any) -> list[str]:
    """The keys or indices that a mapping or a list has."""
    if isinstance(data, list):
        return [f"[{i}]" for i in range(len(data))]
    return list(data) if isinstance(data, dict) else []
