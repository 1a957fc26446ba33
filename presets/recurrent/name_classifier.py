"""An LSTM that reads a name of Python letter by letter and says what it names."""

from __future__ import annotations

from engine.data.declarations.alphabets import NAME, NAMED
from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.learning import on_board
from presets.preset import Preset


def build(vocab_size: int = len(NAME), classes: int = len(NAMED), width: int = 24, hidden: int = 48) -> Graph:
    """Graves 2013 for the reading: letters go in, and what is left after the last one decides; padding is left out."""
    graph = Graph("Name classifier")
    name = graph.add("Input", name="name", shape=(24,), dtype="int64")
    embedding = {"name": "letters", "num_embeddings": vocab_size, "embedding_dim": width, "padding_idx": 0}
    lstm = along(
        graph,
        name,
        ("Embedding", embedding),
        ("LSTM", {"name": "lstm", "hidden_size": hidden, "bidirectional": True}),
    )
    graph.connect(along(graph, name, ("SequenceLengths", {"name": "lengths"})), lstm, target="lengths")
    along(
        graph,
        (lstm, 3),
        ("Dropout", {"p": 0.5}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "kind"}),
    )
    graph.settings = on_board("python_names", epochs=5, lr=3e-3, weight_decay=0.05, clip_norm=1.0)
    return graph


PRESETS = (
    Preset(
        name="name-classifier",
        title="Name classifier",
        family="Recurrent",
        paper=papers.GRAVES,
        data="python_names",
        summary="Reads a name letter by letter: a class or a function?",
        build=build,
    ),
)
