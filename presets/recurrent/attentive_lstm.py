"""An LSTM that reads a handwritten digit row by row and then looks back at all rows."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.preset import Preset
from presets.recurrent.reading_rows import decide, rows


def build(classes: int = 10, input: tuple[int, ...] = (1, 8, 8), hidden: int = 64) -> Graph:
    """Lin et al. 2017: a score for every step, a softmax over them, and the mean of the steps weighted so."""
    graph = Graph("LSTM with attention")
    lstm = along(graph, rows(graph, input), ("LSTM", {"name": "lstm", "hidden_size": hidden, "bidirectional": True}))
    weights = along(
        graph,
        lstm,
        ("Linear", {"name": "think", "out_features": hidden}),
        ("Tanh", {}),
        ("Linear", {"name": "score", "out_features": 1, "bias": False}),
        ("Squeeze", {"name": "scores", "dim": 2}),
        ("Softmax", {"name": "weights", "dim": -1}),
        ("Unsqueeze", {"name": "as_row", "dim": 1}),
        ("MatMul", {"name": "mixed"}),
    )
    graph.connect(lstm, weights)
    return decide(graph, along(graph, weights, ("Squeeze", {"dim": 1})), classes)


PRESETS = (
    Preset(
        name="lstm-with-attention",
        title="LSTM with attention",
        family="Recurrent",
        paper=papers.SELF_ATTENTIVE,
        data="digits",
        summary="Looks back at all steps and takes of each as much as it counts.",
        build=build,
    ),
)
