"""Who was busy, what was full, short or down: resources, queues, zones, stocks and platforms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from metrics.declare import Peak, Scalar, Stratum, kpi, ratio, seconds
from metrics.kpis_flow import OURS
from metrics.kpis_time import LAW, steps_of
from metrics.occupancy import StepFunction, clipped, combine
from metrics.replication import Replication
from metrics.visits import Mask, reached
from sim.log import MODES, Column

RESOURCES = ("resource", "agency")
LITTLE = "Little (1961), A proof for the queuing formula L = λW"


def pools(run: Replication, of: Stratum) -> list[str]:
    """The resource of the stratum, or all resources of its agency."""
    if of.by == "resource":
        return [of.name]
    return [name for name, resource in run.scenario.resources.items() if resource.agency == of.name]


def area(run: Replication, function: StepFunction) -> int:
    """The integral over the window [value · ms]."""
    return function.area(*run.during)


def unit_time(run: Replication, of: Stratum, what: str, curve: Callable[[str], StepFunction]) -> int:
    """The integral of a curve of each resource of a stratum, summed [unit · ms]; each is taken once."""

    def found(pool: str) -> int:
        return run.once_for("unit time", what, pool, make=lambda: area(run, curve(pool)))

    return sum(map(found, pools(run, of)))


def scheduled_area(run: Replication, of: Stratum) -> int:
    """Unit time on duty [unit · ms]."""
    return unit_time(run, of, "scheduled", run.scheduled)


def busy_on_duty(run: Replication, of: Stratum) -> int:
    """Busy unit time within scheduled time [unit · ms]."""
    return unit_time(run, of, "on duty", run.on_duty)


def visits_there(run: Replication, of: Stratum) -> int:
    """How many visits a resource stratum rests on: the changes of its usage in the window."""
    return sum(_changes(run, run.busy(pool)) for pool in pools(run, of))


@kpi(
    unit="ratio",
    by=RESOURCES,
    vi="Hệ số sử dụng",
    en="Utilisation",
    meaning="Busy time within scheduled time over scheduled time; overtime is apart. Not defined if never "
    "scheduled.",
    nghia="Thời gian bận trong giờ trực chia cho thời gian trực; làm thêm giờ tính riêng.",
    source=LAW,
)
def utilisation(run: Replication, of: Stratum) -> Scalar:
    return ratio(busy_on_duty(run, of), scheduled_area(run, of), visits_there(run, of))


@kpi(
    unit="ratio",
    by=RESOURCES,
    vi="Sử dụng/khả dụng",
    en="Of available",
    meaning="Busy time within scheduled time over the time that was available after losses and disruptions.",
    nghia="Thời gian bận trong giờ trực chia cho thời gian còn khả dụng sau khi trừ mất mát và sự cố.",
    source=OURS,
)
def utilisation_available(run: Replication, of: Stratum) -> Scalar:
    whole = unit_time(run, of, "available", lambda pool: _available(run, pool))
    return ratio(busy_on_duty(run, of), whole, visits_there(run, of))


def _available(run: Replication, pool: str) -> StepFunction:
    """max(c, min(u, s)): what is in use counts as available even when its unit is already lost."""
    return combine(np.maximum, _up(run, pool), run.on_duty(pool))


def _up(run: Replication, pool: str) -> StepFunction:
    return combine(np.minimum, run.capacity(pool), run.scheduled(pool))


@kpi(
    unit="ratio",
    better="higher",
    by=RESOURCES,
    vi="Tỷ lệ sẵn sàng",
    en="Availability",
    meaning="Unit time in capacity, after losses and disruptions, over scheduled unit time.",
    nghia="Thời gian sẵn sàng làm việc, sau khi trừ mất mát và sự cố, chia cho thời gian trực.",
    source="reliability engineering, availability",
)
def availability(run: Replication, of: Stratum) -> Scalar:
    up = unit_time(run, of, "up", lambda pool: _up(run, pool))
    return ratio(up, scheduled_area(run, of), run.once(len(pools(run, of))))


@kpi(
    unit="unit·s",
    better="lower",
    by=RESOURCES,
    vi="Làm thêm giờ",
    en="Overtime",
    meaning="Busy unit time beyond what was scheduled.",
    nghia="Thời gian bận vượt quá lịch trực.",
    source=LAW,
)
def overtime(run: Replication, of: Stratum) -> Scalar:
    beyond = unit_time(run, of, "busy", run.busy) - busy_on_duty(run, of)
    return seconds(beyond, visits_there(run, of))


@kpi(
    unit="ratio",
    better="lower",
    by=RESOURCES,
    vi="Bận mà không làm",
    en="Busy, not serving",
    meaning="Of the busy unit time, the share kept while the next place refuses, or reserved for joint work.",
    nghia="Trong thời gian bận, phần bị giữ lại vì nơi kế tiếp hết chỗ, hoặc giữ trước để làm chung.",
    source=OURS,
)
def busy_not_serving(run: Replication, of: Stratum) -> Scalar:
    busy = unit_time(run, of, "busy", run.busy)
    serving = unit_time(run, of, "serving", lambda pool: run.busy(pool, "serving"))
    return ratio(busy - serving, busy, visits_there(run, of))


def waiting(run: Replication, steps: Mask) -> tuple[Column, Column]:
    """(from, to) of the waits at some steps [ms]: from getting a place to the start of service."""
    return run.once_for("waiting", steps.tobytes(), make=lambda: _waiting(run, run.rows_at(steps)))


def _waiting(run: Replication, rows: Column) -> tuple[Column, Column]:
    rows = rows[np.flatnonzero(reached(run.log.visits["admitted"][rows]))]
    admitted = run.log.visits["admitted"][rows]
    return admitted, admitted + run.visits.wait[rows]


@kpi(
    unit="1",
    better="lower",
    by=("step", "agency"),
    vi="Hàng chờ bình quân",
    en="Mean queue",
    meaning="How many were waiting for service, averaged over the time of the window; those at the door "
    "not counted.",
    nghia="Số đối tượng đang chờ phục vụ, bình quân theo thời gian trong kỳ; không tính số còn ở ngoài cửa.",
    source=LITTLE,
)
def queue_mean(run: Replication, of: Stratum) -> Scalar:
    since, until = waiting(run, steps_of(run, of))
    return ratio(int(clipped(since, until, run.window).sum()), run.once(run.length), len(since))


@kpi(
    unit="1",
    better="lower",
    by=("step", "agency"),
    vi="Hàng chờ dài nhất",
    en="Longest queue",
    meaning="The most that were waiting for service at any instant of the window.",
    nghia="Số đối tượng chờ phục vụ nhiều nhất tại một thời điểm trong kỳ.",
    source=OURS,
)
def queue_max(run: Replication, of: Stratum) -> Peak:
    since, until = waiting(run, steps_of(run, of))
    return Peak(since, until, len(since))


@kpi(
    unit="ratio",
    by=("zone",),
    vi="Lấp đầy bãi",
    en="Yard fill",
    meaning="Places taken over places there are, averaged over the time of the window.",
    nghia="Số chỗ đã dùng chia cho số chỗ có, bình quân theo thời gian trong kỳ.",
    source=OURS,
)
def zone_occupancy_mean(run: Replication, of: Stratum) -> Scalar:
    whole = run.once(run.scenario.zones[of.name].room * run.length)
    return ratio(area(run, run.taken(of.name)), whole, _changes(run, run.taken(of.name)))


@kpi(
    unit="ratio",
    better="lower",
    by=("zone",),
    vi="Thời gian bãi đầy",
    en="Time full",
    meaning="Share of the window during which no place was free.",
    nghia="Phần thời gian trong kỳ mà bãi không còn chỗ.",
    source=OURS,
)
def zone_full_share(run: Replication, of: Stratum) -> Scalar:
    room = run.scenario.zones[of.name].room
    return _share_of_time(run, run.taken(of.name), lambda taken: taken >= room)


def _share_of_time(run: Replication, curve: StepFunction, wanted: Callable[[Column], Mask]) -> Scalar:
    """The share of the window during which a curve is as wanted."""
    during = combine(lambda values: wanted(values).astype(np.int64), curve)
    return ratio(area(run, during), run.once(run.length), _changes(run, curve))


def _changes(run: Replication, curve: StepFunction) -> int:
    return int(np.count_nonzero(run.meanwhile(curve.times)))


@kpi(
    unit="1",
    by=("stock",),
    vi="Tồn kho bình quân",
    en="Mean level",
    meaning="What there was of the stock, averaged over the time of the window.",
    nghia="Lượng có trong kho, bình quân theo thời gian trong kỳ.",
    source=OURS,
)
def stock_level_mean(run: Replication, of: Stratum) -> Scalar:
    level = run.level(of.name)
    return ratio(area(run, level), run.once(run.length), _changes(run, level))


@kpi(
    unit="ratio",
    better="lower",
    by=("stock",),
    vi="Thời gian hết hàng",
    en="Time empty",
    meaning="Share of the window during which nothing was in stock.",
    nghia="Phần thời gian trong kỳ mà kho không còn gì.",
    source=OURS,
)
def stock_empty_share(run: Replication, of: Stratum) -> Scalar:
    return _share_of_time(run, run.level(of.name), lambda level: level == 0)


@kpi(
    unit="ratio",
    better="lower",
    by=("stock",),
    vi="Tỷ lệ gặp lúc thiếu",
    en="Share short",
    meaning="Of the visits that came in the window to take from the stock, the share that waited there, gave "
    "up or were sent elsewhere.",
    nghia="Trong số lượt đến lấy hàng trong kỳ, tỷ lệ phải đợi, bỏ về hoặc bị chuyển đi nơi khác.",
    source=OURS,
)
def stock_short_share(run: Replication, of: Stratum) -> Scalar:
    takers = [run.scenario.steps[name].kind == "take" for name in run.log.names.steps]
    here = [run.scenario.steps[name].stock == of.name for name in run.log.names.steps]
    steps = np.array(takers, dtype=np.bool_) & np.array(here, dtype=np.bool_)
    came = run.within(run.log.visits["admitted"]) & steps[run.log.visits["step"]]
    short = came & (run.log.visits["started"] != run.log.visits["admitted"])
    return ratio(int(np.count_nonzero(short)), int(np.count_nonzero(came)), int(np.count_nonzero(came)))


@kpi(
    unit="s",
    better="lower",
    by=("zone", "step"),
    vi="Bị chặn bởi",
    en="Blocked by",
    meaning="Time that entities stood blocked in the window because this place was full.",
    nghia="Tổng thời gian trong kỳ các đối tượng phải đứng chờ vì nơi này hết chỗ.",
    source=LAW,
)
def blocked_by(run: Replication, of: Stratum) -> Scalar:
    names = run.log.names
    place = names.places.index(of.name) if of.by == "step" else len(names.steps) + names.zones.index(of.name)
    mine = run.log.visits["blocked_by"] == place
    since = run.log.visits["joined"][mine]
    lengths = clipped(since, since + run.visits.blocked[mine], run.window)
    return seconds(int(lengths.sum()), int(np.count_nonzero(lengths)))


@kpi(
    unit="ratio",
    better="higher",
    by=("platform",),
    vi="Nền tảng hoạt động",
    en="Uptime",
    meaning="Share of the window during which the platform was up; slow counts as up.",
    nghia="Phần thời gian trong kỳ nền tảng hoạt động; chạy chậm vẫn tính là hoạt động.",
    source="reliability engineering, availability",
)
def platform_availability(run: Replication, of: Stratum) -> Scalar:
    up = combine(lambda state: (state > 0).astype(np.int64), run.platform(of.name))
    return ratio(area(run, up), run.once(run.length), run.once(len(up.times)))


@kpi(
    unit="ratio",
    better="lower",
    by=("platform", "agency"),
    vi="Tỷ lệ làm giấy",
    en="Paper share",
    meaning="Of the visits started in the window at steps that rely on the platform (messages apart), the "
    "share done on paper.",
    nghia="Trong số lượt bắt đầu trong kỳ ở các khâu dùng nền tảng (không kể bản tin), tỷ lệ phải làm giấy.",
    source=OURS,
)
def fallback_share(run: Replication, of: Stratum) -> Scalar:
    modes = run.log.visits["mode"][run.started_at(relying(run, of))]
    return ratio(int(np.count_nonzero(modes == MODES.index("fallback"))), len(modes), len(modes))


def relying(run: Replication, of: Stratum) -> Mask:
    """Steps that rely on the platform, or those of the agency that rely on any; messages apart."""
    steps = [run.scenario.steps[name] for name in run.log.names.steps]
    if of.by == "agency":
        digital = [bool(step.platforms) and step.message is None for step in steps]
        return run.steps(agency=of.name) & np.array(digital, dtype=np.bool_)
    relies = [of.name in step.platforms and step.message is None for step in steps]
    return np.array(relies, dtype=np.bool_)
