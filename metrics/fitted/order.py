"""Control flow: what follows what, with loops, and what goes on side by side.

Two steps go on side by side if their visits overlap in time in a good part of the cases that have both (with
only ends known: if they end in either order). Connected ones make a block; within a block, steps that never
overlap form a branch. A block counts as one node; what follows each node is counted, with its attributes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from metrics.fitted.trees import Tree, grow
from metrics.recorded.log import MISSING, Column, Mask, Recorded

OVERLAPPING = 0.2
"""Share of the cases with both steps in which they overlap, from which they count as parallel."""
LOOK_AHEAD = 8
RARE_SHARE, RARE_COUNT = 0.002, 3
"""A successor as rare as this, in both respects, is taken for damage."""
START = -1


@dataclass(frozen=True, slots=True)
class Node:
    """A step, or a block of branches; `follows`: what comes next, -1: the end; `tree`: who goes where."""

    steps: tuple[int, ...]
    branches: tuple[Way, ...] = ()
    follows: tuple[int, ...] = ()
    tree: Tree | None = None
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """Nodes in their usual order, and what comes first; of a flow, or of a branch.

    dropped : transitions so rare that they were taken for damage, of `transitions`
    """

    nodes: tuple[Node, ...]
    first: Node
    dropped: int = 0
    transitions: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """The way of one flow. brackets : steps that only embrace others, left out · unclear : pairs that
    overlap but could not be put into branches
    """

    way: Way
    brackets: frozenset[int] = frozenset()
    unclear: tuple[tuple[int, int], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Rows:
    """The visits of one flow's cases, in order."""

    case: Column
    step: Column
    joined: Column
    ended: Column
    whole: Mask  # of each row, whether its case is finished
    timed: bool  # whether overlaps can be seen
    gone: Mask  # rows that were given up: what follows them is told by patience


def discover(log: Recorded, flow: int, names: Iterable[str], gone: Mask) -> Order:
    """The way of a flow; its choices may depend on the attributes of these names.

    gone : visits that were given up; where these lead to is no choice
    """
    rows = _rows(log, flow, gone)
    brackets = frozenset(_brackets(rows)) if rows.timed else frozenset()
    if brackets:
        rows = _only(rows, ~np.isin(rows.step, list(brackets)))
    blocks, unclear = _blocks(rows, len(log.steps), "joined" in log.knows)
    attributes = {name: log.attributes[name].codes for name in names if len(log.attributes[name].values) > 1}
    return Order(_way(rows, blocks, len(log.steps), attributes), brackets, tuple(unclear))


Block = list[list[int]]
"""Branches, each a list of steps; a step by itself is a block of one branch with one step."""


def _way(rows: Rows, blocks: list[Block], steps: int, attributes: dict[str, Column]) -> Way:
    """What follows what among blocks; within a block of several branches the same of each."""
    node_of = np.full(steps, -1, np.int64)
    for number, block in enumerate(blocks):
        node_of[[step for branch in block for step in branch]] = number
    links = _links(*_collapsed(rows, node_of, np.array([len(block) > 1 for block in blocks])))
    nodes, dropped = _nodes(blocks, links, attributes)
    filled = [
        replace(each, branches=tuple(_branch(rows, each.steps, b, steps, attributes) for b in blocks[k]))
        if len(blocks[k]) > 1 else each
        for each, k in zip(nodes[1:], _places(len(blocks), links), strict=True)
    ]  # fmt: skip
    return Way(tuple(filled), nodes[0], dropped, len(links[0]))


def _branch(
    rows: Rows, block: tuple[int, ...], branch: list[int], steps: int, attributes: dict[str, Column]
) -> Way:
    """The way within a branch; who comes to the block but not to it goes from its start to its end."""
    inside = np.isin(rows.step, block)
    mine = _only(rows, np.isin(rows.step, branch))
    way = _way(mine, [[[step]] for step in branch], steps, attributes)
    cases, took = np.unique(rows.case[inside & rows.whole]), np.unique(mine.case)
    skipped = np.setdiff1d(cases, took)
    if len(skipped) < max(RARE_COUNT, RARE_SHARE * len(cases)):
        return way
    first = way.first
    starts, number = _first_steps(mine), {node.steps[0]: k for k, node in enumerate(way.nodes)}
    begun = {int(c): number[int(s)] for c, s in zip(*starts, strict=True)}
    follows = (*first.follows, -1) if -1 not in first.follows else first.follows
    at = {f: k for k, f in enumerate(follows)}
    option = np.array([at.get(begun.get(int(c), -1), at[-1]) for c in cases], np.int64)
    tree = grow(option, len(follows), {name: codes[cases] for name, codes in attributes.items()})
    return replace(way, first=Node((), (), follows, tree, len(cases)))


def _first_steps(rows: Rows) -> tuple[Column, Column]:
    first = np.append(True, rows.case[1:] != rows.case[:-1]) if len(rows.case) else np.empty(0, bool)
    return rows.case[first], rows.step[first]


def _rows(log: Recorded, flow: int, gone: Mask) -> Rows:
    mine = log.flow[log.case] == flow
    whole = log.finished[log.case]
    return Rows(
        log.case[mine], log.step[mine], log.joined[mine],
        np.where(log.ended[mine] == MISSING, np.iinfo(np.int64).max, log.ended[mine]), whole[mine],
        "joined" in log.knows or "started" in log.knows, gone[mine],
    )  # fmt: skip


def _only(rows: Rows, which: Mask) -> Rows:
    return Rows(
        rows.case[which],
        rows.step[which],
        rows.joined[which],
        rows.ended[which],
        rows.whole[which],
        rows.timed,
        rows.gone[which],
    )


def _brackets(rows: Rows) -> Iterable[int]:
    """Steps that only embrace others: whenever there, from the first to the last instant of those within."""
    for step in np.unique(rows.step).tolist():
        at = np.flatnonzero(rows.step == step)
        at = at[at + 2 < len(rows.step)]
        some = at[:: max(1, len(at) // 500)]
        hits = [_embraces(rows, int(row)) for row in some]
        if len(hits) >= 5 and np.mean(hits) > 0.9:
            yield step


def _embraces(rows: Rows, row: int) -> bool:
    begin, end = rows.joined[row], rows.ended[row]
    last = row + 1
    while last < len(rows.case) and rows.case[last] == rows.case[row] and rows.joined[last] < end:
        last += 1
    before = row
    while before > 0 and rows.case[before - 1] == rows.case[row] and rows.joined[before - 1] == begin:
        before -= 1
    inner = np.r_[before:row, row + 1 : last]
    return len(inner) >= 2 and int(rows.joined[inner].min()) == begin and int(rows.ended[inner].max()) == end


# ---- what goes on side by side ------------------------------------------------------------------------


def _blocks(rows: Rows, steps: int, handed: bool) -> tuple[list[Block], list[tuple[int, int]]]:
    """Steps that go on side by side as blocks of branches, every other alone; pairs that are not told."""
    beside = _beside(rows, steps)
    after = _handed_over(rows, steps) if handed else None
    blocks: list[Block] = []
    unclear = []
    left = set(np.unique(rows.step).tolist())
    while left:
        group = _connected(min(left), beside)
        left -= group
        branches = _branches(sorted(group), ~beside if after is None else after)
        if len(group) > 1 and len(branches) < 2:
            unclear.append(
                next((a, b) for a in sorted(group) for b in sorted(group) if a < b and beside[a, b])
            )
            blocks += [[[step]] for step in sorted(group)]
        else:
            blocks.append(branches)
    return blocks, unclear


def _handed_over(rows: Rows, steps: int) -> Mask:
    """Whether one of two steps usually begins at the very instant at which the other ends."""
    handed = np.zeros((steps, steps))
    for lag in range(1, LOOK_AHEAD + 1):
        for a, b in ((slice(None, -lag), slice(lag, None)), (slice(lag, None), slice(None, -lag))):
            same = (
                (rows.case[b] == rows.case[a])
                & (rows.joined[b] == rows.ended[a])
                & (rows.step[a] != rows.step[b])
            )
            np.add.at(handed, (rows.step[a][same], rows.step[b][same]), 1)
    found = np.zeros((steps, steps), bool)
    for a, b in np.argwhere(handed > 0):
        both = len(np.intersect1d(rows.case[rows.step == a], rows.case[rows.step == b]))
        found[a, b] |= handed[a, b] >= max(3, 0.3 * both)
    return found | found.T


def _beside(rows: Rows, steps: int) -> Mask:
    """Whether two steps go on side by side."""
    overlap = np.zeros((steps, steps))
    if rows.timed:
        for lag in range(1, LOOK_AHEAD + 1):
            same = (rows.case[lag:] == rows.case[:-lag]) & (rows.joined[lag:] < rows.ended[:-lag])
            same &= (
                (rows.step[lag:] != rows.step[:-lag])
                & rows.whole[lag:]
                & (rows.ended[lag:] > rows.joined[lag:])
            )
            np.add.at(overlap, (rows.step[:-lag][same], rows.step[lag:][same]), 1)
        overlap = overlap + overlap.T
    else:
        follows = np.zeros((steps, steps))
        same = (rows.case[1:] == rows.case[:-1]) & (rows.step[1:] != rows.step[:-1])
        np.add.at(follows, (rows.step[:-1][same], rows.step[1:][same]), 1)
        either = np.minimum(follows, follows.T) / np.maximum(np.maximum(follows, follows.T), 1)
        once = _once(rows, steps)
        overlap = np.where((either > OVERLAPPING) & (once[:, None] & once[None, :]), follows + follows.T, 0)
    found = np.zeros((steps, steps), bool)
    for a, b in np.argwhere(np.triu(overlap) > 0):
        both = len(np.intersect1d(rows.case[rows.step == a], rows.case[rows.step == b]))
        found[a, b] = found[b, a] = overlap[a, b] >= max(5, OVERLAPPING * both)
    return found


def _once(rows: Rows, steps: int) -> Mask:
    """Steps that nearly every case visits once at the most."""
    visits = np.bincount(rows.step, minlength=steps)
    cases = np.bincount(np.unique(rows.case * steps + rows.step) % steps, minlength=steps)
    return np.asarray(visits <= 1.01 * cases)


def _connected(start: int, beside: Mask) -> set[int]:
    group, fresh = {start}, [start]
    while fresh:
        more = set(np.flatnonzero(beside[fresh.pop()]).tolist()) - group
        group |= more
        fresh += sorted(more)
    return group


def _branches(group: list[int], linked: Mask) -> Block:
    """The steps of a block that are linked one to the other are a branch."""
    together = linked[np.ix_(group, group)].copy()
    np.fill_diagonal(together, False)
    left, found = set(range(len(group))), []
    while left:
        branch = _connected(min(left), together)
        left -= branch
        found.append([group[k] for k in sorted(branch)])
    return found


# ---- what follows what --------------------------------------------------------------------------------


def _collapsed(rows: Rows, node_of: Column, wide: Mask) -> tuple[Column, Column, Mask, Mask, Mask]:
    """The nodes that each case passes: rows of one block one after the other count once."""
    node = node_of[rows.step]
    again = (rows.case[1:] == rows.case[:-1]) & (node[1:] == node[:-1]) & wide[node[1:]]
    keep = np.append(True, ~again)[: len(node)]
    case, node = rows.case[keep], node[keep]
    edge = case[1:] != case[:-1]
    first = np.append(True, edge)[: len(case)]
    last = np.append(edge, True)[: len(case)] & rows.whole[keep]
    return case, node, first, last, rows.gone[keep]


Links = tuple[Column, Column, Column]
"""From node, to node (-1: the end), case."""


def _links(case: Column, node: Column, first: Mask, last: Mask, gone: Mask) -> Links:
    inner = np.flatnonzero((case[1:] == case[:-1]) & ~gone[:-1])
    last = last & ~gone
    origin = np.concatenate([np.full(int(first.sum()), START), node[inner], node[last]])
    target = np.concatenate([node[first], node[inner + 1], np.full(int(last.sum()), -1)])
    return origin, target, np.concatenate([case[first], case[inner], case[last]])


def _nodes(blocks: list[Block], links: Links, attributes: dict[str, Column]) -> tuple[list[Node], int]:
    """The start and all nodes in their usual order, with what follows each."""
    origin, target, case = links
    place = _places(len(blocks), links)
    number = {old: new for new, old in enumerate(place)}
    made, dropped = [], 0
    for old in (START, *place):
        mine = origin == old
        followers, counts = np.unique(target[mine], return_counts=True)
        rare = (counts < RARE_COUNT) & (counts < RARE_SHARE * counts.sum())
        dropped += int(counts[rare].sum())
        kept = sorted(followers[~rare].tolist(), key=lambda f: (f < 0, number.get(f, -1)))
        mine &= np.isin(target, kept)
        option = _positions(kept, target[mine])
        codes = {name: each[case[mine]] for name, each in attributes.items()}
        tree = grow(option, len(kept), codes) if len(kept) > 1 else None
        steps = () if old == START else tuple(step for branch in blocks[old] for step in branch)
        made.append(Node(steps, (), tuple(number.get(f, -1) for f in kept), tree, int(mine.sum())))
    return made, dropped


def _positions(followers: list[int], target: Column) -> Column:
    at = {value: k for k, value in enumerate(followers)}
    return np.array([at[value] for value in target.tolist()], np.int64)


def _places(size: int, links: Links) -> list[int]:
    """Nodes by how often each comes before the others, so that loops lead back."""
    origin, target, _ = links
    inner = (origin != START) & (target != -1)
    ahead = np.zeros((size, size))
    np.add.at(ahead, (origin[inner], target[inner]), 1)
    starts = np.bincount(target[origin == START], minlength=size).astype(float)
    placed: list[int] = []
    left = set(range(size))
    while left:
        into = {n: float(ahead[list(left - {n}), n].sum()) for n in left}
        through = {n: into[n] + float(ahead[placed, n].sum()) + starts[n] for n in left}
        best = min(left, key=lambda n: (into[n] / max(through[n], 1e-9), -through[n], n))
        placed.append(best)
        left.remove(best)
    return placed
