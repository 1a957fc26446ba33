"""Losses that compare the classes of one axis with a label for each position."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import Field

from engine.losses.loss import Counted, Loss, Target
from engine.losses.targets import least, unlike

if TYPE_CHECKING:
    from torch import Tensor

Weights = Annotated[tuple[Annotated[float, Field(ge=0.0)], ...], Field(min_length=1, max_length=1000)]


FEW: Final = 16
"""So few classes are slow in rows, for torch goes through each by itself: 4.2 against 0.3 ms for masks of 7 classes."""


def likeliest(answer: Tensor) -> Tensor:
    """(…) the class with the largest score of an answer (…, C), the first of equals.

    On the CPU argmax takes six to ten times as long as max where the classes are not the last axis in memory, as in
    masks, which have them second.
    """
    on_cpu = answer.device.type == "cpu" and answer.dim() > 2
    return answer.max(-1).indices if on_cpu else answer.argmax(-1)


class WeightedLoss(Loss):
    """A loss in which the classes may count differently."""

    class_weights: Literal["balanced"] | Weights | None = Field(
        None,
        description="how much each class counts: a number a class, or 'balanced' (rare ones more); none: all alike",
    )

    def fault(self) -> tuple[str, str] | None:
        if not isinstance(self.class_weights, tuple) or any(self.class_weights):
            return None
        clause = (
            "gives every class the weight 0, so there is nothing to learn; set one above 0, or leave class_weights "
            "empty."
        )
        return "class_weights", clause

    def given(self, answer: Tensor, target: Tensor, weights: Tensor | None) -> dict[str, object]:
        given = super().given(answer, target, weights)
        del given["class_weights"]
        return {**given, "weight": weights}

    def options(self, soft: bool) -> dict[str, str]:
        return {name: text for name, text in super().options(soft).items() if name != "class_weights"}


class ClassLoss(WeightedLoss):
    """A loss of labels (N, …) and answers (N, …, C), for torch in rows, (M) and (M, C), or as (N, …) and (N, C, …)."""

    target: ClassVar[Target] = "classes"
    axes: ClassVar[tuple[str, ...]] = ("N", "classes")
    counts: ClassVar[Counted] = "labels"

    def pair(self, answer: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        soft = self.soft and target.is_floating_point() and answer.shape == target.shape
        if not soft and (target.is_floating_point() or answer.shape[:-1] != target.shape):
            raise unlike(answer, target)
        second = self.any_axes and answer.dim() > 2 and (answer.stride(-1) != 1 or answer.shape[-1] < FEW)
        if second and not _in_rows_alone(answer):
            return answer.movedim(-1, 1), target.movedim(-1, 1) if soft else target
        return answer.flatten(0, -2), target.flatten(0, -2) if soft else target.flatten()

    def mean(self, answer: Tensor, target: Tensor, weights: Tensor | None = None, *, masked: bool = False) -> Tensor:
        if not masked:
            return super().mean(answer, target, weights)
        import torch

        total, number = self.summed(answer, target, weights)
        if not isinstance(number, torch.Tensor):
            return total / max(number, 1)
        return total / number.clamp(min=torch.finfo(total.dtype).tiny)

    def bound(self, weights: Tensor | None, masked: bool) -> Callable[[Tensor, Tensor], Tensor]:
        """The usual case, one label a sample, goes to torch straight away: a step of a tiny network is 0.97 then."""
        from torch.nn import functional

        usual: Callable[[Tensor, Tensor], Tensor] = super().bound(weights, masked)
        if masked:
            return usual
        function, given = getattr(functional, self.name), {**self.arguments, "weight": weights}
        del given["class_weights"]

        def mean(answer: Tensor, target: Tensor) -> Tensor:
            if answer.dim() == 2 and answer.shape[:1] == target.shape:
                found: Tensor = function(answer, target, **given)
                return found
            return usual(answer, target)

        return mean

    def share(self, target: Tensor, weights: Tensor | None, *, masked: bool) -> Tensor | int:
        return len(target) if weights is None and not masked else self.number(target, target, weights, masked)


def _in_rows_alone(answer: Tensor) -> bool:
    """Whether torch has no other way with the same bits every time, and was told to take no other."""
    if not answer.is_cuda:
        return False
    import torch

    return torch.are_deterministic_algorithms_enabled()


class LikelihoodLoss(ClassLoss):
    """The negative logarithm of the probability of the right class; one class may be left out.

    Its mean is by the weights of the labels that count, and by the samples where the target is probabilities.
    """

    counts: ClassVar[Counted] = "weights"

    ignore_index: int = Field(-100, description="a class of the target that counts for nothing, such as padding")

    @property
    def ignored(self) -> int | None:
        return self.ignore_index

    def given(self, answer: Tensor, target: Tensor, weights: Tensor | None) -> dict[str, object]:
        given = super().given(answer, target, weights)
        if target.is_floating_point():
            given.pop("ignore_index", None)  # no probability names a class
        return given

    def options(self, soft: bool) -> dict[str, str]:
        return {name: text for name, text in super().options(soft).items() if not soft or name != "ignore_index"}

    def number(self, answer: Tensor, target: Tensor, weights: Tensor | None, masked: bool) -> Tensor | int:
        if target.is_floating_point():
            return target.numel() // target.shape[-1]  # torch's mean divides by the samples, whatever they weigh
        if weights is not None:
            kept = target != self.ignore_index  # to pick these out would wait for a GPU
            return (weights[target.masked_fill(~kept, 0)] * kept).sum()
        return (target != self.ignore_index).sum() if masked else target.numel()

    def each_summed(
        self, answer: Tensor, target: Tensor, weights: Tensor | None = None, *, masked: bool = True
    ) -> tuple[Tensor, Tensor]:
        if target.is_floating_point():
            return super().each_summed(answer, target, weights, masked=masked)
        values = self.compare(answer, target, weights, "none").reshape(len(answer), -1)
        counts = (
            values.new_ones(values.shape) if weights is None else weights[target.clamp(min=0)].reshape(values.shape)
        )
        counts = counts.masked_fill((target == self.ignore_index).reshape(values.shape), 0.0)
        return values.sum(1), counts.sum(1)

    def smoothing(self) -> float:
        """The share of each target that is spread over all classes."""
        return 0.0

    def chance_level(self, target: Tensor, classes: int, weights: Tensor | None) -> float:
        """−Σ m ln(m / Σ m) / Σ n w, with m = (1 − ε) n w + ε w Σ n / C.

        n is how often each of the C classes occurs, w its weight, ε the label smoothing: torch's cross-entropy of one
        answer for all is Σ m (−ln q) / Σ n w, and q in proportion to m makes it least (Gibbs' inequality). For classes
        that count alike it is their entropy; ln C where all are equally frequent.
        """
        import torch

        if not classes:
            return math.nan
        if target.is_floating_point():
            masses = target.flatten(0, -2).double().sum(0)
            return least(masses) / float(masses.sum() or math.nan) if weights is None else math.nan
        labels = target[target != self.ignore_index]
        if not len(labels) or int(labels.min()) < 0 or int(labels.max()) >= classes:
            return math.nan
        counts = torch.bincount(labels.to(torch.int64), minlength=classes).double()
        weighed = torch.ones_like(counts) if weights is None else weights.to(counts)
        smoothing = self.smoothing()
        masses = (1 - smoothing) * counts * weighed + smoothing * weighed * counts.sum() / classes
        return least(masses) / float((counts * weighed).sum() or math.nan)
