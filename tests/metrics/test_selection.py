"""Ranking and selection: check values, and that the best is picked as often as promised, by repetition."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from scipy.stats import binomtest

from metrics.selection import (
    CONFIRMING,
    Race,
    boundary,
    front,
    leeway,
    longest,
    probably_right,
    stands,
    unseen,
)
from metrics.statistics import Floats

FIRST = 10


@pytest.mark.parametrize(
    ("systems", "first", "eta", "h2"),
    [(2, 10, 0.3341, 6.013), (5, 10, 0.6350, 11.429), (10, 10, 0.8591, 15.464), (50, 10, 1.4806, 26.650),
     (10, 20, 0.3029, 11.511)],
)  # fmt: skip
def test_the_boundary_is_kim_and_nelsons(systems: int, first: int, eta: float, h2: float) -> None:
    found = boundary(0.05 / (systems - 1), first)
    assert found == pytest.approx(h2, abs=5e-4)
    assert found / 2 / (first - 1) == pytest.approx(eta, abs=5e-5)


def test_the_leeway_narrows_to_nothing() -> None:
    h2 = boundary(0.05 / 4, 10)
    assert leeway(h2, np.array(8.0), 1.0, 20) == pytest.approx(1.785882, abs=5e-7)
    assert longest(h2, 8.0, 1.0) == 92
    assert leeway(h2, np.array(8.0), 1.0, 91) > 0
    assert leeway(h2, np.array(8.0), 1.0, 92) == 0


def test_the_estimate_is_less_by_whatever_may_be_wrong() -> None:
    """Paired with a constant, each difference has the other's own variance."""
    x = np.tile([[-1.0], [1.0]], 50).reshape(1, 100)
    costs = np.vstack([np.zeros(100), 0.2 + x, 0.3 + x])
    spread = float(x.std(ddof=1)) / 10
    wrong = sum(0.5 * math.erfc(gap / spread / math.sqrt(2)) for gap in (0.2, 0.3))
    assert probably_right(costs, [], 0) == pytest.approx(1 - wrong, rel=1e-9)
    out = np.array([[1.0] * 100, [-1.0] * 100, [-1.0] * 100])
    assert probably_right(costs, [out], 0) == 1.0
    assert probably_right(costs, [-out], 0) == 0.0


# ---- a race ------------------------------------------------------------------------------------------------


def run(costs: Floats, slacks: list[Floats], indifference: float, tolerances: list[float]) -> Race:
    """To its end, on as many replications as there are."""
    race = Race(costs[:, :FIRST], [s[:, :FIRST] for s in slacks], indifference, tolerances)
    while not race.over:
        assert race.count < costs.shape[1], "not decided"
        alive, r = race.alive, race.count
        race.take(costs[alive, r], np.array([s[alive, r] for s in slacks]))
    return race


def days(
    chance: np.random.Generator, means: list[float], sd: float, alike: float, count: int = 600
) -> Floats:
    """Figures of systems that meet the same days: so alike are any two of them."""
    common, own = chance.normal(0, sd, count), chance.normal(0, sd, (len(means), count))
    found: Floats = np.array(means)[:, None] + math.sqrt(alike) * common + math.sqrt(1 - alike) * own
    return found


def test_what_costs_the_same_every_day_needs_no_days() -> None:
    race = run(np.repeat([[3.0], [1.0], [2.0], [1.0]], FIRST, axis=1), [], 0.5, [])
    assert (race.winner, race.count) == (1, FIRST)  # of equals the first
    assert race.fate == ["costs more", "feasible", "costs more", "feasible"]


def test_the_cheapest_that_meets_the_target_is_chosen_and_the_cheaper_ones_miss_it() -> None:
    chance = np.random.default_rng(1)
    costs = np.repeat([[1.0], [2.0], [3.0]], 600, axis=1)
    slack = days(chance, [-0.2, 0.2, 0.4], 0.1, 0.5)
    race = run(costs, [slack], 0.5, [0.05])
    assert race.fate == ["misses", "feasible", "costs more"]


def test_where_all_miss_nobody_wins() -> None:
    chance = np.random.default_rng(2)
    race = run(np.ones((2, 600)), [days(chance, [-0.2, -0.5], 0.1, 0.0)], 0.5, [0.05])
    assert race.over
    assert race.winner is None


def test_a_single_system_wins_if_it_meets_its_targets() -> None:
    assert run(np.ones((1, 600)), [np.full((1, 600), 0.1)], 0.5, [0.05]).winner == 0
    assert run(np.ones((1, 600)), [], 0.5, []).winner == 0


def picks(kind: str, times: int, alike: float, seed: int) -> int:
    """How often the best is picked where it is hardest: all others worse by exactly what matters."""
    chance, right = np.random.default_rng(seed), 0
    sd = math.sqrt(FIRST)
    for _ in range(times):
        if kind == "selection":
            race = run(days(chance, [0.0, 1, 1, 1, 1], sd, alike), [], 1.0, [])
            right += race.winner == 0
        else:  # the cheapest two miss by the tolerance, the third meets by it, the others cost more
            costs = days(chance, [-2.0, -1.0, 0.0, 1.0, 1.0], sd, alike)
            slack = days(chance, [-1.0, -1.0, 1.0, 1.0, 1.0], sd, alike)
            race = run(costs, [slack], 1.0, [1.0])
            right += race.winner == 2
    return right


def keeps_its_promise(right: int, times: int) -> bool:
    """No fewer than 95 %, as far as a binomial test at 1 % can tell."""
    return binomtest(right, times, 0.95, alternative="less").pvalue >= 0.01


@pytest.mark.parametrize(("kind", "alike"), [("selection", 0.0), ("selection", 0.8), ("targets", 0.5)])
def test_the_best_is_picked_at_least_as_often_as_promised(kind: str, alike: float) -> None:
    assert keeps_its_promise(picks(kind, 100, alike, 3), 100)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["selection", "targets"])
@pytest.mark.parametrize("alike", [0.0, 0.5, 0.8])
def test_the_best_is_picked_at_least_as_often_as_promised_in_thousands(kind: str, alike: float) -> None:
    assert keeps_its_promise(picks(kind, 3000, alike, 4), 3000)


# ---- where figures are not normal --------------------------------------------------------------------------

Draw = Callable[[np.random.Generator, int], Floats]

OFTEN = 1 / 20
"""Of days that have an outage."""


def outages(chance: np.random.Generator, count: int) -> Floats:
    """What is to spare: enough on a usual day, on a day with an outage far too little."""
    found: Floats = np.where(chance.random(count) < OFTEN, -1.25, 0.05) + chance.normal(0, 0.002, count)
    return found


def heavy(chance: np.random.Generator, count: int) -> Floats:
    """Lognormal, cv 2: most days are fine, a few are terrible."""
    sigma = math.sqrt(math.log(5))
    found: Floats = 0.1 - 0.115 * chance.lognormal(-(sigma**2) / 2, sigma, count)
    return found


def wrong_choices(draw: Draw, times: int, first: int, fresh: int = 0) -> Iterator[tuple[bool, int]]:
    """Of choices of a system that misses by 1.5 tolerances: whether it stands, and on how many days.

    fresh : days that took no part in the choice, on which it is judged too
    """
    chance, most = np.random.default_rng(5), 100
    costs = np.repeat([[1.0], [2.0]], most, axis=1)
    for _ in range(times):
        slack = np.stack([draw(chance, most), chance.normal(0.05, 0.001, most)])
        race = Race(costs[:, :first], [slack[:, :first]], 0.01, [0.01])
        while not race.over and race.count < most:
            alive, r = race.alive, race.count
            race.take(costs[alive, r], slack[None, alive, r])
        if race.winner == 0:
            seen = [slack[i, : race.costs.count[i]] for i in (0, 1)]
            seen[0] = np.concatenate([seen[0], draw(chance, fresh)])
            yield stands(race, list(costs), [seen]), race.count + fresh


def test_of_skewed_figures_nothing_is_promised_that_halls_interval_does_not_confirm() -> None:
    times = 200
    wrong = [confirmed for confirmed, _ in wrong_choices(heavy, times, 10)]
    assert not keeps_its_promise(times - len(wrong), times), "the race by itself promises too much"
    assert keeps_its_promise(times - sum(wrong), times)


def test_an_outage_that_was_not_seen_is_one_that_the_certificate_allows_for() -> None:
    """Nothing can know what it has not met; how much of it there may be is told, and that bound holds."""
    times = 200
    wrong = list(wrong_choices(outages, times, 20))
    assert not keeps_its_promise(times - len(wrong), times), "the race by itself promises too much"
    beyond = sum(confirmed and unseen(days) < OFTEN for confirmed, days in wrong)
    assert keeps_its_promise(times - beyond, times)
    on_fresh_days = [confirmed for confirmed, _ in wrong_choices(outages, times, 20, CONFIRMING)]
    assert keeps_its_promise(times - sum(on_fresh_days), times), "fresh days meet the outage"
    assert unseen(59) < OFTEN < unseen(58)
    assert unseen(30) == pytest.approx(0.095034, abs=5e-7)


# ---- cost against service ----------------------------------------------------------------------------------


def test_the_front_is_of_those_that_no_other_one_beats() -> None:
    chance = np.random.default_rng(5)
    noise = chance.normal(0, 0.01, 30)
    costs = np.repeat([[1.0], [2.0], [2.0], [3.0]], 30, axis=1)
    services = np.array([[0.5], [0.8], [0.7], [0.8]]) + noise
    assert front(costs, services).tolist() == [True, True, False, False]


def test_noise_alone_takes_nobody_off_the_front() -> None:
    chance = np.random.default_rng(6)
    costs = np.repeat([[1.0], [1.0]], 30, axis=1)
    services = 0.8 + chance.normal(0, 0.1, (2, 30))
    assert front(costs, services).all()
