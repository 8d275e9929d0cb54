"""Who comes again: the share of visits by members who have not come for a while.

Members of a population (drivers, firms) each visit at a rate of their own; the rates follow a gamma
distribution, so counts are negative binomial. Ehrenberg (1959), The pattern of consumer purchases; Greenwood
& Yule (1920).
"""

from __future__ import annotations


def share_of_newcomers(visits: float, members: float, days: float, shape: float) -> float:
    """The share of visits whose member did not come in the last `days`.

    visits : of all members in a day [1/d] · members : how many there are · shape : of the gamma distribution
    of their rates (small: a few come often, most hardly ever; infinite: all alike)
    """
    if min(visits, members, days, shape) <= 0:
        raise ValueError("visits, members, days and shape must be above 0")
    return float((1 + visits * days / members / shape) ** -(shape + 1))
