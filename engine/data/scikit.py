"""Samples that come along with scikit-learn: a data set's name is that of its ``load_…`` function."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.data.dataset import Dataset, Samples


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """The samples as declared; ``folder`` is not used."""
    import numpy as np

    bunch = _bunch(dataset)
    arrays = {}
    for (key, spec), values in zip(dataset.fields.items(), (bunch.data, bunch.target), strict=True):
        arrays[key] = np.array(values, dtype=spec.dtype).reshape(dataset.samples, *spec.shape)
    return Samples(arrays)


def names(dataset: Dataset) -> tuple[str, ...]:
    """What the values of one sample are called, in order."""
    return tuple(map(str, _bunch(dataset).feature_names))


def _bunch(dataset: Dataset) -> Any:
    from sklearn import datasets

    return getattr(datasets, f"load_{dataset.name}")(**dataset.options)
