"""An encoder–decoder LSTM with attention that translates dates in words to YYYY-MM-DD."""

from __future__ import annotations

from engine.data.declarations.alphabets import ISO, WORDS
from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.blocks import scaled_attention
from presets.learning import on_board
from presets.preset import Preset


def build(src_vocab_size: int = len(WORDS), tgt_vocab_size: int = len(ISO), width: int = 48, hidden: int = 64) -> Graph:
    """Luong, Pham and Manning 2015: at every step the decoder looks at all the encoder has read; neither reads padding.

    The weights of that, its alignment, leave the block ``looking`` and are seen on the page Results, Inside.
    """
    graph = Graph("Encoder–decoder LSTM")
    looking = scaled_attention.define(graph)
    words = graph.add("Input", name="words", field="words", shape=("S",), dtype="int64")
    written = graph.add("Input", name="iso_in", field="iso_in", shape=("T",), dtype="int64")
    memory = along(
        graph,
        words,
        ("Embedding", {"name": "words_embedding", "num_embeddings": src_vocab_size, "embedding_dim": width}),
        ("LSTM", {"name": "encoder", "hidden_size": hidden, "bidirectional": True}),
    )
    graph.connect(along(graph, words, ("SequenceLengths", {"name": "lengths"})), memory, target="lengths")
    query = along(
        graph,
        written,
        ("Embedding", {"name": "iso_embedding", "num_embeddings": tgt_vocab_size, "embedding_dim": width}),
        ("LSTM", {"name": "decoder", "hidden_size": 2 * hidden}),
    )
    padding = along(graph, words, ("PaddingMask", {"name": "padding"}), ("Unsqueeze", {"name": "mask", "dim": 1}))
    found = graph.add(looking, name="looking")
    for port, source in (("Q", query), ("K", memory), ("V", memory), ("mask", padding)):
        graph.connect(source, found, target=port)
    both = graph.add("Concat", name="found_and_query", dim=2)
    graph.connect(found, both)
    graph.connect(query, both)
    along(
        graph,
        both,
        ("Linear", {"name": "think", "out_features": 2 * hidden}),
        ("Tanh", {}),
        ("Linear", {"name": "head", "out_features": tgt_vocab_size}),
        ("Output", {"name": "iso"}),
    )
    graph.settings = on_board("dates", epochs=3, lr=4e-3, clip_norm=1.0)
    return graph


PRESETS = (
    Preset(
        name="encoder-decoder-lstm",
        title="Encoder–decoder LSTM",
        family="Recurrent",
        paper=papers.LUONG,
        data="dates",
        summary="Translates dates, and shows which words it looks at for each sign.",
        build=build,
        task="translation",
    ),
)
