"""MobileNetV3: one inverted residual block in many settings, found by search for the processor of a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.expressions import expression
from engine.graph import Graph
from presets.preset import Preset, Row, chain

PAPER = "Howard et al.: Searching for MobileNetV3"
BLOCK = "InvertedResidual"
NORM = {"eps": 1e-3, "momentum": 0.01}
Stage = dict[str, Any]
"""The arguments of a stage; a tuple holds one value a repeat."""


def inverted_residual(graph: Graph) -> None:
    """Define the block: widened, filtered channel by channel, gated by squeeze and excitation, and made narrow again.

    What it does not need in a use is not there: the widening where the input is as wide already, the gate, the way
    around where size or channels change. Sandler et al. 2018, MobileNetV2, https://arxiv.org/abs/1801.04381; Howard et
    al. 2019, https://arxiv.org/abs/1905.02244
    """
    words = "Widened, filtered channel by channel, gated, and made narrow again"
    block = graph.define(
        BLOCK, help=words, expanded=64, channels=16, kernel=3, stride=1, squeeze=False, hardswish=False
    )
    expanded, kernel, stride = expression("expanded"), expression("kernel"), expression("stride")
    squeezed = expression("make_divisible(expanded / 4, 8)")
    wider = {"when": expression("expanded != in_channels")}

    def activations(condition: str = "") -> list[Row]:
        both = (("ReLU", "not hardswish"), ("Hardswish", "hardswish"))
        return [(kind, {"when": expression(f"{text}{condition}")}) for kind, text in both]

    trunk = chain(
        block,
        ("BlockInput", {"name": "x"}),
        ("Conv2d", {"name": "expand", "out_channels": expanded, "kernel_size": 1, "bias": False} | wider),
        ("BatchNorm2d", NORM | wider),
        *activations(" and expanded != in_channels"),
        (
            "Conv2d",
            {"name": "depthwise", "out_channels": expanded, "kernel_size": kernel, "stride": stride}
            | {"padding": expression("kernel // 2"), "groups": expanded, "bias": False},
        ),
        ("BatchNorm2d", NORM),
        *activations(),
        ("Multiply", {"name": "gate", "when": expression("squeeze")}),
        ("Conv2d", {"name": "project", "out_channels": expression("channels"), "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", NORM),
        ("Add", {"when": expression("stride == 1 and in_channels == channels")}),
        ("BlockOutput", {"name": "y"}),
    )
    gate, way_around = block.by_name("gate"), trunk[-2]
    assert gate is not None
    branch = chain(
        block,
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Conv2d", {"name": "fc1", "out_channels": squeezed, "kernel_size": 1}),
        ("ReLU", {}),
        ("Conv2d", {"name": "fc2", "out_channels": expanded, "kernel_size": 1}),
        ("Hardsigmoid", {}),
    )
    block.connect(trunk[trunk.index(gate.id) - 1], branch[0])
    block.connect(branch[-1], gate.id)
    block.connect(trunk[0], way_around)


def stack(name: str, stages: Sequence[Stage], last: int, classes: int, input: tuple[int, ...]) -> Graph:
    """A stem of 16 channels, the stages, a 1×1 convolution six times as wide as the last one, and two linear layers."""
    graph = Graph(name)
    inverted_residual(graph)
    rows: list[Row] = []
    for number, stage in enumerate(stages, 1):
        repeat = max(len(value) if isinstance(value, tuple) else 1 for value in stage.values())
        arguments = {key: {"per_repeat": value} if isinstance(value, tuple) else value for key, value in stage.items()}
        rows.append((BLOCK, {"name": f"stage{number}", **arguments} | ({"repeat": repeat} if repeat > 1 else {})))
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Conv2d", {"name": "stem", "out_channels": 16, "kernel_size": 3, "stride": 2, "padding": 1, "bias": False}),
        ("BatchNorm2d", NORM),
        ("Hardswish", {}),
        *rows,
        ("Conv2d", {"name": "head", "out_channels": 6 * stages[-1]["channels"], "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", NORM),
        ("Hardswish", {}),
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Flatten", {}),
        ("Linear", {"out_features": last}),
        ("Hardswish", {}),
        ("Dropout", {"p": 0.2}),
        ("Linear", {"out_features": classes}),
        ("Output", {"name": "class"}),
    )
    return graph


def build_large(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224)) -> Graph:
    """The large network of the paper: 5,483,032 parameters."""
    hard: Stage = {"hardswish": True}
    stages: list[Stage] = [
        {"channels": 16, "expanded": 16},
        {"channels": 24, "expanded": (64, 72), "stride": (2, 1)},
        {"channels": 40, "expanded": (72, 120, 120), "stride": (2, 1), "kernel": 5, "squeeze": True},
        {"channels": 80, "expanded": (240, 200, 184, 184), "stride": (2, 1)} | hard,
        {"channels": 112, "expanded": (480, 672), "squeeze": True} | hard,
        {"channels": 160, "expanded": (672, 960, 960), "stride": (2, 1), "kernel": 5, "squeeze": True} | hard,
    ]
    return stack("MobileNetV3 large", stages, 1280, classes, input)


def build_small(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224)) -> Graph:
    """The small network of the paper: 2,542,856 parameters."""
    gated: Stage = {"squeeze": True}
    wide: Stage = gated | {"kernel": 5, "hardswish": True}
    stages: list[Stage] = [
        {"channels": 16, "expanded": 16, "stride": 2} | gated,
        {"channels": 24, "expanded": (72, 88), "stride": (2, 1)},
        {"channels": 40, "expanded": (96, 240, 240), "stride": (2, 1)} | wide,
        {"channels": 48, "expanded": (120, 144)} | wide,
        {"channels": 96, "expanded": (288, 576, 576), "stride": (2, 1)} | wide,
    ]
    return stack("MobileNetV3 small", stages, 1024, classes, input)


LARGE = Preset(
    name="mobilenet-v3-large",
    title="MobileNetV3 large",
    family="Convolutional",
    year=2019,
    paper=PAPER,
    data="",
    summary="One block whose parts are there only where they are needed: six stages for a phone.",
    build=build_large,
)
SMALL = Preset(
    name="mobilenet-v3-small",
    title="MobileNetV3 small",
    family="Convolutional",
    year=2019,
    paper=PAPER,
    data="",
    summary="The same block in five stages, with half the weights and a quarter of the work.",
    build=build_small,
)
