"""Embeddings projected: the rows of an Embedding in the plane in which they differ most."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from torch import nn

from engine.inside.looking.method import Method, Question, Step
from engine.inside.looking.pca import projected
from engine.inside.looking.results import Dots


def refuses(question: Question) -> str:
    """It needs an Embedding."""
    layer = question.the_layer()
    if isinstance(question.inspector.modules.get(layer.module), nn.Embedding):
        return ""
    return f"{layer.name} ({layer.type}) has no table of vectors, as an Embedding has."


def compute(question: Question) -> Iterator[Step]:
    """A dot for each symbol, along the first two principal components of all."""
    module = question.inspector.modules[question.the_layer().module]
    assert isinstance(module, nn.Embedding)
    points = module.weight.detach().float().numpy(force=True)
    both, shares = projected(points)
    axes = tuple(f"principal component {n + 1} ({100 * shares[n]:.3g} % of the variance)" for n in (0, 1))
    result = Dots(
        both, np.arange(len(both)), np.full(len(both), -1), (), (axes[0], axes[1]), None, _names(question, len(both))
    )
    yield Step(1.0, result, (("symbols", f"{len(points):,}"), ("size of a vector", str(points.shape[1]))))


def _names(question: Question, count: int) -> tuple[str, ...]:
    """What the symbols are called: those of the input that has so many, else their numbers."""
    known = question.trained.data.fields
    for name in question.trained.network.inputs:
        if len(known[name].names) == count:
            return known[name].names
    return tuple(map(str, range(count)))


METHOD = Method(
    id="embeddings",
    title="Embeddings (PCA)",
    help="The vectors of all symbols along their two main directions (Pearson 1901, Hotelling 1933).",
    needs=frozenset({"layer"}),
    refuses=refuses,
    compute=compute,
)
