"""Layers that make training harder so that the network learns more robustly."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.engine.cases.case import Case, Trial


def stricter(trial: Trial) -> str:
    if trial.inputs[0].dtype != "float32":
        return "whether torch takes integers depends on p and on the mode"
    return ""


def channels(rank: int, why: str) -> Case:
    """Dropout of whole channels, which means channels only after a batch and with this many axes."""

    def also(trial: Trial) -> str:
        return stricter(trial) or (why if trial.inputs[0].rank != rank else "")

    return Case(inputs=lambda d: [d.image(rank - 2)], stricter=also)


def without_channels(trial: Trial) -> str:
    if trial.inputs[0].rank == 1:
        return "there are no channels to drop; torch says so only where p is neither 0 nor 1"
    return stricter(trial)


def spread(trial: Trial) -> str:
    return "integers would become floats" if trial.inputs[0].dtype != "float32" else ""


OTHERS = "torch warns that it will soon refuse or reinterpret any other number of axes"
CASES: dict[str, Case] = {
    "Dropout": Case(stricter=stricter),
    "Dropout1d": channels(3, "torch takes rows for one sequence without a batch and drops whole samples"),
    "Dropout2d": channels(4, OTHERS),
    "Dropout3d": channels(5, "torch takes it for one volume without a batch, or warns that it will soon refuse it"),
    "AlphaDropout": Case(stricter=stricter),
    "FeatureAlphaDropout": Case(stricter=without_channels),
    "NormalNoise": Case(stricter=spread),
    "UniformNoise": Case(
        likely={"low": st.sampled_from([-1.0, -0.5, 0.0]), "high": st.sampled_from([0.0, 0.25, 1.0])}, stricter=spread
    ),
}
