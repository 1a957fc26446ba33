"""Layers that bring several branches together."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

from engine.spec import Spec
from tests.engine.cases.case import Case, Drawing


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


CASES = {
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
