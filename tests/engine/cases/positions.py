"""Layers that tell the steps of a sequence apart."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.spec import BATCH, UNWIRED, Spec
from tests.engine.cases.case import Case, Drawing, Trial


def sequence(drawing: Drawing) -> list[Spec]:
    return [drawing.batched(drawing.axis(), drawing.axis(1, 2, 4, 5, 6, 8, open_=False))]


def even(drawing: Drawing) -> list[Spec]:
    heads = [drawing.axis()] if drawing.draw(st.booleans()) else []
    return [drawing.batched(*heads, drawing.axis(), drawing.axis(2, 4, 4, 6, 8, 3, open_=False))]


def other(trial: Trial) -> str:
    spec = trial.inputs[0]
    if spec.dtype != "float32":
        return "sums of waves and integers are no use to a network"
    return "the module works on the last two axes; (N, T, features) is what it is for" if spec.rank != 3 else ""


def pairs(trial: Trial) -> str:
    spec = trial.inputs[0]
    if spec.dtype != "float32":
        return "integers cannot be turned"
    if spec.rank > 2 and trial.bound()[0].shape[-1] % 2:  # type: ignore[operator]
        return "the last of an odd number of features has no partner; torch repeats one where there is one step"
    return "without an axis of steps the batch would be turned" if spec.rank < 3 else ""


def two_sequences(drawing: Drawing) -> list[Spec]:
    query = drawing.batched(drawing.axis(), drawing.axis())
    return [query, drawing.batched(drawing.axis(), drawing.axis()) if drawing.draw(st.booleans()) else UNWIRED]


def lengths(trial: Trial) -> str:
    if any(spec is not UNWIRED and spec.rank < 2 for spec in trial.inputs):
        return "a batch of numbers is not a sequence"
    return "buckets that cannot be shared out give numbers that nobody chose"


EXEMPLAR = (Spec((BATCH, 7, 16)),)
CASES = {
    "SinusoidalPositions": Case(inputs=sequence, stricter=other, open_refused=True, exemplar=EXEMPLAR),
    "LearnedPositions": Case(
        likely={"max_length": st.sampled_from([6, 8, 12, 40, 40])},
        inputs=sequence,
        asked={"features": lambda inputs: inputs[0].shape[-1]},
        stricter=other,
        open_refused=True,
        exemplar=EXEMPLAR,
    ),
    "RotaryPositions": Case(inputs=even, stricter=pairs, open_refused=True, exemplar=EXEMPLAR),
    "RelativePositionBias": Case(
        likely={
            "num_heads": st.sampled_from([1, 2, 4]),
            "num_buckets": st.sampled_from([32, 8, 4, 4, 6, 2, 3, 1]),
            "max_distance": st.sampled_from([128, 20, 9, 5, 2]),
        },
        inputs=two_sequences,
        stricter=lengths,
        unreached=("input 0", "input 1"),  # they are read for their lengths alone
        exemplar=(Spec((BATCH, 7, 16)), UNWIRED),
    ),
    "ClassToken": Case(
        inputs=sequence,
        asked={"features": lambda inputs: inputs[0].shape[-1]},
        stricter=other,
        open_refused=True,
        exemplar=EXEMPLAR,
    ),
}
