"""Who follows an evaluation beside its metrics: observers see every batch with its answers, and change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engine.data.pipeline import Part
    from engine.training.evaluation.network import Batch, Network


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation: the part of the data and its name, whose answers are judged, and when that is.

    ``last`` says that no other evaluation of the part follows in this run, ``order`` in which order its samples come;
    None: as they lie.
    """

    split: str
    part: Part
    network: Network
    judged: nn.Module
    step: int
    epoch: int
    last: bool
    order: Tensor | None = None


class Observer(Protocol):
    """Is told of every evaluation; one that was stopped on the way is not finished."""

    def begin(self, evaluation: Evaluation) -> None:
        """An evaluation begins."""

    def add(self, answers: tuple[Tensor, ...], batch: Batch) -> None:
        """The answers (N, …) of every Output to a batch, without gradients."""

    def finish(self, evaluation: Evaluation) -> None:
        """All batches were seen. Raises RunError for what cannot be written."""
