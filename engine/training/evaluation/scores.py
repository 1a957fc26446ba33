"""What training steps score beside their loss: right answers are counted later, those of many steps at once.

Counting takes three small operations, a twentieth of a tiny step; of a hundred steps together it takes three as well.
Counts are exact, so they do not depend on which steps are counted together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import torch
from torch import Tensor

if TYPE_CHECKING:
    from engine.training.evaluation.network import Head

SMALL: Final = 2**12
"""Numbers of an answer that may wait to be counted: some hundred steps lie between two countings."""


class Score(NamedTuple):
    """The sum of a metric over a batch and its number; or answers (N, …) and targets that are counted later."""

    total: Tensor
    number: Tensor | int
    waiting: bool = False


def totals(head: Head | None, steps: Sequence[Sequence[Score]]) -> list[tuple[float, float]]:
    """(sum, number) of every step over its batches, fetched from the device in few transfers."""
    found: dict[tuple[int, int], tuple[float, float]] = {}
    alike: dict[tuple[torch.Size, torch.Size], list[tuple[int, int]]] = {}
    ready: list[tuple[int, int]] = []
    for step, scores in enumerate(steps):
        for index, score in enumerate(scores):
            if score.waiting:
                assert isinstance(score.number, Tensor)
                alike.setdefault((score.total.shape, score.number.shape), []).append((step, index))
            else:
                ready.append((step, index))
    if ready:
        of = [steps[step][index] for step, index in ready]
        pairs = zip(numbers(score.total for score in of), numbers(score.number for score in of), strict=True)
        found.update(zip(ready, pairs, strict=True))
    for together in alike.values():
        assert head is not None, "only those of a head wait"
        both = [(steps[step][index].total, steps[step][index].number) for step, index in together]
        answers, targets = (torch.stack(list(column)) for column in zip(*both, strict=True))
        right, kept = head.step_metric.right(head.criterion, answers, targets, head.masked)
        sums = right.flatten(1).sum(1).tolist()
        counts = [right[0].numel()] * len(sums) if kept is None else kept.flatten(1).sum(1).tolist()
        found.update(zip(together, zip(map(float, sums), map(float, counts), strict=True), strict=True))
    return [_together([found[step, index] for index in range(len(scores))]) for step, scores in enumerate(steps)]


def _together(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    if len(pairs) == 1:
        return pairs[0]
    return sum(total for total, _ in pairs), sum(number for _, number in pairs)


def numbers(values: Iterable[Tensor | float]) -> list[float]:
    """The values as numbers, fetched from the device in one go."""
    values = list(values)
    if all(isinstance(value, Tensor) for value in values):
        return torch.stack(values).tolist() if values else []  # type: ignore[arg-type]
    if any(isinstance(value, Tensor) for value in values):
        return torch.stack([torch.as_tensor(value) for value in values]).tolist()
    return [float(value) for value in values]


def exact(values: Iterable[Tensor | float], answer: Tensor) -> list[Tensor] | list[float]:
    """Numbers to be added up in double precision, on an accelerator without waiting for it."""
    if answer.device.type == "cpu":
        return [float(value) for value in values]
    dtype = torch.float32 if answer.device.type == "mps" else torch.float64
    return [torch.as_tensor(value, dtype=dtype, device=answer.device) for value in values]


def fetched(rows: list[Any]) -> list[list[float]]:
    """The same of all batches, fetched in one go."""
    if isinstance(rows[0][0], float):
        return rows
    found: list[list[float]] = torch.stack([torch.stack(row) for row in rows]).tolist()
    return found
