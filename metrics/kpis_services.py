"""Public services: what is handed in and paid on line, what is late, how long the agency worked at it.

On line is what is done at a step that relies on a platform, or that is a message; all else is done at a
counter. Decision 766/QĐ-TTg of 23 June 2022 counts dossiers so, each once, by how it was first handed in.
"""

from __future__ import annotations

import numpy as np

from metrics.declare import DISTRIBUTION, Scalar, Stratum, kpi, ratio
from metrics.kpis_crossing import for_purpose, open_between
from metrics.kpis_flow import OURS
from metrics.kpis_orders import promise
from metrics.milestones import carriers
from metrics.replication import Replication
from metrics.strata import ORDERS
from metrics.visits import Mask, earliest, latest, reached
from sim.log import EMPTY, Column

D766 = "Decision 766/QĐ-TTg of 23 June 2022, share of dossiers on line"


@kpi(
    unit="ratio",
    better="higher",
    by=ORDERS,
    needs=("submitted",),
    vi="Nộp trực tuyến",
    en="Online share",
    meaning="Of the dossiers handed in in the window, the share handed in at a step that relies on a "
    "platform. The denominator is all dossiers, those of services that are not offered on line too.",
    nghia="Trong số hồ sơ nộp trong kỳ, tỷ lệ nộp ở bước dựa vào một nền tảng. Mẫu số là mọi hồ sơ, kể cả "
    "của dịch vụ chưa cung cấp trực tuyến.",
    source=D766,
)
def online_submission(run: Replication, of: Stratum) -> Scalar:
    first = earliest(*_ends(run, "submitted"))
    return _share(run, of, "submitted", first == run.milestones["submitted"])


@kpi(
    unit="ratio",
    better="higher",
    by=ORDERS,
    needs=("submitted", "paid"),
    vi="Thanh toán trực tuyến",
    en="Paid online",
    meaning="Of the dossiers whose fee was paid in the window, the share paid at a step that relies on a "
    "platform. The denominator is those that were paid, never all dossiers.",
    nghia="Trong số hồ sơ nộp phí trong kỳ, tỷ lệ nộp ở bước dựa vào một nền tảng. Mẫu số là hồ sơ đã nộp "
    "phí, không phải mọi hồ sơ.",
    source=D766,
)
def online_payment(run: Replication, of: Stratum) -> Scalar:
    last = latest(*_ends(run, "paid"))
    return _share(run, of, "paid", last == run.milestones["paid"])


def _share(run: Replication, of: Stratum, milestone: str, on_line: Mask) -> Scalar:
    passed = of.entities & run.stays.counted & run.within(run.milestones[milestone])
    n = int(np.count_nonzero(passed))
    return ratio(int(np.count_nonzero(passed & on_line)), n, n)


def _ends(run: Replication, milestone: str) -> tuple[int, Column, Column]:
    """(how many entities, whose visits to steps on line that carry a milestone, when these ended)."""
    rows = run.rows_at(_on_line(run, milestone))
    rows = rows[run.visits.fulfilled[rows]]
    return len(run.stays.arrived), run.visits.root[rows], run.log.visits["ended"][rows]


def _on_line(run: Replication, milestone: str) -> Mask:
    """Which steps (by code) carry a milestone, and rely on a platform or are a message."""
    steps, carrying = run.scenario.steps, carriers(run.scenario, milestone)
    told = [
        name in carrying and bool(steps[name].platforms or steps[name].message)
        for name in run.log.names.steps
    ]
    return np.array(told, dtype=np.bool_)


# ---- in time -------------------------------------------------------------------------------------------
@kpi(
    unit="ratio",
    better="lower",
    by=ORDERS,
    needs=("submitted", "result", "promise:result"),
    vi="Quá hạn",
    en="Overdue",
    meaning="Of the dossiers due in the window, the share without a result by then. Due is the promise "
    "(`due` of the dossier, else the target for `processing_time` or `dwell`) after the dossier was "
    "accepted as whole, or handed in where nobody accepts: so the clock does not run while a supplement is "
    "awaited. It runs at night.",
    nghia="Trong số hồ sơ đến hạn trong kỳ, tỷ lệ chưa có kết quả lúc đến hạn. Hạn là thời gian đã hẹn "
    "(`due` của hồ sơ, nếu không thì mức đặt ra cho `processing_time` hoặc `dwell`) kể từ khi tiếp nhận đủ "
    "hồ sơ, hoặc khi nộp nếu không có bước tiếp nhận: nên lúc chờ bổ sung không tính. Đồng hồ chạy cả đêm.",
    source=D766,
)
def overdue(run: Replication, of: Stratum) -> Scalar:
    since, result = run.once_for("begun", make=lambda: _begun(run)), run.milestones["result"]
    promised = promise(run, "processing_time", "dwell")
    due = np.where(reached(since), since + promised, EMPTY)
    mine = np.flatnonzero(of.entities & run.stays.counted & run.within(due))
    late = ~reached(result[mine]) | (result[mine] > due[mine])
    return ratio(int(np.count_nonzero(late)), len(mine), len(mine))


def _begun(run: Replication) -> Column:
    """When the clock of each dossier began: as it was accepted, or handed in where its flow knows no more."""
    begun = run.milestones["submitted"].copy()
    for flow in run.scenario.flows:
        if run.carries(flow, "accepted"):
            mine = run.flow(flow)
            begun[mine] = _accepted(run)[mine]
    return begun


def _accepted(run: Replication) -> Column:
    """When each dossier was accepted as whole [ms]; EMPTY while it is away for a supplement."""
    accepted, rows = run.milestones["accepted"], run.rows_at(for_purpose(run, "supplement"))
    asked = latest(len(accepted), run.visits.root[rows], run.log.visits["joined"][rows])
    return np.where(reached(asked) & (asked >= accepted), EMPTY, accepted)


@kpi(
    unit="s",
    better="lower",
    by=ORDERS,
    needs=("accepted", "decided", "result"),
    stats=DISTRIBUTION,
    vi="Thời gian giải quyết",
    en="Processing",
    meaning="Of the time from acceptance of the whole dossier to its result, the part in which the step "
    "that decided was open by its calendars; of results in the window. A working day is eight hours of it.",
    nghia="Trong thời gian từ khi tiếp nhận đủ hồ sơ tới khi có kết quả, phần mà bước ra quyết định đang "
    "làm việc theo lịch; của các kết quả trong kỳ. Một ngày làm việc là tám giờ.",
    source=D766,
)
def processing_time(run: Replication, of: Stratum) -> Column:
    accepted, result = run.milestones["accepted"], run.milestones["result"]
    done = run.stays.counted & reached(accepted) & run.within(result)
    times = run.once_for("worked", make=lambda: open_between(run, done, "decided", accepted, result))
    return times[np.flatnonzero(of.entities & reached(times))]


@kpi(
    unit="ratio",
    better="lower",
    by=ORDERS,
    needs=("accepted", "purpose:supplement"),
    vi="Phải bổ sung",
    en="Supplemented",
    meaning="Of the dossiers accepted as whole in the window, the share that had been sent back for a "
    "supplement at least once.",
    nghia="Trong số hồ sơ được tiếp nhận đủ trong kỳ, tỷ lệ đã phải bổ sung ít nhất một lần.",
    source=OURS,
)
def supplement_share(run: Replication, of: Stratum) -> Scalar:
    rows = run.rows_at(for_purpose(run, "supplement"))
    asked = np.zeros(len(run.stays.arrived), np.bool_)
    asked[run.visits.root[rows]] = True
    accepted = of.entities & run.stays.counted & run.within(_accepted(run))
    n = int(np.count_nonzero(accepted))
    return ratio(int(np.count_nonzero(accepted & asked)), n, n)
