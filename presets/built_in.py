"""The presets that come along."""

from __future__ import annotations

from presets import (
    lenet_5,
    linear_classifier,
    lstm_classifier,
    mlp,
    mobilenet_v3,
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
    mobilenet_v3.SMALL,
    mobilenet_v3.LARGE,
    lstm_classifier.PRESET,
    transformer_encoder.PRESET,
    vit_tiny.PRESET,
)
