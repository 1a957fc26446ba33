"""Layers that multiply by one weight matrix."""

from __future__ import annotations

from tests.engine.cases.case import Case, Trial


def stricter(trial: Trial) -> str:
    return "a vector is one sample to torch; here it is a batch of numbers" if trial.inputs[0].rank == 1 else ""


CASES = {
    "Linear": Case(asked={"in_features": lambda inputs: inputs[0].shape[-1]}, stricter=stricter, open_refused=True),
}
