"""A LLaMA decoder: RMSNorm, rotary positions, gated hidden layers, and heads in groups."""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.data.declarations.alphabets import TEXT
from engine.expressions import expression
from engine.graph import Graph
from presets import papers
from presets.attention.heads import added, along, attention, connect, split_heads
from presets.learning import on_tokens
from presets.preset import Preset, Row, chain, small

BLOCK = "LlamaLayer"
NORM = {"eps": 1e-5}
NAMES = {
    "embedding": "model.embed_tokens",
    **{f"decoder.*.{ours}": f"model.layers.*.{theirs}"
       for ours, theirs in (
           ("norm1", "input_layernorm"), ("norm2", "post_attention_layernorm"),
           ("query", "self_attn.q_proj"), ("key", "self_attn.k_proj"), ("value", "self_attn.v_proj"),
           ("project", "self_attn.o_proj"),
           ("gate", "mlp.gate_proj"), ("up", "mlp.up_proj"), ("down", "mlp.down_proj"),
       )},
    "norm": "model.norm",
    "head": "lm_head",
}  # fmt: skip
"""Our names and those of the published weights (LlamaForCausalLM)."""


def _linear(name: str, size: str) -> Row:
    return "Linear", {"name": name, "out_features": expression(size), "bias": False}


def llama_layer(graph: Graph, width: int, heads: int, groups: int, hidden: int, base: float) -> None:
    """Define the block: attention of ``heads`` that share ``groups`` of keys and values, then gated hidden layers."""
    words = "Every step looks at itself and those before it, then thinks by itself after a gate; each part is added"
    block = graph.define(BLOCK, help=words, width=width, heads=heads, groups=groups, hidden=hidden, base=base)
    x, seen = chain(block, ("BlockInput", {"name": "x"}), ("RMSNorm", {"name": "norm1"} | NORM))
    turned: Row = ("RotaryPositions", {"base": expression("base"), "interleaved": False})
    shared = "width // heads * groups"
    query = split_heads(block, along(block, seen, _linear("query", "width")), expression("heads"), turned)
    key = split_heads(block, along(block, seen, _linear("key", shared)), expression("groups"), turned)
    value = split_heads(block, along(block, seen, _linear("value", shared)), expression("groups"))
    taken = attention(block, query, key, value, is_causal=True, enable_gqa=True)
    middle = added(block, x, along(block, taken, _linear("project", "width")))
    normed = along(block, middle, ("RMSNorm", {"name": "norm2"} | NORM))
    gated = block.add("Multiply", name="gated")
    connect(block, along(block, normed, _linear("gate", "hidden"), ("SiLU", {})), gated)
    connect(block, along(block, normed, _linear("up", "hidden")), gated)
    total = added(block, middle, along(block, gated, _linear("down", "width")))
    along(block, total, ("BlockOutput", {"name": "y"}))


def build(
    vocab_size: int = 49152,
    hidden_size: int = 576,
    num_hidden_layers: int = 30,
    num_attention_heads: int = 9,
    num_key_value_heads: int = 3,
    intermediate_size: int = 1536,
    rope_theta: float = 10000.0,
    tie_word_embeddings: bool = True,
) -> Graph:
    """Touvron et al. 2023, in the size of SmolLM-135M: 134,515,008 parameters.

    TinyLlama-1.1B is vocab_size 32000, hidden_size 2048, num_hidden_layers 22, num_attention_heads 32,
    num_key_value_heads 4, intermediate_size 5632, tie_word_embeddings false.
    """
    graph = Graph("LLaMA decoder")
    llama_layer(graph, hidden_size, num_attention_heads, num_key_value_heads, intermediate_size, rope_theta)
    table = {"name": "embedding", "num_embeddings": vocab_size, "embedding_dim": hidden_size}
    _, embedding, *_, last = chain(
        graph,
        ("Input", {"name": "input_ids", "shape": ("T",), "dtype": "int64"}),
        ("Embedding", table | {"initialization": "normal"}),  # of 0.02: the head has the same weights
        (BLOCK, {"name": "decoder", "repeat": num_hidden_layers}),
        ("RMSNorm", {"name": "norm"} | NORM),
    )
    head = {"name": "head", "out_features": vocab_size, "bias": False}
    tied = {"weights_of": embedding} if tie_word_embeddings else {}
    along(graph, last, ("Linear", head | tied), ("Output", {"name": "next_token"}))
    return graph


NETWORK = Preset(
    name="llama",
    title="LLaMA decoder",
    family="Attention",
    paper=papers.LLAMA,
    data="",
    summary="A language model of today: rotary positions, gates, shared keys.",
    build=build,
    task="language model",
    names=NAMES,
)
LEARN = partial(on_tokens, "docstrings", epochs=4, lr=2e-3, weight_decay=0.05, batch_size=8)
SIZES: dict[str, Any] = {
    "vocab_size": len(TEXT),
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 128,
}
WORDS = "Two layers with shared keys continue what Python says about itself."
PRESETS = (small(NETWORK, WORDS, LEARN, "docstrings", ignore_index=0, **SIZES), NETWORK)
