"""One number for each sample: how right its answer is. What slices, comparisons and ensembles are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from engine.inside.evaluation.answered import Answered
from engine.inside.evaluation.tallies import by_class
from engine.losses.functional import as_values, sequences_right
from engine.training.evaluation.network import Head

if TYPE_CHECKING:
    from engine.data.dataset import Array


@dataclass(frozen=True, slots=True)
class SampleScores:
    """``values`` (N): 1 or 0 for right or wrong, the share of right positions, an IoU, or how far off numbers are.

    NaN where nothing counts, as in a mask of the ignored class alone. ``metric`` is what settings call their mean,
    ``higher`` says whether high is good, ``binary`` whether a sample is right or wrong and nothing between.
    """

    values: Array
    metric: str
    higher: bool
    binary: bool

    @property
    def right(self) -> Array:
        """(N) whether a sample is right, at every position that counts."""
        found: Array = self.values >= 1
        return found


def sample_scores(asked: Answered, head: Head) -> SampleScores:
    """The score of every sample by one Output: of masks the mean IoU over the classes that are there."""
    answer, labels, kind = asked.answer(head), asked.labels(head), head.task.kind
    if kind == "sequence":
        return SampleScores(_numpy(sequences_right(head.output, answer, labels)), "exact_match", True, True)
    if kind == "values":
        off = (answer - as_values(answer, labels)).abs().reshape(len(answer), -1).mean(1)
        return SampleScores(_numpy(off), "mae", False, False)
    if kind == "two":
        threshold = 0.0 if head.output.loss == "binary_cross_entropy_with_logits" else 0.5
        right = ((answer > threshold) == (as_values(answer, labels) > 0.5)).reshape(len(answer), -1).double()
        return SampleScores(_numpy(right.mean(1)), "accuracy", True, right.shape[1] == 1)
    given, classes = answer.argmax(-1).reshape(len(answer), -1), answer.shape[-1]
    goal = labels.reshape(len(labels), -1)
    counts = goal != head.output.ignore_index if head.masked else torch.ones_like(goal, dtype=torch.bool)
    if head.task.axes == 2:
        both = by_class(given, (given == goal) & counts, classes)
        either = by_class(given, counts, classes) + by_class(goal.clamp(0, classes - 1), counts, classes) - both
        return SampleScores(_numpy((both / either).nanmean(1)), "iou", True, False)
    right = ((given == goal) & counts).double().sum(1) / counts.double().sum(1)
    return SampleScores(_numpy(right), "accuracy", True, goal.shape[1] == 1)


def _numpy(values: Tensor) -> Array:
    found: Array = values.double().cpu().numpy()
    return np.asarray(found)
