"""The presets learn what their cards promise: medians of five seeds on the test part, in the preset's own epochs."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

import presets
from engine.edits import SetSetting
from engine.training.loop import Trainer
from tests.benchmarks.tables import table

GOALS = {"lenet-5": 0.98, "mlp": 0.97, "linear-classifier": 0.94}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "goal"), GOALS.items())
def test_median_test_accuracy_of_five_seeds(name: str, goal: float, tmp_path: Path) -> None:
    scores, seconds = [], []
    for seed in range(5):
        graph = presets.build(name)
        SetSetting(("training", "seed"), seed).apply(graph)
        result = Trainer(graph, tmp_path / str(seed)).run()
        scores.append(result.test["accuracy"])
        seconds.append(result.seconds)
    median = statistics.median(scores)
    row = [name, *(f"{score:.4f}" for score in scores), f"{median:.4f}", f"{goal}", f"{statistics.median(seconds):.1f}"]
    table("Test accuracy", [["preset", *(f"seed {s}" for s in range(5)), "median", "goal", "seconds"], row])
    assert median >= goal
