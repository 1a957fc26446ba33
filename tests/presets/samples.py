"""Random samples for the Inputs of a network, in their order."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.graph import Graph
from engine.shapes import infer

SIZES = {"N": 3, "S": 11, "T": 9}
"""What the open sizes are."""


def samples(graph: Graph, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    """Floats, and integers that an Embedding after their Input knows; 0, often a padding, is among them."""
    report = infer(graph)
    made = []
    for node in graph.of_type("Input"):
        spec = report.outputs[node.id]["output"]
        shape = tuple(spec.bound(SIZES))
        if spec.dtype == "int64":
            made.append(torch.randint(0, _rows(graph, node.id), shape))
            made[-1][0, -2:] = 0
        else:
            made.append(torch.randn(shape, dtype=dtype))
    return made


def _rows(graph: Graph, node_id: str) -> int:
    """How many rows the table after an Input has."""
    found = [graph.nodes[edge.target] for edge in graph.outgoing[node_id]]
    return min(int(node.parameters["num_embeddings"]) for node in found if node.type == "Embedding")  # type: ignore[arg-type]
