"""GPT-2: a stack of decoder blocks that continues a text, token by token."""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.data.declarations.alphabets import TEXT
from engine.expressions import expression
from engine.graph import Graph
from presets import papers
from presets.attention.heads import added, along, attention, split_heads
from presets.learning import on_board
from presets.preset import Preset, chain, small

BLOCK = "DecoderBlock"
NAMES = {
    "embedding": "wte",
    "positions.table": "wpe.weight",
    **{f"decoder.*.{ours}": f"h.*.{theirs}"
       for ours, theirs in (
           ("norm1", "ln_1"), ("norm2", "ln_2"),
           ("qkv.weight", "attn.c_attn.weight.T"), ("qkv.bias", "attn.c_attn.bias"),
           ("project.weight", "attn.c_proj.weight.T"), ("project.bias", "attn.c_proj.bias"),
           ("fc1.weight", "mlp.c_fc.weight.T"), ("fc1.bias", "mlp.c_fc.bias"),
           ("fc2.weight", "mlp.c_proj.weight.T"), ("fc2.bias", "mlp.c_proj.bias"),
       )},
    "norm": "ln_f",
    "head": "lm_head",
}  # fmt: skip
"""Our names and those of the published weights, whose Conv1D layers have their matrices transposed."""


def decoder_block(graph: Graph, width: int, heads: int, hidden: int, dropout: float, attention_dropout: float) -> None:
    """Define the block: attention to the steps so far, then two linear layers, each normalized first and added."""
    words = "Each step looks at itself and those before it, then thinks by itself; both are added to what was there"
    sizes = {"width": width, "heads": heads, "hidden": hidden}
    block = graph.define(BLOCK, help=words, **sizes, dropout=dropout, attention_dropout=attention_dropout)
    x, *_, parts = chain(
        block,
        ("BlockInput", {"name": "x"}),
        ("LayerNorm", {"name": "norm1"}),
        ("Linear", {"name": "qkv", "out_features": expression("3 * width")}),
        ("Chunk", {"chunks": 3, "dim": -1}),
    )
    query, key, value = (split_heads(block, (parts, port), expression("heads")) for port in range(3))
    taken = along(
        block,
        attention(block, query, key, value, is_causal=True, dropout_p=expression("attention_dropout")),
        ("Linear", {"name": "project", "out_features": expression("width")}),
        ("Dropout", {"p": expression("dropout")}),
    )
    middle = added(block, x, taken)
    thought = along(
        block,
        middle,
        ("LayerNorm", {"name": "norm2"}),
        ("Linear", {"name": "fc1", "out_features": expression("hidden")}),
        ("GELU", {"approximate": "tanh"}),
        ("Linear", {"name": "fc2", "out_features": expression("width")}),
        ("Dropout", {"p": expression("dropout")}),
    )
    along(block, added(block, middle, thought), ("BlockOutput", {"name": "y"}))


def build(
    vocab_size: int = 50257,
    n_positions: int = 1024,
    n_embd: int = 768,
    n_layer: int = 12,
    n_head: int = 12,
    n_inner: int | None = None,
    resid_pdrop: float = 0.1,
    embd_pdrop: float = 0.1,
    attn_pdrop: float = 0.1,
) -> Graph:
    """Radford et al. 2019, GPT-2 small: 124,439,808 parameters; the head uses the embedding's weights.

    Without ``n_inner`` the hidden layers are four times as wide as ``n_embd``.
    """
    graph = Graph("GPT-2 small")
    decoder_block(graph, n_embd, n_head, n_inner or 4 * n_embd, resid_pdrop, attn_pdrop)
    table = {"name": "embedding", "num_embeddings": vocab_size, "embedding_dim": n_embd}
    _, embedding, *_, last = chain(
        graph,
        ("Input", {"name": "input_ids", "shape": ("T",), "dtype": "int64"}),
        ("Embedding", table | {"initialization": "normal"}),  # of 0.02: the head has the same weights
        ("LearnedPositions", {"name": "positions", "max_length": n_positions}),
        ("Dropout", {"p": embd_pdrop}),
        (BLOCK, {"name": "decoder", "repeat": n_layer}),
        ("LayerNorm", {"name": "norm"}),
    )
    tied = {"name": "head", "out_features": vocab_size, "bias": False, "weights_of": embedding}
    along(graph, last, ("Linear", tied), ("Output", {"name": "next_token"}))
    return graph


NETWORK = Preset(
    name="gpt-2-small",
    title="GPT-2 small",
    family="Attention",
    paper=papers.GPT_2,
    data="",
    summary="Continues a text: every step looks back and predicts the next token.",
    build=build,
    task="language model",
    names=NAMES,
    aliases={
        "hidden_size": "n_embd",
        "num_hidden_layers": "n_layer",
        "num_attention_heads": "n_head",
        "intermediate_size": "n_inner",
        "max_position_embeddings": "n_positions",
    },
)
TINY: dict[str, Any] = {"vocab_size": len(TEXT), "n_positions": 64, "n_embd": 192, "n_layer": 3, "n_head": 6}
WORDS = "Three blocks continue what Python says about itself, letter by letter."
LEARN = partial(on_board, "docstrings", epochs=15, lr=1e-3, weight_decay=0.1, batch_size=8, clip_norm=1.0, warmup=0.1)
"""What it takes to need fewer bits than n-grams do."""
PRESETS = (small(NETWORK, WORDS, LEARN, "docstrings", title="GPT-2 tiny", ignore_index=0, **TINY), NETWORK)
