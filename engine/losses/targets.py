"""Targets in the form in which a loss compares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import LayerloomError

if TYPE_CHECKING:
    from torch import Tensor


class LossError(LayerloomError):
    """The answer and the target do not fit each other: one whole sentence with both shapes."""


def as_values(answer: Tensor, target: Tensor) -> Tensor:
    """The target as float values in the shape of the answer. Raises LossError; nothing is ever broadcast.

    A last axis of size 1 may be missing on either side. Labels (N, …) become one-hot where the answer has a last axis
    of several classes, and the numbers 0 and 1 where it has not.
    """
    if answer.shape == target.shape:
        return target.to(answer.dtype)
    if answer.shape == (*target.shape, 1) or target.shape == (*answer.shape, 1):
        return target.reshape(answer.shape).to(answer.dtype)
    if not target.is_floating_point() and answer.dim() and answer.shape[:-1] == target.shape:
        from torch.nn import functional

        return functional.one_hot(target, answer.shape[-1]).to(answer.dtype)
    raise unlike(answer, target)


def unlike(answer: Tensor, target: Tensor) -> LossError:
    """The sentence about two shapes."""
    kind = "values" if target.is_floating_point() else "labels"
    return LossError(
        f"An answer of shape {tuple(answer.shape)} cannot be compared with {kind} of shape {tuple(target.shape)}."
    )


def balanced(labels: Tensor, classes: int, ignored: int | None = None) -> Tensor:
    """Weights (classes) by which every class counts the same: samples / (classes × samples of the class).

    Classes without samples weigh 0 (scikit-learn's ``class_weight="balanced"``; King and Zeng 2001).
    """
    import torch

    if labels.is_floating_point():
        counts = labels.flatten(0, -2).sum(0)
    else:
        kept = (labels if ignored is None else labels[labels != ignored]).flatten()
        counts = torch.bincount(kept, minlength=classes).to(torch.float32)
    return torch.where(counts > 0, counts.sum() / (classes * torch.where(counts > 0, counts, 1.0)), 0.0)


def least(masses: Tensor) -> float:
    """The lowest −Σ m ln q of shares q that add up to 1: those in proportion to m (Gibbs' inequality)."""
    masses = masses[masses > 0]
    return float(-(masses * (masses / masses.sum()).log()).sum())
