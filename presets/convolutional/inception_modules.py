"""The inception module: filters of several sizes side by side; without bottlenecks and with them."""

from __future__ import annotations

from functools import partial

from engine.expressions import expression
from engine.graph import Graph
from presets import papers
from presets.learning import on_digits
from presets.preset import Preset, Row, chain, small

HE = {"initialization": "kaiming_uniform"}
"""As He et al. 2015 say: from smaller weights so many layers without norms do not begin to learn."""
WIDTHS = {
    "conv1x1": "out1x1",
    "reduce3x3": "less3x3",
    "conv3x3": "out3x3",
    "reduce5x5": "less5x5",
    "conv5x5": "out5x5",
    "project": "out_pool",
}
"""The convolutions of a module, and the parameters that say how many channels each gives."""


def _conv(name: str, kernel: int) -> list[Row]:
    padded = {"padding": kernel // 2} if kernel > 1 else {}
    return [
        ("Conv2d", {"name": name, "out_channels": expression(WIDTHS[name]), "kernel_size": kernel} | HE | padded),
        ("ReLU", {}),
    ]


POOL: Row = ("MaxPool2d", {"name": "pool", "kernel_size": 3, "stride": 1, "padding": 1})


def _side_by_side(block: Graph, *branches: list[Row]) -> None:
    """All branches start at the input; their channels are put one after the other."""
    start = block.add("BlockInput", name="x")
    ends = []
    for branch in branches:
        ids = chain(block, *branch)
        block.connect(start, ids[0])
        ends.append(ids[-1])
    concat = block.add("Concat")
    for end in ends:
        block.connect(end, concat)
    block.connect(concat, block.add("BlockOutput", name="y"))


def naive_inception(graph: Graph) -> str:
    """Define the module as one thinks of it first (figure 2a of the paper); returns its name."""
    words = "1×1, 3×3, 5×5 and pooling side by side: the channels only ever grow"
    block = graph.define("NaiveInception", help=words, out1x1=128, out3x3=192, out5x5=96)
    _side_by_side(block, _conv("conv1x1", 1), _conv("conv3x3", 3), _conv("conv5x5", 5), [POOL])
    return "NaiveInception"


def bottleneck_inception(graph: Graph) -> str:
    """Define the module of the paper (figure 2b): 1×1 convolutions first make few channels; returns its name."""
    words = "1×1, 3×3, 5×5 and pooling side by side; 1×1 convolutions keep the channels few"
    widths = {"out1x1": 128, "less3x3": 64, "out3x3": 192, "less5x5": 64, "out5x5": 96, "out_pool": 64}
    block = graph.define("Inception", help=words, **widths)
    _side_by_side(
        block,
        _conv("conv1x1", 1),
        _conv("reduce3x3", 1) + _conv("conv3x3", 3),
        _conv("reduce5x5", 1) + _conv("conv5x5", 5),
        [POOL, *_conv("project", 1)],
    )
    return "Inception"


def build(classes: int = 10, input: tuple[int, ...] = (256, 28, 28), width: int = 64) -> Graph:
    """Both modules on the same maps, each with a head and a loss of its own: compare weights, work and scores.

    Of 256 maps the naive one makes 672 with 1,090,208 weights, the other 480 with 347,040. Images of up to four
    channels go through one convolution first.
    """
    graph = Graph("Inception, naive and with bottlenecks")
    large = {"out1x1": 2 * width, "out3x3": 3 * width, "out5x5": 3 * width // 2}
    small = {"less3x3": width, "less5x5": width, "out_pool": width}
    stem: list[Row] = [
        ("Conv2d", {"name": "stem", "out_channels": 4 * width, "kernel_size": 5, "padding": 2}),
        ("ReLU", {}),
    ]
    image = input[0] <= 4
    start = chain(graph, ("Input", {"name": "image" if image else "maps", "shape": input}), *(stem if image else []))
    for kind, name, given in (
        (naive_inception(graph), "naive", large),
        (bottleneck_inception(graph), "bottleneck", large | small),
    ):
        ids = chain(
            graph,
            (kind, {"name": name, **given}),
            ("AdaptiveAvgPool2d", {"output_size": 1}),
            ("Flatten", {}),
            ("Linear", {"name": f"{name}_head", "out_features": classes}),
            ("Output", {"name": f"{name}_class"}),
        )
        graph.connect(start[-1], ids[0])
    return graph


NETWORK = Preset(
    name="inception-pair",
    title="Inception pair",
    family="Convolutional",
    paper=papers.INCEPTION,
    data="",
    summary="The same filters twice: 1×1 convolutions save most of the work.",
    build=build,
)
LEARN = partial(on_digits, epochs=25, lr=5e-3, weight_decay=0.05)
WORDS = "Both modules learn the digits side by side, each with its own loss."
PRESETS = (small(NETWORK, WORDS, LEARN, classes=10, input=(1, 8, 8), width=8), NETWORK)
