"""Lets layers with loaded weights learn slower than the rest: edits of the property ``lr_multiplier``."""

from __future__ import annotations

from engine.edits import MISSING, Compound, Edit, SetProperty
from engine.fine_tuning.failure import FineTuningError
from engine.graph import Graph
from engine.weights.chosen import loaded_nodes

MULTIPLIER = "lr_multiplier"


def slow_down_loaded(project: Graph, multiplier: float) -> Edit:
    """The edit after which all layers with loaded weights learn at so many times the learning rate; 1 as all others.

    Raises FineTuningError where the network begins with no weights from a file.
    """
    loaded = loaded_nodes(project)
    if not loaded:
        raise FineTuningError("No layer begins with loaded weights: load some first (File, Load Weights).")
    value = MISSING if multiplier == 1.0 else multiplier
    nodes = [project.nodes[node_id] for node_id in project.as_created(loaded)]
    edits = [
        SetProperty(node.id, MULTIPLIER, value) for node in nodes if node.properties.get(MULTIPLIER, MISSING) != value
    ]
    return Compound(tuple(edits), f"Learning rate of loaded layers × {multiplier:g}")


def multiplier_of_loaded(project: Graph) -> float | None:
    """The multiplier that all layers with loaded weights have; None where they differ or there are none."""
    values = {project.nodes[node_id].properties.get(MULTIPLIER, 1.0) for node_id in loaded_nodes(project)}
    only = next(iter(values)) if len(values) == 1 else None
    return float(only) if isinstance(only, (int, float)) else None
