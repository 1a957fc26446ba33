"""Whether images lie in memory with their channels last: a rule of network and device, so equal runs stay equal."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import Final

import torch

from engine import cost
from engine.layers.convolution import Filters
from engine.layers.endpoints import Output
from engine.layers.packages import LAYERS
from engine.losses.packages import LOSSES_OF_PACKAGES
from engine.settings.optimizers import LBFGS
from engine.settings.training import TrainingConfig
from engine.training.plan import TrainingPlan

IMAGE, VOLUME = 4, 5
"""Axes of a batch."""
LEAST_SHARE: Final = 0.1
"""Of the multiply-adds in convolutions of images: below it nothing is gained or lost (0.95–1.02 in vision transformers
and CLIP).

Time of a step on one thread against channels first, which is much alike on two: 0.54–0.61 in MobileNets and an
EfficientNet, 0.63–0.85 in ResNets, ResNeXt, DenseNet, SqueezeNet, NASNet, ShuffleNet, GoogLeNet, VGG, U-Nets and C3D,
0.73 in an image captioner, 0.83 in a ConvNeXt, 0.97 in LeNet-5.
"""
SLOWED_SHARE: Final = 0.6
"""Values that go through norms that are slower then, for one that a convolution makes.

Of 84 networks put together at random those below take 0.90 in the mean (0.66–1.49), those above 1.16 (0.82–1.77).
Instance norms, and group norms of volumes, want their channels first whatever there is beside them.
"""


def faster_with_channels_last(plan: TrainingPlan, device: torch.device) -> bool:
    """Whether the network has convolutions of images that count, and nothing that is much slower then or refuses it.

    On a CPU as measured above; on a CUDA GPU by the same rule but for volumes, since its tensor cores want the channels
    of images last, too. Not for layers and losses of packages: theirs may ask torch for views of what they get.
    """
    leaves = list(cost.leaves(plan.graph, plan.report))
    images = [leaf for leaf in leaves if leaf.inputs and leaf.inputs[0].rank in (IMAGE, VOLUME)]
    convolutions = [leaf for leaf in images if isinstance(leaf.layer, Filters)]
    volumes = any(leaf.inputs[0].rank == VOLUME for leaf in convolutions)
    if device.type not in ("cpu", "cuda") or (volumes and device.type == "cuda"):
        return False
    if not lays_weights(plan.training) or _is_foreign(plan, leaves) or any(_least(leaf) == inf for leaf in images):
        return False
    whole, made = cost.of_leaves(leaves), cost.of_leaves(convolutions)
    slowed = cost.of_leaves(leaf for leaf in images if _is_slowed(leaf))
    enough = made.multiply_adds > 0 and made.multiply_adds >= LEAST_SHARE * whole.multiply_adds
    return enough and slowed.activations_inference < SLOWED_SHARE * made.activations_inference


def lays_weights(config: TrainingConfig) -> bool:
    """Whether weights can lie so, too: gradients lie as they do, and L-BFGS reads them as one row."""
    return not isinstance(config.optimizer, LBFGS)


def _is_foreign(plan: TrainingPlan, leaves: Iterable[cost.Leaf]) -> bool:
    """Whether a layer or a loss comes from a package."""
    layers, losses = set(LAYERS.all()), set(LOSSES_OF_PACKAGES.all())
    outputs = (plan.report.layer(node.id) for node in plan.graph.of_type("Output"))
    judged = (type(output.criterion) for output in outputs if isinstance(output, Output) and output.loss is not None)
    return any(type(leaf.layer) in layers for leaf in leaves) or any(loss in losses for loss in judged)


def _least(leaf: cost.Leaf) -> float:
    """From how many channels on a layer of images or volumes takes no longer where they lie last."""
    of_images, of_volumes = leaf.layer.channels_last_from
    return of_volumes if leaf.inputs[0].rank == VOLUME else of_images


def _is_slowed(leaf: cost.Leaf) -> bool:
    """Whether a layer takes longer where the channels of its images or volumes lie last."""
    channels = leaf.inputs[0].shape[1]
    return isinstance(channels, int) and channels < _least(leaf)
