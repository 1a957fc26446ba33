"""Padding that is read off tokens: what comes after the end of a sentence changes no answer, and a network learns."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.compile import compile_graph
from engine.graph import Graph
from engine.problems import find
from engine.training.loop import Trainer
from tests.engine.classics import along
from tests.engine.stopping import Stopping

EMBEDDING = ("Embedding", {"num_embeddings": 41, "embedding_dim": 16})
PLACES = ("SinusoidalPositions", {})


def reader(kind: str) -> Graph:
    """Tokens (N, T) → a vector for each sentence, padding left out on the way."""
    graph = Graph("reader")
    tokens = graph.add("Input", shape=("T",), dtype="int64")
    x = along(graph, tokens, EMBEDDING)
    if kind == "lengths":
        node = along(graph, x, ("GRU", {"hidden_size": 8, "bidirectional": True}))
        graph.connect(along(graph, tokens, ("SequenceLengths", {})), node, target="lengths")
        graph.connect(along(graph, (node, 2), ("Linear", {"out_features": 3})), graph.add("Output"))
        return graph
    padding = along(graph, tokens, ("PaddingMask", {}))
    x = along(graph, x, PLACES)
    if kind == "whole layers":
        x = along(graph, x, ("TransformerEncoderLayer", {"nhead": 4, "dim_feedforward": 32, "dropout": 0.0}))
        graph.connect(padding, x, target="src_key_padding_mask")
    elif kind == "one attention":
        x = along(graph, x, ("MultiheadAttention", {"num_heads": 4}))
        graph.connect(padding, x, target="key_padding_mask")
    else:
        words = along(graph, tokens, ("PaddingMask", {"true_at": "tokens"}), ("Unsqueeze", {"dim": 1}))
        look = graph.add("ScaledDotProductAttention")
        for port in ("query", "key", "value"):
            graph.connect(x, look, target=port)
        graph.connect(words, look, target="attn_mask")
        x = look
    mean = graph.add("MaskedMean")
    graph.connect(x, mean)
    graph.connect(padding, mean, target="padding")
    graph.connect(along(graph, mean, ("Linear", {"out_features": 3})), graph.add("Output"))
    return graph


@pytest.mark.parametrize("kind", ["lengths", "whole layers", "one attention", "attention from its parts"])
def test_padding_behind_the_end_changes_no_answer(kind: str) -> None:
    model = compile_graph(reader(kind)).eval()
    tokens = torch.randint(1, 41, (3, 6))
    tokens[1, 4:] = 0
    alone = [model(tokens[:1]), model(tokens[1:2, :4]), model(tokens[2:])]
    longer: Tensor = torch.cat((tokens, torch.zeros(3, 5, dtype=torch.int64)), dim=1)
    torch.testing.assert_close(model(longer), torch.cat(alone))


def translator() -> Graph:
    """Dates in words → YYYY-MM-DD: attention leaves the padding out, and a GRU whose state joins in stops before it."""
    graph = Graph("Dates")
    words = graph.add("Input", name="words", shape=(56,), dtype="int64", field="words")
    said = graph.add("Input", name="said", shape=(10,), dtype="int64", field="iso_in")
    padding = along(graph, words, ("PaddingMask", {"name": "padding"}))
    sizes = {"nhead": 2, "dim_feedforward": 32, "dropout": 0.0}
    encoder = along(graph, words, EMBEDDING, ("GRU", {"hidden_size": 16}))
    graph.connect(along(graph, words, ("SequenceLengths", {})), encoder, target="lengths")
    before = along(graph, said, ("Embedding", {"num_embeddings": 13, "embedding_dim": 16}), PLACES)
    decoder = along(graph, before, ("TransformerDecoderLayer", {**sizes, "tgt_is_causal": True}))
    graph.connect(encoder, decoder, target="memory")
    graph.connect(padding, decoder, target="memory_key_padding_mask")
    graph.connect(along(graph, decoder, ("Linear", {"out_features": 13})), graph.add("Output", field="iso"))
    graph.settings["data"] = {"dataset": "dates", "batch_size": 128}
    graph.settings["training"] = {"epochs": 3, "threads": 1, "optimizer": {"name": "adamw", "lr": 1e-2}}
    return graph


def test_a_network_that_leaves_padding_out_is_trained_on_dates(tmp_path: Path) -> None:
    graph = translator()
    assert [problem.message for problem in find(graph) if problem.severity == "error"] == []
    trainer = Trainer(graph, tmp_path / "run", control=Stopping(3))
    assert trainer.run().state == "stopped"
    assert trainer.status.step == 3


@pytest.mark.slow
def test_a_network_that_leaves_padding_out_learns_to_read_dates(tmp_path: Path) -> None:
    result = Trainer(translator(), tmp_path / "run").run()
    assert result.state == "finished", result.message
    assert result.validation["loss"] < 1.0, "ln 13 = 2.56 is guessing"


@pytest.mark.parametrize(
    ("kind", "parameters", "port", "first"),
    [
        ("MultiheadAttention", {"num_heads": 4}, "key_padding_mask", "Insert PaddingMask → (N, T, 16)"),
        ("TransformerEncoderLayer", {"nhead": 4}, "src_key_padding_mask", "Insert PaddingMask → (N, T, 16)"),
        ("GRU", {"hidden_size": 64}, "lengths", "Insert SequenceLengths → (N, T, 64)"),
    ],
)
def test_tokens_wired_where_a_mask_or_lengths_are_wanted_get_the_layer_between(
    kind: str, parameters: dict[str, int], port: str, first: str
) -> None:
    graph = Graph("tokens")
    tokens = graph.add("Input", shape=("T",), dtype="int64")
    node = along(
        graph,
        tokens,
        EMBEDDING,
        PLACES,
        (kind, parameters),
    )
    graph.connect(tokens, node, target=port)
    graph.connect(along(graph, node, ("Linear", {"out_features": 41})), graph.add("Output"))
    (problem,) = [problem for problem in find(graph) if problem.severity == "error"]
    assert str(problem.fixes[0]) == first
