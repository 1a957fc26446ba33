"""The residual networks for images of 32×32, and the plain ones they were compared with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from engine.graph import Graph
from presets import papers
from presets.convolutional.residual_blocks import basic_block, plain_block
from presets.convolutional.residual_network import Build, stack
from presets.learning import on_shapes
from presets.preset import Preset, small

NAMES = {
    "stem": "conv1",
    "stage*.*.shortcut.conv": "layer*.*.shortcut.0",
    "stage*.*.shortcut.bn": "layer*.*.shortcut.1",
    "stage*": "layer*",
    "fc1": "linear",
}
"""Our names and those of Yerlan Idelbayev's networks, github.com/akamaster/pytorch_resnet_cifar10."""


def _builder(title: str, block: Build, depth: int) -> Callable[..., Graph]:
    """Section 4.2 of the paper: three stages of (depth − 2) / 6 blocks with 16, 32 and 64 channels."""

    def build(classes: int = 10, input: tuple[int, ...] = (3, 32, 32), width: int = 16) -> Graph:
        return stack(title, block, ((depth - 2) // 6,) * 3, classes, input, width)

    return build


def _presets(name: str, title: str, block: Build, depth: int, width: int, summary: str) -> tuple[Preset, Preset]:
    network = Preset(
        name=name,
        title=title,
        family="Convolutional",
        paper=papers.RESNET,
        data="",
        summary=summary,
        build=_builder(title, block, depth),
        names=NAMES,
    )
    side = 32 if depth < 50 else 16  # a step through so many layers takes its time
    learn = partial(on_shapes, epochs=2, lr=3e-3, weight_decay=0.05, batch_size=64)
    words = f"{width} to {4 * width} channels, on drawings of {side}×{side}: which shape is it?"
    return small(network, words, learn, "shapes", classes=6, input=(3, side, side), width=width), network


PRESETS = (
    *_presets(
        "cifar-resnet-20",
        "CIFAR ResNet-20",
        basic_block,
        20,
        8,
        "Nine residual blocks for images of 32×32.",
    ),
    *_presets(
        "plain-20", "Plain-20", plain_block, 20, 8, "ResNet-20 without its shortcuts: at 20 layers it still trains."
    ),
    *_presets("cifar-resnet-56", "CIFAR ResNet-56", basic_block, 56, 4, "Deeper and better, thanks to the shortcuts."),
    *_presets("plain-56", "Plain-56", plain_block, 56, 4, "Deeper and worse: without shortcuts depth harms training."),
    *_presets("cifar-resnet-110", "CIFAR ResNet-110", basic_block, 110, 4, "110 layers with 1.7 million weights."),
)
