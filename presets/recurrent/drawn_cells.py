"""The recurrent cells drawn from primitives, each scanned over the rows of a handwritten digit."""

from __future__ import annotations

from functools import partial
from types import ModuleType

from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.blocks import gru_cell, lstm_cell, rnn_cell
from presets.papers import Paper
from presets.preset import Preset
from presets.recurrent.reading_rows import decide, rows


def build(
    cell: ModuleType, title: str, classes: int = 10, input: tuple[int, ...] = (1, 8, 8), hidden: int = 32
) -> Graph:
    """The ready-made block of a cell, scanned: open it to see its gates, or unroll it over time."""
    graph = Graph(title)
    block = cell.define(graph, hidden)
    read = along(graph, rows(graph, input), (block, {"name": "cell", "apply": "scan"}))
    return decide(graph, (read, 1), classes)


def _preset(short: str, cell: ModuleType, paper: Paper) -> Preset:
    title = f"{short} from primitives"
    return Preset(
        name=f"{short.lower()}-from-primitives",
        title=title,
        family="Recurrent",
        paper=paper,
        data="digits",
        summary="Its cell is drawn layer by layer and scanned over the rows of a digit.",
        build=partial(build, cell, title),
    )


PRESETS = (
    _preset("RNN", rnn_cell, papers.ELMAN),
    _preset("LSTM", lstm_cell, papers.LSTM),
    _preset("GRU", gru_cell, papers.GRU),
)
