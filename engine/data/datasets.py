"""The datasets that come along (from scikit-learn, so they work offline), declared without loading them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from engine.errors import LayerloomError
from engine.spec import DType

if TYPE_CHECKING:
    import numpy as np

    Arrays = dict[str, np.ndarray[Any, Any]]


class DataError(LayerloomError):
    """Why the data cannot be used: one whole sentence; ``node`` is the guilty node's id, if there is one."""

    def __init__(self, message: str, node: str | None = None) -> None:
        super().__init__(message)
        self.node = node


@dataclass(frozen=True, slots=True)
class Field:
    """One thing every sample has. ``shape`` is that of one sample, without the batch axis.

    ``classes`` is how many classes a label has (None: it is no label), ``names`` what they are called.
    """

    shape: tuple[int, ...]
    dtype: DType = "float32"
    role: Literal["input", "target"] = "input"
    names: tuple[str, ...] = ()

    @property
    def classes(self) -> int | None:
        return len(self.names) or None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset in words and numbers; ``options`` go to scikit-learn's ``load_…`` function of the same name."""

    name: str
    title: str
    description: str
    source: str
    task: Literal["classification", "regression"]
    samples: int
    fields: Mapping[str, Field]
    options: Mapping[str, Any] = field(default_factory=dict)


def _labels(*names: str) -> Field:
    return Field((), "int64", "target", names)


DATASETS = (
    Dataset(
        "digits",
        "Handwritten digits",
        "Grey images of 8 × 8 pixels, values 0 to 16: which digit did the person write?",
        "Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI (its test part)",
        "classification",
        1797,
        {"image": Field((1, 8, 8)), "label": _labels(*"0123456789")},
    ),
    Dataset(
        "iris",
        "Iris flowers",
        "Length and width of sepals and petals in cm: which of three species is it?",
        "Fisher (1936), The Use of Multiple Measurements in Taxonomic Problems",
        "classification",
        150,
        {"features": Field((4,)), "label": _labels("setosa", "versicolor", "virginica")},
    ),
    Dataset(
        "wine",
        "Wines",
        "Thirteen chemical measurements: which of three growers made the wine?",
        "Forina and others (1991), PARVUS; Wine recognition data, UCI",
        "classification",
        178,
        {"features": Field((13,)), "label": _labels("grower 1", "grower 2", "grower 3")},
    ),
    Dataset(
        "breast_cancer",
        "Breast cancer",
        "Thirty measurements of cell nuclei in a breast mass: is it malignant or benign?",
        "Street, Wolberg and Mangasarian (1993), Wisconsin Diagnostic Breast Cancer, UCI",
        "classification",
        569,
        {"features": Field((30,)), "label": _labels("malignant", "benign")},
    ),
    Dataset(
        "diabetes",
        "Diabetes",
        "Age, sex, weight, blood pressure and six serum values: how far has the illness gone a year later (25 to 346)?",
        "Efron, Hastie, Johnstone and Tibshirani (2004), Least Angle Regression",
        "regression",
        442,
        {"features": Field((10,)), "target": Field((1,), role="target")},
        {"scaled": False},
    ),
)


def catalogue() -> tuple[Dataset, ...]:
    """Every dataset there is."""
    return DATASETS


def get(name: str | None) -> Dataset:
    """The dataset with this name; raises DataError, with a likely name if there is none."""
    known = {dataset.name: dataset for dataset in DATASETS}
    if name is None:
        raise DataError(f"No data is chosen: set data.dataset to one of {', '.join(known)}.")
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name[:100], known, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known)}."
    raise DataError(f"There is no dataset named {name[:100]!r}; {hint}")


@lru_cache(maxsize=2)
def load(name: str) -> Arrays:
    """The samples: field name → array (samples, \\*shape), float32 or int64, read-only. Raises DataError."""
    import numpy as np

    dataset = get(name)
    bunch = _bunch(dataset)
    result: Arrays = {}
    for (key, spec), values in zip(dataset.fields.items(), (bunch.data, bunch.target), strict=True):
        array = np.array(values, dtype=spec.dtype).reshape(dataset.samples, *spec.shape)
        array.setflags(write=False)
        result[key] = array
    return result


def feature_names(name: str) -> tuple[str, ...]:
    """What the values of one sample are called, in order; loads the dataset. Raises DataError."""
    return tuple(map(str, _bunch(get(name)).feature_names))


def _bunch(dataset: Dataset) -> Any:
    from sklearn import datasets

    return getattr(datasets, f"load_{dataset.name}")(**dataset.options)
