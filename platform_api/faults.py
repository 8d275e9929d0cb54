"""Ends of a run that are the scenario's fault, told as such: what happened, in which step, what to mend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from platform_api.crew import RunFailed
from scenarios.resolved import Label

_BACKLOG = re.compile(r"more opening backlog at '([^']*)' than its (zone has )?room \(?(?:of )?(\d+)")


class ScenarioFault(RunFailed):
    """A run without a result because of what its scenario says; the program is right."""


@contextmanager
def blaming_the_scenario() -> Iterator[None]:
    """Turn what an engine raises about a scenario into words for the person who wrote it.

    Raises
    ------
    ScenarioFault
        If something goes round for ever within one instant or sends out sub-entities for ever, two names have
        one hash, or the opening backlog does not fit.
    """
    from sim.chance import HashClash
    from sim.engines.errands import TooManyVisits
    from sim.engines.floor import EndlessInstant

    try:
        yield
    except TooManyVisits as error:
        raise _sends_for_ever(str(error).partition(":")[0]) from error
    except EndlessInstant as error:
        raise _endless(str(error).partition(":")[0]) from error
    except HashClash as error:
        raise _clash(str(error).partition(" have one hash")[0]) from error
    except ValueError as error:
        backlog = _BACKLOG.match(str(error))
        if backlog is None:
            raise
        raise _no_room(backlog[1], zone=bool(backlog[2]), room=backlog[3]) from error


def _endless(steps: str) -> ScenarioFault:
    return ScenarioFault(
        Label(
            vi=f"kịch bản quay vòng mãi trong một thời điểm ở khâu: {steps}",
            en=f"the scenario goes round for ever within one instant, at: {steps}",
        ),
        Label(
            vi="hãy cho một khâu trong vòng ấy thời gian lớn hơn 0, hoặc cho vòng một lối ra",
            en="give one of these steps a time above 0, or the loop a way out",
        ),
    )


def _sends_for_ever(step: str) -> ScenarioFault:
    return ScenarioFault(
        Label(
            vi=f"một lượt đi qua khâu gửi mẫu hoặc giấy tờ '{step}' quá 256 lần",
            en=f"somebody comes more than 256 times to '{step}', which sends out samples or documents",
        ),
        Label(
            vi="hãy cho vòng lặp ấy một lối ra, hoặc đặt bước gửi ra ngoài vòng",
            en="give that loop a way out, or put the sending step outside of it",
        ),
    )


def _clash(names: str) -> ScenarioFault:
    return ScenarioFault(
        Label(vi=f"hai tên trong kịch bản có cùng mã băm: {names}", en=f"two names have one hash: {names}"),
        Label(vi="hãy đổi một trong hai tên", en="rename one of them"),
    )


def _no_room(step: str, *, zone: bool, room: str) -> ScenarioFault:
    where = Label(vi="bãi của khâu", en="the zone of step") if zone else Label(vi="khâu", en="step")
    return ScenarioFault(
        Label(
            vi=f"tồn đầu không vừa: {where.vi} '{step}' chỉ có {room} chỗ",
            en=f"the opening backlog does not fit: {where.en} '{step}' has room for {room}",
        ),
        Label(vi="hãy bớt backlog hoặc tăng room", en="lower the backlog or raise the room"),
    )
