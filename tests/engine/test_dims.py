"""Symbolic sizes against plain numbers: whatever the symbols stand for, the arithmetic gives the same."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dims import Dim, Size, bind, ceil_div, product
from engine.spec import BATCH, Spec, promote, shape_text

N, T, U = Size("N"), Size("T"), Size("U")
BINDINGS = [{"N": 3, "T": 7, "U": 2}, {"N": 1, "T": 1, "U": 1}, {"N": 64, "T": 13, "U": 100}, {"N": 5, "T": 8, "U": 8}]


@dataclass(frozen=True)
class Pair:
    """A size and what it is under each of the BINDINGS, computed beside it with plain numbers."""

    size: Dim
    numbers: tuple[int, ...]


LEAVES = st.one_of(
    st.integers(-3, 9).map(lambda n: Pair(n, (n,) * len(BINDINGS))),
    st.sampled_from([Pair(s, tuple(sizes[s.symbol] for sizes in BINDINGS)) for s in (N, T, U)]),
)


def grown(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    def add(a: Pair, b: Pair) -> Pair:
        return Pair(a.size + b.size, tuple(x + y for x, y in zip(a.numbers, b.numbers, strict=True)))

    def subtract(a: Pair, b: Pair) -> Pair:
        return Pair(a.size - b.size, tuple(x - y for x, y in zip(a.numbers, b.numbers, strict=True)))

    def multiply(a: Pair, b: Pair) -> Pair:
        return Pair(a.size * b.size, tuple(x * y for x, y in zip(a.numbers, b.numbers, strict=True)))

    def floor(a: Pair, k: int) -> Pair:
        return Pair(a.size // k, tuple(x // k for x in a.numbers))

    def ceiling(a: Pair, k: int) -> Pair:
        return Pair(ceil_div(a.size, k), tuple(-(-x // k) for x in a.numbers))

    def opposite(a: Pair) -> Pair:
        return Pair(-a.size, tuple(-x for x in a.numbers))

    divisors = st.integers(1, 4)
    return st.one_of(
        *(st.builds(rule, inner, inner) for rule in (add, subtract, multiply)),
        st.builds(floor, inner, divisors),
        st.builds(ceiling, inner, divisors),
        st.builds(opposite, inner),
    )


PAIRS = st.recursive(LEAVES, grown, max_leaves=8)


def test_arithmetic_is_that_of_the_bound_numbers(scale: int) -> None:
    @settings(max_examples=300 * scale)
    @given(PAIRS)
    def check(pair: Pair) -> None:
        assert tuple(bind(pair.size, sizes) for sizes in BINDINGS) == pair.numbers

    check()


def test_sizes_that_read_alike_are_alike(scale: int) -> None:
    """The text names a derived symbol, so two sizes with one text must be one number, whatever is bound."""
    seen: dict[str, Pair] = {}

    @settings(max_examples=500 * scale)
    @given(PAIRS)
    def check(pair: Pair) -> None:
        other = seen.setdefault(str(pair.size), pair)
        assert other.numbers == pair.numbers, str(pair.size)

    check()


@settings(max_examples=400)
@given(st.lists(PAIRS, min_size=2, max_size=6))
def test_equal_sizes_are_equal_numbers_and_hash_alike(pairs: list[Pair]) -> None:
    for a in pairs:
        for b in pairs:
            if a.size == b.size:
                assert a.numbers == b.numbers
                assert hash(a.size) == hash(b.size)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (2 * (T + 3), T + T + 6),
        ((2 * T + 1) - T, T + 1),
        (T - T, 0),
        (0 * T, 0),
        (4 * T // 2, 2 * T),
        ((4 * T + 5) // 4, T + 1),
        (T + U, U + T),
        (T * U, U * T),
        ((T + 1) // 2, ceil_div(T, 2)),
        (3 - T, -T + 3),
        (product((N, 28, 28)), 784 * N),
        ((2 * T) * (3 * U), 6 * (T * U)),
    ],
    ids=str,
)
def test_the_same_size_in_two_ways_is_identical(left: Dim, right: Dim) -> None:
    assert left == right
    assert hash(left) == hash(right)


@pytest.mark.parametrize(("left", "right"), [(T, U), (T, T + 1), (T, 5), (T // 2, T), (T * U, T + U), (N, T)], ids=str)
def test_what_may_differ_is_not_equal(left: Dim, right: Dim) -> None:
    assert left != right


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (N, "N"),
        (2 * T + 1, "2·T + 1"),
        (T - 3, "T − 3"),
        (-T + 3, "−T + 3"),
        ((T + 1) // 2, "⌊(T + 1)/2⌋"),
        (3 * (T // 2) - 1, "3·⌊T/2⌋ − 1"),
        (T * U, "T·U"),
        ((T + 1) * U, "(T + 1)·U"),
        (T + U, "T + U"),
        (2 * (T + U), "2·(T + U)"),
        (2 * ((T + 1) // 2 + U), "2·(U + ⌊(T + 1)/2⌋)"),
        (ceil_div(T, 2), "⌊(T + 1)/2⌋"),
        ((T // 2) * U, "U·⌊T/2⌋"),
    ],
)
def test_the_text_of_a_size(size: Dim, text: str) -> None:
    assert str(size) == text


def test_the_same_text_never_hides_two_sizes() -> None:
    """Twice a sum whose first part is a floor, and a sum whose first part is twice a floor."""
    twice_the_sum, sum_of_twice = 2 * ((T + 1) // 2 + U // 3), 2 * ((T + 1) // 2) + U // 3
    assert twice_the_sum * U != sum_of_twice * U


def test_a_symbol_without_a_number_is_named() -> None:
    with pytest.raises(KeyError, match="T"):
        bind(T * U + 1, {"U": 3})


def test_a_long_chain_of_halvings_stays_short_and_binds() -> None:
    """Every level would double the text of the one before, and nest its formula one deeper."""
    size: Dim = T
    for _ in range(3000):
        size = size // 2 + size // 3
    assert len(str(size)) < 200
    assert bind(size, {"T": 10**6}) < 10**6


def test_a_shortened_size_is_still_itself() -> None:
    def long_size(first: Dim) -> Dim:
        size = first
        for _ in range(60):
            size = size // 2 + size // 3
        return size

    assert long_size(T) == long_size(T)
    assert long_size(T) != long_size(U)
    assert long_size(T) != long_size(T + 1)


def test_a_spec_is_written_and_bound() -> None:
    spec = Spec((BATCH, 2 * T + 1, 8))
    assert str(spec) == "(N, 2·T + 1, 8)"
    assert spec.bound({"N": 4, "T": 3}) == (4, 7, 8)
    assert spec.rank == 3
    assert shape_text((BATCH,)) == "(N,)"
    assert shape_text(()) == "()"


def test_promotion_is_torchs() -> None:
    import torch

    for left in ("bool", "int64", "float32"):
        for right in ("bool", "int64", "float32"):
            theirs = torch.promote_types(getattr(torch, left), getattr(torch, right))
            assert str(theirs) == f"torch.{promote(left, right)}"
