"""What a trained Output has to do."""

from __future__ import annotations

from engine.data.class_axis import class_axis
from engine.data.datasets import Field
from engine.layers.endpoints import Output
from engine.metrics.task import Task
from engine.spec import Spec


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
