"""A bidirectional LSTM that says of every character of a line of Python what it is part of."""

from __future__ import annotations

from engine.data.declarations.alphabets import LINE, TOKENS
from engine.graph import Graph
from presets import papers
from presets.learning import on_tokens
from presets.preset import Preset, chain


def build(vocab_size: int = len(LINE), labels: int = len(TOKENS), width: int = 32, hidden: int = 64) -> Graph:
    """Huang, Xu and Yu 2015 without the random field on top: a label for each step, from what is on both sides."""
    graph = Graph("Token tagger")
    chain(
        graph,
        ("Input", {"name": "text", "shape": (64,), "dtype": "int64"}),
        ("Embedding", {"name": "embedding", "num_embeddings": vocab_size, "embedding_dim": width, "padding_idx": 0}),
        ("LSTM", {"name": "lstm", "hidden_size": hidden, "bidirectional": True}),
        ("Dropout", {"p": 0.1}),
        ("Linear", {"name": "head", "out_features": labels}),
        ("Output", {"name": "kind", "ignore_index": 0}),
    )
    graph.settings = on_tokens("python_tokens", epochs=4, lr=5e-3, weight_decay=0.01)
    return graph


PRESETS = (
    Preset(
        name="token-tagger",
        title="Token tagger",
        family="Recurrent",
        paper=papers.TAGGER,
        data="python_tokens",
        summary="What is each character of a line of Python part of?",
        build=build,
        task="sequence labelling",
    ),
)
