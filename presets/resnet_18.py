"""ResNet-18: 18 layers deep, trainable because every block can be skipped."""

from __future__ import annotations

from engine.graph import Graph
from presets.preset import Preset, on_digits
from presets.residual_parts import PAPER, basic_block, stack


def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 64) -> Graph:
    """The network of the paper: 11,689,512 parameters. Images up to 64 pixels get a stem without pooling."""
    return stack("ResNet-18", basic_block, (2, 2, 2, 2), classes, input, width)


def build_small(classes: int = 10, input: tuple[int, ...] = (1, 32, 32), width: int = 16) -> Graph:
    """A quarter as wide, for images of 32×32: trains on the digits in a minute."""
    graph = build(classes, input, width)
    graph.name = "ResNet-18 small"
    graph.settings = on_digits(epochs=6, lr=3e-3, weight_decay=0.05, size=input[1:])
    return graph


PRESET = Preset(
    name="resnet-18",
    title="ResNet-18",
    family="Convolutional",
    year=2015,
    paper=PAPER,
    data="",
    summary="Every block may be skipped: that is why depth trains.",
    build=build,
)
SMALL = Preset(
    name="resnet-18-small",
    title="ResNet-18 small",
    family="Convolutional",
    year=2015,
    paper=PAPER,
    data="digits",
    summary="The residual network for images of 32×32, a quarter as wide.",
    build=build_small,
)
