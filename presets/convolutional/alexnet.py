"""AlexNet: the network that began it in 2012, and the simpler one that PyTorch has of it."""

from __future__ import annotations

from functools import partial

from engine.graph import Graph
from presets import papers
from presets.learning import on_digits
from presets.preset import Preset, Row, chain, small

POOL: Row = ("MaxPool2d", {"kernel_size": 3, "stride": 2})
RELU: Row = ("ReLU", {})
NORM: Row = ("LocalResponseNorm", {"size": 5, "alpha": 5e-4, "beta": 0.75, "k": 2.0})
"""As in the paper, whose alpha is 1e-4: torch divides it by the size."""


def _conv(channels: int, kernel: int, padding: int, stride: int = 1, groups: int = 1) -> Row:
    sizes = {"out_channels": channels, "kernel_size": kernel, "stride": stride, "padding": padding, "groups": groups}
    return "Conv2d", {
        name: value for name, value in sizes.items() if (name, value) not in (("stride", 1), ("groups", 1))
    }


def _classifier(hidden: int, classes: int) -> tuple[Row, ...]:
    """Two dense layers, each after a dropout, and the answer."""
    dense: tuple[Row, ...] = (("Dropout", {"p": 0.5}), ("Linear", {"out_features": hidden}), RELU)
    return *dense, *dense, ("Linear", {"out_features": classes}), ("Output", {"name": "class"})


def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 64) -> Graph:
    """Krizhevsky 2014 ("One weird trick") as torchvision has it, without groups and norms: 61,100,840 parameters."""
    graph = Graph("AlexNet")
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        *(_conv(width, 11, 2, stride=4), RELU, POOL),
        *(_conv(3 * width, 5, 2), RELU, POOL),
        *(_conv(6 * width, 3, 1), RELU),
        *(_conv(4 * width, 3, 1), RELU),
        *(_conv(4 * width, 3, 1), RELU, POOL),
        ("AdaptiveAvgPool2d", {"output_size": 6}),
        ("Flatten", {}),
        *_classifier(64 * width, classes),
    )
    return graph


def build_2012(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 32) -> Graph:
    """The network of the paper: three convolutions in two groups, one for each graphics card, and local response
    normalization: 60,965,224 parameters. Two cells of padding make its 227 pixels of the 224."""
    graph = Graph("AlexNet (2012)")
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        *(_conv(3 * width, 11, 2, stride=4), RELU, NORM, POOL),
        *(_conv(8 * width, 5, 2, groups=2), RELU, NORM, POOL),
        *(_conv(12 * width, 3, 1), RELU),
        *(_conv(12 * width, 3, 1, groups=2), RELU),
        *(_conv(8 * width, 3, 1, groups=2), RELU, POOL),
        ("Flatten", {}),
        *_classifier(128 * width, classes),
    )
    return graph


NETWORK = Preset(
    name="alexnet",
    title="AlexNet",
    family="Convolutional",
    paper=papers.ALEXNET,
    data="",
    summary="Five convolutions and three dense layers, as courses draw it today.",
    build=build,
    names={
        **{f"conv{number}": f"features.{index}" for number, index in enumerate((0, 3, 6, 8, 10), 1)},
        **{f"fc{number}": f"classifier.{index}" for number, index in enumerate((1, 4, 6), 1)},
    },  # torchvision's
)
NETWORK_2012 = Preset(
    name="alexnet-2012",
    title="AlexNet (2012)",
    family="Convolutional",
    paper=papers.ALEXNET_2012,
    data="",
    summary="It won ImageNet on two graphics cards: groups and local norms.",
    build=build_2012,
    names={"fc1": "fc6", "fc2": "fc7", "fc3": "fc8"},  # Caffe's
)
LEARN = partial(on_digits, epochs=10, lr=2e-3, weight_decay=0.05)
PRESETS = (
    NETWORK_2012,
    small(NETWORK_2012, "A fifth as wide, on digits of 64×64.", LEARN, classes=10, input=(1, 64, 64), width=6),
    NETWORK,
    small(NETWORK, "An eighth as wide, on digits of 64×64.", LEARN, classes=10, input=(1, 64, 64), width=8),
)
