"""T5: every task is text in, text out; steps know how far apart they are, not where they are."""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.data.declarations.alphabets import ISO, WORDS
from engine.graph import Graph
from presets import papers
from presets.attention.heads import along, connect, tokens_mask
from presets.attention.t5_blocks import DECODER, ENCODER, NORM, decoder_layer, encoder_layer
from presets.learning import on_tokens
from presets.preset import Preset, Row, small

LOOKS = (("query", "q"), ("key", "k"), ("value", "v"), ("project", "o"))
SELF, CROSS = "block.*.layer.0.SelfAttention", "block.*.layer.1.EncDecAttention"
NAMES = {
    "embedding": "shared",
    "encoder_distances": "encoder.block.0.layer.0.SelfAttention.relative_attention_bias",
    "decoder_distances": "decoder.block.0.layer.0.SelfAttention.relative_attention_bias",
    **{f"{part}.*.{ours}": f"{part}.{SELF}.{theirs}" for part in ("encoder", "decoder") for ours, theirs in LOOKS},
    **{f"decoder.*.memory_{ours}": f"decoder.{CROSS}.{theirs}" for ours, theirs in LOOKS},
    **{f"{part}.*.norm{number}": f"{part}.block.*.layer.{number - 1}.layer_norm"
       for part in ("encoder", "decoder") for number in (1, 2, 3)},
    **{f"{part}.*.fc{number}": f"{part}.block.*.layer.{last}.DenseReluDense.w{letter}"
       for part, last in (("encoder", 1), ("decoder", 2)) for number, letter in ((1, "i"), (2, "o"))},
    "encoder_norm": "encoder.final_layer_norm",
    "decoder_norm": "decoder.final_layer_norm",
    "head": "lm_head",
}  # fmt: skip
"""Our names and those of the published weights (T5ForConditionalGeneration)."""


def build(
    vocab_size: int = 32128,
    d_model: int = 512,
    d_kv: int = 64,
    d_ff: int = 2048,
    num_layers: int = 6,
    num_decoder_layers: int | None = None,
    num_heads: int = 8,
    relative_attention_num_buckets: int = 32,
    relative_attention_max_distance: int = 128,
    dropout_rate: float = 0.1,
    tgt_vocab_size: int | None = None,
) -> Graph:
    """Raffel et al. 2019, T5 small: 60,506,624 parameters. Token 0 is padding.

    Embeddings and head share their weights, unless what is written has a vocabulary of its own, ``tgt_vocab_size``.
    """
    graph = Graph("T5 small")
    for define in (encoder_layer, decoder_layer):
        define(graph, d_model, d_kv, num_heads, d_ff, dropout_rate)
    ranges = {"num_buckets": relative_attention_num_buckets, "max_distance": relative_attention_max_distance}
    dropped: Row = ("Dropout", {"p": dropout_rate})
    read = graph.add("Input", name="input_ids", shape=("S",), dtype="int64")
    told = graph.add("Input", name="decoder_input_ids", shape=("T",), dtype="int64")
    table = {"num_embeddings": vocab_size, "embedding_dim": d_model}
    embedding = along(graph, read, ("Embedding", {"name": "embedding"} | table))
    own = {"num_embeddings": tgt_vocab_size} if tgt_vocab_size else {"weights_of": embedding}
    written = along(graph, told, ("Embedding", {"name": "decoder_embedding"} | table | own))

    def distances(name: str, steps: str, **more: Any) -> str:
        row = ("RelativePositionBias", {"name": name, "num_heads": num_heads} | ranges | more)
        return along(graph, steps, row)

    def hidden(bias: str, mask: str, name: str) -> str:
        node = graph.add("MaskedFill", name=name)
        connect(graph, bias, node, "input")
        connect(graph, mask, node, "mask")
        return node

    mask = tokens_mask(graph, read)
    padding = along(graph, mask, ("Not", {"name": "at_padding"}))
    encoder = along(graph, embedding, dropped, (ENCODER, {"name": "encoder", "repeat": num_layers}))
    graph.connect(hidden(distances("encoder_distances", embedding), padding, "no_padding"), encoder, target="distances")
    memory = along(graph, encoder, ("RMSNorm", {"name": "encoder_norm"} | NORM), dropped)
    depth = num_decoder_layers or num_layers
    decoder = along(graph, written, dropped, (DECODER, {"name": "decoder", "repeat": depth}))
    bias = distances("decoder_distances", written, bidirectional=False)
    ahead = along(graph, bias, ("CausalMask", {"name": "ahead"}))
    for port, wire in (("memory", memory), ("distances", hidden(bias, ahead, "no_future")), ("mask", mask)):
        graph.connect(wire, decoder, target=port)
    scaled: tuple[Row, ...] = () if tgt_vocab_size else (("Scale", {"name": "scaled", "factor": d_model**-0.5}),)
    tied = {} if tgt_vocab_size else {"weights_of": embedding}
    head = {"name": "head", "out_features": tgt_vocab_size or vocab_size, "bias": False} | tied
    normed = along(graph, decoder, ("RMSNorm", {"name": "decoder_norm"} | NORM), dropped, *scaled)
    along(graph, normed, ("Linear", head), ("Output", {"name": "token"}))
    return graph


NETWORK = Preset(
    name="t5-small",
    title="T5 small",
    family="Attention",
    paper=papers.T5,
    data="",
    summary="Text in, text out: distances between steps are learned, and no position is.",
    build=build,
    task="translation",
    names=NAMES,
    aliases={"hidden_size": "d_model", "num_hidden_layers": "num_layers", "num_attention_heads": "num_heads",
             "intermediate_size": "d_ff"},
)  # fmt: skip
LEARN = partial(on_tokens, "dates", epochs=6, lr=2e-3, weight_decay=0.01)
READS = {
    "vocab_size": len(WORDS),
    "tgt_vocab_size": len(ISO),
    "fields": {"input_ids": "words", "decoder_input_ids": "iso_in"},
}
SIZES: dict[str, Any] = {"d_model": 64, "d_kv": 16, "d_ff": 128, "num_layers": 2, "num_heads": 4} | READS
PRESETS = (
    small(NETWORK, "Two layers each write a date in words as YYYY-MM-DD.", LEARN, "dates", title="T5 tiny", **SIZES),
    NETWORK,
)
