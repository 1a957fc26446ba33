"""The samples that cost the most: what they are called, what was answered, what it should have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from engine.data.transforms import in_own_units
from engine.inside.evaluation.answered import Answered
from engine.inside.predicting import numbered, said
from engine.losses.class_loss import likeliest
from engine.losses.sequence_loss import SequenceLoss
from engine.training.evaluation.network import Head

if TYPE_CHECKING:
    from engine.data.dataset import Array

SHOWN = 4
"""Numbers of an answer that are put into words."""


@dataclass(frozen=True, slots=True)
class HardSample:
    """A sample by its ``row`` in the part and its name, with its loss, and the answer and target in words."""

    row: int
    name: str
    loss: float
    answer: str
    target: str


def hardest(asked: Answered, head: Head, count: int) -> tuple[HardSample, ...]:
    """The samples with the highest loss at one Output, the worst first; a loss that is not a number before all."""
    return hard_samples(asked, head, range(len(asked)), count)


def hard_samples(asked: Answered, head: Head, rows: Sequence[int] | Array, count: int) -> tuple[HardSample, ...]:
    """Of the samples at these rows those with the highest loss, the worst first."""
    losses = asked.losses(head).nan_to_num(nan=float("inf"), posinf=float("inf"))
    among = torch.as_tensor(rows, dtype=torch.int64)
    order = losses[among].argsort(descending=True, stable=True)[:count]
    return tuple(
        HardSample(
            row,
            asked.data.name(row),
            float(losses[row]),
            answer_words(asked, head, row),
            target_words(asked, head, row),
        )
        for row in among[order].tolist()
    )


def answer_words(asked: Answered, head: Head, row: int) -> str:
    """What was answered: the class with its probability, numbers, or the share of positions that is right."""
    answer = asked.answer(head)[row : row + 1]
    if isinstance(head.criterion, SequenceLoss):
        right = bool(head.criterion.right(answer, asked.labels(head)[row : row + 1])[0])
        return "right" if right else "wrong"
    if answer.dim() > 2:
        if head.task.kind == "values":
            values = head.criterion.predicted(answer).cpu().numpy()
            shape = asked.trained.data.fields[head.field].shape
            return _numbers(in_own_units(values, asked.trained.data.fitted, head.field, shape).flatten().tolist())
        return f"{100 * _hits(asked, head, row):.1f} % right"
    (found,) = said(asked.trained, head, answer)
    if found.numbers:
        return _numbers([value for _, value in found.numbers])
    if head.task.kind == "two" and answer.numel() > 1:
        field, there = (
            asked.trained.data.fields[head.field],
            {name for name, share in found.probabilities if share > 0.5},
        )
        order = {name: index for index, name in enumerate(field.columns or field.names)}
        return ", ".join(sorted(there, key=lambda name: order.get(name, 0))) or "none"
    name, chance = found.probabilities[0]
    return f"{name} ({100 * chance:.1f} %)"


def target_words(asked: Answered, head: Head, row: int) -> str:
    """What a sample should have been answered; empty for a mask or a sequence."""
    field, target = asked.trained.data.fields[head.field], asked.labels(head)[row]
    names = field.names or field.columns
    if head.task.kind == "values":
        values = in_own_units(target[None].cpu().numpy(), asked.trained.data.fitted, head.field, field.shape)
        return _numbers(values.flatten().tolist())
    if target.numel() == 1 and not head.task.axes:
        if len(names) < 2:
            return "yes" if float(target) > 0.5 else "no"
        return names[int(target)]
    if head.task.kind == "two" and target.dim() == 1:
        names = numbered(names, len(target))
        return ", ".join(name for name, value in zip(names, target.tolist(), strict=True) if value > 0.5) or "none"
    return ""


def _numbers(values: list[float]) -> str:
    return ", ".join(f"{value:.4g}" for value in values[:SHOWN]) + (" …" if len(values) > SHOWN else "")


def _hits(asked: Answered, head: Head, row: int) -> float:
    """The share of positions of one sample that are right, of those that count."""
    answer, target = asked.answer(head)[row], asked.labels(head)[row]
    if head.task.kind == "two":
        given = head.criterion.says_yes(answer).reshape(target.shape)
        return float((given == (target > 0.5)).float().mean())
    counts = head.counted(target)
    return float(((likeliest(answer) == target) & counts).sum() / counts.sum().clamp(min=1))
