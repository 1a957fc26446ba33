"""Tokens are chosen as the settings say, and decoding finds what is likeliest."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.inside.generating.choosing import Chooser, Choosing, distribution
from engine.inside.generating.context import Context
from engine.inside.generating.decoding import beam_search, chosen
from engine.inside.generating.errors import GeneratingError

SCORES = torch.tensor([0.5, 0.25, 0.125, 0.125]).log()


# -- choosing ----------------------------------------------------------------------------------------------------------


def test_temperature_top_k_and_top_p_on_a_distribution_by_hand() -> None:
    def chances(**choice: float) -> list[float]:
        return distribution(SCORES, Choosing(**choice)).tolist()  # type: ignore[arg-type]

    assert chances() == pytest.approx([0.5, 0.25, 0.125, 0.125])
    assert chances(temperature=0) == chances(temperature=5e-324) == [1, 0, 0, 0]
    assert chances(temperature=0.5) == pytest.approx([16 / 22, 4 / 22, 1 / 22, 1 / 22])  # squares
    assert chances(top_k=2) == pytest.approx([2 / 3, 1 / 3, 0, 0])
    assert chances(top_k=3) == pytest.approx([4 / 7, 2 / 7, 1 / 7, 0])  # of equal ones the first
    assert chances(top_p=0.5) == [1, 0, 0, 0]
    assert chances(top_p=0.51) == pytest.approx([2 / 3, 1 / 3, 0, 0])
    assert chances(top_p=1.0) == pytest.approx([0.5, 0.25, 0.125, 0.125])
    assert chances(top_k=3, top_p=0.6) == pytest.approx([2 / 3, 1 / 3, 0, 0])
    assert distribution(SCORES, Choosing(), banned={0}).tolist() == pytest.approx([0, 0.5, 0.25, 0.25])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-20, 20), min_size=1, max_size=12),
    st.floats(0, 5),
    st.none() | st.integers(1, 15),
    st.none() | st.floats(0.01, 1),
)
def test_what_may_be_chosen_are_the_likeliest(
    scores: list[float], temperature: float, top_k: int | None, top_p: float | None
) -> None:
    values = torch.tensor(scores, dtype=torch.float64)
    found = distribution(values, Choosing(temperature, top_k, top_p))
    assert float(found.sum()) == pytest.approx(1)
    left = found > 0
    assert 1 <= int(left.sum()) <= (top_k or len(scores))
    lowest = float(values[left].min())
    assert not (values > lowest + 1e-9)[~left].any()


def test_one_seed_chooses_the_same_and_as_often_as_is_likely() -> None:
    def drawn(seed: int, count: int = 4000) -> list[int]:
        chooser = Chooser(Choosing(seed=seed))
        return [chooser.choose(SCORES) for _ in range(count)]

    state = torch.random.get_rng_state()
    first = drawn(1)
    assert torch.equal(state, torch.random.get_rng_state())  # a training beside it draws from this one
    assert first[:50] == drawn(1, 50) != drawn(2, 50)
    counts = Counter(first)
    assert [counts[token] / 4000 for token in range(4)] == pytest.approx([0.5, 0.25, 0.125, 0.125], abs=0.03)


@pytest.mark.parametrize(
    "wrong",
    [{"temperature": -1.0}, {"temperature": math.nan}, {"top_k": 0}, {"top_p": 0.0}, {"top_p": 1.5}, {"seed": -1}],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(GeneratingError, match="give"):
        Choosing(**wrong)  # type: ignore[arg-type]


# -- decoding ----------------------------------------------------------------------------------------------------------


class Drawn:
    """Steps whose scores depend on all tokens so far, drawn from a seed."""

    def __init__(self, seed: int, symbols: int) -> None:
        self.seed, self.symbols = seed, symbols

    def begin(self, tokens: Sequence[int]) -> tuple[Tensor, tuple[int, ...]]:
        number = self.seed
        for token in tokens:
            number = (number * 31 + token + 7) % 1_000_003
        generator = torch.Generator().manual_seed(number)
        return 2 * torch.randn(self.symbols, generator=generator), tuple(tokens)

    def go_on(self, state: tuple[int, ...], token: int) -> tuple[Tensor, tuple[int, ...]]:
        return self.begin((*state, token))


def exhaustive(steps: Drawn, length: int, end: int, power: float) -> list[tuple[float, tuple[int, ...]]]:
    """All sequences with their scores, the best first."""
    found = []
    for count in range(1, length + 1):
        for tokens in itertools.product(range(steps.symbols), repeat=count):
            if end in tokens[:-1] or (count < length and tokens[-1] != end):
                continue
            total = sum(
                float(steps.begin((0, *tokens[:index]))[0].double().log_softmax(0)[token])
                for index, token in enumerate(tokens)
            )
            found.append((total / count**power, tuple(token for token in tokens if token != end)))
    return sorted(found, key=lambda one: -one[0])


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 3), st.integers(1, 4), st.sampled_from([0.0, 0.7, 1.0]))
def test_a_wide_beam_finds_what_all_sequences_have_and_a_narrow_one_is_greedy(
    seed: int, symbols: int, length: int, power: float
) -> None:
    steps, end = Drawn(seed, symbols), symbols - 1
    every = exhaustive(steps, length, end, power)
    found = beam_search(steps, (0,), symbols**length, length, end, power=power)
    assert [one.tokens for one in found[:3]] == [tokens for _, tokens in every[:3]]
    assert found[0].score == pytest.approx(every[0][0])
    (narrow,) = beam_search(steps, (0,), 1, length, end, power=power)
    greedy = chosen(steps, (0,), Chooser(Choosing(temperature=0)), length, end)
    assert list(narrow.tokens) == [one.token for one in greedy]


def test_beams_are_refused_that_mean_nothing() -> None:
    for wrong in ({"width": 0}, {"width": 2, "power": -1.0}):
        with pytest.raises(GeneratingError, match="give"):
            beam_search(Drawn(0, 3), (0,), length=2, **wrong)  # type: ignore[arg-type]


@given(st.integers(1, 9), st.integers(1, 60))
def test_a_full_context_lets_half_of_it_go(most: int, count: int) -> None:
    context = Context(most)
    left = count - context.dropped(count)
    assert 1 <= left <= most
    assert left == count or left > most - (most + 1) // 2
    assert Context().dropped(count) == 0
