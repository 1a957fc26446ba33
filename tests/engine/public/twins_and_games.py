"""Twins with shared weights, experts, and agents that play."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target
from tests.engine.public.parts import DIGITS, conv, dense

POINTS = {"points": numbers(1024, 3), "label": labels(40)}


@public({"left": numbers(1, 28, 28), "right": numbers(1, 28, 28), "differ": target(numbers(1, low=0.0))})
def contrastive_siamese() -> Graph:
    """Hadsell, Chopra and LeCun 2006, Dimensionality reduction by learning an invariant mapping."""
    graph = Graph("Siamese network")
    encoder = graph.define("Encoder")
    pool = step("MaxPool2d", kernel_size=2)
    body = [*conv(16, 5), pool, *conv(32, 5), pool, step("Flatten"), step("Linear", out_features=2)]
    along(encoder, encoder.add("BlockInput"), *body, step("BlockOutput"))
    left = along(graph, graph.add("Input", shape=(1, 28, 28), field="left"), step("Encoder"))
    right = along(graph, graph.add("Input", shape=(1, 28, 28), field="right"), step("Encoder", weights_of=left))
    distance = graph.add("PairwiseDistance", keepdim=True)
    graph.connect(left, distance)
    graph.connect(right, distance)
    differ = graph.add("Input", shape=(1,), field="differ")
    alike = along(graph, differ, step("Scale", factor=-1.0, shift=1.0))
    near = joined(graph, "Multiply", alike, along(graph, distance, step("Pow")))
    margin = along(graph, distance, step("Scale", factor=-1.0, shift=1.0), step("ReLU"), step("Pow"))
    loss = joined(graph, "Add", near, joined(graph, "Multiply", differ, margin))
    along(graph, loss, step("Scale", factor=0.5), step("Output", loss="value"))
    return graph


@public(DIGITS)
def mixture_of_experts() -> Graph:
    """Jacobs, Jordan, Nowlan and Hinton 1991, Adaptive mixtures of local experts: a softmax weighs their answers."""
    graph = Graph("Mixture of experts")
    x = along(graph, graph.add("Input", shape=(1, 28, 28)), step("Flatten"))
    experts = [along(graph, x, *dense(32), step("Linear", out_features=10)) for _ in range(4)]
    gate = along(graph, x, step("Linear", out_features=4), step("Softmax", dim=-1), step("Unsqueeze", dim=2))
    weighed = joined(graph, "Multiply", joined(graph, "Stack", *experts), gate)
    along(graph, weighed, step("Sum", dim=1), step("Output"))
    return graph


@public({"frames": numbers(4, 84, 84, low=0.0), "value": target(numbers(6))})
def dueling_dqn() -> Graph:
    """Wang and others 2015, Dueling network architectures, on the convolutions of Mnih and others 2015."""
    graph = Graph("Dueling DQN")
    body = [*conv(32, 8, stride=4), *conv(64, 4, stride=2), *conv(64), step("Flatten")]
    x = along(graph, graph.add("Input", shape=(4, 84, 84)), *body)
    value = along(graph, x, *dense(512), step("Linear", out_features=1))
    gain, centred = along(graph, x, *dense(512), step("Linear", out_features=6)), graph.add("Subtract")
    graph.connect(gain, centred)
    graph.connect(along(graph, gain, step("Mean", dim=1, keepdim=True)), centred)
    along(graph, joined(graph, "Add", value, centred), step("Output", loss="huber_loss"))
    return graph


@public({"board": numbers(17, 9, 9, low=0.0), "move": labels(82), "winner": target(numbers(1, low=-1.0))})
def alpha_zero() -> Graph:
    """Silver and others 2017, Mastering the game of Go without human knowledge: one trunk, a policy and a value."""
    graph = Graph("AlphaZero")
    layer = [step("Conv2d", out_channels=64, kernel_size=3, padding=1, bias=False), step("BatchNorm2d")]
    x = along(graph, graph.add("Input", shape=(17, 9, 9)), *layer, step("ReLU"))
    for _ in range(3):
        x = along(graph, joined(graph, "Add", along(graph, x, *layer, step("ReLU"), *layer), x), step("ReLU"))
    narrow = [step("BatchNorm2d"), step("ReLU"), step("Flatten")]
    policy = [step("Conv2d", out_channels=2, kernel_size=1, bias=False), *narrow, step("Linear", out_features=82)]
    value = [step("Conv2d", out_channels=1, kernel_size=1, bias=False), *narrow, *dense(256)]
    along(graph, x, *policy, step("Output", field="move"))
    along(
        graph, x, *value, step("Linear", out_features=1), step("Tanh"), step("Output", field="winner", loss="mse_loss")
    )
    return graph
