"""Chance: known answers, the compiled twin, quantiles, and light checks of independence (law §2)."""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_right

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.grid import CELLS, OCTAVES, SIDE, SIZE, tail_probabilities
from scenarios.resolved import CERTAIN
from sim import chance
from sim.draws import consecutive
from sim.draws import draw as compiled_draw

WORD = st.integers(0, 2**32 - 1)
DRAWS = st.integers(0, CERTAIN - 1)

# ---- Philox


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
def test_known_answers_of_random123(counter: str, key: str, words: str) -> None:
    """philox4x32-10 in the file `kat_vectors` of Random123 (Salmon et al. 2011)."""
    assert chance.philox(_words(counter), _words(key)) == tuple(_words(words))


def _words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


def test_an_address_is_laid_out_as_the_law_says() -> None:
    """Counter (number; day, child; visit, purpose; replication); 52 upper bits of the first two words."""
    key = 0xA4093822_299F31D0
    words = chance.philox((7, 20159 << 16 | 3, 5 << 8 | 2, 11), (key & 0xFFFFFFFF, key >> 32))
    assert chance.draw(key, 20159, 7, 3, 5, 2, 11) == (words[0] << 20) | (words[1] >> 12)


@given(WORD, WORD, WORD, WORD, WORD, WORD)
def test_the_compiled_twin_draws_the_same(k0: int, k1: int, c0: int, c1: int, c2: int, c3: int) -> None:
    plain = chance.draw(k0 | k1 << 32, c1 >> 16, c0, c1 & 0xFFFF, c2 >> 8, c2 & 0xFF, c3)
    assert int(compiled_draw(k0, k1, c0, c1, c2, c3)) == plain


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 20), st.integers(0, 8))
def test_a_row_of_compiled_draws_is_the_same_one_by_one(key: int, day: int, first: int, purpose: int) -> None:
    row = consecutive(key, day, first, 9, purpose, 4)
    assert row.tolist() == [chance.draw(key, day, first + i, 0, 0, purpose, 4) for i in range(9)]


def test_a_key_is_the_hash_of_seed_kind_name_flow_and_source() -> None:
    text = b"1\x1fstep\x1fscan\x1ftruck\x1fx0"
    hashed = hashlib.blake2b(text, digest_size=8).digest()
    assert chance.key(1, "step", "scan", "truck", "x0") == int.from_bytes(hashed, "little")
    keys = {
        chance.key(*address)
        for address in [
            (1, "step", "scan", "truck", "x0"), (2, "step", "scan", "truck", "x0"),
            (1, "flow", "scan", "truck", "x0"), (1, "step", "scam", "truck", "x0"),
            (1, "step", "scan", "van", "x0"), (1, "step", "scan", "truck", "x1"),
            (1, "step", "scantruck", "", "x0"),
        ]
    }  # fmt: skip
    assert len(keys) == 7


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match=str(seed)):
        chance.key(seed, "step", "scan")


def test_two_names_with_one_hash_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chance, "key", lambda seed, *address: len(address[1]))
    with pytest.raises(chance.HashClash, match=r"'bank'.*'dock'.*rename"):
        chance.distinct_keys(1, [("step", "dock", "", ""), ("step", "bank", "", "")])
    assert len(chance.distinct_keys(1, [("step", "dock", "", ""), ("step", "dock", "", "")])) == 1


# ---- quantiles
def _as_table(ascending: list[int]) -> tuple[int, ...]:
    """Ascending values as the lower side from the median down, then the upper side up."""
    return (*reversed(ascending[:SIDE]), *ascending[SIDE:])


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, ...]:
    """Any monotone table: random steps of random size (cheaper to draw than SIZE numbers)."""
    seed, top = draw(st.integers(0, 2**32)), draw(st.sampled_from([1, 50, 10**4, 2**40]))
    values = np.sort(np.random.default_rng(seed).integers(0, top, SIZE - 1))
    middle = int(values[SIDE - 1])
    return (*values[SIDE - 1 :: -1].tolist(), middle, *values[SIDE:].tolist())


@given(tables(), DRAWS, DRAWS)
def test_a_quantile_never_falls_and_stays_within_the_table(
    table: tuple[int, ...], one: int, other: int
) -> None:
    low, high = sorted((one, other))
    assert min(table) <= chance.quantile(table, low) <= chance.quantile(table, high) <= max(table)


@given(tables(), st.integers(0, OCTAVES * CELLS - 1))
def test_a_quantile_is_exact_at_the_nodes(table: tuple[int, ...], node: int) -> None:
    """The first draw beyond a node's probability has the node's own value, on both sides of the median."""
    beyond = int(tail_probabilities()[node] * CERTAIN)  # a whole number: a multiple of 2**20
    assert chance.quantile(table, beyond - 1) == table[node]
    assert chance.quantile(table, CERTAIN - beyond) == table[SIDE + node]


def test_a_quantile_follows_the_straight_line_between_nodes() -> None:
    """Against exact rational arithmetic on the uniform table 0 … 2**40."""
    tail = tail_probabilities()
    lower = [round(p * 2**40) for p in tail]
    table = (*lower, *(2**40 - value for value in lower))
    for draw in np.random.default_rng(1).integers(0, CERTAIN, 2000).tolist():
        assert abs(chance.quantile(table, draw) - (draw + 0.5) / CERTAIN * 2**40) < 2**40 * 2.0**-25


def test_the_extreme_draws_give_the_ends_of_the_table() -> None:
    table = _as_table(list(range(SIZE)))
    assert chance.quantile(table, 0) == 0
    assert chance.quantile(table, CERTAIN - 1) == SIZE - 1
    assert chance.quantile((42,), 0) == chance.quantile((42,), CERTAIN - 1) == 42


@given(st.lists(st.integers(1, CERTAIN - 1), max_size=6, unique=True), DRAWS)
def test_steps_give_exactly_the_stated_values(cuts: list[int], draw: int) -> None:
    upto = [*sorted(cuts), CERTAIN]
    values = [10 * n for n in range(len(upto))]
    expected = values[bisect_right(upto, draw)]
    if len(upto) > 1:
        assert chance.quantile((*upto, *values), draw) == expected
    assert values[chance.choose(upto, draw)] == expected


def test_a_mix_that_does_not_reach_certainty_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"the last threshold of a mix must be 2\*\*52, got 7"):
        chance.choose([3, 7], 9)


@given(DRAWS, st.integers(0, 1000))
def test_below_compares_exactly(draw: int, per_mille: int) -> None:
    assert chance.below(draw, per_mille) == (draw * 1000 < per_mille * CERTAIN)


# ---- independence, lightly: fixed addresses, so the verdict is always the same
def _uniforms(n: int, **address: int) -> np.ndarray:
    """Draws of consecutive entities as numbers in (0, 1)."""
    at = {"day": 20159, "first": 0, "purpose": 0, "replication": 0} | address
    key = chance.key(1, "step", "scan", "truck", "x0")
    row = consecutive(key, at["day"], at["first"], n, at["purpose"], at["replication"])
    return (row + 0.5) / CERTAIN


NEIGHBOURS = {
    "the next entity": {"first": 1},
    "the next day": {"day": 20160},
    "another purpose": {"purpose": 1},
    "the next replication": {"replication": 1},
}


def test_draws_are_uniform() -> None:
    """χ² over 64 cells and Kolmogorov–Smirnov, each refused at one in a thousand."""
    from scipy import stats

    u = _uniforms(20_000)
    assert stats.chisquare(np.bincount((u * 64).astype(int), minlength=64)).pvalue > 0.001
    assert stats.kstest(u, "uniform").pvalue > 0.001


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_neighbouring_addresses_are_independent(neighbour: str) -> None:
    """χ² over 16 × 16 pairs, and no correlation (of 20,000: |r| < 3.3/√n), between one draw and its twin."""
    from scipy import stats

    one, other = _uniforms(20_000), _uniforms(20_000, **NEIGHBOURS[neighbour])
    pairs = np.bincount((one * 16).astype(int) * 16 + (other * 16).astype(int), minlength=256)
    assert stats.chisquare(pairs).pvalue > 0.001
    assert abs(np.corrcoef(one, other)[0, 1]) < 3.3 / math.sqrt(len(one))


def test_two_names_are_independent() -> None:
    one = _uniforms(20_000)
    key = chance.key(1, "step", "stamp", "truck", "x0")
    other = (consecutive(key, 20159, 0, 20_000, 0, 0) + 0.5) / CERTAIN
    assert abs(np.corrcoef(one, other)[0, 1]) < 3.3 / math.sqrt(len(one))
