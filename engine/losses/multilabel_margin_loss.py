"""Hinge loss of several classes that may hold at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from engine.dims import Dim
from engine.losses.loss import Counted
from engine.losses.targets import as_values
from engine.losses.yes_or_no_loss import YesOrNoLoss

if TYPE_CHECKING:
    from torch import Tensor


class MultiLabelMarginLoss(YesOrNoLoss):
    """For classes of which several may hold: each that holds is to score 1 above each that does not.

    Only differences count, so a class is said to hold where its score is above the middle between the highest and the
    lowest of the sample. Targets are 1 or 0 for each class.
    """

    name: ClassVar[str] = "multilabel_margin_loss"
    title: ClassVar[str] = "hinge loss of several labels"
    formula: ClassVar[str] = "Σ max(0, 1 − x[j] + x[i]) / classes, j holds and i does not"
    torch: ClassVar[str] = "torch.nn.MultiLabelMarginLoss"
    reference: ClassVar[str] = "Elisseeff and Weston 2001, A Kernel Method for Multi-Labelled Classification"
    rank: ClassVar[int] = 24
    counts: ClassVar[Counted] = "vectors"

    def mismatch(self, answer: Sequence[Dim], classes: int | None, target: Sequence[int]) -> str:
        if not answer or answer[-1] == 1:
            return f"{self.name} compares the scores of a sample with each other, so it needs several, (N, classes)."
        if classes is None and len(answer) != 1:
            return f"{self.name} needs a number for each class, (N, classes)."
        return ""

    def pair(self, answer: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """The classes that hold in front, after them −1, as torch's function takes them."""
        import torch

        holds = as_values(answer, target).gt(0).flatten(0, -2)
        order = holds.to(torch.int8).argsort(dim=-1, descending=True, stable=True)
        return answer.flatten(0, -2), torch.where(holds.gather(-1, order), order, -1)

    def source(self, options: Mapping[str, str]) -> tuple[list[str], str]:
        lines = [
            "answer, holds = answer.flatten(0, -2), (target > 0).flatten(0, -2)",
            "order = holds.to(torch.int8).argsort(dim=-1, descending=True, stable=True)",
            "target = torch.where(holds.gather(-1, order), order, -1)",
        ]
        return lines, super().source(options)[1]

    def logits(self, answer: Tensor) -> Tensor:
        return answer - (answer.amax(-1, keepdim=True) + answer.amin(-1, keepdim=True)) / 2

    def probabilities_source(self, answer: str) -> str:
        return f"{self._centred(answer)}.sigmoid()"

    def yes_source(self, answer: str) -> str:
        return f"({self._centred(answer)} > 0.0)"

    def _centred(self, answer: str) -> str:
        return f"({answer} - ({answer}.amax(-1, keepdim=True) + {answer}.amin(-1, keepdim=True)) / 2)"


LOSSES = (MultiLabelMarginLoss,)
