"""Networks that attend, over steps, patches or a memory, and those that mix tokens without attention."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import numbers, public, step, target, tokens
from tests.engine.public.parts import CIFAR, around
from tests.engine.public.text import REVIEWS, read

PAIRS = {"words": tokens(20, of=500), "said": tokens(16, of=400), "next": target(tokens(16, of=400))}
LINES = {"text": tokens(64, of=97), "next": target(tokens(64, of=97))}


@public(REVIEWS)
def prenorm_encoder() -> Graph:
    """Xiong and others 2020, On layer normalization in the Transformer architecture: the norm comes first."""
    graph = Graph("Pre-norm encoder")
    last = along(graph, read(graph, 56, 5000, 128), step("SinusoidalPositions"), step("Dropout", p=0.1))
    for _ in range(2):
        last = around(
            graph, last, step("LayerNorm"), step("MultiheadAttention", num_heads=4, dropout=0.1), step("Dropout", p=0.1)
        )
        wide = [
            step("Linear", out_features=512),
            step("ReLU"),
            step("Dropout", p=0.1),
            step("Linear", out_features=128),
        ]
        last = around(graph, last, step("LayerNorm"), *wide, step("Dropout", p=0.1))
    along(graph, last, step("LayerNorm"), step("Mean", dim=1), step("Linear", out_features=2), step("Output"))
    return graph


@public(LINES, "docstrings")
def gpt() -> Graph:
    """Radford, Narasimhan, Salimans and Sutskever 2018, Improving language understanding by generative pre-training."""
    graph = Graph("GPT")
    last = along(graph, read(graph, 64, 97, 96), step("LearnedPositions", max_length=64), step("Dropout", p=0.1))
    for _ in range(2):
        attend = step("MultiheadAttention", num_heads=4, dropout=0.1, is_causal=True)
        last = along(graph, around(graph, last, attend, step("Dropout", p=0.1)), step("LayerNorm"))
        wide = [step("Linear", out_features=384), step("GELU"), step("Linear", out_features=96)]
        last = along(graph, around(graph, last, *wide, step("Dropout", p=0.1)), step("LayerNorm"))
    along(graph, last, step("Linear", out_features=97, bias=False), step("Output"))
    return graph


@public(PAIRS)
def attention_of_bahdanau() -> Graph:
    """Bahdanau, Cho and Bengio 2014, Neural machine translation by jointly learning to align and translate."""
    graph = Graph("Additive attention")
    encoder = along(graph, read(graph, 20, 500, 64), step("GRU", hidden_size=64, bidirectional=True))
    start = along(
        graph,
        (encoder, 2),
        step("Linear", out_features=128),
        step("Tanh"),
        step("Unsqueeze", dim=1),
        step("Permute", dims=(1, 0, 2)),
    )
    said = along(
        graph,
        graph.add("Input", shape=(16,), dtype="int64", field="said"),
        step("Embedding", num_embeddings=400, embedding_dim=64),
    )
    decoder = along(graph, said, step("GRU", hidden_size=128))
    graph.connect(start, decoder, target="h_0")
    keys = along(graph, encoder, step("Linear", out_features=128), step("Unsqueeze", dim=1))
    query = along(graph, decoder, step("Linear", out_features=128, bias=False), step("Unsqueeze", dim=2))
    scores = along(graph, joined(graph, "Add", keys, query), step("Tanh"), step("Linear", out_features=1, bias=False))
    weights = along(graph, scores, step("Squeeze", dim=3), step("Softmax", dim=-1))
    context = joined(graph, "MatMul", weights, encoder)
    end = [step("Linear", out_features=128), step("Tanh"), step("Linear", out_features=400), step("Output")]
    along(graph, joined(graph, "Concat", decoder, context, dim=-1), *end)
    return graph


@public(PAIRS)
def transformer() -> Graph:
    """Vaswani and others 2017, Attention is all you need: an encoder, and a decoder that looks at it."""
    graph = Graph("Transformer")
    source = along(graph, read(graph, 20, 500, 64), step("Scale", factor=8.0), step("SinusoidalPositions"))
    memory = along(
        graph, source, step("Dropout", p=0.1), step("TransformerEncoder", nhead=4, dim_feedforward=256, num_layers=2)
    )
    said = along(
        graph,
        graph.add("Input", shape=(16,), dtype="int64", field="said"),
        step("Embedding", num_embeddings=400, embedding_dim=64),
    )
    said = along(graph, said, step("Scale", factor=8.0), step("SinusoidalPositions"), step("Dropout", p=0.1))
    decoder = graph.add("TransformerDecoder", nhead=4, dim_feedforward=256, num_layers=2, tgt_is_causal=True)
    graph.connect(said, decoder, target="tgt")
    graph.connect(memory, decoder, target="memory")
    along(graph, decoder, step("Linear", out_features=400), step("Output"))
    return graph


@public(CIFAR | {"image": numbers(3, 32, 32)})
def vision_transformer() -> Graph:
    """Dosovitskiy and others 2020, An image is worth 16x16 words: patches, a class token, learned positions."""
    graph = Graph("ViT")
    patches = [step("Conv2d", out_channels=64, kernel_size=4, stride=4), step("Flatten", start_dim=2)]
    last = along(graph, graph.add("Input", shape=(3, 32, 32)), *patches, step("Permute", dims=(0, 2, 1)))
    token = graph.add("ClassToken")
    graph.connect(last, token)
    positions = graph.add("Parameter", shape=(1, 65, 64), init="normal")
    last = along(graph, joined(graph, "Add", token, positions), step("Dropout", p=0.1))
    layers = step("TransformerEncoder", nhead=4, dim_feedforward=128, num_layers=2, norm_first=True, activation="gelu")
    end = [step("LayerNorm"), step("Select", dim=1, index=0), step("Linear", out_features=10), step("Output")]
    along(graph, last, layers, *end)
    return graph
