"""The formulas of several stations against values worked out elsewhere."""

import numpy as np
import pytest

from metrics import theory_networks as theory
from metrics.theory import mmc
from metrics.theory_networks import Row, Station


def close(value, expected):
    assert value == pytest.approx(expected, rel=2e-6)


def test_jackson():
    stations = {
        "pack": Station(2.4, 2, {"check": 1.0}),
        "check": Station(1.5, 1, {"pack": 0.2, "dispatch": 0.8}),
        "dispatch": Station(5, 3, {}),
    }
    queues, dwell = theory.jackson({"pack": 24 / 60}, stations)
    close([q.sojourn for q in queues.values()], [3.75, 6, 7.222222])
    close([q.inside for q in queues.values()], [1.875, 3, 2.888889])
    close(dwell, 19.409722)


def test_fork_and_join():
    close(theory.fork_join_two(0.6, 1), 3.5625)


def test_fork_and_join_agrees_with_its_chain():
    """Two queues with the same arrivals, cut at 60: who comes waits for the longer of two Erlang times."""

    def moves(state):
        left, right = state
        if max(state) < 60:
            yield 0.6, (left + 1, right + 1)
        if left:
            yield 1.0, (left - 1, right)
        if right:
            yield 1.0, (left, right - 1)

    p = theory.stationary((0, 0), moves)
    inside = sum(q * max(state) for state, q in p.items())  # each has at least one part at the longer queue
    close(inside / 0.6, 3.5625)


def test_two_queues_of_which_the_shorter_is_joined_lie_between_one_queue_and_two_apart():
    found = theory.shorter_of_two(1.2, 1)
    assert mmc(1.2, 1, 2).sojourn < found < mmc(0.6, 1, 1).sojourn


def test_two_queues_under_light_load_have_no_wait():
    close(theory.shorter_of_two(1e-6, 1), 1)


def test_two_queues_under_heavy_load_are_nearly_one():
    """Foschini & Salz (1978): (1 − ρ)·T → that of M/M/2 as ρ → 1."""
    ratio = theory.shorter_of_two(1.9, 1, 150) / mmc(1.9, 1, 2).sojourn
    assert 1 < ratio < 1.06


def test_a_stock_ordered_up_to_its_level():
    """Mean 2 on order, level 3: P(below 3) = 5e⁻²; Σ (n − 3)⁺p_n = 2 − 3 + (3 + 4 + 2)e⁻² = 9e⁻² − 1."""
    at_once, wait = theory.ordered_up(0.5, 4, 3)
    close((at_once, wait * 0.5), (5 * np.exp(-2), 9 * np.exp(-2) - 1))


@pytest.mark.parametrize(("waiting", "throughput"), [(0, 2 / 3), (1, 3 / 4), (2, 4 / 5)])
def test_two_equal_desks_that_always_have_work(waiting, throughput):
    close(theory.saturated_row(Row((1, 1), (waiting + 1,))), throughput)


def test_unequal_desks_that_always_have_work():
    close(theory.saturated_row(Row((5, 4), (2,))) * 60, 9.918699)


def test_three_desks_that_always_have_work():
    """Hunt (1956)."""
    close(theory.saturated_row(Row((1, 1, 1), (1, 1))), 22 / 39)


@pytest.mark.parametrize(
    ("waiting", "dwell", "held"),
    [(0, 42.593985, 2.828571), (1, 29.326026, 1.496062), (3, 25.589401, 0.485989)],
)
def test_two_desks_with_arrivals(waiting, dwell, held):
    close(theory.open_row(6 / 60, Row((5, 6), (waiting + 1,))), (dwell, held))


def test_two_desks_with_a_large_yard_between_are_two_queues():
    dwell, held = theory.open_row(6 / 60, Row((5, 6), (60,)), limit=120)
    close(dwell, 10 + 15)
    assert held < 1e-3


def test_a_vehicle_that_leaves_when_somebody_waits():
    close(theory.bulk_any(20 / 60, 10, 5), (18.936125, 0.961844))


def test_a_vehicle_with_one_seat_is_a_queue_with_one_server():
    close(theory.bulk_any(4 / 60, 10, 1), (20, 4 / 6))
    close(theory.bulk_full(4 / 60, 10, 1), (20, 4 / 6))


def test_a_vehicle_that_leaves_when_full():
    close(theory.bulk_full(20 / 60, 10, 5), (15.687317, 2 / 3))


@pytest.mark.parametrize("bulk", [theory.bulk_any, theory.bulk_full])
def test_a_vehicle_too_small_has_no_steady_state(bulk):
    with pytest.raises(ValueError, match="no steady state"):
        bulk(30 / 60, 10, 5)
