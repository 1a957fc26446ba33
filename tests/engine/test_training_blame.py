"""What is to blame for what a training shows: the setting, or the fault of the drawing, that its button changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.problems import find
from engine.settings.optimizers import SGD, Adam
from engine.settings.training import TrainingConfig
from engine.training.diagnosis.blame import blamed, drawn_faults
from engine.training.diagnosis.causes import matters, remedy
from engine.training.diagnosis.course import Course, TrainingFacts
from engine.training.diagnosis.pull import pull_of
from engine.training.findings import Diagnosis, Finding, HealthCheck, LayerHealth, NodePath
from tests.engine.corpus.notation import read

DIGITS = {"data.dataset": "digits"}
PLAIN = (
    "x: Input(shape=(1, 8, 8)); f: Flatten; h: Linear(out_features=32); r: ReLU; fc: Linear(out_features=10); y: Output"
)
NARROW = PLAIN.replace("fc:", "n: Linear(out_features=1); a: ReLU; fc:")
GROWS = PLAIN.replace("r: ReLU", "s: Scale(factor=20.0); r: ReLU")


def course(network: str = PLAIN, **facts: object) -> Course:
    return Course(replace(TrainingFacts(read(network, DIGITS)), **facts))  # type: ignore[arg-type]


def found(code: str) -> Finding:
    return Finding(code, None, "It shows.", "Divide the learning rate by 10.", 0.001, "training.optimizer.lr")


def look(weight: float) -> HealthCheck:
    return HealthCheck(1, {NodePath((), "n3", "h"): LayerHealth(weight=weight)})


def test_another_learning_rate_is_advised_where_nothing_else_is_to_blame() -> None:
    for code in ("rate-too-high", "loss-rises", "rate-too-low", "stuck"):
        assert blamed(course(optimizer=SGD(momentum=0.9), clip=1.0), found(code)) == found(code)


@pytest.mark.parametrize("code", ["rate-too-high", "loss-rises", "oscillating-loss"])
def test_a_momentum_near_one_is_to_blame_for_what_swings(code: str) -> None:
    said = blamed(course(optimizer=SGD(momentum=0.99)), found(code))
    assert (said.code, said.setting, said.value) == (code, "training.optimizer.momentum", 0.9)


def test_a_narrow_clip_is_to_blame_for_small_steps() -> None:
    said = blamed(course(clip=0.001), found("rate-too-low"))
    assert (said.setting, said.value) == ("training.clip_norm", 1.0)
    assert "0.001" in said.advice


def test_a_penalty_far_too_large_is_to_blame() -> None:
    pull = pull_of(TrainingConfig(l1=0.3))
    said = blamed(course(pull=pull), found("rate-too-high"))
    assert (said.setting, said.value) == ("training.l1", 1e-4)


def test_a_penalty_that_may_help_is_to_blame_once_the_weights_have_shrunk() -> None:
    ill = course(pull=pull_of(TrainingConfig(optimizer=Adam(weight_decay=0.5))))
    ill.add_look(look(0.1))
    assert blamed(ill, found("stuck")).setting == "training.optimizer.lr"
    ill.add_look(look(0.01))
    assert blamed(ill, found("stuck")).setting == "training.optimizer.weight_decay"


def test_no_pull_is_no_pull() -> None:
    assert pull_of(TrainingConfig()) is None


def test_what_comes_of_a_drawn_fault_leads_to_its_fix() -> None:
    graph = read(NARROW, DIGITS)
    said = blamed(course(NARROW, drawn=drawn_faults(graph)), found("stuck"))
    assert said.code == "bottleneck"
    assert said.at is not None
    button = remedy(matters([Diagnosis(said.code, said.message, said.advice, 9, node=said.at.node)])[0], graph)
    assert button is not None
    assert button[0] == "Set out_features to 32"
    button[1].apply(graph)
    assert "bottleneck" not in {problem.code for problem in find(graph)}


def test_factors_that_make_numbers_large_have_a_button() -> None:
    graph = read(GROWS, DIGITS)
    button = remedy(matters([Diagnosis("large-start", "", "", 0, setting="data.transforms")])[0], graph)
    assert button is not None
    assert button[0] == "Set the factor of s to 1"
    button[1].apply(graph)
    assert remedy(matters([Diagnosis("large-start", "", "", 0)])[0], graph) is None


def test_a_field_scaled_by_given_numbers_is_standardised_as_measured() -> None:
    given = [{"name": "standardise", "field": "image", "mean": [0.0], "std": [0.01]}]
    graph = read(PLAIN, {**DIGITS, "data.transforms": given})
    said = Diagnosis("input-scale", "", "", 0, setting="data.transforms", value="image")
    button = remedy(matters([said])[0], graph)
    assert button is not None
    assert button[0] == "Standardise image as measured"
    button[1].apply(graph)
    assert [dict(each) for each in graph.settings["data"]["transforms"]] == [{"name": "standardise", "field": "image"}]
