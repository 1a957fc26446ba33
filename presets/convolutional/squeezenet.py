"""SqueezeNet: AlexNet's accuracy with a fiftieth of its weights."""

from __future__ import annotations

from functools import partial

from engine.expressions import expression
from engine.graph import Graph
from presets import papers
from presets.learning import on_digits
from presets.preset import Preset, Row, chain, small

HE = {"initialization": "kaiming_uniform"}
"""As He et al. 2015 say: from smaller weights all scores soon are 0 after the last ReLU, and nothing is learned."""
SMALL_SCORES = {"initialization": "normal"}
POOL: Row = ("MaxPool2d", {"kernel_size": 3, "stride": 2, "ceil_mode": True})


def fire(graph: Graph) -> str:
    """Define the block: a 1×1 convolution squeezes, two of 1×1 and 3×3 expand side by side; returns its name."""
    block = graph.define(
        "Fire", help="Squeezed by 1×1, then expanded by 1×1 and 3×3 side by side", squeezed=16, expanded=64
    )
    expanded = expression("expanded")
    trunk = chain(
        block,
        ("BlockInput", {"name": "x"}),
        ("Conv2d", {"name": "squeeze", "out_channels": expression("squeezed"), "kernel_size": 1} | HE),
        ("ReLU", {}),
        ("Conv2d", {"name": "expand1x1", "out_channels": expanded, "kernel_size": 1} | HE),
        ("ReLU", {}),
        ("Concat", {}),
        ("BlockOutput", {"name": "y"}),
    )
    beside = chain(
        block,
        ("Conv2d", {"name": "expand3x3", "out_channels": expanded, "kernel_size": 3, "padding": 1} | HE),
        ("ReLU", {}),
    )
    block.connect(trunk[2], beside[0])
    block.connect(beside[1], trunk[5])
    return "Fire"


def _stack(
    name: str, stem: Row, pools: tuple[int, ...], classes: int, input: tuple[int, ...], width: int, cut: bool
) -> Graph:
    """Eight fire modules, ``width`` to four times as wide when squeezed, some with a pooling before them."""
    graph = Graph(name)
    kind = fire(graph)
    rows: list[Row] = []
    for number, factor in enumerate((1, 1, 2, 2, 3, 3, 4, 4), 2):
        rows += [POOL] if number in pools else []
        rows.append((kind, {"name": f"fire{number}", "squeezed": factor * width, "expanded": 4 * factor * width}))
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        stem,
        ("ReLU", {}),
        *rows,
        ("Dropout", {"p": 0.5}),
        ("Conv2d", {"name": "classifier", "out_channels": classes, "kernel_size": 1} | SMALL_SCORES),
        *([("ReLU", {})] if cut else []),
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Flatten", {}),
        ("Output", {"name": "class"}),
    )
    return graph


def build_1_0(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 16, cut: bool = True) -> Graph:
    """The network of the paper: 1,248,424 parameters.

    ``cut``: with the ReLU after the scores, which in small images, with few positions, silences whole classes.
    """
    stem: Row = ("Conv2d", {"name": "stem", "out_channels": 6 * width, "kernel_size": 7, "stride": 2} | HE)
    return _stack("SqueezeNet 1.0", stem, (2, 5, 9), classes, input, width, cut)


def build_1_1(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 16, cut: bool = True) -> Graph:
    """The authors' later network, which pools earlier and computes less than half: 1,235,496 parameters."""
    stem: Row = ("Conv2d", {"name": "stem", "out_channels": 4 * width, "kernel_size": 3, "stride": 2} | HE)
    return _stack("SqueezeNet 1.1", stem, (2, 4, 6), classes, input, width, cut)


def _presets(version: str, indices: tuple[int, ...], summary: str) -> tuple[Preset, Preset]:
    network = Preset(
        name=f"squeezenet-{version}",
        title=f"SqueezeNet {version}",
        family="Convolutional",
        paper=papers.SQUEEZENET,
        data="",
        summary=summary,
        build=build_1_0 if version == "1.0" else build_1_1,
        names={
            "stem": "features.0",
            **{f"fire{number}": f"features.{index}" for number, index in enumerate(indices, 2)},
            "classifier": "classifier.1",
        },  # torchvision's
    )
    learn = partial(on_digits, epochs=8, lr=1e-3, weight_decay=0.05)
    words = "Half as wide, on digits of 49×49."
    return small(network, words, learn, classes=10, input=(1, 49, 49), width=8, cut=False), network


PRESETS = (
    *_presets("1.0", (3, 4, 5, 7, 8, 9, 10, 12), "Squeeze before you expand: 1.2 million weights."),
    *_presets("1.1", (3, 4, 6, 7, 9, 10, 11, 12), "The same modules with earlier pooling: 2.4 times less work."),
)
