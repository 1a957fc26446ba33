"""Lengths of vectors, and how near two of them are."""

from __future__ import annotations

import torch
from hypothesis import strategies as st
from torch import nn

from tests.engine.cases.activation import whole_numbers
from tests.engine.cases.case import Case, Trial
from tests.engine.cases.merge import pairs
from tests.engine.cases.selection import behind


def batch(trial: Trial) -> str:
    rank = max(spec.rank for spec in trial.inputs)
    if rank and trial.parameters.get("dim", 1) % rank == 0:
        return "the batch is not an axis of a vector"
    return other_numbers(trial)


def other_numbers(trial: Trial) -> str:
    if any(spec.dtype != "float32" for spec in trial.inputs):
        return "integers become floats; a network has floats there"
    return "a vector across the samples" if max(spec.rank for spec in trial.inputs) < 2 else ""


def normalized(x: torch.Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> torch.Tensor:
    return nn.functional.normalize(x, p=p, dim=dim, eps=eps)


p = st.sampled_from([2.0, 2.0, 1.0, 3.0])
CASES = {
    "Normalize": Case(
        likely={"dim": behind, "p": p, "eps": st.sampled_from([1e-12, 1e-6])},
        function=normalized,
        stricter=lambda trial: whole_numbers(trial) or batch(trial),
        open_refused=True,
    ),
    "PairwiseDistance": Case(likely={"p": p}, inputs=pairs, stricter=other_numbers, open_refused=True),
    "CosineSimilarity": Case(
        likely={"dim": behind, "eps": st.sampled_from([1e-8, 1e-3])}, inputs=pairs, stricter=batch, open_refused=True
    ),
}
