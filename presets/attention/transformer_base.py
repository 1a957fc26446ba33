"""The Transformer of the paper: an encoder reads, a decoder writes and looks at what was read."""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.data.declarations.alphabets import ISO, WORDS
from engine.graph import Graph
from presets import papers
from presets.attention.heads import along
from presets.attention.transformer_blocks import DECODER, ENCODER, decoder_layer, encoder_layer
from presets.learning import on_board
from presets.preset import Preset, PresetError, Row, chain, small

NAMES = {
    "encoder": "encoder.layers",
    "encoder_norm": "encoder.norm",
    "decoder": "decoder.layers",
    "decoder_norm": "decoder.norm",
}
"""Our names and those of torch.nn.Transformer."""


def build(
    d_model: int = 512,
    nhead: int = 8,
    num_encoder_layers: int = 6,
    num_decoder_layers: int = 6,
    dim_feedforward: int = 2048,
    dropout: float = 0.1,
    positions: bool = True,
    src_vocab_size: int | None = None,
    tgt_vocab_size: int | None = None,
) -> Graph:
    """Vaswani et al. 2017, the core of the base model with final norms: 44,140,544 parameters.

    It reads and writes vectors, to which waves are added as ``positions``: without these it is torch.nn.Transformer.
    With both vocabularies it reads and writes tokens, of which 0 is padding: embeddings times √d_model before, and a
    Linear layer for the scores after it.
    """
    if (src_vocab_size is None) != (tgt_vocab_size is None):
        raise PresetError("transformer-base needs both src_vocab_size and tgt_vocab_size, or neither.")
    graph = Graph("Transformer base")
    for define in (encoder_layer, decoder_layer):
        define(graph, d_model, nhead, dim_feedforward, dropout)
    size = (d_model, dropout, positions)
    src, read = _read(graph, "src", "S", src_vocab_size, *size)
    _, told = _read(graph, "tgt", "T", tgt_vocab_size, *size)
    encoder = along(graph, read, (ENCODER, {"name": "encoder", "repeat": num_encoder_layers}))
    memory = along(graph, encoder, ("LayerNorm", {"name": "encoder_norm"}))
    decoder = along(graph, told, (DECODER, {"name": "decoder", "repeat": num_decoder_layers}))
    graph.connect(memory, decoder, target="memory")
    written = along(graph, decoder, ("LayerNorm", {"name": "decoder_norm"}))
    if src_vocab_size is None:
        along(graph, written, ("Output", {"name": "output", "loss": "mse_loss"}))
        return graph
    padding = along(graph, src, ("PaddingMask", {"name": "padding"}))
    for block in (encoder, decoder):
        graph.connect(padding, block, target="padding")
    along(graph, written, ("Linear", {"name": "head", "out_features": tgt_vocab_size}), ("Output", {"name": "token"}))
    return graph


def _read(
    graph: Graph, name: str, size: str, vocabulary: int | None, width: int, dropout: float, positions: bool
) -> tuple[str, str]:
    """The Input of a sequence, and the vectors of its steps."""
    table = {"name": f"{name}_embedding", "num_embeddings": vocabulary, "embedding_dim": width}
    tokens: list[Row] = [
        ("Input", {"name": name, "shape": (size,), "dtype": "int64"}),
        ("Embedding", table | {"initialization": "xavier_normal"}),  # else they drown the waves that are added
        ("Scale", {"factor": width**0.5}),
    ]
    vectors: list[Row] = [("Input", {"name": name, "shape": (size, width)})]
    waves: list[Row] = [("SinusoidalPositions", {"name": f"{name}_positions"}), ("Dropout", {"p": dropout})]
    ids = chain(graph, *(vectors if vocabulary is None else tokens), *(waves if positions else ()))
    return ids[0], ids[-1]


LEARN = partial(on_board, "dates", epochs=4, lr=4e-3, clip_norm=1.0, warmup=1.0)
"""As in the paper the learning rate rises at first, for norms stand after the sums."""
NETWORK = Preset(
    name="transformer-base",
    title="Transformer base",
    family="Attention",
    paper=papers.ATTENTION,
    data="",
    summary="An encoder reads, a decoder writes: attention instead of recurrence.",
    build=build,
    task="translation",
    names=NAMES,
    aliases={"hidden_size": "d_model", "num_attention_heads": "nhead", "intermediate_size": "dim_feedforward"},
)
SIZES: dict[str, Any] = {
    "dropout": 0.0,
    "d_model": 64,
    "nhead": 4,
    "num_encoder_layers": 2,
    "num_decoder_layers": 2,
    "dim_feedforward": 128,
}
PRESETS = (
    small(
        NETWORK,
        "Two layers each translate a date in words to YYYY-MM-DD.",
        LEARN,
        "dates",
        title="Transformer small",
        fields={"src": "words", "tgt": "iso_in"},
        src_vocab_size=len(WORDS),
        tgt_vocab_size=len(ISO),
        **SIZES,
    ),
    NETWORK,
)
