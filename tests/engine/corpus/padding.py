"""Padding that is counted, looked at or taken for the last word, and networks that leave it out."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

DATES, SHAPES, KINDS = {"data.dataset": "dates"}, {"data.dataset": "shapes"}, {"data.dataset": "python_tokens"}
WORDS = "w: Input(shape=(56,), dtype='int64', field='words'); e: Embedding(num_embeddings=41, embedding_dim=16)"
CAPTION = "w: Input(shape=(11,), dtype='int64', field='caption_in'); e: Embedding(num_embeddings=23, embedding_dim=12)"
LINE = "w: Input(shape=(64,), dtype='int64', field='text'); e: Embedding(num_embeddings=96, embedding_dim=24)"
ISO = "i: Input(shape=(10,), dtype='int64', field='iso_in'); f: Embedding(num_embeddings=13, embedding_dim=16)"
PLACED = "p: SinusoidalPositions"
LABEL = "fc: Linear(out_features=5); y: Output(field='label')"
ANSWER = "fc: Linear(out_features=7); y: Output(loss=None)"
MEAN, MASK = "Change to MaskedMean", "Wire the padding of w to "


def counted(node: str, first: str, data: dict[str, Any], *parts: str, removes: bool = False) -> Fault:
    return Fault("padding counted as words", "padding-read", node, "; ".join(parts), data, removes, first)


def fine(data: dict[str, Any], *parts: str) -> Fault:
    return Fault("padding left out", "padding-read", None, "; ".join(parts), data)


FAULTS = [
    counted("m", MEAN, DATES, WORDS, "m: Mean(dim=1)", ANSWER),
    counted("m", MEAN, SHAPES, CAPTION, "drop: Dropout(p=0.2); m: Mean(dim=(1,))", LABEL),
    counted("m", MEAN, SHAPES, CAPTION, "h: Linear(out_features=20); act: ReLU; m: Mean(dim=-2)", LABEL),
    counted("m", MEAN, DATES, WORDS, "g: GRU(hidden_size=12); m: Mean(dim=1)", ANSWER),
    counted(
        "t",
        MASK + "src_key_padding_mask",
        DATES,
        WORDS,
        PLACED,
        "t: TransformerEncoderLayer(nhead=4)",
        "mx: Max(dim=1)",
        ANSWER,
    ),
    counted(
        "t",
        MASK + "src_key_padding_mask",
        DATES,
        WORDS,
        PLACED,
        "t: TransformerEncoder(nhead=4, num_layers=2)",
        "mx: Max(dim=1)",
        ANSWER,
    ),
    counted(
        "t",
        MASK + "key_padding_mask",
        DATES,
        WORDS,
        PLACED,
        "t: MultiheadAttention(num_heads=2); a: Add <- t, p; n: LayerNorm; mx: Max(dim=1)",
        ANSWER,
    ),
    counted(
        "two",
        MASK + "src_key_padding_mask",
        KINDS,
        LINE,
        "p: LearnedPositions(max_length=64); pm: PaddingMask <- w; "
        "one: TransformerEncoderLayer(nhead=4) <- p, src_key_padding_mask=pm; "
        "two: TransformerEncoderLayer(nhead=4)",
        "fc: Linear(out_features=9); y: Output",
    ),
    counted(
        "d",
        MASK + "memory_key_padding_mask",
        DATES,
        WORDS,
        "g: GRU(hidden_size=16)",
        ISO,
        "q: SinusoidalPositions; d: TransformerDecoderLayer(nhead=2, tgt_is_causal=True) <- q, g",
        "fc: Linear(out_features=13); y: Output",
    ),
    counted(
        "look",
        MASK + "key_padding_mask",
        DATES,
        WORDS,
        "g: LSTM(hidden_size=16)",
        ISO,
        "dec: GRU(hidden_size=16); look: MultiheadAttention(num_heads=2) <- dec, g, g; "
        "both: Concat(dim=2) <- dec, look",
        "fc: Linear(out_features=13); y: Output",
    ),
    counted(
        "s",
        "Take last of g instead, with the lengths",
        DATES,
        WORDS,
        "g: GRU(hidden_size=8); s: Select(dim=1, index=-1)",
        ANSWER,
        removes=True,
    ),
    counted(
        "s",
        "Take last of g instead, with the lengths",
        SHAPES,
        CAPTION,
        "g: LSTM(hidden_size=8, num_layers=2); dr: Dropout(p=0.1); s: Select(dim=1, index=-1)",
        LABEL,
        removes=True,
    ),
    counted(
        "s",
        "Take last of g instead, with the lengths",
        DATES,
        WORDS,
        "n: SequenceLengths <- w; g: RNN(hidden_size=8) <- e, lengths=n; s: Select(dim=-2, index=-1)",
        ANSWER,
        removes=True,
    ),
    counted("s", MEAN, SHAPES, CAPTION, "s: Select(dim=1, index=-1)", LABEL),
    counted(
        "b",
        "Set padding_idx to 0",
        DATES,
        "w: Input(shape=(56,), dtype='int64', field='words'); b: EmbeddingBag(num_embeddings=41, embedding_dim=16)",
        ANSWER,
    ),
    counted(
        "b",
        "Set padding_idx to 0",
        SHAPES,
        "w: Input(shape=(11,), dtype='int64', field='caption_in'); "
        "b: EmbeddingBag(num_embeddings=23, embedding_dim=8, mode='sum')",
        LABEL,
    ),
    counted(
        "g2",
        "Wire the lengths of w to lengths",
        DATES,
        WORDS,
        "g1: GRU(hidden_size=8); n: LayerNorm; g2: GRU(hidden_size=9); "
        "fc: Linear(out_features=7) <- g2.last; y: Output(loss=None)",
    ),
    counted(
        "g",
        "Wire the lengths of w to lengths",
        SHAPES,
        CAPTION,
        "g: LSTM(hidden_size=8); img: Input(shape=(3, 32, 32)); nm: BatchNorm2d; "
        "c: Conv2d(out_channels=8, kernel_size=5, stride=4); r: ReLU; fl: Flatten; "
        "both: Concat <- fl, g.last",
        LABEL,
    ),
]
FAULTS += [
    counted(
        "p", "Change to AdaptiveMaxPool1d", DATES, WORDS, "t: Permute(dims=(0, 2, 1))",
        "c: Conv1d(out_channels=20, kernel_size=3, padding=1); r: ReLU; p: AdaptiveAvgPool1d(output_size=1)",
        "fl: Flatten",
        ANSWER,
    ),
    counted(
        "tr", MASK + "src_key_padding_mask", DATES, WORDS, PLACED, ISO,
        "q: SinusoidalPositions; tr: Transformer(nhead=4, num_encoder_layers=1, num_decoder_layers=1, "
        "tgt_is_causal=True) <- p, q; fc: Linear(out_features=13); y: Output",
    ),
]  # fmt: skip
SOUND = [
    fine(DATES, WORDS, "mx: Max(dim=1)", ANSWER),
    fine(
        DATES,
        WORDS,
        PLACED,
        "pm: PaddingMask <- w; t: TransformerEncoderLayer(nhead=2) <- p, src_key_padding_mask=pm; "
        "m: MaskedMean <- t, pm",
        ANSWER,
    ),
    fine(
        DATES,
        WORDS,
        "n: SequenceLengths <- w; g: GRU(hidden_size=8) <- e, lengths=n; "
        "fc: Linear(out_features=7) <- g.last; y: Output(loss=None)",
    ),
    fine(
        DATES,
        "w: Input(shape=(56,), dtype='int64', field='words'); "
        "b: EmbeddingBag(num_embeddings=41, embedding_dim=16, padding_idx=0)",
        ANSWER,
    ),
    fine(
        {"data.dataset": "docstrings"},
        "w: Input(shape=(64,), dtype='int64'); e: Embedding(num_embeddings=99, embedding_dim=16)",
        PLACED,
        "t: TransformerEncoderLayer(nhead=2, is_causal=True); fc: Linear(out_features=99); y: Output",
    ),
    fine(KINDS, LINE, "g: GRU(hidden_size=16); fc: Linear(out_features=9); y: Output"),
    fine(
        {"data.dataset": "digit_rows"},
        "x: Input(shape=(8, 8)); g: GRU(hidden_size=9); m: Mean(dim=1); fc: Linear(out_features=10); y: Output",
    ),
    fine(
        {},
        "w: Input(shape=(30,), dtype='int64'); e: Embedding(num_embeddings=99, embedding_dim=16); "
        "m: Mean(dim=1); fc: Linear(out_features=10); y: Output",
    ),
]
