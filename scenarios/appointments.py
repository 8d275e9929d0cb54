"""Appointments: slots with a quota that those who want to come may book (docs/reference/language.md).

Every entity of such a flow carries two attributes more: `booking` (booked or walk_in), which steps may go by,
and `appointment`, the beginning of its slot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.distributions import TimeDistribution
from scenarios.paths import Path, dotted
from scenarios.quantities import Count, Duration, Pedigreed, Share, Stated
from scenarios.resolved import CERTAIN, DAY, Appointments, Attribute, Label
from scenarios.words import Name

if TYPE_CHECKING:
    from scenarios.findings import Findings
    from scenarios.trees import Trees

BOOKED, WALK_IN = "booked", "walk_in"
BOOKING, APPOINTMENT = "booking", "appointment"
"""Attributes that a flow with appointments has besides its own."""

VALUES: dict[str, tuple[str, ...] | None] = {BOOKING: (BOOKED, WALK_IN), APPOINTMENT: None}


class WrittenAppointments(Pedigreed):
    """Slots that those who want to come may book."""

    slot: Stated[Duration]
    """How long a slot is; slots follow one another from each opening of the calendar."""
    quota: Stated[Count]
    """How many may book one slot."""
    calendar: Name | None = None
    """When there are slots; around the clock without it."""
    uptake: Stated[Share] | None = None
    """The share that books; all without it. The others walk in when they want to come."""
    no_show: Stated[Share] | None = None
    """The share of the booked that never comes; its place in the slot stays taken."""
    ahead: Stated[Duration] | None = None
    """How long before the slot the earliest come."""
    delay: TimeDistribution | None = None
    """How much later than that one comes."""


def resolve_appointments(written: WrittenAppointments, path: Path, trees: Trees) -> Appointments:
    """The slots of a flow, as whole numbers."""
    _check(written, path, trees.findings)
    return Appointments(
        slot=written.slot.value,
        quota=written.quota.value,
        calendar=written.calendar,
        uptake=_threshold(written.uptake, CERTAIN),
        no_show=_threshold(written.no_show, 0),
        ahead=written.ahead.value if written.ahead else 0,
        delay=None if written.delay is None else trees.table(written.delay, (*path, "delay")),
    )


def _threshold(share: Stated[float] | None, otherwise: int) -> int:
    return otherwise if share is None else round(share.value * CERTAIN)


def _check(written: WrittenAppointments, path: Path, findings: Findings) -> None:
    if not 0 < written.slot.value <= DAY:
        findings.wrong(
            (*path, "slot"), written.slot.written,
            Label(vi=f"là {written.slot.written}, không nằm trong khoảng từ trên 0 đến một ngày",
                  en=f"is {written.slot.written}, not above 0 and up to a day"),
            Label(vi="hãy viết như 'slot: 1 h'", en="write 'slot: 1 h', for example"),
        )  # fmt: skip
    if written.quota.value < 1:
        findings.wrong(
            (*path, "quota"), written.quota.written,
            Label(vi="bằng 0: không ai hẹn được", en="is 0: nobody could ever book"),
            Label(vi="hãy viết 1 hoặc hơn, hoặc bỏ 'appointments'",
                  en="write 1 or more, or leave 'appointments' out"),
        )  # fmt: skip


def appointment_attributes(written: WrittenAppointments, path: Path, trees: Trees) -> dict[str, Attribute]:
    """What every entity of the flow carries; drawn only by those who are there when the run starts."""
    uptake = 1.0 if written.uptake is None else written.uptake.value
    mix = trees.mix({BOOKED: uptake, WALK_IN: 1 - uptake}, (*path, BOOKING))
    nothing = dotted((*path, APPOINTMENT))
    trees.tables[nothing] = (0,)
    labels = {BOOKED: Label(vi="có hẹn", en="booked"), WALK_IN: Label(vi="không hẹn", en="walk-in")}
    return {
        BOOKING: Attribute(Label(vi="Hẹn giờ", en="Booking"), "category", mix, (BOOKED, WALK_IN), labels),
        APPOINTMENT: Attribute(Label(vi="Giờ hẹn", en="Appointment"), "number", nothing, unit="ms"),
    }
