"""What an outage does, worked out by hand."""

import numpy as np
import pytest

from metrics.outages import HOUR, Inside, harm


def levels(*mean: float, hours: float = 0.0) -> Inside:
    """So many inside in each hour from 0 on."""
    return Inside(np.arange(len(mean) + 1, dtype=np.int64) * HOUR, np.array(mean), hours)


def test_the_queue_that_it_adds_how_long_it_lasts_and_what_is_lost() -> None:
    base = levels(2, 2, 2, 2, 2, 2, hours=12)
    hit = levels(2, 6, 22, 12, 4, 2.9, hours=40)
    of = harm(base, hit, 1 * HOUR, 3 * HOUR)
    assert of.queue == 20
    assert of.recovery == 2  # two more are inside until 5 h; 0.9 of one is less than one
    assert of.lost == 28


def test_a_twentieth_of_a_long_queue_may_be_left() -> None:
    base, hit = levels(0, 0, 0, 0, 0), levels(0, 200, 40, 10, 9)
    assert harm(base, hit, HOUR, 2 * HOUR).recovery == 2


def test_it_has_recovered_only_if_it_does_not_come_back() -> None:
    base, hit = levels(1, 1, 1, 1, 1), levels(1, 5, 1, 1, 4)
    assert harm(base, hit, HOUR, 2 * HOUR).recovery == 3


def test_what_adds_nobody_has_recovered_at_once() -> None:
    base, hit = levels(3, 3, 3, hours=9), levels(3, 2, 3, hours=8.5)
    of = harm(base, hit, HOUR, 2 * HOUR)
    assert (of.queue, of.recovery, of.lost) == (0.0, 0.0, -0.5)


def test_what_was_more_before_the_outage_is_none_of_its_doing() -> None:
    assert harm(levels(0, 0, 0), levels(9, 0, 0), HOUR, 2 * HOUR).queue == 0


def test_a_run_that_has_ended_is_empty() -> None:
    """The undisturbed one ends earlier, within a bin of the other."""
    base = Inside(np.array([0, HOUR, HOUR * 3 // 2], dtype=np.int64), np.array([4.0, 2.0]), 0.0)
    of = harm(base, levels(4, 6, 6), 0, HOUR)
    assert of.queue == pytest.approx(6)
    assert of.recovery == 2
