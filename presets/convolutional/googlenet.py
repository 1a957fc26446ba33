"""GoogLeNet: nine inception modules, and two heads on the way that help to train them."""

from __future__ import annotations

from functools import partial

from engine.graph import Graph
from presets import papers
from presets.convolutional.inception_modules import HE, WIDTHS, bottleneck_inception
from presets.learning import on_digits
from presets.preset import Preset, Row, chain, small

POOL: Row = ("MaxPool2d", {"kernel_size": 3, "stride": 2, "ceil_mode": True})
RELU: Row = ("ReLU", {})
NORM: Row = ("LocalResponseNorm", {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 1.0})
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""Table 1 of the paper: 1×1, 3×3 reduced, 3×3, 5×5 reduced, 5×5, after the pooling."""
NAMES = {
    "conv1": "conv1/7x7_s2",
    "conv2_reduce": "conv2/3x3_reduce",
    "conv2": "conv2/3x3",
    **{f"inception_{module}.{branch}": f"inception_{module}/{theirs}"
       for module in MODULES
       for branch, theirs in (
           ("conv1x1", "1x1"), ("reduce3x3", "3x3_reduce"), ("conv3x3", "3x3"), ("reduce5x5", "5x5_reduce"),
           ("conv5x5", "5x5"), ("project", "pool_proj"),
       )},
    **{f"head{number}_{ours}": f"loss{number}/{theirs}"
       for number in (1, 2) for ours, theirs in (("conv", "conv"), ("hidden", "fc"), ("classes", "classifier"))},
    "classes": "loss3/classifier",
}  # fmt: skip
"""Our names and those of Caffe's bvlc_googlenet."""


def build(
    classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 64, auxiliary: bool = True
) -> Graph:
    """Szegedy et al. 2014, with local response normalization and without batch norm: 13,378,280 parameters.

    6,998,552 without the auxiliary heads, which may be thrown away after training. ``width`` is that of the stem.
    """
    graph = Graph("GoogLeNet")
    kind = bottleneck_inception(graph)

    def module(name: str) -> Row:
        sizes = zip(WIDTHS.values(), MODULES[name], strict=True)
        widths = {parameter: max(1, channels * width // 64) for parameter, channels in sizes}
        return kind, {"name": f"inception_{name}", **widths}

    trunk = chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Conv2d", {"name": "conv1", "out_channels": width, "kernel_size": 7, "stride": 2, "padding": 3} | HE),
        *(RELU, POOL, NORM),
        ("Conv2d", {"name": "conv2_reduce", "out_channels": width, "kernel_size": 1} | HE),
        RELU,
        ("Conv2d", {"name": "conv2", "out_channels": 3 * width, "kernel_size": 3, "padding": 1} | HE),
        *(RELU, NORM, POOL),
        *(module("3a"), module("3b"), POOL),
        *(module(f"4{letter}") for letter in "abcde"),
        *(POOL, module("5a"), module("5b")),
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Flatten", {}),
        ("Dropout", {"p": 0.4}),
        ("Linear", {"name": "classes", "out_features": classes}),
        ("Output", {"name": "class"}),
    )
    if auxiliary:
        pool: Row = ("AvgPool2d", {"kernel_size": 5, "stride": 3})
        if min(input[1:], default=0) < 80:  # too few positions are left for windows of 5×5
            pool = ("AdaptiveAvgPool2d", {"output_size": 4})
        for number, name in enumerate(("inception_4a", "inception_4d"), 1):
            start = next(node for node in trunk if graph.nodes[node].name == name)
            graph.connect(start, _head(graph, number, pool, classes, width))
    return graph


def _head(graph: Graph, number: int, pool: Row, classes: int, width: int) -> str:
    """An auxiliary head, whose loss counts three tenths; returns its first node."""
    return chain(
        graph,
        pool,
        ("Conv2d", {"name": f"head{number}_conv", "out_channels": 2 * width, "kernel_size": 1} | HE),
        RELU,
        ("Flatten", {}),
        ("Linear", {"name": f"head{number}_hidden", "out_features": 16 * width}),
        RELU,
        ("Dropout", {"p": 0.7}),
        ("Linear", {"name": f"head{number}_classes", "out_features": classes}),
        ("Output", {"name": f"class{number}", "weight": 0.3}),
    )[0]


NETWORK = Preset(
    name="googlenet",
    title="GoogLeNet",
    family="Convolutional",
    paper=papers.INCEPTION,
    data="",
    summary="Nine inception modules; two heads on the way help to train them.",
    build=build,
    names=NAMES,
)
LEARN = partial(on_digits, epochs=10, lr=2e-3, weight_decay=0.05)
WORDS = "A quarter as wide, on digits of 32×32, with all three losses."
PRESETS = (small(NETWORK, WORDS, LEARN, classes=10, input=(1, 32, 32), width=16), NETWORK)
