"""Positional encodings as a picture: what a layer adds to a step for the place it has."""

from __future__ import annotations

from collections.abc import Iterator

from engine.inside.looking.errors import LookingError
from engine.inside.looking.method import Method, Question, Step
from engine.inside.looking.results import Grid

ADDED, BIASES = ("SinusoidalPositions", "LearnedPositions"), ("RelativePositionBias",)


def refuses(question: Question) -> str:
    """It needs a layer of positions."""
    layer = question.the_layer()
    if layer.type in (*ADDED, *BIASES):
        return ""
    return f"{layer.name} ({layer.type}) knows no positions, as SinusoidalPositions and LearnedPositions do."


def compute(question: Question) -> Iterator[Step]:
    """What is added, positions by features; of distances what is added to the scores of each head."""
    layer = question.the_layer()
    calls = question.inspector.calls_of(question.the_sample().batch, layer)
    if not calls:
        raise LookingError("layer", f"{layer.name} is not computed for this sample.")
    answer = calls[0].answer
    if layer.type in BIASES:
        maps, titles = (
            answer.flatten(0, -3),
            tuple(f"head {head + 1}" for head in range(answer.flatten(0, -3).shape[0])),
        )
        unit = "added to the score of a query (row) for a key (column)"
    else:
        maps, titles = (answer - calls[0].given[0])[:1], (layer.name,)
        unit = "added to a feature (right) at a position (down)"
    steps, wide = maps.shape[-2:]
    rows = tuple(map(str, range(steps)))
    facts = (("positions", str(steps)), ("features" if layer.type in ADDED else "keys", str(wide)))
    yield Step(1.0, Grid(maps.detach().numpy(force=True), titles, True, unit, rows, ()), facts)


METHOD = Method(
    id="positions",
    title="Positional encodings",
    help="What a layer adds to each step so that it knows its place (Vaswani et al. 2017, arXiv:1706.03762).",
    needs=frozenset({"sample", "layer"}),
    refuses=refuses,
    compute=compute,
)
