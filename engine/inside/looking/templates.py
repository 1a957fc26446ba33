"""Templates: the weights of a linear classifier, laid out as the input is."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn

from engine.inside.looking.attribution import column_names
from engine.inside.looking.filters import weight_of
from engine.inside.looking.layer_answers import LayerAnswer
from engine.inside.looking.method import Method, Question, Step
from engine.inside.looking.results import Grid
from engine.inside.looking.target import unit_names


def field_of(question: Question, layer: LayerAnswer) -> str | None:
    """The input whose numbers, in their order, are what the Linear layer reads; None where it reads others."""
    inspector, batch = question.inspector, question.the_sample().batch
    if not isinstance(inspector.modules.get(layer.module), nn.Linear):
        return None
    (read, *_), *_ = [call.given for call in inspector.calls_of(batch, layer)]
    for name in inspector.network.inputs:
        value = batch[name]
        if read.dim() == 2 and value.is_floating_point() and torch.equal(value.flatten(), read.flatten()):
            return name
    return None


def refuses(question: Question) -> str:
    """It needs a Linear layer that reads the input itself."""
    layer = question.the_layer()
    if field_of(question, layer) is not None:
        return ""
    return f"{layer.name} ({layer.type}) is not a Linear layer that reads the input itself."


def compute(question: Question) -> Iterator[Step]:
    """Row k of the weights in the shape of the input: what it takes to be class k."""
    layer, weight = question.the_layer(), weight_of(question)
    name = field_of(question, layer)
    assert weight is not None
    assert name is not None
    shape = question.the_sample().batch[name].shape[1:]
    names = unit_names(question.trained, question.target.head)
    titles = tuple(names[k] if len(names) == len(weight) else f"unit {k}" for k in range(len(weight)))
    facts = (("weights", f"{len(weight)} × {weight.shape[1]}"), ("largest weight", f"{float(weight.abs().max()):.4g}"))
    if len(shape) == 3:
        maps = weight.view(len(weight), *shape)
        if shape[0] > 1:
            titles = tuple(f"{title}, channel {channel}" for title in titles for channel in range(shape[0]))
        yield Step(1.0, Grid(maps.flatten(0, 1).numpy(force=True), titles, True, "weight"), facts)
        return
    columns = column_names(question, name, weight.shape[1])
    yield Step(
        1.0, Grid(weight[None].numpy(force=True), ("weights",), True, "weight", rows=titles, columns=columns), facts
    )


METHOD = Method(
    id="templates",
    title="Templates",
    help="The weights of a linear classifier as an image of each class (Li, Johnson and Karpathy, CS231n notes, 2015).",
    needs=frozenset({"sample", "layer"}),
    refuses=refuses,
    compute=compute,
)
