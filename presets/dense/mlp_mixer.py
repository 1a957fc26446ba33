"""MLP-Mixer: dense layers across patches, then across channels, and neither convolution nor attention."""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.expressions import expression
from engine.graph import Graph
from presets import papers
from presets.learning import on_digits
from presets.preset import Preset, PresetError, chain, small

BLOCK = "MixerBlock"
NORM = {"eps": 1e-6}
NAMES = {
    "patches": "stem.proj",
    **{f"mixer.*.{ours}": f"blocks.*.{theirs}"
       for ours, theirs in (
           ("norm1", "norm1"), ("tokens1", "mlp_tokens.fc1"), ("tokens2", "mlp_tokens.fc2"),
           ("norm2", "norm2"), ("channels1", "mlp_channels.fc1"), ("channels2", "mlp_channels.fc2"),
       )},
}  # fmt: skip
"""Our names and timm's (mixer_b16_224)."""


def mixer_block(graph: Graph, width: int, across: int, along: int) -> None:
    """Define the block: two dense layers mix the patches, channel by channel; two more the channels of each patch."""
    words = "Dense layers across the patches, then across the channels; each pair is added to what was there"
    block = graph.define(BLOCK, help=words, width=width, tokens_hidden=across, channels_hidden=along)
    mixing = chain(
        block,
        ("BlockInput", {"name": "x"}),
        ("LayerNorm", {"name": "norm1"} | NORM),
        ("Permute", {"name": "channels_first", "dims": (0, 2, 1)}),
        ("Linear", {"name": "tokens1", "out_features": expression("tokens_hidden")}),
        ("GELU", {}),
        ("Linear", {"name": "tokens2", "out_features": expression("size(x, 1)")}),
        ("Permute", {"name": "channels_last", "dims": (0, 2, 1)}),
        ("Add", {}),
    )
    block.connect(mixing[0], mixing[-1])
    thinking = chain(
        block,
        ("LayerNorm", {"name": "norm2"} | NORM),
        ("Linear", {"name": "channels1", "out_features": expression("channels_hidden")}),
        ("GELU", {}),
        ("Linear", {"name": "channels2", "out_features": expression("width")}),
        ("Add", {}),
        ("BlockOutput", {"name": "y"}),
    )
    block.connect(mixing[-1], thinking[0])
    block.connect(mixing[-1], thinking[-2])


def build(
    classes: int = 1000,
    input: tuple[int, ...] = (3, 224, 224),
    patch_size: int = 16,
    hidden_dim: int = 768,
    num_blocks: int = 12,
    tokens_mlp_dim: int = 384,
    channels_mlp_dim: int = 3072,
) -> Graph:
    """Tolstikhin et al. 2021, Mixer-B/16: 59,880,472 parameters."""
    if len(input) != 3 or input[1] % patch_size or input[2] % patch_size:
        raise PresetError(
            f"mlp-mixer cuts images into patches of {patch_size}×{patch_size}; height and width of "
            f"input={'x'.join(map(str, input))} must divide by {patch_size}."
        )
    graph = Graph("MLP-Mixer B/16")
    mixer_block(graph, hidden_dim, tokens_mlp_dim, channels_mlp_dim)
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Conv2d", {"name": "patches", "out_channels": hidden_dim, "kernel_size": patch_size, "stride": patch_size}),
        ("Flatten", {"start_dim": 2}),
        ("Permute", {"name": "rows", "dims": (0, 2, 1)}),
        (BLOCK, {"name": "mixer", "repeat": num_blocks}),
        ("LayerNorm", {"name": "norm"} | NORM),
        ("Mean", {"name": "average", "dim": 1}),
        ("Linear", {"name": "head", "out_features": classes}),
        ("Output", {"name": "class"}),
    )
    return graph


NETWORK = Preset(
    name="mlp-mixer",
    title="MLP-Mixer B/16",
    family="Dense",
    paper=papers.MLP_MIXER,
    data="",
    summary="Dense layers across patches, then across channels, instead of attention.",
    build=build,
    names=NAMES,
    aliases={"hidden_size": "hidden_dim", "num_hidden_layers": "num_blocks", "intermediate_size": "channels_mlp_dim"},
)
LEARN = partial(on_digits, epochs=20, lr=2e-3, weight_decay=0.05)
SIZES: dict[str, Any] = {
    "patch_size": 2,
    "hidden_dim": 32,
    "num_blocks": 3,
    "tokens_mlp_dim": 32,
    "channels_mlp_dim": 64,
}
WORDS = "Three blocks mix the sixteen patches of a digit."
PRESETS = (
    small(NETWORK, WORDS, LEARN, title="MLP-Mixer small", classes=10, input=(1, 8, 8), **SIZES),
    NETWORK,
)
