"""A loss that is no number leaves no trace in the network, also where the device decides that by itself."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from torch import Tensor, nn

from engine.layers.endpoints import Output
from engine.metrics.task import Task
from engine.settings.optimizers import Optimizer
from engine.settings.training import TrainingConfig
from engine.training import recorder
from engine.training.evaluation.network import Head, Network
from engine.training.loop import Trainer
from engine.training.steps import stepper as steppers
from engine.training.steps.finite import FiniteGuard
from engine.training.steps.moving_average import MovingAverage
from engine.training.steps.stepper import Stepper
from tests.engine.test_training_learning import table

CPU = torch.device("cpu")
OPTIMIZERS = [str(one.model_fields["name"].default) for one in get_args(get_args(Optimizer)[0])]


@pytest.fixture(params=["waits", "the device decides"])
def decides(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether losses are not looked at, as on an accelerator."""

    class Unseen(FiniteGuard):
        def __init__(self, *arguments: Any, waits: bool) -> None:
            walks = isinstance(arguments[1], torch.optim.LBFGS)
            super().__init__(*arguments, waits=walks)

    if request.param != "waits":
        monkeypatch.setattr(steppers, "FiniteGuard", Unseen)
    return request.param != "waits"


class Doubtful(nn.Module):
    """Layers that remember, with weights of several kinds; the logarithm of a negative number is none."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Linear(5, 3)
        self.last.weight.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.norm(self.first(x)) + x.prod(1, keepdim=True).log().nan_to_num(nan=torch.nan))


def taken(**training: Any) -> Stepper:
    torch.manual_seed(3)
    head = Head("out", Output(), 0, "y", Task("classes", 3))
    config = TrainingConfig.model_validate({"optimizer": {"name": "sgd", "lr": 0.1}, **training})
    return Stepper(Network(Doubtful(), ("x",), (head,)), config, CPU, 4)


def batch(number: int, *, bad: bool = False) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(number)
    x = torch.rand(6, 4, generator=generator) + 0.1
    return {"x": -x[:, :1] * torch.tensor([1.0, -1, -1, -1]) if bad else x, "y": torch.arange(6) % 3}


def state(one: Stepper) -> dict[str, Tensor]:
    judged = {f"judged.{name}": value for name, value in one.judged.state_dict().items()}
    return {name: value.clone() for name, value in (one.network.module.state_dict() | judged).items()}


WAYS: dict[str, dict[str, Any]] = {
    **{name: {"optimizer": {"name": name}} for name in OPTIMIZERS},
    "momentum": {"optimizer": {"name": "sgd", "lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}},
    "average": {"ema": {"decay": 0.9}},
    "average of another": {"ema": {"decay": 0.9}, "optimizer": {"name": "rmsprop"}},
    "clipped": {"clip_norm": 0.5, "clip_value": 0.1},
    "penalty": {"l2": 0.1},
    "accumulated": {"accumulate": 2},
}


@pytest.mark.parametrize("way", WAYS)
def test_from_the_first_loss_that_is_no_number_on_nothing_is_learned(way: str, decides: bool) -> None:
    several = WAYS[way].get("accumulate", 1)

    def step(one: Stepper, number: int, *, bad: bool = False) -> bool:
        batches = [batch(number + index, bad=bad and index == several - 1) for index in range(several)]
        return one.step(batches, number, measure=True).finite

    guarded = taken(**WAYS[way])
    assert all(step(guarded, number) for number in (1, 2, 3))
    before = state(guarded)
    assert all(bool(value.isfinite().all()) for value in before.values())
    finite = step(guarded, 4, bad=True)
    assert finite == (decides and way != "lbfgs")
    torch.testing.assert_close(state(guarded), before, rtol=0, atol=0)
    if finite:
        step(guarded, 5)
        torch.testing.assert_close(state(guarded), before, rtol=0, atol=0)


@pytest.mark.parametrize("way", WAYS)
def test_steps_whose_losses_are_numbers_are_the_same_seen_or_unseen(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = taken(**WAYS[way])
    unseen = taken(**WAYS[way])
    walks = isinstance(unseen.optimizer, torch.optim.LBFGS)
    unseen.guard = FiniteGuard(unseen.network.module, unseen.optimizer, None, unseen.average, waits=walks)
    for number in range(4):
        for one in (seen, unseen):
            one.step([batch(number)], number, measure=False)
    torch.testing.assert_close(state(unseen), state(seen), rtol=0, atol=0)


def test_a_scaler_leaves_out_the_step() -> None:
    """What float16 does on an accelerator."""
    one = taken(optimizer={"name": "adam"})
    one.scaler = torch.amp.GradScaler("cpu")
    one.optimizer.__dict__.pop("found_inf", None)
    one.guard = FiniteGuard(one.network.module, one.optimizer, one.scaler, None, waits=False)
    one._usual = False
    one.step([batch(1)], 1, measure=False)
    before = state(one)
    one.step([batch(2, bad=True)], 2, measure=False)
    one.step([batch(3)], 3, measure=False)
    torch.testing.assert_close(state(one), before, rtol=0, atol=0)


def test_weights_that_are_shared_are_put_back_once() -> None:
    module = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    module[1].weight = module[0].weight
    optimizer = torch.optim.RMSprop(module.parameters())
    average = torch.optim.swa_utils.AveragedModel(module)
    guard = FiniteGuard(module, optimizer, None, average, waits=False)
    before = copy.deepcopy(module.state_dict() | average.state_dict())
    guard.begin()
    guard.judge(torch.tensor(float("-inf")))
    for value in (*module.parameters(), *average.parameters()):
        value.data.fill_(torch.nan)
    guard.end()
    torch.testing.assert_close(module.state_dict() | average.state_dict(), before, rtol=0, atol=0)


def test_a_run_that_is_told_late_ends_as_one_that_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = (("Linear", {"out_features": 16}), ("BatchNorm1d", {}), ("ReLU", {}))
    graph = table(layers=layers, optimizer={"name": "sgd", "lr": 1e30}, epochs=50, data={"batch_size": 30})
    ends, known = [], FiniteGuard.__init__

    def unseen(self: FiniteGuard, *arguments: Any, waits: bool) -> None:
        known(self, *arguments, waits=False)

    monkeypatch.setattr(recorder, "INTERVAL", 1e9)
    for late in (False, True):
        if late:
            monkeypatch.setattr(FiniteGuard, "__init__", unseen)
        result = Trainer(graph, tmp_path / str(late)).run()
        assert result.state == "failed"
        written = [(result.run / name).read_bytes() for name in ("metrics.jsonl", "model.safetensors")]
        ends.append((result.message, result.steps, result.about, written))
    assert ends[0] == ends[1]
    assert "It began with" in ends[0][0]


def test_the_average_is_torchs_in_every_bit() -> None:
    torch.manual_seed(3)
    module = Doubtful()
    ours = MovingAverage(module, 0.9)
    theirs = torch.optim.swa_utils.AveragedModel(module, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
    for _ in range(4):
        for value in (*module.parameters(), *module.buffers()):
            if value.is_floating_point():
                value.data.add_(torch.randn(value.shape))
        for average in (ours, theirs):
            average.update_parameters(module)
        torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=0, atol=0)


def test_the_average_of_a_recurrent_network_lies_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    laid: list[nn.Module] = []
    module = nn.Sequential(nn.Linear(3, 3), nn.LSTM(3, 2))
    monkeypatch.setattr(nn.RNNBase, "flatten_parameters", lambda self: laid.append(self))
    average = MovingAverage(module, 0.9)
    assert average.module[1] in laid
