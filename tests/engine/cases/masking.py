"""Layers that keep attention from looking where it must not."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

from engine.spec import BATCH, Spec
from tests.engine.cases.case import Case, Drawing, Trial


def causal(scores: torch.Tensor) -> torch.Tensor:
    rows, columns = scores.shape[-2:]
    return (torch.arange(columns)[None, :] > torch.arange(rows)[:, None]).expand(scores.shape)


def low(trial: Trial) -> str:
    return "without an axis of steps the batch would be taken for it" if trial.inputs[0].rank < 3 else ""


def filled(drawing: Drawing) -> list[Spec]:
    """Numbers, and a mask that mostly fits."""
    x = drawing.any_floats()
    shape = [1 if drawing.draw(st.integers(0, 3)) == 0 else size for size in x.shape[1:]]
    if drawing.draw(st.integers(0, 4)) == 0:
        shape[drawing.draw(st.integers(0, len(shape) - 1))] = drawing.axis()
    return [x, Spec((BATCH, *shape), "bool")]


def whole(trial: Trial) -> str:
    return "whole numbers would be filled with a cut-off value" if trial.inputs[0].dtype != "float32" else ""


CASES = {
    "CausalMask": Case(
        inputs=lambda d: [d.any_floats(3, 4)],
        function=causal,
        stricter=low,
        exemplar=(Spec((BATCH, 7, 7)),),
    ),
    "MaskedFill": Case(
        likely={"value": st.sampled_from([-1e9, 0.0, -5.0])},
        inputs=filled,
        function=lambda x, mask, value=-1e9: torch.masked_fill(x, mask, value),
        stricter=whole,
        open_refused=True,
        exemplar=(Spec((BATCH, 7, 7)), Spec((BATCH, 7, 7), "bool")),
    ),
}
