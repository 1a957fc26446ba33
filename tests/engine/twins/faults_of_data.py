"""Faults of the data: their scale, order, share, and what stands on the labels."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.engine.twins.design import Design, step
from tests.engine.twins.fault import fault

SCALES = ("large-start", "input-scale")


@fault("inputs as they were measured", *SCALES, families=("table", "regression"))
def raw_inputs(design: Design, random: Random) -> Design | None:
    return design.without_transform("features") if design.dataset != "iris" else None


@fault("inputs far too large", *SCALES, "saturated-units", families=("digit_perceptron", "along_time", "recurrent"))
def large_inputs(design: Design, random: Random) -> Design | None:
    count = 8 if design.input == "rows" else 1
    raw = {"mean": (0.0,) * count, "std": (random.choice([0.001, 0.01]),) * count}
    return design.set(data__transforms=({"name": "standardise", "field": design.input, **raw},))


@fault("a target as it was measured", "large-start", "target-scale", families=("regression",))
def raw_target(design: Design, random: Random) -> Design | None:
    return design.without_transform("target")


@fault("learned by heart", "overfitting", "many-weights", families=("table", "regression", "digit_perceptron"))
def by_heart(design: Design, random: Random) -> Design | None:
    wide = (step("Linear", out_features=256), step("ReLU")) * 2
    ends = (*design.steps[:1], *wide) if design.steps[0].type == "Flatten" else wide
    fewer = {"train": 0.06, "validation": 0.34, "test": 0.6}
    return replace(design, steps=(*ends, design.steps[-1])).set(
        data__split=fewer,
        data__batch_size=8,
        training__optimizer={"name": "adam", "lr": 0.005},
        training__epochs=30,
    )


@fault(
    "labels that belong to other samples",
    "stuck",
    "overfitting",
    families=("table", "digit_perceptron"),
)
def shuffled_labels(design: Design, random: Random) -> Design | None:
    return replace(design, rows="labels shuffled")


def rare(design: Design, random: Random) -> Design:
    """All classes but one have few samples; judged by balanced accuracy, each class drawn as often."""
    return replace(design, rows="rare classes", metric="balanced_accuracy").set(data__sampling="balanced")


@fault(
    "rare classes that are never answered",
    "one-class-answered",
    "stuck",
    families=("digit_perceptron", "convolution"),
    prepare=rare,
)
def rare_class(design: Design, random: Random) -> Design | None:
    return design.set(data__sampling="each")
