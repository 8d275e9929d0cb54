"""What an experiment is to find out: which figures, and how well they are to be known."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scenarios.errors import Flaw
from scenarios.resolved import Label
from scenarios.units import parse_duration, parse_number, parse_share

_OUTCOME = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(?:\{(.*)\})?\s*")
_PAIR = re.compile(r"\s*([\w-]+)\s*=\s*([\w.:-]+)\s*")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A figure to be compared: an indicator, of which part.

    margin : a difference that does not matter, in the unit of results (s, 1, ratio …); None: every one does
    """

    name: str
    labels: tuple[tuple[str, str], ...] = ()
    margin: float | None = None

    def __str__(self) -> str:
        told = ",".join(f"{key}={value}" for key, value in self.labels)
        return f"{self.name}{{{told}}}" if told else self.name


def parse_outcome(written: object) -> Outcome:
    """`dwell_mean{direction=export}`: an indicator, and of which part.

    Raises
    ------
    Flaw
        If it is not written so.
    """
    found = _OUTCOME.fullmatch(str(written))
    parts = [part for part in (found[2] or "").split(",") if part.strip()] if found else []
    pairs = [_PAIR.fullmatch(part) for part in parts]
    if found is None or not all(pairs):
        raise Flaw(
            written,
            Label(vi=f"là '{written}', không phải một chỉ tiêu", en=f"is '{written}', which is no indicator"),
            Label(
                vi="hãy viết như cohort_dwell_mean{direction=export}",
                en="write it as in cohort_dwell_mean{direction=export}",
            ),
        )
    return Outcome(found[1], tuple((pair[1], pair[2]) for pair in pairs if pair))


def parse_margin(written: object) -> float:
    """A difference in the unit of results: a duration [s], a share, or a plain number.

    Raises
    ------
    Flaw
        If it is none of these.
    """
    told = str(written).strip()
    if told.endswith("%"):
        return parse_share(told)
    return parse_number(written) if re.fullmatch(r"[\d.]+", told) else parse_duration(told) / 1000


@dataclass(frozen=True, slots=True)
class Precision:
    """A wanted half-width of the first outcome, and how many replications it may take.

    absolute : of the differences [unit of results] · relative : of the mean of every variant
    """

    at_most: int
    absolute: float | None = None
    relative: float | None = None


def parse_precision(written: object, at_most: int = 500) -> Precision:
    """`5 %`, or `5 min` (a duration, a number).

    Raises
    ------
    Flaw
        If it is neither, or not above zero.
    """
    told = str(written).strip()
    value = parse_margin(told)
    if value <= 0:
        raise Flaw(
            written,
            Label(vi=f"là '{written}', phải lớn hơn 0", en=f"is '{written}', which must be above 0"),
            Label(vi="hãy viết như '5 min' hoặc '5 %'", en="write it as '5 min' or '5 %'"),
        )
    return Precision(at_most, relative=value) if told.endswith("%") else Precision(at_most, absolute=value)
