"""The reference page of the KPIs, written from their declarations.

python -m metrics.catalogue docs/reference/kpis.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from metrics import (
    kpis_appointments,
    kpis_costs,
    kpis_crossing,
    kpis_delivery,
    kpis_flow,
    kpis_freshness,
    kpis_inspection,
    kpis_messages,
    kpis_orders,
    kpis_places,
    kpis_services,
    kpis_stocks,
    kpis_time,
    kpis_work,
)  # fmt: skip
from metrics.declare import Kpi, declared_in
from metrics.strata import SOME_STEPS
from metrics.told_elsewhere import TOLD
from metrics.trs import INTERVALS, MILESTONES

TITLES = {
    kpis_flow: "How much came, crossed and stayed · Đến, qua và tồn",
    kpis_time: "How long it took · Mất bao lâu",
    kpis_crossing: "Open hours, inspection and the other side · Giờ mở, kiểm tra và phía bạn",
    kpis_inspection: "What inspection is for · Kiểm tra để làm gì",
    kpis_places: "Resources, queues, zones, stocks and platforms · Nguồn lực, hàng chờ, bãi, kho và nền tảng",
    kpis_work: "Work of people · Công việc của cán bộ",
    kpis_stocks: "What stocks give · Kho đáp ứng được bao nhiêu",
    kpis_messages: "Messages over platforms · Bản tin qua nền tảng",
    kpis_appointments: "Appointments · Hẹn giờ",
    kpis_orders: "Orders · Đơn hàng",
    kpis_delivery: "Posting and delivery · Gửi và phát",
    kpis_services: "Public services on line · Dịch vụ công trực tuyến",
    kpis_costs: "What waiting and working cost · Chờ và làm tốn gì",
    kpis_freshness: "Freshness · Độ tươi",
}

BETTER = {"lower": "↓", "higher": "↑", "neither": "·"}

HEAD = """# Chỉ tiêu · The indicators

*Written from the declarations in `metrics/` by `python -m metrics.catalogue docs/reference/kpis.md`;
do not edit.*

What every number of a result means. Times are in seconds and include closed hours unless said otherwise.
"In the window" leaves out the lead-in. Under *better*, ↓ means lower is better, ↑ higher, · neither.

* An indicator of times gives `_n`, `_mean`, `_sd`, `_p5`, `_p25`, `_p50`, `_p75`, `_p90`, `_p95` and `_max`,
  or those that are listed. A quantile is an observed time: the ⌈n·p⌉-th smallest; of more than 5,000 times in
  a replication the middle of its cell in a histogram, within 0.8 % ([how](record.md#in-pieces)). All else is
  exact. `_p5` and `_p95` need 20 observations.
* An indicator is absent if the scenario lacks what it *needs*: the milestones on the flow's way, attributes
  (`@`), a target. It is empty if there was nothing to measure.
* Ratios are ratios of sums within a replication, and none without a denominator.
* Over replications: each is computed in every replication; then come the mean, the half-width of its interval
  (Student's t) and P10–P90 of the replications (day-to-day spread). Where the values are skewed, Hall's
  interval stands beside it.
* *By* lists the labels a value may have; "all" is the value without labels, `at` a local date and time.
* A step that carries a milestone gives it its instant: `arrived` when the first visit joins; `declared`,
  `ordered` and `submitted` when the first visit ends; every other when the last visit ends. Without such a
  step `arrived` is the entity's arrival and `crossed` its end. `choose` and `end` steps write no visits, so a
  milestone on them gives nothing.
"""

TRS_HEAD = """## Time Release Study · Đo thời gian giải phóng hàng

The table beside the indicators: n, mean, sd, median, P5, P25, P75, P90, P95, max and the share of time
waiting and served, overall, by gate × direction, and by gate × direction × goods × channel, for the intervals
that a flow has both milestones of. Over replications each statistic is the mean of the replications ("an
average day"). All columns of a row rest on the same replications, those with any entity (`replications`):
where one of them does not define a statistic (P5 and P95 of fewer than 20, sd of one), it is null, so that
P5 ≤ P25 ≤ … ≤ P95 ≤ max always holds. Pooled on request ("a truck drawn from all days"): of all times
together.
"""


TOLD_HEAD = """
## Under another name, elsewhere, or not at all · Tên khác, nơi khác, hoặc không có

What people ask for by a name that is not above.

| name | where it is told, or why not | nói ở đâu, hoặc vì sao không |
|---|---|---|"""


def page() -> str:
    """The reference page, Markdown."""
    sections = (line for module, title in TITLES.items() for line in _section(title, declared_in(module)))
    return "\n".join([HEAD, *sections, TRS_HEAD, *_intervals(), TOLD_HEAD, *_told_elsewhere()]) + "\n"


FLOWS = {
    "crossing": "a flow that crosses",
    "completing": "a flow that may end without crossing",
    "appointments": "appointments",
    "messages": "messages over a platform",
}


PROMISED = {"due": "`on_time` or `order_lead_time`", "result": "`processing_time` or `dwell`"}

RATES = {
    "waiting_cost": "`waiting_cost`",
    "fuel": "`idling` or `cooling`",
    "co2": "`co2`",
    "spacing": "`queue`",
    "fees": "`fees`",
    "overtime": "`overtime`",
    "goods": "`goods`",
}
"""The words of `rates` that say what an indicator needs."""


def _intervals() -> Iterator[str]:
    yield "| from | to | từ – đến |"
    yield "|---|---|---|"
    for begin, end in INTERVALS:
        yield f"| `{begin}` | `{end}` | {MILESTONES[begin].vi} – {MILESTONES[end].vi} |"


def _told_elsewhere() -> Iterator[str]:
    for name, where in TOLD.items():
        yield f"| `{name}` | {where.en} | {where.vi} |"


def _section(title: str, kpis: tuple[Kpi, ...]) -> Iterator[str]:
    yield f"## {title}\n"
    for kpi in kpis:
        yield from _entry(kpi)


def _entry(kpi: Kpi) -> Iterator[str]:
    yield f"### `{kpi.name}` · {kpi.label.vi} · {kpi.label.en}\n"
    yield f"{kpi.meaning.en}\n"
    yield f"*{kpi.meaning.vi}*\n"
    facts = [f"unit `{kpi.unit}`", f"better {BETTER[kpi.better]}", f"by {_by(kpi)}"]
    facts += [f"gives {', '.join(f'`_{stat}`' for stat in kpi.stats)}"] if kpi.stats else []
    facts += [f"needs {', '.join(map(_need, kpi.needs))}"] if kpi.needs else []
    yield f"{' · '.join(facts)} · source: {kpi.source}\n"


def _by(kpi: Kpi) -> str:
    return ", ".join(SOME_STEPS.get(by) or " × ".join(by.split()) or "all" for by in kpi.by)


def _need(need: str) -> str:
    kind, _, name = need.rpartition(":")
    words = {
        "attribute": f"@{name}",
        "target": f"a target for {name}",
        "rate": f"rates ({RATES.get(name, name)})",
        "cost": "`cost_per_hour` of a resource",
        "promise": f"@due, or a target for {PROMISED.get(name, '')}",
        "flow": FLOWS.get(name, name),
        "carried": f"a step with `{name}`",
        "kind": f"a {'resource' if name == 'officer' else 'step'} of kind `{name}`",
        "purpose": f"a step for the purpose `{name}`",
        "agency": "a step of another country's agency",
    }
    return words.get(kind, f"`{name}`")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8", newline="\n")
