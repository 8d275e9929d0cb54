"""The engines: each turns a resolved scenario into the same record."""

from typing import Literal, get_args

Engine = Literal["compiled", "reference"]
"""Two programs of one meaning: the same record, row for row."""
ENGINES: tuple[Engine, ...] = get_args(Engine)
DEFAULT_ENGINE: Engine = "compiled"
