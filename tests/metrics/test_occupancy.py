"""Step functions against counting by hand, instant by instant."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from metrics.occupancy import StepFunction, clipped, combine, constant, counting, from_changes, from_settings

END = 60
stays = st.lists(st.tuples(st.integers(-20, END), st.integers(0, 30)), max_size=12)
windows = st.tuples(st.integers(-5, END), st.integers(0, 40)).map(lambda w: (w[0], w[0] + w[1]))


def columns(pairs):
    since = np.array([a for a, _ in pairs], dtype=np.int64)
    return since, since + np.array([b for _, b in pairs], dtype=np.int64)


@given(stays, windows)
def test_the_area_under_a_queue_is_the_sum_of_the_waits_in_it(pairs, window):
    since, until = columns(pairs)
    queue = counting(since, until)
    assert queue.area(*window) == int(clipped(since, until, window).sum())
    assert queue.area(-30, 200) == sum(length for _, length in pairs)


@given(stays, windows)
def test_values_are_those_of_counting(pairs, window):
    since, until = columns(pairs)
    queue = counting(since, until)
    instants = np.arange(-25, 100, dtype=np.int64)
    counted = [int(np.count_nonzero((since <= t) & (t < until))) for t in instants]
    before = [int(np.count_nonzero((since < t) & (t <= until))) for t in instants]
    assert queue.at(instants).tolist() == counted
    assert queue.just_before(instants).tolist() == before


@given(stays, st.lists(st.integers(-30, 100), min_size=2, max_size=8, unique=True))
def test_areas_between_edges(pairs, edges):
    queue = counting(*columns(pairs))
    ordered = sorted(edges)
    one_by_one = [queue.area(a, b) for a, b in pairwise(ordered)]
    assert queue.areas(np.array(ordered, dtype=np.int64)).tolist() == one_by_one


@given(stays, windows)
def test_the_maximum_is_reached_where_it_says(pairs, window):
    since, until = columns(pairs)
    queue = counting(since, until)
    instants = np.arange(*window, dtype=np.int64)
    seen = [*queue.at(instants).tolist(), *queue.just_before(np.array(window[:1])).tolist()]
    most, when = queue.maximum(*window)
    assert most == max(seen)
    assert most in (*queue.at(np.array([when])), *queue.just_before(np.array([when])))


@given(stays, stays, windows)
def test_combining_is_value_by_value(one, other, window):
    f, g = counting(*columns(one)), counting(*columns(other))
    least = combine(np.minimum, f, g)
    instants = np.arange(*window, dtype=np.int64)
    assert np.array_equal(least.at(instants), np.minimum(f.at(instants), g.at(instants)))
    assert least.area(*window) == int(np.minimum(f.at(instants), g.at(instants)).sum())


def test_of_settings_at_one_instant_the_last_counts():
    f = from_settings(np.array([5, 5, 9]), np.array([3, 7, 0]))
    assert (f.times.tolist(), f.values.tolist()) == ([5, 9], [7, 0])


def test_changes_may_come_in_any_order():
    f = from_changes(np.array([9, 5]), np.array([-2, 2]), before=1)
    assert f.at(np.array([4, 5, 9])).tolist() == [1, 3, 1]


def test_an_area_beyond_int64_is_still_exact():
    f = StepFunction(np.array([0]), np.array([1 << 40]))
    assert f.area(0, 1 << 40) == 1 << 80


def test_an_empty_window_has_no_area():
    assert constant(4).area(3, 3) == 0
    assert constant(4).maximum(3, 3) == (4, 3)
