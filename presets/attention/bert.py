"""BERT: an encoder that reads a text from both sides."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from engine.data.declarations.alphabets import LINE, TOKENS
from engine.graph import Graph
from presets import papers
from presets.attention.bert_layer import BLOCK, NORM, bert_layer
from presets.attention.heads import added, along, tokens_mask
from presets.learning import on_tokens
from presets.preset import Preset, small

NAMES = {
    "word_embeddings": "embeddings.word_embeddings",
    "token_types": "embeddings.token_type_embeddings",
    "positions.table": "embeddings.position_embeddings.weight",
    "embedding_norm": "embeddings.LayerNorm",
    **{f"encoder.*.{ours}": f"encoder.layer.*.{theirs}"
       for ours, theirs in (
           *((name, f"attention.self.{name}") for name in ("query", "key", "value")),
           ("project", "attention.output.dense"), ("norm1", "attention.output.LayerNorm"),
           ("fc1", "intermediate.dense"), ("fc2", "output.dense"), ("norm2", "output.LayerNorm"),
       )},
    "pooler": "pooler.dense",
}  # fmt: skip
"""Our names and those of the published weights (BertModel)."""


def build(
    vocab_size: int = 30522,
    hidden_size: int = 768,
    num_hidden_layers: int = 12,
    num_attention_heads: int = 12,
    intermediate_size: int = 3072,
    max_position_embeddings: int = 512,
    type_vocab_size: int = 2,
    hidden_dropout_prob: float = 0.1,
    attention_probs_dropout_prob: float = 0.1,
    num_labels: int | None = None,
    token_types: bool = False,
) -> Graph:
    """Devlin et al. 2018, BERT base with its pooler: 109,482,240 parameters. Token 0 is padding.

    It answers with a vector a token, and with one of the whole text, made of the first token's. ``num_labels`` puts a
    head in the place of both: so many classes for each token. ``token_types`` adds an Input that says of each token
    which of two texts it belongs to; without it there is one text.
    """
    graph = Graph("BERT base")
    dropout = hidden_dropout_prob, attention_probs_dropout_prob
    bert_layer(graph, hidden_size, num_attention_heads, intermediate_size, *dropout)
    ids = graph.add("Input", name="input_ids", shape=("T",), dtype="int64")
    if token_types:
        types = graph.add("Input", name="token_type_ids", shape=("T",), dtype="int64")
    else:
        types = along(graph, ids, ("ZerosLike", {"name": "token_type_ids"}))
    rows = ((ids, "word_embeddings", vocab_size), (types, "token_types", type_vocab_size))
    read = added(
        graph,
        *(
            along(graph, node, ("Embedding", {"name": name, "num_embeddings": size, "embedding_dim": hidden_size}))
            for node, name, size in rows
        ),
    )
    placed = along(
        graph,
        read,
        ("LearnedPositions", {"name": "positions", "max_length": max_position_embeddings}),
        ("LayerNorm", {"name": "embedding_norm"} | NORM),
        ("Dropout", {"p": hidden_dropout_prob}),
    )
    encoder = along(graph, placed, (BLOCK, {"name": "encoder", "repeat": num_hidden_layers}))
    graph.connect(tokens_mask(graph, ids), encoder, target="mask")
    if num_labels is not None:
        head = ("Linear", {"name": "classifier", "out_features": num_labels})
        along(graph, encoder, ("Dropout", {"p": hidden_dropout_prob}), head, ("Output", {"name": "label"}))
        return graph
    along(graph, encoder, ("Output", {"name": "last_hidden_state", "loss": None}))
    along(
        graph,
        encoder,
        ("Select", {"name": "first", "index": 0}),
        ("Linear", {"name": "pooler", "out_features": hidden_size}),
        ("Tanh", {}),
        ("Output", {"name": "pooler_output", "loss": "mse_loss"}),
    )
    return graph


NETWORK = Preset(
    name="bert-base",
    title="BERT base",
    family="Attention",
    paper=papers.BERT,
    data="",
    summary="Reads a text from both sides: a vector for each token, and one for all.",
    build=build,
    task="features",
    names=NAMES,
)
LEARN = partial(on_tokens, "python_tokens", epochs=3, lr=2e-3, weight_decay=0.05)
SIZES: dict[str, Any] = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128}
READS = {"vocab_size": len(LINE), "max_position_embeddings": 64, "num_labels": len(TOKENS)}
WORDS = "Two layers say of each character of a line of Python what it is part of."
TINY = small(NETWORK, WORDS, LEARN, "python_tokens", title="BERT tiny", **SIZES | READS)
PRESETS = (replace(TINY, task="sequence labelling"), NETWORK)
