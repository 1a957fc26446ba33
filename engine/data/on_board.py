"""The tables and digits that come along as files: those of scikit-learn, which takes longer to load than to learn from.

Each is one archive of NumPy in ``resources/data``: ``values`` and ``target`` of all samples, and the ``names`` of the
values.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.dataset import Dataset, Samples

if TYPE_CHECKING:
    from engine.data.dataset import Array


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """The samples as declared; ``folder`` is not used."""
    import numpy as np

    stored = _stored(dataset.name)
    arrays = {}
    for (key, spec), values in zip(dataset.fields.items(), (stored["values"], stored["target"]), strict=True):
        arrays[key] = np.array(values, dtype=spec.dtype).reshape(dataset.samples, *spec.shape)
    return Samples(arrays)


def names(dataset: Dataset) -> tuple[str, ...]:
    """What the values of one sample are called, in order."""
    return tuple(map(str, _stored(dataset.name)["names"]))


def digits() -> tuple[Array, Array]:
    """The handwritten digits: images (samples, 8, 8), values 0 to 16, and which digit each is; both uint8."""
    stored = _stored("digits")
    return stored["values"].reshape(-1, 8, 8), stored["target"]


@lru_cache(maxsize=8)
def _stored(name: str) -> dict[str, Array]:
    import numpy as np

    content = files("resources").joinpath("data", f"{name}.npz").read_bytes()
    with np.load(BytesIO(content)) as archive:
        return {key: archive[key] for key in archive.files}
