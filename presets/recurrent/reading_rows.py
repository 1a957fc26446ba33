"""What the classifiers have in common that read a handwritten digit row by row."""

from __future__ import annotations

from engine.graph import Graph
from presets.attention.heads import Wire, along
from presets.learning import on_digits


def rows(graph: Graph, input: tuple[int, ...]) -> str:
    """The Input of an image, and its rows as the steps of a sequence."""
    image = graph.add("Input", name="image", shape=input)
    return along(graph, image, ("Squeeze", {"name": "rows", "dim": 1}))


def decide(graph: Graph, read: Wire, classes: int, dropout: float = 0.2, epochs: int = 20) -> Graph:
    """The head behind what was read, and the settings to learn it."""
    along(
        graph,
        read,
        ("Dropout", {"p": dropout}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "digit"}),
    )
    graph.settings = on_digits(epochs=epochs, lr=5e-3, weight_decay=0.01)
    return graph
