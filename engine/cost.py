"""What a network costs: parameters, multiply-adds and memory, per node and in all, from the shape rules alone.

Multiply-adds count matrix products and convolutions (not activations, pooling or normalisation); FLOPs are twice
that. Memory is of float32 tensors in bytes: inference holds the weights and the values that are alive at once;
training holds weights, gradients, the optimizer's state and every value that the backward pass reads.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.dims import Dim, bind, product
from engine.graph import Graph
from engine.shapes import Report, infer
from engine.spec import Spec

BYTES = {"float32": 4, "int64": 8, "bool": 1}
OPTIMIZER_STATE = {"sgd": 0, "adam": 2, "adamw": 2, "rmsprop": 1, "adagrad": 1}
"""Tensors the optimizer keeps for each parameter, at torch's default settings."""
OPEN_LENGTH = 128
"""What an open size other than the batch counts as."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Numbers of one node or a whole network at one batch size; memory in bytes."""

    parameters: int = 0
    trainable: int = 0
    multiply_adds: int = 0
    memory_parameters: int = 0
    memory_training: int = 0
    memory_inference: int = 0

    @property
    def flops(self) -> int:
        return 2 * self.multiply_adds


def of_node(report: Report, node_id: str, batch: int = 1) -> Cost:
    """The cost of one node; zero where its shapes are unknown."""
    layer = report.layer(node_id)
    if layer is None or node_id not in report.inputs or node_id not in report.outputs:
        return Cost()
    inputs, outputs = report.inputs[node_id], tuple(report.outputs[node_id].values())
    weights = sum(_number(product(shape), batch) for shape in layer.weights(*inputs).values())
    buffers = sum(_number(product(shape), batch) for shape in layer.buffers(*inputs).values())
    values = sum(_bytes(spec, batch) for spec in outputs)
    return Cost(
        parameters=weights,
        trainable=weights,
        multiply_adds=_number(layer.multiply_adds(inputs, outputs), batch),
        memory_parameters=4 * (weights + buffers),
        memory_training=4 * (2 * weights + buffers) + values,
        memory_inference=4 * (weights + buffers) + values,
    )


def total(graph: Graph, report: Report | None = None, batch: int = 1) -> Cost:
    """The cost of the whole network at this batch size."""
    report = report or infer(graph)
    costs = [of_node(report, node_id, batch) for node_id in graph.nodes]
    parameters = sum(cost.parameters for cost in costs)
    held = sum(cost.memory_parameters for cost in costs)
    state = OPTIMIZER_STATE.get(_optimizer(graph), 2)
    return Cost(
        parameters=parameters,
        trainable=sum(cost.trainable for cost in costs),
        multiply_adds=sum(cost.multiply_adds for cost in costs),
        memory_parameters=held,
        memory_training=sum(cost.memory_training for cost in costs) + 4 * state * parameters,
        memory_inference=held + _peak(graph, report, batch),
    )


def depth(graph: Graph, report: Report | None = None) -> int:
    """How many layers with weights lie on the longest path."""
    report = report or infer(graph)
    longest: dict[str, int] = {}
    for node_id in graph.order():
        layer = report.layer(node_id)
        weights = layer.weights(*report.inputs[node_id]) if layer is not None and report.complete(node_id) else {}
        longest[node_id] = int(_deep(weights)) + max(
            (longest[e.source] for e in graph.incoming[node_id].values()), default=0
        )
    return max(longest.values(), default=0)


def _deep(weights: dict[str, tuple[Dim, ...]]) -> bool:
    """Whether these are the weights of a layer that counts: a matrix, not the scale of a normalisation."""
    return any(len(shape) > 1 for shape in weights.values())


def _peak(graph: Graph, report: Report, batch: int) -> int:
    """The most bytes of values alive at once when nodes run in order and a value goes after its last reader."""
    readers = {node_id: len(graph.outgoing[node_id]) for node_id in graph.nodes}
    alive = peak = 0
    sizes: dict[str, int] = {}
    for node_id in graph.order():
        sizes[node_id] = sum(_bytes(spec, batch) for spec in report.outputs.get(node_id, {}).values())
        alive += sizes[node_id]
        peak = max(peak, alive)
        for edge in graph.incoming[node_id].values():
            readers[edge.source] -= 1
            if not readers[edge.source]:
                alive -= sizes[edge.source]
    return peak


def _optimizer(graph: Graph) -> str:
    optimizer = graph.settings["training"].get("optimizer")
    return str(optimizer.get("name", "adamw")) if isinstance(optimizer, dict) else "adamw"


def _bytes(spec: Spec, batch: int) -> int:
    return BYTES[spec.dtype] * _number(product(spec.shape), batch)


class _Sizes(dict[str, int]):
    def __missing__(self, symbol: str) -> int:
        return OPEN_LENGTH


def _number(dim: Dim, batch: int) -> int:
    return bind(dim, _Sizes(N=batch))
