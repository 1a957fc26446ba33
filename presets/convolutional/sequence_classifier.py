"""A one-dimensional convolutional network that reads a digit as a sequence of rows."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.preset import Preset, Row, chain


def _convolution(channels: int, kernel: int) -> list[Row]:
    return [
        ("Conv1d", {"out_channels": channels, "kernel_size": kernel, "padding": "same", "bias": False}),
        ("BatchNorm1d", {}),
        ("ReLU", {}),
    ]


def build(classes: int = 10, input: tuple[int, ...] = (8, 8), width: int = 32) -> Graph:
    """Wang et al. 2017, the fully convolutional network: filters of 7 (there 8), 5 and 3 steps, then the mean over all.

    The input is (steps, features); the network of the paper is ``width=128``.
    """
    graph = Graph("1-D convolutional classifier")
    chain(
        graph,
        ("Input", {"name": "rows", "shape": input}),
        ("Permute", {"name": "features_first", "dims": (0, 2, 1)}),
        *_convolution(width, 7),
        *_convolution(2 * width, 5),
        *_convolution(width, 3),
        ("AdaptiveAvgPool1d", {"output_size": 1}),
        ("Flatten", {}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "label"}),
    )
    graph.settings = {
        "data": {
            "dataset": "digit_rows",
            "transforms": ({"name": "standardise", "field": "rows"},),
            "batch_size": 32,
        },
        "training": {
            "epochs": 20,
            "optimizer": {"name": "adamw", "lr": 3e-3, "weight_decay": 0.05},
            "schedule": {"name": "cosine"},
        },
    }
    return graph


PRESETS = (
    Preset(
        name="conv-1d-classifier",
        title="1-D convolutional classifier",
        family="Convolutional",
        paper=papers.TIME_SERIES,
        data="digit_rows",
        summary="Filters slide along a sequence: all steps are read at once.",
        build=build,
        names={
            **{f"conv{number}": f"blocks.{number - 1}.conv" for number in (1, 2, 3)},
            **{f"bn{number}": f"blocks.{number - 1}.bn" for number in (1, 2, 3)},
            "head": "linear",
        },
    ),
)
