"""Puts together what takes the steps of a training: module, heads, network, stepper."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import torch

from engine import cost
from engine.compile import compile_source
from engine.data.augmenting import uncovered
from engine.data.naive import naive_errors
from engine.data.pipeline import Prepared
from engine.data.transforms import units_of
from engine.layers.layer import Layer
from engine.training.evaluation.network import Network, channels_last
from engine.training.evaluation.outputs import heads, terms
from engine.training.plan import TrainingPlan
from engine.training.steps.by_length import ignores_padding
from engine.training.steps.device import seed_step
from engine.training.steps.memory_format import lays_weights
from engine.training.steps.recurrent import keep_float32
from engine.training.steps.stepper import Stepper


def build(plan: TrainingPlan, data: Prepared, device: torch.device) -> Stepper:
    """The network of a plan with new weights, drawn from (seed, "init"), ready to learn from the data on a device."""
    config = plan.training
    seed_step(device, config.seed, "init")
    module = compile_source(plan.source).to(device)
    last = config.channels_last is True
    if last and lays_weights(config):
        for weight in module.parameters():  # of images and of volumes: torch's own `to` takes only the first
            weight.data = channels_last(weight.data)
    parts, open_masks = (data.train, data.validation, data.test), uncovered(plan.data.augmentation, data.fields)
    targets = dict.fromkeys(plan.binding.targets.values())
    found = {name: units_of(data.fitted, name, data.fields[name].shape) for name in targets if plan.own_units}
    units = {name: one for name, one in found.items() if one is not None}
    naive = {
        name: naive_errors(data.fields, data.raw, data.train.indices, name, () if name in units else data.fitted)
        for name in targets
        if data.fields[name].season and len(data.train)
    }
    learned = heads(
        plan.graph, plan.report, plan.binding, data.fields, parts, config.metrics, open_masks, naive, units, device
    )
    inputs = tuple(plan.binding.inputs.values())
    numbers = None if config.precision in ("auto", "float32") else getattr(torch, config.precision)
    if device.type == "cuda" and config.precision == "bfloat16":
        keep_float32(module)
    if last and device.type == "cuda":
        _lay_samples(data, inputs)
    more = terms(plan.graph, plan.report)
    like = evaluates_by_length(plan)
    network = Network(module, inputs, learned, more, channels_last=last, autocast=numbers, by_length=like)
    draws = any(leaf.layer.draws() for leaf in cost.leaves(plan.graph, plan.report))
    return Stepper(network, config, device, steps_of(len(data.train), plan), plan.source.rates, draws=draws)


def _lay_samples(data: Prepared, inputs: Iterable[str]) -> None:
    """Lay the images that stay on the device with their channels last, once and not in every batch."""
    for part in (data.train, data.validation, data.test):
        for name in inputs:
            if name in part.tensors and part.target is None:
                part.tensors[name] = channels_last(part.tensors[name])


LARGE: Final = 8
"""Batches that are evaluated together at most, where these are more than `MANY` samples: more gains nothing (measured
on seven networks)."""
MANY: Final = 512
"""Samples that are evaluated together where small batches are learned from."""
SMALL: Final = 16 * 2**20
"""Bytes that an evaluation may take even where a training step takes less."""


def evaluation_size(plan: TrainingPlan, samples: int) -> int:
    """How many samples are evaluated together, of a network that learns from so many: it follows from both alone.

    Several batches at once, as many as need no more memory than a step of one batch: without a backward pass nothing
    is kept for it. Only where a sample's answer may depend on the others of its batch it is one.
    """
    size = plan.data.size(samples)
    if any(_mixes(leaf) for leaf in cost.leaves(plan.graph, plan.report)):
        return size
    one = cost.total(plan.graph, plan.report, size)
    room = max(one.memory_training, SMALL) - one.memory_parameters
    most = max(LARGE, MANY // size)
    return size * max(1, min(most, room // max(one.activations_inference, 1)))


def evaluates_by_length(plan: TrainingPlan) -> bool:
    """Whether samples of like length are evaluated together, which pads less and changes no answer."""
    if plan.data.buckets is None or terms(plan.graph, plan.report):
        return False
    leaves = cost.leaves(plan.graph, plan.report)
    return not any(_mixes(leaf) or _draws_always(leaf.layer) for leaf in leaves) and ignores_padding(plan)


def _draws_always(layer: Layer) -> bool:
    """Whether a layer may draw at random also where it is not training."""
    return layer.draws() and layer.numbers != "dropped" and not layer.drops_by


def _mixes(leaf: cost.Leaf) -> bool:
    """Whether a layer makes of a sample what depends on the others of a batch, also where it is not training."""
    layer = leaf.layer
    if layer.numbers == "standardized" and getattr(layer, "track_running_stats", False):
        return False
    return layer.mixes_samples(*leaf.inputs)


def batches_of(samples: int, plan: TrainingPlan) -> int:
    """The batches of one epoch."""
    size = plan.data.size(samples)
    return samples // size if plan.data.drop_last else -(-samples // size)


def steps_of(samples: int, plan: TrainingPlan) -> int:
    """The steps of one epoch: each takes ``training.accumulate`` batches, the last what is left."""
    return -(-batches_of(samples, plan) // plan.training.accumulate)
