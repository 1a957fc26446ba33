"""The samples that are asked about: of a part of the data, or of the user's own files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.data.pipeline import Part
from engine.inside.looking.errors import LookingError
from engine.inside.predicting import asked_of, part_of, unread_of
from engine.inside.trained import Trained


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample as the network has it: field → tensor (1, …), what it is called, and its true answer in words."""

    batch: dict[str, Tensor]
    name: str
    truth: str = ""
    index: int | None = None
    """Its position within its part; None of a file."""
    of: Part | None = None


def of_part(trained: Trained, part: Part, index: int) -> Sample:
    """The sample with this position in a part. Raises LookingError where there is none."""
    if not 0 <= index < len(part):
        raise LookingError("sample", f"There are {len(part):,} samples, from 0, and there is no sample {index}.")
    batch = first(trained, part, 1, index)
    return Sample(batch, f"sample {index + 1}", truth_of(trained, batch), index, part)


def of_file(trained: Trained, path: Path) -> list[Sample]:
    """The samples of one file that can be read, prepared as those of the run.

    Raises DataError with what does not fit, also where none can be read.
    """
    found = asked_of(trained, [path])
    part = part_of(trained, found)
    unread, batches = unread_of(part, found), part.batches(trained.network.inputs, 1)
    named = enumerate(zip(found.names, batches, strict=True))
    return [Sample(batch, name) for index, (name, batch) in named if index not in unread]


def first(trained: Trained, part: Part, most: int, start: int = 0) -> dict[str, Tensor]:
    """Up to ``most`` samples of a part from a position on, as one batch of all fields."""
    order = torch.arange(start, min(len(part), start + most))
    return next(part.batches(trained.network.fields, len(order), order))


def truth_of(trained: Trained, batch: dict[str, Tensor], row: int = 0) -> str:
    """The true answer of a sample in words; empty where it is not a class or single value."""
    if not trained.network.heads:
        return ""
    one = trained.network.heads[0]
    value = batch[one.field][row]
    names = trained.data.fields[one.field].names
    if value.numel() != 1:
        return ""
    if names and not value.is_floating_point():
        return names[int(value)]
    return f"{float(value):.4g}"
