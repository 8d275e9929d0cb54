"""A heap of whole numbers in a part of an array: stirred groups, and the units of a pool that came back."""

from __future__ import annotations

from sim.jit import inlined


@inlined
def put_number(heap, first, size, number):
    """Add a number to the `size` numbers from the place `first` on."""
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if heap[first + up] <= number:
            break
        heap[first + i] = heap[first + up]
        i = up
    heap[first + i] = number


@inlined
def take_lowest(heap, first, size):
    """Take the lowest of `size` numbers; one less is left."""
    lowest, n, i = heap[first], size - 1, 0
    last = heap[first + n]
    while True:
        kid = 2 * i + 1
        if kid >= n:
            break
        if kid + 1 < n and heap[first + kid + 1] < heap[first + kid]:
            kid += 1
        if heap[first + kid] >= last:
            break
        heap[first + i] = heap[first + kid]
        i = kid
    heap[first + i] = last
    return lowest
