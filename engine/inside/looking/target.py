"""Which number of the answer is explained: of a class its answer before the softmax, else one of the values."""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import Tensor

from engine.errors import visible
from engine.inside.looking.errors import LookingError
from engine.inside.trained import Trained


@dataclass(frozen=True, slots=True)
class Target:
    """The number with the index ``unit`` of the Output with the index ``head`` among those that learn.

    None: the largest one for the sample. Of answers with positions (masks, sequences) it is that of ``position``, their
    axes flattened; None: the mean over all.
    """

    head: int = 0
    unit: int | None = None
    position: int | None = None

    def settled(self, trained: Trained, answers: tuple[Tensor, ...]) -> Target:
        """The same with a number for ``unit``. Raises LookingError where the network has no such one."""
        row = numbers(trained, self, answers)[0]
        if self.unit is None:
            return replace(self, unit=int(row.argmax()))
        if not 0 <= self.unit < len(row):
            raise LookingError("option", f"The answer has {len(row)} numbers, from 0: there is no number {self.unit}.")
        return self

    def score(self, trained: Trained, answers: tuple[Tensor, ...]) -> Tensor:
        """(N,): the number of each sample."""
        assert self.unit is not None
        return numbers(trained, self, answers)[:, self.unit]

    def name(self, trained: Trained) -> str:
        """What it is called."""
        names = unit_names(trained, self.head)
        if self.unit is None:
            return "the likeliest"
        return visible(names[self.unit]) if self.unit < len(names) else f"value {self.unit + 1}"


def numbers(trained: Trained, target: Target, answers: tuple[Tensor, ...]) -> Tensor:
    """(N, K): the numbers of one Output at a position, or their mean over all."""
    head = target.head
    heads = trained.network.heads
    if not heads:
        raise LookingError(
            "task",
            "The Outputs of this network are terms of its loss, over all samples of a batch: there is no answer to one "
            "sample that could be explained. Choose a method that shows what a layer answers.",
        )
    if not 0 <= head < len(heads):
        raise LookingError("option", f"The network has {len(heads)} Outputs that learn: there is no number {head}.")
    one = heads[head]
    value = one.answer(answers).float()
    if one.task.kind in ("classes", "sequence"):
        if value.dim() == 2:
            return value
        each = value.flatten(1, -2)
        if target.position is None:
            return each.mean(1)
        if not 0 <= target.position < each.shape[1]:
            said = f"The answer has {each.shape[1]:,} positions, from 0: there is no {target.position}."
            raise LookingError("option", said)
        return each[:, target.position]
    return value.reshape(len(value), -1)


def unit_names(trained: Trained, head: int = 0) -> tuple[str, ...]:
    """What the numbers of an Output are called, as far as the data say."""
    if head >= len(trained.network.heads):
        return ()
    one = trained.network.heads[head]
    known = trained.data.fields[one.field]
    if one.task.kind == "classes":
        return known.names or tuple(map(str, range(one.task.classes)))
    if one.task.kind == "two" and len(known.names) == 2 and not known.columns:
        return known.names[1:]  # one number: how much speaks for the second
    return known.columns or known.names
