"""A step on an accelerator asks for no number and mixes no devices: on one that has shapes and no numbers, torch says
where it would wait for the device, and where a tensor lies elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import presets
from engine.data.pipeline import prepare
from engine.layers.endpoints import Output
from engine.literals import literal
from engine.training.plan import check
from engine.training.steps.assembly import build
from tests.gpu.drawn import draws, tensor
from tests.gpu.steps import batch, stepper
from tests.gpu.test_nan import WAITING
from tests.gpu.test_optimizers import WAYS

META = torch.device("meta")
UNKNOWN = ("ctc_loss", "multi_margin_loss", "multilabel_margin_loss")
"""Torch has none of these there."""


@pytest.mark.parametrize("way", [way for way in WAYS if way not in WAITING or way == "accumulated"])
def test_no_optimizer_waits(way: str) -> None:
    one, several = stepper(META, **WAYS[way]), WAYS[way].get("accumulate", 1)
    for number in (1, 2):
        one.step([batch(number, META)] * several, number, measure=number == 2)


@pytest.mark.parametrize("name", [name for name in draws("losses") if name not in UNKNOWN])
def test_no_loss_waits(name: str) -> None:
    for line in draws("losses")[name]:
        given: dict[str, Any] = {name: literal(value) for name, value in line["parameters"].items()}
        loss = Output.model_validate({"loss": line["loss"], **given}).criterion
        answer, target, weights = (
            tensor(line[name], torch.Generator()).to(META) if name in line else None
            for name in ("answer", "target", "weights")
        )
        assert answer is not None
        assert target is not None
        answer.requires_grad_()
        for masked in (True, False):
            loss.bound(weights, masked)(answer, target).backward()
            loss.share(target, weights, masked=masked)
            loss.summed(answer.detach(), target, weights, masked=masked)


@pytest.mark.parametrize("name", ["lenet-5", "lstm-classifier", "transformer-encoder"])
def test_no_network_waits(name: str) -> None:
    plan = check(presets.build(name))
    data = prepare(plan.data)
    one = build(plan, data, META)
    given = {field: values.to(META) for field, values in next(data.train.batches(one.network.fields, 4)).items()}
    one.step([given], 1, measure=True)
    one.step([given, given], 2, measure=False)
    one.compute(given, True, at_once=True)
