"""A few whole networks for the tests."""

from __future__ import annotations

from typing import Any

from engine.graph import Graph

Step = tuple[str, dict[str, Any]]


def chain(shape: tuple[Any, ...], *steps: Step, dtype: str = "float32", name: str = "network") -> Graph:
    """Input → the steps, one after the other → Output."""
    graph = Graph(name)
    last = graph.add("Input", shape=shape, dtype=dtype)
    for node_type, parameters in (*steps, ("Output", {})):
        node = graph.add(node_type, **parameters)
        graph.connect(last, node)
        last = node
    return graph


def lenet() -> Graph:
    """LeNet-5 as today's textbooks have it: 61,706 parameters."""
    return chain(
        (1, 32, 32),
        ("Conv2d", {"out_channels": 6, "kernel_size": 5}),
        ("Tanh", {}),
        ("AvgPool2d", {"kernel_size": 2}),
        ("Conv2d", {"out_channels": 16, "kernel_size": 5}),
        ("Tanh", {}),
        ("AvgPool2d", {"kernel_size": 2}),
        ("Flatten", {}),
        ("Linear", {"out_features": 120}),
        ("Tanh", {}),
        ("Linear", {"out_features": 84}),
        ("Tanh", {}),
        ("Linear", {"out_features": 10}),
        name="LeNet-5",
    )


def mlp(inputs: int = 784, width: int = 512, classes: int = 10) -> Graph:
    """Two hidden layers with ReLU."""
    wide: Step = ("Linear", {"out_features": width})
    return chain((inputs,), wide, ("ReLU", {}), wide, ("ReLU", {}), ("Linear", {"out_features": classes}), name="MLP")


def long_chain(nodes: int) -> Graph:
    """A convolution network without a branch, of so many nodes."""
    block: list[Step] = [
        ("Conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
    ]
    steps = (block * nodes)[: nodes - 2]
    return chain((3, 32, 32), *steps, name="chain")


def residual(blocks: int, width: int = 16) -> Graph:
    """Blocks of Linear and ReLU, each with a skip connection around it."""
    graph = Graph("residual")
    last = graph.add("Input", shape=(width,))
    for _ in range(blocks):
        linear, relu, add = graph.add("Linear", out_features=width), graph.add("ReLU"), graph.add("Add")
        for source, target in ((last, linear), (linear, relu), (relu, add), (last, add)):
            graph.connect(source, target)
        last = add
    graph.connect(last, graph.add("Output"))
    return graph
