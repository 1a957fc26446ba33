"""One number for each sample: how right its answer is. What slices, comparisons and ensembles are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from engine.inside.evaluation.answered import Answered
from engine.losses.class_loss import likeliest
from engine.losses.sequence_loss import SequenceLoss
from engine.metrics.streams.answers import by_class
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
    answer, labels, kind, loss = asked.answer(head), asked.labels(head), head.task.kind, head.criterion
    if isinstance(loss, SequenceLoss):
        return SampleScores(_numpy(loss.right(answer, labels)), "exact_match", True, True)
    if kind == "values":
        off = (head.predicted(answer) - head.values(answer, labels)).abs().reshape(len(answer), -1).mean(1)
        return SampleScores(_numpy(off), "mae", False, False)
    if kind == "two":
        right = (loss.says_yes(answer) == (loss.values(answer, labels) > 0.5)).reshape(len(answer), -1).double()
        return SampleScores(_numpy(right.mean(1)), "accuracy", True, right.shape[1] == 1)
    given, classes = likeliest(answer).reshape(len(answer), -1), answer.shape[-1]
    goal = labels.reshape(len(labels), -1)
    counts = head.counted(goal)
    if head.task.axes == 2:
        both = by_class(given, (given == goal) & counts, classes)
        either = by_class(given, counts, classes) + by_class(goal.clamp(0, classes - 1), counts, classes) - both
        return SampleScores(_numpy((both / either).nanmean(1)), "iou", True, False)
    right = ((given == goal) & counts).double().sum(1) / counts.double().sum(1)
    return SampleScores(_numpy(right), "accuracy", True, goal.shape[1] == 1)


def _numpy(values: Tensor) -> Array:
    found: Array = values.double().cpu().numpy()
    return np.asarray(found)
