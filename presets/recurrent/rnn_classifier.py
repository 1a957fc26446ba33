"""A plain recurrent network that reads a handwritten digit row by row."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.preset import Preset
from presets.recurrent.reading_rows import decide, rows


def build(classes: int = 10, input: tuple[int, ...] = (1, 8, 8), hidden: int = 64) -> Graph:
    """Elman 1990: each row is a step; what the last step leaves decides."""
    graph = Graph("RNN classifier")
    read = along(graph, rows(graph, input), ("RNN", {"name": "rnn", "hidden_size": hidden}))
    return decide(graph, (read, 2), classes)


PRESETS = (
    Preset(
        name="rnn-classifier",
        title="RNN classifier",
        family="Recurrent",
        paper=papers.ELMAN,
        data="digits",
        summary="Reads a digit row by row, with nothing but a tanh to remember.",
        build=build,
    ),
)
