"""Layers that bring several branches together."""

from __future__ import annotations

import math

import torch
from hypothesis import strategies as st

from engine.spec import BATCH, Spec
from tests.engine.cases.case import Case, Drawing, Trial


def siblings(drawing: Drawing, along: int, broadcast: bool, most: int = 3) -> list[Spec]:
    """Shapes that mostly fit the first: they may differ ``along`` an axis, or have 1 there where that is repeated."""
    draw, first = drawing.draw, drawing.any_floats()
    specs = [first]
    for _ in range(draw(st.sampled_from([0, 1, 1, 2])) if most > 2 else most - 1):
        other = list(first.shape)
        how = draw(st.integers(0, 5))
        if how < 3:
            other[along % len(other)] = 1 if broadcast else drawing.axis()
        elif how == 3:
            other[draw(st.integers(0, len(other) - 1))] = drawing.axis()
        elif how == 4 and broadcast:
            other = other[draw(st.integers(0, len(other) - 1)) :]
        specs.append(Spec(tuple(other)))
    return specs


def pairs(drawing: Drawing) -> list[Spec]:
    """Two inputs that mostly fit number by number."""
    return siblings(drawing, drawing.draw(st.integers(0, 3)), broadcast=True, most=2)


def alike(drawing: Drawing) -> list[Spec]:
    """Inputs of one shape, now and then one that is not."""
    first = drawing.any_floats()
    count = drawing.draw(st.integers(1, 3))
    return [first, *(first for _ in range(count - 1))]


def matrices(drawing: Drawing) -> list[Spec]:
    """Two stacks of matrices that mostly fit."""
    draw = drawing.draw
    n, k, m = drawing.axis(), drawing.axis(), drawing.axis()
    leading = [drawing.axis(open_=False) for _ in range(draw(st.integers(0, 2)))]
    other = [1 if draw(st.integers(0, 4)) == 0 else size for size in leading]
    right = (m, k) if drawing.typed.get("transpose") else (k, m)
    return [Spec((BATCH, *leading, n, k)), Spec((BATCH, *other, *right))]


def multiplied(a: torch.Tensor, b: torch.Tensor, transpose: bool = False) -> torch.Tensor:
    return torch.matmul(a, b.mT if transpose else b)


def vectors(trial: Trial) -> str:
    if min(spec.rank for spec in trial.inputs) < 2:
        return "torch takes a vector for a matrix of one row; here the first axis is always the batch"
    return ""


def first_axis(trial: Trial) -> str:
    if trial.parameters.get("dim", 1) % (trial.inputs[0].rank + 1) == 0:
        return "the new axis would stand before the batch"
    return ""


CASES = {
    "Subtract": Case(inputs=pairs, function=lambda a, b: a - b, open_refused=True),
    "Multiply": Case(
        inputs=lambda d: siblings(d, d.draw(st.integers(0, 3)), broadcast=True),
        function=lambda *tensors: math.prod(tensors[1:], start=tensors[0]),
        open_refused=True,
    ),
    "Divide": Case(inputs=pairs, function=torch.true_divide, open_refused=True),
    "Maximum": Case(inputs=pairs, function=torch.maximum, open_refused=True),
    "Scale": Case(function=lambda x, factor=1.0, shift=0.0: x * factor + shift),
    "MatMul": Case(inputs=matrices, function=multiplied, stricter=vectors, open_refused=True),
    "Stack": Case(
        likely={"dim": st.sampled_from([1, 1, 1, 2, -1, -1, -2, 0, 3])},
        inputs=alike,
        function=lambda *tensors, dim=1: torch.stack(tensors, dim=dim),
        stricter=first_axis,
        open_refused=True,
    ),
    "Add": Case(
        inputs=lambda d: siblings(d, d.draw(st.integers(0, 3)), broadcast=True),
        function=lambda *tensors: sum(tensors[1:], tensors[0]),
        open_refused=True,
    ),
    "Concat": Case(
        likely={"dim": st.integers(-3, 3)},
        inputs=lambda d: siblings(d, d.typed.get("dim", 1), broadcast=False),
        function=lambda *tensors, dim=1: torch.cat(tensors, dim=dim),
        open_refused=True,
    ),
}
