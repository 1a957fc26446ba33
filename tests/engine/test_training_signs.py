"""Faults of small trainings are told by their kind and of the layer at fault, and nothing of their sound twins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from engine.data import datasets, sources
from engine.data.pipeline import prepare
from engine.graph import Graph
from engine.training.diagnosis.causes import matters, remedy
from engine.training.diagnosis.course import Course, Epoch, TrainingFacts
from engine.training.diagnosis.lookups import check_lookups
from engine.training.diagnosis.monitor import HealthMonitor
from engine.training.findings import Diagnosis
from engine.training.history import History
from engine.training.loop import Trainer
from engine.training.plan import check
from engine.training.runs.run_info import read
from engine.training.status import Result, TrainingError
from tests.engine.ill_trainings import PAIRS, Pair, adamw, hidden
from tests.engine.test_training_learning import table

WITHIN = 10
"""Epochs in which a fault is to be seen."""
QUICK = ("input-scale: diabetes", "slow-convergence: iris", "too-few-epochs: iris", "too-much-dropout: wine")
SETTING = [pair for pair in PAIRS if pair.code not in ("vanishing-gradients", "saturated-units", "stuck", "unshuffled")]


def trained(graph: Graph, folder: Path) -> tuple[Result, tuple[Diagnosis, ...]]:
    result = Trainer(graph, folder).run()
    return result, read(result.run).diagnoses


def faults(diagnoses: Sequence[Diagnosis], result: Result) -> dict[str, Diagnosis]:
    """What was said within the first epochs."""
    steps = max(1, result.steps // max(1, result.epochs))
    return {one.code: one for one in diagnoses if math.ceil(one.step / steps) <= WITHIN}


def told(pair: Pair, folder: Path, seed: int = 0) -> None:
    graph = pair.ill(seed)
    found = faults(trained(graph, folder / "ill")[1], trained(graph, folder / "again")[0])
    assert pair.code in found, list(found)
    node = found[pair.code].node
    assert (graph.nodes[node].name if node else "") == pair.node, found[pair.code].message
    result, diagnoses = trained(pair.well(seed), folder / "well")
    assert result.state == "finished"
    assert not diagnoses, [one.message for one in diagnoses]


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if str(pair) in QUICK], ids=str)
def test_a_fault_is_told_and_its_sound_twin_left_alone(pair: Pair, tmp_path: Path) -> None:
    told(pair, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("pair", PAIRS, ids=str)
@pytest.mark.parametrize("seed", [0, 1])
def test_every_fault_is_told_and_its_sound_twin_left_alone(pair: Pair, seed: int, tmp_path: Path) -> None:
    told(pair, tmp_path, seed)


def buttons(graph: Graph, diagnoses: Sequence[Diagnosis], most: int = 1) -> list[str]:
    """Press the buttons of what holds, the deepest cause first; returns what they are called."""
    pressed: list[str] = []
    for matter in matters(diagnoses):
        found = remedy(matter, graph)
        if found is not None and len(pressed) < most:
            found[1].apply(graph)
            pressed.append(found[0])
    return pressed


def loss(result: Result) -> float:
    value = result.validation.get("loss", math.inf) if result.state == "finished" else math.inf
    return value if math.isfinite(value) else math.inf


@pytest.mark.slow
def test_the_button_of_an_advice_that_is_a_setting_makes_it_better(tmp_path: Path) -> None:
    better, pressed = [], []
    for number, pair in enumerate(SETTING):
        graph = pair.ill()
        before, diagnoses = trained(graph, tmp_path / f"{number}")
        names = buttons(graph, [one for one in diagnoses if one.code == pair.code])
        if names:
            after, _ = trained(graph, tmp_path / f"{number}-again")
            pressed.append((str(pair), *names, loss(before), loss(after)))
            better.append(loss(after) < loss(before) or pair.code == "target-scale")
    assert len(pressed) >= 20
    assert sum(better) >= 0.8 * len(better), [one for one, well in zip(pressed, better, strict=True) if not well]


def test_a_button_does_what_the_advice_says() -> None:
    graph = table(layers=(*hidden(8), ("Dropout", {"p": 0.9})), optimizer={"lr": 0.5})
    said = {
        "slow-convergence": ("training.optimizer.lr", 0.05, "Set the learning rate to 0.05"),
        "too-few-epochs": ("training.epochs", 9.0, "Set the epochs to 9"),
        "exploding-gradients": ("training.clip_norm", 1.0, "Set clip_norm to 1"),
        "not-a-number": ("training.optimizer.lr", 0.001, "Set the learning rate to 0.001"),
        "waits-for-data": ("data.workers", 4.0, "Set data.workers to 4"),
        "tight-memory": ("data.batch_size", 8.0, "Set the batch size to 8"),
        "one-class-answered": ("data.sampling", "balanced", "Set data.sampling to balanced"),
        "target-scale": ("data.transforms", "target", "Standardise target"),
        "too-much-dropout": (None, 0.2, "Set the dropout of dropout1 to 0.2"),
        "overfitting": ("training.early_stopping", 3.0, "Stop early"),
    }
    for code, (setting, value, label) in said.items():
        (matter,) = matters([Diagnosis(code, "m", "a", 0, setting=setting, value=value)])
        found = remedy(matter, graph)
        assert found is not None, code
        assert found[0] == label
        inverse = found[1].apply(graph)
        assert remedy(matter, graph) is None, f"{code}: done"
        inverse.apply(graph)
    (matter,) = matters([Diagnosis("input-scale", "m", "a", 0, setting="data.transforms", value="features")])
    assert remedy(matter, graph) is None, "they are standardised already"


# -- how long it holds -------------------------------------------------------------------------------------------------


def monitor(baseline: float = 1.0, **facts: Any) -> HealthMonitor:
    graph = Graph()
    graph.add("Input", shape=(4,))
    return HealthMonitor(TrainingFacts(graph, lr=0.1, baseline=baseline, **facts))


def follow(ours: HealthMonitor, *epochs: tuple[float, float]) -> list[set[str]]:
    """What holds after each epoch of a hundred steps."""
    held = []
    for training, validation in epochs:
        ours.epoch(100 * (len(ours.course.epochs) + 1), training, validation, 0.1, first=1.0)
        held.append({found.code for found in ours.diagnoses})
    return held


@pytest.mark.parametrize(
    ("code", "epochs", "holds"),
    [
        ("rate-too-high", [(9.0, 1.2), (0.9, 0.8), (0.5, 0.5)], (1, 1)),  # a spike in the first epoch
        ("stuck", [(1.0, 1.0)] * 4 + [(0.9, 0.9), (0.4, 0.4)], (3, 4)),
        ("overfitting", [(1.0, 1.0), (0.8, 0.5), (0.6, 0.6), (0.5, 0.7), (0.4, 0.8), (0.3, 0.9), (0.3, 0.4)], (6, 6)),
        ("loss-rises", [(1.0, 1.0), (0.5, 0.5), (0.8, 0.8), (0.8, 0.8), (0.4, 0.4)], (4, 4)),
    ],
)
def test_a_diagnosis_ends_with_its_cause_and_the_record_says_when(
    code: str, epochs: list[tuple[float, float]], holds: tuple[int, int]
) -> None:
    ours = monitor()
    held = [number for number, codes in enumerate(follow(ours, *epochs), 1) if code in codes]
    assert (held[0], held[-1]) == holds
    (said,) = (one for one in ours.said if one.code == code)
    assert said.over
    assert said.step == 100 * holds[0]
    assert said.until == 100 * (holds[1] + 1)
    assert said.period == f"from step {said.step:,} to step {said.until:,}"


def test_what_was_said_of_the_start_ends_when_the_network_has_learned() -> None:
    ours = monitor()
    for code in ("large-start", "input-scale", "unshuffled"):
        ours.say(Diagnosis(code, "m", "a", 0))
    assert follow(ours, (5.0, 2.0), (0.75, 0.7), (0.4, 0.4)) == [
        {"large-start", "input-scale", "unshuffled", "rate-too-high"},
        {"input-scale", "unshuffled"},
        {"unshuffled"},  # the setting is what it is
    ]


def test_what_held_when_a_run_was_stopped_holds_when_it_is_resumed() -> None:
    before = monitor()
    before.say(Diagnosis("unshuffled", "m", "a", 0))
    follow(before, (0.5, 0.5), (0.8, 0.8), (0.8, 0.8), (0.4, 0.4), *[(1.0, 1.0)] * 3)
    assert {one.code for one in before.said if not one.over} == {"unshuffled", "loss-rises", "stuck"}
    ours = monitor()
    ours.remember(before.said, History())
    assert set(ours.said) == set(before.said)
    assert {one.code for one in ours.diagnoses} == {"unshuffled", "loss-rises", "stuck"}
    follow(ours, (0.5, 0.5))
    assert {one.code for one in ours.diagnoses} == {"unshuffled"}


def test_numbers_that_are_none_have_a_button_for_the_rate(tmp_path: Path) -> None:
    graph = table(layers=hidden(16), optimizer={"name": "sgd", "lr": 1e30}, epochs=3)
    before, diagnoses = trained(graph, tmp_path / "ill")
    assert before.state == "failed"
    assert buttons(graph, [one for one in diagnoses if one.code == "not-a-number"]) == [
        "Set the learning rate to 0.001"
    ]
    assert trained(graph, tmp_path / "well")[0].state == "finished"


def test_too_few_epochs_is_said_at_the_end_alone() -> None:
    assert follow(monitor(epochs=3), (0.9, 0.85), (0.8, 0.75), (0.7, 0.65)) == [set(), set(), {"too-few-epochs"}]
    assert follow(monitor(epochs=3), (0.9, 0.85), (0.3, 0.25), (0.24, 0.24))[-1] == set()


# -- numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss_", ["mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss"])
def test_a_regression_knows_what_guessing_costs(loss_: str, tmp_path: Path) -> None:
    given: dict[str, Any] = {"dataset": "diabetes", "last": 1, "loss": loss_, "standardise": ("features", "target")}
    graph = table(**given, layers=(("Scale", {"factor": 0.0}), *hidden(8)), epochs=8, optimizer={"lr": 0.01})
    assert "stuck" in {one.code for one in trained(graph, tmp_path / "ill")[1]}


def test_numbers_0_and_1_know_it_as_well(tmp_path: Path) -> None:
    given: dict[str, Any] = {"dataset": "breast_cancer", "last": 1, "loss": "mse_loss", "optimizer": {"lr": 0.01}}
    ill = table(**given, layers=(("Scale", {"factor": 0.0}), *hidden(8)), epochs=8)
    (said,) = (one for one in trained(ill, tmp_path / "ill")[1] if one.code == "stuck")
    assert "0.23" in said.message, "the variance of 37 % ones"
    large = table(**given, standardise=(), layers=hidden(64), epochs=1)
    assert {"large-start", "input-scale"} <= {one.code for one in trained(large, tmp_path / "large")[1]}
    assert trained(table(**given, layers=hidden(8), epochs=8), tmp_path / "well")[1] == ()


def test_a_norm_after_the_first_weights_takes_inputs_of_any_size(tmp_path: Path) -> None:
    layers = (("Linear", {"out_features": 16}), ("BatchNorm1d", {}), ("ReLU", {}))
    graph = table("wine", layers=layers, standardise=(), epochs=15, optimizer={"lr": 0.01})
    assert "input-scale" not in {one.code for one in trained(graph, tmp_path / "run")[1]}


# -- answers -----------------------------------------------------------------------------------------------------------


def rare(folder: Path, **settings: Any) -> Graph:
    """Two clouds of points that overlap, of which one is rare: whoever counts samples answers the other one."""
    chance = np.random.default_rng(0)
    labels = (np.arange(600) % 12 == 0).astype(np.int64)
    points = chance.normal(size=(600, 4)).astype(np.float32) + 0.7 * labels[:, None].astype(np.float32)
    np.savez(folder / "rare.npz", x=points, y=labels)
    described = sources.describe(folder / "rare.npz").settings
    graph = Graph("rare")
    node = graph.add("Input", shape=(4,))
    for kind, given in (*hidden(16), ("Linear", {"out_features": 2}), ("Output", {"loss": "cross_entropy"})):
        following = graph.add(kind, **given)
        graph.connect(node, following)
        node = following
    graph.settings = {
        "data": {"source": described.model_dump(mode="json", exclude_none=True), "batch_size": 32, **settings},
        "training": {"epochs": 12, "device": "cpu", "threads": 1, "metrics": ["balanced_accuracy"], **adamw(0.003)},
    }
    return graph


def test_one_class_for_all_is_told_and_balanced_sampling_ends_it(tmp_path: Path) -> None:
    graph = rare(tmp_path)
    before, diagnoses = trained(graph, tmp_path / "ill")
    (said,) = (one for one in diagnoses if one.code == "one-class-answered")
    assert "Nearly every sample is taken for class 0" in said.message
    assert graph.nodes[str(said.node)].type == "Output"
    assert buttons(graph, [said]) == ["Set data.sampling to balanced"]
    after, diagnoses = trained(graph, tmp_path / "well")
    assert "one-class-answered" not in {one.code for one in diagnoses}
    assert after.validation["balanced_accuracy"] > before.validation["balanced_accuracy"] + 0.1


# -- numbers that are looked up ----------------------------------------------------------------------------------------


def dates(*, inside: bool) -> Graph:
    """Dates in words, whose characters are looked up in a table, in a block if wanted."""
    graph, table_ = Graph("dates"), ("Embedding", {"num_embeddings": ROWS, "embedding_dim": 4})
    node = graph.add("Input", shape=(56,), dtype="int64", field="words")
    if inside:
        block = graph.define("Words")
        first, second = block.add("BlockInput"), block.add(table_[0], **table_[1])
        block.connect(first, second)
        block.connect(second, block.add("BlockOutput"))
        table_ = ("Words", {})
    chain = (table_, ("Flatten", {}), ("Linear", {"out_features": 8}), ("Output", {"loss": "value"}))
    for kind, given in chain:
        following = graph.add(kind, **given)
        graph.connect(node, following)
        node = following
    graph.settings = {"data": {"dataset": "dates"}, "training": {"epochs": 1, "device": "cpu"}}
    return graph


ROWS = len(datasets.get("dates").fields["words"].names)


@pytest.mark.parametrize("inside", [False, True], ids=["drawn", "in a block"])
@pytest.mark.parametrize(
    ("wrong", "advice"), [(-1, "give it a number of its own"), (ROWS, f"Set num_embeddings to {ROWS + 1}.")]
)
def test_a_number_that_no_row_has_is_found_before_the_first_step(wrong: int, advice: str, inside: bool) -> None:
    graph = dates(inside=inside)
    plan = check(graph)
    data = prepare(plan.data)
    check_lookups(plan, data)  # they are all there
    words = data.validation.tensors["words"].clone()
    words[17, 3] = wrong
    broken = replace(data, validation=replace(data.validation, tensors={"words": words}))
    with pytest.raises(TrainingError) as error:
        check_lookups(plan, broken)
    sample = int(data.validation.indices[17])
    assert f"rows for the numbers 0 … {ROWS - 1}, but the field 'words' holds {wrong} (sample {sample})" in str(
        error.value
    )
    assert advice in str(error.value)
    assert error.value.about.node is not None
    assert graph.nodes[error.value.about.node].type == ("block.words" if inside else "Embedding")


LOSS = st.floats(0, 10)


@hypothesis.given(st.lists(st.tuples(LOSS, LOSS | st.just(math.nan)), min_size=1, max_size=12))
def test_a_course_keeps_of_its_epochs_what_a_look_at_all_of_them_finds(losses: list[tuple[float, float]]) -> None:
    course = Course(TrainingFacts(Graph("none")))
    for number, (training, validation) in enumerate(losses, 1):
        course.add_epoch(Epoch(training, validation, 0.1))
        assert course.lowest[-1] == min(course.losses)
        assert course.highest == max(course.losses)
        assert course.best == min(range(number), key=course.validations.__getitem__)
        assert course.all_judged == all(math.isfinite(epoch.validation) for epoch in course.epochs)
