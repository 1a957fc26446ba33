"""What training steps score beside their loss: right answers are counted later, those of many steps at once.

Counting takes three small operations, a twentieth of a tiny step; of a hundred steps together it takes three as well.
Counts are exact, so they do not depend on which steps are counted together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, TypeVar

import torch
from torch import Tensor

if TYPE_CHECKING:
    from engine.training.evaluation.network import Head

T = TypeVar("T")
Found: TypeAlias = Callable[[], list[T]]
"""Gives what was asked for."""
SMALL: Final = 2**12
"""Numbers of an answer that may wait to be counted: some hundred steps lie between two countings."""


class Score(NamedTuple):
    """The sum of a metric over a batch and its number; or answers (N, …) and targets that are counted later."""

    total: Tensor
    number: Tensor | int
    waiting: bool = False


class Transfer:
    """Numbers that lie on a device: asked for one after the other, fetched in one go, for each one waits."""

    def __init__(self) -> None:
        self._asked: list[Tensor] = []
        self._found: list[list[float]] = []

    def ask(self, values: Iterable[Tensor | float]) -> Found[float]:
        """Tensors without axes as numbers, or numbers as they are; there once `fetch` was called."""
        values = list(values)
        if all(isinstance(value, Tensor) for value in values) and values:
            return self.ask_row(torch.stack(values))  # type: ignore[arg-type]
        there = next((value.device for value in values if isinstance(value, Tensor)), None)
        if there is not None:
            return self.ask_row(torch.stack([_laid(value, there) for value in values]))
        known = [float(value) for value in values]
        return lambda: known

    def ask_row(self, values: Tensor) -> Found[float]:
        """The numbers of a tensor with one axis."""
        place = len(self._asked)
        self._asked.append(values)
        return lambda: self._found[place]

    def fetch(self) -> None:
        """Wait for all that was asked for."""
        if not self._asked:
            return
        wide = _wide(self._asked[0].device)  # whole counts stay whole
        numbers = iter(torch.cat([row.to(wide) for row in self._asked]).tolist())
        self._found = [list(islice(numbers, len(row))) for row in self._asked]


def ask_totals(head: Head | None, steps: Sequence[Sequence[Score]], transfer: Transfer) -> Found[tuple[float, float]]:
    """(sum, number) of every step over its batches, once the ``transfer`` was fetched."""
    flat = [score for scores in steps for score in scores]
    alike: dict[tuple[torch.Size, torch.Size] | None, list[int]] = {}
    for place, score in enumerate(flat):
        shapes = (score.total.shape, score.number.shape) if score.waiting else None  # type: ignore[union-attr]
        alike.setdefault(shapes, []).append(place)
    asked: list[tuple[list[int], Found[float], Found[float]]] = []
    for shapes, places in alike.items():
        totals, numbers = [flat[place].total for place in places], [flat[place].number for place in places]
        if shapes is None:
            asked.append((places, transfer.ask(totals), transfer.ask(numbers)))
            continue
        assert head is not None, "only those of a head wait"
        answers, targets = torch.stack(totals), torch.stack(numbers)  # type: ignore[arg-type]
        right, kept = head.step_metric.right(head.criterion, answers, targets, head.masked)
        sums, all_count = transfer.ask_row(right.flatten(1).sum(1)), [right[0].numel()] * len(places)
        counts = transfer.ask(all_count) if kept is None else transfer.ask_row(kept.flatten(1).sum(1))
        asked.append((places, sums, counts))

    def found() -> list[tuple[float, float]]:
        each = [(0.0, 0.0)] * len(flat)
        for places, sums, counts in asked:
            for place, total, number in zip(places, sums(), counts(), strict=True):
                each[place] = total, number
        pairs = iter(each)
        return [_together(list(islice(pairs, len(scores)))) for scores in steps]

    return found


def _together(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    if len(pairs) == 1:
        return pairs[0]
    return sum(total for total, _ in pairs), sum(number for _, number in pairs)


def exact(values: Iterable[Tensor | float], answer: Tensor) -> list[Tensor] | list[float]:
    """Numbers to be added up in double precision, on an accelerator without waiting for it."""
    if answer.device.type == "cpu":
        return [float(value) for value in values]
    return [_laid(value, answer.device) for value in values]


def _laid(value: Tensor | float, device: torch.device) -> Tensor:
    """A number as a tensor without axes on a device; one of the program is filled in there, for a copy would wait."""
    if isinstance(value, Tensor):
        return value.to(_wide(device))
    return torch.full((), value, dtype=_wide(device), device=device)


def _wide(device: torch.device) -> torch.dtype:
    """The most digits a device knows."""
    return torch.float32 if device.type == "mps" else torch.float64


def fetched(rows: list[Any]) -> list[list[float]]:
    """The same of all batches, fetched in one go."""
    if isinstance(rows[0][0], float):
        return rows
    found: list[list[float]] = torch.stack([torch.stack(row) for row in rows]).tolist()
    return found
