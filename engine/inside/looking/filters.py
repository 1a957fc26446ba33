"""Filters: the kernels of a convolution as images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import torch

from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.results import Grid

MOST: Final = 1024
"""Images that are drawn; a note says how many there are."""


def weight_of(question: Question) -> torch.Tensor | None:
    """The kernels of the layer, (out, in, …); None where it has none."""
    module = question.inspector.modules.get(question.the_layer().module)
    found = getattr(module, "weight", None)
    return found.detach() if isinstance(found, torch.Tensor) else None


def refuses(question: Question) -> str:
    """It needs a convolution over images or series."""
    layer, weight = question.the_layer(), weight_of(question)
    if layer.module and layer.kind.family == "Convolution" and weight is not None and weight.dim() in (3, 4):
        return ""
    return f"{layer.name} ({layer.type}) has no filters, as Conv1d, Conv2d and transposed convolutions have."


def compute(question: Question) -> Iterator[Step]:
    """Each kernel of each pair of channels; in colours where a filter reads three channels."""
    weight = weight_of(question)
    assert weight is not None
    layer = question.the_layer()
    if layer.kind.sees == "overlap":  # a transposed convolution has them the other way round
        weight = weight.transpose(0, 1)
    if weight.dim() == 3:
        weight = weight[:, :, None]
    outs, ins, height, width = weight.shape
    facts = (
        ("filters", f"{outs} of {ins} × {height} × {width}"),
        ("largest weight", f"{float(weight.abs().max()):.4g}"),
    )
    if ins == 3 and question.choice("show") != "each channel":
        low, high = weight.amin((1, 2, 3), keepdim=True), weight.amax((1, 2, 3), keepdim=True)
        maps = (weight - low) / (high - low).clamp(min=1e-12)
        titles = tuple(f"filter {index}" for index in range(outs))
        yield Step(
            1.0,
            Grid(maps[:MOST].numpy(force=True), titles[:MOST], False, "red, green, blue, each filter scaled by itself"),
            facts,
        )
        return
    if question.choice("show") == "strength":
        maps, titles = weight.square().mean(1).sqrt(), tuple(f"filter {index}" for index in range(outs))
    else:
        maps = weight.reshape(-1, height, width)
        titles = tuple(f"{out} ← {into}" if ins > 1 else f"filter {out}" for out in range(outs) for into in range(ins))
    note = f"The first {MOST:,} of {len(maps):,} are shown." if len(maps) > MOST else ""
    signed = question.choice("show") != "strength"
    unit = "weight (filter ← input channel)" if signed and ins > 1 else "weight"
    yield Step(1.0, Grid(maps[:MOST].numpy(force=True), titles[:MOST], signed, unit), facts, note)


METHOD = Method(
    id="filters",
    title="Filters",
    help="The learned kernels of a convolution (Krizhevsky et al. 2012, ImageNet Classification with Deep CNNs).",
    needs=frozenset({"layer"}),
    refuses=refuses,
    compute=compute,
    options=(
        Option(
            "show",
            "Show",
            "in colours where a filter reads three channels; each input channel by itself; or the root mean square "
            "over the input channels",
            "automatic",
            ("automatic", "each channel", "strength"),
        ),
    ),
)
