"""The presets compute what the published networks do: the same weights, outputs and gradients."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from torch import nn

import presets
from tests.presets.comparing import compare
from tests.presets.references import branches, language, maps, mobile, nasnet, plain, residual, towers, vision

CLOSE = 1e-9
"""In float64; the published weights are float32, where 1e-5 is asked for."""
COLOUR, LARGE, SMALL = 3, (3, 64, 64), (3, 32, 32)
HIDDEN = {"hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 48}
Case = tuple[Callable[[], nn.Module], dict[str, object]]


def _resnet(kind: str, *depths: int, width: int = 8, input: tuple[int, ...] = (3, 65, 65), groups: int = 8) -> Case:
    options: dict[str, object] = {"classes": 5, "input": input, "width": width}
    if kind == "resnext":
        options["cardinality"] = groups
    return lambda: residual.ResNet(kind, depths, 5, COLOUR, width, groups), options


def _case(build: Callable[[], nn.Module], **options: object) -> Case:
    return build, {"classes": 5, **options}


CASES: dict[str, Case] = {
    "alexnet": _case(lambda: plain.AlexNet(5, COLOUR, 4), input=LARGE, width=4),
    "alexnet-2012": _case(lambda: plain.AlexNet2012(5, COLOUR, 2, 1), input=LARGE, width=2),
    **{
        f"vgg-{n}": _case(lambda n=n: plain.VGG(plain.VGG_PLANS[n], 5, COLOUR, 4), input=(3, 66, 66), width=4)
        for n in plain.VGG_PLANS
    },
    "resnet-18": _resnet("basic", 2, 2, 2, 2),
    "resnet-34": _resnet("basic", 3, 4, 6, 3),
    "resnet-50": _resnet("bottleneck", 3, 4, 6, 3),
    "resnet-101": _resnet("bottleneck", 3, 4, 23, 3, width=4),
    "resnet-152": _resnet("bottleneck", 3, 8, 36, 3, width=4),
    **{f"cifar-resnet-{n}": _resnet("cifar", *[(n - 2) // 6] * 3, width=4, input=(3, 16, 16)) for n in (20, 56, 110)},
    **{f"plain-{n}": _resnet("plain", *[(n - 2) // 6] * 3, width=4, input=(3, 16, 16)) for n in (20, 56)},
    "resnext-50-32x4d": _resnet("resnext", 3, 4, 6, 3),
    "se-resnet-50": _resnet("gated", 3, 4, 6, 3),
    **{
        f"squeezenet-{v}": _case(lambda v=v: plain.SqueezeNet(v, 5, COLOUR, 8), input=LARGE, width=8)
        for v in ("1.0", "1.1")
    },
    "densenet-121": _case(
        lambda: branches.DenseNet((6, 12, 24, 16), 5, COLOUR, 4, small=True), input=(3, 16, 16), width=4
    ),
    "densenet-161": _case(
        lambda: branches.DenseNet((6, 12, 36, 24), 5, COLOUR, 4, small=False), input=(3, 66, 66), width=4
    ),
    "mobilenet-v1": _case(lambda: mobile.MobileNet(5, COLOUR, 8), input=SMALL, width=8),
    "mobilenet-v2": _case(lambda: mobile.MobileNetV2(5, COLOUR, 32), input=SMALL),
    "mobilenet-v3-small": _case(lambda: mobile.MobileNetV3(mobile.V3_SMALL, 1024, 5, COLOUR), input=SMALL),
    "mobilenet-v3-large": _case(lambda: mobile.MobileNetV3(mobile.V3_LARGE, 1280, 5, COLOUR), input=SMALL),
    "shufflenet-v2-1.0": _case(lambda: mobile.ShuffleNetV2(5, COLOUR, 16), input=LARGE, width=16),
    "efficientnet-b0": _case(lambda: mobile.EfficientNet(5, COLOUR, 8), input=SMALL, width=8),
    "convnext-tiny": _case(lambda: branches.ConvNeXt(5, COLOUR, 8), input=LARGE, width=8),
    "googlenet": _case(
        lambda: branches.GoogLeNet(5, COLOUR, 16, auxiliary=True, side=2), input=(3, 128, 128), width=16
    ),
    "inception-pair": _case(lambda: branches.InceptionPair(5, COLOUR, 8), input=(3, 12, 12), width=8),
    "u-net": _case(lambda: maps.UNet(5, COLOUR, 4), input=SMALL, width=4),
    "dilated-u-net": _case(lambda: maps.DilatedUNet(5, COLOUR, 4), input=(3, 24, 24), width=4, depth=2, rates=3),
    "convolutional-autoencoder": (
        lambda: maps.Autoencoder(3, 16, 8, 5),
        {"input": (3, 16, 16), "width": 8, "code": 5},
    ),
    "conv-1d-classifier": _case(lambda: maps.FCN(5, 6, 8), input=(20, 6), width=8),
    "c3d": _case(lambda: maps.C3D(5, COLOUR, 4, 16, 32 * 4, 5), input=(16, 3, 32, 32), width=4, hidden=16),
    "nasnet-a-mobile": _case(lambda: nasnet.NASNetAMobile(5, COLOUR, 8), input=SMALL, width=8),
    "vit-b-16": _case(
        lambda: vision.ViT(5, 32, 16, 32, 12, 4, 48),
        input=SMALL,
        **HIDDEN,
    ),
    "transformer-base": (
        lambda: language.Core(32, 4, 6, 6, 48, batch_first=True),
        {"d_model": 32, "nhead": 4, "dim_feedforward": 48},
    ),
    "bert-base": (
        lambda: language.Bert(50, 16, 32, 12, 4, 48),
        {**HIDDEN, "vocab_size": 50, "max_position_embeddings": 16},
    ),
    "llama": (
        lambda: language.Llama(50, 32, 3, 4, 2, 48),
        {**HIDDEN, "num_hidden_layers": 3, "num_key_value_heads": 2, "vocab_size": 50},
    ),
    "mlp-mixer": _case(
        lambda: vision.Mixer(5, 64, 16, 24, 12, 20, 40),
        input=LARGE,
        hidden_dim=24,
        tokens_mlp_dim=20,
        channels_mlp_dim=40,
    ),
    "whisper-tiny-encoder": (
        lambda: towers.WhisperEncoder(10, 12, 32, 4, 4, 48),
        {**HIDDEN, "num_mel_bins": 10, "max_source_positions": 12},
    ),
    "clip-vit-b-32": (
        lambda: towers.CLIP(
            towers.ImageTower(32, 16, 24, 3, 4, 40), towers.TextTower(50, 9, 16, 2, 2, 24), (24, 16), 8
        ),
        {
            "image_size": 32,
            "patch_size": 16,
            "vision_hidden_size": 24,
            "vision_num_hidden_layers": 3,
            "vision_num_attention_heads": 4,
            "vision_intermediate_size": 40,
            "vocab_size": 50,
            "max_position_embeddings": 9,
            "text_hidden_size": 16,
            "text_num_hidden_layers": 2,
            "text_num_attention_heads": 2,
            "text_intermediate_size": 24,
            "projection_dim": 8,
        },
    ),
    "t5-small": (
        lambda: language.T5(50, 32, 3, 4, 6, 48, 8),
        {**HIDDEN, "num_layers": 3, "d_kv": 6, "vocab_size": 50, "relative_attention_num_buckets": 8},
    ),
    "gpt-2-small": (
        lambda: language.GPT2(50, 16, 32, 12, 4, 128),
        {"vocab_size": 50, "n_positions": 16, "hidden_size": 32, "num_attention_heads": 4},
    ),
}


EVERY_DAY = {
    *("alexnet-2012", "vgg-11", "resnet-18", "resnet-50", "plain-20", "resnext-50-32x4d", "se-resnet-50"),
    *("squeezenet-1.1", "densenet-121", "mobilenet-v1", "mobilenet-v2", "shufflenet-v2-1.0", "efficientnet-b0"),
    *("googlenet", "inception-pair", "u-net", "dilated-u-net", "convolutional-autoencoder", "conv-1d-classifier"),
    *("transformer-base", "vit-b-16", "bert-base", "gpt-2-small", "llama", "mlp-mixer"),
    *("whisper-tiny-encoder", "clip-vit-b-32", "t5-small"),
}
CHOSEN = [pytest.param(name, marks=() if name in EVERY_DAY else pytest.mark.slow) for name in CASES]


def test_every_network_without_data_is_compared() -> None:
    assert {preset.name for preset in presets.BUILT_IN if not preset.data} <= set(CASES)


@pytest.mark.parametrize("name", CHOSEN)
def test_a_preset_computes_what_the_published_network_does(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    build, options = CASES[name]
    found = compare(name, build(), **options)
    differences = {"outputs": f"{found.output:.1e}", "gradients": f"{found.gradient:.1e}"}
    record_property(
        "Differences from the networks by hand", {"preset": name, "parameters": found.parameters} | differences
    )
    assert found.output < CLOSE
    assert found.gradient < CLOSE
