"""ConvNeXt: a convolutional network with the habits of a Transformer."""

from __future__ import annotations

from functools import partial

from engine.expressions import expression
from engine.graph import Graph
from presets import papers
from presets.learning import on_digits
from presets.preset import Preset, Row, chain, small

BLOCK = "ConvNeXtBlock"
DEPTHS = (3, 3, 9, 3)
NORM = {"eps": 1e-6}
NAMES = {
    "stem": "features.0.0",
    "norm1": "features.0.1",
    **{f"stage{number}.*.{ours}": f"features.{2 * number - 1}.*.{theirs}"
       for number in (1, 2, 3, 4)
       for ours, theirs in (
           ("depthwise", "block.0"), ("norm", "block.2"), ("fc1", "block.3"), ("fc2", "block.5"),
           ("scale.gamma", "layer_scale"),
       )},
    **{f"{ours}{number}": f"features.{2 * number}.{theirs}"
       for number in (1, 2, 3) for ours, theirs in (("shrink_norm", 0), ("shrink", 1))},
    "norm2": "classifier.0",
    "head": "classifier.2",
}  # fmt: skip
"""Our names and torchvision's."""


def convnext_block(graph: Graph) -> None:
    """Define the block: a 7×7 filter for each channel, then two dense layers at every position.

    The channels are moved to the end for the dense layers. LayerScale begins with nearly nothing of the branch.
    """
    words = "A 7×7 filter for each channel, then dense layers at every position; added to what was there"
    block = graph.define(BLOCK, help=words, drop=0.0)
    channels = expression("in_channels")
    ids = chain(
        block,
        ("BlockInput", {"name": "x"}),
        ("Conv2d", {"name": "depthwise", "out_channels": channels, "kernel_size": 7, "padding": 3, "groups": channels}),
        ("Permute", {"name": "channels_last", "dims": (0, 2, 3, 1)}),
        ("LayerNorm", {"name": "norm"} | NORM),
        ("Linear", {"out_features": expression("in_channels * 4")}),
        ("GELU", {}),
        ("Linear", {"out_features": channels}),
        ("LayerScale", {"name": "scale", "init_value": 1e-6}),
        ("Permute", {"name": "channels_first", "dims": (0, 3, 1, 2)}),
        ("StochasticDepth", {"p": expression("drop")}),
        ("Add", {}),
        ("BlockOutput", {"name": "y"}),
    )
    block.connect(ids[0], ids[-2])


def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 96) -> Graph:
    """Liu et al. 2022, ConvNeXt-T: 28,589,128 parameters. ``width`` is that of the first stage."""
    graph = Graph("ConvNeXt tiny")
    convnext_block(graph)
    rows, done = list[Row](), 0
    for number, depth in enumerate(DEPTHS, 1):
        drops = tuple(round(0.1 * (done + index) / (sum(DEPTHS) - 1), 6) for index in range(depth))
        rows.append((BLOCK, {"name": f"stage{number}", "repeat": depth, "drop": {"per_repeat": drops}}))
        done += depth
        if number < len(DEPTHS):
            halved = {"out_channels": 2**number * width, "kernel_size": 2, "stride": 2}
            rows.append(("LayerNorm2d", {"name": f"shrink_norm{number}"} | NORM))
            rows.append(("Conv2d", {"name": f"shrink{number}"} | halved))
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Conv2d", {"name": "stem", "out_channels": width, "kernel_size": 4, "stride": 4}),
        ("LayerNorm2d", {"name": "norm1"} | NORM),
        *rows,
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("LayerNorm2d", {"name": "norm2"} | NORM),
        ("Flatten", {}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "class"}),
    )
    return graph


NETWORK = Preset(
    name="convnext-tiny",
    title="ConvNeXt tiny",
    family="Convolutional",
    paper=papers.CONVNEXT,
    data="",
    summary="What convolutions learned from Transformers: 7×7 and LayerNorm.",
    build=build,
    names=NAMES,
)
LEARN = partial(on_digits, epochs=8, lr=3e-3, weight_decay=0.05)
WORDS = "A twelfth as wide, on digits of 32×32."
PRESETS = (small(NETWORK, WORDS, LEARN, classes=10, input=(1, 32, 32), width=8), NETWORK)
