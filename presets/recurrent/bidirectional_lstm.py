"""An LSTM that reads a handwritten digit from above and from below."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.preset import Preset
from presets.recurrent.reading_rows import decide, rows


def build(classes: int = 10, input: tuple[int, ...] = (1, 8, 8), hidden: int = 64) -> Graph:
    """Schuster and Paliwal 1997: two passes; what both have left after their last steps decides."""
    graph = Graph("Bidirectional LSTM")
    read = along(graph, rows(graph, input), ("LSTM", {"name": "lstm", "hidden_size": hidden, "bidirectional": True}))
    return decide(graph, (read, 3), classes)


PRESETS = (
    Preset(
        name="bidirectional-lstm",
        title="Bidirectional LSTM",
        family="Recurrent",
        paper=papers.BIDIRECTIONAL,
        data="digits",
        summary="Reads a digit from above and from below at once.",
        build=build,
    ),
)
