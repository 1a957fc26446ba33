"""The blocks of residual networks, and the network that stacks them. He et al. 2015, https://arxiv.org/abs/1512.03385"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.expressions import expression
from engine.graph import Graph
from presets.preset import Row, chain

PAPER = "He, Zhang, Ren and Sun: Deep Residual Learning for Image Recognition"

Build = Callable[[Graph], str]
"""Defines a block in a graph and returns its name."""


def basic_block(graph: Graph) -> str:
    """Two 3×3 convolutions with a way around them; returns the name of the block."""
    block = graph.define("BasicBlock", help="Two 3×3 convolutions with a way around them", channels=64, stride=1)
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
        ("Add", {}),
        ("ReLU", {}),
        ("BlockOutput", {"name": "y"}),
    )
    around(block, ids[0], ids[6], {"out_channels": channels, "stride": stride})
    return "BasicBlock"


def bottleneck(graph: Graph) -> str:
    """A 3×3 convolution between two of 1×1, the last four times as wide; returns the name of the block."""
    words = "A 3×3 convolution between two of 1×1, with a way around them"
    block = graph.define("Bottleneck", help=words, channels=64, stride=1)
    channels, wide, stride = expression("channels"), expression("channels * 4"), expression("stride")
    ids = chain(
        block,
        ("BlockInput", {"name": "x"}),
        ("Conv2d", {"out_channels": channels, "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Conv2d", {"out_channels": channels, "kernel_size": 3, "stride": stride, "padding": 1, "bias": False}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Conv2d", {"out_channels": wide, "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", {}),
        ("Add", {}),
        ("ReLU", {}),
        ("BlockOutput", {"name": "y"}),
    )
    around(block, ids[0], ids[9], {"out_channels": wide, "stride": stride})
    return "Bottleneck"


def around(block: Graph, start: str, end: str, parameters: Mapping[str, Any]) -> None:
    """A Shortcut from ``start`` into the Add ``end``."""
    shortcut = block.add("Shortcut", name="shortcut", **parameters)
    block.connect(start, shortcut)
    block.connect(shortcut, end)


def stack(name: str, block: Build, depths: Sequence[int], classes: int, input: tuple[int, ...], width: int) -> Graph:
    """A stem, four stages of blocks that double the channels, global average pooling and a linear layer.

    Images of at most 64 pixels get the small stem: one 3×3 convolution, no pooling.
    """
    graph = Graph(name)
    kind = block(graph)
    if max(input[1:], default=0) <= 64:
        stem: list[Row] = [
            ("Conv2d", {"out_channels": width, "kernel_size": 3, "padding": 1, "bias": False, "name": "stem"}),
            ("BatchNorm2d", {}),
            ("ReLU", {}),
        ]
    else:
        large = {"kernel_size": 7, "stride": 2, "padding": 3, "bias": False, "name": "stem"}
        stem = [
            ("Conv2d", {"out_channels": width} | large),
            ("BatchNorm2d", {}),
            ("ReLU", {}),
            ("MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
        ]
    stages = [
        (
            kind,
            {"name": f"stage{index + 1}", "channels": width * 2**index, "repeat": depth}
            | ({"stride": {"per_repeat": (2, 1)}} if index else {}),
        )
        for index, depth in enumerate(depths)
    ]
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        *stem,
        *stages,
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Flatten", {}),
        ("Linear", {"out_features": classes}),
        ("Output", {"name": "class"}),
    )
    return graph
