"""Recurrent language models: character by character, what comes next?"""

from __future__ import annotations

from functools import partial

from engine.data.declarations.alphabets import TEXT
from engine.graph import Graph
from presets import papers
from presets.learning import on_board
from presets.papers import Paper
from presets.preset import Preset, chain


def build(kind: str, title: str, vocab_size: int = len(TEXT), width: int = 48, hidden: int = 192) -> Graph:
    """An embedding, a recurrent layer of this kind, and a score for each character at every step."""
    graph = Graph(title)
    chain(
        graph,
        ("Input", {"name": "text", "shape": (64,), "dtype": "int64"}),
        ("Embedding", {"name": "embedding", "num_embeddings": vocab_size, "embedding_dim": width, "padding_idx": 0}),
        (kind, {"name": kind.lower(), "hidden_size": hidden}),
        ("Dropout", {"p": 0.1}),
        ("Linear", {"name": "head", "out_features": vocab_size}),
        ("Output", {"name": "next", "ignore_index": 0}),
    )
    graph.settings = on_board("docstrings", epochs=4, lr=4e-3, batch_size=16, clip_norm=1.0)
    return graph


def _preset(kind: str, paper: Paper, summary: str) -> Preset:
    title = f"{kind} language model"
    return Preset(
        name=f"{kind.lower()}-language-model",
        title=title,
        family="Recurrent",
        paper=paper,
        data="docstrings",
        summary=summary,
        build=partial(build, kind, title),
        task="language model",
    )


PRESETS = (
    _preset("RNN", papers.RNN_LANGUAGE_MODEL, "Continues what Python says about itself, with a plain recurrent layer."),
    _preset("LSTM", papers.GRAVES, "Continues what Python says about itself, and remembers for longer."),
)
