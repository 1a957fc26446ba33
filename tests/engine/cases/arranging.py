"""Layers that repeat numbers or put them in another order."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st

from engine.spec import BATCH, UNWIRED, Spec
from tests.engine.cases.case import Case, Drawing, Trial

behind = st.sampled_from([1, 1, 1, 2, -1, -1, -2, 0, 4])
few = st.lists(behind, min_size=1, max_size=2).map(tuple)


def several(value: Any) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,)


def expandable(drawing: Drawing) -> list[Spec]:
    """What mostly can be expanded: the other shape with some sizes 1, with or without its first axes."""
    draw, sizes = drawing.draw, drawing.typed.get("sizes")
    like = drawing.any_floats() if sizes is None else Spec((BATCH, *(drawing.axis() for _ in range(2))))
    target = like.shape if sizes is None else (BATCH, *(drawing.axis() if size == -1 else size for size in sizes))
    shape = [1 if draw(st.integers(0, 2)) == 0 else size for size in target]
    if draw(st.integers(0, 5)) == 0:
        shape[-1] = drawing.axis()
    if sizes is not None and draw(st.booleans()):
        return [Spec((BATCH, *shape[1:])), UNWIRED]
    return [Spec(tuple(shape[draw(st.sampled_from([0, 0, 1])) :])), like]


def expanded(x: torch.Tensor, like: torch.Tensor | None = None, sizes: tuple[int, ...] | None = None) -> torch.Tensor:
    if sizes is None:
        if like is None:
            raise ValueError("nothing says the shape")
        return x.expand_as(like)
    return x.expand(*((-1,) if like is None else like.shape[:1]), *sizes)


def of_no_use(trial: Trial) -> str:
    return "a tensor without a number is of no use to a network" if 0 in (trial.parameters.get("sizes") or ()) else ""


def batch(trial: Trial) -> str:
    """Whether the batch is meant, or torch's way without an axis."""
    dims, rank = trial.parameters.get("dims", 1), trial.inputs[0].rank
    if not several(dims):
        return "without an axis torch shifts across the samples"
    return "the batch stays" if any(rank and dim % rank == 0 for dim in several(dims)) else ""


def tiled_batch(trial: Trial) -> str:
    dims, rank = trial.parameters["dims"], trial.inputs[0].rank
    if len(dims) > rank:
        return "an axis would come before the batch"
    return "the batch would be repeated" if len(dims) == rank and dims[0] != 1 else ""


CASES = {
    "Expand": Case(
        likely={"sizes": st.sampled_from([None, (-1,), (4, -1), (-1, -1), (3,), (-1, 5), (2, 0)])},
        inputs=expandable,
        function=expanded,
        stricter=of_no_use,
        open_refused=True,
        exemplar=(Spec((BATCH, 1, 9)), Spec((BATCH, 6, 9))),
        unreached=("input 1",),  # it only gives its shape
    ),
    "Tile": Case(
        likely={"dims": st.sampled_from([(2,), (3,), (1, 2), (2, 1), (2, 3), (1, 2, 2), (2, 1, 1), (1, 1, 2, 1)])},
        function=lambda x, dims: torch.tile(x, dims),
        stricter=tiled_batch,
        open_refused=True,
    ),
    "Flip": Case(
        likely={"dims": few},
        function=lambda x, dims: torch.flip(x, dims),
        stricter=batch,
        open_refused=True,
    ),
    "Roll": Case(
        likely={"shifts": st.sampled_from([1, -1, 2, 7, (1,), (1, -2)]), "dims": st.one_of(behind, few, st.just(()))},
        function=lambda x, shifts, dims: torch.roll(x, shifts, dims),
        stricter=batch,
        open_refused=True,
    ),
}
