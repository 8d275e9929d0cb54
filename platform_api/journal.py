"""What an experiment has found so far, on the disk as it comes: interrupted, it goes on where it was.

A folder with a head (what the experiment is) and a line for each replication. A line that was cut off by a
full disk or a loss of power is not there; every other is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_api.files import flush
from scenarios.resolved import Label

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from platform_api.trials import Trial

HEAD, LINES = "experiment.json", "replications.jsonl"
POINTS = "points.jsonl"
"""Beside the replications: those at other values of the assumptions."""


class NotOurs(Exception):
    """A folder that holds something else."""

    def __init__(self, folder: Path, message: Label, remedy: Label) -> None:
        super().__init__(f"{folder} {message.en}; {remedy.en}")
        self.folder, self.message, self.remedy = folder, message, remedy


@cache
def _reader() -> TypeAdapter[Trial]:
    from pydantic import TypeAdapter

    from metrics.settling import Trend
    from metrics.winners import Moves
    from platform_api import trials

    names = {"Trend": Trend, "Moves": Moves, "Seen": trials.Seen}
    found: TypeAdapter[Trial] = TypeAdapter(trials.Trial)
    found.rebuild(_types_namespace=names)
    return found


class Journal:
    """The finished replications of one experiment; without a folder only in memory."""

    def __init__(self, folder: Path | None, head: Mapping[str, Any], lines: str = LINES) -> None:
        """Open, or begin, the journal of an experiment.

        Raises
        ------
        NotOurs
            If the folder holds another experiment, or something else.
        OSError
            If it cannot be written.
        """
        self.folder, self.lines = folder, lines
        self.trials: dict[int, Trial] = {}
        self._file: FileIO | None = None
        self._good = 0  # bytes of whole lines
        if folder is not None:
            self._open(folder, dict(head))

    def _open(self, folder: Path, head: dict[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        known = read_head(folder)
        if known is None:
            if any(each.name != f".{HEAD}.partial" for each in folder.iterdir()):
                raise _not_ours(folder)
            _begin(folder, head)
        elif known != json.loads(json.dumps(head)):
            raise _another(folder, known, head)
        self._file = (folder / self.lines).open("ab", buffering=0)
        self._read(folder / self.lines)

    def _read(self, lines: Path) -> None:
        """All whole lines; what follows the last of them is cut off, what cannot be read is run again."""
        assert self._file is not None
        with lines.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._good += len(line)
                if (trial := _trial(line)) is not None:
                    self.trials[trial.replication] = trial
        self._file.truncate(self._good)

    def add(self, trial: Trial) -> None:
        """A finished replication, on the disk before it is counted.

        Raises
        ------
        OSError
            If it cannot be written; half a line is not left there.
        """
        if self._file is not None:
            self._write(json.dumps(asdict(trial), ensure_ascii=False, allow_nan=False).encode() + b"\n")
        self.trials[trial.replication] = trial

    def _write(self, line: bytes) -> None:
        assert self._file is not None
        rest = line
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(self._good)
            raise
        self._good += len(line)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing more comes."""
        if self._file is not None:
            self._file.close()

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Which of some replications are not there yet."""
        return [number for number in numbers if number not in self.trials]

    def first(self, count: int) -> list[Trial]:
        """The first so many, in their order."""
        return [self.trials[number] for number in range(count)]


def _trial(line: bytes) -> Trial | None:
    from pydantic import ValidationError

    try:
        return _reader().validate_json(line)
    except ValidationError:
        return None


def _begin(folder: Path, head: dict[str, Any]) -> None:
    """Write the head: as a whole, or not at all."""
    fresh = folder / f".{HEAD}.partial"
    fresh.write_text(json.dumps(head, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    flush(folder)
    fresh.replace(folder / HEAD)


def read_head(folder: Path) -> dict[str, Any] | None:
    """What experiment a folder holds, if it holds one."""
    try:
        head = json.loads((folder / HEAD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return head if isinstance(head, dict) else None


def _not_ours(folder: Path) -> NotOurs:
    return NotOurs(
        folder,
        Label(vi="đã có và không phải thí nghiệm của cuakhau", en="exists and is no experiment of cuakhau"),
        Label(
            vi="hãy chọn một thư mục khác, hoặc thư mục trống", en="choose another folder, or an empty one"
        ),
    )


def _another(folder: Path, known: Mapping[str, Any], head: Mapping[str, Any]) -> NotOurs:
    different = ", ".join(sorted(key for key in {*known, *head} if known.get(key) != head.get(key)))
    return NotOurs(
        folder,
        Label(vi=f"giữ một thí nghiệm khác (khác ở: {different})",
              en=f"holds another experiment (it differs in: {different})"),
        Label(vi="hãy chọn thư mục khác, hoặc chạy lại đúng lệnh cũ để tiếp tục",
              en="choose another folder, or repeat the old command to go on with it"),
    )  # fmt: skip
