"""Deep perceptrons, and what lets them be deep."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target, tokens

RATINGS = {"user": tokens(of=6040), "item": tokens(of=3706), "rating": target(numbers(1, low=1.0, high=5.0))}
CLICKS = {"user": tokens(of=6040), "item": tokens(of=3706), "click": labels(2)}
COLUMNS = {"category": tokens(8, of=1000), "number": numbers(13), "click": labels(2)}
BINARY = {"loss": "binary_cross_entropy_with_logits"}


@public({"x": numbers(54), "label": labels(7)})
def self_normalizing_network() -> Graph:
    """Klambauer, Unterthiner, Mayr and Hochreiter 2017, Self-normalizing neural networks: SELU and alpha dropout."""
    graph = Graph("SNN")
    hidden = [step("Linear", out_features=128), step("SELU"), step("AlphaDropout", p=0.05)] * 8
    along(graph, graph.add("Input", shape=(54,)), *hidden, step("Linear", out_features=7), step("Output"))
    return graph


@public({"x": numbers(784), "label": labels(10)}, {"x": numbers(784, low=0.0), "label": labels(10)})
def highway_network() -> Graph:
    """Srivastava, Greff and Schmidhuber 2015, Highway networks: a gate says how much is transformed."""
    graph = Graph("Highway network")
    x = along(graph, graph.add("Input", shape=(784,)), step("Linear", out_features=50), step("ReLU"))
    for _ in range(10):
        new = along(graph, x, step("Linear", out_features=50), step("ReLU"))
        gate = along(graph, x, step("Linear", out_features=50), step("Sigmoid"))
        carry = along(graph, gate, step("Scale", factor=-1.0, shift=1.0))
        x = joined(graph, "Add", joined(graph, "Multiply", new, gate), joined(graph, "Multiply", x, carry))
    along(graph, x, step("Linear", out_features=10), step("Output"))
    return graph


@public({"x": numbers(784, low=0.0), "label": labels(10)})
def dropout_network() -> Graph:
    """Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, Dropout: three layers of 1024, half dropped."""
    graph = Graph("Dropout network")
    hidden = [step("Linear", out_features=1024), step("ReLU"), step("Dropout", p=0.5)] * 3
    start = graph.add("Input", shape=(784,))
    along(graph, start, step("Dropout", p=0.2), *hidden, step("Linear", out_features=10), step("Output"))
    return graph
