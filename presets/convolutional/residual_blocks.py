"""The blocks of residual networks. He et al. 2015, https://arxiv.org/abs/1512.03385"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.expressions import expression
from engine.graph import Graph
from presets.preset import Row, chain


def basic_block(graph: Graph) -> str:
    """Two 3×3 convolutions with a way around them; returns the name of the block."""
    block, ids = _two_convolutions(graph, "BasicBlock", "Two 3×3 convolutions with a way around them", ("Add", {}))
    around(block, ids[0], ids[6], {"out_channels": expression("channels"), "stride": expression("stride")})
    return "BasicBlock"


def plain_block(graph: Graph) -> str:
    """Two 3×3 convolutions and no way around them; returns the name of the block."""
    _two_convolutions(graph, "PlainBlock", "Two 3×3 convolutions, as in a residual network without its shortcuts")
    return "PlainBlock"


def _two_convolutions(graph: Graph, name: str, words: str, *joined: Row) -> tuple[Graph, list[str]]:
    block = graph.define(name, help=words, channels=64, stride=1)
    channels, stride = expression("channels"), expression("stride")
    convolution = {"out_channels": channels, "kernel_size": 3, "padding": 1, "bias": False}
    ids = chain(
        block,
        ("BlockInput", {"name": "x"}),
        ("Conv2d", convolution | {"stride": stride}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Conv2d", convolution),
        ("BatchNorm2d", {}),
        *joined,
        ("ReLU", {}),
        ("BlockOutput", {"name": "y"}),
    )
    return block, ids


def bottleneck(
    graph: Graph,
    name: str = "Bottleneck",
    words: str = "A 3×3 convolution between two of 1×1, with a way around them",
    *,
    inner: str = "channels",
    groups: int = 1,
    gated: bool = False,
) -> str:
    """A 3×3 convolution between two of 1×1, the last four times as wide; returns the name of the block.

    ``inner`` is how wide the first two are; ``groups`` is into how many the 3×3 convolution falls; ``gated`` puts
    squeeze and excitation (Hu et al. 2017) after the last.
    """
    block = graph.define(name, help=words, channels=64, stride=1)
    grouped: dict[str, object] = {"groups": groups} if groups > 1 else {}
    narrow, wide, stride = expression(inner), expression("channels * 4"), expression("stride")
    gate: list[Row] = [("Multiply", {"name": "gate"})] if gated else []
    ids = chain(
        block,
        ("BlockInput", {"name": "x"}),
        ("Conv2d", {"out_channels": narrow, "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Conv2d", {"out_channels": narrow, "kernel_size": 3, "stride": stride, "padding": 1, "bias": False} | grouped),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Conv2d", {"out_channels": wide, "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", {}),
        *gate,
        ("Add", {}),
        ("ReLU", {}),
        ("BlockOutput", {"name": "y"}),
    )
    around(block, ids[0], ids[-3], {"out_channels": wide, "stride": stride})
    if gated:
        squeeze = chain(
            block,
            ("AdaptiveAvgPool2d", {"output_size": 1}),
            ("Conv2d", {"name": "fc1", "out_channels": expression("channels // 4"), "kernel_size": 1}),
            ("ReLU", {}),
            ("Conv2d", {"name": "fc2", "out_channels": wide, "kernel_size": 1}),
            ("Sigmoid", {}),
        )
        block.connect(ids[8], squeeze[0])
        block.connect(squeeze[-1], ids[9])
    return name


def around(block: Graph, start: str, end: str, parameters: Mapping[str, Any]) -> None:
    """A Shortcut from ``start`` into the Add ``end``."""
    shortcut = block.add("Shortcut", name="shortcut", **parameters)
    block.connect(start, shortcut)
    block.connect(shortcut, end)
