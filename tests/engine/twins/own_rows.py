"""The samples on board, changed: what a fault of the data itself needs. They become arrays of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.data import datasets, sources

RARE: Final = 0.06
"""The share of their samples that rare classes keep: all but the most frequent."""


def source(dataset: str, rows: str, folder: Path) -> Mapping[str, Any]:
    """The settings of a source with the samples of a dataset, changed as ``rows`` says."""
    path = folder / f"{dataset}-{rows.replace(' ', '-')}.npz"
    if not path.exists():
        arrays = {name: np.array(values) for name, values in datasets.load(dataset).items()}
        chance, labels = np.random.default_rng(0), arrays["label"]
        if rows == "labels shuffled":
            arrays["label"] = chance.permutation(labels)
        elif rows == "rare classes":
            kept = (labels == np.bincount(labels).argmax()) | (chance.random(len(labels)) < RARE)
            arrays = {name: values[kept] for name, values in arrays.items()}
        else:
            raise ValueError(f"nothing is known of rows {rows!r}")
        np.savez(path, **arrays)
    return sources.describe(path).settings.model_dump(mode="json", exclude_none=True)
