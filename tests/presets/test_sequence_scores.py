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
from engine.edits import SetParameter, SetSetting
from engine.settings.data import DataConfig
from presets.recurrent.forecasting import HORIZON
from tests.presets.ngrams import KneserNey
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
QUICK = ("rnn-classifier", "lstm-from-primitives", "lstm-with-attention")
LANGUAGE_MODELS = ("lstm-language-model", "gpt-2-tiny")
TITLE = "Sequences, medians of three seeds"


def scores(name: str, metric: str, folder: Path) -> list[float]:
    return [trained(presets.build(name), seed, folder / str(seed)).test[metric] for seed in range(SEEDS)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "asked"), THRESHOLDS.items())
def test_what_was_promised_is_reached(
    name: str, asked: tuple[str, float], tmp_path: Path, record_property: Note
) -> None:
    metric, least = asked
    found = scores(name, metric, tmp_path)
    record_property(
        TITLE, {"preset": name, "metric": metric, "score": f"{statistics.median(found):.4f}", "goal": least}
    )
    assert statistics.median(found) >= least


@pytest.mark.slow
@pytest.mark.parametrize("name", FORECASTERS)
def test_a_forecast_is_better_than_that_of_a_linear_model(name: str, tmp_path: Path, record_property: Note) -> None:
    """Of the week before, the penalty of the linear model chosen on the validation part, and than what was a day ago.

    The goal of 0.55 of the latter holds with a week of past. With two days (the data ``series``) who knew how these
    are made could come to 0.536, but no network here came below 0.57.
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


@pytest.mark.slow
@pytest.mark.parametrize("name", LANGUAGE_MODELS)
def test_the_bits_of_a_language_model_beside_n_grams(name: str, tmp_path: Path, record_property: Note) -> None:
    """On files that it has not seen, in the few epochs of a preset: about as many as 4-grams need, or fewer.

    Longer n-grams of this much text are not beaten in so short a training; the table has the best of them.
    """
    graph = presets.build(name)
    SetParameter(graph.of_type("Output")[0].id, "ignore_index", 0).apply(graph)
    data = prepare(DataConfig(dataset="docstrings"))
    known = max(data.fields["text"].classes or 0, 1)
    simple = {n: KneserNey(rows(data.train), n, known, 0.85).bits(rows(data.test)) for n in (4, 5, 6, 7)}
    perplexity = trained(graph, 0, tmp_path / "run").test["perplexity"]
    bits = math.log2(perplexity)
    record_property(
        TITLE, {"preset": name, "metric": "bits", "score": f"{bits:.3f}", "n-grams": f"{min(simple.values()):.3f}"}
    )
    assert bits < 1.02 * simple[4]


@pytest.mark.parametrize("name", QUICK)
def test_one_epoch_lowers_the_loss(name: str, tmp_path: Path) -> None:
    graph = presets.build(name)
    SetSetting(("training", "epochs"), 1).apply(graph)
    result = trained(graph, 0, tmp_path / "run")
    assert result.state == "finished", result.message
    assert result.test["loss"] < 0.9 * np.log(10)
