"""A bag of words: the mean of the vectors of all tokens of a text, and one weight matrix."""

from __future__ import annotations

from engine.data.declarations.alphabets import NAME, NAMED
from engine.graph import Graph
from presets import papers
from presets.learning import on_board
from presets.preset import Preset, chain


def build(vocab_size: int = len(NAME), classes: int = len(NAMED), width: int = 32) -> Graph:
    """Joulin et al. 2016, fastText without its pairs of words: which tokens there are decides, not their order."""
    bag = {"name": "bag", "num_embeddings": vocab_size, "embedding_dim": width, "mode": "mean", "padding_idx": 0}
    graph = Graph("Bag-of-words classifier")
    chain(
        graph,
        ("Input", {"name": "name", "shape": ("T",), "dtype": "int64"}),
        ("EmbeddingBag", bag),
        ("Dropout", {"p": 0.2}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "kind"}),
    )
    graph.settings = on_board("python_names", epochs=10, lr=1e-2)
    return graph


PRESETS = (
    Preset(
        name="bag-of-words-classifier",
        title="Bag-of-words classifier",
        family="Dense",
        paper=papers.FAST_TEXT,
        data="python_names",
        summary="Which words a text has decides, not their order: sentiment, topic.",
        build=build,
    ),
)
