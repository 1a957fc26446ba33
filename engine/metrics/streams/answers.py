"""Answers of one Output with their targets, in the forms in which metrics read them, each computed where it is read."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from engine.losses.class_loss import likeliest
from engine.losses.loss import Loss
from engine.losses.sequence_loss import SequenceLoss
from engine.metrics.streams.deviations import columns
from engine.metrics.task import Task


class Answers:
    """``answer`` (N, …), classes last, and ``target`` as labels, numbers, or 0 and 1.

    ``masked``: some targets may be the ignored class. Positions are P a sample, M in all that count, classes C.
    """

    def __init__(self, task: Task, loss: Loss, answer: Tensor, target: Tensor, masked: bool) -> None:
        self.task, self.loss, self.target, self.masked = task, loss, target, masked
        self.answer = answer.float()

    def __len__(self) -> int:
        return len(self.answer)

    # position by position

    @cached_property
    def labels(self) -> Tensor:
        """(M) the classes that are right; of a yes or no 1 or 0."""
        if self.task.kind == "two":
            return self.values.flatten().long()
        labels = self.target.flatten()
        return labels if self._kept is None else labels[self._kept]

    @cached_property
    def said(self) -> Tensor:
        """(M) the classes that were answered; of a yes or no 1 or 0."""
        if self.task.kind == "two":
            return self._yes.flatten().long()
        flat = self._said.flatten()
        return flat if self._kept is None else flat[self._kept]

    @cached_property
    def scores(self) -> Tensor:
        """(M, C) probabilities that add up to 1; of a yes or no (M) that of yes."""
        return self.ranks if self.task.kind == "two" else self._raw.softmax(-1)

    @cached_property
    def ranks(self) -> Tensor:
        """The same as the loss means them, each class by itself where it does so."""
        if self.task.kind == "two":
            return self.loss.probabilities(self.answer).flatten()
        return self.loss.probabilities(self._raw)

    @cached_property
    def _raw(self) -> Tensor:
        flat = self.answer.flatten(0, -2)
        return flat if self._kept is None else flat[self._kept]

    @cached_property
    def _kept(self) -> Tensor | None:
        ignored = self.loss.ignored
        return self.target.flatten() != ignored if self.masked and ignored is not None else None

    # sample by sample

    @cached_property
    def counted(self) -> Tensor:
        """(N, P) the positions that count."""
        ignored, shape = self.loss.ignored, (len(self.target), -1)
        if self.task.kind == "two":
            return torch.ones_like(self._yes)
        labels = self.target.reshape(shape)
        return torch.ones_like(labels, dtype=torch.bool) if ignored is None else labels != ignored

    @cached_property
    def right(self) -> Tensor:
        """(N, P) where what was answered is right, and counts."""
        if self.task.kind == "two":
            return self._yes == (self.values.reshape(len(self.answer), -1) > 0.5)
        return (self._said == self.target.reshape(len(self.target), -1)) & self.counted

    @cached_property
    def whole(self) -> Tensor:
        """(N) samples that are right at every position that counts."""
        if isinstance(self.loss, SequenceLoss):
            return self.loss.right(self.answer, self.target)
        return (self.right | ~self.counted).all(1)

    @cached_property
    def rows(self) -> list[tuple[list[int], list[int]]]:
        """Of each sample the labels that were said, and those that are right: of the positions that count, or read off.

        Where labels stand in order without places, nothing but the order counts: both rows end where their labels do.
        """
        loss = self.loss
        if isinstance(loss, SequenceLoss):
            said, true = loss.read_off(self.answer, self.answer.shape[1]), loss.labels(self.target)
            return list(zip(_kept(said, said != loss.blank), _kept(true, true != loss.blank), strict=True))
        labels = self.target.reshape(len(self.target), -1)
        return list(zip(_kept(self._said, self.counted), _kept(labels, self.counted), strict=True))

    @cached_property
    def edits(self) -> Tensor:
        """(N) how many labels have to be put in, taken out or replaced to get from what was said to what is right."""
        from torchmetrics.functional.text import edit_distance

        said, true = ([_letters(pair[side]) for pair in self.rows] for side in (0, 1))
        found: Tensor = edit_distance(said, true, reduction="none")
        return found.double()

    @cached_property
    def by_class(self) -> dict[str, Tensor]:
        """(N, C) how often each class was ``given``, is ``true``, and ``both``; of a yes or no these are no and yes."""
        if self.task.kind == "two":
            true = self.values.reshape(len(self.answer), -1).long() > 0
            given, no = self._yes, ~true
            sums = {"both": (~given & no, given & true), "given": (~given, given), "true": (no, true)}
            return {name: torch.stack([one.sum(1) for one in pair], 1).double() for name, pair in sums.items()}
        classes = self.answer.shape[-1]
        return {
            "both": by_class(self._safe, self.right, classes),
            "given": by_class(self._said, self.counted, classes),
            "true": by_class(self._safe, self.counted, classes),
        }

    @cached_property
    def surprise(self) -> Tensor:
        """(N) the sum of −ln p of the right classes over the positions that count."""
        flat = self.answer.reshape(len(self.answer), -1, self.answer.shape[-1])
        chances = flat.log_softmax(-1).gather(-1, self._safe[..., None])[..., 0].double()
        floor = float(torch.tensor(torch.finfo(torch.float32).tiny).log())
        return -(chances.clamp(min=floor) * self.counted).sum(1)

    def likeliest(self, count: int) -> Tensor:
        """(N, P) where the right class is among the ``count`` likeliest."""
        classes = self.answer.shape[-1]
        flat, labels = self.answer.reshape(len(self.answer), -1, classes), self.target.reshape(len(self.target), -1)
        return (flat.topk(min(count, classes), -1).indices == labels[..., None]).any(-1)

    @cached_property
    def _said(self) -> Tensor:
        """(N, P) the likeliest classes."""
        return likeliest(self.answer).reshape(len(self.answer), -1)

    @cached_property
    def _safe(self) -> Tensor:
        """(N, P) labels that are all classes."""
        return self.target.reshape(len(self.target), -1).clamp(0, self.answer.shape[-1] - 1)

    @cached_property
    def _yes(self) -> Tensor:
        """(N, P) which numbers say yes."""
        return self.loss.says_yes(self.answer).reshape(len(self.answer), -1)

    # numbers

    @cached_property
    def values(self) -> Tensor:
        """The target in the shape of the answer, of numbers in the units of the data."""
        return self._own(self.loss.values(self.answer, self.target))

    @cached_property
    def predicted(self) -> Tensor:
        """What the answer foretells, in the units of the data."""
        return self._own(self.loss.predicted(self.answer))

    def _own(self, values: Tensor) -> Tensor:
        return values if self.task.units is None else self.task.units.own(values)

    @cached_property
    def columns(self) -> tuple[Tensor, Tensor]:
        """(M, outputs) what was foretold, and what it should be."""
        return columns(self.predicted), columns(self.values)

    @cached_property
    def deviations(self) -> dict[str, Tensor]:
        """(N, outputs) sums and squares of each sample, around the mean of all targets: so they keep their digits."""
        predicted, true = (value.double() for value in self.columns)
        middle = true.mean(0)
        true, predicted = true - middle, predicted - middle
        shape = (len(self.answer), len(true) // max(1, len(self.answer)), true.shape[1])
        off = predicted - true
        return {
            "missed": off.square().reshape(shape).sum(1),
            "bias": off.reshape(shape).sum(1),
            "true": true.reshape(shape).sum(1),
            "squares": true.square().reshape(shape).sum(1),
            "rows": true.new_full((len(self.answer), 1), float(shape[1])),
        }


def _kept(labels: Tensor, counted: Tensor) -> list[list[int]]:
    """Of each row (N, P) the labels that count."""
    return [row[counts].tolist() for row, counts in zip(labels.cpu(), counted.cpu(), strict=True)]


def _letters(labels: list[int]) -> str:
    """A text of one letter a label, from where no letter is half of one."""
    return "".join(chr(0x10000 + label) for label in labels)


def on_cpu(answers: Answers) -> Answers:
    """The same in the memory of the computer."""
    return Answers(answers.task, answers.loss, answers.answer.cpu(), answers.target.cpu(), answers.masked)


def by_class(labels: Tensor, counted: Tensor, classes: int) -> Tensor:
    """(N, classes) how often each class is among the labels (N, P) that are counted."""
    count = len(labels)
    numbers = (labels + classes * torch.arange(count, device=labels.device)[:, None])[counted]
    return torch.bincount(numbers, minlength=count * classes).reshape(count, classes).double()
