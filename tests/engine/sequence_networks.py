"""Small networks of sequences that are trained within a second."""

from __future__ import annotations

from engine.edits import SetSetting
from engine.graph import Graph
from tests.engine.looking_networks import on


def translator() -> Graph:
    """Dates to YYYY-MM-DD, badly: the mean of what is read is added to what a GRU remembers of what it wrote."""
    graph = Graph("translator")
    words = graph.add("Input", name="words", field="words", shape=("S",), dtype="int64")
    written = graph.add("Input", name="iso_in", field="iso_in", shape=("T",), dtype="int64")
    seen = graph.add("Embedding", name="seen", num_embeddings=41, embedding_dim=8)
    mean = graph.add("Mean", name="all", dim=1, keepdim=True)
    vectors = graph.add("Embedding", name="vectors", num_embeddings=13, embedding_dim=8)
    gru = graph.add("GRU", name="gru", hidden_size=8)
    both, head = graph.add("Add", name="both"), graph.add("Linear", name="head", out_features=13)
    output = graph.add("Output", name="iso")
    for source, target in (
        *((words, seen), (seen, mean), (written, vectors), (vectors, gru), (gru, both), (mean, both)),
        *((both, head), (head, output)),
    ):
        graph.connect(source, target)
    on("dates", graph)
    SetSetting(("data", "batch_size"), 512).apply(graph)
    return graph
