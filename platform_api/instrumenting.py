"""One run of a scenario, and what an observer, drivers, beacons and a sample study would have reported."""

from __future__ import annotations

import numpy as np

from metrics.instruments import measured, stays_of
from metrics.recorded.log import DAY
from metrics.recorded.measures import FEWEST
from metrics.recorded.replayed import replayed
from platform_api.trs_answer import Instruments
from scenarios.resolved import Resolved

USES = 200


def instruments(scenario: Resolved, seed: int, uses: int = USES) -> Instruments:
    """Each instrument used many times on one run of the scenario; flows with few stays are left out."""
    from sim.run import run

    log = replayed(scenario, run(scenario, seed).log)
    begin = int(np.datetime64(scenario.clock.start.replace(" ", "T"), "ms").astype(np.int64))
    end = log.span[1] + 1 if scenario.clock.window is None else begin + scenario.clock.window
    stays = {flow.key: stays_of(log, code, begin, end) for code, flow in enumerate(log.flows)}
    days = (end - begin) // DAY
    found = {
        flow: tuple(measured(of, uses, seed, days)) for flow, of in stays.items() if len(of.left) >= FEWEST
    }
    return Instruments(scenario.name, found, {flow.key: flow.label for flow in log.flows}, uses, seed)
