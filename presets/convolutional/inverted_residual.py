"""The block of MobileNetV3, in which parts are there only where they are needed."""

from __future__ import annotations

from typing import Any

from engine.expressions import expression
from engine.graph import Graph
from presets.preset import Row, chain

BLOCK = "InvertedResidual"


def inverted_residual(graph: Graph, norm: dict[str, Any]) -> None:
    """Define the block: widened, filtered channel by channel, gated by squeeze and excitation, and made narrow again.

    What it does not need in a use is not there: the widening where the input is as wide already, the gate, the way
    around where size or channels change. Sandler et al. 2018, MobileNetV2, https://arxiv.org/abs/1801.04381; Howard et
    al. 2019, https://arxiv.org/abs/1905.02244. ``norm`` are the parameters of its batch norms.
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
        ("BatchNorm2d", norm | wider),
        *activations(" and expanded != in_channels"),
        (
            "Conv2d",
            {"name": "depthwise", "out_channels": expanded, "kernel_size": kernel, "stride": stride}
            | {"padding": expression("kernel // 2"), "groups": expanded, "bias": False},
        ),
        ("BatchNorm2d", norm),
        *activations(),
        ("Multiply", {"name": "gate", "when": expression("squeeze")}),
        ("Conv2d", {"name": "project", "out_channels": expression("channels"), "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", norm),
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
