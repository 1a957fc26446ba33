"""MobileNet: every convolution is split into one that filters each channel and one that mixes them."""

from __future__ import annotations

from functools import partial

from engine.expressions import expression
from engine.graph import Graph
from presets import papers
from presets.learning import on_digits
from presets.preset import Preset, Row, chain, small

BLOCK = "SeparableConvolution"
STAGES = ((2, (1,)), (4, (2, 1)), (8, (2, 1)), (16, (2, 1, 1, 1, 1, 1)), (32, (2, 1)))
"""How many times wider than the stem, and the strides: table 1 of the paper."""


def separable_convolution(graph: Graph) -> None:
    """Define the block: a 3×3 filter for each channel, then a 1×1 convolution that mixes the channels."""
    words = "A 3×3 filter for each channel, then 1×1 filters that mix the channels"
    block = graph.define(BLOCK, help=words, channels=64, stride=1)
    filters = {"out_channels": expression("in_channels"), "groups": expression("in_channels"), "bias": False}
    chain(
        block,
        ("BlockInput", {"name": "x"}),
        (
            "Conv2d",
            {"name": "depthwise", "kernel_size": 3, "stride": expression("stride"), "padding": 1} | filters,
        ),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Conv2d", {"name": "pointwise", "out_channels": expression("channels"), "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("BlockOutput", {"name": "y"}),
    )


def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 32) -> Graph:
    """Howard et al. 2017: 4,231,976 parameters. ``width`` is that of the stem."""
    graph = Graph("MobileNet")
    separable_convolution(graph)
    rows: list[Row] = []
    for number, (factor, strides) in enumerate(STAGES, 1):
        repeat: dict[str, object] = {}
        if len(strides) > 1:
            repeat = {"stride": {"per_repeat": (2, 1)}, "repeat": len(strides)}
        rows.append((BLOCK, {"name": f"stage{number}", "channels": factor * width, **repeat}))
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Conv2d", {"name": "stem", "out_channels": width, "kernel_size": 3, "stride": 2, "padding": 1, "bias": False}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        *rows,
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Flatten", {}),
        ("Linear", {"out_features": classes}),
        ("Output", {"name": "class"}),
    )
    return graph


def _names() -> dict[str, str]:
    """The common PyTorch form: thirteen numbered groups of six layers after the stem."""
    names, number = {"stem": "model.0.0", "bn1": "model.0.1", "fc1": "fc"}, 1
    for stage, (_, strides) in enumerate(STAGES, 1):
        for ours, theirs in (("depthwise", 0), ("bn1", 1), ("pointwise", 3), ("bn2", 4)):
            if len(strides) == 1:
                names[f"stage{stage}.{ours}"] = f"model.{number}.{theirs}"
            else:
                names[f"stage{stage}.*.{ours}"] = f"model.*+{number}.{theirs}"
        number += len(strides)
    return names


NETWORK = Preset(
    name="mobilenet-v1",
    title="MobileNet",
    family="Convolutional",
    paper=papers.MOBILENET,
    data="",
    summary="Filter each channel, then mix them: a ninth of the work.",
    build=build,
    names=_names(),
)
PRESETS = (
    small(
        NETWORK,
        "A quarter as wide, on digits of 32×32.",
        partial(on_digits, epochs=10, lr=8e-3, weight_decay=0.05),
        classes=10,
        input=(1, 32, 32),
        width=8,
    ),
    NETWORK,
)
