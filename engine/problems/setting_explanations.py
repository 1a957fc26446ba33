"""Explanations of settings that are allowed and do not help."""

from __future__ import annotations

from typing import Final

from engine.problems.explanation import Explanation

SETTINGS: Final[dict[str, Explanation]] = {
    "setting-range": Explanation(
        "A setting beyond what helps",
        "PyTorch takes many numbers with which nothing is learned. A step of Adam and its relatives moves every weight "
        "by about the learning rate, so a rate near the size of the weights throws them about; plain gradient descent "
        "diverges above about 1. A momentum of 1 never forgets, and a weight decay of 1 pulls harder than the loss. "
        "The mean of the gradients must not remember longer than that of their squares.",
        "|Δw| ≈ lr (Adam),  β₁² < √β₂",
        "Kingma and Ba 2015, Adam, https://arxiv.org/abs/1412.6980",
    ),
    "run-length": Explanation(
        "Longer than the run",
        "A warm-up, a schedule, a patience or a moving average counts epochs or steps. Where it counts further than "
        "the run is long, it never does what it is there for: the rate never drops, or never reaches its value.",
        "steps = epochs · ⌈samples / (batch_size · accumulate)⌉",
    ),
    "batch-size": Explanation(
        "An epoch of a single step",
        "A step learns from one batch. Where a batch holds all training samples, an epoch is one step, and ten epochs "
        "are ten steps: too few for most networks. Small batches make more steps, and their noise helps to generalise.",
        "steps per epoch = ⌈samples / batch_size⌉",
        "Keskar et al. 2016, On Large-Batch Training for Deep Learning, https://arxiv.org/abs/1609.04836",
    ),
}
