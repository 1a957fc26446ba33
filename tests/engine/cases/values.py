"""Layers that give numbers of their own."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from engine.nn.arange import Arange
from engine.spec import Spec
from tests.engine.cases.case import Case, Drawing, Trial

sizes = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)


def cut_off(trial: Trial) -> str:
    return "torch would cut the fraction off" if trial.parameters.get("dtype", "float32") != "float32" else ""


def counted(drawing: Drawing) -> list[Spec]:
    return [] if drawing.typed.get("end") is not None else [drawing.any_floats()]


def counting(trial: Trial) -> nn.Module | None:
    typed = trial.parameters
    return None if typed.get("end") is None else Arange(**{n: value for n, value in typed.items() if n != "dim"})


def count(x: torch.Tensor, start: int = 0, end: int | None = None, step: int = 1, dim: int = 1) -> torch.Tensor:
    return torch.arange(start, x.shape[dim], step)


def no_numbers(trial: Trial) -> str:
    typed = trial.parameters
    if typed.get("end") is None and typed.get("dim", 1) % (trial.inputs[0].rank or 1) == 0:
        return "the batch is not counted"
    if typed.get("end") is None and typed.get("step", 1) < 0:
        return "it counts down to a size"
    return "a tensor without a number is of no use to a network"


few: Any = st.lists(st.sampled_from([0, 1, -2, 3]), min_size=1, max_size=4).map(tuple)
ONLY_ITS_SHAPE = ("input 0",)
CASES = {
    "Constant": Case(
        likely={
            "value": st.one_of(st.sampled_from([0.5, 2, -1, 0, 1.0]), few, st.just((0.25, 0.5))),
            "shape": st.one_of(st.none(), st.sampled_from([(), (1,), (2,), (4,), (2, 1), (2, 2), (3, 1, 1)])),
        },
        inputs=lambda d: [],
        stricter=cut_off,
        unreached=ONLY_ITS_SHAPE,
    ),
    "Parameter": Case(
        likely={"shape": sizes},
        inputs=lambda d: [],
        unreached=ONLY_ITS_SHAPE,  # the input that gives it a batch
    ),
    "Arange": Case(
        likely={
            "start": st.sampled_from([0, 0, 0, 1, 2, -3]),
            "end": st.sampled_from([None, None, 3, 5, 8, -9]),
            "step": st.sampled_from([1, 1, 2, 3, -1, 0]),
            "dim": st.sampled_from([1, 1, -1, 2, 0, 5]),
        },
        inputs=counted,
        module=counting,
        function=count,
        stricter=no_numbers,
        open_refused=True,
        unreached=ONLY_ITS_SHAPE,
    ),
    "ZerosLike": Case(
        inputs=lambda d: [Spec(d.any_floats().shape, d.draw(st.sampled_from(["float32", "int64", "bool"])))],
        function=torch.zeros_like,
        unreached=ONLY_ITS_SHAPE,
    ),
    "OnesLike": Case(
        inputs=lambda d: [Spec(d.any_floats().shape, d.draw(st.sampled_from(["float32", "int64", "bool"])))],
        function=torch.ones_like,
        unreached=ONLY_ITS_SHAPE,
    ),
}
