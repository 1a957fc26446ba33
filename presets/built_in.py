"""The presets that come along."""

from __future__ import annotations

from presets import (
    lenet_5,
    linear_classifier,
    lstm_classifier,
    mlp,
    resnet_18,
    resnet_50,
    transformer_encoder,
    vit_tiny,
)

BUILT_IN = (
    lenet_5.PRESET,
    mlp.PRESET,
    linear_classifier.PRESET,
    resnet_18.SMALL,
    resnet_18.PRESET,
    resnet_50.PRESET,
    lstm_classifier.PRESET,
    transformer_encoder.PRESET,
    vit_tiny.PRESET,
)
