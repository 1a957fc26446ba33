"""ResNeXt: bottlenecks whose 3×3 convolution works in 32 groups."""

from __future__ import annotations

from functools import partial

from engine.graph import Graph
from presets import papers
from presets.convolutional.residual_blocks import bottleneck
from presets.convolutional.residual_network import NAMES, stack
from presets.learning import on_digits
from presets.preset import Preset, small


def _block(graph: Graph, groups: int) -> str:
    words = f"A bottleneck twice as wide, whose 3×3 convolution works in {groups} groups"
    return bottleneck(graph, "ResNeXtBlock", words, inner="channels * 2", groups=groups)


def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 64, cardinality: int = 32) -> Graph:
    """ResNeXt-50 (32×4d): 25,028,904 parameters. ``cardinality`` is the number of groups."""
    return stack("ResNeXt-50 32×4d", partial(_block, groups=cardinality), (3, 4, 6, 3), classes, input, width)


NETWORK = Preset(
    name="resnext-50-32x4d",
    title="ResNeXt-50 32×4d",
    family="Convolutional",
    paper=papers.RESNEXT,
    data="",
    summary="32 narrow ways instead of one wide one: better at equal size.",
    build=build,
    names=NAMES,
)
PRESETS = (
    small(
        NETWORK,
        "Eight groups, an eighth as wide, on handwritten digits.",
        partial(on_digits, epochs=6, lr=3e-3, weight_decay=0.05),
        classes=10,
        input=(1, 32, 32),
        width=8,
        cardinality=8,
    ),
    NETWORK,
)
