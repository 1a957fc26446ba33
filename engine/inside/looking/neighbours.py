"""Nearest neighbours: the samples to which a layer answers most alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from engine.inside.looking.attribution import is_image
from engine.inside.looking.layer_points import chosen_of, points_of
from engine.inside.looking.layer_points import refuses as needs_rows
from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.results import Nearest
from engine.inside.looking.samples import first, truth_of

if TYPE_CHECKING:
    from engine.inside.looking.results import Array

MEASURES = ("euclidean", "cosine")


def compute(question: Question) -> Iterator[Step]:
    """The k samples of the part with the least distance of their answers, flattened; the sample itself left out."""
    layer = question.the_layer()
    own = (
        question.inspector.run(question.the_sample().batch, [layer.id])
        .values[layer.id]
        .reshape(1, -1)
        .numpy(force=True)
    )
    for done, points in points_of(question, int(question.number("samples"))):
        distances = distance(own, points, question.choice("measure"))
        itself = chosen_of(question, len(points))
        if itself is not None:
            distances[itself] = np.inf
        order = np.argsort(distances, kind="stable")[: int(question.number("count"))]
        order = order[np.isfinite(distances[order])]
        yield Step(
            done,
            _nearest(question, order, distances),
            (("compared with", f"{len(points):,} samples"),),
        )


def distance(own: Array, points: Array, measure: str) -> Array:
    """(N,): from one row to each of the others."""
    own, points = own.astype(np.float64), points.astype(np.float64)
    found: Array
    if measure == "euclidean":
        found = np.sqrt(((points - own) ** 2).sum(1))
        return found
    sizes = np.linalg.norm(points, axis=1) * np.linalg.norm(own)
    found = 1 - (points @ own[0]) / np.maximum(sizes, 1e-30)
    return found


def _nearest(question: Question, order: Array, distances: Array) -> Nearest:
    trained, classes = question.trained, list[str]()
    images: list[Array] = []
    for index in order.tolist():
        batch = first(trained, question.part, 1, index)
        classes.append(truth_of(trained, batch))
        images += [batch[name][0].numpy(force=True) for name in trained.network.inputs if is_image(batch[name])][:1]
    return Nearest(order, distances[order], tuple(classes), np.stack(images) if images else None)


METHOD = Method(
    id="neighbours",
    title="Nearest neighbours",
    help="The samples to which the layer answers most alike (Krizhevsky et al. 2012, ImageNet Classification).",
    needs=frozenset({"sample", "layer", "part"}),
    refuses=needs_rows,
    compute=compute,
    options=(
        Option("count", "Neighbours", "how many are shown", 12, low=1, high=100),
        Option("samples", "Samples", "the first samples of the part, at most", 2000, low=1, high=100_000),
        Option("measure", "Distance", "of the answers as vectors", MEASURES[0], MEASURES),
    ),
)
