"""A GRU that reads a handwritten digit row by row."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.preset import Preset
from presets.recurrent.reading_rows import decide, rows


def build(classes: int = 10, input: tuple[int, ...] = (1, 8, 8), hidden: int = 64) -> Graph:
    """Cho et al. 2014: each row is a step; what the last step leaves decides."""
    graph = Graph("GRU classifier")
    read = along(graph, rows(graph, input), ("GRU", {"name": "gru", "hidden_size": hidden}))
    return decide(graph, (read, 2), classes)


PRESETS = (
    Preset(
        name="gru-classifier",
        title="GRU classifier",
        family="Recurrent",
        paper=papers.GRU,
        data="digits",
        summary="Reads a digit row by row: two gates instead of the three of an LSTM.",
        build=build,
    ),
)
