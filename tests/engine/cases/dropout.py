"""Layers that make training harder so that the network learns more robustly."""

from __future__ import annotations

from tests.engine.cases.case import Case, Trial


def stricter(trial: Trial) -> str:
    return (
        "whether torch takes whole numbers depends on p and on the mode" if trial.inputs[0].dtype != "float32" else ""
    )


CASES = {"Dropout": Case(stricter=stricter)}
