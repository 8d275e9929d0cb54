"""How long it took: the intervals of the Time Release Study, and the waits and services that make them up."""

from __future__ import annotations

import numpy as np

from metrics.declare import DISTRIBUTION, Derived, Measured, Scalar, Stratum, kpi, ratio
from metrics.kpis_flow import OURS
from metrics.replication import Replication
from metrics.strata import GATE, GATE_GOODS
from metrics.visits import Mask, reached
from sim.log import Column

TRS = "World Customs Organization, Guide to Measure the Time Required for the Release of Goods"
CUSTOMS = "Việt Nam customs, time release studies (from registration of the declaration to the decision)"
FHWA = "Federal Highway Administration, border crossing travel time studies"
LAW = "law of the simulator, visits"

SPENT = (*GATE_GOODS, "agency", "step")


def between(run: Replication, of: Stratum, begin: str, end: str) -> Column:
    """Times from one milestone to another, for those whose second one lies in the window [ms]."""
    both, times = run.once_for("between", begin, end, make=lambda: _between(run, begin, end))
    return times[np.flatnonzero(of.entities & both)]


def _between(run: Replication, begin: str, end: str) -> tuple[Mask, Column]:
    """Of all: who passed both, the second in the window; and the times between the two [ms]."""
    first, last = run.milestones[begin], run.milestones[end]
    return run.stays.counted & reached(first) & run.within(last), last - first


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    stats=DISTRIBUTION,
    vi="Thời gian lưu",
    en="Dwell",
    meaning="From coming to crossing (or to the end), closed hours included, of those who crossed in the "
    "window.",
    nghia="Từ lúc đến tới lúc qua (hoặc xong), kể cả giờ đóng cửa, của các đối tượng qua trong kỳ.",
    source=TRS,
)
def dwell(run: Replication, of: Stratum) -> Column:
    return between(run, of, "arrived", "crossed")


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    needs=("released",),
    stats=DISTRIBUTION,
    vi="Đến → thông quan",
    en="Arrival to release",
    meaning="From coming to the decision that releases the goods, of those released in the window.",
    nghia="Từ lúc đến tới quyết định thông quan hoặc giải phóng hàng, của các đối tượng được quyết định "
    "trong kỳ.",
    source=TRS,
)
def arrival_to_release(run: Replication, of: Stratum) -> Column:
    return between(run, of, "arrived", "released")


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    needs=("registered", "released"),
    stats=DISTRIBUTION,
    vi="Phần hải quan",
    en="Customs part",
    meaning="From registration of the declaration to its release. The published export times of Việt Nam "
    "are this.",
    nghia="Từ lúc đăng ký tờ khai tới quyết định thông quan. Số công bố về xuất khẩu của Việt Nam là "
    "khoảng này.",
    source=CUSTOMS,
)
def customs_time(run: Replication, of: Stratum) -> Column:
    return between(run, of, "registered", "released")


@kpi(
    unit="ratio",
    by=GATE_GOODS,
    needs=("registered", "released"),
    vi="Tỷ trọng hải quan",
    en="Customs share",
    meaning="Sum of the customs parts over the sum of the times from arrival to release.",
    nghia="Tổng phần hải quan chia cho tổng thời gian từ lúc đến tới quyết định thông quan.",
    source=CUSTOMS,
)
def customs_share(run: Replication, of: Stratum) -> Scalar:
    part, whole = between(run, of, "registered", "released"), between(run, of, "arrived", "released")
    return ratio(int(part.sum()), int(whole.sum()), len(whole))


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    needs=("released",),
    stats=DISTRIBUTION,
    vi="Thời gian thủ tục",
    en="Procedure time",
    meaning="From the first start of service at the gate by an agency of Việt Nam to the release, of those "
    "released in the window. What was done before the entity came (a declaration on the platform) is not in "
    "it.",
    nghia="Từ lúc một cơ quan Việt Nam bắt đầu làm thủ tục tại cửa khẩu tới quyết định thông quan. Việc "
    "làm trước khi đến (khai báo trên nền tảng) không tính.",
    source=OURS,
)
def procedure_time(run: Replication, of: Stratum) -> Column:
    begun, released = run.first_start_at_gate(run.steps(domestic=True)), run.milestones["released"]
    there = of.entities & run.stays.counted & reached(begun) & run.within(released) & (begun <= released)
    mine = np.flatnonzero(there)
    return released[mine] - begun[mine]


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    needs=("registered",),
    stats=DISTRIBUTION,
    vi="Đến → đăng ký TK",
    en="Arrival–registration",
    meaning="From coming to registration of the declaration; nothing for those registered before they came.",
    nghia="Từ lúc đến tới lúc đăng ký tờ khai; bằng không với tờ khai đăng ký trước khi đến.",
    source=TRS,
)
def arrival_to_registration(run: Replication, of: Stratum) -> Column:
    return np.maximum(0, between(run, of, "arrived", "registered"))


@kpi(
    unit="s",
    better="lower",
    by=GATE_GOODS,
    needs=("released", "flow:crossing"),
    stats=DISTRIBUTION,
    vi="Thông quan → qua",
    en="Release to crossing",
    meaning="From the release to crossing the border, of those who crossed in the window.",
    nghia="Từ quyết định thông quan tới lúc qua biên giới, của các xe qua trong kỳ.",
    source=TRS,
)
def release_to_crossing(run: Replication, of: Stratum) -> Column:
    return between(run, of, "released", "crossed")


@kpi(
    unit="s",
    better="lower",
    by=GATE,
    needs=("returned", "flow:crossing"),
    stats=DISTRIBUTION,
    vi="Thời gian quay về",
    en="Return time",
    meaning="From crossing the border to the empty vehicle being back, of those that came back in the "
    "window.",
    nghia="Từ lúc qua biên giới tới lúc xe rỗng quay về, của các xe về trong kỳ.",
    source=OURS,
)
def empty_return_time(run: Replication, of: Stratum) -> Column:
    return between(run, of, "crossed", "returned")


@kpi(
    unit="s",
    better="lower",
    by=("agency",),
    stats=DISTRIBUTION,
    vi="TG tại cơ quan",
    en="Agency time",
    meaning="From first coming to an agency to the last end there, of those who crossed in the window. "
    "Elapsed time: the times of agencies that work in parallel overlap and do not add up.",
    nghia="Từ lúc đến một cơ quan lần đầu tới lúc xong lần cuối ở đó. Các cơ quan làm song song thì thời "
    "gian chồng lên nhau, không cộng lại được.",
    source=TRS,
)
def agency_time(run: Replication, of: Stratum) -> Column:
    first, last = run.first_and_last(run.steps(agency=of.name))
    mine = of.entities & run.crossed_in_window & reached(first) & reached(last)
    return last[mine] - first[mine]


def spent(run: Replication, of: Stratum, part: str) -> Column:
    """Per visit at a step; per entity at an agency, summed there; else per entity along its path [ms]."""
    if of.by == "step":
        return run.spent(part, run.step(of.name))
    if of.by == "agency":
        return run.at_agency(part, run.steps(agency=of.name))
    return run.path[part][np.flatnonzero(of.entities & run.crossed_in_window)]


@kpi(
    unit="s",
    better="lower",
    by=SPENT,
    stats=("mean", "p95"),
    vi="Chờ chỗ trống",
    en="Blocked",
    meaning="Time at the door of a full place. By step: per visit started in the window; by agency: per "
    "entity that met it, summed there; else per entity along its path.",
    nghia="Thời gian đứng chờ vì nơi kế tiếp hết chỗ. Theo khâu: mỗi lượt bắt đầu trong kỳ; theo cơ quan: "
    "mỗi đối tượng, cộng tại đó; còn lại: mỗi đối tượng trên cả chặng.",
    source=LAW,
)
def blocked(run: Replication, of: Stratum) -> Column:
    return spent(run, of, "blocked")


@kpi(
    unit="s",
    better="lower",
    by=SPENT,
    stats=("mean", "p95"),
    vi="Chờ phục vụ",
    en="Wait",
    meaning="Time in the queue, from getting a place to the start of service. By step: per visit started "
    "in the window; by agency: per entity that met it, summed there; else per entity along its path.",
    nghia="Thời gian xếp hàng, từ khi có chỗ tới khi bắt đầu được phục vụ. Theo khâu: mỗi lượt; theo cơ "
    "quan: mỗi đối tượng, cộng tại đó; còn lại: mỗi đối tượng trên cả chặng.",
    source=LAW,
)
def wait(run: Replication, of: Stratum) -> Column:
    return spent(run, of, "wait")


@kpi(
    unit="s",
    better="lower",
    by=SPENT,
    stats=("mean", "p95"),
    vi="Được phục vụ",
    en="Service",
    meaning="Time from the start to the end of service, pauses by an outage and travel included. By step: "
    "per visit; by agency: per entity, summed there; else per entity along its path.",
    nghia="Thời gian từ lúc bắt đầu tới lúc kết thúc phục vụ, kể cả dừng do sự cố và thời gian đi lại. "
    "Theo khâu: mỗi lượt; theo cơ quan: mỗi đối tượng, cộng tại đó; còn lại: trên cả chặng.",
    source=LAW,
)
def service(run: Replication, of: Stratum) -> Column:
    return spent(run, of, "service")


@kpi(
    unit="s",
    by=(*GATE_GOODS, "agency"),
    stats=("mean",),
    vi="Chờ theo quy trình",
    en="Waiting by process",
    meaning="The part of the service at steps of kind `wait`: the process takes this time although nobody "
    "works (a call, a paper, a drive). To the law it is service, so it is not in the share waiting.",
    nghia="Phần thời gian phục vụ ở các khâu loại `wait`: quy trình mất chừng ấy thời gian dù không ai làm "
    "(chờ gọi, chờ giấy, chạy xe). Theo luật mô phỏng đây là phục vụ nên không thuộc tỷ trọng chờ.",
    source=OURS,
)
def by_process(run: Replication, of: Stratum) -> Column:
    return spent(run, of, "by_process")


@kpi(
    unit="s",
    better="lower",
    by=SPENT,
    stats=("mean",),
    vi="Chờ ngoài giờ",
    en="Wait, closed",
    meaning="The part of the wait during which calendars alone left too few units to start.",
    nghia="Phần thời gian chờ phục vụ mà theo lịch làm việc không đủ người hoặc máy để bắt đầu.",
    source=OURS,
)
def wait_closed(run: Replication, of: Stratum) -> Column:
    return spent(run, of, "wait_closed")


@kpi(
    unit="s",
    better="lower",
    by=SPENT,
    stats=("mean",),
    vi="Chờ do sự cố",
    en="Wait, outage",
    meaning="The part of the wait during which calendars would have allowed a start, but losses, a "
    "disruption or a platform without a fallback did not.",
    nghia="Phần thời gian chờ phục vụ mà theo lịch thì làm được nhưng do mất người, sự cố hoặc nền tảng "
    "ngừng (không có cách làm thay) nên không làm được.",
    source=OURS,
)
def wait_outage(run: Replication, of: Stratum) -> Column:
    return spent(run, of, "wait_outage")


@kpi(
    unit="s",
    better="lower",
    by=SPENT,
    stats=("mean",),
    vi="Chờ xếp hàng",
    en="Wait, queue",
    meaning="The rest of the wait: the step was open, others were in front. The three parts add up to the "
    "wait.",
    nghia="Phần còn lại của thời gian chờ: khâu đang làm việc, phải chờ vì có người trước. Ba phần cộng "
    "lại bằng thời gian chờ phục vụ.",
    source=OURS,
)
def wait_queue(run: Replication, of: Stratum) -> Column:
    return spent(run, of, "wait_queue")


@kpi(
    unit="s",
    better="lower",
    by=GATE,
    vi="Thời gian dự phòng",
    en="Buffer time",
    meaning="P95 of dwell less its mean: what to add to be late one time in twenty.",
    nghia="Phân vị 95 của thời gian lưu trừ trung bình: phần phải cộng thêm để chỉ trễ một lần trong hai "
    "mươi.",
    source=FHWA,
)
def buffer_time(run: Replication, of: Stratum) -> Derived:
    return Derived(between(run, of, "arrived", "crossed"), ("mean", "p95"), _excess)


@kpi(
    unit="ratio",
    better="lower",
    by=GATE,
    vi="Chỉ số dự phòng",
    en="Buffer index",
    meaning="Buffer time over mean dwell.",
    nghia="Thời gian dự phòng chia cho thời gian lưu trung bình.",
    source=FHWA,
)
def buffer_index(run: Replication, of: Stratum) -> Derived:
    return Derived(between(run, of, "arrived", "crossed"), ("mean", "p95"), _excess_share)


def _excess(of: dict[str, float | None]) -> float | None:
    mean, p95 = of["mean"], of["p95"]
    return None if mean is None or p95 is None else p95 - mean


def _excess_share(of: dict[str, float | None]) -> float | None:
    mean, excess = of["mean"], _excess(of)
    return None if not mean or excess is None else excess / mean


@kpi(
    unit="ratio",
    better="lower",
    by=GATE_GOODS,
    vi="Tỷ trọng chờ",
    en="Share waiting",
    meaning="Time blocked and waiting over time blocked, waiting and served, summed over the whole paths "
    "of those who crossed in the window. The age of the opening backlog is in neither sum.",
    nghia="Thời gian chờ (chỗ trống và phục vụ) chia cho tổng thời gian chờ và được phục vụ trên cả chặng "
    "của các đối tượng qua trong kỳ; tuổi của xe tồn đầu kỳ không tính.",
    source="World Customs Organization, model report of the Time Release Study",
)
def share_waiting(run: Replication, of: Stratum) -> Scalar:
    mine = np.flatnonzero(of.entities & run.crossed_in_window)
    waited = int(run.path["blocked"][mine].sum() + run.path["wait"][mine].sum())
    return ratio(waited, waited + int(run.path["service"][mine].sum()), len(mine))


@kpi(
    unit="ratio",
    better="lower",
    by=("step", "agency"),
    vi="Tỷ lệ phải chờ",
    en="Share delayed",
    meaning="Of the visits started in the window, the share that waited at all (blocked or in the queue).",
    nghia="Trong số lượt bắt đầu trong kỳ, tỷ lệ phải chờ (chỗ trống hoặc phục vụ).",
    source="queueing theory, probability of waiting",
)
def share_delayed(run: Replication, of: Stratum) -> Scalar:
    waited = run.spent("blocked", steps_of(run, of)) + run.spent("wait", steps_of(run, of))
    return ratio(int(np.count_nonzero(waited)), len(waited), len(waited))


@kpi(
    unit="1",
    by=("step", "agency"),
    vi="Số lượt",
    en="Visits",
    meaning="Visits started in the window: how many were served there. Two of them make a share, such as on "
    "line against at the counter.",
    nghia="Số lượt bắt đầu được phục vụ trong kỳ. Đem hai số chia cho nhau thành tỷ lệ, ví dụ nộp trực tuyến "
    "so với tại quầy.",
    source="definition of this project",
)
def visits(run: Replication, of: Stratum) -> Scalar:
    n = len(run.spent("wait", steps_of(run, of)))
    return Scalar(n, n)


def steps_of(run: Replication, of: Stratum) -> Mask:
    """The steps that a stratum by step or by agency is about."""
    return run.step(of.name) if of.by == "step" else run.steps(agency=of.name)


@kpi(
    unit="ratio",
    by=("channel", "direction channel"),
    needs=("registered", "attribute:channel"),
    vi="Tỷ lệ luồng",
    en="Channel share",
    meaning="Of the declarations registered in the window, the share of each channel.",
    nghia="Trong số tờ khai đăng ký trong kỳ, tỷ lệ của từng luồng.",
    source="customs statistics",
)
def channel_share(run: Replication, of: Stratum) -> Measured:
    assert of.whole is not None
    registered = run.stays.counted & run.within(run.milestones["registered"])
    n = int(np.count_nonzero(registered & of.whole))
    return ratio(int(np.count_nonzero(registered & of.entities)), n, n)


@kpi(
    unit="ratio",
    better="higher",
    by=GATE,
    needs=("declared",),
    vi="Khai trước",
    en="Pre-arrival share",
    meaning="Of those who crossed in the window, the share declared before coming to the gate.",
    nghia="Trong số xe qua trong kỳ, tỷ lệ đã khai báo trước khi đến.",
    source=TRS,
)
def pre_arrival_share(run: Replication, of: Stratum) -> Scalar:
    mine = of.entities & run.crossed_in_window
    declared = run.milestones["declared"][mine]
    early = reached(declared) & (declared < run.stays.arrived[mine])
    return ratio(int(np.count_nonzero(early)), len(early), len(early))
