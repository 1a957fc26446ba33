"""The frame that the MobileNets and EfficientNet share: a stem, stages, a wide 1×1 convolution, a classifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.graph import Graph
from presets.preset import Row, chain

DROPOUT: Row = ("Dropout", {"p": 0.2})


def mobile_stack(
    graph: Graph,
    stages: Iterable[Row],
    *,
    activation: str,
    input: tuple[int, ...],
    classes: int,
    stem: int,
    head: int,
    norm: Mapping[str, Any] | None = None,
    before: tuple[Row, ...] = (DROPOUT,),
) -> None:
    """Add it to the graph. ``stem`` and ``head`` are numbers of channels; ``before`` precedes the last layer."""
    first = {"name": "stem", "out_channels": stem, "kernel_size": 3, "stride": 2, "padding": 1, "bias": False}
    normalised: tuple[Row, Row] = ("BatchNorm2d", norm or {}), (activation, {})
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Conv2d", first),
        *normalised,
        *stages,
        ("Conv2d", {"name": "head", "out_channels": head, "kernel_size": 1, "bias": False}),
        *normalised,
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Flatten", {}),
        *before,
        ("Linear", {"out_features": classes}),
        ("Output", {"name": "class"}),
    )
