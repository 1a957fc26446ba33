"""Networks that tell what is clicked next, or whether it is."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target, tokens
from tests.engine.public.parts import around
from tests.engine.public.text import read


@public({"items": tokens(50, of=1000, padding=0), "next": target(tokens(50, of=1000, padding=0))})
def sasrec() -> Graph:
    """Kang and McAuley 2018, Self-attentive sequential recommendation: what is clicked next, at each click."""
    graph = Graph("SASRec")
    x = along(graph, read(graph, 50, 1000, 50), step("LearnedPositions", max_length=50), step("Dropout", p=0.5))
    for _ in range(2):
        x = around(
            graph, x, step("LayerNorm"), step("MultiheadAttention", num_heads=1, is_causal=True), step("Dropout", p=0.5)
        )
        wide = [step("Linear", out_features=50), step("ReLU"), step("Dropout", p=0.5), step("Linear", out_features=50)]
        x = around(graph, x, step("LayerNorm"), *wide, step("Dropout", p=0.5))
    along(graph, x, step("LayerNorm"), step("Linear", out_features=1000, bias=False), step("Output"))
    return graph


@public({"items": tokens(20, of=1000), "next": labels(1000)})
def gru4rec() -> Graph:
    """Hidasi, Karatzoglou, Baltrunas and Tikk 2015, Session-based recommendations with recurrent networks."""
    graph = Graph("GRU4Rec")
    last = along(graph, read(graph, 20, 1000, 100), step("GRU", hidden_size=100))
    along(
        graph,
        (last, "last"),
        step("Dropout", p=0.5),
        step("Linear", out_features=1000),
        step("Tanh"),
        step("Output", loss="multi_margin_loss"),
    )
    return graph


@public({"history": tokens(30, of=1000, padding=0), "item": tokens(of=1000), "click": target(numbers(1, low=0.0))})
def deep_interest_network() -> Graph:
    """Zhou and others 2017, Deep interest network: how much each past item matters for this one, no softmax."""
    graph = Graph("DIN")
    table = graph.add("Embedding", num_embeddings=1000, embedding_dim=32)
    graph.connect(graph.add("Input", shape=(30,), dtype="int64", field="history"), table)
    item = along(
        graph,
        graph.add("Input", shape=(), dtype="int64", field="item"),
        step("Embedding", num_embeddings=1000, embedding_dim=32, weights_of=table),
    )
    wide = graph.add("Expand")
    graph.connect(along(graph, item, step("Unsqueeze", dim=1)), wide)
    graph.connect(table, wide)
    both = joined(graph, "Concat", table, wide, joined(graph, "Multiply", table, wide), dim=-1)
    weight = along(graph, both, step("Linear", out_features=36), step("PReLU"), step("Linear", out_features=1))
    interest = along(graph, joined(graph, "Multiply", table, weight), step("Sum", dim=1))
    end = [step("Linear", out_features=80), step("PReLU"), step("Linear", out_features=1), step("Sigmoid")]
    along(graph, joined(graph, "Concat", interest, item), *end, step("Output", loss="binary_cross_entropy"))
    return graph
