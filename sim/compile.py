"""The network: a resolved scenario as numbered, flat arrays, for the compiled engine.

Names become codes by their place in the file. What depends on attributes becomes a node of a forest of
decision trees, walked with the attribute codes of an entity; everything else is a field of a record or a cell
of a matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.resolved import By, Errand, Resolved, Resource, Step, Tree
from sim import chance
from sim.arrivals import arrivals_end
from sim.clock import day_span, days_between, local_day, shape_of
from sim.compile_state import Codes, StateCompiler, read_together
from sim.engines.kernel.records import BY_BREAKDOWN, BY_PRIORITY, FITS, STOPS
from sim.engines.tables import attribute_codes
from sim.engines.tallies import marks_of, net_tables
from sim.engines.words import word_tables
from sim.log import ENTITY_OUTCOMES
from sim.origins import Origins, origins_from
from sim.remembered import per_scenario
from sim.timetable import duty

I8 = NDArray[np.int64]
NONE = -1
"""No table, no step, no zone."""

KINDS = (
    "work", "wait", "choose", "parallel", "end", "hold", "free", "take", "put", "send", "join", "gather",
    "ride", "release", "answer",
)  # fmt: skip
ON_OUTAGE = ("finish", "pause", "restart")

STEP = np.dtype(
    [(name, np.int32) for name in (
        "kind", "group", "zone", "room", "full_to", "patience_to", "release", "on_outage", "outcome", "by",
        "time", "paper", "patience", "mixes", "need_a", "need_b", "platform_a", "platform_b", "branch_a",
        "branch_b", "hold", "free_a", "free_b",
        "stoppable", "interrupts", "must_fit", "fits_last", "on_preempt", "reserve",
        "stock", "amount", "partial", "short_to", "chooses",
        "watched", "when_a", "when_b", "rest", "asks", "balk_a", "balk_b", "balk_to",
        "errand", "wait_for", "count", "only_pool", "only_units", "gather", "marks",
    )]
)  # fmt: skip
GATHER = np.dtype(
    [(name, np.int64) for name in (
        "step", "number", "weight", "weigh", "max_wait", "most", "most_weight", "origin", "day",
    )]
)  # fmt: skip
SOURCE = np.dtype(
    [(name, np.int64) for name in (
        "flow", "code", "origin", "kind", "floor", "gap", "left", "row", "last", "day", "number", "position",
        "next_at", "next_day", "next_number", "cell",
    )]
)  # fmt: skip
"""Where entities come from: fixed fields, then the state of what comes next."""

BY_RATE, BY_ROWS = range(2)
UNSET = -(1 << 62)
"""A step without a priority of its own."""


class Net(NamedTuple):
    """Everything that does not change during a run."""

    steps: NDArray[Any]  # STEP
    alternatives: I8  # (needs, 2): first and last row of `options`
    options: I8  # (rows, 2): pool, units
    platforms_of: I8
    branches: I8
    pool_rules: I8  # by pool: what its units are subject to, as bits
    duty: I8  # CSR: (time, units scheduled), of the pools with something that must fit
    duty_ptr: I8
    frees: I8  # numbers of the holds that a `free` step gives back
    users: I8  # CSR: the steps that need a pool and something else …
    user_ptr: I8
    wait_ptr: I8  # room for the steps that need a pool alone, by pool
    fickle: I8  # the steps that may start *because* somebody else takes units of a pool
    fickle_ptr: I8
    zone_steps: I8
    zone_ptr: I8
    platform_steps: I8
    platform_ptr: I8
    stock_steps: I8  # the steps that take from each stock
    stock_ptr: I8
    zone_room: I8
    gathers: NDArray[Any]  # GATHER: what is not said is NONE
    priority: I8  # (2, most of flows and steps): tree
    fixed_priority: I8  # (flows, steps): where no attribute decides it, else UNSET
    following: I8  # (flows, steps): step
    choice: I8  # (flows, steps): row of `targets`
    choice_size: I8  # (flows, steps): options of a choice by the shortest queue
    targets: I8  # by option of a choice
    conditions: I8  # see `sim.compile_state` …
    read_names: I8
    whens: I8
    balks: I8
    rules: NDArray[Any]
    effects: NDArray[Any]
    divert_to: I8
    flow_first: I8
    attribute_ptr: I8  # CSR: the attributes of each flow …
    attribute_column: I8
    attribute_number: I8  # 1: a number
    attribute_tree: I8  # of the draw …
    backlog_tree: I8  # … in the opening backlog
    tree_by: I8  # node → column of the attribute, NONE at a leaf
    tree_value: I8  # node → leaf value, or first place in `tree_kids`
    tree_kids: I8
    table_ptr: I8
    table_size: I8
    tables: I8
    mix_ptr: I8
    mix_upto: I8
    mix_value: I8
    step_keys: NDArray[Any]  # (origins, steps, 2)
    attribute_keys: NDArray[Any]  # (attributes of all flows, sources, 2)
    flow_keys: NDArray[Any]  # (origins, 2)
    days: I8  # (dates, 3): date, begin, end
    origin_flow: I8  # by origin: its flow …
    origin_source: I8  # … the code of its source …
    sent_origins: I8  # … and (origins, send steps): the origin of what its entities send
    day_shape: I8  # (flows, dates): row of `shapes`
    shapes: I8  # (rows, 25)
    listed: I8  # (rows, 3 + attribute columns): instant, day, number, given codes or EMPTY
    timetable: I8  # (rows + 1, 4): the last never comes
    edges: I8  # of the bins of the statistics (see `sim.tally`) …
    span: I8  # … and the span of each
    kind_first: I8  # by flow
    kind_part: I8  # (attributes of flows, codes): what a value adds to the kind of an entity
    flow_marks: I8  # which milestones any step of a flow carries
    flow_words: NDArray[Any]  # what names add to the digest (see `sim.engines.words`) …
    source_words: NDArray[Any]
    step_words: NDArray[Any]
    place_words: NDArray[Any]
    pool_words: NDArray[Any]
    mode_words: NDArray[Any]
    outcome_words: NDArray[Any]
    end_words: NDArray[Any]
    value_words: NDArray[Any]


class Backlogged(NamedTuple):
    """The opening backlog of one flow, in codes."""

    flow: int
    origin: int
    entities: int
    step: int
    age: int  # tree
    day: int


@dataclass(frozen=True)
class Network:
    """What all replications with the same sources share: the arrays of a `Net`, and the names behind numbers.

    arrays : all but what `sim.compile_run` puts in
    """

    arrays: dict[str, Any]
    origins: Origins
    flow: dict[str, int]
    step: dict[str, int]
    pool: dict[str, int]
    platform: dict[str, int]
    table: dict[str, int]
    groups: list[list[int]]
    backlogs: list[Backlogged]
    columns: dict[str, dict[str, int] | None]  # attribute → codes of its values; None: a number
    units: int  # the most that one visit can hold
    holds: int  # `hold` steps, and vehicles of carriers
    opening: I8  # level of each stock
    errands: int  # steps that send out


class Forest:
    """Decision trees over attributes, packed into arrays."""

    def __init__(self, columns: dict[str, dict[str, int] | None]) -> None:
        self.columns = columns
        self.numbers = {name: n for n, name in enumerate(columns)}
        self.by: list[int] = []
        self.value: list[int] = []
        self.kids: list[int] = []

    def add(self, tree: Tree, leaf: Any) -> int:
        """The node of a tree; `leaf` turns a leaf into its number."""
        node = len(self.by)
        self.by.append(NONE)
        self.value.append(NONE)
        if not isinstance(tree, By):
            self.value[node] = leaf(tree)
            return node
        codes = self.columns[tree.attribute] or {}
        first = len(self.kids)
        self.kids += [NONE] * len(codes)
        self.by[node], self.value[node] = self.numbers[tree.attribute], first
        for value, code in codes.items():
            if value in tree.cases:
                self.kids[first + code] = self.add(tree.cases[value], leaf)
        return node


def _csr(lists: list[list[int]]) -> tuple[I8, I8]:
    ptr = np.cumsum([0, *(len(one) for one in lists)]).astype(np.int64)
    return ptr, np.array([x for one in lists for x in one], np.int64)


@per_scenario
def network(scenario: Resolved, seed: int, arriving: tuple[tuple[str, ...], ...]) -> Network:
    """The network of a scenario, of which each flow has these sources."""
    return _Compiler(scenario, seed, dict(zip(scenario.flows, map(list, arriving), strict=True))).network()


class _Compiler:
    """Turns one resolved scenario, seed and choice of sources into a network."""

    def __init__(self, scenario: Resolved, seed: int, arriving: dict[str, list[str]]) -> None:
        self.scenario, self.seed = scenario, seed
        self.begin = -scenario.clock.lead_in
        self.columns = attribute_codes(scenario)
        self.forest = Forest(self.columns)
        self.step = {name: n for n, name in enumerate(scenario.steps)}
        self.pool = {name: n for n, name in enumerate(scenario.resources)}
        holds = [
            n for n, step in scenario.steps.items() if step.kind == "hold" or (step.gather and step.needs)
        ]
        self.gather = {n: k for k, n in enumerate(n for n, s in scenario.steps.items() if s.gather)}
        self.holds = {name: n for n, name in enumerate(holds)}
        self.zone = {name: n for n, name in enumerate(scenario.zones)}
        self.stock = {name: n for n, name in enumerate(scenario.stocks)}
        self.platform = {name: n for n, name in enumerate(scenario.platforms)}
        self.flow = {name: n for n, name in enumerate(scenario.flows)}
        self.table = {name: n for n, name in enumerate(scenario.tables)}
        self.mixes: list[tuple[list[int], list[int]]] = []
        self.origin_book = origins_from(scenario, arriving)
        self.origins = self.origin_book.every
        self.errand = {
            name: n for n, name in enumerate(n for n, s in scenario.steps.items() if s.kind == "send")
        }

    def network(self) -> Network:
        scenario = self.scenario
        groups = self._groups()
        steps = self._steps(groups)
        needs, options = self._needs(steps)
        following, choice, choice_size, targets = self._ways(steps)
        codes = Codes(self.step, self.zone, self.platform, self.flow, self.stock, self.pool)
        state = StateCompiler(scenario, codes).fill(
            steps, {name: self._option_codes(name) for name in scenario.steps}
        )
        attributes = self._attributes()
        priority, fixed_priority = self._priorities()
        days, day_shape, shapes = self._days()
        table_ptr, tables = _csr([list(table) for table in scenario.tables.values()])
        mix_ptr, mix_upto = _csr([upto for upto, _ in self.mixes])
        _, mix_value = _csr([value for _, value in self.mixes])
        backlogs = self._backlogs()
        keys = self._keys()
        arrays: dict[str, Any] = dict(
            steps=steps,
            alternatives=needs,
            options=options,
            platforms_of=self._flat(
                [[self.platform[p] for p in s.platforms] for s in scenario.steps.values()], steps, "platform"
            ),
            branches=self._flat(
                [[self.step[b] for b in s.branches] for s in scenario.steps.values()], steps, "branch"
            ),
            **self._duty(),
            frees=self._flat(
                [[self.holds[h] for h in s.frees] for s in scenario.steps.values()], steps, "free"
            ),
            **self._users(),
            gathers=self._gathers(),
            zone_room=np.array([zone.room for zone in scenario.zones.values()], np.int64),
            priority=priority,
            fixed_priority=fixed_priority,
            following=following,
            choice=choice,
            choice_size=choice_size,
            **state._asdict(),
            targets=targets,
            flow_first=np.array([self.step[flow.first] for flow in scenario.flows.values()], np.int64),
            **attributes,
            tree_by=np.array(self.forest.by or [NONE], np.int64),
            tree_value=np.array(self.forest.value or [NONE], np.int64),
            tree_kids=np.array(self.forest.kids or [NONE], np.int64),
            table_ptr=table_ptr,
            table_size=np.diff(table_ptr),
            tables=tables if len(tables) else np.zeros(1, np.int64),
            mix_ptr=mix_ptr,
            mix_upto=mix_upto,
            mix_value=mix_value,
            **keys,
            **self._origins(),
            days=days,
            day_shape=day_shape,
            shapes=shapes,
            **net_tables(scenario, self.columns),
            **word_tables(scenario, self.columns, self.origin_book.book),
        )
        return Network(
            arrays=arrays,
            origins=self.origin_book,
            flow=self.flow,
            step=self.step,
            pool=self.pool,
            platform=self.platform,
            table=self.table,
            groups=groups,
            backlogs=backlogs,
            columns=self.columns,
            units=self._most_units(),
            holds=len(self.holds),
            opening=np.array([stock.level for stock in scenario.stocks.values()], np.int64),
            errands=len(self.errand),
        )

    def _table_of(self, leaf: Any) -> int:
        return NONE if leaf is None else self.table[str(leaf)]

    def _groups(self) -> list[list[int]]:
        first = list(range(len(self.step)))
        shared: list[set[int]] = [set() for _ in range(len(self.pool) + len(self.zone) + len(self.stock))]
        for name, step in self.scenario.steps.items():
            for need in step.needs:
                for pool, _ in need.any_of:
                    shared[self.pool[pool]].add(self.step[name])
            if step.zone is not None:
                shared[len(self.pool) + self.zone[step.zone]].add(self.step[name])
            if step.stock is not None and step.kind == "take":
                shared[len(self.pool) + len(self.zone) + self.stock[step.stock]].add(self.step[name])
            shared.append({self.step[other] for other in (name, *read_together(self.scenario, name))})
        for members in shared:
            numbers = {first[number] for number in members}
            first = [min(numbers) if number in numbers else number for number in first]
        return [[n for n, f in enumerate(first) if f == number] for number in sorted(set(first))]

    def _steps(self, groups: list[list[int]]) -> NDArray[Any]:
        rows = np.zeros(len(self.step), STEP)
        for number, members in enumerate(groups):
            rows["group"][members] = number
        for row, (name, step) in zip(rows, self.scenario.steps.items(), strict=True):
            row["kind"] = KINDS.index("answer" if step.is_answer else step.kind)
            row["hold"] = self.holds.get(name, NONE)
            self._rules_of_step(row, step)
            row["gather"] = self.gather.get(name, NONE)
            row["zone"] = NONE if step.zone is None else self.zone[step.zone]
            row["room"] = NONE if step.room is None else step.room
            row["full_to"] = NONE if step.full_to is None else self.step[step.full_to]
            row["patience_to"] = NONE if step.patience_to is None else self.step[step.patience_to]
            row["release"] = step.while_blocked == "release"
            row["on_outage"] = ON_OUTAGE.index(step.on_outage)
            row["marks"] = marks_of(step.milestones)
            row["outcome"] = ENTITY_OUTCOMES.index(step.outcome)
            row["by"] = NONE if step.by is None else self.forest.numbers[step.by]
            row["time"] = self.forest.add(step.time, self._table_of)
            row["paper"] = NONE if step.fallback is None else self.forest.add(step.fallback, self._table_of)
            row["patience"] = (
                NONE if step.patience is None else self.forest.add(step.patience, self._table_of)
            )
            row["mixes"] = NONE
            row["stock"] = NONE if step.stock is None else self.stock[step.stock]
            row["amount"] = NONE if step.amount is None else self.forest.add(step.amount, self._amount)
            row["partial"] = step.partial
            row["short_to"] = NONE if step.short_to is None else self.step[step.short_to]
            row["errand"] = row["wait_for"] = row["count"] = NONE
            if step.errand is not None:
                self._errand(row, step.errand)
        return rows

    def _amount(self, leaf: Any) -> int:
        """A number; or below 0, -1 less the column of an attribute."""
        return -1 - self.forest.numbers[leaf] if isinstance(leaf, str) else int(leaf or 0)

    def _gathers(self) -> NDArray[Any]:
        """When those who gather depart, and where the carrier comes from."""
        rows = np.full(len(self.gather), NONE, GATHER)
        for row, name in zip(rows, self.gather, strict=True):
            spec = self.scenario.steps[name].gather
            assert spec is not None
            row["step"], row["day"] = self.step[name], self._first_day()
            for word in ("number", "weight", "max_wait", "most", "most_weight"):
                said = getattr(spec, word)
                row[word] = NONE if said is None else said
            row["weigh"] = NONE if spec.weigh is None else self.forest.numbers[spec.weigh]
            if spec.carrier is not None:
                row["origin"] = self.origins.index((spec.carrier, name))
        return rows

    def _errand(self, row: Any, errand: Errand) -> None:
        row["errand"] = self.errand[errand.of]
        row["wait_for"] = NONE if errand.wait_for is None else errand.wait_for
        row["count"] = NONE if errand.count is None else self.forest.add(errand.count, self._amount)

    def _rules_of_step(self, row: Any, step: Step) -> None:
        """Who may be interrupted, who interrupts, and who must be done before closing."""
        rules = [self._rules(self.scenario.resources[p]) for need in step.needs for p, _ in need.any_of]
        touched = any(rule & (BY_PRIORITY | BY_BREAKDOWN | STOPS) for rule in rules)
        row["stoppable"] = step.kind == "work" and step.on_preempt != "finish" and touched
        bold = step.gather is None and not step.reserve
        row["interrupts"] = bold and any(rule & BY_PRIORITY for rule in rules)
        row["reserve"] = step.reserve
        row["must_fit"] = any(rule & FITS for rule in rules)
        row["fits_last"] = row["must_fit"] and self._is_fickle(step)
        row["on_preempt"] = step.on_preempt == "restart"

    @staticmethod
    def _rules(pool: Resource) -> int:
        found = BY_PRIORITY * ("priority" in pool.preempt) + BY_BREAKDOWN * ("breakdown" in pool.preempt)
        return found + STOPS * (pool.at_closing == "stop") + FITS * (pool.at_closing == "fit")

    def _duty(self) -> dict[str, I8]:
        """The hours of the pools before whose closing something must be done."""
        end = self.scenario.clock.at_most
        rows = [
            duty(self.scenario, name, self.begin, end) if pool.at_closing == "fit" else []
            for name, pool in self.scenario.resources.items()
        ]
        ptr = np.cumsum([0, *map(len, rows)]).astype(np.int64)
        flat = np.array([row for one in rows for row in one], np.int64).reshape(-1, 2)
        rules = np.array([self._rules(pool) for pool in self.scenario.resources.values()], np.int64)
        return {"pool_rules": rules, "duty": flat, "duty_ptr": ptr}

    def _flat(self, lists: list[list[int]], steps: NDArray[Any], name: str) -> I8:
        ptr, flat = _csr(lists)
        steps[f"{name}_a"], steps[f"{name}_b"] = ptr[:-1], ptr[1:]
        return flat

    def _needs(self, steps: NDArray[Any]) -> tuple[I8, I8]:
        needs: list[tuple[int, int]] = []
        options: list[tuple[int, int]] = []
        for row, step in zip(steps, self.scenario.steps.values(), strict=True):
            row["need_a"] = len(needs)
            for need in step.needs:
                first = len(options)
                options += [(self.pool[pool], units) for pool, units in need.any_of]
                needs.append((first, len(options)))
            row["need_b"] = len(needs)
            row["only_pool"], row["only_units"] = self._only_need(step)
        return np.array(needs, np.int64).reshape(-1, 2), np.array(options, np.int64).reshape(-1, 2)

    def _only_need(self, step: Step) -> tuple[int, int]:
        """The pool and the units of a step that needs nothing else."""
        alone = len(step.needs) == 1 and len(step.needs[0].any_of) == 1
        if step.kind in ("take", "gather") or step.reserve or not alone:
            return NONE, 0
        ((pool, units),) = step.needs[0].any_of
        resource = self.scenario.resources[pool]
        if resource.preempt or resource.at_closing:  # who may start is then a question of its own
            return NONE, 0
        return self.pool[pool], units

    def _users(self) -> dict[str, I8]:
        users: list[dict[int, None]] = [{} for _ in self.pool]
        alone = [0] * len(self.pool)
        zone_steps: list[list[int]] = [[] for _ in self.zone]
        platform_steps: list[list[int]] = [[] for _ in self.platform]
        stock_steps: list[list[int]] = [[] for _ in self.stock]
        for name, step in self.scenario.steps.items():
            number = self.step[name]
            only, _ = self._only_need(step)
            if only >= 0:
                alone[only] += 1
            else:
                for pool in (pool for need in step.needs for pool, _ in need.any_of):
                    users[self.pool[pool]][number] = None
            if step.zone is not None:
                zone_steps[self.zone[step.zone]].append(number)
            if step.stock is not None and step.kind == "take":
                stock_steps[self.stock[step.stock]].append(number)
            for platform in step.platforms:
                platform_steps[self.platform[platform]].append(number)
        steps = list(self.scenario.steps.values())
        user_ptr, user_list = _csr([list(one) for one in users])
        fickle_ptr, fickle = _csr([[n for n in one if self._is_fickle(steps[n])] for one in users])
        zone_ptr, zone_list = _csr(zone_steps)
        platform_ptr, platform_list = _csr(platform_steps)
        stock_ptr, stock_list = _csr(stock_steps)
        return {
            "fickle": fickle, "fickle_ptr": fickle_ptr, "users": user_list, "user_ptr": user_ptr,
            "wait_ptr": np.concatenate([[0], np.cumsum(alone)]).astype(np.int64),
            "zone_steps": zone_list, "zone_ptr": zone_ptr,
            "platform_steps": platform_list, "platform_ptr": platform_ptr,
            "stock_steps": stock_list, "stock_ptr": stock_ptr,
        }  # fmt: skip

    @staticmethod
    def _is_fickle(step: Step) -> bool:
        return len(step.needs) > 1 and any(len(need.any_of) > 1 for need in step.needs)

    def _ways(self, steps: NDArray[Any]) -> tuple[I8, I8, I8, I8]:
        """Where each flow goes from each step; a choice's options are numbered alike for all flows.

        Those of a choice by the shortest queue have no numbers: they stand in the order of the flow's own.
        """
        scenario = self.scenario
        following = np.full((len(self.flow), len(self.step)), NONE, np.int64)
        choice = np.full((len(self.flow), len(self.step)), NONE, np.int64)
        size = np.zeros_like(choice)
        targets: list[int] = []
        for name, step in scenario.steps.items():
            if step.kind != "choose":
                continue
            number = self.step[name]
            options = self._option_codes(name)
            if step.shares is not None:
                steps["mixes"][number] = self.forest.add(step.shares, partial(self._mix, codes=options))
            for flow_name, flow in scenario.flows.items():
                if name in flow.options:
                    choice[self.flow[flow_name], number] = len(targets)
                    ways = flow.options[name]
                    size[self.flow[flow_name], number] = len(ways)
                    if step.shortest:
                        targets += [self.step[str(lane)] for lane in ways.values()]
                        continue
                    targets += [NONE if ways.get(o) is None else self.step[str(ways[o])] for o in options]
        for flow_name, flow in scenario.flows.items():
            for step_name, after in flow.next.items():
                following[self.flow[flow_name], self.step[step_name]] = (
                    NONE if after is None else self.step[after]
                )
        return following, choice, size, np.array(targets or [NONE], np.int64)

    def _option_codes(self, name: str) -> dict[str, int]:
        step = self.scenario.steps[name]
        if step.by is not None:
            return dict(self.columns[step.by] or {})
        names = dict.fromkeys(o for flow in self.scenario.flows.values() for o in flow.options.get(name, {}))
        return {option: n for n, option in enumerate(names)}

    def _mix(self, leaf: Any, codes: dict[str, int]) -> int:
        mix = self.scenario.mixes[str(leaf)]
        self.mixes.append((list(mix.upto), [codes[value] for value in mix.values]))
        return len(self.mixes) - 1

    def _priorities(self) -> tuple[I8, I8]:
        """Trees of (flow, step), a step's own where it has one, else the flow's; and what they come to."""
        flows = [
            self.forest.add(flow.priority, lambda leaf: int(leaf or 0))
            for flow in self.scenario.flows.values()
        ]
        own = [
            NONE
            if step.priority is None
            else self.forest.add(step.priority, lambda leaf: UNSET if leaf is None else int(leaf))
            for step in self.scenario.steps.values()
        ]
        out = np.empty((2, max(len(flows), len(own))), np.int64)
        out[0, : len(flows)] = flows
        out[1, : len(own)] = own
        fixed = [[self._fixed(flow, step) for step in own] for flow in flows]
        return out, np.array(fixed, np.int64).reshape(len(flows), len(own))

    def _fixed(self, flow: int, step: int) -> int:
        """The priority of a flow at a step, by their trees; UNSET if an attribute decides it."""
        for tree in (flow,) if step == NONE else (step, flow):
            if self.forest.by[tree] != NONE:
                break
            if self.forest.value[tree] != UNSET:
                return self.forest.value[tree]
        return UNSET

    def _attributes(self) -> dict[str, I8]:
        columns, numbers, trees, backlog = [], [], [], []
        ptr = [0]
        for flow in self.scenario.flows.values():
            replaced = flow.backlog.attributes if flow.backlog is not None else {}
            for name, attribute in flow.attributes.items():
                codes = self.columns[name] or {}
                leaf = self._table_of if attribute.kind == "number" else partial(self._mix, codes=codes)
                columns.append(self.forest.numbers[name])
                numbers.append(attribute.kind == "number")
                trees.append(self.forest.add(attribute.draw, leaf))
                backlog.append(self.forest.add(replaced[name], leaf) if name in replaced else trees[-1])
            ptr.append(len(columns))
        arrays = (ptr, columns, numbers, trees, backlog)
        keys = ("attribute_ptr", "attribute_column", "attribute_number", "attribute_tree", "backlog_tree")
        return {key: np.array(values, np.int64) for key, values in zip(keys, arrays, strict=True)}

    def _origins(self) -> dict[str, I8]:
        """Flow and source of each origin, and where what its entities send comes from."""
        book = self.origin_book
        numbers = {origin: n for n, origin in enumerate(self.origins)}
        sent = np.full((len(self.origins), len(self.errand)), NONE, np.int64)
        for (flow, source, step), origin in book.sent.items():
            sent[numbers[flow, source], self.errand[step]] = numbers[origin]
        return {
            "origin_flow": np.array([self.flow[flow] for flow, _ in self.origins], np.int64),
            "origin_source": np.array([book.book.index(source) for _, source in self.origins], np.int64),
            "sent_origins": sent,
        }

    def _keys(self) -> dict[str, NDArray[Any]]:
        scenario = self.scenario
        addresses = [("step", step, *origin) for origin in self.origins for step in scenario.steps]
        addresses += [("attribute", a, *o) for o in self.origins for a in scenario.flows[o[0]].attributes]
        addresses += [("flow", origin[0], *origin) for origin in self.origins]
        addresses += [("disruption", name, "", "") for name in scenario.disruptions]
        keys = chance.distinct_keys(self.seed, addresses)

        def words(key: int) -> tuple[int, int]:
            return key & 0xFFFFFFFF, key >> 32

        steps = [[words(keys["step", step, *o]) for step in scenario.steps] for o in self.origins]
        flows = [words(keys["flow", o[0], *o]) for o in self.origins]
        widest = max((len(flow.attributes) for flow in scenario.flows.values()), default=0)
        attributes = np.zeros((len(self.origins), max(1, widest), 2), np.int64)
        for n, origin in enumerate(self.origins):
            for a, name in enumerate(scenario.flows[origin[0]].attributes):
                attributes[n, a] = words(keys["attribute", name, *origin])
        return {
            "step_keys": np.array(steps, np.int64).reshape(len(self.origins), -1, 2),
            "attribute_keys": attributes,
            "flow_keys": np.array(flows, np.int64).reshape(-1, 2),
        }

    def _days(self) -> tuple[I8, I8, I8]:
        clock = self.scenario.clock
        dates = days_between(
            clock.offsets, clock.start_utc, self.begin, max(self.begin + 1, arrivals_end(clock))
        )
        spans = [(day, *day_span(clock.offsets, clock.start_utc, day)) for day in dates]
        known: dict[tuple[int, ...], int] = {(0,) * 25: 0}
        day_shape = np.zeros((len(self.flow), len(spans)), np.int64)
        for n, flow in enumerate(self.scenario.flows.values()):
            if flow.arrivals.days is not None:
                for d, day in enumerate(dates):
                    day_shape[n, d] = known.setdefault(shape_of(flow.arrivals.days, day), len(known))
        return np.array(spans, np.int64).reshape(-1, 3), day_shape, np.array(list(known), np.int64)

    def _backlogs(self) -> list[Backlogged]:
        found = []
        for number, (name, source) in enumerate(self.origins):
            backlog = self.scenario.flows[name].backlog
            if source == "backlog" and backlog is not None:
                age = self.forest.add(backlog.age, self._table_of)
                found.append(
                    Backlogged(
                        self.flow[name], number, backlog.count, self.step[backlog.at], age, self._first_day()
                    )
                )
        return found

    def _first_day(self) -> int:
        clock = self.scenario.clock
        return local_day(clock.offsets, clock.start_utc, self.begin)

    def _most_units(self) -> int:
        """The most units that one visit can hold."""
        each = [
            sum(max(units for _, units in need.any_of) for need in step.needs)
            for step in self.scenario.steps.values()
        ]
        return max([1, *each])
