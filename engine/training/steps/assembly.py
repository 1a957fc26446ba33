"""Puts together what takes the steps of a training: module, heads, network, stepper."""

from __future__ import annotations

import torch

from engine.compile import compile_source
from engine.data.augmenting import uncovered
from engine.data.pipeline import Prepared
from engine.training.evaluation.network import Network, heads, terms
from engine.training.plan import TrainingPlan
from engine.training.steps.device import seed_step
from engine.training.steps.stepper import Stepper


def build(plan: TrainingPlan, data: Prepared, device: torch.device) -> Stepper:
    """The network of a plan with new weights, drawn from (seed, "init"), ready to learn from the data on a device."""
    config = plan.training
    seed_step(device, config.seed, "init")
    module = compile_source(plan.source).to(device)
    if config.channels_last:
        module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    parts, open_masks = (data.train, data.validation, data.test), uncovered(plan.data.augmentation, data.fields)
    learned = heads(plan.graph, plan.report, plan.binding, data.fields, parts, config.metrics, open_masks)
    inputs = tuple(plan.binding.inputs.values())
    numbers = None if config.precision == "float32" else getattr(torch, config.precision)
    more = terms(plan.graph, plan.report)
    network = Network(module, inputs, learned, more, channels_last=config.channels_last, autocast=numbers)
    return Stepper(network, config, device, steps_of(len(data.train), plan), plan.source.rates)


def batches_of(samples: int, plan: TrainingPlan) -> int:
    """The batches of one epoch."""
    size = plan.data.size(samples)
    return samples // size if plan.data.drop_last else -(-samples // size)


def steps_of(samples: int, plan: TrainingPlan) -> int:
    """The steps of one epoch: each takes ``training.accumulate`` batches, the last what is left."""
    return -(-batches_of(samples, plan) // plan.training.accumulate)
