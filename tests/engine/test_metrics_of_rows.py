"""Metrics of rows of labels, against torchmetrics with the labels written as words."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error
from torchmetrics.text import BLEUScore, EditDistance, Perplexity, SQuAD, WordErrorRate

from engine.data.dataset import Field
from engine.data.naive import naive_errors, seasonal
from engine.layers.endpoints import Output
from engine.metrics.streams.answers import Answers
from engine.metrics.task import Task
from engine.metrics.token_f1 import overlap
from tests.engine.test_metrics import measured

OFTEN = settings(max_examples=20, deadline=None)
BLANK = 0


def words(row: list[int]) -> str:
    return " ".join(f"w{label}" for label in row)


def letters(row: list[int]) -> str:
    return "".join(chr(ord("a") + label) for label in row)


def as_torchmetrics_has_them(found: dict[str, float], said: list[list[int]], true: list[list[int]]) -> None:
    wrong = WordErrorRate()(list(map(words, said)), list(map(words, true)))
    assert found["token_error_rate"] == pytest.approx(float(wrong), rel=1e-5)
    apart = EditDistance()(list(map(letters, said)), list(map(letters, true)))
    assert found["edit_distance"] == pytest.approx(float(apart), rel=1e-5)
    bleu = BLEUScore()(list(map(words, said)), [[words(row)] for row in true])
    assert found["bleu"] == pytest.approx(float(bleu), rel=1e-5)


@OFTEN
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(2, 4), st.integers(0, 999))
def test_rows_with_a_label_at_every_step(samples: int, steps: int, size: int, classes: int, seed: int) -> None:
    """Positions that are ignored, the last ones of each row, are as if they were not there."""
    generator = torch.Generator().manual_seed(seed)
    answer = torch.randn(samples, steps, classes, generator=generator)
    target = torch.randint(0, classes, (samples, steps), generator=generator)
    lengths = torch.randint(1, steps + 1, (samples,), generator=generator).tolist()
    for row, length in zip(target, lengths, strict=True):
        row[length:] = 7
    found = measured(Task("classes", classes, 1), answer, target, size, ignore_index=7)
    said = [row[:length].tolist() for row, length in zip(answer.argmax(-1), lengths, strict=True)]
    true = [row[:length].tolist() for row, length in zip(target, lengths, strict=True)]
    as_torchmetrics_has_them(dict(found), said, true)
    confused = Perplexity(ignore_index=7)(answer, target)
    assert found["bits_per_token"] == pytest.approx(float(confused.log2()), rel=1e-4)


@OFTEN
@given(st.integers(1, 8), st.integers(2, 9), st.integers(1, 4), st.integers(0, 999))
def test_rows_that_are_read_off(samples: int, steps: int, size: int, seed: int) -> None:
    """The best class of each step, repetitions once and blanks left out, may be longer or shorter than the target."""
    generator = torch.Generator().manual_seed(seed)
    answer = torch.randn(samples, steps, 5, generator=generator)
    target = torch.randint(1, 5, (samples, (steps + 1) // 2), generator=generator)
    target[0, 1:] = BLANK
    found = measured(Task("sequence", 5, 1), answer, target, size, loss="ctc_loss")
    said = []
    for path in answer.argmax(-1).tolist():
        fresh = [label for before, label in zip([BLANK, *path], path, strict=False) if label != before]
        said.append([label for label in fresh if label != BLANK])
    true = [[label for label in row if label != BLANK] for row in target.tolist()]
    as_torchmetrics_has_them(dict(found), said, true)


def test_a_missing_word_is_one_mistake_of_three() -> None:
    """the cat sat → the sat: one word to put in; of three words that is a third."""
    answer = torch.nn.functional.one_hot(torch.tensor([[1, 0, 3, 0, 0]]), 4).float()
    found = measured(Task("sequence", 4, 1), answer, torch.tensor([[1, 2, 3]]), 1, loss="ctc_loss")
    assert (found["edit_distance"], found["token_error_rate"]) == (1.0, pytest.approx(1 / 3))


def test_four_right_phrases_and_none_missing_are_a_bleu_of_1() -> None:
    target = torch.arange(5)[None]
    answer = 9 * torch.nn.functional.one_hot(target, 5).float()
    found = measured(Task("classes", 5, 1), answer, target, 1)
    assert found["bleu"] == 1.0
    assert found["edit_distance"] == 0.0


def test_an_even_guess_among_four_is_two_bits() -> None:
    found = measured(Task("classes", 4, 1), torch.zeros(2, 3, 4), torch.zeros(2, 3, dtype=torch.long), 1)
    assert found["bits_per_token"] == pytest.approx(2.0)


@OFTEN
@given(st.integers(1, 9), st.integers(1, 4), st.integers(0, 999))
def test_the_symmetric_error_is_that_of_torchmetrics(samples: int, size: int, seed: int) -> None:
    from torchmetrics.functional import symmetric_mean_absolute_percentage_error

    generator = torch.Generator().manual_seed(seed)
    target, answer = torch.randn(2, samples, 3, generator=generator)
    found = measured(Task("values"), answer, target, size, loss="l1_loss")
    assert found["smape"] == pytest.approx(float(symmetric_mean_absolute_percentage_error(answer, target)), rel=1e-4)
    assert found["smape"] <= 2.0


def test_a_network_of_very_many_words_is_measured_alike() -> None:
    answer = torch.zeros(1, 2, 50_000)
    answer[0, 0, 49_999] = answer[0, 1, 3] = 1.0
    loss = Output.model_validate({}).criterion
    assert Answers(Task("classes", 50_000, 1), loss, answer, torch.tensor([[49_999, 4]]), False).edits.tolist() == [1.0]


@OFTEN
@given(st.integers(1, 6), st.integers(1, 8), st.integers(2, 5), st.integers(1, 3), st.integers(0, 999))
def test_token_f1_is_that_of_squad(samples: int, steps: int, classes: int, size: int, seed: int) -> None:
    """Labels as words, of which torchmetrics counts those in common."""
    generator = torch.Generator().manual_seed(seed)
    answer = torch.randn(samples, steps, classes, generator=generator)
    target = torch.randint(0, classes, (samples, steps), generator=generator)
    found = measured(Task("classes", classes, 1), answer, target, size)
    said, true = answer.argmax(-1).tolist(), target.tolist()
    oracle = SQuAD()
    for index, (one, other) in enumerate(zip(said, true, strict=True)):
        oracle.update(
            [{"prediction_text": words(one), "id": str(index)}],
            [{"answers": {"answer_start": [0], "text": [words(other)]}, "id": str(index)}],
        )
    assert found["token_f1"] == pytest.approx(float(oracle.compute()["f1"]) / 100, rel=1e-5)


def test_token_f1_of_empty_rows() -> None:
    assert overlap([], []) == 1.0
    assert overlap([1], []) == overlap([], [1]) == 0.0


@OFTEN
@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 3), st.integers(1, 3), st.integers(0, 999))
def test_mase_is_the_error_by_that_of_the_naive_forecast(
    samples: int, steps: int, targets: int, size: int, seed: int
) -> None:
    """Of several numbers each by its own, as sklearn's mean absolute errors have it."""
    generator = torch.Generator().manual_seed(seed)
    answer, target = (torch.randn(samples, steps, targets, generator=generator) for _ in range(2))
    naive = tuple((torch.rand(targets, generator=generator) + 0.1).tolist())
    task = Task("values", axes=2, season=3, naive=naive)
    found = measured(task, answer, target, size, loss="l1_loss")
    each = mean_absolute_error(target.reshape(-1, targets), answer.reshape(-1, targets), multioutput="raw_values")
    assert found["mase"] == pytest.approx(float((each / np.array(naive)).mean()), rel=1e-5)
    assert "mase" not in Task("values", axes=2).fitting()


@pytest.mark.parametrize(("season", "step"), [(1, 1), (2, 2), (4, 4), (99, 1)])
def test_the_naive_forecast_of_the_training_part(season: int, step: int) -> None:
    """A season within the horizon, one that reaches into the past, and one longer than both, which is a step."""
    series = np.random.RandomState(0).randn(40, 2)
    starts = np.arange(0, 40, 5)  # windows of five rows that do not overlap: three given, two forecast
    fields = {"past": Field((3, 3)), "future": Field((2, 2), role="target", season=season)}
    past = np.stack([np.concatenate([series[at : at + 3], np.full((3, 1), 9.0)], 1) for at in starts])
    raw = {"past": past, "future": np.stack([series[at + 3 : at + 5] for at in starts])}
    expected = [
        np.mean(
            [abs(series[at + row, one] - series[at + row - step, one]) for at in starts[:6] for row in range(step, 5)]
        )
        for one in (0, 1)
    ]
    assert naive_errors(fields, raw, np.arange(6), "future") == pytest.approx(expected)


def test_what_was_a_season_before_comes_again() -> None:
    past = np.arange(10.0)[None, :, None]
    found = seasonal(past, 5, 3, 1)
    assert found is not None
    assert found[0, :, 0].tolist() == [7, 8, 9, 7, 8]
    assert seasonal(past, 5, 11, 1) is None
