"""Losses that compare an answer (N, T, C) with labels (N, S), fewer than it has steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from engine.dims import Dim
from engine.losses.loss import Counted, Loss, Target
from engine.losses.targets import unlike

if TYPE_CHECKING:
    from torch import Tensor


class SequenceLoss(Loss):
    """A loss of which a class, ``blank``, stands for no label."""

    target: ClassVar[Target] = "sequence"
    axes: ClassVar[tuple[str, ...]] = ("N", "T", "classes")
    by_class: ClassVar[bool] = False
    counts: ClassVar[Counted] = "samples"

    blank: Annotated[int, Field(ge=0, le=2**31 - 1)] = Field(
        0, description="the class that stands for no label; it also fills up short targets"
    )
    ignore_index: int = Field(-100, description="a class of the target that counts for nothing, such as padding")

    @property
    def ignored(self) -> int | None:
        return self.ignore_index

    def mismatch(self, answer: Sequence[Dim], classes: int | None, target: Sequence[int]) -> str:
        if len(answer) != 2:
            return f"{self.name} needs one value a class for every step, (N, T, {classes})."
        steps, width = answer
        needed = max(classes or 0, self.blank + 1)
        if isinstance(width, int) and width < needed:
            return f"{self.name} needs one value a class on the last axis: {needed}, the blank among them."
        if isinstance(steps, int) and steps < target[0]:
            return f"{self.name} needs at least as many steps as there are labels: {target[0]}, not {steps}."
        return ""

    def pair(self, answer: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """The labels in front, after them blanks, wherever the target was filled up."""
        if target.is_floating_point() or answer.dim() != 3 or target.dim() != 2 or len(answer) != len(target):
            raise unlike(answer, target)
        return answer, self.labels(target)

    def labels(self, target: Tensor) -> Tensor:
        """The labels of each sequence (N, S) in front, after them blanks, wherever the target was filled up."""
        import torch

        filling = (target == self.blank) | (target == self.ignore_index)
        order = filling.to(torch.int8).argsort(dim=-1, stable=True)
        return target.masked_fill(filling, self.blank).gather(-1, order)

    def right(self, answer: Tensor, target: Tensor) -> Tensor:
        """(N) whether the labels read off each answer (N, T, C) are those of the target (N, S)."""
        right: Tensor = self.read_off(answer, target.shape[1]) == self.labels(target)
        return right.all(-1)

    def read_off(self, answer: Tensor, length: int) -> Tensor:
        """The likeliest labels (N, length) of an answer (N, T, C), filled up with ``blank``.

        The best class of each step; what repeats is said once, blanks are left out (Graves and others 2006, best path).
        Labels beyond ``length`` make the sequence wrong and are marked by −1 at its last position.
        """
        import torch

        blank, path = self.blank, answer.argmax(-1)
        fresh = path != blank
        fresh[:, 1:] &= path[:, 1:] != path[:, :-1]
        positions = fresh.cumsum(1) - 1
        result = torch.full((len(path), length + 1), blank, dtype=path.dtype, device=path.device)
        result.scatter_(1, torch.where(fresh, positions, length).clamp(max=length), torch.where(fresh, path, blank))
        too_long = positions[:, -1] >= length
        result[too_long, length - 1] = -1
        return result[:, :length]
