"""Data, true hints and layers that several of the files draw with."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import Step, along, joined
from tests.engine.public.architecture import labels, numbers, step

CIFAR = {"image": numbers(3, 32, 32, low=0.0), "label": labels(10)}
IMAGENET = {"image": numbers(3, 224, 224), "label": labels(1000)}
DIGITS = {"image": numbers(1, 28, 28, low=0.0), "label": labels(10)}
MANY = {"many-weights": "more than a thousand for each sample"}
BIAS = {"bias-before-norm": "the bias is in the paper's own code, and does nothing"}
LINEAR = {"no-activation": "what is in the middle is linear on purpose, and narrow"}
CUT = {"unused-columns": "the paper's own arithmetic leaves a row and a column over"}


def conv(channels: int, kernel: int = 3, **more: object) -> list[Step]:
    """A convolution and its ReLU."""
    return [step("Conv2d", out_channels=channels, kernel_size=kernel, **more), step("ReLU")]


def conv_bn(channels: int, kernel: int | tuple[int, int] = 3, **more: object) -> list[Step]:
    """A convolution without bias, its norm and ReLU."""
    size = {"out_channels": channels, "kernel_size": kernel, "bias": False}
    return [step("Conv2d", **size | more), step("BatchNorm2d"), step("ReLU")]


def head(classes: int) -> list[Step]:
    """A global average, and a score of each class."""
    pool = step("AdaptiveAvgPool2d", output_size=1)
    return [pool, step("Flatten"), step("Linear", out_features=classes), step("Output")]


def dense(*widths: int) -> list[Step]:
    """Hidden layers of a perceptron."""
    return [each for width in widths for each in (step("Linear", out_features=width), step("ReLU"))]


def around(graph: Graph, x: str, *steps: Step) -> str:
    """A branch and the shortcut around it."""
    return joined(graph, "Add", along(graph, x, *steps), x)
