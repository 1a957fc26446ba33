"""An LSTM that reads a handwritten digit row by row."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.learning import on_digits
from presets.preset import Preset, chain


def build(classes: int = 10, input: tuple[int, ...] = (1, 8, 8), hidden: int = 64) -> Graph:
    """Hochreiter and Schmidhuber 1997: each row is a step; what the last step leaves decides."""
    graph = Graph("LSTM classifier")
    ids = chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Squeeze", {"name": "rows", "dim": 1}),
        ("LSTM", {"name": "lstm", "hidden_size": hidden}),
    )
    end = chain(
        graph,
        ("Dropout", {"p": 0.2}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "digit"}),
    )
    graph.connect(ids[-1], end[0], source="last")
    graph.settings = on_digits(epochs=20, lr=5e-3, weight_decay=0.01)
    return graph


PRESETS = (
    Preset(
        name="lstm-classifier",
        title="LSTM classifier",
        family="Recurrent",
        paper=papers.LSTM,
        data="digits",
        summary="Reads a digit row by row and remembers.",
        build=build,
    ),
)
