"""Convolutional classifiers in one line, from LeNet to SqueezeNet and MobileNet."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import public, step
from tests.engine.public.parts import CIFAR, CUT, IMAGENET, conv


@public(CIFAR, weights=966_986)
def network_in_network() -> Graph:
    """Lin, Chen and Yan 2013, Network in network: small networks slide over the image; the scores are averaged."""
    graph = Graph("Network in network")
    along(
        graph,
        graph.add("Input", shape=(3, 32, 32)),
        *conv(192, 5, padding=2),
        *conv(160, 1),
        *conv(96, 1),
        step("MaxPool2d", kernel_size=3, stride=2, padding=1),
        step("Dropout", p=0.5),
        *conv(192, 5, padding=2),
        *conv(192, 1),
        *conv(192, 1),
        step("AvgPool2d", kernel_size=3, stride=2, padding=1),
        step("Dropout", p=0.5),
        *conv(192, padding=1),
        *conv(192, 1),
        *conv(10, 1),
        step("AvgPool2d", kernel_size=8),
        step("Flatten"),
        step("Output"),
    )
    return graph


@public(CIFAR, weights=1_369_738)
def all_cnn() -> Graph:
    """Springenberg, Dosovitskiy, Brox and Riedmiller 2014, Striving for simplicity: the all convolutional net."""
    graph = Graph("ALL-CNN-C")
    along(
        graph,
        graph.add("Input", shape=(3, 32, 32)),
        step("Dropout", p=0.2),
        *conv(96, padding=1),
        *conv(96, padding=1),
        *conv(96, stride=2, padding=1),
        step("Dropout", p=0.5),
        *conv(192, padding=1),
        *conv(192, padding=1),
        *conv(192, stride=2, padding=1),
        step("Dropout", p=0.5),
        *conv(192, padding=1),
        *conv(192, 1),
        *conv(10, 1),
        step("AdaptiveAvgPool2d", output_size=1),
        step("Flatten"),
        step("Output"),
    )
    return graph


@public(IMAGENET, weights=1_248_424, hints=CUT)
def squeezenet() -> Graph:
    """Iandola and others 2016, SqueezeNet: AlexNet-level accuracy with 50x fewer parameters; its scores have a ReLU."""
    graph = Graph("SqueezeNet 1.0")
    pool = step("MaxPool2d", kernel_size=3, stride=2, ceil_mode=True)
    last = along(graph, graph.add("Input", shape=(3, 224, 224)), *conv(96, 7, stride=2), pool)
    for index, (squeeze, expand) in enumerate(
        ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
    ):
        narrow = along(graph, last, *conv(squeeze, 1))
        one, three = along(graph, narrow, *conv(expand, 1)), along(graph, narrow, *conv(expand, padding=1))
        last = joined(graph, "Concat", one, three)
        last = along(graph, last, pool) if index in (2, 6) else last
    along(
        graph,
        last,
        step("Dropout", p=0.5),
        *conv(1000, 1),
        step("AdaptiveAvgPool2d", output_size=1),
        step("Flatten"),
        step("Output"),
    )
    return graph
