"""SE-ResNet: a residual network whose blocks weigh their channels by what the whole image shows."""

from __future__ import annotations

from functools import partial

from engine.graph import Graph
from presets import papers
from presets.convolutional.residual_blocks import bottleneck
from presets.convolutional.residual_network import NAMES, stack
from presets.learning import on_digits
from presets.preset import Preset, small


def _block(graph: Graph) -> str:
    return bottleneck(
        graph, "SEBottleneck", "A bottleneck whose channels are weighed by what the image shows", gated=True
    )


def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 64) -> Graph:
    """Hu et al. 2017 on ResNet-50, reduction 16: 28,088,024 parameters."""
    return stack("SE-ResNet-50", _block, (3, 4, 6, 3), classes, input, width)


NETWORK = Preset(
    name="se-resnet-50",
    title="SE-ResNet-50",
    family="Convolutional",
    paper=papers.SE_NET,
    data="",
    summary="Each block asks the whole image which of its channels matter.",
    build=build,
    names={"stage*.*.fc1": "layer*.*.se.fc1", "stage*.*.fc2": "layer*.*.se.fc2", **NAMES},  # as timm has them
)
PRESETS = (
    small(
        NETWORK,
        "An eighth as wide, on handwritten digits.",
        partial(on_digits, epochs=6, lr=3e-3, weight_decay=0.05),
        classes=10,
        input=(1, 32, 32),
        width=8,
    ),
    NETWORK,
)
