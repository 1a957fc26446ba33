"""What a trained Output has to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.data.class_axis import class_axis
from engine.data.datasets import Field
from engine.layers.endpoints import Output
from engine.metrics.task import Task
from engine.spec import Spec

if TYPE_CHECKING:
    from torch import Tensor


def task(output: Output, answer: Spec, field: Field) -> Task:
    """The task of an Output that has a loss, gets ``answer`` and learns ``field``."""
    if output.criterion.target == "sequence":
        return Task("sequence", axes=len(field.shape))
    axis = class_axis(output, answer, field).axis
    if axis is not None and answer.shape[axis] != 1:
        size = answer.shape[axis]
        return Task("classes", size if isinstance(size, int) else field.classes or 0, answer.rank - 2)
    if output.criterion.decides:
        return Task("two", axes=len(field.shape))
    return Task("values", axes=len(field.shape), season=field.season)


def class_weights(output: Output, target: Tensor, job: Task) -> Tensor | None:
    """What each class counts in the loss, on the device of the target; None: all alike."""
    import torch

    from engine.losses.targets import balanced

    wanted, classes = getattr(output.criterion, "class_weights", None), job.classes
    if job.kind == "two" and target.dim() > 1:
        target, classes = target.float().clamp(min=0), target.shape[-1]
    if wanted is None or not classes:
        return None
    if wanted == "balanced":
        return balanced(target, classes, output.ignored)
    return torch.tensor(wanted, device=target.device)
