"""A progress bar on standard error: only for what takes over two seconds, only where a person watches."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from platform_api.formats import number, time_left

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from platform_api.console import Speech
    from platform_api.runner import Advance

PATIENCE = 2.0
"""What takes less than this shows no bar [s]."""


class Bar:
    """Follows a run; `finished` tells afterwards how many replications were done."""

    def __init__(self, speech: Speech) -> None:
        self.speech = speech
        self.finished = self.replications = 0
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def follow(self, advance: Advance) -> None:
        """Show how far the run is."""
        self.finished, self.replications = advance.finished, advance.replications
        if self._bar is None and advance.seconds >= PATIENCE and self.speech.err.is_terminal:
            self._open()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=advance.done, told=self._told(advance))

    def _open(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[told]}"),
        )
        self._bar = Progress(*columns, console=self.speech.err, transient=True, refresh_per_second=5)
        self._task = self._bar.add_task("", total=1.0, told="")
        self._bar.start()

    def _told(self, advance: Advance) -> str:
        """`3/20 lần lặp · 4.100 xe/s · còn 12 giây`."""
        language, left = self.speech.language, advance.remaining_s
        remaining = "…" if left is None else time_left(left, language)
        if advance.points is not None:
            done, planned = advance.points
            return self.speech.say("compare.progress", done=done, total=planned, left=remaining)
        rate = number(advance.entities_per_s, 0, language)
        return self.speech.say(
            "run.progress", done=advance.finished, total=advance.replications, rate=rate, left=remaining
        )


def interrupted(speech: Speech, bar: Bar, how: str) -> None:
    """Say what became of a run that was stopped."""
    with suppress(BrokenPipeError):
        counts = {"finished": bar.finished, "replications": max(1, bar.replications)}
        speech.note("interrupted.run", how=how, **counts)
