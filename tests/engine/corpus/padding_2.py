"""Padding that is added up, or read inside a block, and sums in which it is zero."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault
from tests.engine.corpus.seams_2 import block

DATES, SHAPES = {"data.dataset": "dates"}, {"data.dataset": "shapes"}
WORDS = "w: Input(shape=(56,), dtype='int64', field='words'); e: Embedding(num_embeddings=41, embedding_dim=16)"
CAPTION = "w: Input(shape=(11,), dtype='int64', field='caption_in'); e: Embedding(num_embeddings=23, embedding_dim=12)"
LABEL, ANSWER = (
    "fc: Linear(out_features=5); y: Output(field='label')",
    "fc: Linear(out_features=7); y: Output(loss=None)",
)


def padded(node: str, first: str, data: dict[str, Any], *parts: str) -> Fault:
    return Fault("padding inside a block", "padding-read", node, "; ".join(parts), data, first=first)


def added(node: str, first: str, data: dict[str, Any], *parts: str) -> Fault:
    return Fault("padding added up", "padding-read", node, "; ".join(parts), data, first=first)


def fine(data: dict[str, Any], *parts: str) -> Fault:
    return Fault("a sum without padding", "padding-read", None, "; ".join(parts), data)


LENGTHS, MASK, MEAN = "Wire the lengths of w to lengths", "Wire the padding of w to ", "Change m to MaskedMean"
READ = "g: {}(hidden_size=12); o: BlockOutput <- g.last"


def reads(kind: str, *before: str) -> str:
    return f"block E; i: BlockInput; {''.join(f'{each}; ' for each in before)}{READ.format(kind)}; end"


PADDED = [
    padded("b", LENGTHS, DATES, reads("GRU"), WORDS, "b: E", ANSWER),
    padded("b", LENGTHS, DATES, reads("LSTM"), WORDS, "b: E", ANSWER),
    padded("b", LENGTHS, DATES, reads("RNN", "h: Linear(out_features=20); r: ReLU"), WORDS, "b: E", ANSWER),
    padded("b", LENGTHS, SHAPES, reads("GRU", "d: Dropout(p=0.2)"), CAPTION, "b: E", LABEL),
    padded("b", LENGTHS, SHAPES, reads("LSTM"), CAPTION, "drop: Dropout(p=0.1); b: E", LABEL),
    padded(
        "b",
        LENGTHS,
        DATES,
        reads("GRU", "e: Embedding(num_embeddings=41, embedding_dim=16)"),
        "w: Input(shape=(56,), dtype='int64', field='words'); b: E",
        ANSWER,
    ),
    padded("b", MEAN, DATES, block("E", "m: Mean(dim=1)"), WORDS, "b: E", ANSWER),
    padded(
        "b", MEAN, DATES, block("E", "h: Linear(out_features=12); r: GELU; m: Mean(dim=(1,))"), WORDS, "b: E", ANSWER
    ),
    padded("b", MEAN, SHAPES, block("E", "m: Mean(dim=-2)"), CAPTION, "b: E", LABEL),
    padded(
        "b",
        MASK + "src_key_padding_mask",
        DATES,
        block("E", "p: SinusoidalPositions; t: TransformerEncoderLayer(nhead=4); m: Max(dim=1)"),
        WORDS,
        "b: E",
        ANSWER,
    ),
    padded(
        "b",
        MASK + "key_padding_mask",
        DATES,
        block("E", "t: MultiheadAttention(num_heads=2); n: LayerNorm; m: Max(dim=1)"),
        WORDS,
        "p: SinusoidalPositions; b: E",
        ANSWER,
    ),
    padded(
        "b",
        MASK + "src_key_padding_mask",
        SHAPES,
        block("E", "t: TransformerEncoder(nhead=2, num_layers=2); m: Max(dim=1)"),
        CAPTION,
        "p: SinusoidalPositions; b: E",
        LABEL,
    ),
]
ZERO = "Set padding_idx of e to 0"
ADDED = [
    added("m", ZERO, DATES, WORDS, "m: Sum(dim=1)", ANSWER),
    added("m", ZERO, DATES, WORDS, "m: Sum(dim=(1,))", ANSWER),
    added("m", ZERO, DATES, WORDS, "m: Sum(dim=-2); s: Scale(factor=0.02)", ANSWER),
    added("m", ZERO, DATES, WORDS, "d: Dropout(p=0.2); m: Sum(dim=1)", ANSWER),
    added("m", ZERO, SHAPES, CAPTION, "m: Sum(dim=1)", LABEL),
    added("m", ZERO, SHAPES, CAPTION, "d: Dropout(p=0.1); m: Sum(dim=1); h: Linear(out_features=16); r: ReLU", LABEL),
    added("m", "Change to MaskedMean", DATES, WORDS, "h: Linear(out_features=12); r: ReLU; m: Sum(dim=1)", ANSWER),
    added("m", "Change to MaskedMean", DATES, WORDS, "g: GRU(hidden_size=12); m: Sum(dim=1)", ANSWER),
    added("m", "Change to MaskedMean", SHAPES, CAPTION, "h: Linear(out_features=20); t: Tanh; m: Sum(dim=(1,))", LABEL),
    added(
        "m", "Change to MaskedMean", SHAPES, CAPTION, "g: LSTM(hidden_size=8); d: Dropout(p=0.2); m: Sum(dim=1)", LABEL
    ),
    added("m", "Change to MaskedMean", DATES, WORDS, "p: SinusoidalPositions; m: Sum(dim=1)", ANSWER),
    added("m", "Change to MaskedMean", SHAPES, CAPTION, "n: LayerNorm; m: Sum(dim=1)", LABEL),
]
FAULTS = [*PADDED, *ADDED]
SOUND = [
    fine(
        DATES,
        WORDS.replace("embedding_dim=16", "embedding_dim=16, padding_idx=0"),
        "m: Sum(dim=1)",
        ANSWER,
    ),
    fine(
        DATES,
        WORDS.replace("embedding_dim=16", "embedding_dim=16, padding_idx=0"),
        "d: Dropout(p=0.1); m: Sum(dim=1)",
        ANSWER,
    ),
    fine(DATES, WORDS, "m: Sum(dim=2); fc: Linear(out_features=7); y: Output(loss=None)"),
]
