"""Feature maps: what each channel of a layer answers to the sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import torch
from torch import Tensor

from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.results import Bars, Grid, Result

MOST_BARS: Final = 4096
ORDERS = ("as they are", "strongest first")


def refuses(question: Question) -> str:
    """It needs numbers."""
    layer = question.the_layer()
    return "" if layer.dtype == "float32" else f"{layer.name} answers {layer.dtype}: there are no maps to show."


def compute(question: Question) -> Iterator[Step]:
    """(C, H, W) as a grid of maps, (T, F) as one map of steps and features, a row of features as bars."""
    layer = question.the_layer()
    value = question.inspector.run(question.the_sample().batch, [layer.id]).values[layer.id][0]
    facts = (
        ("shape", " × ".join(map(str, layer.shape))),
        ("mean ± deviation", f"{float(value.mean()):.4g} ± {float(value.std(unbiased=False)):.4g}"),
        ("exactly 0", f"{100 * float((value == 0).float().mean()):.3g} %"),
    )
    yield Step(1.0, _shown(question, value, layer.name), facts)


def _shown(question: Question, value: Tensor, name: str) -> Result:
    signed = bool((value < 0).any())
    if value.dim() == 3 and value.shape[1] * value.shape[2] > 1:
        titles = [f"channel {index}" for index in range(len(value))]
        return _grid(question, value, titles, signed, name)
    if value.dim() == 4:  # of a volume or clip, (C, D, H, W) or (T, C, H, W)
        titles = [f"{first}, {second}" for first in range(len(value)) for second in range(value.shape[1])]
        return _grid(question, value.flatten(0, 1), titles, signed, name)
    if value.dim() == 2:
        return Grid(value[None].numpy(force=True), (name,), signed, name)
    flat = value.flatten()[:MOST_BARS]
    return Bars(tuple(f"unit {index}" for index in range(len(flat))), flat.numpy(force=True), name)


def _grid(question: Question, maps: Tensor, titles: list[str], signed: bool, name: str) -> Grid:
    """The maps in the order that is asked for."""
    order = torch.arange(len(maps))
    if question.choice("order") == ORDERS[1]:
        order = maps.abs().mean((1, 2)).argsort(descending=True)
    return Grid(maps[order].numpy(force=True), tuple(titles[index] for index in order.tolist()), signed, name)


METHOD = Method(
    id="feature-maps",
    title="Feature maps",
    help="What every channel or unit of the layer answers to the sample (Zeiler and Fergus 2014, arXiv:1311.2901).",
    needs=frozenset({"sample", "layer"}),
    refuses=refuses,
    compute=compute,
    options=(Option("order", "Order", "channels by number, or by the mean size of their answers", ORDERS[0], ORDERS),),
)
