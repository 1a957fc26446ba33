"""Layers that look up a vector for each integer."""

from __future__ import annotations

import torch
from hypothesis import strategies as st
from torch import nn

from engine.spec import BATCH, UNWIRED, Spec
from tests.engine.cases.case import Case, Drawing, Trial


def numbers(drawing: Drawing) -> list[Spec]:
    rank = drawing.draw(st.integers(1, 3))
    return [Spec((BATCH, *(drawing.axis() for _ in range(rank - 1))), "int64")]


def indices(trial: Trial, generator: torch.Generator) -> list[torch.Tensor | None]:
    count = trial.parameters.get("num_embeddings", 1)
    made: list[torch.Tensor | None] = []
    for spec in trial.bound():
        if spec is UNWIRED:
            made.append(None)
        elif spec.dtype == "float32":
            made.append(torch.randn(spec.shape, generator=generator))  # type: ignore[arg-type]
        else:
            whole = torch.randint(0, count, spec.shape, generator=generator)  # type: ignore[arg-type]
            made.append(whole.to(getattr(torch, spec.dtype)))
    return made


def bags(drawing: Drawing) -> list[Spec]:
    rows = Spec((BATCH, drawing.axis()), "int64")
    if drawing.typed.get("mode") != "sum":
        return [rows]
    weights = Spec(rows.shape) if drawing.draw(st.booleans()) else UNWIRED
    return [rows, weights]


def weighed(module: nn.Module, values: list[torch.Tensor | None]) -> torch.Tensor:
    return module(values[0], per_sample_weights=values[1] if len(values) > 1 else None)  # type: ignore[no-any-return]


def one_row(trial: Trial) -> str:
    return "a row of numbers is one long bag with offsets to torch" if trial.inputs[0].rank == 1 else ""


few = st.sampled_from([3, 5, 8])
padding = st.sampled_from([None, None, 0, 1, 2, -1, 9])
CASES = {
    "Embedding": Case(
        likely={"num_embeddings": few, "padding_idx": padding, "max_norm": st.sampled_from([None, 1.0])},
        inputs=numbers,
        tensors=indices,
        left_out={
            "_weight": "a table that is there already comes with the weights of a run",
            "_freeze": "freezing is a property of every node",
        },
        exemplar=(Spec((BATCH, 7), "int64"),),
    ),
    "EmbeddingBag": Case(
        likely={
            "num_embeddings": few,
            "padding_idx": padding,
            "max_norm": st.sampled_from([None, 1.0]),
            "scale_grad_by_freq": st.sampled_from([False, False, True]),
            "sparse": st.sampled_from([False, False, True]),
        },
        inputs=bags,
        tensors=indices,
        call=weighed,
        stricter=one_row,
        left_out={
            "_weight": "a table that is there already comes with the weights of a run",
            "include_last_offset": "offsets are for rows of different length laid end to end; here a row is a sample",
        },
        exemplar=(Spec((BATCH, 7), "int64"),),
    ),
}
