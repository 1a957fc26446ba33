"""Layers that arrange the same numbers differently."""

from __future__ import annotations

import torch
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from engine.dims import product
from engine.spec import BATCH, Spec
from tests.engine.cases.case import Case, Drawing, Trial

dims = st.sampled_from([1, 1, 1, 2, -1, -1, -2, 0, 4])


def batch(trial: Trial) -> str:
    """Whether the batch is meant."""
    rank = trial.inputs[0].rank
    return "the batch stays as it is" if rank and trial.parameters["dim"] % rank == 0 else ""


def new_first(trial: Trial) -> str:
    return (
        "the new axis would stand before the batch" if trial.parameters["dim"] % (trial.inputs[0].rank + 1) == 0 else ""
    )


def drops(trial: Trial) -> str:
    x, dim = trial.bound()[0], trial.parameters["dim"]
    if dim % x.rank == 0:
        return "the batch stays as it is"
    return "torch leaves an axis that is not of size 1 silently" if x.shape[dim] != 1 else ""


def splits(drawing: Drawing) -> list[Spec]:
    """Input whose axis mostly is the product of the sizes it is split into."""
    spec, sizes = drawing.any_floats(), drawing.typed["unflattened_size"]
    dim = drawing.typed["dim"]
    if -spec.rank <= dim < spec.rank and dim % spec.rank and drawing.draw(st.integers(0, 5)):
        axis, rest = dim % spec.rank, drawing.axis(1, 2, 3)
        size = product(rest if item == -1 else item for item in sizes)
        spec = spec.with_shape((*spec.shape[:axis], size, *spec.shape[axis + 1 :]))
    return [spec]


def arranged(drawing: Drawing) -> list[Spec]:
    """Input with as many numbers as the wished shape has positions, mostly."""
    sizes = drawing.typed["shape"]
    if not drawing.draw(st.integers(0, 5)):
        return [drawing.any_floats()]
    return [drawing.batched(*(drawing.axis(1, 2, 3) if item == -1 else item for item in reversed(sizes)))]


def ordered(drawing: Drawing) -> list[Spec]:
    """Input with as many axes as are put in order, mostly."""
    rank = len(drawing.typed["dims"]) if drawing.draw(st.integers(0, 6)) else 3
    return [drawing.any_floats(max(rank, 1), max(rank, 1))]


def ones(drawing: Drawing) -> list[Spec]:
    """Input whose axis is mostly of size 1."""
    spec, dim = drawing.any_floats(), drawing.typed["dim"]
    if -spec.rank <= dim < spec.rank and dim % spec.rank and drawing.draw(st.integers(0, 5)):
        axis = dim % spec.rank
        spec = spec.with_shape((*spec.shape[:axis], 1, *spec.shape[axis + 1 :]))
    return [spec]


def one_open(known: list[int]) -> SearchStrategy[tuple[int, ...]]:
    """These sizes, perhaps with one left open."""
    return st.integers(0, len(known)).map(lambda n: tuple(-1 if index == n else x for index, x in enumerate(known)))


sizes = st.lists(st.sampled_from([1, 2, 3, 4]), min_size=1, max_size=3).flatmap(one_open)
orders = st.one_of(
    st.integers(2, 4).flatmap(lambda rank: st.permutations(range(1, rank)).map(lambda rest: (0, *rest))),
    st.integers(2, 4).flatmap(lambda rank: st.permutations(range(1, rank)).map(lambda rest: (0, *rest))),
    st.lists(st.integers(-3, 3), min_size=2, max_size=4).map(tuple),
)
CASES = {
    "Flatten": Case(
        likely={"start_dim": st.integers(-3, 3), "end_dim": st.sampled_from([-1, -1, -2, -3, 1, 2, 3])},
    ),
    "Unflatten": Case(
        likely={"dim": dims, "unflattened_size": sizes},
        inputs=splits,
        stricter=batch,
        open_refused=True,
    ),
    "Reshape": Case(
        likely={"shape": sizes},
        inputs=arranged,
        function=lambda x, shape: x.reshape(x.shape[0], *shape),
        open_refused=True,
    ),
    "Permute": Case(
        likely={"dims": orders},
        inputs=ordered,
        function=lambda x, dims: torch.permute(x, dims),
        exemplar=(Spec((BATCH, 3, 5)),),
    ),
    "Squeeze": Case(
        likely={"dim": dims},
        inputs=ones,
        function=lambda x, dim: torch.squeeze(x, dim),
        stricter=drops,
        open_refused=True,
        exemplar=(Spec((BATCH, 3, 1)),),
    ),
    "Unsqueeze": Case(likely={"dim": dims}, function=lambda x, dim: torch.unsqueeze(x, dim), stricter=new_first),
    "Identity": Case(),
}
