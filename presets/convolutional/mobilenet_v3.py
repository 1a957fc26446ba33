"""MobileNetV3: one inverted residual block in many settings, found by search for the processor of a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.graph import Graph
from presets import papers
from presets.convolutional.inverted_residual import BLOCK, NORM, inverted_residual
from presets.convolutional.mobile_stack import DROPOUT, mobile_stack
from presets.preset import Preset, Row

Stage = dict[str, Any]
"""The arguments of a stage; a tuple holds one value a repeat."""


LARGE: tuple[Stage, ...] = (
    {"channels": 16, "expanded": 16},
    {"channels": 24, "expanded": (64, 72), "stride": (2, 1)},
    {"channels": 40, "expanded": (72, 120, 120), "stride": (2, 1), "kernel": 5, "squeeze": True},
    {"channels": 80, "expanded": (240, 200, 184, 184), "stride": (2, 1), "hardswish": True},
    {"channels": 112, "expanded": (480, 672), "squeeze": True, "hardswish": True},
    {"channels": 160, "expanded": (672, 960, 960), "stride": (2, 1), "kernel": 5, "squeeze": True, "hardswish": True},
)
GATED: Stage = {"squeeze": True, "kernel": 5, "hardswish": True}
SMALL: tuple[Stage, ...] = (
    {"channels": 16, "expanded": 16, "stride": 2, "squeeze": True},
    {"channels": 24, "expanded": (72, 88), "stride": (2, 1)},
    {"channels": 40, "expanded": (96, 240, 240), "stride": (2, 1)} | GATED,
    {"channels": 48, "expanded": (120, 144)} | GATED,
    {"channels": 96, "expanded": (288, 576, 576), "stride": (2, 1)} | GATED,
)


def _repeats(stage: Stage) -> int:
    return max(len(value) if isinstance(value, tuple) else 1 for value in stage.values())


def stack(name: str, stages: Sequence[Stage], last: int, classes: int, input: tuple[int, ...]) -> Graph:
    """A stem of 16 channels, the stages, a 1×1 convolution six times as wide as the last one, and two linear layers."""
    graph = Graph(name)
    inverted_residual(graph)
    rows: list[Row] = []
    for number, stage in enumerate(stages, 1):
        repeat = _repeats(stage)
        arguments = {key: {"per_repeat": value} if isinstance(value, tuple) else value for key, value in stage.items()}
        rows.append((BLOCK, {"name": f"stage{number}", **arguments} | ({"repeat": repeat} if repeat > 1 else {})))
    mobile_stack(
        graph,
        rows,
        activation="Hardswish",
        input=input,
        classes=classes,
        stem=16,
        head=6 * stages[-1]["channels"],
        norm=NORM,
        before=(("Linear", {"out_features": last}), ("Hardswish", {}), DROPOUT),
    )
    return graph


def build_large(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224)) -> Graph:
    """The large network of the paper: 5,483,032 parameters."""
    return stack("MobileNetV3 large", LARGE, 1280, classes, input)


def build_small(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224)) -> Graph:
    """The small network of the paper: 2,542,856 parameters."""
    return stack("MobileNetV3 small", SMALL, 1024, classes, input)


def _names(stages: Sequence[Stage]) -> dict[str, str]:
    """torchvision's, whose layers are numbered within a block without those that are not there."""
    names, number = {"stem": "features.0.0", "bn1": "features.0.1"}, 1
    for stage, given in enumerate(stages, 1):
        repeat, gated = _repeats(given), bool(given.get("squeeze"))
        parts = [] if given["expanded"] == given["channels"] else [{"expand": "0", "bn1": "1"}]
        parts += [{"depthwise": "0", "bn2": "1"}, *([{"fc1": "fc1", "fc2": "fc2"}] if gated else [])]
        inner, block = ("*.", f"*+{number}") if repeat > 1 else ("", str(number))
        for index, part in enumerate([*parts, {"project": "0", "bn3": "1"}]):
            for ours, theirs in part.items():
                names[f"stage{stage}.{inner}{ours}"] = f"features.{block}.block.{index}.{theirs}"
        number += repeat
    head = {"head": f"features.{number}.0", "bn2": f"features.{number}.1"}
    return names | head | {"fc1": "classifier.0", "fc2": "classifier.3"}


PRESETS = tuple(
    Preset(
        name=f"mobilenet-v3-{size}",
        title=f"MobileNetV3 {size}",
        family="Convolutional",
        paper=papers.MOBILENET_V3,
        data="",
        summary=summary,
        build=build,
        names=_names(stages),
    )
    for size, build, stages, summary in (
        (
            "small",
            build_small,
            SMALL,
            "The same block in five stages, with half the weights and a quarter of the work.",
        ),
        (
            "large",
            build_large,
            LARGE,
            "One block whose parts are there only where they pay: a network for phones.",
        ),
    )
)
