"""Masks beside what was answered, and how well both cover each other, sample by sample."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.inside.evaluation.answered import Answered
from engine.losses.class_loss import likeliest
from engine.training.evaluation.network import Head

if TYPE_CHECKING:
    from engine.data.dataset import Array


@dataclass(frozen=True, slots=True)
class Overlay:
    """The mask that was ``answered`` and the ``target`` (H, W), by class; ``counts`` is False at ignored positions.

    ``iou`` (C) is the intersection over the union of each class, NaN where neither has it.
    """

    answered: Array
    target: Array
    counts: Array
    iou: Array

    @property
    def mean_iou(self) -> float:
        """The mean over the classes that are there; NaN where nothing counts."""
        known = self.iou[np.isfinite(self.iou)]
        return float(known.mean()) if len(known) else math.nan


def has_masks(head: Head) -> bool:
    """Whether the answer of an Output is an image of classes."""
    return head.task.axes == 2 and head.task.kind in ("classes", "two")


def overlay(asked: Answered, head: Head, row: int) -> Overlay:
    """The masks of the sample at a row of the part."""
    target = asked.labels(head)[row].cpu()
    answer = asked.answer(head)[row].cpu()
    if head.task.kind == "two":
        given = head.criterion.says_yes(answer).reshape(target.shape[-2:]).long()
        goal = (target.reshape(target.shape[-2:]) > 0.5).long()
        classes = 2
    else:
        given, goal, classes = likeliest(answer), target, head.task.classes
    counts = head.counted(goal).numpy()
    answered, wanted = given.numpy(), goal.numpy()
    return Overlay(answered, wanted, counts, intersection_over_union(answered[counts], wanted[counts], classes))


def intersection_over_union(answered: Array, target: Array, classes: int) -> Array:
    """(classes) |A ∩ B| / |A ∪ B| of each class (Jaccard 1912); NaN where it is in neither."""
    both = np.bincount(target[answered == target], minlength=classes)[:classes]
    either = (
        np.bincount(answered, minlength=classes)[:classes] + np.bincount(target, minlength=classes)[:classes] - both
    )
    with np.errstate(invalid="ignore"):
        found: Array = both / either
    return found
