"""A network that has learned the digits 0 to 4 learns 5 to 9 from a few samples better than one from scratch."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from sklearn.datasets import load_digits

from engine.data import sources
from engine.edits import SetSetting
from engine.fine_tuning.freezing import freeze_up_to
from engine.fine_tuning.new_head import new_head
from engine.graph import Graph
from engine.training.loop import Trainer
from engine.training.runs.folder import WEIGHTS
from engine.weights import match
from engine.weights.chosen import choose
from presets.fitting import fitted

PRESET = "resnet-18-small"
FEW = 0.02
"""The share of the samples to learn from: three or four of each digit."""


def network(folder: Path, digits: range, train: float, epochs: int, seed: int) -> Graph:
    """The preset for some of the digits."""
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(labels))
    chosen = order[np.isin(labels[order], digits)]
    path = folder / f"{digits[0]}.npz"
    np.savez(path, image=images[chosen].reshape(-1, 1, 8, 8).astype("float32") / 16, digit=labels[chosen] - digits[0])
    graph, _ = fitted(PRESET, sources.describe(path))
    for key, value in {
        ("data", "split"): {"train": train, "validation": 0.1, "test": 0.9 - train},
        ("data", "batch_size"): 16,
        ("training", "epochs"): epochs,
        ("training", "seed"): seed,
        ("training", "checkpoint", "best"): False,
    }.items():
        SetSetting(key, value).apply(graph)
    return graph


@pytest.mark.slow
def test_a_frozen_body_and_a_new_head_learn_from_few_samples(tmp_path: Path) -> None:
    scores: dict[str, list[float]] = {"from scratch": [], "fine-tuned": []}
    for seed in range(3):
        folder = tmp_path / str(seed)
        folder.mkdir()
        Trainer(network(folder, range(5), 0.8, 12, seed), folder / "first").run()
        began = load_file(folder / "first" / WEIGHTS)
        save_file(began, folder / "w.safetensors")
        graph = network(folder, range(5, 10), FEW, 30, seed)
        scratch = Trainer(graph, folder / "scratch").run()
        choose(match(graph, folder / "w.safetensors")).apply(graph)
        new_head(graph).apply(graph)
        stage = graph.by_name("stage1")
        assert stage is not None
        freeze_up_to(graph, (stage.id,)).apply(graph)
        tuned = Trainer(graph, folder / "tuned").run()
        trained = load_file(folder / "tuned" / WEIGHTS)
        parts = ("stem", "bn1", "stage1")
        still = [name for name in began if name.startswith(parts) and not name.endswith("num_batches_tracked")]
        assert len(still) == 25
        assert all(torch.equal(trained[name], began[name]) for name in still)
        scores["from scratch"].append(scratch.test["accuracy"])
        scores["fine-tuned"].append(tuned.test["accuracy"])
    print(scores)
    assert median(scores["fine-tuned"]) > median(scores["from scratch"])
