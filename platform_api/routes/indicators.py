"""The indicators: what each figure of an answer is called, means and is measured in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from fastapi import APIRouter, Depends

from platform_api import wire
from platform_api.guard import needs
from platform_api.texts import both
from scenarios.resolved import Label

router = APIRouter(prefix="/v1", tags=["runs"], dependencies=[Depends(needs("view"))])


@router.get("/indicators", operation_id="listIndicators", summary="What figures are called and mean")
def list_indicators() -> wire.IndicatorList:
    """Every figure that a run can give, by the name it carries there."""
    return _every()


@cache
def _every() -> wire.IndicatorList:
    return wire.IndicatorList(indicators=list(_each()))


def _each() -> Iterator[wire.Indicator]:
    from metrics.outcomes import OUTCOMES, unit_of

    for kpi in OUTCOMES:
        for name in kpi.value_names:
            stat = both(f"stat.{name.removeprefix(kpi.name + '_')}") if kpi.stats else None
            yield wire.Indicator(
                name=name,
                unit=unit_of(name),
                better=kpi.better,
                label=wire.text(_called(kpi.label, stat)),
                meaning=wire.text(kpi.meaning),
                source=kpi.source,
            )


def _called(label: Label, stat: Label | None) -> Label:
    """The indicator, and which statistic of it."""
    return label if stat is None else Label(f"{label.vi}, {stat.vi}", f"{label.en}, {stat.en}")
