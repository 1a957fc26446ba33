"""Two LSTMs, one on top of the other, that read a handwritten digit row by row."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.preset import Preset
from presets.recurrent.reading_rows import decide, rows


def build(classes: int = 10, input: tuple[int, ...] = (1, 8, 8), hidden: int = 64, layers: int = 2) -> Graph:
    """Graves, Mohamed and Hinton 2013: each layer reads what the one below gives at every step."""
    graph = Graph("Stacked LSTM")
    read = along(
        graph,
        rows(graph, input),
        ("LSTM", {"name": "lstm", "hidden_size": hidden, "num_layers": layers, "dropout": 0.2}),
    )
    return decide(graph, (read, 3), classes)


PRESETS = (
    Preset(
        name="stacked-lstm",
        title="Stacked LSTM",
        family="Recurrent",
        paper=papers.DEEP_RNN,
        data="digits",
        summary="Two layers: the second reads what the first has understood.",
        build=build,
    ),
)
