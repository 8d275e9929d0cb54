"""Appointments: how many come by one, how well slots are used, and whether the booked come on time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

import numpy as np

from metrics.declare import Scalar, Stratum, kpi, ratio
from metrics.kpis_flow import OURS
from metrics.replication import Replication
from metrics.strata import GATE
from metrics.visits import Mask
from scenarios.resolved import Appointments
from sim.appointments import BOOKED, slots

NEEDS = ("flow:appointments",)


@kpi(
    unit="ratio",
    by=GATE,
    needs=NEEDS,
    vi="Tỷ lệ có hẹn",
    en="Share booked",
    meaning="Of those who came in the window, the share that had booked a slot.",
    nghia="Trong số đến trong kỳ, tỷ lệ đã đặt khung giờ.",
    source=OURS,
)
def booked_share(run: Replication, of: Stratum) -> Scalar:
    return _share(run.attribute("booking", BOOKED), run.cohort & of.entities)


@kpi(
    unit="ratio",
    by=("", "flow"),
    needs=NEEDS,
    vi="Tỷ lệ dùng khung giờ",
    en="Slot use",
    meaning="Of the places in the slots that began in the window, the share for which somebody came; who "
    "books and never comes leaves his place empty.",
    nghia="Trong số chỗ của các khung giờ bắt đầu trong kỳ, tỷ lệ có xe đến; xe đặt mà không đến thì bỏ "
    "trống chỗ.",
    source=OURS,
)
def slot_use(run: Replication, of: Stratum) -> Scalar:
    offered = sum(run.once(_offered(run, spec)) for flow, spec in _appointments(run) if of.name in ("", flow))
    used = _booked(run) & of.entities & run.within(run.log.attributes["appointment"])
    return ratio(int(np.count_nonzero(used)), offered, offered)


@kpi(
    unit="ratio",
    better="lower",
    by=GATE,
    needs=NEEDS,
    vi="Tỷ lệ đến sớm",
    en="Share early",
    meaning="Of the booked who came in the window, the share that came before their slot began.",
    nghia="Trong số có hẹn và đến trong kỳ, tỷ lệ đến trước khi khung giờ bắt đầu.",
    source=OURS,
)
def early_share(run: Replication, of: Stratum) -> Scalar:
    return _share(
        run.stays.arrived < run.log.attributes["appointment"], _booked(run) & run.cohort & of.entities
    )


@kpi(
    unit="ratio",
    better="lower",
    by=GATE,
    needs=NEEDS,
    vi="Tỷ lệ đến muộn",
    en="Share late",
    meaning="Of the booked who came in the window, the share that came after their slot was over.",
    nghia="Trong số có hẹn và đến trong kỳ, tỷ lệ đến sau khi khung giờ kết thúc.",
    source=OURS,
)
def late_share(run: Replication, of: Stratum) -> Scalar:
    lengths = np.zeros(len(run.log.names.flows), np.int64)
    for flow, spec in _appointments(run):
        lengths[run.log.names.flows.index(flow)] = spec.slot
    over = run.log.attributes["appointment"] + lengths[run.log.entities["flow"]]
    return _share(run.stays.arrived >= over, _booked(run) & run.cohort & of.entities)


def _share(part: Mask, of: Mask) -> Scalar:
    n = int(np.count_nonzero(of))
    return ratio(int(np.count_nonzero(part & of)), n, n)


def _booked(run: Replication) -> Mask:
    """Those who came by appointment; of the opening backlog none is known."""
    return run.attribute("booking", BOOKED) & ~run.stays.opening & run.stays.counted


def _appointments(run: Replication) -> Iterator[tuple[str, Appointments]]:
    for flow, described in run.scenario.flows.items():
        if described.arrivals.appointments is not None:
            yield flow, described.arrivals.appointments


def _offered(run: Replication, spec: Appointments) -> int:
    """Places in the slots that begin in the window."""
    begin, end = run.window
    until_end = takewhile(lambda slot: slot < end, slots(run.scenario, spec, begin))
    return spec.quota * sum(slot >= begin for slot in until_end)
