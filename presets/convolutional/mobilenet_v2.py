"""MobileNetV2: narrow maps are handed on, and widened only within a block."""

from __future__ import annotations

from functools import partial

from engine.expressions import expression
from engine.graph import Graph
from engine.nn.make_divisible import make_divisible
from presets import papers
from presets.convolutional.mobile_stack import mobile_stack
from presets.learning import on_digits
from presets.preset import Preset, Row, chain, small

BLOCK = "LinearBottleneck"
STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""How often widened, channels, repeats, stride: table 2 of the paper."""


def linear_bottleneck(graph: Graph) -> None:
    """Define the block: widened by 1×1, filtered channel by channel, made narrow again without an activation.

    Where nothing is widened, that layer is not there; where size or channels change, neither is the way around.
    """
    words = "Widened, filtered channel by channel, and made narrow again; no activation at the end"
    block = graph.define(BLOCK, help=words, factor=6, channels=16, stride=1)
    expanded = expression("in_channels * factor")
    wider = {"when": expression("factor != 1")}
    depthwise = {"kernel_size": 3, "stride": expression("stride"), "padding": 1, "groups": expanded, "bias": False}
    ids = chain(
        block,
        ("BlockInput", {"name": "x"}),
        ("Conv2d", {"name": "expand", "out_channels": expanded, "kernel_size": 1, "bias": False} | wider),
        ("BatchNorm2d", wider),
        ("ReLU6", wider),
        ("Conv2d", {"name": "depthwise", "out_channels": expanded} | depthwise),
        ("BatchNorm2d", {}),
        ("ReLU6", {}),
        ("Conv2d", {"name": "project", "out_channels": expression("channels"), "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", {}),
        ("Add", {"when": expression("stride == 1 and in_channels == channels")}),
        ("BlockOutput", {"name": "y"}),
    )
    block.connect(ids[0], ids[-2])


def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 32) -> Graph:
    """Sandler et al. 2018: 3,504,872 parameters. ``width`` is that of the stem; the others follow it."""
    graph = Graph("MobileNetV2")
    linear_bottleneck(graph)
    rows: list[Row] = []
    for number, (factor, channels, repeat, stride) in enumerate(STAGES, 1):
        given: dict[str, object] = {"factor": factor, "channels": make_divisible(channels * width / 32, width // 4)}
        if stride > 1:
            given["stride"] = {"per_repeat": (stride, 1)}
        if repeat > 1:
            given["repeat"] = repeat
        rows.append((BLOCK, {"name": f"stage{number}", **given}))
    mobile_stack(graph, rows, activation="ReLU6", input=input, classes=classes, stem=width, head=40 * width)
    return graph


def _names() -> dict[str, str]:
    """torchvision's, where the first block has no widening in front, so that its layers are numbered one lower."""
    names, number = {"stem": "features.0.0", "bn1": "features.0.1"}, 1
    full = {"expand": "0.0", "bn1": "0.1", "depthwise": "1.0", "bn2": "1.1", "project": "2", "bn3": "3"}
    first = {"depthwise": "0.0", "bn2": "0.1", "project": "1", "bn3": "2"}
    for stage, (factor, _, repeat, _) in enumerate(STAGES, 1):
        for ours, theirs in (first if factor == 1 else full).items():
            if repeat == 1:
                names[f"stage{stage}.{ours}"] = f"features.{number}.conv.{theirs}"
            else:
                names[f"stage{stage}.*.{ours}"] = f"features.*+{number}.conv.{theirs}"
        number += repeat
    return names | {"head": f"features.{number}.0", "bn2": f"features.{number}.1", "fc1": "classifier.1"}


NETWORK = Preset(
    name="mobilenet-v2",
    title="MobileNetV2",
    family="Convolutional",
    paper=papers.MOBILENET_V2,
    data="",
    summary="Shortcuts join the narrow ends: inverted residuals for a phone.",
    build=build,
    names=_names(),
)
LEARN = partial(on_digits, epochs=10, lr=8e-3, weight_decay=0.05)
WORDS = "A quarter as wide, on digits of 32×32."
PRESETS = (small(NETWORK, WORDS, LEARN, classes=10, input=(1, 32, 32), width=8), NETWORK)
