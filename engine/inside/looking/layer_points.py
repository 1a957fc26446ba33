"""The answers of a layer to many samples, a row of numbers each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch

from engine.inside.looking.method import Question
from engine.inside.looking.samples import first

if TYPE_CHECKING:
    from engine.inside.looking.results import Array

TOGETHER = 64


def refuses(question: Question) -> str:
    """It needs numbers, a row for each sample."""
    layer = question.the_layer()
    if layer.dtype != "float32" or not layer.shape or layer.shape[0] != 1:
        return f"{layer.name} answers no row of numbers for each sample: choose another layer."
    return ""


def points_of(question: Question, most: int) -> Iterator[tuple[float, Array]]:
    """(share done, answers so far (N, D)) for the first ``most`` samples of the part."""
    layer, part = question.the_layer(), question.part
    most, found = min(most, len(part)), list[torch.Tensor]()
    for begin in range(0, most, TOGETHER):
        batch = first(question.trained, part, min(TOGETHER, most - begin), begin)
        value = question.inspector.run(batch, [layer.id]).values[layer.id]
        found.append(value.reshape(len(value), -1))
        yield min(1.0, (begin + TOGETHER) / most), torch.cat(found).numpy(force=True)


def classes_of(question: Question, count: int) -> tuple[Array, tuple[str, ...]]:
    """The true class of each of the first samples (or -1), and the names of all classes."""
    import numpy as np

    heads = question.trained.network.heads
    if not heads or heads[0].task.kind not in ("classes", "two"):
        return np.full(count, -1), ()
    known = question.trained.data.fields[heads[0].field]
    labels = np.concatenate(
        [
            heads[0]
            .labels(first(question.trained, question.part, min(TOGETHER, count - begin), begin))
            .numpy(force=True)
            for begin in range(0, count, TOGETHER)
        ]
    )
    if labels.ndim > 1 and labels[0].size == 1:
        labels = labels.reshape(len(labels))
    if labels.ndim > 1:
        return np.full(count, -1), ()
    names = known.names or tuple(map(str, range(heads[0].task.classes or 2)))
    return labels.astype(np.int64), names


def chosen_of(question: Question, count: int) -> int | None:
    """The position of the chosen sample among the first ones; None where it is of another part or a file."""
    sample = question.sample
    if sample is None or sample.index is None or sample.of is not question.part or sample.index >= count:
        return None
    return sample.index
