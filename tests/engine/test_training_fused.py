"""Steps of optimizers that are put together once are torch's own, bit by bit, in weights and what is remembered."""

from __future__ import annotations

import copy
from typing import Any

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from engine.settings.training import TrainingConfig
from engine.training.steps.fused import FusedSteps
from engine.training.steps.optimization import make_optimizer

CPU = torch.device("cpu")
STEPS = 8
ADAM: dict[str, st.SearchStrategy[Any]] = {
    "lr": st.floats(1e-5, 0.5),
    "betas": st.tuples(st.floats(0.0, 0.99), st.floats(0.5, 0.9999)),
    "eps": st.floats(1e-10, 1e-3),
    "weight_decay": st.floats(0.0, 0.5),
    "amsgrad": st.booleans(),
}
SGD: dict[str, st.SearchStrategy[Any]] = {
    "lr": st.floats(1e-5, 0.5),
    "momentum": st.sampled_from([0.0, 0.5, 0.9]),
    "dampening": st.sampled_from([0.0, 0.1]),
    "weight_decay": st.floats(0.0, 0.5),
}
ADAGRAD: dict[str, st.SearchStrategy[Any]] = {
    "lr": st.floats(1e-5, 0.5),
    "lr_decay": st.floats(0.0, 0.5),
    "eps": st.floats(1e-10, 1e-3),
    "weight_decay": st.floats(0.0, 0.5),
    "initial_accumulator_value": st.floats(0.0, 1.0),
}
NESTEROV = st.just({"name": "sgd", "momentum": 0.9, "nesterov": True})
OPTIONS = (
    st.fixed_dictionaries({"name": st.sampled_from(["adam", "adamw"])}, optional=ADAM)
    | st.fixed_dictionaries({"name": st.just("sgd")}, optional=SGD)
    | st.fixed_dictionaries({"name": st.just("adagrad")}, optional=ADAGRAD)
    | NESTEROV
)


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Linear(5, 2, bias=False))


def remembered(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    return [value for one in optimizer.state_dict()["state"].values() for value in one.values()]


@given(
    OPTIONS,
    st.sets(st.sampled_from(["0", "1", "2"]), max_size=2),
    st.dictionaries(st.integers(0, STEPS - 1), st.sampled_from(["0.bias", "2.weight"]), max_size=3),
    st.dictionaries(st.integers(0, STEPS - 1), st.floats(1e-6, 0.1), max_size=2),
    st.sets(st.integers(1, STEPS - 1), max_size=2),
)
@settings(max_examples=100)
def test_every_step_is_torchs(
    options: dict[str, Any],
    slow: set[str],
    without: dict[int, str],
    rates: dict[int, float],
    restored: set[int],
) -> None:
    """Some layers have a rate of their own (``slow``), some steps leave a weight ``without`` a gradient, set the rate
    anew, or begin with a state that was stored."""
    config = TrainingConfig.model_validate({"optimizer": options})
    mine, theirs = network(), network()
    slower = {"Sequential": dict.fromkeys(slow, 0.5)}
    ours, reference = (make_optimizer(config.optimizer, module, CPU, slower) for module in (mine, theirs))
    assert len(ours.param_groups) == (2 if 0 < len(slow) < 3 else 1)
    assert FusedSteps.suits(ours)
    fused, draws = FusedSteps(ours), torch.Generator().manual_seed(1)
    for number in range(STEPS):
        for name, weight in mine.named_parameters():
            begins = number == 0 and options["name"] == "sgd"  # torch's momentum wants all gradients there
            gradient = (
                None if without.get(number) == name and not begins else torch.randn(weight.shape, generator=draws)
            )
            weight.grad = gradient
            theirs.get_parameter(name).grad = None if gradient is None else gradient.clone()
        for optimizer in (ours, reference):
            for group in optimizer.param_groups:
                group["lr"] = rates.get(number, group["lr"])
        if number in restored:
            ours.load_state_dict(copy.deepcopy(ours.state_dict()))
            fused.forget()
        fused.step()
        reference.step()
        for left, right in zip(mine.parameters(), theirs.parameters(), strict=True):
            assert torch.equal(left, right)
    assert len(remembered(ours)) == len(remembered(reference))
    assert all(map(torch.equal, remembered(ours), remembered(reference)))


def test_only_the_fused_kernel_on_the_processor_is_taken_directly() -> None:
    weights = list(network().parameters())
    assert not FusedSteps.suits(torch.optim.Adam(weights))
    assert not FusedSteps.suits(torch.optim.SGD(weights))
    assert not FusedSteps.suits(torch.optim.Adagrad(weights))
    assert not FusedSteps.suits(torch.optim.NAdam(weights))
    elsewhere = [nn.Parameter(torch.zeros(2, device="meta"))]
    made = torch.optim.AdamW(weights, fused=True)
    made.param_groups[0]["params"] = elsewhere
    assert not FusedSteps.suits(made)
