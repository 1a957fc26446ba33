"""How many answers are right, and how far numbers are off: what steps count beside the loss."""

from __future__ import annotations

from torch import Tensor

from engine.losses.loss import Loss
from engine.losses.sequence_loss import SequenceLoss


def hits(loss: Loss, answer: Tensor, target: Tensor, masked: bool) -> tuple[Tensor, Tensor | int]:
    """(right answers, answers): the class with the highest value, or each number by whether it says yes.

    Of labels that an answer is read off as, a whole sequence is right or wrong. ``masked``: some targets may be the
    ignored class.
    """
    if isinstance(loss, SequenceLoss):
        return loss.right(answer, target).sum(), len(target)
    if answer.dim() == target.dim() + 1 and answer.shape[-1] > 1:
        right = answer.argmax(-1) == target
        if masked and loss.ignored is not None:
            kept = target != loss.ignored
            return (right & kept).sum(), kept.sum()
    else:
        right = loss.says_yes(answer) == (loss.values(answer, target) > 0.5)
    return right.sum(), right.numel()


def absolute_error(loss: Loss, answer: Tensor, target: Tensor) -> tuple[Tensor, int]:
    """(sum of the absolute errors, their number)."""
    return (loss.predicted(answer) - loss.values(answer, target)).abs().sum(), answer.numel()
