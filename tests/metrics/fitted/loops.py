"""A scenario simulated, its record exported, perhaps damaged, read, fitted, and the fit simulated again."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from metrics.exports.source import Source
from metrics.exports.tables import write_csv
from metrics.fitted.fit import Fitted, fit
from metrics.fitted.written import write
from metrics.recorded.log import Recorded
from metrics.recorded.measures import Figure, Measured, measure
from metrics.recorded.read import Asked, read
from metrics.recorded.replayed import replayed
from scenarios import library
from scenarios.resolved import Resolved
from sim.files import save
from sim.run import run

KEY = b"k" * 32

Rows = list[list[str]]
Change = Callable[[Rows], Rows]


@dataclass(frozen=True)
class Loop:
    """What came out. truth : figures of the simulated log, undamaged · again : means over runs of the fit"""

    fitted: Fitted
    written: dict[str, Any]
    truth: dict[Figure, Measured]
    again: dict[Figure, float]

    def off(self, kinds: tuple[str, ...], fewest: int) -> dict[Figure, float]:
        """How far the fit is off: relative, of visits a case absolute; of figures with enough behind them."""
        return {
            figure: self.again.get(figure, 0.0) - told.value
            if figure.kind == "visits"
            else self.again.get(figure, 0.0) / told.value - 1
            for figure, told in self.truth.items()
            if figure.kind in kinds and told.n >= fewest and told.value
        }


def exported(scenario: Resolved, seed: int) -> tuple[Rows, Recorded]:
    """A run as the rows of `cuakhau export`, and as it was."""
    log = run(scenario, seed).log
    with tempfile.TemporaryDirectory() as folder:
        save(log, Path(folder) / "run")
        text = b"".join(write_csv(Source(Path(folder) / "run", scenario))).decode()
    return list(csv.reader(io.StringIO(text))), replayed(scenario, log)


def read_rows(rows: Rows) -> Recorded:
    """Rows read as a file is."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.csv"
        with file.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened, lineterminator="\n").writerows(rows)
        return read(file, Asked(KEY)).log


def loop(
    name: str, overrides: Mapping[str, Any], change: Change = lambda rows: rows, runs: int = 4, seed: int = 11
) -> Loop:
    """Simulate, export, change, read, fit, simulate the fit."""
    scenario = library.load(name, overrides).resolved
    rows, truth = exported(scenario, seed)
    fitted = fit(read_rows(change(rows)))
    written = write(fitted, scenario.clock.zone, "fitted").scenario
    again = library.load_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False)).resolved
    span = fitted.window.start, fitted.window.end
    standing = frozenset(fitted.log.steps[s].key for s, each in fitted.steps.items() if not each.pools)
    found = [measure(replayed(again, run(again, 900 + k).log), *span, standing) for k in range(runs)]
    means = {
        figure: float(np.mean([each[figure].value if figure in each else 0.0 for each in found]))
        for figure in dict.fromkeys(f for each in found for f in each)
    }
    brackets = {fitted.log.steps[s].key for o in fitted.orders.values() for s in o.brackets}
    told = measure(truth, *span, standing)
    kept = {f: m for f, m in told.items() if f.of.rpartition("/")[2] not in brackets}
    return Loop(fitted, written, kept, means)


# ---- damage -------------------------------------------------------------------------------------------


def damaged(share: float, seed: int = 5) -> Change:
    """Spoil so many rows, each in one of nine ways."""

    def change(rows: Rows) -> Rows:
        luck = random.Random(seed)
        head, *body = rows
        at = {name: head.index(name) for name in ("activity", "step", "joined", "started", "ended")}
        made: Rows = [head]
        for row in body:
            made.append(row)
            if luck.random() < share:
                made[-1] = spoilt = list(row)
                kind = luck.randrange(9)
                if kind == 8:
                    made.append(list(row))
                else:
                    _spoil(spoilt, kind, at)
        return made

    return change


def _spoil(row: list[str], kind: int, at: dict[str, int]) -> None:
    if kind < 3:
        row[at[("joined", "started", "ended")[kind]]] = ""
    elif kind == 3:
        row[at["started"]] = "1900-01-01 00:00:00"
    elif kind == 4:
        row[at["started"]], row[at["ended"]] = row[at["ended"]], row[at["started"]]
    elif kind == 5:
        for name in ("joined", "started", "ended"):
            row[at[name]] = row[at[name]].replace("+07:00", "+00:00")  # a clock that is seven hours off
    elif kind == 6:
        row[at["ended"]] = "#VALUE!"
    else:
        row[at["activity"]] = row[at["step"]] = ""
