"""Wrong labels that were planted in real data, and how many of them the label check finds among its first suspects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets

from engine import project
from engine.data import sources
from engine.edits import SetSetting
from engine.inside.evaluation.answered import answer_all
from engine.inside.evaluation.details import suspects_by_folds
from engine.inside.evaluation.evaluation_set import of_part
from engine.inside.trained import open_run
from engine.training.runs.folds import run_folders
from gui.cli import main
from presets.fitting import fitted
from tests.benchmarks.tables import table

FOLDS, SHARE = 5, 0.05
FIRST = (10, 25, 50, 75)


def planted(path: Path, seed: int) -> set[int]:
    """The digits as a table with 5 % of wrong labels; the rows of the file that are wrong."""
    found, chance = datasets.load_digits(), np.random.RandomState(seed)
    labels = found.target.copy()
    wrong = chance.choice(len(labels), round(SHARE * len(labels)), replace=False)
    labels[wrong] = (labels[wrong] + chance.randint(1, 10, len(wrong))) % 10
    frame = pd.DataFrame(found.data, columns=[f"p{index}" for index in range(64)])
    frame["digit"] = [f"d{label}" for label in labels]
    frame.to_csv(path, index=False)
    return {int(row) + 1 for row in wrong}


def test_precision_among_the_first_suspects(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["5 folds of digits", "planted", "suspected", *(f"of the first {k}" for k in FIRST), "found"]
    ]
    for seed in range(3):
        wrong = planted(tmp_path / f"{seed}.csv", seed)
        graph, _ = fitted("mlp", sources.describe(tmp_path / f"{seed}.csv"))
        for path, value in (("data.split.folds", FOLDS), ("training.epochs", 15), ("training.threads", 1)):
            SetSetting(tuple(path.split(".")), value).apply(graph)
        project.save(graph, tmp_path / f"{seed}.loom")
        together = tmp_path / f"folds-{seed}"
        assert main(["train", str(tmp_path / f"{seed}.loom"), "--run-dir", str(together), "--device", "cpu"]) == 0
        runs = [open_run(run) for run in run_folders(together)]
        asked = [answer_all(one, of_part(one, "validation")) for one in runs]
        there = {number_of(one.data.name(row)) for one in asked for row in range(len(one))} & wrong
        hits = np.array([number_of(one.name) in wrong for one in suspects_by_folds(asked)])
        shares = [f"{100 * hits[:k].mean():.0f} %" for k in FIRST]
        rows.append([f"seed {seed}", len(there), len(hits), *shares, f"{100 * hits.sum() / len(there):.0f} %"])
    table("wrong labels found by confident learning", rows)


def number_of(name: str) -> int:
    """The row of the file that a name ends with."""
    return int(name.rpartition(" ")[2])
