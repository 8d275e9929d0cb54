"""The stories of some entities of the first replication, and what the things in them are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from platform_api.formats import instant
from platform_api.why_answer import Span, Story
from scenarios.errors import Flaw, ScenarioError, suggestion
from scenarios.outages import belonging
from scenarios.resolved import Label, Resolved

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from metrics.causes import Parts
    from metrics.replication import Replication
    from platform_api.following import Ask
    from platform_api.why import Prepared

Which = Literal["typical", "slow", "slowest", "asked"]

QUANTILES: tuple[tuple[Which, float], ...] = (("typical", 0.5), ("slow", 0.95), ("slowest", 1.0))


def stories(asked: Prepared, cancel: Ask | None) -> Iterator[Story]:
    """Of a typical stay, a long one, the longest, and of whoever was asked for.

    Raises
    ------
    ScenarioError
        For an address that nobody of the first replication has.
    sim.run.Cancelled
        If it was told to stop.
    """
    from metrics.causes import parts
    from metrics.replication import Replication
    from sim import run as simulation

    of = asked.question
    done = simulation.run(of.scenario, of.seed, 0, engine=of.engine, cancel=cancel)
    if cancel is not None and cancel():
        raise simulation.Cancelled
    run = Replication(of.scenario, done.log)
    yield from stories_in(run, parts(run), asked.asked.trucks)


def stories_in(run: Replication, told: Parts, addresses: tuple[str, ...]) -> Iterator[Story]:
    """The same of any replication.

    Raises
    ------
    ScenarioError
        For an address that nobody has.
    """
    yield from (_story(run, told, row, which) for which, row in _chosen(run, told))
    for row in _asked(run, addresses):
        yield _story(run, told, row, "asked")


def _chosen(run: Replication, told: Parts) -> Iterator[tuple[Which, int]]:
    import numpy as np

    mine = np.flatnonzero(run.cohort)
    if not len(mine):
        return
    order = mine[np.argsort(_whole(run, told)[mine], kind="stable")]
    for which, quantile in QUANTILES:
        yield which, int(order[int(quantile * (len(order) - 1))])


def _whole(run: Replication, told: Parts) -> NDArray[np.int64]:
    """How long each entity was there [ms]."""
    import numpy as np

    whole = np.zeros(len(run.cohort), np.int64)
    np.add.at(whole, told.entity, told.length)
    return whole


def longest_first(run: Replication, told: Parts) -> list[int]:
    """Who came in the window, the longest stay first; of equal ones who is earlier in the record."""
    import numpy as np

    mine = np.flatnonzero(run.cohort)
    found: list[int] = mine[np.argsort(-_whole(run, told)[mine], kind="stable")].tolist()
    return found


def entity_told(run: Replication, told: Parts, row: int) -> tuple[str, dict[str, str], int, str]:
    """Address, flow and categories, how long it was there [ms], and how that ended."""
    from sim.log import ENTITY_OUTCOMES

    ms = sum(end - begin for _, begin, end in told.of(row))
    return address_of(run, row), dict(_kind(run, row)), ms, ENTITY_OUTCOMES[run.log.entities["outcome"][row]]


def _asked(run: Replication, addresses: tuple[str, ...]) -> Iterator[int]:
    if not addresses:
        return
    known = {address_of(run, row): row for row in range(len(run.cohort))}
    for address in addresses:
        if address not in known:
            raise ScenarioError([_nobody(address, list(known)).at("--truck")])
        yield known[address]


def _nobody(address: str, known: list[str]) -> Flaw:
    like = known[0] if known else "truck/x0 2025-03-12 #1"
    return Flaw(
        address,
        Label(
            vi=f"không có đối tượng nào là '{address}' trong lần lặp 0; một địa chỉ viết như '{like}'",
            en=f"nobody of replication 0 is '{address}'; an address reads like '{like}'",
        ),
        suggestion(address, known[:10_000]),
    )


def address_of(run: Replication, row: int) -> str:
    """`export/x0 2025-03-12 #17`; a sub-entity or segment of a load has its number behind a point."""
    import numpy as np

    entities, names = run.log.entities, run.log.names
    day = np.datetime64(int(entities["day"][row]), "D")
    child = int(entities["child"][row])
    flow, source = names.flows[entities["flow"][row]], names.sources[entities["source"][row]]
    return f"{flow}/{source} {day} #{entities['number'][row]}" + (f".{child}" if child else "")


def _story(run: Replication, told: Parts, row: int, which: Which) -> Story:
    from sim.log import ENTITY_OUTCOMES

    spans = tuple(
        Span(local(run.scenario, begin), end - begin, cause.kind, cause.step, cause.of)
        for cause, begin, end in told.of(row)
    )
    return Story(
        which=which,
        address=address_of(run, row),
        kind=dict(_kind(run, row)),
        ms=sum(span.ms for span in spans),
        outcome=ENTITY_OUTCOMES[run.log.entities["outcome"][row]],
        parts=spans,
    )


def _kind(run: Replication, row: int) -> Iterator[tuple[str, str]]:
    """Flow, and the categories that it has."""
    yield "flow", run.log.names.flows[run.log.entities["flow"][row]]
    for name, values in run.log.names.attributes.items():
        code = int(run.log.attributes[name][row])
        if values is not None and code >= 0:
            yield name, values[code]


def local(scenario: Resolved, time: int) -> str:
    """The local date and time of an instant, to the millisecond."""
    offsets = scenario.clock.offsets
    at = [next((ahead for since, ahead in reversed(offsets) if since <= t), offsets[0][1]) for t in (0, time)]
    return instant(scenario.clock.start, time + at[1] - at[0]).isoformat(timespec="milliseconds")


# ---- names ----------------------------------------------------------------------------------------------


def names_of(scenario: Resolved) -> dict[str, Label]:
    """`step.x`, `resource.x` …: what everything is called that a cause or a cut may name."""
    kinds = {
        "agency": scenario.agencies,
        "step": scenario.steps,
        "resource": scenario.resources,
        "zone": scenario.zones,
        "platform": scenario.platforms,
        "stock": scenario.stocks,
        "flow": scenario.flows,
    }
    return {f"{kind}.{name}": of.label for kind, things in kinds.items() for name, of in things.items()}  # type: ignore[attr-defined]


def owners_of(scenario: Resolved) -> dict[str, str]:
    """`resource.x`, `platform.x`, `step.x` → the agency whose it is."""
    owned = {f"{kind}.{of}": name for name in scenario.agencies for kind, of in belonging(scenario, name)}
    steps = {f"step.{name}": step.agency for name, step in scenario.steps.items() if step.agency is not None}
    return owned | steps
