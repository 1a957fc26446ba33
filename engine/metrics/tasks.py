"""What a trained Output has to do, and so by what it can be judged: plain Python."""

from __future__ import annotations

from dataclasses import dataclass

from engine.data.class_axis import class_axis
from engine.data.datasets import Field
from engine.layers.endpoints import Output
from engine.settings.metrics import Kind, MetricName, fitting, usual
from engine.spec import Spec


@dataclass(frozen=True, slots=True)
class Task:
    """The task of one Output: ``classes`` that it tells apart, ``axes`` that the target has beside the batch."""

    kind: Kind
    classes: int = 0
    axes: int = 0

    @property
    def step_metric(self) -> MetricName:
        """What every training step reports beside its loss."""
        names: dict[Kind, MetricName] = {"values": "mae", "sequence": "exact_match"}
        return names.get(self.kind, "accuracy")

    def fitting(self) -> tuple[MetricName, ...]:
        """Every metric it can be judged by."""
        return fitting(self.kind, self.classes, self.axes)

    def chosen(self, names: tuple[MetricName, ...] | None) -> tuple[MetricName, ...]:
        """Of the metrics that are asked for those that fit, the one of the steps always; none: the usual ones."""
        wanted = usual(self.kind, self.classes, self.axes) if names is None else names
        return tuple(name for name in self.fitting() if name in wanted or name == self.step_metric)


def task(output: Output, answer: Spec, field: Field) -> Task:
    """The task of an Output that has a loss, gets ``answer`` and learns ``field``."""
    if output.criterion.target == "sequence":
        return Task("sequence", axes=len(field.shape))
    axis = class_axis(output, answer, field).axis
    if axis is not None and answer.shape[axis] != 1:
        size = answer.shape[axis]
        return Task("classes", size if isinstance(size, int) else field.classes or 0, answer.rank - 2)
    return Task("two" if output.criterion.decides else "values", axes=len(field.shape))
