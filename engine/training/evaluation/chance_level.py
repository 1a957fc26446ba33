"""What the best answer costs that is the same for every sample: it knows how frequent the classes are, no more."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.data.pipeline import Part
from engine.layers.losses import LOSSES
from engine.training.evaluation.network import Head, Network

KINDS = {
    "cross_entropy": "classes",
    "nll_loss": "classes",
    "binary_cross_entropy": "two",
    "binary_cross_entropy_with_logits": "two",
}


def chance_level(heads: tuple[Head, ...], train: Part) -> float:
    """The loss of knowing only how frequent the classes are; NaN where an Output does not learn classes.

    For one Output whose classes count alike it is their entropy, −Σ p ln p; ln(classes) where all are equally frequent.
    """
    total = 0.0
    for head in heads:
        if KINDS.get(head.output.loss or "") != head.task.kind:
            return math.nan
        total += head.output.weight * (_of_classes if head.task.kind == "classes" else _of_two)(head, train)
    return total or math.nan


def baseline(network: Network, train: Part) -> float:
    """The chance level of a network; NaN where terms are added to its loss, whose least is not known."""
    return math.nan if network.terms else chance_level(network.heads, train)


def _of_classes(head: Head, train: Part) -> float:
    """−Σ m ln(m / Σ m) / Σ n w, with m = (1 − ε) n w + ε w Σ n / C.

    n is how often each of the C classes occurs, w its weight, ε the label smoothing: torch's cross-entropy of one
    answer for all is Σ m (−ln q) / Σ n w, and q in proportion to m makes it least (Gibbs' inequality).
    """
    output, target = head.output, train.values(head.field)
    classes = head.task.classes
    if head.soft(target):
        masses = head.target({head.field: target}).flatten(0, -2).double().sum(0)
        return _least(masses) / float(masses.sum() or math.nan) if head.weights is None else math.nan
    labels = target.flatten() if output.ignored is None else target[target != output.ignored]
    if not len(labels) or int(labels.min()) < 0 or int(labels.max()) >= classes:
        return math.nan
    counts = torch.bincount(labels.to(torch.int64), minlength=classes).double()
    weights = torch.ones_like(counts) if head.weights is None else head.weights.to(counts)
    smoothing = output.label_smoothing if "label_smoothing" in LOSSES[output.loss or ""].options else 0.0
    masses = (1 - smoothing) * counts * weights + smoothing * weights * counts.sum() / classes
    return _least(masses) / float((counts * weights).sum() or math.nan)


def _of_two(head: Head, train: Part) -> float:
    """The same of a share of ones, where a one counts ``pos_weight`` times."""
    output, ones = head.output, train.values(head.field).double()
    if not ones.numel():
        return math.nan
    weighs = output.pos_weight if "pos_weight" in LOSSES[output.loss or ""].options else None
    masses = torch.stack([(1 - ones).sum(), ones.sum() * (1.0 if weighs is None else weighs)])
    return _least(masses) / ones.numel()


def _least(masses: Tensor) -> float:
    """The lowest −Σ m ln q of shares q that add up to 1: those in proportion to m."""
    masses = masses[masses > 0]
    return float(-(masses * (masses / masses.sum()).log()).sum())
