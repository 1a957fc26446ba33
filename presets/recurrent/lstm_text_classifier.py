"""An LSTM that reads a text word by word and says of which class it is: sentiment, topic, language."""

from __future__ import annotations

from engine.data.declarations.alphabets import NAME, NAMED
from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.learning import on_board
from presets.preset import Preset


def build(vocab_size: int = len(NAME), classes: int = len(NAMED), width: int = 32, hidden: int = 64) -> Graph:
    """Dai and Le 2015 without what they train before; all states are averaged, so an early word counts as a late one.

    Padding is neither read nor averaged.
    """
    graph = Graph("LSTM text classifier")
    text = graph.add("Input", name="name", shape=("T",), dtype="int64")
    embedding = {"name": "embedding", "num_embeddings": vocab_size, "embedding_dim": width, "padding_idx": 0}
    lstm = along(
        graph,
        text,
        ("Embedding", embedding),
        ("Dropout", {"p": 0.2}),
        ("LSTM", {"name": "lstm", "hidden_size": hidden}),
    )
    graph.connect(along(graph, text, ("SequenceLengths", {"name": "lengths"})), lstm, target="lengths")
    mean = along(graph, lstm, ("MaskedMean", {"name": "mean"}))
    graph.connect(along(graph, text, ("PaddingMask", {"name": "padding"})), mean, target="padding")
    along(
        graph,
        mean,
        ("Dropout", {"p": 0.3}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "kind"}),
    )
    graph.settings = on_board("python_names", epochs=8, lr=3e-3, weight_decay=0.05, clip_norm=1.0)
    return graph


PRESETS = (
    Preset(
        name="lstm-text-classifier",
        title="LSTM text classifier",
        family="Recurrent",
        paper=papers.SEMI_SUPERVISED,
        data="python_names",
        summary="Reads a text word by word: its sentiment, topic or language.",
        build=build,
    ),
)
