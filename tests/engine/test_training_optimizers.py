"""Optimizers and schedules are torch's: every one, with its parameters and defaults, and exact when resumed."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from engine.settings.resolution import SettingFault, resolve_settings, variants
from engine.settings.training import TrainingConfig
from engine.training.loop import Trainer
from engine.training.status import TrainingError
from engine.training.steps.optimization import TORCH, Clipping, LearningRate, make_optimizer
from tests.engine.stopping import Stopping
from tests.engine.test_training_learning import DROPOUT_TABLE, table, train

OPTIMIZERS = variants(TrainingConfig.model_fields["optimizer"].annotation)
SCHEDULES = variants(TrainingConfig.model_fields["schedule"].annotation)
HOW = {"foreach", "maximize", "differentiable", "capturable", "fused"}
"""How a step is computed, and the direction: no matter of the user's."""
FUNCTIONS = {"LambdaLR", "MultiplicativeLR"}
"""They take a Python function, and a project holds no code."""
COMPOSED = {"SequentialLR", "ChainedScheduler"}
CPU = torch.device("cpu")


def of_torch(base: type, module: Any) -> dict[str, type]:
    found = {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
    return {n: c for n, c in found.items() if isinstance(c, type) and issubclass(c, base) and c is not base}


def torch_name(name: str, section: type) -> str:
    return TORCH.get(name, f"{section.__name__}LR")


def test_every_optimizer_of_torch_is_there() -> None:
    known = of_torch(torch.optim.Optimizer, torch.optim)
    assert {section.__name__ for section in OPTIMIZERS.values()} == set(known)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_has_torchs_parameters_and_defaults(name: str) -> None:
    section = OPTIMIZERS[name]
    theirs = inspect.signature(getattr(torch.optim, section.__name__)).parameters
    ours = {field: info for field, info in section.model_fields.items() if field != "name"}
    assert set(ours) == set(theirs) - HOW - {"params"}
    for field, info in ours.items():
        assert info.default == theirs[field].default, field
        assert info.description


def test_every_schedule_of_torch_is_there_that_is_no_function() -> None:
    known = set(of_torch(lr_scheduler.LRScheduler, lr_scheduler))
    ours = {torch_name(name, section) for name, section in SCHEDULES.items() if name != "constant"}
    assert ours == known - FUNCTIONS - COMPOSED


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "constant"])
def test_a_schedule_has_torchs_parameters_and_defaults(name: str) -> None:
    section = SCHEDULES[name]
    theirs = inspect.signature(getattr(lr_scheduler, torch_name(name, section))).parameters
    asked = {field for field in theirs if field not in ("optimizer", "last_epoch", "mode", "scale_fn", "scale_mode")}
    asked |= {"mode"} if name == "cyclic" else set()  # of a plateau: the loss is to fall
    from_the_run = {"epochs", "steps_per_epoch", "total_steps"} if name == "one_cycle" else set()
    assert set(section.model_fields) - {"name", "interval"} == asked - from_the_run
    for field, info in section.model_fields.items():
        if field in theirs and theirs[field].default is not inspect.Parameter.empty and info.default is not None:
            assert info.default == theirs[field].default or field in ("total_iters",), field


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_settings_reach_torch(name: str) -> None:
    module = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    config = TrainingConfig.model_validate({"optimizer": {"name": name, "lr": 0.0125}})
    made = make_optimizer(config.optimizer, module, CPU)
    assert {group["lr"] for group in made.param_groups} == {0.0125}
    held = {id(weight) for group in made.param_groups for weight in group["params"]}
    assert held == {id(weight) for weight in module.parameters()}


def test_muon_takes_matrices_and_sparse_adam_sparse_tables() -> None:
    for name, first in (("muon", {(5, 3), (4, 3)}), ("sparse_adam", {(5, 3)})):
        module = nn.Sequential(nn.Embedding(5, 3, sparse=name == "sparse_adam"), nn.Linear(3, 4))
        config = TrainingConfig.model_validate({"optimizer": {"name": name}})
        made = make_optimizer(config.optimizer, module, CPU)
        mine = {tuple(weight.shape) for weight in made.param_groups[0]["params"]}
        assert mine == first
    before = [weight.detach().clone() for weight in module.parameters()]
    module(torch.tensor([[1, 2]])).sum().backward()
    made.step()
    after = list(module.parameters())
    assert torch.equal(before[0][3], after[0][3])
    assert all(not torch.equal(old, new) for old, new in zip(before, after, strict=True))


COUNTED = [
    (name, interval)
    for name, section in SCHEDULES.items()
    for interval in (("epoch", "step") if "interval" in section.model_fields else ("epoch",))
]


@pytest.mark.parametrize(("name", "interval"), COUNTED)
def test_a_schedule_goes_as_torchs_own(name: str, interval: str) -> None:
    section = SCHEDULES[name]
    given = {"name": name, **({"interval": interval} if "interval" in section.model_fields else {})}
    given |= {"multi_step": {"milestones": (2, 5)}, "cyclic": {"step_size_up": 3}}.get(name, {})
    config = TrainingConfig.model_validate({"epochs": 6, "optimizer": {"name": "sgd", "lr": 0.1}, "schedule": given})
    weight = nn.Parameter(torch.zeros(2))
    mine, theirs = torch.optim.SGD([weight], lr=0.1), torch.optim.SGD([weight], lr=0.1)
    rate = LearningRate(mine, config, 4)
    counts = 6 * (4 if interval == "step" else 1)
    options = {k: v for k, v in config.schedule.model_dump().items() if k not in ("name", "interval")}
    options |= {
        "cosine": {"T_max": counts},
        "polynomial": {"total_iters": counts},
        "one_cycle": {"max_lr": 0.1, "total_steps": counts},
        "cyclic": {"max_lr": 0.1, "base_lr": 0.01},
    }.get(name, {})
    reference = None if name == "constant" else getattr(lr_scheduler, torch_name(name, section))(theirs, **options)
    for epoch in range(6):
        for _ in range(4):
            assert rate.value == theirs.param_groups[0]["lr"]
            mine.step()
            theirs.step()
            rate.step_done()
            if interval == "step" and reference is not None:
                reference.step()
        loss = 1.0 + epoch % 2
        rate.epoch_done(loss)
        if interval == "epoch" and reference is not None:
            reference.step(*([loss] if name == "plateau" else []))


def test_warmup_rises_step_by_step_and_the_schedule_shapes_it() -> None:
    given = {"epochs": 4, "warmup": 1.5, "schedule": {"name": "step", "step_size": 1, "gamma": 0.5}}
    config = TrainingConfig.model_validate({**given, "optimizer": {"name": "sgd", "lr": 0.7}})
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.7)
    rate, seen = LearningRate(optimizer, config, 4), []
    for _ in range(3):
        for _ in range(4):
            seen.append(rate.value)
            optimizer.step()
            rate.step_done()
        rate.epoch_done(None)
    rise = [0.7 * n / 7 for n in range(1, 7)]
    expected = [*rise[:4], *(value / 2 for value in rise[4:]), 0.35, 0.35, *[0.175] * 4]
    assert seen == pytest.approx(expected)


REFUSED = [
    ({"warmup": 1.0, "schedule": {"name": "one_cycle"}}, "warmup does not go with the schedule 'one_cycle'"),
    ({"schedule": {"name": "cyclic"}, "optimizer": {"name": "rprop"}}, "switch schedule.cycle_momentum off"),
    ({"schedule": {"name": "cyclic", "base_lr": 1.0, "max_lr": 0.5}}, "base_lr must be below max_lr"),
    ({"optimizer": {"name": "lbfgs"}, "precision": "float16"}, "looks at the loss several times"),
]


@pytest.mark.parametrize(("training", "sentence"), REFUSED)
def test_what_does_not_go_together_is_said(training: dict[str, Any], sentence: str) -> None:
    fault = resolve_settings(table(**training))
    assert isinstance(fault, SettingFault)
    assert sentence in fault.message


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_is_resumed_exactly(name: str, tmp_path: Path) -> None:
    check_resume(tmp_path, optimizer={"name": name})


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_is_resumed_exactly(name: str, tmp_path: Path) -> None:
    warm = {} if name in ("one_cycle", "warm_restarts", "cyclic") else {"warmup": 1.0}
    check_resume(tmp_path, optimizer={"name": "sgd", "lr": 0.05, "momentum": 0.9}, schedule={"name": name}, **warm)


@pytest.mark.parametrize(
    "training", [{"accumulate": 3}, {"ema": {"decay": 0.9}}, {"precision": "bfloat16"}, {"l1": 0.01, "l2": 0.01}]
)
def test_every_way_of_stepping_is_resumed_exactly(training: dict[str, Any], tmp_path: Path) -> None:
    check_resume(tmp_path, **training)


def check_resume(tmp_path: Path, **training: Any) -> None:
    graph = table(layers=DROPOUT_TABLE, epochs=3, **training)
    assert train(graph, tmp_path)[0].state == "finished"
    broken = tmp_path / "broken"
    Trainer(graph, broken, control=Stopping(6)).run()
    assert Trainer.resume(broken).run().state == "finished"
    assert (broken / "metrics.jsonl").read_bytes() == (tmp_path / "run" / "metrics.jsonl").read_bytes()


def test_warmup_leaves_the_schedule_as_it_is() -> None:
    given = {"epochs": 10, "warmup": 5.0, "schedule": {"name": "cosine", "eta_min": 9e-4}}
    config = TrainingConfig.model_validate({**given, "optimizer": {"name": "sgd", "lr": 1e-3}})
    mine, theirs = (torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1e-3) for _ in range(2))
    rate = LearningRate(mine, config, 4)
    plain = lr_scheduler.CosineAnnealingLR(theirs, 10, 9e-4)
    for step in range(40):
        assert rate.value == pytest.approx(theirs.param_groups[0]["lr"] * min(1.0, (step + 1) / 21))
        mine.step()
        theirs.step()
        rate.step_done()
        if step % 4 == 3:
            rate.epoch_done(None)
            plain.step()


@pytest.mark.parametrize(
    "given", [{"interval": "epoch", "pct_start": 0.1}, {"pct_start": 0.5, "anneal_strategy": "linear"}]
)
def test_one_cycle_of_any_length(given: dict[str, Any], tmp_path: Path) -> None:
    graph = table(epochs=10, optimizer={"name": "sgd", "lr": 0.1}, schedule={"name": "one_cycle", **given})
    result, history = train(graph, tmp_path)
    assert result.state == "finished"
    assert history.series("train/lr")[1].min() > 0


@pytest.mark.parametrize("name", ["adamw", "muon"])
def test_sparse_gradients_want_an_optimizer_that_takes_them(name: str) -> None:
    config = TrainingConfig.model_validate({"optimizer": {"name": name}})
    with pytest.raises(TrainingError, match=f"the optimizer '{name}' cannot take: choose 'sparse_adam'"):
        make_optimizer(config.optimizer, nn.Embedding(5, 3, sparse=True), CPU)


def test_sparse_gradients_are_clipped_by_value() -> None:
    table_ = nn.Embedding(5, 3, sparse=True)
    (table_(torch.tensor([1, 1])) * 9).sum().backward()
    Clipping(TrainingConfig(clip_value=2.0), list(table_.parameters())).apply(measure=True)
    gradient = table_.weight.grad
    assert gradient is not None
    assert gradient.coalesce().values().tolist() == [[2.0] * 3]
