"""What a network costs, in numbers that can be put side by side; why not, where its shapes are not known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from engine import cost
from engine.difference.matching import kind
from engine.difference.network_difference import settings_of
from engine.errors import LayerloomError
from engine.graph import Edge, Graph
from engine.ports import labels
from engine.problems import Problem, find
from engine.shapes import Report, infer
from engine.unfolding.receptive_field import receptive_field


class UnknownCost(LayerloomError):
    """Why it is not known what a network costs: one sentence."""


@dataclass(frozen=True, slots=True)
class NetworkCost:
    """The size of a network. Multiply-adds are of one sample, memory is in bytes at a batch size (`engine.memory`).

    ``depth`` counts layers with weights on the longest path; ``receptive_field`` is how many positions of the input,
    along each axis, one position of the last feature maps is computed from; None where there are no feature maps.
    """

    input: str
    parameters: int
    trainable: int
    multiply_adds: int
    memory_inference: int
    memory_training: int
    depth: int
    receptive_field: tuple[int, ...] | None


def cost_of(graph: Graph, batch: int = 1) -> NetworkCost:
    """Raises UnknownCost where errors hide shapes, or there is nothing that computes."""
    report = infer(graph)
    if (fault := why_unknown(graph, report)) is not None:
        raise UnknownCost(fault)
    one, whole = cost.total(graph, report), cost.total(graph, report, batch)
    field = receptive_field(graph, report)
    inputs = [str(report.outputs[node.id]["output"]) for node in graph.of_type("Input")]
    return NetworkCost(
        ", ".join(inputs),
        one.parameters,
        one.trainable,
        one.multiply_adds,
        whole.memory_inference,
        whole.memory_training,
        cost.depth(graph, report),
        None if field is None else field.size,
    )


def why_unknown(graph: Graph, report: Report) -> str | None:
    """Why the cost of a network is not known: the first error that hides a shape."""
    if not graph.of_type("Output"):
        return "It has no Output, so nothing of it is computed."
    return next((problem.message for problem in find(graph) if hides_shapes(problem, report)), None)


def hides_shapes(problem: Problem, report: Report) -> bool:
    """Whether a shape is not known because of it; a network without a loss, or with other data, has all of them."""
    if problem.severity != "error" or problem.setting is not None:
        return False
    return problem.code != "no-loss" if problem.node is None else problem.node not in report.outputs


def digest(graph: Graph) -> str:
    """A text that is the same for two networks exactly if they compute the same with the same weights, as drawn.

    Names, positions and settings are no part of it, nor is what an Input reads or an Output is judged by.
    """
    return hashlib.sha256(json.dumps(_drawn(graph), sort_keys=True).encode()).hexdigest()


def _drawn(graph: Graph) -> list[object]:
    index = {node_id: number for number, node_id in enumerate(graph.order())}
    found = list[object]()
    for node_id in index:
        node = graph.nodes[node_id]
        block = graph.blocks.of_type(node.type)
        what = kind(graph, node.type) if block is None else _drawn(block.graph)
        values = settings_of(graph, node)
        if node.type == "Input":
            values = {name: text for name, text in values.items() if name in ("shape", "dtype")}
        elif node.type == "Output":
            values = {}
        elif values["weights_of"] != "none":
            values["weights_of"] = str(index.get(str(node.properties.get("weights_of"))))
        wires = sorted(_wire(graph, edge, index) for edge in graph.incoming[node_id].values())
        found.append([what, values, wires])
    return found


def _wire(graph: Graph, edge: Edge, index: Mapping[str, int]) -> tuple[str, int, str]:
    """The port it leads to, the node it comes from and the port there."""
    inputs, outputs = labels(graph, edge.target)[0], labels(graph, edge.source)[1]
    port, source_port = edge.target_port, edge.source_port
    return inputs.get(port, port), index[edge.source], outputs.get(source_port, source_port)
