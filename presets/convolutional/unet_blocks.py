"""The blocks of U-Nets."""

from __future__ import annotations

from engine.expressions import expression
from engine.graph import Graph
from presets.preset import Row, chain


def double_convolution(graph: Graph) -> str:
    """Define the block: twice a 3×3 convolution with batch norm and ReLU; returns its name."""
    channels = expression("channels")
    once: list[Row] = [
        ("Conv2d", {"out_channels": channels, "kernel_size": 3, "padding": 1, "bias": False}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
    ]
    block = graph.define("DoubleConvolution", help="Twice a 3×3 convolution with batch norm and ReLU", channels=64)
    chain(block, ("BlockInput", {"name": "x"}), *once, *once, ("BlockOutput", {"name": "y"}))
    return "DoubleConvolution"


def dilated_stack(graph: Graph, rates: int) -> str:
    """Define the block: convolutions that look ever farther, all results added (Yu and Koltun 2015); returns its name.

    Each doubles the distance between the pixels it looks at: 1, 2, 4, …
    """
    block = graph.define(
        "DilatedStack", help="3×3 convolutions that look ever farther; all of them are added", channels=64
    )
    last = block.add("BlockInput", name="x")
    total = block.add("Add")
    for number in range(rates):
        far = {"padding": 2**number, "dilation": 2**number, "bias": False}
        ids = chain(
            block,
            ("Conv2d", {"out_channels": expression("channels"), "kernel_size": 3} | far),
            ("BatchNorm2d", {}),
            ("ReLU", {}),
        )
        block.connect(last, ids[0])
        block.connect(ids[-1], total)
        last = ids[-1]
    block.connect(total, block.add("BlockOutput", name="y"))
    return "DilatedStack"
