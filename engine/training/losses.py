"""How an answer is compared with its target: the losses of the Output node, which are torch.nn.functional's."""

from __future__ import annotations

from typing import Literal

from torch import Tensor
from torch.nn import functional

from engine.errors import LayerloomError
from engine.layers.ports import Output


class LossError(LayerloomError):
    """The answer and the target do not fit each other: one whole sentence with both shapes."""


def loss(output: Output, answer: Tensor, target: Tensor, reduction: Literal["mean", "sum"] = "mean") -> Tensor:
    """The loss of one Output, a tensor without axes. Raises LossError.

    Classes are the last axis of ``answer`` (N, …, C). Cross-entropy takes labels (N, …); the other losses take what
    `as_values` makes of the target.
    """
    if output.loss is None:
        raise LossError("This Output has no loss.")
    if output.loss == "cross_entropy":
        if target.is_floating_point() or answer.shape[:-1] != target.shape:
            raise LossError(_unlike(answer, target))
        return functional.cross_entropy(
            answer.flatten(0, -2), target.flatten(), ignore_index=output.ignore_index, reduction=reduction
        )
    compare = getattr(functional, output.loss)
    result: Tensor = compare(answer, as_values(answer, target), reduction=reduction)
    return result


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
        return functional.one_hot(target, answer.shape[-1]).to(answer.dtype)
    raise LossError(_unlike(answer, target))


def counted(output: Output, answer: Tensor, target: Tensor, masked: bool) -> Tensor | int:
    """How many comparisons the loss averages over. ``masked``: some targets are the ignored class."""
    if output.loss != "cross_entropy":
        return answer.numel()
    return (target != output.ignore_index).sum() if masked else target.numel()


def hits(output: Output, answer: Tensor, target: Tensor, masked: bool) -> tuple[Tensor, Tensor | int]:
    """(right answers, answers): the class with the highest value, or for a single value more than the threshold.

    The threshold is 0 for logits, else 0.5.
    """
    if answer.dim() == target.dim() + 1 and answer.shape[-1] > 1:
        right = answer.argmax(-1) == target
        if masked:
            kept = target != output.ignore_index
            return (right & kept).sum(), kept.sum()
    else:
        threshold = 0.0 if output.loss == "binary_cross_entropy_with_logits" else 0.5
        right = (answer > threshold) == (as_values(answer, target) > 0.5)
    return right.sum(), right.numel()


def absolute_error(answer: Tensor, target: Tensor) -> tuple[Tensor, int]:
    """(sum of the absolute errors, their number)."""
    return (answer - as_values(answer, target)).abs().sum(), answer.numel()


def _unlike(answer: Tensor, target: Tensor) -> str:
    kind = "values" if target.is_floating_point() else "labels"
    return f"An answer of shape {tuple(answer.shape)} cannot be compared with {kind} of shape {tuple(target.shape)}."
