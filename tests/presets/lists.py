"""Which presets every run of the tests goes through, and which only the long proofs."""

from __future__ import annotations

from typing import Any

import pytest

import presets

EVERY_DAY = frozenset(
    {"lenet-5", "mlp", "linear-classifier", "resnet-18-small", "lstm-classifier", "transformer-encoder", "vit-tiny"}
    | {"resnet-18", "mobilenet-v3-small", "googlenet-small", "u-net-small", "shufflenet-v2-1.0-small", "c3d-small"}
    | {"convolutional-autoencoder", "conv-1d-classifier", "squeezenet-1.1-small", "plain-20-small"}
    | {
        "gpt-2-tiny",
        "bert-tiny",
        "transformer-small",
        "llama-small",
        "mlp-mixer-small",
        "whisper-tiny-encoder-small",
        "clip-small",
    }
)
"""One of each kind; of the others the same is proved by ``python dev.py test --all presets``."""


def names_of(*, slow: bool = True) -> list[Any]:
    """The name of every preset as a parameter of a test; those of the long proofs are marked so, or left out."""
    names = [preset.name for preset in presets.BUILT_IN]
    if not slow:
        return [name for name in names if name in EVERY_DAY]
    return [pytest.param(name, marks=() if name in EVERY_DAY else pytest.mark.slow) for name in names]
