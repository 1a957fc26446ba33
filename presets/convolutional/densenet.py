"""DenseNet: every layer reads all before it, for their outputs run side by side."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from engine.expressions import expression
from engine.graph import Graph
from presets import papers
from presets.learning import on_digits
from presets.preset import Preset, Row, chain, small

NAMES = {
    "stem": "features.conv0",
    "bn1": "features.norm0",
    "block*.*": "features.denseblock*.denselayer*+1",
    "transition*": "features.transition*",
    "bn2": "features.norm5",
    "fc1": "classifier",
}
"""Our names and torchvision's."""


def dense_layer(graph: Graph, growth: int) -> str:
    """Define the block: ``growth`` new channels, computed from all so far and put after them; returns its name."""
    words = "New channels, computed from all so far and put after them"
    block = graph.define("DenseLayer", help=words, growth=growth)
    ids = chain(
        block,
        ("BlockInput", {"name": "x"}),
        ("BatchNorm2d", {"name": "norm1"}),
        ("ReLU", {}),
        ("Conv2d", {"out_channels": expression("growth * 4"), "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", {"name": "norm2"}),
        ("ReLU", {}),
        ("Conv2d", {"out_channels": expression("growth"), "kernel_size": 3, "padding": 1, "bias": False}),
    )
    concat = block.add("Concat")
    block.connect(ids[0], concat)
    block.connect(ids[-1], concat)
    block.connect(concat, block.add("BlockOutput", name="y"))
    return "DenseLayer"


def transition(graph: Graph) -> str:
    """Define the block between two stages: half the channels, half the height and width; returns its name."""
    chain(
        graph.define("Transition", help="Half the channels, half the height and width"),
        ("BlockInput", {"name": "x"}),
        ("BatchNorm2d", {"name": "norm"}),
        ("ReLU", {}),
        ("Conv2d", {"name": "conv", "out_channels": expression("in_channels // 2"), "kernel_size": 1, "bias": False}),
        ("AvgPool2d", {"kernel_size": 2}),
        ("BlockOutput", {"name": "y"}),
    )
    return "Transition"


def _builder(name: str, depths: tuple[int, ...], wide: int) -> Callable[..., Graph]:
    def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = wide) -> Graph:
        """``width`` is the growth rate; images up to 64 pixels get a stem that keeps their size."""
        graph = Graph(name)
        layer, between = dense_layer(graph, width), transition(graph)
        stem: list[Row] = [("BatchNorm2d", {}), ("ReLU", {})]
        if max(input[1:], default=0) <= 64:
            first: dict[str, int] = {"kernel_size": 3, "padding": 1}
        else:
            first = {"kernel_size": 7, "stride": 2, "padding": 3}
            stem.append(("MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}))
        rows: list[Row] = []
        for number, depth in enumerate(depths, 1):
            rows += [(between, {"name": f"transition{number - 1}"})] if number > 1 else []
            rows.append((layer, {"name": f"block{number}", "growth": width, "repeat": depth}))
        chain(
            graph,
            ("Input", {"name": "image", "shape": input}),
            ("Conv2d", {"name": "stem", "out_channels": 2 * width, "bias": False} | first),
            *stem,
            *rows,
            ("BatchNorm2d", {}),
            ("ReLU", {}),
            ("AdaptiveAvgPool2d", {"output_size": 1}),
            ("Flatten", {}),
            ("Linear", {"out_features": classes}),
            ("Output", {"name": "class"}),
        )
        return graph

    return build


def _presets(layers: int, depths: tuple[int, ...], growth: int, summary: str) -> tuple[Preset, Preset]:
    title = f"DenseNet-{layers}"
    build = _builder(title, depths, growth)
    network = Preset(f"densenet-{layers}", title, "Convolutional", papers.DENSENET, "", summary, build, names=NAMES)
    learn = partial(on_digits, epochs=5, lr=3e-3, weight_decay=0.05)
    words = f"All {layers} layers, each adding four channels, on digits."
    return small(network, words, learn, classes=10, input=(1, 16, 16), width=4), network


PRESETS = (
    *_presets(121, (6, 12, 24, 16), 32, "Each layer reads all before it, and adds 32 channels."),
    *_presets(161, (6, 12, 36, 24), 48, "The wide one of the paper: 48 new channels a layer."),
)
