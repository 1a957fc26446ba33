"""The network that stacks residual blocks. He et al. 2015, https://arxiv.org/abs/1512.03385"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.graph import Graph
from presets.preset import Row, chain

NAMES = {
    "stem": "conv1",
    "stage*.*.shortcut.conv": "layer*.*.downsample.0",
    "stage*.*.shortcut.bn": "layer*.*.downsample.1",
    "stage*": "layer*",
    "fc1": "fc",
}
"""Our names and torchvision's."""
Build = Callable[[Graph], str]
"""Defines a block in a graph and returns its name."""


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
