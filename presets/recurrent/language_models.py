"""Recurrent language models: character by character, what comes next?"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from engine.data.declarations.alphabets import TEXT
from engine.graph import Graph
from presets import papers
from presets.learning import on_board
from presets.papers import Paper
from presets.preset import Preset, chain


def build(
    kind: str,
    title: str,
    vocab_size: int = len(TEXT),
    width: int = 48,
    hidden: int = 192,
    layers: int = 1,
    dropout: float = 0.1,
    epochs: int = 4,
    lr: float = 4e-3,
) -> Graph:
    """An embedding, recurrent layers of this kind, and a score for each character at every step.

    What is dropped at the end is dropped between the layers, too (Zaremba et al. 2014).
    """
    graph = Graph(title)
    between = {"num_layers": layers, "dropout": dropout} if layers > 1 else {}
    chain(
        graph,
        ("Input", {"name": "text", "shape": (64,), "dtype": "int64"}),
        ("Embedding", {"name": "embedding", "num_embeddings": vocab_size, "embedding_dim": width, "padding_idx": 0}),
        (kind, {"name": kind.lower(), "hidden_size": hidden} | between),
        ("Dropout", {"p": dropout}),
        ("Linear", {"name": "head", "out_features": vocab_size}),
        ("Output", {"name": "next", "ignore_index": 0}),
    )
    graph.settings = on_board("docstrings", epochs=epochs, lr=lr, batch_size=16, clip_norm=1.0)
    return graph


def _preset(kind: str, paper: Paper, summary: str, **settings: Any) -> Preset:
    title = f"{kind} language model"
    return Preset(
        name=f"{kind.lower()}-language-model",
        title=title,
        family="Recurrent",
        paper=paper,
        data="docstrings",
        summary=summary,
        build=partial(build, kind, title, **settings),
        task="language model",
    )


DEEP: Final[dict[str, Any]] = {"width": 64, "hidden": 320, "layers": 2, "dropout": 0.3, "epochs": 10, "lr": 3e-3}
"""What it takes to need fewer bits than n-grams do: ten minutes."""
PRESETS = (
    _preset("RNN", papers.RNN_LANGUAGE_MODEL, "Continues what Python says about itself, with a plain recurrent layer."),
    _preset("LSTM", papers.GRAVES, "Continues what Python says about itself, and remembers for longer.", **DEEP),
)
