"""How far answers are from those of the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from engine.exports.exporter import SAMPLES, Checked, ExportError
from engine.exports.subject import Subject

TOLERANCE: Final = 1e-4
"""How far from the network's answers those of another runtime may be, relative to the largest of them (at least 1).

Other kernels add up in another order: float32 has 24 bits, of which a deep network loses some.
"""


def compared(
    subject: Subject,
    answers: Sequence[Tensor],
    samples: tuple[Tensor, ...],
    *,
    tolerance: float = TOLERANCE,
    notes: tuple[str, ...] = (),
) -> Checked:
    """The answers of something else to these samples against the network's. Raises ExportError where they differ."""
    expected = subject.answers(samples)
    largest = difference(expected, answers)
    scale = max(1.0, *(float(one.detach().abs().max()) for one in expected if one.numel()))
    if not largest <= tolerance * scale:
        raise ExportError(
            f"What was written does not answer as the network does: on {len(samples[0])} samples the largest "
            f"difference is {largest:.2g}. Nothing is left of it."
        )
    return Checked(len(samples[0]), largest, notes=notes)


def difference(expected: Sequence[Tensor], answers: Sequence[Tensor]) -> float:
    """The largest difference between two numbers; infinity where shapes differ or a number is missing."""
    if len(expected) != len(answers) or any(a.shape != b.shape for a, b in zip(expected, answers, strict=True)):
        return float("inf")
    largest = 0.0
    for a, b in zip(expected, answers, strict=True):
        a, b = a.detach().double(), b.detach().double()
        same = (a == b) | (a.isnan() & b.isnan())
        apart = torch.where(same, torch.zeros_like(a), (a - b).abs()).nan_to_num(nan=float("inf"))
        largest = max(largest, float(apart.max()) if apart.numel() else 0.0)
    return largest


def samples_of(subject: Subject) -> tuple[Tensor, ...]:
    """The samples an export is checked with."""
    return subject.samples(SAMPLES)
