"""t-SNE: the samples on a plane, those together whose answers in a layer are alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.inside.looking.errors import LookingError
from engine.inside.looking.layer_points import points_of, refuses
from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.pca import dots, projected
from engine.seeds import derive

if TYPE_CHECKING:
    from engine.inside.looking.results import Array

ROUGH: Final = 250
"""Iterations of a preview: the fewest that scikit-learn takes."""
FEWEST: Final = 3
SPREAD: Final = 1e-4
FEW: Final = 400
"""Samples up to which there is no such preview: the whole takes as long."""


def compute(question: Question) -> Iterator[Step]:
    """t-SNE by scikit-learn from the PCA, which is the preview; distances between groups mean nothing."""
    from sklearn.manifold import TSNE

    points = np.zeros((0, 1))
    for done, so_far in points_of(question, int(question.number("samples"))):
        points = so_far
        yield Step(0.1 * done)
    if len(points) < FEWEST:
        raise LookingError(
            "sample", f"t-SNE needs {FEWEST} samples or more; here are {len(points)}: take another part."
        )
    perplexity, note = question.number("perplexity"), ""
    if perplexity > (len(points) - 1) / 3:
        perplexity, note = (len(points) - 1) / 3, "There are few samples, so fewer neighbours count."
    facts, seed = (("samples", f"{len(points):,}"),), derive(question.seed, "t-SNE") % 2**32
    both, _ = projected(points)
    begin = started(points, both)
    yield Step(0.15, dots(question, both, None, "first preview: PCA"), facts, note, apart=True)
    if len(points) > FEW:
        rough = TSNE(perplexity=perplexity, init=begin, max_iter=ROUGH, random_state=seed).fit_transform(points)
        yield Step(0.4, dots(question, rough, None, "t-SNE"), (*facts, ("iterations", f"{ROUGH:,}")), apart=True)
    iterations = int(question.number("iterations"))
    model = TSNE(perplexity=perplexity, init=begin, max_iter=iterations, random_state=seed)
    both = model.fit_transform(points)
    more = (("KL divergence", f"{model.kl_divergence_:.4g}"), ("iterations", f"{iterations:,}"))
    yield Step(1.0, dots(question, both, None, "t-SNE"), (*facts, *more), note)


def started(points: Array, both: Array) -> Array | str:
    """Where the descent begins: scikit-learn's own PCA, or the same as (N, 2) where it has none.

    It has none of answers that are a single number, or alike for all samples. Its deviation is 0.0001 there, too.
    """
    deviation = float(both[:, 0].std())
    if points.shape[1] > 1 and deviation > 0:
        return "pca"
    scaled: Array = both / deviation * SPREAD if deviation > 0 else np.zeros_like(both)
    return scaled.astype(np.float32)


METHOD = Method(
    id="t-sne",
    title="t-SNE of samples",
    help="Samples whose answers in the layer are alike lie together (van der Maaten and Hinton 2008, JMLR 9).",
    needs=frozenset({"layer", "part"}),
    refuses=refuses,
    compute=compute,
    options=(
        Option("samples", "Samples", "the first samples of the part, at most", 500, low=3, high=5000),
        Option("perplexity", "Perplexity", "about how many neighbours count", 30.0, low=1, high=500),
        Option("iterations", "Iterations", "iterations of the descent", 1000, low=250, high=20_000),
    ),
)
