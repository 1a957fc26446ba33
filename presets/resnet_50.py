"""ResNet-50: bottleneck blocks, the backbone of a decade."""

from __future__ import annotations

from engine.graph import Graph
from presets.preset import Preset
from presets.residual_parts import PAPER, bottleneck, stack


def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 64) -> Graph:
    """The network of the paper, its stride in the 3×3 convolution as today everywhere: 25,557,032 parameters."""
    return stack("ResNet-50", bottleneck, (3, 4, 6, 3), classes, input, width)


PRESET = Preset(
    name="resnet-50",
    title="ResNet-50",
    family="Convolutional",
    year=2015,
    paper=PAPER,
    data="",
    summary="Bottleneck blocks, four stages: four nodes on the canvas.",
    build=build,
)
