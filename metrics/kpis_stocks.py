"""What stocks give to those who come for something: how much of it, and to whom nothing."""

from __future__ import annotations

import numpy as np

from metrics.declare import Scalar, Stratum, kpi, ratio
from metrics.replication import Replication
from metrics.visits import Mask, reached
from scenarios.resolved import By, Tree
from sim.log import EMPTY, VISIT_OUTCOMES, Column

BETA = "inventory theory, type 2 service level (fill rate)"
ALPHA = "inventory theory, type 1 service level (its complement)"


def _requests(run: Replication, stock: str) -> tuple[Column, Column, Column]:
    """(rows of visits that take from a stock, what each wanted, what each got)."""
    steps = run.scenario.steps
    rows, wanted = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for name in run.log.names.steps:
        if steps[name].kind == "take" and steps[name].stock == stock:
            here = run.rows_at(run.step(name))
            rows.append(here)
            wanted.append(_leaf(run, steps[name].amount, run.log.visits["entity"][here]))
    found = np.concatenate(rows)
    got = run.log.visits["amount"][found]
    return found, np.concatenate(wanted), np.where(got == EMPTY, 0, got)


def _leaf(run: Replication, tree: Tree, entities: Column) -> Column:
    """A number of each of some entities: one for all, an attribute of theirs, or one by an attribute."""
    if isinstance(tree, By):
        found = np.zeros(len(entities), np.int64)
        for value, case in tree.cases.items():
            mine = run.attribute(tree.attribute, value)[entities]
            found[mine] = _leaf(run, case, entities[mine])
        return found
    if isinstance(tree, str):
        return np.maximum(0, run.log.attributes[tree][entities])
    return np.full(len(entities), tree or 0, np.int64)


def _closed(run: Replication, rows: Column) -> Mask:
    """Which requests were answered in the window: with something, with nothing, or by their giving up."""
    started, ended = run.log.visits["started"][rows], run.log.visits["ended"][rows]
    return run.within(np.where(reached(started), started, ended))


@kpi(
    unit="ratio",
    better="higher",
    by=("stock",),
    needs=("kind:take",),
    vi="Tỷ lệ đáp ứng",
    en="Fill rate",
    meaning="What was taken from the stock over what was wanted of it, of the requests answered in the "
    "window; who went away without anything got 0.",
    nghia="Lượng lấy được chia cho lượng muốn lấy, của các yêu cầu được trả lời trong kỳ; ai đi không thì "
    "tính là 0.",
    source=BETA,
)
def fill_rate(run: Replication, of: Stratum) -> Scalar:
    rows, wanted, got = _requests(run, of.name)
    mine = _closed(run, rows)
    return ratio(int(got[mine].sum()), int(wanted[mine].sum()), int(np.count_nonzero(mine)))


@kpi(
    unit="ratio",
    better="lower",
    by=("stock",),
    needs=("kind:take",),
    vi="Bị từ chối",
    en="Refused",
    meaning="Of the requests answered in the window, the share that got nothing: sent elsewhere, given up, "
    "or nothing was left.",
    nghia="Trong số yêu cầu được trả lời trong kỳ, tỷ lệ không lấy được gì: bị chuyển đi, bỏ về, hoặc kho "
    "đã hết.",
    source=ALPHA,
)
def refused_share(run: Replication, of: Stratum) -> Scalar:
    rows, wanted, got = _requests(run, of.name)
    mine = _closed(run, rows)
    served = run.log.visits["outcome"][rows] == VISIT_OUTCOMES.index("completed")
    refused = mine & (~served | ((got == 0) & (wanted > 0)))
    n = int(np.count_nonzero(mine))
    return ratio(int(np.count_nonzero(refused)), n, n)
