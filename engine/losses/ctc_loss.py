"""Connectionist temporal classification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from engine.losses.loss import Reduction, Wanted
from engine.losses.sequence_loss import SequenceLoss

if TYPE_CHECKING:
    from torch import Tensor

HELPER = '''
def ctc_loss(answer, labels, blank, ignored, reduction):
    """The loss of each sequence by its length; blanks and ignored labels fill up what is shorter."""
    filling = (labels == blank) | (labels == ignored)
    order = filling.to(torch.int8).argsort(dim=-1, stable=True)
    labels = labels.masked_fill(filling, blank).gather(-1, order)
    lengths = (labels != blank).sum(-1)
    steps = torch.full((len(answer),), answer.shape[1], dtype=torch.int64, device=answer.device)
    each = functional.ctc_loss(
        answer.transpose(0, 1), labels, steps, lengths, blank=blank, reduction="none", zero_infinity=True
    )
    each = each / lengths.clamp(min=1)
    return each.sum() if reduction == "sum" else each.mean()
'''


class CTCLoss(SequenceLoss):
    """For labels in order that say not where each of them stands: text in an image, words in sound."""

    name: ClassVar[str] = "ctc_loss"
    title: ClassVar[str] = "connectionist temporal classification"
    formula: ClassVar[str] = "−ln of the probability of all ways to stretch the labels over the steps"
    torch: ClassVar[str] = "torch.nn.CTCLoss"
    reference: ClassVar[str] = "Graves and others 2006, Connectionist Temporal Classification"
    rank: ClassVar[int] = 12
    wants: ClassVar[Wanted] = "log-probabilities"
    helper: ClassVar[str] = HELPER

    def compare(self, answer: Tensor, target: Tensor, weights: Tensor | None, reduction: Reduction) -> Tensor:
        """The loss of each sequence by its length, as torch's mean has it."""
        import torch
        from torch.nn import functional

        answer, labels = self.pair(answer, target)
        steps = torch.full((len(answer),), answer.shape[1], dtype=torch.int64, device=answer.device)
        lengths = (labels != self.blank).sum(-1)
        losses = functional.ctc_loss(
            answer.transpose(0, 1), labels, steps, lengths, blank=self.blank, reduction="none", zero_infinity=True
        )
        losses = losses / lengths.clamp(min=1)
        return losses if reduction == "none" else losses.sum() if reduction == "sum" else losses.mean()

    def source(self, options: Mapping[str, str]) -> tuple[list[str], str]:
        return [], f"ctc_loss(answer, target, {self.blank}, {self.ignore_index}, reduction)"


LOSSES = (CTCLoss,)
