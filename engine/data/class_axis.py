"""Which axis of an answer holds the classes: the one whose removal gives the shape of the target, as torch has it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.data.datasets import Field
from engine.dims import Dim
from engine.layers.endpoints import Output
from engine.spec import Spec


@dataclass(frozen=True, slots=True)
class ClassAxis:
    """``axis`` of the answer, None where none fits; ``others`` would fit as well, and nothing decides between them."""

    axis: int | None
    others: tuple[int, ...] = ()


def class_axis(output: Output, answer: Spec, field: Field) -> ClassAxis:
    """The axis of the classes in an answer (N, …) to a field of labels, or of probabilities in the answer's shape.

    Of several that fit those count that have as many positions as the field has classes; then the first one is taken,
    as torch does. ``output.class_axis`` settles it.
    """
    sizes, rank = answer.shape, answer.rank
    if rank < 2:
        return ClassAxis(None)
    labels = field.classes is not None and rank == len(field.shape) + 2
    if not labels and not probabilities(output, answer, field):
        return ClassAxis(None)
    fits = [axis for axis in range(1, rank) if not labels or fitting((*sizes[1:axis], *sizes[axis + 1 :]), field.shape)]
    if output.class_axis is not None:
        chosen = output.class_axis % rank if -rank <= output.class_axis < rank else 0
        return ClassAxis(chosen if chosen in fits else None)
    exact = [axis for axis in fits if field.classes is not None and sizes[axis] == field.classes]
    found = exact or fits
    return ClassAxis(found[0], tuple(found[1:])) if found else ClassAxis(None)


def probabilities(output: Output, answer: Spec, field: Field) -> bool:
    """Whether the loss takes a field of numbers as how likely each of several classes is.

    It has the shape of the answer then; that its numbers are probabilities is known once the data are read.
    """
    if not output.criterion.soft or field.classes is not None or field.dtype != "float32" or answer.rank < 2:
        return False
    return fitting(answer.shape[1:], field.shape) and any(size != 1 for size in answer.shape[1:])


def fitting(wanted: tuple[Dim | str, ...], given: tuple[int, ...]) -> bool:
    """Whether a sample of the shape ``given`` can stand where ``wanted`` is; an open size takes any."""
    pairs = zip(wanted, given, strict=False)
    return len(wanted) == len(given) and all(not isinstance(want, int) or want == have for want, have in pairs)
