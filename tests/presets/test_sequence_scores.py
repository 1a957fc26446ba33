"""What the networks of sequences reach beside simple answers: medians of three seeds, in the topic ``learning``."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import presets
from engine.data.generated.series import DAY
from engine.data.pipeline import Part, Prepared, prepare
from engine.edits import SetSetting
from engine.settings.data import DataConfig
from presets.reached import Reached
from presets.recurrent.forecasting import HORIZON
from tests.presets.ngrams import KneserNey
from tests.presets.scores import simple_answers, target
from tests.presets.test_learning import SEEDS, trained

Note = Callable[[str, object], None]
THRESHOLDS = {
    "encoder-decoder-lstm": ("exact_match", 0.95),
    "transformer-small": ("exact_match", 0.95),
    "captioning-cnn-lstm": ("exact_match", 0.95),
    "clip-classifier-cnn-lstm": ("accuracy", 0.95),
    "token-tagger": ("accuracy", 0.97),
    "lstm-classifier": ("accuracy", 0.95),
    "lstm-from-primitives": ("accuracy", 0.95),
}
FORECASTERS = ("lstm-forecaster", "tcn-forecaster", "transformer-forecaster")
LANGUAGE_MODELS = ("lstm-language-model", "gpt-2-tiny")
QUICK = ("rnn-classifier", "lstm-from-primitives", "lstm-with-attention")
TITLE = "Sequences, medians of three seeds"


def scores(name: str, metric: str, folder: Path) -> list[float]:
    return [trained(presets.build(name), seed, folder / str(seed)).test[metric] for seed in range(SEEDS)]


def simple(name: str, metric: str) -> dict[str, str]:
    """What simple answers reach: of single signs, where a network is judged by whole answers."""
    answers = simple_answers(Reached(presets.get(name).data, target(presets.build(name)), metric, 0.0, 0, SEEDS))
    return {answer: f"{one.score:.3f}" for answer, one in answers.items()}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "asked"), THRESHOLDS.items())
def test_what_was_promised_is_reached(
    name: str, asked: tuple[str, float], tmp_path: Path, record_property: Note
) -> None:
    metric, least = asked
    found = scores(name, metric, tmp_path)
    words = {"score": f"{statistics.median(found):.4f}", "lowest": f"{min(found):.4f}", "highest": f"{max(found):.4f}"}
    record_property(TITLE, {"preset": name, "metric": metric, **words, "goal": least, **simple(name, metric)})
    assert statistics.median(found) >= least


@pytest.mark.slow
@pytest.mark.parametrize("name", FORECASTERS)
def test_a_forecast_is_better_than_that_of_a_linear_model(name: str, tmp_path: Path, record_property: Note) -> None:
    """Of the week before, the penalty of the linear model chosen on the validation part, and than what was a day ago.

    The goal of 0.55 of the latter holds with a week of past. With two days (the data ``series``) who knew how these
    are made could come to 0.536, but no network here came below 0.569.
    """
    data = prepare(DataConfig(dataset=presets.get(name).data))
    past, future = (data.test.tensors[field].numpy() for field in ("past", "future"))
    naive = float(np.abs(past[:, -DAY : HORIZON - DAY, 0] - future).mean())
    linear = ridge(data)
    mae = statistics.median(scores(name, "mae", tmp_path))
    words = {"score": f"{mae:.4f}", "goal": f"{0.55 * naive:.4f}", "linear": f"{linear:.4f}", "naive": f"{naive:.4f}"}
    record_property(TITLE, {"preset": name, "metric": "mae", **words})
    assert mae <= 0.55 * naive
    assert mae < linear


def ridge(data: Prepared) -> float:
    """The mean absolute error of ridge regression on the test part."""
    from sklearn.linear_model import Ridge

    def both(part: Part) -> tuple[np.ndarray, np.ndarray]:
        return part.tensors["past"].flatten(1).numpy(), part.tensors["future"].numpy()

    def error(model: Ridge, part: Part) -> float:
        past, future = both(part)
        return float(np.abs(model.predict(past) - future).mean())

    models = [Ridge(alpha=alpha).fit(*both(data.train)) for alpha in (1, 10, 30, 100, 300, 1000)]
    return error(min(models, key=lambda model: error(model, data.validation)), data.test)


def rows(part: Part) -> list[list[int]]:
    """The texts of a part with the character that comes after each, without the filling."""
    both = torch.cat([part.tensors["text"][:, :1], part.tensors["next"]], 1).tolist()
    return [[symbol for symbol in row if symbol] for row in both]


def test_n_grams_by_hand() -> None:
    model = KneserNey([[0, 1, 0, 1, 0, 2]], 2, 3, discount=0.5)
    assert model.probability([0], 1) == pytest.approx((2 - 0.5) / 3 + 0.5 * 2 / 3 * model.probability([], 1))
    for context in ([], [0], [1], [2]):
        assert sum(model.probability(context, symbol) for symbol in range(3)) == pytest.approx(1)
    assert KneserNey([[0, 1] * 20], 3, 2).bits([[0, 1] * 5]) < 0.2


def best_of_n_grams(data: Prepared) -> KneserNey:
    """Of these orders and discounts those with the fewest bits on the validation part; fitted on the training part."""
    symbols = max(data.fields["text"].classes or 0, 1)
    seen, judged = rows(data.train), rows(data.validation)
    models = [KneserNey(seen, order, symbols, discount) for order in (6, 8, 10) for discount in (0.85, 0.9, 0.94)]
    return min(models, key=lambda model: model.bits(judged))


@pytest.mark.slow
@pytest.mark.parametrize("name", LANGUAGE_MODELS)
def test_the_bits_of_a_language_model_beside_n_grams(name: str, tmp_path: Path, record_property: Note) -> None:
    """On whole files that neither has seen, from the same training part: 5 % fewer than the best n-grams."""
    data = prepare(DataConfig(dataset="docstrings"))
    best, judged = best_of_n_grams(data), rows(data.test)
    short = KneserNey(rows(data.train), 4, best.symbols, 0.9).bits(judged)
    names = {"n-grams": f"{best.bits(judged):.3f}", "order": best.order, "4-grams": f"{short:.3f}"}
    bits = math.log2(statistics.median(scores(name, "perplexity", tmp_path)))
    record_property(TITLE, {"preset": name, "metric": "bits", "score": f"{bits:.3f}", **names})
    assert bits < 0.95 * best.bits(judged)


@pytest.mark.parametrize("name", QUICK)
def test_one_epoch_lowers_the_loss(name: str, tmp_path: Path) -> None:
    graph = presets.build(name)
    SetSetting(("training", "epochs"), 1).apply(graph)
    result = trained(graph, 0, tmp_path / "run")
    assert result.state == "finished", result.message
    assert result.test["loss"] < 0.9 * np.log(10)
