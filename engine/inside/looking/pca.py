"""PCA: the samples along the two directions in which a layer's answers differ most."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from engine.inside.looking.layer_points import chosen_of, classes_of, points_of, refuses
from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.results import Dots

if TYPE_CHECKING:
    from engine.inside.looking.results import Array


def projected(points: Array) -> tuple[Array, Array]:
    """(N, 2) along the first two principal axes, signs such that the largest number of an axis is positive; shares."""
    centred = points.astype(np.float64) - points.mean(0, dtype=np.float64)
    left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(1)])
    both = (left * sizes * np.where(signs == 0, 1, signs))[:, :2]
    if both.shape[1] < 2:
        both = np.pad(both, ((0, 0), (0, 2 - both.shape[1])))
    total = float((sizes**2).sum()) or 1.0
    shares = np.pad(sizes**2 / total, (0, 2))[:2]
    return both, shares


def compute(question: Question) -> Iterator[Step]:
    """The answers, flattened, in the coordinates of the first two principal components; finer with every batch."""
    for done, points in points_of(question, int(question.number("samples"))):
        yield Step(done, dots(question, *projected(points), "principal component"), (("samples", f"{len(points):,}"),))


def dots(question: Question, both: Array, shares: Array | None, axis: str) -> Dots:
    """Points with their samples and true classes."""
    classes, names = classes_of(question, len(both))
    first, second = (
        f"{axis} {number + 1}" + ("" if shares is None else f" ({100 * shares[number]:.3g} % of the variance)")
        for number in (0, 1)
    )
    return Dots(both, np.arange(len(both)), classes, names, (first, second), chosen_of(question, len(both)))


METHOD = Method(
    id="pca",
    title="PCA of samples",
    help="Samples along the two main directions of the layer's answers (Pearson 1901, Hotelling 1933).",
    needs=frozenset({"layer", "part"}),
    refuses=refuses,
    compute=compute,
    options=(Option("samples", "Samples", "the first samples of the part, at most", 500, low=3, high=5000),),
)
