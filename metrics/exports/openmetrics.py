"""Series in simulated time as OpenMetrics text with timestamps: what `promtool` makes blocks of.

Never served on `/metrics`: a scrape has the time of the scrape.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from metrics.exports.times import unix
from metrics.simulated import BUCKETS, Family, Line, Simulated

PREFIX = "cuakhau_sim_"

PORTION = 1 << 16

BOUNDS = [f"{bound / 1000:.1f}" for bound in BUCKETS] + ["+Inf"]


def write(series: Simulated, labels: dict[str, str] | None = None) -> Iterator[bytes]:
    """The text as UTF-8, in portions.

    labels : put on every series beside the scenario's name, such as the number of a replication
    """
    common = {"scenario": series.scenario.name} | (labels or {})
    clock = series.scenario.clock
    times = [_number(unix(time, clock)) for time in series.times.tolist()]
    portion: list[str] = []
    size = 0
    for text in _texts(series, common, times):
        portion.append(text)
        size += len(text)
        if size > PORTION:
            yield "".join(portion).encode()
            portion, size = [], 0
    yield "".join([*portion, "# EOF\n"]).encode()


def _texts(series: Simulated, common: dict[str, str], times: list[str]) -> Iterator[str]:
    told: Family | None = None
    for line in series.lines():
        if line.family is not told:
            yield _head(line.family)
            told = line.family
        for name, labels, values in _rows(line):
            yield _samples(f"{PREFIX}{name}{{{labels_told(common | labels)}}}", values, times)


def _head(family: Family) -> str:
    name = PREFIX + family.name
    unit = f"# UNIT {name} {family.unit}\n" if family.unit else ""
    return f"# TYPE {name} {family.kind}\n{unit}# HELP {name} {family.help}\n"


def _rows(line: Line) -> Iterator[tuple[str, dict[str, str], list[float]]]:
    """(name with its suffix, labels, values) of each series of a metric."""
    name, kind = line.family.name, line.family.kind
    if kind == "histogram":
        for bound, values in zip(BOUNDS, line.values[:-2], strict=True):
            yield f"{name}_bucket", line.labels | {"le": bound}, values.tolist()
        yield f"{name}_count", line.labels, line.values[-2].tolist()
        yield f"{name}_sum", line.labels, line.values[-1].tolist()
    else:
        yield name + ("_total" if kind == "counter" else ""), line.labels, line.values.tolist()


def _samples(series: str, values: list[float], times: list[str]) -> str:
    """What is not known at an instant (nobody on duty) has no sample there."""
    pairs = zip(values, times, strict=True)
    return "".join(f"{series} {_number(v)} {time}\n" for v, time in pairs if not math.isnan(v))


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def labels_told(labels: dict[str, str]) -> str:
    """Labels as they stand in braces; the name of the metric is none of them."""
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items() if name != "__name__")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
