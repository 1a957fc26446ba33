"""What the networks of sequences reach beside simple answers: medians of three seeds, in the topic ``learning``."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import presets
from engine.data.pipeline import prepare
from engine.edits import SetSetting
from engine.settings.data import DataConfig
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
    from sklearn.linear_model import Ridge

    data = prepare(DataConfig(dataset="series"))
    (seen, then), (past, future) = (
        (part.tensors["past"].numpy(), part.tensors["future"].numpy()) for part in (data.train, data.test)
    )
    naive = float(np.abs(past[:, 24:36, 0] - future).mean())
    model = Ridge().fit(seen.reshape(len(seen), -1), then)
    linear = float(np.abs(model.predict(past.reshape(len(past), -1)) - future).mean())
    mae = statistics.median(scores(name, "mae", tmp_path))
    words = {"score": f"{mae:.4f}", "linear": f"{linear:.4f}", "a day ago": f"{naive:.4f}"}
    record_property(TITLE, {"preset": name, "metric": "mae", **words})
    assert mae < linear < naive


@pytest.mark.parametrize("name", QUICK)
def test_one_epoch_lowers_the_loss(name: str, tmp_path: Path) -> None:
    graph = presets.build(name)
    SetSetting(("training", "epochs"), 1).apply(graph)
    result = trained(graph, 0, tmp_path / "run")
    assert result.state == "finished", result.message
    assert result.test["loss"] < 0.9 * np.log(10)
