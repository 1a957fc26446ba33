"""What the best answer costs that is the same for every sample: it knows how frequent the classes are, no more."""

from __future__ import annotations

import math

from engine.data.pipeline import Part
from engine.training.evaluation.network import Head, Network


def chance_level(heads: tuple[Head, ...], train: Part) -> float:
    """The loss of the best answer that is the same for every sample; NaN where it is not known, or not above 0.

    Of classes that count alike it is their entropy: what knowing only how frequent they are is worth.
    """
    total = 0.0
    for head in heads:
        target = head.target({head.field: train.values(head.field)})
        total += head.output.weight * head.criterion.chance_level(target, head.task.classes, head.weights)
    return total if total > 0 else math.nan


def baseline(network: Network, train: Part) -> float:
    """The chance level of a network; NaN where terms are added to its loss, whose least is not known."""
    return math.nan if network.terms else chance_level(network.heads, train)
