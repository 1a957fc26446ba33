"""Speech, documents and series, by layers that are not in one line."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target, tokens
from tests.engine.public.parts import BIAS, around


@public({"speech": numbers(200, 80), "text": labels(30, 20)}, hints=BIAS)
def conformer() -> Graph:
    """Gulati and others 2020, Conformer: half a perceptron, attention, a convolution, half a perceptron."""
    graph = Graph("Conformer")
    turn = step("Permute", dims=(0, 2, 1))
    half = [
        step("LayerNorm"),
        step("Linear", out_features=256),
        step("SiLU"),
        step("Dropout", p=0.1),
        step("Linear", out_features=64),
        step("Dropout", p=0.1),
        step("Scale", factor=0.5),
    ]
    x = along(
        graph,
        graph.add("Input", shape=(200, 80)),
        turn,
        step("Conv1d", out_channels=64, kernel_size=3, stride=2, padding=1),
        step("ReLU"),
        turn,
    )
    x = along(graph, x, step("Linear", out_features=64), step("SinusoidalPositions"), step("Dropout", p=0.1))
    for _ in range(2):
        x = around(graph, x, *half)
        x = around(
            graph, x, step("LayerNorm"), step("MultiheadAttention", num_heads=4, dropout=0.1), step("Dropout", p=0.1)
        )
        first = [step("LayerNorm"), turn, step("Conv1d", out_channels=128, kernel_size=1), step("GLU", dim=1)]
        own = [
            step("Conv1d", out_channels=64, kernel_size=31, padding=15, groups=64),
            step("BatchNorm1d"),
            step("SiLU"),
        ]
        x = around(graph, x, *first, *own, step("Conv1d", out_channels=64, kernel_size=1), turn, step("Dropout", p=0.1))
        x = along(graph, around(graph, x, *half), step("LayerNorm"))
    along(graph, x, step("Linear", out_features=30), step("LogSoftmax", dim=-1), step("Output", loss="ctc_loss"))
    return graph


@public({"speech": numbers(64, 40), "label": labels(30)})
def listener() -> Graph:
    """Chan, Jaitly, Le and Vinyals 2015, Listen, attend and spell: the pyramid that reads two steps as one."""
    graph = Graph("Listener")
    x = along(graph, graph.add("Input", shape=(64, 40)), step("LSTM", hidden_size=32, bidirectional=True))
    x = along(graph, x, step("Reshape", shape=(32, 128)), step("LSTM", hidden_size=32, bidirectional=True))
    x = along(graph, x, step("Reshape", shape=(16, 128)), step("LSTM", hidden_size=32, bidirectional=True))
    along(graph, (x, "last"), step("Linear", out_features=30), step("Output"))
    return graph


@public({"past": numbers(168, 8), "next": target(numbers(8))})
def lstnet() -> Graph:
    """Lai, Chang, Yang and Liu 2017, Modeling long- and short-term temporal patterns, with its linear way beside."""
    graph = Graph("LSTNet")
    past = graph.add("Input", shape=(168, 8))
    turn = step("Permute", dims=(0, 2, 1))
    short = along(
        graph, past, turn, step("Conv1d", out_channels=50, kernel_size=6), step("ReLU"), step("Dropout", p=0.2), turn
    )
    gru = along(graph, short, step("GRU", hidden_size=50))
    deep = along(graph, (gru, "last"), step("Dropout", p=0.2), step("Linear", out_features=8))
    linear = along(
        graph, past, step("Slice", dim=1, start=-24), turn, step("Linear", out_features=1), step("Squeeze", dim=2)
    )
    along(graph, joined(graph, "Add", deep, linear), step("Output", loss="l1_loss"))
    return graph


@public({"document": tokens(8, 20, of=2000, padding=0), "label": labels(5)})
def hierarchical_attention() -> Graph:
    """Yang and others 2016, Hierarchical attention networks: words make sentences, sentences a document."""
    graph = Graph("HAN")
    for name in ("Words", "Sentences"):
        reader = graph.define(name)
        states = along(reader, reader.add("BlockInput"), step("GRU", hidden_size=25, bidirectional=True))
        scores = along(
            reader,
            states,
            step("Linear", out_features=50),
            step("Tanh"),
            step("Linear", out_features=1, bias=False),
            step("Softmax", dim=1),
        )
        along(reader, joined(reader, "Multiply", states, scores), step("Sum", dim=1), step("BlockOutput"))
    words = along(
        graph,
        graph.add("Input", shape=(8, 20), dtype="int64"),
        step("Embedding", num_embeddings=2000, embedding_dim=50),
    )
    x = along(graph, words, step("Words", apply="each_step"), step("Sentences"))
    along(graph, x, step("Linear", out_features=5), step("Output"))
    return graph


@public({"x": numbers(3072, low=0.0), "soft": target(numbers(10, low=0.0))})
def distilled_student() -> Graph:
    """Hinton, Vinyals and Dean 2015, Distilling the knowledge in a neural network: soft targets at a temperature."""
    graph = Graph("Student")
    hidden = [step("Linear", out_features=800), step("ReLU")] * 2
    end = [step("Linear", out_features=10), step("Scale", factor=0.25), step("LogSoftmax", dim=-1)]
    along(graph, graph.add("Input", shape=(3072,)), *hidden, *end, step("Output", loss="kl_div"))
    return graph
