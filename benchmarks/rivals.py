"""Two stories of one bulletin: do the answers agree whether exports wait for a call, or for a quota?

`lang-son-2025-03-12` says that every truck waits by itself until it is called (the trader is ready),
`lang-son-quota` that all wait in one line for a daily quota of the other side. Both meet the bulletin.
BG-06 (two hours more), BG-07 (a lane for fruit) and BG-11 (driverless vehicles) are asked under both.

    .venv/bin/python benchmarks/rivals.py --replications 20
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from platform_api.comparing import Comparison
from platform_api.experiments import compare
from scenarios.experiments import Design, Variant
from scenarios.library import load
from scenarios.resolved import Label
from scenarios.wanted import Outcome

SEED = 20250312
MARGIN = 15 * 60.0
"""A shorter stay by less than this matters to nobody [s]; of counts, 5 trucks."""

MORE_THAN_THE_LANES_TAKE = "300 %"
"""Of 178 exports a day: 534, where six lanes take 6 × 11 h ÷ 9.5 min = 417. With less nothing differs."""

EXPORTS = (("direction", "export"),)
LANE = (
    "export_release",
    "export_transfer",
    "export_exit",
    "receive_huu_nghi",
    "receive_tan_thanh",
    "receive_other",
)


@dataclass(frozen=True)
class Asked:
    """A question under one of the stories."""

    code: str
    story: str
    design: Design

    def answered(self) -> str:
        """The verdict in a word, and the difference of each figure."""
        found = compare(self.design, jobs=1)
        return " · ".join(_told(found))


def _told(found: Comparison) -> Iterator[str]:
    for one in found.differences:
        unit, scale = ("min", 60) if one.unit == "s" else ("", 1)
        told = (
            "–"
            if one.mean is None
            else f"{one.mean / scale:+.1f} ± {(one.half_width or 0) / scale:.1f} {unit}"
        )
        part = ",".join(one.labels.values())
        yield f"{one.name}{{{part}}} {told.strip()}: {one.verdict}"


def asked(replications: int) -> Iterator[Asked]:
    """Every question twice."""

    def under(code: str, story: str, base: str, variant: Variant, outcomes: tuple[Outcome, ...],
              common: Mapping[str, Any]) -> Asked:  # fmt: skip
        label = f"{code}-{story}"
        return Asked(code, story, Design(label, base, (variant,), overrides=dict(common), outcomes=outcomes,
                                         replications=replications, seed=SEED))  # fmt: skip

    stay = (Outcome("cohort_dwell_mean", EXPORTS, MARGIN),)
    longer = Variant("until_20h", Label("đến 20 giờ", "until 20:00"), None, until_20h())
    yield under("BG-06", "call", "lang-son-2025-03-12", longer, stay, {})
    yield under("BG-06", "quota", "lang-son-quota", longer, stay, {})
    by_goods = tuple(
        Outcome("cohort_dwell_mean", (("goods", goods),), MARGIN) for goods in ("fruit", "other")
    )
    without = Variant("without", Label("không có luồng", "without the lane"), None,
                      {f"steps.{step}.priority": 0 for step in LANE})  # fmt: skip
    yield under("BG-07", "call", "lang-son-fruit-lane", without, by_goods, {})
    yield under("BG-07", "quota", "lang-son-fruit-lane", without, by_goods, quota_of_the_season())
    passed = (Outcome("crossed", EXPORTS, 5.0),)
    drivers = Variant("drivers", Label("chỉ có lái xe", "with drivers only"), None, only_drivers())
    more = {"flows.export.arrivals.demand": MORE_THAN_THE_LANES_TAKE}
    yield under("BG-11", "call", "smart-gate-agv", drivers, passed, more)
    yield under("BG-11", "quota", "smart-gate-agv", drivers, passed, more | quota_of_the_smart_gate())


def until_20h() -> dict[str, Any]:
    """Both sides open two hours longer; the quota stays what it is."""
    written = load("lang-son-until-20h").written["calendars"]
    return {
        f"calendars.{name}.weekly": written[name]["weekly"]
        for name in ("gate_hours", "desk_hours", "other_side_hours")
    }


def quota() -> dict[str, Any]:
    """What `lang-son-quota` puts on top of the bulletin's day."""
    written = load("lang-son-quota").written
    parts = {
        "calendars": ("quota_hours",),
        "resources": ("quota_fruit", "quota_goods"),
        "steps": ("export_call", "call_fruit", "call_goods"),
        "sources": ("S13_quota", "S13_line"),
    }
    found = {
        f"{section}.{name}": written[section][name] for section, names in parts.items() for name in names
    }
    return found | {
        "flows.export.backlog": written["flows"]["export"]["backlog"],
        "rates.waits": written["rates"]["waits"],
    }


def quota_of_the_season() -> dict[str, Any]:
    """285 trucks with fruit and 138.7 others a day: what comes, 11 h ÷ 285 = 139 s apart."""
    return quota() | {"steps.call_fruit.time": "139 s", "steps.call_goods.time": "285 s"}


def quota_of_the_smart_gate() -> dict[str, Any]:
    """178 exports a day, as in March 2025: 11 h ÷ 178 = 222.5 s apart, however they are carried."""
    export = load("smart-gate-agv").written["flows"]["export"]["route"]
    return {
        "sources.quota": {"text": "benchmarks/rivals.py"},
        "resources.quota": {"label": {"vi": "Hạn mức", "en": "Quota"}, "agency": "other_side", "capacity": 1,
                            "calendar": "gate_hours", "source": "quota"},
        "steps.quota": {"label": {"vi": "Chờ hạn mức", "en": "Waiting for the quota"}, "resources": "quota",
                        "time": "222.5 s", "source": "quota"},
        "flows.export.route": ["quota", *export],
    }  # fmt: skip


def only_drivers() -> dict[str, Any]:
    """The gate of today: no AGV, and the six receiving lanes that it has."""
    return {"flows.export.attributes.carriage": {"driver": "100 %", "agv": "0 %"}}


@click.command()
@click.option("--replications", default=20, show_default=True)
def main(replications: int) -> None:
    """Print every question under both stories."""
    for each in asked(replications):
        print(f"{each.code} {each.story:6} {each.answered()}", flush=True)


if __name__ == "__main__":
    main()
