"""Layers that bend."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.spec import Spec
from tests.engine.cases.case import Case, Drawing, Trial


def whole_numbers(trial: Trial) -> str:
    if trial.inputs[0].dtype != "float32":
        return "some of torch's kernels take integers and round what they give; a network has floats there"
    return ""


def batch_halved(trial: Trial) -> str:
    return "the batch is not halved" if trial.parameters.get("dim", -1) % (trial.inputs[0].rank or 1) == 0 else ""


def channelled(drawing: Drawing) -> list[Spec]:
    """Input whose second axis often is the number of slopes."""
    spec = drawing.any_floats()
    count = drawing.typed.get("num_parameters", 1)
    if count > 1 and drawing.draw(st.integers(0, 4)):
        spec = spec.with_shape((spec.shape[0], count, *spec.shape[2:]))
    return [spec]


def even(drawing: Drawing) -> list[Spec]:
    """Input whose halved axis is mostly even."""
    spec = drawing.any_floats()
    dim = drawing.typed.get("dim", -1)
    if -spec.rank <= dim < spec.rank and dim % spec.rank and drawing.draw(st.integers(0, 4)):
        axis = dim % spec.rank
        spec = spec.with_shape((*spec.shape[:axis], spec.shape[axis] * 2, *spec.shape[axis + 1 :]))
    return [spec]


PLAIN = (
    *("LeakyReLU", "RReLU", "ReLU6", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish", "Softplus", "LogSigmoid"),
    *("Hardsigmoid", "Hardswish", "Hardshrink", "Softshrink", "Tanhshrink", "Softsign", "Threshold"),
)
OLD = "the former name of another parameter, which warns"
CASES = {name: Case(stricter=whole_numbers) for name in PLAIN} | {
    "Hardtanh": Case(stricter=whole_numbers, left_out={"min_value": OLD, "max_value": OLD}),
    "PReLU": Case(
        likely={"num_parameters": st.sampled_from([1, 1, 2, 3, 6])},
        inputs=channelled,
        stricter=whole_numbers,
        open_refused=True,
    ),
    "GLU": Case(
        likely={"dim": st.sampled_from([-1, -1, 1, 1, 2, -2, 3, 0])},
        inputs=even,
        stricter=batch_halved,
        open_refused=True,
    ),
}
