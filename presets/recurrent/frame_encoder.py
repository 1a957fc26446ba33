"""The convolutional network that sees each frame of a clip by itself."""

from __future__ import annotations

from engine.expressions import expression
from engine.graph import Graph
from presets.preset import Row, chain

BLOCK = "FrameEncoder"


def frame_encoder(graph: Graph, channels: int, features: int) -> str:
    """Define the block, to be applied to each step of a clip; returns its name."""
    words = "Two convolutions see one frame; applied to each step, all frames are seen with the same weights"
    block = graph.define(BLOCK, help=words, channels=channels, features=features)

    def stage(channels: str) -> tuple[Row, ...]:
        convolution = {"out_channels": expression(channels), "kernel_size": 3, "padding": 1}
        return ("Conv2d", convolution), ("ReLU", {}), ("MaxPool2d", {"kernel_size": 2})

    chain(
        block,
        ("BlockInput", {"name": "frame"}),
        *stage("channels"),
        *stage("2 * channels"),
        ("Flatten", {}),
        ("Linear", {"name": "seen", "out_features": expression("features")}),
        ("ReLU", {}),
        ("BlockOutput", {"name": "y"}),
    )
    return BLOCK
