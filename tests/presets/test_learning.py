"""The presets learn what their cards promise: medians of some seeds on the test part, in the preset's own epochs."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

import presets
from engine.edits import SetSetting
from engine.training.loop import Trainer
from tests.benchmarks.tables import table

GOALS = {
    # the least median, and over how many seeds
    "lenet-5": (0.98, 5),
    "mlp": (0.97, 5),
    "linear-classifier": (0.94, 5),
    "resnet-18-small": (0.95, 3),
    "lstm-classifier": (0.95, 3),
    "transformer-encoder": (0.95, 3),
    "vit-tiny": (0.95, 3),
    "mlp-mixer-small": (0.95, 3),
    "whisper-tiny-encoder-small": (0.95, 3),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "goal", "seeds"), [(name, *goal) for name, goal in GOALS.items()])
def test_median_test_accuracy(name: str, goal: float, seeds: int, tmp_path: Path) -> None:
    scores, seconds = [], []
    for seed in range(seeds):
        graph = presets.build(name)
        SetSetting(("training", "seed"), seed).apply(graph)
        result = Trainer(graph, tmp_path / str(seed)).run()
        scores.append(result.test["accuracy"])
        seconds.append(result.seconds)
    median = statistics.median(scores)
    row = [name, *(f"{score:.4f}" for score in scores), f"{median:.4f}", f"{goal}", f"{statistics.median(seconds):.1f}"]
    table("Test accuracy", [["preset", *(f"seed {s}" for s in range(seeds)), "median", "goal", "seconds"], row])
    assert median >= goal
