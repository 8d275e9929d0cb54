"""Factors of disruptions and of demand: whole thousandths, and products that a run can hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from math import prod

from scenarios.errors import Flaw
from scenarios.findings import Findings
from scenarios.quantities import Stated
from scenarios.resolved import Disruption, Label, Resolved
from scenarios.units import per_mille

MOST_DEMAND = 64
"""Times the base rate: one source for each (`sim.log.SOURCES`)."""

MOST = 1000
"""Times what is stated, for capacities and durations; and as many times less for durations."""

Named = tuple[str, Disruption]
"""A disruption with its name."""


def check_fine(factor: Stated[float]) -> None:
    """Refuse a factor that whole thousandths do not hold.

    Raises
    ------
    Flaw
        With the nearest factor that they do hold.
    """
    if Decimal(repr(factor.value)) * 1000 % 1:
        raise Flaw(
            factor.written,
            Label(vi=f"là {factor.written}, chi tiết hơn 0,1 %", en=f"is {factor.written}, finer than 0.1 %"),
            Label(vi=f"hãy viết {max(1, per_mille(factor.value)) / 10:g} %".replace(".", ","),
                  en=f"write {max(1, per_mille(factor.value)) / 10:g} %"),
        )  # fmt: skip


def check_not_nothing(factor: Stated[float], kinds: Iterable[str]) -> None:
    """Refuse a factor of zero for durations: work in no time, a platform that is neither up nor down.

    Raises
    ------
    Flaw
        With what to write instead.
    """
    durations = [kind for kind in ("platform", "step") if kind in kinds]
    if factor.value or not durations:
        return
    raise Flaw(
        factor.written,
        Label(vi=f"là {factor.written}: thời gian xử lý sẽ bằng không",
              en=f"is {factor.written}: durations would be nothing"),
        Label(vi="hãy viết 'down: true' (nền tảng ngừng) hoặc một hệ số lớn hơn 0 %",
              en="write 'down: true' (out of service), or a factor above 0 %")
        if "platform" in durations
        else Label(vi="hãy viết một hệ số lớn hơn 0 %, hoặc 'lose: …' cho nguồn lực",
                   en="write a factor above 0 %, or 'lose: …' for its resource"),
    )  # fmt: skip


# ---- factors that meet ----


def check_products(scenario: Resolved, findings: Findings) -> None:
    """Note the targets whose factors, where they meet, come to more (or less) than a run can hold."""
    for name, flow in scenario.flows.items():
        if flow.arrivals.kind in ("rate", "count"):
            met = _met(scenario, ("flow", name), up=True)
            _note_above(met, Fraction(flow.arrivals.demand, 1000), MOST_DEMAND, f"flows.{name}", findings)
    for kind, names in (
        ("resource", scenario.resources), ("platform", scenario.platforms), ("step", scenario.steps),
    ):  # fmt: skip
        for name in names:
            place = f"{kind}s.{name}"
            _note_above(_met(scenario, (kind, name), up=True), Fraction(1), MOST, place, findings)
            if kind != "resource":
                _note_below(_met(scenario, (kind, name), up=False), place, findings)


def _met(scenario: Resolved, target: tuple[str, str], *, up: bool) -> list[Named]:
    """The factors above (or below) one on a target that can be in force together, the worst of them."""
    hits = [
        (name, disruption)
        for name, disruption in scenario.disruptions.items()
        if target in disruption.on and (disruption.factor > 1000 if up else disruption.factor < 1000)
    ]
    random = [hit for hit in hits if hit[1].days is not None]
    scheduled = [hit for hit in hits if hit[1].days is None]
    together = list(_together(scheduled)) or [[]]
    worst = max if up else min
    return [*random, *worst(together, key=_product)]


def _together(scheduled: list[Named]) -> Iterator[list[Named]]:
    """What is in force when something begins."""
    for begin in sorted({start for _, disruption in scheduled for start, _ in disruption.when}):
        yield [
            hit for hit in scheduled if any(start <= begin < start + length for start, length in hit[1].when)
        ]


def _product(met: Iterable[Named]) -> Fraction:
    return prod((Fraction(disruption.factor, 1000) for _, disruption in met), start=Fraction(1))


def _note_above(met: list[Named], base: Fraction, most: int, target: str, findings: Findings) -> None:
    product = base * _product(met)
    if met and product > most:  # demand alone is bounded where it is written
        findings.wrong(
            ("disruptions", max(met, key=lambda hit: hit[1].factor)[0], "factor"),
            f"{float(100 * product):.6g} %",
            Label(vi=f"cùng với các hệ số khác ({_listed(met)}) đưa '{target}' tới {float(product):.6g} lần, "
                     f"quá {most} lần",
                  en=f"with the other factors ({_listed(met)}) brings '{target}' to "
                     f"{float(product):.6g} times, over {most} times"),
            Label(vi="hãy giảm hệ số, hoặc cho chúng không trùng lúc",
                  en="lower a factor, or let them not meet"),
        )  # fmt: skip


def _note_below(met: list[Named], target: str, findings: Findings) -> None:
    product = _product(met)
    if product * MOST < 1 and all(disruption.factor for _, disruption in met):  # zero is told by itself
        findings.wrong(
            ("disruptions", min(met, key=lambda hit: hit[1].factor)[0], "factor"),
            f"{float(100 * product):.6g} %",
            Label(vi=f"cùng với các hệ số khác ({_listed(met)}) đưa '{target}' xuống dưới 0,1 %",
                  en=f"with the other factors ({_listed(met)}) brings '{target}' below 0.1 %"),
            Label(vi="hãy tăng hệ số, hoặc cho chúng không trùng lúc",
                  en="raise a factor, or let them not meet"),
        )  # fmt: skip


def _listed(met: list[Named]) -> str:
    return " × ".join(f"{name} {disruption.factor / 10:g} %" for name, disruption in met)
