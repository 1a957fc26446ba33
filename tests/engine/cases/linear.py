"""Layers that multiply by one weight matrix."""

from __future__ import annotations

from engine.spec import Spec
from tests.engine.cases.case import Case, Drawing, Trial


def stricter(trial: Trial) -> str:
    return "a vector is one sample to torch; here it is a batch of numbers" if trial.inputs[0].rank == 1 else ""


def two_sides(drawing: Drawing) -> list[Spec]:
    """Two inputs that agree in all but the last axis."""
    first = drawing.any_floats()
    return [first, first.with_shape((*first.shape[:-1], drawing.axis()))]


CASES = {
    "Bilinear": Case(
        inputs=two_sides,
        asked={
            "in1_features": lambda inputs: inputs[0].shape[-1],
            "in2_features": lambda inputs: inputs[1].shape[-1],
        },
        stricter=stricter,
        open_refused=True,
        flops=False,  # torch does not count the operator
    ),
    "Linear": Case(asked={"in_features": lambda inputs: inputs[0].shape[-1]}, stricter=stricter, open_refused=True),
}
