"""What inspection is for: how much of what should not pass is found."""

from __future__ import annotations

import numpy as np

from metrics.declare import Scalar, Stratum, kpi, ratio
from metrics.kpis_flow import OURS
from metrics.replication import Replication
from metrics.strata import GATE_GOODS
from sim.log import ENTITY_OUTCOMES


@kpi(
    unit="ratio",
    better="higher",
    by=GATE_GOODS,
    needs=("attribute:offence",),
    vi="Tỷ lệ phát hiện",
    en="Found",
    meaning="Of the offending (whose `offence` is not `none`) that left in the window, the share that was "
    "turned back; the rest passed. What a model calls an offence is an assumption: nobody counts what is "
    "not found.",
    nghia="Trong số lượt vi phạm (`offence` khác `none`) rời đi trong kỳ, tỷ lệ bị phát hiện và không cho "
    "qua; phần còn lại đã lọt. Tỷ lệ vi phạm luôn là giả định: không ai đếm được cái không bị phát hiện.",
    source=OURS,
)
def detection_share(run: Replication, of: Stratum) -> Scalar:
    stays = run.stays
    offending = of.entities & ~run.attribute("offence", "none")  # all of the stratum have the attribute
    left = offending & stays.counted & run.within(stays.gone)
    found = left & (run.log.entities["outcome"] == ENTITY_OUTCOMES.index("turned_back"))
    n = int(np.count_nonzero(left))
    return ratio(int(np.count_nonzero(found)), n, n)
