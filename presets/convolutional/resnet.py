"""ResNet: as many as 152 layers, trainable because every block can be skipped."""

from __future__ import annotations

from functools import partial

from engine.graph import Graph
from presets import papers
from presets.convolutional.residual_blocks import basic_block, bottleneck
from presets.convolutional.residual_network import NAMES, stack
from presets.learning import on_digits
from presets.preset import Preset, small


def build_18(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 64) -> Graph:
    """The network of the paper: 11,689,512 parameters. Images up to 64 pixels get a stem without pooling."""
    return stack("ResNet-18", basic_block, (2, 2, 2, 2), classes, input, width)


def build_34(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 64) -> Graph:
    """The network of the paper: 21,797,672 parameters."""
    return stack("ResNet-34", basic_block, (3, 4, 6, 3), classes, input, width)


def build_50(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 64) -> Graph:
    """The network of the paper, its stride in the 3×3 convolution as today everywhere: 25,557,032 parameters."""
    return stack("ResNet-50", bottleneck, (3, 4, 6, 3), classes, input, width)


def build_101(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 64) -> Graph:
    """The network of the paper: 44,549,160 parameters."""
    return stack("ResNet-101", bottleneck, (3, 4, 23, 3), classes, input, width)


def build_152(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 64) -> Graph:
    """The network of the paper: 60,192,808 parameters."""
    return stack("ResNet-152", bottleneck, (3, 8, 36, 3), classes, input, width)


NETWORKS = tuple(
    Preset(
        name=f"resnet-{depth}",
        title=f"ResNet-{depth}",
        family="Convolutional",
        paper=papers.RESNET,
        data="",
        summary=summary,
        build=build,
        names=NAMES,
    )
    for depth, build, summary in (
        (18, build_18, "Every block may be skipped: that is why depth trains."),
        (34, build_34, "Sixteen blocks: deeper than plain networks could be trained."),
        (50, build_50, "Bottleneck blocks, four stages: four nodes on the canvas."),
        (101, build_101, "The third stage repeats its bottleneck 23 times."),
        (152, build_152, "152 layers: it won ImageNet in 2015."),
    )
)
LEARN = partial(on_digits, epochs=6, lr=3e-3, weight_decay=0.05)
SMALL = [
    small(preset, summary, LEARN, classes=10, input=(1, 32, 32), width=width)
    for preset, width, summary in zip(
        NETWORKS,
        (16, 8, 8, 4, 4),
        (
            "The residual network for images of 32×32, a quarter as wide.",
            "The same blocks, an eighth as wide, on handwritten digits.",
            "Bottlenecks of 8 to 64 channels, on handwritten digits.",
            "All 101 layers, a sixteenth as wide, on handwritten digits.",
            "All 152 layers, a sixteenth as wide, on handwritten digits.",
        ),
        strict=True,
    )
]
PRESETS = tuple(preset for pair in zip(SMALL, NETWORKS, strict=True) for preset in pair)
