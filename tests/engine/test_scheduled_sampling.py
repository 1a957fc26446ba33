"""A decoder reads some of its own answers in training: which ones, when not at all, and what is left as it was."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.pipeline import Prepared, prepare
from engine.edits import SetSetting
from engine.problems import find
from engine.problems.rules.data_rules import NO_INPUT
from engine.settings.training import ScheduledSampling, TrainingConfig
from engine.training.evaluation.network import Network
from engine.training.loop import Trainer
from engine.training.plan import check
from engine.training.status import TrainingError
from engine.training.steps.assembly import build
from engine.training.steps.scheduled_sampling import OwnAnswers, own_answers
from tests.engine.runs_to_export import trained
from tests.engine.sequence_networks import translator
from tests.engine.stopping import Stopping
from tests.engine.test_exports_training_script import agrees_within
from tests.engine.test_training_learning import table

HALF = {"training.scheduled_sampling": {"probability": 0.5}}
START = 1
"""» comes before the first character of a date, 0 after its last one."""


@cache
def parts() -> tuple[Network, Prepared]:
    """A network that translates, with new weights, and its data, of which some answers are cut short."""
    plan = check(translator())
    data = prepare(plan.data)
    for name in ("iso_in", "iso"):
        data.train.tensors[name][::3, 7:] = 0
    return build(plan, data, torch.device("cpu")).network, data


def own(probability: float, rise: float = 0.0) -> OwnAnswers:
    sampling = {"probability": probability, "rise": rise}
    found = own_answers(TrainingConfig.model_validate({"scheduled_sampling": sampling}), *parts())
    assert found is not None
    return found


def dealt(samples: list[int]) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """A batch of the training part, and where its samples are in the data."""
    train = parts()[1].train
    return {name: values[samples] for name, values in train.tensors.items()}, train.samples(
        0, len(samples), torch.tensor(samples)
    )


def test_with_certainty_all_tokens_but_start_and_padding_are_its_own() -> None:
    network, _ = parts()
    batch, samples = dealt(list(range(60)))
    read = own(1.0)(batch, samples, 1)["iso_in"]
    with torch.no_grad():
        scores = network.answers(batch)[0]
    scores[..., [0, START]] = -torch.inf
    expected, true = scores.argmax(-1)[:, :-1], batch["iso_in"][:, 1:]
    assert read[:, 0].tolist() == [START] * 60
    assert torch.equal(read[:, 1:], torch.where(true == 0, 0, expected))
    assert bool((true == 0).any())
    assert network.module.training
    assert all(weight.grad is None for weight in network.module.parameters())


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 200), min_size=1, max_size=12, unique=True), st.integers(1, 5), st.integers(2, 10))
def test_what_is_exchanged_depends_on_the_sample_alone(chosen: list[int], epoch: int, length: int) -> None:
    whole = own(0.5)(*dealt(list(range(201))), epoch)["iso_in"]
    batch, samples = dealt(chosen)
    cut = {**batch, "iso_in": batch["iso_in"][:, :length], "iso": batch["iso"][:, :length]}
    assert torch.equal(own(0.5)(cut, samples, epoch)["iso_in"], whole[chosen, :length])


def test_as_many_as_the_probability_says_and_others_in_every_epoch() -> None:
    batch, samples = dealt(list(range(1, 3000, 3)))
    true = batch["iso_in"]
    never = (own(1.0)(batch, samples, 1)["iso_in"] == true)[:, 1:]  # there the answer is what is true
    first, second = ((own(0.3)(batch, samples, epoch)["iso_in"] != true)[:, 1:] for epoch in (1, 2))
    assert float(first[~never].float().mean()) == pytest.approx(0.3, abs=0.02)
    assert not torch.equal(first, second)


def test_the_probability_rises_evenly() -> None:
    assert [ScheduledSampling(probability=0.8, rise=4.0).at(epoch) for epoch in (1, 2, 3, 5, 9)] == [
        *(0.0, 0.2, 0.4, 0.8, 0.8),
    ]
    assert ScheduledSampling(probability=0.8).at(1) == 0.8
    batch, samples = dealt([3, 4])
    assert own(0.8, rise=4.0)(batch, samples, 1) is batch


def metrics(folder: Path, epochs: int, sampling: dict[str, Any] | None) -> tuple[bytes, bytes]:
    run = trained(translator(), folder, epochs, {"training.scheduled_sampling": sampling})
    return (run / "metrics.jsonl").read_bytes(), (run / "model.safetensors").read_bytes()


def test_without_a_probability_and_in_evaluations_nothing_changes_by_a_byte(tmp_path: Path) -> None:
    assert metrics(tmp_path / "none", 1, None) == metrics(tmp_path / "zero", 1, {"probability": 0.0})
    assert metrics(tmp_path / "judged", 0, None) == metrics(tmp_path / "still judged", 0, {"probability": 1.0})


def test_a_run_that_is_stopped_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    sampling = {"probability": 0.6, "rise": 1.0}
    whole = metrics(tmp_path / "whole", 2, sampling)
    graph = translator()
    for name, value in (("epochs", 2), ("threads", 1), ("scheduled_sampling", sampling)):
        SetSetting(("training", name), value).apply(graph)
    folder = tmp_path / "broken"
    assert Trainer(graph, folder, control=Stopping(25)).run().state == "stopped"
    assert Trainer.resume(folder).run().state == "finished"
    assert ((folder / "metrics.jsonl").read_bytes(), (folder / "model.safetensors").read_bytes()) == whole
    assert metrics(tmp_path / "forced", 2, None) != whole


def test_a_network_that_continues_nothing_is_refused(tmp_path: Path) -> None:
    graph = table(scheduled_sampling={"probability": 0.5})
    (problem,) = [one for one in find(graph) if one.severity == "error"]
    assert (problem.message, problem.setting) == (NO_INPUT, "training.scheduled_sampling"), "seen while one edits"
    problem.fixes[0].apply(graph)
    assert not [one for one in find(graph) if one.severity == "error"]
    assert not [one for one in find(translator()) if one.severity == "error"]
    with pytest.raises(TrainingError) as refused:
        Trainer(table(scheduled_sampling={"probability": 0.5}), tmp_path / "run").run()
    assert (str(refused.value), refused.value.about.setting) == (NO_INPUT, "training.scheduled_sampling")
    assert not (tmp_path / "run").exists(), "no run was begun"


def test_whether_a_target_is_an_input_one_position_later_is_read_off_the_samples() -> None:
    tensors = parts()[1].train.tensors
    shown = tensors["iso_in"]
    tensors["iso_in"] = shown.flip(0)
    try:
        with pytest.raises(TrainingError, match="one position later"):
            own(0.5)
    finally:
        tensors["iso_in"] = shown


def test_the_exported_script_does_the_same(tmp_path: Path) -> None:
    more = {**HALF, "training.accumulate": 2, "data.batch_size": 1024}
    agrees_within(trained(translator(), tmp_path / "run", 1, more), tmp_path / "alone")
