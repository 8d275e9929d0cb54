"""An outage map on a terminal: the worst hours in words, then the map of what is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from platform_api.charts.heat import Cell, Row
from platform_api.outage_reading import MEASURES, Reading

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from platform_api.console import Speech
    from platform_api.outage_answer import OutageMap

NAME = 24
"""Columns of the screen for the names of rows."""

SHADES = (
    "", "black on #C6DCF1", "black on #93BEE4", "white on #2F74B5", "white on #1F5E9C", "white on #0F4A82",
    "bold white on #082F57",
)  # fmt: skip


def show(speech: Speech, answer: OutageMap) -> None:
    """Print an outage map."""
    for part in _parts(Reading(answer, speech.language), speech.out.width):
        speech.show(part)
    for warning in answer.warnings:
        speech.err.print(f"! {speech.pick(warning)}", markup=False, soft_wrap=True, style="yellow")


def _parts(reading: Reading, width: int) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text(reading.title, "bold cyan")
    for cell in reading.worst():
        yield Text(f"➤ {reading.sentence(cell)}", "bold")
    for measure in MEASURES:
        yield Text()
        yield Text(reading.say(f"map.{measure}"), "bold")
        yield from _map(reading.rows(measure), reading.columns(), width)
    for told in (*reading.assumed, reading.how):
        yield Text(told, "dim")


def _map(rows: list[Row], columns: list[str], width: int) -> Iterator[Text]:
    """As many hours beside each other as the screen has room for; the others below."""
    from rich.text import Text

    wide = 1 + max(len(cell.told) for row in rows for cell in row.cells if cell is not None)
    wide = max(wide, 1 + max(map(len, columns)))
    many = max(1, (width - NAME) // wide)
    for first in range(0, len(columns), many):
        yield Text(" " * NAME + "".join(f"{head:>{wide}}" for head in columns[first : first + many]), "dim")
        for row in rows:
            yield _line(row.name, row.cells[first : first + many], wide)


def _line(name: str, cells: Sequence[Cell | None], wide: int) -> Text:
    from rich.text import Text

    line = Text(f"{_short(name):<{NAME}}")
    for cell in cells:
        line.append(f"{cell.told if cell else '':>{wide}}", SHADES[cell.step] if cell else "")
    return line


def _short(name: str) -> str:
    """The end of a name is the day, which tells rows apart."""
    head, dot, day = name.rpartition(" · ")
    room = NAME - 1 - len(dot + day)
    return f"{head[:room]}{dot}{day}" if dot else day[: NAME - 1]
