"""Whether images lie in memory with their channels last: a rule of network and device, so equal runs stay equal."""

from __future__ import annotations

from typing import Final

import torch

from engine import cost
from engine.layers.convolution import Filters
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
"""


def faster_with_channels_last(plan: TrainingPlan, device: torch.device) -> bool:
    """Whether the network has convolutions of images that count, and few norms that are slower then.

    On a CPU as measured above; on a CUDA GPU by the same rule but for volumes, since its tensor cores want the channels
    of images last, too.
    """
    leaves = list(cost.leaves(plan.graph, plan.report))
    images = [leaf for leaf in leaves if leaf.inputs and leaf.inputs[0].rank in (IMAGE, VOLUME)]
    convolutions = [leaf for leaf in images if isinstance(leaf.layer, Filters)]
    volumes = any(leaf.inputs[0].rank == VOLUME for leaf in convolutions)
    if device.type not in ("cpu", "cuda") or (volumes and device.type == "cuda"):
        return False
    whole, made = cost.of_leaves(leaves), cost.of_leaves(convolutions)
    slowed = cost.of_leaves(leaf for leaf in images if _is_slowed(leaf))
    enough = made.multiply_adds > 0 and made.multiply_adds >= LEAST_SHARE * whole.multiply_adds
    return enough and slowed.activations_inference < SLOWED_SHARE * made.activations_inference


def _is_slowed(leaf: cost.Leaf) -> bool:
    """Whether a layer takes longer where the channels of its images or volumes lie last."""
    given, (of_images, of_volumes) = leaf.inputs[0], leaf.layer.channels_last_from
    channels, least = given.shape[1], of_volumes if given.rank == VOLUME else of_images
    return isinstance(channels, int) and channels < least
