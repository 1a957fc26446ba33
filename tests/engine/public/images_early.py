"""The convolutional classifiers from 1998 to 2012."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along
from tests.engine.public.architecture import labels, numbers, public, step
from tests.engine.public.parts import IMAGENET, conv


@public({"image": numbers(1, 32, 32), "label": labels(10)}, weights=61_706)
def lenet_5() -> Graph:
    """LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning applied to document recognition."""
    graph = Graph("LeNet-5")
    along(
        graph,
        graph.add("Input", shape=(1, 32, 32)),
        step("Conv2d", out_channels=6, kernel_size=5),
        step("Tanh"),
        step("AvgPool2d", kernel_size=2),
        step("Conv2d", out_channels=16, kernel_size=5),
        step("Tanh"),
        step("AvgPool2d", kernel_size=2),
        step("Flatten"),
        step("Linear", out_features=120),
        step("Tanh"),
        step("Linear", out_features=84),
        step("Tanh"),
        step("Linear", out_features=10),
        step("Output"),
    )
    return graph


@public(IMAGENET, weights=61_100_840, samples=1_281_167)
def alexnet() -> Graph:
    """Krizhevsky 2014, One weird trick for parallelizing convolutional neural networks: AlexNet in one tower."""
    graph = Graph("AlexNet")
    pool = step("MaxPool2d", kernel_size=3, stride=2)
    along(
        graph,
        graph.add("Input", shape=(3, 224, 224)),
        *conv(64, 11, stride=4, padding=2),
        pool,
        *conv(192, 5, padding=2),
        pool,
        *conv(384, padding=1),
        *conv(256, padding=1),
        *conv(256, padding=1),
        pool,
        step("AdaptiveAvgPool2d", output_size=6),
        step("Flatten"),
        step("Dropout", p=0.5),
        step("Linear", out_features=4096),
        step("ReLU"),
        step("Dropout", p=0.5),
        step("Linear", out_features=4096),
        step("ReLU"),
        step("Linear", out_features=1000),
        step("Output"),
    )
    return graph
