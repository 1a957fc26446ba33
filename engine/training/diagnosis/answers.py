"""What a network answers, counted: how often it names each class, and how often each is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

    from engine.training.evaluation.network import Batch, Head
    from engine.training.evaluation.observer import Evaluation


class Answered(NamedTuple):
    """Of the validation part: how often each class was answered, and how often it was right."""

    answers: tuple[int, ...]
    labels: tuple[int, ...]


@dataclass
class AnswerCounter:
    """Follows evaluations and counts the answers of the first Output that tells classes apart, one for each sample.

    ``counted`` is what came of the last validation; None where there is nothing to count.
    """

    counted: Answered | None = None
    _head: Head | None = None
    _counts: list[Tensor] | None = None

    def begin(self, evaluation: Evaluation) -> None:
        """An evaluation begins."""
        heads = [head for head in evaluation.network.heads if head.task.kind in ("classes", "two")]
        self._head = next((head for head in heads if not head.task.axes), None)
        self._counts = [] if self._head is not None and evaluation.split == "validation" else None

    def add(self, answers: tuple[Tensor, ...], batch: Batch) -> None:
        """Count a batch."""
        import torch

        if self._counts is None or self._head is None:
            return
        head, classes = self._head, max(self._head.task.classes, 2)
        answer, labels = head.answer(answers), head.labels(batch)
        if head.task.kind == "two":
            said, labels = head.criterion.says_yes(answer).flatten().long(), labels.flatten().long()
        else:
            said = answer.argmax(-1)
        kept = head.counted(labels) & (labels >= 0) & (labels < classes)
        if said.shape == labels.shape:
            others = classes * classes  # counted behind the table: to pick out those that are kept takes longer
            pairs = torch.where(kept, labels * classes + said, others)
            self._counts.append(torch.bincount(pairs, minlength=others + 1)[:others])

    def finish(self, evaluation: Evaluation) -> None:
        """All batches were seen."""
        if self._counts:
            total = self._counts[0]
            for count in self._counts[1:]:
                total = total + count
            table = total.view(int(len(total) ** 0.5), -1)
            self.counted = Answered(tuple(table.sum(0).tolist()), tuple(table.sum(1).tolist()))
