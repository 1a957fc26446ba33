"""MobileNetV3: one inverted residual block in many settings, found by search for the processor of a phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from engine.graph import Graph
from engine.nn.make_divisible import make_divisible
from presets import papers
from presets.convolutional.inverted_residual import BLOCK, inverted_residual
from presets.convolutional.mobile_stack import DROPOUT, mobile_stack
from presets.learning import on_digits
from presets.preset import Preset, Row, small

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


def _narrowed(value: Any, width: int) -> Any:
    """Channels, or those of each repeat, of a network whose stem has ``width`` channels instead of 16."""
    if isinstance(value, tuple):
        return tuple(_narrowed(each, width) for each in value)
    return make_divisible(value * width / 16, 8)


def _builder(title: str, stages: Sequence[Stage], last: int) -> Callable[..., Graph]:
    def build(
        classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 16, momentum: float = 0.01
    ) -> Graph:
        """``width`` is that of the stem, the others follow it; ``momentum`` is that of the batch norms."""
        graph, norm = Graph(title), {"eps": 1e-3, "momentum": momentum}
        inverted_residual(graph, norm)
        rows: list[Row] = []
        for number, given in enumerate(stages, 1):
            stage = given | {key: _narrowed(given[key], width) for key in ("channels", "expanded")}
            repeat = {"repeat": _repeats(stage)} if _repeats(stage) > 1 else {}
            several = {key: {"per_repeat": value} for key, value in stage.items() if isinstance(value, tuple)}
            rows.append((BLOCK, {"name": f"stage{number}", **stage, **several, **repeat}))
        mobile_stack(
            graph,
            rows,
            activation="Hardswish",
            input=input,
            classes=classes,
            stem=width,
            head=6 * stage["channels"],
            norm=norm,
            before=(("Linear", {"out_features": last * width // 16}), ("Hardswish", {}), DROPOUT),
        )
        return graph

    return build


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


LEARN = partial(on_digits, epochs=10, lr=5e-3, weight_decay=0.05)
WORDS = "Half as wide, on digits of 32×32."
TINY: dict[str, Any] = {"classes": 10, "input": (1, 32, 32), "width": 8, "momentum": 0.1}
"""With the momentum of the paper, batch norms need a longer training to measure what evaluations use."""


def _presets(size: str, stages: Sequence[Stage], last: int, summary: str) -> tuple[Preset, Preset]:
    title, paper = f"MobileNetV3 {size}", papers.MOBILENET_V3
    build, names = _builder(title, stages, last), _names(stages)
    network = Preset(f"mobilenet-v3-{size}", title, "Convolutional", paper, "", summary, build, names=names)
    return small(network, WORDS, LEARN, title=f"{title} tiny", **TINY), network


PRESETS = (
    *_presets("small", SMALL, 1024, "The same block in five stages, with half the weights and a quarter of the work."),
    *_presets("large", LARGE, 1280, "One block whose parts are there only where they pay: a network for phones."),
)
