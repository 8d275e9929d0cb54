"""How far a run is, told to whoever follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from platform_api.board import Board


@dataclass(frozen=True, slots=True)
class Advance:
    """How far all replications are together."""

    done: float  # share of the simulated time, 0 … 1
    finished: int  # replications
    replications: int
    entities: int
    seconds: float  # since the start
    points: tuple[int, int] | None = None  # of a design that are done and planned, while it is tried

    @property
    def entities_per_s(self) -> float:
        """Entities simulated in a second."""
        return self.entities / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining_s(self) -> float | None:
        """Estimated time left [s]; None while nothing is known."""
        return self.seconds * (1 - self.done) / self.done if self.done > 0 else None


Follow = Callable[[Advance], None]
Ask = Callable[[], bool]


class Following:
    """Reads the board for one run: how far it is, and whether it is to stop."""

    def __init__(self, board: Board, replications: int, progress: Follow | None, cancel: Ask | None) -> None:
        self.board, self.replications, self.progress, self.cancel = board, replications, progress, cancel
        self.began = perf_counter()

    def tell(self) -> None:
        """Tell how far it is."""
        if self.progress is not None:
            told = self.board.totals(self.replications)
            seconds = perf_counter() - self.began
            self.progress(Advance(told.done, told.finished, self.replications, told.entities, seconds))

    def is_cancelled(self) -> bool:
        """Whether the run is to stop."""
        return self.cancel is not None and self.cancel()
