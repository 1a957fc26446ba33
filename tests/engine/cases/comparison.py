"""Comparisons, and what computes with booleans."""

from __future__ import annotations

from collections.abc import Callable

import torch
from hypothesis import strategies as st

from engine.spec import BATCH, UNWIRED, DType, Spec
from tests.engine.cases.case import Case, Drawing
from tests.engine.cases.merge import pairs

Function = Callable[..., torch.Tensor]
COMPARISONS: dict[str, Function] = {
    "Equal": torch.eq,
    "NotEqual": torch.ne,
    "Less": torch.lt,
    "LessEqual": torch.le,
    "Greater": torch.gt,
    "GreaterEqual": torch.ge,
}
kinds: st.SearchStrategy[DType] = st.sampled_from(["float32", "float32", "int64", "bool"])


def of_any_kind(drawing: Drawing) -> list[Spec]:
    """Two inputs that mostly fit, of any kind of numbers."""
    return [Spec(spec.shape, drawing.draw(kinds)) for spec in pairs(drawing)]


def with_number(drawing: Drawing) -> list[Spec]:
    """The same, often without the second one."""
    x, other = of_any_kind(drawing)
    return [x, UNWIRED if drawing.draw(st.booleans()) else other]


def against(function: Function) -> Function:
    def compared(x: torch.Tensor, tensor: torch.Tensor | None = None, other: float = 0) -> torch.Tensor:
        return function(x, other if tensor is None else tensor)

    return compared


def choices(drawing: Drawing) -> list[Spec]:
    """A condition and two inputs that mostly fit."""
    x, other = of_any_kind(drawing)
    shape = [1 if drawing.draw(st.integers(0, 3)) == 0 else size for size in x.shape[1:]]
    if drawing.draw(st.integers(0, 5)) == 0:
        shape[0] = drawing.axis()
    return [Spec((BATCH, *shape), "bool"), x, other]


plain = Spec((BATCH, 6, 9, 9))
CASES = {
    name: Case(
        likely={"other": st.sampled_from([0, 1, -1, 0.5, -0.25])},
        inputs=with_number,
        function=against(function),
        open_refused=True,
        exemplar=(plain, UNWIRED),
    )
    for name, function in COMPARISONS.items()
} | {
    "And": Case(inputs=of_any_kind, function=torch.logical_and, open_refused=True),
    "Or": Case(inputs=of_any_kind, function=torch.logical_or, open_refused=True),
    "Not": Case(inputs=lambda d: of_any_kind(d)[:1], function=torch.logical_not),
    "Where": Case(
        inputs=choices,
        function=torch.where,
        open_refused=True,
        exemplar=(Spec(plain.shape, "bool"), plain, plain),
    ),
}
