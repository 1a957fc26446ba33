"""Whether images lie in memory with their channels last: a rule of network and device, so equal runs stay equal."""

from __future__ import annotations

from typing import Final

import torch

from engine import cost
from engine.layers.convolution import Conv2d
from engine.training.plan import TrainingPlan

ENOUGH: Final = 1_000_000
"""Multiply-adds of convolutions a sample below which nothing is gained."""
WIDE: Final = 16
NORMALISED: Final = 8
"""Channels from which on a convolution is faster so: fewer are enough where batch norms stand behind, which gain too.

Time of a step on one thread against channels first: 0.72–0.86 in small ResNets, ResNeXt and U-Net (batch norms, 8
channels and more) and in a GoogLeNet (16 and more), 0.78 in MobileNetV2 and EfficientNet, 0.88 in a DenseNet, 0.94 in
ResNet-18 of 224², 0.95–1.01 in VGG; but 1.05–1.09 in LeNet-5, a SqueezeNet and a DenseNet of fewer channels.
"""
NARROW_SHARE: Final = 0.2
"""How much of the work may be in convolutions of fewer channels."""


def faster_with_channels_last(plan: TrainingPlan, device: torch.device) -> bool:
    """Whether most of the work is in convolutions of images that have enough channels.

    On a CPU as measured above; on a CUDA GPU by the same rule, since its tensor cores want channels last, too.
    """
    leaves = list(cost.leaves(plan.graph, plan.report))
    kinds = [type(leaf.layer).__name__ for leaf in leaves]
    convolutions = [leaf for leaf in leaves if isinstance(leaf.layer, Conv2d)]
    if device.type not in ("cpu", "cuda") or not convolutions or any(kind.endswith("3d") for kind in kinds):
        return False
    least = NORMALISED if 2 * kinds.count("BatchNorm2d") >= len(convolutions) else WIDE
    whole, work = (cost.of_leaves(some).multiply_adds for some in (leaves, convolutions))
    narrow = cost.of_leaves(leaf for leaf in convolutions if _channels(leaf) < least).multiply_adds
    return work >= ENOUGH and 2 * work >= whole and narrow <= NARROW_SHARE * work


def _channels(leaf: cost.Leaf) -> int:
    """Those that come in or go out of a convolution, whichever are fewer; 0 where they are not known."""
    both = (leaf.inputs[0].shape[1], leaf.outputs[0].shape[1])
    return min(number if isinstance(number, int) else 0 for number in both)
