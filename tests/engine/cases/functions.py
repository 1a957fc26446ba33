"""Mathematical functions that are applied to every number by itself."""

from __future__ import annotations

from collections.abc import Callable

import torch
from hypothesis import strategies as st

from engine.spec import BATCH, UNWIRED, Spec
from tests.engine.cases.activation import whole_numbers
from tests.engine.cases.case import Case, Drawing, Trial
from tests.engine.cases.merge import pairs
from tests.engine.cases.selection import behind

Function = Callable[..., torch.Tensor]
FLOATS: dict[str, Function] = {
    "Exp": torch.exp,
    "Reciprocal": torch.reciprocal,
    "Sin": torch.sin,
    "Cos": torch.cos,
}
POSITIVE: dict[str, Function] = {"Log": torch.log, "Sqrt": torch.sqrt, "Rsqrt": torch.rsqrt}


def positive(trial: Trial, generator: torch.Generator) -> list[torch.Tensor | None]:
    """Numbers above 0 where floats are needed; whole exponents."""
    return [
        None
        if spec is UNWIRED
        else torch.rand(spec.shape, generator=generator) + 0.5  # type: ignore[arg-type]
        if spec.dtype == "float32"
        else torch.ones(spec.shape, dtype=getattr(torch, spec.dtype))  # type: ignore[arg-type]
        for spec in trial.bound()
    ]


def any_numbers(drawing: Drawing) -> list[Spec]:
    """Floats, now and then integers."""
    spec = drawing.any_floats()
    return [Spec(spec.shape, drawing.draw(st.sampled_from(["float32", "float32", "int64"])))]


def truth(trial: Trial) -> str:
    return "booleans have no sign" if trial.inputs[0].dtype == "bool" else ""


def odd_limits(trial: Trial) -> str:
    low, high = trial.parameters.get("min"), trial.parameters.get("max")
    if trial.inputs[0].dtype == "bool":
        return "booleans are not numbers"
    if low is not None and high is not None and low > high:
        return "every number would become max"
    return "integers would become floats" if trial.inputs[0].dtype == "int64" else ""


def base_and_exponent(drawing: Drawing) -> list[Spec]:
    """A base, and sometimes a tensor of exponents that mostly fits."""
    base, exponent = pairs(drawing)
    if drawing.draw(st.booleans()):
        return [base, UNWIRED]
    return [base, Spec(exponent.shape, drawing.draw(st.sampled_from(["float32", "float32", "int64"])))]


def power(x: torch.Tensor, tensor: torch.Tensor | None = None, exponent: float = 2.0) -> torch.Tensor:
    return torch.pow(x, exponent if tensor is None else tensor)


def across(trial: Trial) -> str:
    rank = trial.inputs[0].rank
    return "samples are not summed" if rank and trial.parameters.get("dim", 1) % rank == 0 else ""


def not_floats(trial: Trial) -> str:
    if trial.inputs[0].dtype != "float32":
        return whole_numbers(trial)
    return "booleans are no exponents" if trial.inputs[1].dtype == "bool" else ""


CASES = {name: Case(function=function, stricter=whole_numbers) for name, function in FLOATS.items()} | {
    name: Case(function=function, tensors=positive, stricter=whole_numbers) for name, function in POSITIVE.items()
}
CASES |= {
    "Abs": Case(inputs=any_numbers, function=torch.abs),
    "Neg": Case(inputs=any_numbers, function=torch.neg),
    "Sign": Case(inputs=any_numbers, function=torch.sign, stricter=truth, unreached=("input 0",)),  # it is flat
    "Clamp": Case(
        likely={"min": st.sampled_from([0, -1, -0.5, 2, None]), "max": st.sampled_from([1, 2, 1.5, 0.25, None])},
        inputs=any_numbers,
        function=torch.clamp,
        stricter=odd_limits,
    ),
    "CumSum": Case(
        likely={"dim": behind},
        inputs=any_numbers,
        function=lambda x, dim=1: torch.cumsum(x, dim),
        stricter=across,
        open_refused=True,
    ),
    "Pow": Case(
        likely={"exponent": st.sampled_from([2.0, 3.0, 0.5, -1.0, 1.0, 0.0])},
        inputs=base_and_exponent,
        function=power,
        tensors=positive,
        stricter=not_floats,
        open_refused=True,
        exemplar=(Spec((BATCH, 6, 9, 9)), UNWIRED),
    ),
}
