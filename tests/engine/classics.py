"""Classic networks drawn with blocks, at full size, for the golden sources."""

from __future__ import annotations

from typing import Any

from engine.graph import Graph

Step = tuple[str, dict[str, Any]]


def reckoned(text: str) -> dict[str, str]:
    """An expression over the parameters of the block around."""
    return {"expr": text}


def along(graph: Graph, last: str | tuple[str, int], *steps: Step) -> str:
    """The steps one after the other, from a node (or one of its outputs) on; returns the last."""
    start, port = last if isinstance(last, tuple) else (last, 0)
    for kind, parameters in steps:
        node = graph.add(kind, **parameters)
        graph.connect(start, node, source=port)
        start, port = node, 0
    return start


def joined(graph: Graph, kind: str, *nodes: str, **parameters: Any) -> str:
    """One node that takes all of these."""
    node = graph.add(kind, **parameters)
    for each in nodes:
        graph.connect(each, node)
    return node


def densenet_121() -> Graph:
    """Huang et al. 2016, https://arxiv.org/abs/1608.06993: 7,978,856 parameters."""
    graph = Graph("DenseNet-121")
    layer = graph.define("DenseLayer", help="Adds growth channels, made of all channels so far", growth=32)
    x = layer.add("BlockInput")
    new = along(
        layer,
        x,
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Conv2d", {"out_channels": reckoned("growth * 4"), "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Conv2d", {"out_channels": reckoned("growth"), "kernel_size": 3, "padding": 1, "bias": False}),
    )
    layer.connect(joined(layer, "Concat", x, new), layer.add("BlockOutput"))
    transition = graph.define("Transition", help="Halves channels and size", channels=128)
    along(
        transition,
        transition.add("BlockInput"),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Conv2d", {"out_channels": reckoned("channels"), "kernel_size": 1, "bias": False}),
        ("AvgPool2d", {"kernel_size": 2}),
        ("BlockOutput", {}),
    )
    along(
        graph,
        graph.add("Input", shape=(3, 224, 224)),
        ("Conv2d", {"out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3, "bias": False}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
        ("DenseLayer", {"name": "dense1", "repeat": 6}),
        ("Transition", {"name": "transition1", "channels": 128}),
        ("DenseLayer", {"name": "dense2", "repeat": 12}),
        ("Transition", {"name": "transition2", "channels": 256}),
        ("DenseLayer", {"name": "dense3", "repeat": 24}),
        ("Transition", {"name": "transition3", "channels": 512}),
        ("DenseLayer", {"name": "dense4", "repeat": 16}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Flatten", {}),
        ("Linear", {"out_features": 1000}),
        ("Output", {}),
    )
    return graph


def googlenet() -> Graph:
    """Szegedy et al. 2014, https://arxiv.org/abs/1409.4842: 6,998,552 parameters, and 6,379,728 in two side heads."""
    graph = Graph("GoogLeNet")
    conv = graph.define("ConvReLU", channels=64, kernel_size=1, stride=1, padding=0)
    free = {name: reckoned(name) for name in ("kernel_size", "stride", "padding")}
    along(
        conv,
        conv.add("BlockInput"),
        ("Conv2d", {"out_channels": reckoned("channels")} | free),
        ("ReLU", {}),
        ("BlockOutput", {}),
    )
    sizes = {"branch1": 64, "reduce3": 96, "branch3": 128, "reduce5": 16, "branch5": 32, "pool": 32}
    inception = graph.define("Inception", help="Four views of the same image side by side", **sizes)
    x = inception.add("BlockInput")
    branches = [
        along(inception, x, ("ConvReLU", {"channels": reckoned("branch1")})),
        along(
            inception,
            x,
            ("ConvReLU", {"channels": reckoned("reduce3")}),
            ("ConvReLU", {"channels": reckoned("branch3"), "kernel_size": 3, "padding": 1}),
        ),
        along(
            inception,
            x,
            ("ConvReLU", {"channels": reckoned("reduce5")}),
            ("ConvReLU", {"channels": reckoned("branch5"), "kernel_size": 5, "padding": 2}),
        ),
        along(
            inception,
            x,
            ("MaxPool2d", {"kernel_size": 3, "stride": 1, "padding": 1}),
            ("ConvReLU", {"channels": reckoned("pool")}),
        ),
    ]
    inception.connect(joined(inception, "Concat", *branches), inception.add("BlockOutput"))
    side = graph.define("SideHead", help="An answer from half way: gradients reach the first layers", classes=1000)
    along(
        side,
        side.add("BlockInput"),
        ("AvgPool2d", {"kernel_size": 5, "stride": 3}),
        ("ConvReLU", {"channels": 128}),
        ("Flatten", {}),
        ("Linear", {"out_features": 1024}),
        ("ReLU", {}),
        ("Dropout", {"p": 0.7}),
        ("Linear", {"out_features": reckoned("classes")}),
        ("BlockOutput", {}),
    )

    def mixed(name: str, *channels: int) -> Step:
        return "Inception", {"name": name} | dict(zip(sizes, channels, strict=True))

    shrink: Step = ("MaxPool2d", {"kernel_size": 3, "stride": 2, "ceil_mode": True})
    first = along(
        graph,
        graph.add("Input", shape=(3, 224, 224)),
        ("ConvReLU", {"channels": 64, "kernel_size": 7, "stride": 2, "padding": 3}),
        shrink,
        ("LocalResponseNorm", {"size": 5}),
        ("ConvReLU", {"channels": 64}),
        ("ConvReLU", {"channels": 192, "kernel_size": 3, "padding": 1}),
        ("LocalResponseNorm", {"size": 5}),
        shrink,
        mixed("inception3a", 64, 96, 128, 16, 32, 32),
        mixed("inception3b", 128, 128, 192, 32, 96, 64),
        shrink,
        mixed("inception4a", 192, 96, 208, 16, 48, 64),
    )
    second = along(
        graph,
        first,
        mixed("inception4b", 160, 112, 224, 24, 64, 64),
        mixed("inception4c", 128, 128, 256, 24, 64, 64),
        mixed("inception4d", 112, 144, 288, 32, 64, 64),
    )
    last = along(
        graph,
        second,
        mixed("inception4e", 256, 160, 320, 32, 128, 128),
        shrink,
        mixed("inception5a", 256, 160, 320, 32, 128, 128),
        mixed("inception5b", 384, 192, 384, 48, 128, 128),
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Flatten", {}),
        ("Dropout", {"p": 0.4}),
        ("Linear", {"out_features": 1000}),
    )
    graph.connect(last, graph.add("Output"))
    for index, source in enumerate((first, second)):
        along(
            graph,
            source,
            ("SideHead", {"name": f"side{index + 1}"}),
            ("Output", {"weight": 0.3, "name": f"answer{index + 1}"}),
        )
    return graph


def bottleneck(graph: Graph, name: str, shortcut: bool) -> None:
    """He et al. 2015, https://arxiv.org/abs/1512.03385: the block of ResNet-50 to 152, with or without projection."""
    block = graph.define(name, channels=64, stride=1)
    x = block.add("BlockInput")
    free = {"bias": False}
    y = along(
        block,
        x,
        ("Conv2d", {"out_channels": reckoned("channels"), "kernel_size": 1} | free),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        (
            "Conv2d",
            {"out_channels": reckoned("channels"), "kernel_size": 3, "stride": reckoned("stride"), "padding": 1} | free,
        ),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Conv2d", {"out_channels": reckoned("channels * 4"), "kernel_size": 1} | free),
        ("BatchNorm2d", {}),
    )
    size = {"out_channels": reckoned("channels * 4"), "kernel_size": 1, "stride": reckoned("stride")}
    side = along(block, x, ("Conv2d", size | free), ("BatchNorm2d", {})) if shortcut else x
    along(block, joined(block, "Add", y, side), ("ReLU", {}), ("BlockOutput", {}))


def resnet_152() -> Graph:
    """ResNet-152 with projections as nodes of their own: 517 nodes when all blocks are dissolved."""
    graph = Graph("ResNet-152")
    bottleneck(graph, "First", shortcut=True)
    bottleneck(graph, "Further", shortcut=False)
    steps: list[Step] = [
        ("Conv2d", {"out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3, "bias": False}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
    ]
    for stage, (channels, depth) in enumerate(((64, 3), (128, 8), (256, 36), (512, 3))):
        steps += [
            ("First", {"channels": channels, "stride": min(stage + 1, 2)}),
            ("Further", {"channels": channels, "repeat": depth - 1}),
        ]
    steps += [("AdaptiveAvgPool2d", {"output_size": 1}), ("Flatten", {}), ("Linear", {"out_features": 1000})]
    along(graph, graph.add("Input", shape=(3, 224, 224)), *steps, ("Output", {}))
    return graph
