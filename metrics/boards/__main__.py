"""Writes the boards:  python -m metrics.boards"""

from __future__ import annotations

import json
from pathlib import Path

from metrics.boards.agencies import AGENCIES
from metrics.boards.drawn import Board
from metrics.boards.gate import GATE
from metrics.boards.orders import ORDERS
from metrics.boards.service import THE_SERVICE

BOARDS = (GATE, AGENCIES, ORDERS, THE_SERVICE)

FOLDER = Path(__file__).parents[1] / "dashboards"


def written(board: Board) -> str:
    """The board's file."""
    return json.dumps(board.document(), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write all boards."""
    FOLDER.mkdir(exist_ok=True)
    for board in BOARDS:
        (FOLDER / f"{board.uid}.json").write_text(written(board), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
