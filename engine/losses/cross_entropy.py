"""Cross-entropy."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from engine.losses.class_loss import LikelihoodLoss
from engine.losses.loss import Activation, Suited, Wanted


class CrossEntropyLoss(LikelihoodLoss):
    """For classes of which one is right. It contains the softmax, so the answer is scores of any size."""

    name: ClassVar[str] = "cross_entropy"
    title: ClassVar[str] = "cross-entropy of scores"
    formula: ClassVar[str] = "−ln softmax(x)[class]"
    torch: ClassVar[str] = "torch.nn.CrossEntropyLoss"
    reference: ClassVar[str] = "Bridle 1990, Probabilistic Interpretation of Feedforward Classification Network Outputs"
    rank: ClassVar[int] = 1
    suits: ClassVar[frozenset[Suited]] = frozenset({"labels"})
    wants: ClassVar[Wanted] = "scores"
    activation: ClassVar[Activation] = "softmax"
    soft: ClassVar[bool] = True
    any_axes: ClassVar[bool] = True

    label_smoothing: Annotated[float, Field(ge=0.0, le=1.0)] = Field(
        0.0, description="the share of each target that is spread over all classes"
    )

    def smoothing(self) -> float:
        return self.label_smoothing


LOSSES = (CrossEntropyLoss,)
