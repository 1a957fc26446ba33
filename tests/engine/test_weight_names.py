"""Rules from our names of tensors to those of the published weights."""

from __future__ import annotations

import pytest

from engine.weights.names import TRANSPOSED, published_name

RULES = {
    "stage*.*.shortcut.conv": "layer*.*.downsample.0",
    "stage*.0.expand": "blocks.*+2.first",
    "stage*": "layer*",
    "stem": "conv1",
    "block*.*": "block*.layer*-1",
    "decoder.*.qkv.weight": "h.*.attn.c_attn.weight.T",
    "decoder.*.qkv": "h.*.attn.c_attn",
}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("stem.weight", "conv1.weight"),
        ("stem", "conv1"),
        ("stemmed.weight", "stemmed.weight"),
        ("stage3.11.shortcut.conv.weight", "layer3.11.downsample.0.weight"),
        ("stage3.11.shortcut.bn.weight", "layer3.11.shortcut.bn.weight"),
        ("stage1.0.expand.bias", "blocks.3.first.bias"),
        ("stage12.conv1.weight", "layer12.conv1.weight"),
        ("stagex.weight", "stagex.weight"),
        ("block1.9.norm.bias", "block1.layer8.norm.bias"),
        ("decoder.3.qkv.weight", f"h.3.attn.c_attn.weight{TRANSPOSED}"),
        ("decoder.3.qkv.bias", "h.3.attn.c_attn.bias"),
        ("other.running_mean", "other.running_mean"),
    ],
)
def test_the_first_rule_that_fits_whole_parts_counts(ours: str, theirs: str) -> None:
    assert published_name(ours, RULES) == theirs
