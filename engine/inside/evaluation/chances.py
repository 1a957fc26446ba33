"""How likely an Output holds each class, and which classes hold: what curves, calibration and label checks work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import torch
from torch import Tensor

from engine.inside.evaluation.answered import Answered
from engine.inside.predicting import numbered
from engine.seeds import derive
from engine.training.evaluation.network import Head

if TYPE_CHECKING:
    from engine.data.dataset import Array

MOST_POSITIONS: Final = 2**20
"""Positions of masks and sequences that are taken; of more, so many are drawn."""


@dataclass(frozen=True, slots=True)
class Chances:
    """``logits`` (M, C) of M answers, of which ``link`` makes probabilities, and ``truth`` (M, C), True where it holds.

    With ``one`` exactly one class holds, else each holds or not by itself. ``rows`` (M) are the samples the answers
    belong to: of a mask each pixel is an answer. ``names`` (C) are those of the classes; a single yes or no has one,
    and ``other`` is what it is called where it does not hold.
    """

    logits: Array
    truth: Array
    rows: Array
    names: tuple[str, ...]
    link: Literal["softmax", "sigmoid"]
    one: bool
    other: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    def probabilities(self, temperature: float = 1.0) -> Array:
        """(M, C), float64; with a temperature those of the logits divided by it."""
        return linked(self.logits / temperature, self.link)

    @property
    def labels(self) -> Array:
        """(M) the class that holds, where exactly one does."""
        found: Array = self.truth.argmax(1)
        return found


def joined(parts: Sequence[Chances]) -> Chances:
    """The answers of several runs that tell the same classes apart, each to samples of its own, one after the other.

    The rows of each are counted on from those before, as if their samples were one part.
    """
    starts = np.cumsum([0, *(int(part.rows.max(initial=-1)) + 1 for part in parts)])
    rows = np.concatenate([part.rows + start for part, start in zip(parts, starts, strict=False)])
    logits, truth = (
        np.concatenate(columns) for columns in zip(*((one.logits, one.truth) for one in parts), strict=True)
    )
    return replace(parts[0], logits=logits, truth=truth, rows=rows)


def has_chances(head: Head) -> bool:
    """Whether an Output says how likely classes are."""
    return head.task.kind in ("classes", "two")


def of_whole_samples(head: Head) -> bool:
    """Whether a sample has one class, or labels that hold or not; those of a mask are of its positions."""
    return has_chances(head) and head.task.axes <= (1 if head.task.kind == "two" else 0)


def chances(asked: Answered, head: Head, seed: int = 0) -> Chances:
    """The chances of an Output that tells classes apart; positions of the ignored class are left out."""
    answer, labels = asked.answer(head), asked.labels(head)
    names = asked.trained.data.fields[head.field]
    link = head.criterion.link
    if head.task.kind == "classes":
        flat, goal = answer.flatten(0, -2), labels.flatten()
        kept = head.counted(goal)
        rows = _drawn(kept.nonzero()[:, 0].cpu(), seed)
        width = len(goal) // max(1, len(labels))
        truth = torch.nn.functional.one_hot(goal[rows].cpu(), flat.shape[-1]).bool()
        logits = _numpy(head.criterion.logits(flat[rows.to(flat.device)].double()))
        return Chances(logits, truth.numpy(), (rows // width).numpy(), _named(names.names, flat.shape[-1]), link, True)
    goal = head.criterion.values(answer, labels) > 0.5
    answer = head.criterion.logits(answer.double())
    several = answer.dim() == 2 and answer.shape[1] > 1
    flat = answer if several else answer.reshape(-1, 1)
    rows = _drawn(torch.arange(len(flat)), seed)
    width = len(flat) // max(1, len(answer))
    if several:
        said = numbered(names.columns or names.names, flat.shape[1])
    else:
        said = (names.names[1] if len(names.names) == 2 else names.columns[0] if len(names.columns) == 1 else "yes",)
    other = names.names[0] if len(said) == 1 and len(names.names) == 2 else ""
    truth = goal.reshape(flat.shape)[rows.to(flat.device)].cpu()
    logits = _numpy(flat[rows.to(flat.device)])
    return Chances(logits, truth.numpy(), (rows // width).numpy(), said, link, False, other)


def linked(logits: Array, link: Literal["softmax", "sigmoid"]) -> Array:
    """Probabilities (M, C) of logits."""
    if link == "sigmoid":
        found: Array = np.exp(-np.logaddexp(0.0, -logits))  # which tells small ones apart, as 1 + tanh does not
        return found
    shares = np.exp(logits - logits.max(1, keepdims=True))
    made: Array = shares / shares.sum(1, keepdims=True)
    return made


def _numpy(values: Tensor) -> Array:
    found: Array = values.cpu().numpy()
    return found


def _drawn(rows: Tensor, seed: int) -> Tensor:
    """At most so many of them, in their order."""
    if len(rows) <= MOST_POSITIONS:
        return rows
    source = np.random.default_rng(derive(seed, "positions"))
    chosen = np.sort(source.choice(len(rows), MOST_POSITIONS, replace=False))
    return rows[torch.from_numpy(chosen)]


def _named(names: tuple[str, ...], count: int) -> tuple[str, ...]:
    return names if len(names) == count else tuple(map(str, range(count)))
