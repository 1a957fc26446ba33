"""A linear classifier on Fisher's irises: one weight matrix."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.preset import Preset, Row, chain


def build(classes: int = 3, input: tuple[int, ...] = (4,)) -> Graph:
    """Multinomial logistic regression: one Linear layer under cross-entropy."""
    graph = Graph("Linear classifier")
    flatten: list[Row] = [("Flatten", {})] if len(input) > 1 else []
    chain(
        graph,
        ("Input", {"name": "features", "shape": input}),
        *flatten,
        ("Linear", {"out_features": classes}),
        ("Output", {"name": "species"}),
    )
    graph.settings = {
        "data": {
            "dataset": "iris",
            "transforms": ({"name": "standardise", "field": "features"},),
            "batch_size": 16,
        },
        "training": {"epochs": 40, "optimizer": {"name": "adamw", "lr": 0.05}},
    }
    return graph


PRESETS = (
    Preset(
        name="linear-classifier",
        title="Linear classifier",
        family="Dense",
        paper=papers.FISHER,
        data="iris",
        summary="One weight matrix: the smallest network that learns.",
        build=build,
    ),
)
