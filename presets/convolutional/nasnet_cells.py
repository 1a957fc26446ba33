"""What the cells of NASNet-A are made of. Zoph et al. 2017, https://arxiv.org/abs/1707.07012, figure 4.

A cell reads the cell before (x) and the one before that (previous); it hands on its result and x: so cells chain.
"""

from __future__ import annotations

from typing import Any

from engine.expressions import expression
from engine.graph import Graph
from presets.preset import Row, chain

NORM: Row = ("BatchNorm2d", {"eps": 1e-3})
CHANNELS = expression("channels")


def separable(graph: Graph) -> None:
    """Define the block: two separable convolutions, each after a ReLU; the first takes the stride."""
    words = "Twice: ReLU, a filter for each channel, 1×1 filters that mix them, batch norm"
    block = graph.define("Separable", help=words, channels=44, kernel=3, stride=1)

    def half(number: int, filters: dict[str, str], stride: dict[str, Any]) -> list[Row]:
        window = {"kernel_size": expression("kernel"), "padding": "same_tf", "bias": False} | stride
        return [
            ("ReLU", {}),
            ("Conv2d", {"name": f"depthwise{number}", "out_channels": filters, "groups": filters} | window),
            ("Conv2d", {"name": f"pointwise{number}", "out_channels": CHANNELS, "kernel_size": 1, "bias": False}),
            NORM,
        ]

    first = half(1, expression("in_channels"), {"stride": expression("stride")})
    chain(block, ("BlockInput", {"name": "x"}), *first, *half(2, CHANNELS, {}), ("BlockOutput", {"name": "y"}))


def fit(graph: Graph) -> None:
    """Define the block that halves height and width: every second pixel, from two grids a pixel apart."""
    words = "Every second pixel, from two grids a pixel apart, so that none is lost"
    block = graph.define("Fit", help=words, channels=44)
    _, relu = chain(block, ("BlockInput", {"name": "x"}), ("ReLU", {}))
    half: dict[str, Any] = {"out_channels": expression("channels // 2"), "kernel_size": 1, "bias": False}
    every_second: Row = ("AvgPool2d", {"kernel_size": 1, "stride": 2})
    even = chain(block, every_second, ("Conv2d", {"name": "even"} | half))
    odd = chain(
        block,
        ("ZeroPad2d", {"padding": (0, 1, 0, 1)}),
        ("Slice", {"dim": 2, "start": 1}),
        ("Slice", {"dim": 3, "start": 1}),
        every_second,
        ("Conv2d", {"name": "odd"} | half),
    )
    end = chain(block, ("Concat", {}), NORM, ("BlockOutput", {"name": "y"}))
    for branch in (even, odd):
        block.connect(relu, branch[0])
        block.connect(branch[-1], end[0])


class Cell:
    """A block with the inputs x and previous, both brought to ``channels`` first: the nodes ``x`` and ``previous``."""

    def __init__(self, graph: Graph, name: str, words: str, *, first: bool = False) -> None:
        self.block = block = graph.define(name, help=words, channels=44, **({"first": False} if first else {}))
        self.start = block.add("BlockInput", name="x")
        before = block.add("BlockInput", name="previous")
        narrow: dict[str, Any] = {"out_channels": CHANNELS, "kernel_size": 1, "bias": False}
        last = chain(block, ("ReLU", {}), ("Conv2d", {"name": "squeeze"} | narrow), NORM)
        block.connect(self.start, last[0])
        always = "not first and " if first else ""
        same = {"when": expression(f"{always}size(previous, 2) == size(x, 2)")}
        larger = {"when": expression(f"{always}size(previous, 2) != size(x, 2)")}
        earlier = chain(
            block,
            ("ReLU", same),
            ("Conv2d", {"name": "squeeze_previous"} | narrow | same),
            (NORM[0], {**NORM[1], **same}),
            ("Fit", {"name": "fit", "channels": CHANNELS} | larger),
        )
        block.connect(before, earlier[0])
        self.x, self.previous = last[-1], earlier[-1]

    def filtered(self, name: str, source: str, kernel: int, stride: int = 1) -> str:
        """A separable convolution of a node."""
        given = {"kernel": kernel, "stride": stride}
        return self.joined("Separable", source, name=name, channels=CHANNELS, **given)

    def mean(self, source: str, stride: int = 1) -> str:
        """The means of windows of 3×3."""
        given = {"kernel_size": 3, "stride": stride, "padding": "same_tf", "count_include_pad": False}
        return self.joined("AvgPool2d", source, **given)

    def largest(self, source: str) -> str:
        """The largest values of windows of 3×3, half the height and width."""
        return self.joined("MaxPool2d", source, kernel_size=3, stride=2, padding="same_tf")

    def joined(self, kind: str, *sources: str, **parameters: Any) -> str:
        """A new node after these."""
        node = self.block.add(kind, **parameters)
        for source in sources:
            self.block.connect(source, node)
        return node

    def finish(self, *parts: str) -> None:
        """Concatenate the parts, and hand on x as the next cell's previous."""
        self.block.connect(self.joined("Concat", *parts), self.block.add("BlockOutput", name="x"))
        self.block.connect(self.start, self.block.add("BlockOutput", name="previous"))
