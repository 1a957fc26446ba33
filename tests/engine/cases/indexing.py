"""Layers that take numbers at positions which another tensor names."""

from __future__ import annotations

import torch
from hypothesis import strategies as st
from torch import nn

from engine.dims import Dim
from engine.spec import BATCH, Spec
from tests.engine.cases.case import Case, Drawing, Trial
from tests.engine.cases.embedding import numbers
from tests.engine.cases.selection import behind


def dim_of(trial: Trial) -> int:
    """The axis that is meant, where there is one."""
    dim, rank = trial.parameters.get("dim", 1), trial.inputs[0].rank
    return int(dim % rank) if rank and -rank <= dim < rank else 0


def positions(trial: Trial, generator: torch.Generator) -> list[torch.Tensor | None]:
    """Numbers, and positions that are there."""
    x, index = trial.bound()
    size = x.shape[dim_of(trial)] if x.rank else 1
    assert isinstance(size, int)
    made = torch.randint(0, max(size, 1), index.shape, generator=generator)  # type: ignore[arg-type]
    numbers = torch.randn(x.shape, generator=generator).to(getattr(torch, x.dtype))  # type: ignore[arg-type]
    return [numbers, made.to(getattr(torch, index.dtype))]


def gathered(drawing: Drawing) -> list[Spec]:
    """An index that is mostly as large as the input but along one axis, or smaller."""
    x, dim = drawing.any_floats(), drawing.typed.get("dim", 1)
    shape: list[Dim] = list(x.shape)
    if -x.rank <= dim < x.rank and dim % x.rank:
        shape[dim] = drawing.axis()
    if drawing.draw(st.integers(0, 3)) == 0:
        shape[drawing.draw(st.integers(1, x.rank - 1))] = drawing.draw(st.sampled_from([1, 1, 2, 5]))
    return [x, Spec(tuple(shape), "int64")]


def selected(drawing: Drawing) -> list[Spec]:
    return [drawing.any_floats(), Spec((drawing.axis(),), "int64")]


def batch(trial: Trial) -> str:
    """Whether the batch is meant."""
    return "the batch is not taken apart" if dim_of(trial) == 0 else ""


def across(trial: Trial) -> str:
    rank = trial.inputs[0].rank
    return "samples are not compared" if rank and trial.parameters.get("dim", -1) % rank == 0 else ""


def other_batch(trial: Trial) -> str:
    if reason := batch(trial):
        return reason
    x, index = trial.inputs
    if index.rank == x.rank and index.shape[0] != x.shape[0]:
        return "samples that the index leaves out would be lost"
    return "torch does without any of the numbers" if 0 in index.shape else ""


def one_by_one(trial: Trial) -> str:
    if reason := batch(trial):
        return reason
    x, position = trial.bound()
    if position.dtype == "bool":
        return "a mask takes another number of positions for every sample"
    return "positions are shared by samples" if position.shape != x.shape[:1] else ""


def all_alike(trial: Trial) -> str:
    return batch(trial) or ("a single number is not a list of positions" if trial.inputs[1].rank == 0 else "")


CASES = {
    "Gather": Case(
        likely={"dim": behind},
        inputs=gathered,
        tensors=positions,
        function=lambda x, index, dim=1: torch.gather(x, dim, index),
        stricter=other_batch,
        open_refused=True,
        exemplar=(Spec((BATCH, 7, 16)), Spec((BATCH, 4, 16), "int64")),
    ),
    "IndexSelect": Case(
        likely={"dim": behind},
        inputs=selected,
        tensors=positions,
        function=lambda x, index, dim=1: torch.index_select(x, dim, index),
        stricter=all_alike,
        open_refused=True,
        exemplar=(Spec((BATCH, 7, 16)), Spec((4,), "int64")),
    ),
    "TopK": Case(
        likely={
            "k": st.sampled_from([1, 1, 2, 3]),
            "dim": st.sampled_from([-1, -1, 1, 1, 2, 0, -3]),
            "sorted": st.just(True),  # without an order any will do
        },
        inputs=lambda d: [Spec(d.any_floats().shape, d.draw(st.sampled_from(["float32", "float32", "int64"])))],
        function=lambda x, k, dim=-1, largest=True, sorted=True: torch.topk(x, k, dim, largest, sorted),
        stricter=across,
        open_refused=True,
    ),
    "OneHot": Case(
        likely={"num_classes": st.integers(2, 6)},
        inputs=numbers,
        function=lambda x, num_classes: nn.functional.one_hot(x, num_classes),
        exemplar=(Spec((BATCH, 7), "int64"),),
    ),
    "TakeAt": Case(
        likely={"dim": behind},
        inputs=lambda d: [d.any_floats(), Spec((BATCH,), "int64")],
        tensors=positions,
        function=lambda x, position, dim=1: x.movedim(dim, 1)[torch.arange(len(x)), position],
        stricter=one_by_one,
        open_refused=True,
        exemplar=(Spec((BATCH, 7, 16)), Spec((BATCH,), "int64")),
    ),
}
