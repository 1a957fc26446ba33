"""Layers that take a part of a tensor."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

from engine.spec import Spec
from tests.engine.cases.case import Case, Drawing, Trial

behind = st.sampled_from([1, 1, 1, 2, -1, -1, -2, 0, 4])


def batch(trial: Trial) -> str:
    """Whether the batch is meant."""
    rank = trial.inputs[0].rank
    return "the batch is not cut" if rank and trial.parameters.get("dim", 1) % rank == 0 else ""


def sliced(
    x: torch.Tensor, dim: int = 1, start: int | None = None, stop: int | None = None, step: int = 1
) -> torch.Tensor:
    indices = list(range(x.shape[dim]))[start:stop:step]
    return x.index_select(dim, torch.tensor(indices, dtype=torch.int64))


def nothing_left(trial: Trial) -> str:
    if reason := batch(trial):
        return reason
    x, typed = trial.bound()[0], trial.parameters
    if not range(x.shape[typed.get("dim", 1)])[typed.get("start") : typed.get("stop") : typed.get("step", 1)]:  # type: ignore[arg-type]
        return "a tensor without a number is of no use to a network"
    return ""


def whole(drawing: Drawing) -> list[Spec]:
    """Input whose cut axis mostly has the size of all parts together."""
    spec = drawing.any_floats()
    dim = drawing.typed.get("dim", 1)
    if -spec.rank <= dim < spec.rank and dim % spec.rank and drawing.draw(st.integers(0, 5)):
        axis = dim % spec.rank
        spec = spec.with_shape((*spec.shape[:axis], sum(drawing.typed["split_sizes"]), *spec.shape[axis + 1 :]))
    return [spec]


def fewer(trial: Trial) -> str:
    if reason := batch(trial):
        return reason
    x = trial.bound()[0]
    got = len(torch.empty(x.shape).chunk(trial.parameters["chunks"], dim=trial.parameters.get("dim", 1)))  # type: ignore[arg-type]
    return "torch gives fewer parts than are asked for" if got != trial.parameters["chunks"] else ""


CASES = {
    "Slice": Case(
        likely={
            "dim": behind,
            "start": st.sampled_from([None, None, 0, 0, 1, 1, 2, -3, 5]),
            "stop": st.sampled_from([None, None, None, -1, -1, -2, 4, 3, 9]),
            "step": st.sampled_from([1, 1, 2, 3]),
        },
        function=sliced,
        stricter=nothing_left,
        open_refused=True,
    ),
    "Select": Case(
        likely={"dim": behind, "index": st.sampled_from([0, -1, 0, -1, 1, 2, -3])},
        function=lambda x, index, dim=1: x.select(dim, index),
        stricter=batch,
        open_refused=True,
    ),
    "Split": Case(
        likely={"dim": behind, "split_sizes": st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)},
        inputs=whole,
        function=lambda x, split_sizes, dim=1: torch.split(x, list(split_sizes), dim=dim),
        stricter=batch,
        open_refused=True,
        exemplar=(Spec((4, 2)),),
    ),
    "Chunk": Case(
        likely={"dim": behind, "chunks": st.sampled_from([1, 2, 2, 3, 4])},
        function=lambda x, chunks, dim=1: torch.chunk(x, chunks, dim=dim),
        stricter=fewer,
        open_refused=True,
    ),
}
