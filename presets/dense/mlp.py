"""A multilayer perceptron on handwritten digits."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.learning import on_digits
from presets.preset import Preset, Row, chain


def build(classes: int = 10, input: tuple[int, ...] = (1, 8, 8), hidden: tuple[int, ...] = (128, 64)) -> Graph:
    """Dense layers with ReLU between them; ``hidden`` gives their sizes."""
    graph = Graph("MLP")
    flatten: list[Row] = [("Flatten", {})] if len(input) > 1 else []
    dense: list[Row] = [layer for size in hidden for layer in (("Linear", {"out_features": size}), ("ReLU", {}))]
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        *flatten,
        *dense,
        ("Linear", {"out_features": classes}),
        ("Output", {"name": "digit"}),
    )
    graph.settings = on_digits(epochs=30, lr=3e-3, weight_decay=0.5)
    return graph


PRESETS = (
    Preset(
        name="mlp",
        title="Multilayer perceptron",
        family="Dense",
        paper=papers.BACK_PROPAGATION,
        data="digits",
        summary="Dense layers with ReLU between: the first deep network.",
        build=build,
    ),
)
