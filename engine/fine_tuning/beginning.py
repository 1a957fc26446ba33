"""What a training begins with, as far as it is known without reading a file: what is loaded, and what is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine import cost, parametrization
from engine.graph import Graph
from engine.shapes import Report
from engine.weights.chosen import chosen, loaded_nodes
from engine.weights.targets import COUNTERS


@dataclass(frozen=True, slots=True)
class Beginning:
    """``loaded`` of ``total`` tensors come from ``file`` ("" for none); ``again`` are the layers that begin at random.

    ``frozen`` are the names of layers of the network that are frozen, whole or in part; ``still`` of ``parameters``
    stay as they are.
    """

    file: str
    loaded: int
    total: int
    again: tuple[str, ...]
    frozen: tuple[str, ...]
    still: int
    parameters: int


def beginning(project: Graph, report: Report) -> Beginning:
    """That of a network; what has no known shapes counts for nothing."""
    path, loaded = chosen(project), loaded_nodes(project)
    value = project.settings["training"].get("weights")
    entries = value.get("map") if isinstance(value, Mapping) else None
    total, again, frozen, parameters, still = 0, list[str](), list[str](), 0, 0
    for node in project.nodes.values():
        own = learned = 0
        for leaf in cost.leaves(project, report, [node.id]):
            if not leaf.borrowed:
                shapes = parametrization.weights(leaf.layer, leaf.properties, leaf.inputs)
                held = parametrization.buffers(leaf.layer, leaf.properties, leaf.inputs)
                own += len(shapes) + sum(name.rpartition(".")[2] != COUNTERS for name in held)
                learned += len(shapes)
        total += own
        if learned and node.id not in loaded:
            again.append(node.name)
        found = cost.of_node(project, report, node.id)
        parameters += found.parameters
        still += found.parameters - found.trainable
        if found.parameters > found.trainable:
            frozen.append(node.name)
    count = len(entries) if path is not None and entries is not None else 0
    return Beginning(Path(path).name if path else "", count, total, tuple(again), tuple(frozen), still, parameters)
