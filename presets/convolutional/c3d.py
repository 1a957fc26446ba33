"""C3D: filters that reach through time, for clips."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.preset import Preset, Row, Settings, chain, small

STAGES = ((1, ("1",)), (2, ("2",)), (4, ("3a", "3b")), (8, ("4a", "4b")), (8, ("5a", "5b")))
"""How many times wider than the first, and the convolutions of the stage as the paper calls them."""


def build(
    classes: int = 487,
    input: tuple[int, ...] = (16, 3, 112, 112),
    width: int = 64,
    stages: int = 5,
    hidden: int = 4096,
) -> Graph:
    """Tran et al. 2015: 79,991,015 parameters. A sample is (frames, channels, height, width)."""
    graph = Graph("C3D")
    dense: list[Row] = [("Linear", {"out_features": hidden}), ("ReLU", {}), ("Dropout", {"p": 0.5})]
    rows: list[Row] = []
    for number, (factor, names) in enumerate(STAGES[:stages], 1):
        for name in names:
            filters = {"name": f"conv{name}", "out_channels": factor * width, "kernel_size": 3, "padding": 1}
            rows += [("Conv3d", filters | {"initialization": "kaiming_uniform"}), ("ReLU", {})]
        pool: dict[str, object] = {"kernel_size": 2} if number > 1 else {"kernel_size": (1, 2, 2)}
        rows.append(("MaxPool3d", pool | ({"padding": (0, 1, 1)} if number == 5 else {})))
    chain(
        graph,
        ("Input", {"name": "clip", "shape": input}),
        ("Permute", {"name": "channels_first", "dims": (0, 2, 1, 3, 4)}),
        *rows,
        ("Flatten", {}),
        *dense,
        *dense,
        ("Linear", {"out_features": classes}),
        ("Output", {"name": "class"}),
    )
    return graph


def learn(size: tuple[int, ...]) -> Settings:
    """Settings to tell where a handwritten digit moves to: no single frame shows it."""
    return {
        "data": {
            "dataset": "moving_digits",
            "transforms": ({"name": "standardise", "field": "clip"},),
            "batch_size": 64,
        },
        "training": {
            "epochs": 8,
            "optimizer": {"name": "adamw", "lr": 2e-3, "weight_decay": 0.01},
            "schedule": {"name": "cosine"},
        },
    }


NETWORK = Preset(
    name="c3d",
    title="C3D",
    family="Convolutional",
    paper=papers.C3D,
    data="",
    summary="3×3×3 filters see how things move: clips instead of images.",
    build=build,
    names={"fc1": "fc6", "fc2": "fc7", "fc3": "fc8"},
)
WORDS = "Three stages, an eighth as wide: which digit moves there?"
PRESETS = (
    small(NETWORK, WORDS, learn, "moving_digits", classes=10, input=(8, 1, 16, 16), width=8, stages=3, hidden=128),
    NETWORK,
)
