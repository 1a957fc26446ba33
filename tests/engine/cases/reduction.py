"""Layers that boil axes down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from hypothesis import strategies as st

from tests.engine.cases.case import Case, Trial

one = st.sampled_from([-1, -1, 1, 1, 2, -2, 3, 0])
axes = st.one_of(one, st.lists(one, min_size=1, max_size=3).map(tuple), st.just(()))


def batch(trial: Trial) -> str:
    dims, rank = trial.parameters.get("dim", -1), trial.inputs[0].rank
    dims = dims if isinstance(dims, tuple) else (dims,)
    if not dims:
        return "without an axis torch boils everything down, the batch included"
    if trial.cls.__name__ == "LogSumExp" and trial.inputs[0].dtype != "float32":
        return "integers become floats; a network has floats there"
    return "the batch is not boiled down" if any(rank and dim % rank == 0 for dim in dims) else ""


def over(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    def reduced(x: torch.Tensor, dim: Any = -1, keepdim: bool = False) -> torch.Tensor:
        return function(x, dim=dim, keepdim=keepdim)

    return reduced


NAMES = {"Mean": torch.mean, "Sum": torch.sum, "Max": torch.amax, "Min": torch.amin, "LogSumExp": torch.logsumexp}
CASES = {
    name: Case(likely={"dim": axes}, function=over(function), stricter=batch, open_refused=True)
    for name, function in NAMES.items()
}
