"""The section `rates`: what the written form says, checked, in base units."""

from __future__ import annotations

from typing import TypeVar

from scenarios import resolved, schema, schema_rates
from scenarios.attributes import values_of
from scenarios.errors import suggestion
from scenarios.findings import Findings
from scenarios.quantities import Stated
from scenarios.resolved import Label

T = TypeVar("T")

NOBODY_WORKS = ("wait", "send", "join")
"""Kinds of steps at which time passes and nobody is served."""


def rates(written: schema.Scenario, findings: Findings) -> resolved.Rates | None:
    """What turns waiting into money, fuel, metres and spoilt goods; None if nothing is said."""
    told = written.rates
    if told is None:
        return None
    flows = told.of or tuple(written.flows)
    _check_waits(written, told, findings)
    _check_goods(written, told, flows, findings)
    line = told.queue
    return resolved.Rates(
        flows=flows,
        waits=told.waits,
        waiting_cost=_value(told.waiting_cost),
        idling=_value(told.idling),
        engine_on=_or(told.engine_on, 1.0),
        co2=_value(told.co2),
        overtime=_value(told.overtime),
        spacing=line.spacing.value if line else None,
        lanes=_lanes(line, findings),
        queue_at=line.steps if line else (),
        fees={step: fee.value for step, fee in told.fees.items()},
        goods={name: _keeping(name, goods, findings) for name, goods in told.goods.items()},
    )


def _or(stated: Stated[T] | None, otherwise: T) -> T:
    return otherwise if stated is None else stated.value


def _value(stated: Stated[T] | None) -> T | None:
    return None if stated is None else stated.value


def _lanes(line: schema_rates.Queue | None, findings: Findings) -> int:
    lanes = _or(line.lanes, 1) if line else 1
    if lanes < 1:
        findings.wrong(
            ("rates", "queue", "lanes"), lanes,
            Label(vi="là 0: không có chỗ cho hàng xe", en="is 0: a line needs one to stand in"),
            Label(vi="hãy viết 1 hoặc hơn", en="write 1 or more"),
        )  # fmt: skip
    return lanes


def _keeping(name: str, goods: schema_rates.Goods, findings: Findings) -> resolved.Keeping:
    if goods.fresh.value >= goods.spoilt.value:
        findings.wrong(
            ("rates", "goods", name, "spoilt"), goods.spoilt.written,
            Label(vi="không muộn hơn 'fresh'", en="is not after 'fresh'"),
            Label(vi=f"hãy viết 'spoilt' dài hơn {goods.fresh.written}",
                  en=f"make 'spoilt' longer than {goods.fresh.written}"),
        )  # fmt: skip
    return resolved.Keeping(
        load=goods.load.value,
        price=goods.price.value,
        fresh=goods.fresh.value,
        spoilt=goods.spoilt.value,
        age=_or(goods.age, 0),
        cooling=_or(goods.cooling, 0.0),
    )


def _check_waits(written: schema.Scenario, told: schema_rates.Rates, findings: Findings) -> None:
    """Queueing counts anyway; where nobody works on them, a call must be told apart from a drive."""
    for i, name in enumerate(told.waits):
        kind = written.steps[name].kind
        if kind not in NOBODY_WORKS:
            findings.wrong(
                ("rates", "waits", i), name,
                Label(vi=f"là bước '{name}' loại '{kind}', có người làm việc ở đó",
                      en=f"is '{name}', a step of kind '{kind}', where somebody works"),
                Label(vi="hãy bỏ ra: xếp hàng ở bước khác vốn đã được tính là chờ",
                      en="leave it out: queueing at other steps counts as waiting anyway"),
            )  # fmt: skip


def _check_goods(
    written: schema.Scenario, told: schema_rates.Rates, flows: tuple[str, ...], findings: Findings
) -> None:
    known = [value for flow in flows for value in values_of(written.flows[flow]).get("goods") or ()]
    for name in told.goods:
        if name not in known:
            findings.wrong(
                ("rates", "goods", name), name,
                Label(vi=f"là '{name}', không phải giá trị nào của thuộc tính 'goods'",
                      en=f"is '{name}', which is not a value of the attribute 'goods'"),
                suggestion(name, known),
            )  # fmt: skip
