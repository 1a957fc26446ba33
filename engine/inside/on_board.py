"""Samples from the user's files for a network that has learned from a dataset on board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data import datasets
from engine.data.dataset import Asked, DataError, Numbered
from engine.data.origin import declared
from engine.data.sources.images.images import Images
from engine.data.sources.tables import encoding
from engine.data.sources.tables.reading import is_table, read

if TYPE_CHECKING:
    from engine.data.dataset import Array, Dataset
    from engine.inside.trained import Trained


def asked(trained: Trained, paths: Sequence[Path]) -> Asked:
    """The samples in files: images for a dataset of images, tables for one of tables. Raises DataError."""
    dataset = declared(trained.config)
    if dataset.kind == "image":
        return _images(trained, dataset, paths)
    if dataset.kind == "table":
        return _rows(dataset, paths)
    raise DataError(
        f"{dataset.title}: only a network that has learned from images, tables or arrays can be asked about files. "
        "`layerloom evaluate` judges this one by its own samples; the Results page of the window shows them."
    )


def _images(trained: Trained, dataset: Dataset, paths: Sequence[Path]) -> Asked:
    """Images in the size, colours and range of values of the dataset.

    A grey image that is dark on light is turned round where those of the dataset are light on dark: their borders tell.
    """
    import numpy as np

    name = dataset.first("input")
    channels, height, width = dataset.fields[name].shape
    found = Images(size=(height, width), fit="pad", grey=channels == 1).ask([path.absolute() for path in paths])
    known = trained.data.raw[name]
    some = np.asarray(known[:1000], np.float32)
    top = float(some.max()) or 1.0
    values = np.asarray(found.arrays["image"][:], np.float32) / 255
    if channels == 1:
        ours = border_of(some / top).mean() > 0.5
        turned = (border_of(values) > 0.5) != ours
        values[turned] = 1 - values[turned]
    return replace(found, arrays={name: (values * top).astype(np.float32)})


def border_of(images: Array) -> Array:
    """The mean of the outermost pixels of each image (N, C, H, W)."""
    import numpy as np

    edges = (images[:, :, 0], images[:, :, -1], images[:, :, :, 0], images[:, :, :, -1])
    mean: Array = np.concatenate([edge.reshape(len(images), -1) for edge in edges], axis=1).mean(1)
    return mean


def _rows(dataset: Dataset, paths: Sequence[Path]) -> Asked:
    """The rows of tables that have a column for each feature of the dataset, by its name, with a number in each."""
    import numpy as np
    import pandas as pd

    wanted = datasets.feature_names(dataset.name)
    names, unread = list[str](), dict[int, DataError]()
    made: list[Array] = []
    for path in paths:
        if not is_table(path):
            raise DataError(f"{path} is not a table: {dataset.title} has the columns {', '.join(wanted[:6])} …")
        table = read(path)
        lost = [name for name in wanted if name not in table.columns]
        if lost:
            raise DataError(f"{path} has no column {lost[0]!r}, which this network is given.")
        rows = Numbered(f"{path.name} row", range(len(table)))
        made.append(np.stack([np.asarray(encoding.numbers(table[name]), np.float32) for name in wanted], axis=1))
        for row, column in np.argwhere(np.isnan(made[-1])).tolist():
            cell = table[wanted[column]].iloc[row]
            there = "nothing" if pd.isna(cell) else f"{str(cell).strip()[:40]!r}"
            unread[len(names) + row] = DataError(f"{rows[row]} has {there} in {wanted[column]!r}: it needs a number.")
        names += rows
    return Asked(tuple(names), {dataset.first("input"): np.concatenate(made)}, unread=unread)
