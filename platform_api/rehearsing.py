"""Alert rules tried on simulated time: what is rehearsed is what runs, so Prometheus itself evaluates them.

Each replication gets a data folder of its own: its series become blocks, what recording rules give becomes
blocks too, then each alert's expression and target are read, all at the intervals of their groups.
What `for` means is applied to these readings here (`metrics.alerts`), as Prometheus does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from metrics.alerts import Judged, Labels, Samples, by_key, episodes, judge
from metrics.exports import openmetrics
from metrics.exports.times import unix
from metrics.simulated import Simulated
from metrics.statistics import LEVEL, average, half_width
from platform_api.following import Advance, Ask, Follow
from platform_api.prometheus import Server, make_blocks, promtool, serving
from platform_api.rehearsal_answer import Mean, Rehearsal, Rehearsed
from scenarios.resolved import Resolved, scenario_hash
from sim.run import Cancelled, run

RULES = Path(__file__).parents[1] / "metrics" / "rules"
SIMULATED = ("gate.yaml", "orders.yaml")
"""The rules on simulated time that come with the program."""

SHORTEST_LOOKBACK = 300
"""What Prometheus takes by default [s]."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert rule as Prometheus read it; times in seconds."""

    name: str
    file: str
    expr: str
    lasts: float
    keep: float
    every: float
    labels: dict[str, str]
    target: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording rule as Prometheus read it."""

    name: str
    expr: str
    every: float  # [s]
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the files say: alerts, and recording rules in the order in which they need each other."""

    alerts: tuple[Alert, ...]
    recording: tuple[tuple[Recording, ...], ...]


@dataclass(frozen=True)
class Plan:
    """What is rehearsed. targets : alert → expression, instead of what the rule says · within : [s]"""

    scenario: Resolved
    seed: int
    replications: int
    rules: Sequence[Path]
    targets: Mapping[str, str] = field(default_factory=dict)
    within: float = 7200.0
    step: int | None = None  # between samples [ms]
    overrides: Mapping[str, Any] = field(default_factory=dict)


class UnknownAlert(ValueError):
    """A target is given for an alert that no rule has."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"{name} is no alert; there are: {', '.join(known)}")
        self.name, self.known = name, known


def rehearse(plan: Plan, progress: Follow | None = None, cancel: Ask | None = None) -> Rehearsal:
    """Simulate, let Prometheus read it, judge every rule.

    Raises
    ------
    platform_api.prometheus.PrometheusFailed
        If Prometheus is not here, or refuses a rule or a target.
    UnknownAlert
        If a target is of no alert.
    sim.run.Cancelled
        If it was cancelled.
    """
    rules = read_rules(plan.rules, plan.targets)
    began, entities = perf_counter(), 0
    judged: list[dict[str, Judged]] = []
    digests = []
    for number in range(plan.replications):
        if cancel is not None and cancel():
            raise Cancelled
        series = Simulated(plan.scenario, plan.step)
        done = run(plan.scenario, plan.seed, number, keep="statistics", take=series.take, cancel=cancel)
        judged.append(judge_all(rules, series, plan.within))
        digests.append(done.digest)
        entities += done.timing.entities
        if progress is not None:
            share, seconds = (number + 1) / plan.replications, perf_counter() - began
            progress(Advance(share, number + 1, plan.replications, entities, seconds))
    return _answer(plan, rules, judged, digests, series)


# ---- the rules ----------------------------------------------------------------------------------------


def read_rules(files: Sequence[Path], targets: Mapping[str, str]) -> Rules:
    """The rules as Prometheus reads them.

    Raises
    ------
    platform_api.prometheus.PrometheusFailed, UnknownAlert
        If it refuses them; if a target is of no alert.
    """
    promtool("check", "rules", *files)
    with (
        tempfile.TemporaryDirectory(prefix="cuakhau-rehearse-") as folder,
        serving(Path(folder), rules=files, every="1m") as server,
    ):
        groups = server.get("rules")["groups"]
    alerts = tuple(
        _alert(rule, group, targets)
        for group in groups
        for rule in group["rules"]
        if rule["type"] == "alerting"
    )
    known = [alert.name for alert in alerts]
    for name in targets:
        if name not in known:
            raise UnknownAlert(name, known)
    recording = [
        Recording(rule["name"], rule["query"], group["interval"], rule.get("labels", {}))
        for group in groups
        for rule in group["rules"]
        if rule["type"] == "recording"
    ]
    return Rules(alerts, _in_turn(recording))


def _alert(rule: dict[str, Any], group: dict[str, Any], targets: Mapping[str, str]) -> Alert:
    return Alert(
        name=rule["name"],
        file=Path(group["file"]).name,
        expr=rule["query"],
        lasts=rule["duration"],
        keep=rule.get("keepFiringFor", 0),
        every=group["interval"],
        labels=rule["labels"],
        target=targets.get(rule["name"], rule["annotations"].get("target", "")),
    )


def _in_turn(rules: Sequence[Recording]) -> tuple[tuple[Recording, ...], ...]:
    """Those that read no other recorded series, then those that read these, and so on."""
    turns: list[tuple[Recording, ...]] = []
    left = list(rules)
    while left:
        ready = [r for r in left if not any(o.name in r.expr for o in left if o.name != r.name)]
        turns.append(tuple(ready or left))  # what reads itself in a circle is read as it comes
        left = [rule for rule in left if rule not in turns[-1]]
    return tuple(turns)


# ---- one replication ----------------------------------------------------------------------------------


def judge_all(rules: Rules, series: Simulated, within: float) -> dict[str, Judged]:
    """What each alert did on one replication."""
    clock = series.scenario.clock
    begin, last = (unix(int(series.times[place]), clock) for place in (0, -1))
    lookback = f"{max(SHORTEST_LOOKBACK, _step(series) / 1000):.0f}s"
    with tempfile.TemporaryDirectory(prefix="cuakhau-rehearse-") as folder:
        data = Path(folder) / "data"
        _load(series, Path(folder), data)
        recorded = Path(folder) / "recorded.om"
        for turn in rules.recording:
            with serving(data, lookback=lookback) as server:
                _record(turn, server, recorded, begin, last)
            make_blocks(recorded, data)
        with serving(data, lookback=lookback) as server:
            return {alert.name: _judge(alert, server, begin, last, within) for alert in rules.alerts}


def _step(series: Simulated) -> int:
    return int(np.diff(series.times).max(initial=1000))


def _load(series: Simulated, folder: Path, data: Path) -> None:
    file = folder / "series.om"
    with file.open("wb") as written:
        for portion in openmetrics.write(series):
            written.write(portion)
    make_blocks(file, data)
    file.unlink()


def _record(rules: Sequence[Recording], server: Server, file: Path, begin: float, last: float) -> None:
    """What recording rules give at every reading, as text in simulated time."""
    with file.open("w", encoding="utf-8", newline="\n") as written:
        for rule in rules:
            for key, samples in server.over(rule.expr, begin, last, rule.every).items():
                labels = openmetrics.labels_told(dict(key) | rule.labels)
                written.writelines(f"{rule.name}{{{labels}}} {value!r} {at!r}\n" for at, value in samples)
        written.write("# EOF\n")


def _judge(alert: Alert, server: Server, begin: float, last: float, within: float) -> Judged:
    fired = _episodes(server.over(alert.expr, begin, last, alert.every), alert, last, alert.lasts, alert.keep)
    if not alert.target:
        return Judged(fired=sum(map(len, fired.values())))
    broken = _episodes(server.over(alert.target, begin, last, alert.every), alert, last)
    names = _shared(fired) & _shared(broken) if fired and broken else frozenset[str]()
    alerts, breaches = by_key(fired, names), by_key(broken, names)
    total = Judged()
    for key in alerts.keys() | breaches.keys():
        total = total.plus(judge(alerts.get(key, []), breaches.get(key, []), begin, last, within))
    return total


def _episodes(
    samples: Samples, alert: Alert, last: float, lasts: float = 0.0, keep: float = 0.0
) -> dict[Labels, list[Any]]:
    found = {key: episodes(mine, alert.every, last, lasts, keep) for key, mine in samples.items()}
    return {key: mine for key, mine in found.items() if mine}


def _shared(found: Mapping[Labels, Any]) -> frozenset[str]:
    """The labels that every series has; alerts and targets are of one thing where these agree."""
    names = [frozenset(name for name, _ in key if name != "__name__") for key in found]
    return frozenset.intersection(*names)


# ---- over replications --------------------------------------------------------------------------------


def _answer(
    plan: Plan, rules: Rules, judged: Sequence[dict[str, Judged]], digests: Sequence[str], series: Simulated
) -> Rehearsal:
    return Rehearsal(
        scenario=plan.scenario.name,
        title=plan.scenario.title,
        seed=plan.seed,
        replications=plan.replications,
        level=LEVEL,
        within=plan.within,
        step=_step(series) / 1000,
        window=int(series.times[-1] - series.times[0]) / 1000,
        prometheus=promtool("--version").split("version ")[1].split(" ")[0],
        rules=tuple(_rehearsed(alert, [each[alert.name] for each in judged]) for alert in rules.alerts),
        digests=tuple(digests),
        overrides=dict(plan.overrides),
        scenario_hash=scenario_hash(plan.scenario),
        package_version=version("cuakhau"),
    )


def _rehearsed(alert: Alert, found: Sequence[Judged]) -> Rehearsed:
    return Rehearsed(
        rule=alert.name,
        file=alert.file,
        expr=alert.expr,
        lasts=alert.lasts,
        every=alert.every,
        severity=alert.labels.get("severity", ""),
        target=alert.target,
        fired=_mean([each.fired for each in found]),
        broke=_mean([each.broke for each in found]),
        early=_mean([len(each.leads) for each in found]),
        late=_mean([len(each.delays) for each in found]),
        missed=_mean([each.missed for each in found]),
        vain=_mean([each.vain for each in found]),
        share_early=_mean([len(each.leads) / each.broke for each in found if each.broke]),
        lead=_mean([average(np.array(each.leads)) for each in found if each.leads]),
        delay=_mean([average(np.array(each.delays)) for each in found if each.delays]),
    )


def _mean(values: Sequence[float]) -> Mean:
    if not values:
        return Mean(None, None, 0)
    told = np.array(values, dtype=np.float64)
    return Mean(average(told), half_width(told) if len(told) > 1 else None, len(told))
