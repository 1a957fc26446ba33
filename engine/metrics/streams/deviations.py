"""How far numbers are from what they should be, over batches of any size: root mean squared error and R².

Counted in double precision around a moving mean (Chan, Golub and LeVeque 1983), so that large or tiny targets keep
their digits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.metrics.task import Task

if TYPE_CHECKING:
    from engine.metrics.streams.answers import Answers


class Deviations:
    """What the targets (M, outputs) vary and the answers miss, output by output."""

    def __init__(self, task: Task) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was collected."""
        self._number = 0
        self._mean = self._varied = self._missed = torch.zeros(1)

    def update(self, answers: Answers) -> None:
        """Take a batch with as many outputs as before."""
        answer, target = answers.columns
        # accelerators of Apple know no double precision
        answer, target = (value.cpu() if value.device.type == "mps" else value for value in (answer, target))
        answer, target = answer.double(), target.double()
        mean, number = target.mean(0), len(target)
        varied, missed = (target - mean).square().sum(0), (answer - target).square().sum(0)
        if self._number:
            apart, total = mean - self._mean, self._number + number
            varied = self._varied + varied + apart.square() * (self._number * number / total)
            mean, missed = self._mean + apart * (number / total), self._missed + missed
        self._number, self._mean, self._varied, self._missed = self._number + number, mean, varied, missed

    def rmse(self) -> float:
        """The root of the mean squared error, mean over the outputs; NaN of no sample."""
        return float((self._missed / self._number).sqrt().mean()) if self._number else math.nan

    def r2(self) -> float:
        """The share of the variance that is explained, mean over the outputs; NaN of less than two samples.

        Of targets that are all alike nothing can be explained: 0, or 1 where they are met (as scikit-learn has it).
        """
        if self._number < 2:
            return math.nan
        left = torch.where(self._missed > 0, self._missed / self._varied, 0.0)
        return float((1 - torch.where(left.isinf(), 1.0, left)).mean())


def columns(values: Tensor) -> Tensor:
    """Numbers (N, …) as (M, outputs).

    Outputs are the last axis of a table (N, outputs) and a series (N, T, outputs); the numbers of a picture or a
    volume are all of one kind, as single ones are.
    """
    return values.flatten(0, -2) if values.dim() in (2, 3) else values.reshape(-1, 1)
