"""The answer of an alert rehearsal: for each rule, how early, how late, how often for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from platform_api.answer import Answer
from scenarios.resolved import Label


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over replications. n : replications that have a value; half-width by Student, from two on."""

    mean: float | None
    half_width: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rule did; numbers are a replication's, times in seconds.

    target : what must not happen, in PromQL; "" if none was said · broke : how often it did · early, late,
    missed : of these · share_early : of all breaches of a replication · lead : from the alert to the
    breach · delay : from the breach to the alert · vain : alerts after which nothing broke
    """

    rule: str
    file: str
    expr: str
    lasts: float  # `for` [s]
    every: float  # between readings [s]
    severity: str
    target: str
    fired: Mean
    broke: Mean
    early: Mean
    late: Mean
    missed: Mean
    vain: Mean
    share_early: Mean
    lead: Mean
    delay: Mean


@dataclass(frozen=True, slots=True)
class Rehearsal(Answer):
    """What `--json` prints."""

    scenario: str
    title: Label
    seed: int
    replications: int
    level: float
    within: float  # an alert warns of what breaks up to so long after it stopped [s]
    step: float  # between samples [s]
    window: float  # of simulated time [s]
    prometheus: str  # its version
    rules: tuple[Rehearsed, ...]
    digests: tuple[str, ...]
    overrides: dict[str, Any]
    scenario_hash: str
    package_version: str
