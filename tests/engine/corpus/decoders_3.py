"""Decoders that look at the sequence they continue, and those that look at what an encoder has read."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault

SHAPES = {"data.dataset": "shapes"}
CAPTION = "w: Input(shape=(11,), dtype='int64', field='caption_in'); e: Embedding(num_embeddings=23, embedding_dim=12)"


def itself(node: str, first: str, *parts: str) -> Fault:
    text = "; ".join(parts)
    return Fault("a decoder that looks at itself", "memory-of-itself", node, text, SHAPES, "memory=q" in text, first)


def fine(*parts: str) -> Fault:
    return Fault("a decoder with a memory", "memory-of-itself", None, "; ".join(parts), SHAPES)


SEEN = (
    "v: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=12, kernel_size=4, stride=4); g: Flatten(start_dim=2); "
    "u: Permute(dims=(0, 2, 1))"
)
SPOKEN = f"{CAPTION} <- w; p: SinusoidalPositions"
WORD = "k: Linear(out_features=23); y: Output(loss=None)"
LAYER = "TransformerDecoderLayer(nhead=2)"
ITSELF = [
    itself(
        "d2", "Take u for memory", SEEN, SPOKEN, f"d: {LAYER} <- tgt=p, memory=u; d2: {LAYER} <- tgt=d, memory=d", WORD
    ),
    itself(
        "d", "Take u for memory", SEEN, SPOKEN, f"d: {LAYER} <- tgt=p, memory=p; d2: {LAYER} <- tgt=d, memory=u", WORD
    ),
    itself(
        "d2",
        "Take u for memory",
        SEEN,
        SPOKEN,
        f"d: {LAYER} <- tgt=p, memory=u; q: Dropout(p=0.1); d2: {LAYER} <- tgt=d, memory=q",
        WORD,
    ),
    itself(
        "d2",
        "Take u for memory",
        SEEN,
        SPOKEN,
        f"d: {LAYER} <- tgt=p, memory=u; q: LayerNorm; d2: {LAYER} <- tgt=d, memory=q",
        WORD,
    ),
    itself(
        "d2",
        "Take u for memory",
        SEEN,
        SPOKEN,
        f"d: {LAYER} <- tgt=p, memory=u; q: LayerNorm; d2: {LAYER} <- tgt=q, memory=q",
        WORD,
    ),
    itself(
        "d3",
        "Take u for memory",
        SEEN,
        SPOKEN,
        f"d: {LAYER} <- tgt=p, memory=u; d2: {LAYER} <- tgt=d, memory=u; d3: {LAYER} <- tgt=d2, memory=d2",
        WORD,
    ),
    itself(
        "d",
        "Take t for memory",
        SEEN,
        "t: TransformerEncoderLayer(nhead=2)",
        SPOKEN,
        f"d: {LAYER} <- tgt=p, memory=p; "
        "a: Mean(dim=1) <- t; b: Linear(out_features=12) <- a; s: Unsqueeze(dim=1); z: Add <- d, s",
        WORD,
    ),
    itself(
        "d",
        "Take t for memory",
        SEEN,
        "t: TransformerEncoderLayer(nhead=2)",
        SPOKEN,
        "d: TransformerDecoder(nhead=2, "
        "num_layers=2) <- tgt=p, memory=p; a: Mean(dim=1) <- t; s: Unsqueeze(dim=1); z: Add <- d, s",
        WORD,
    ),
    itself(
        "d2",
        "Take t for memory",
        SEEN,
        "t: TransformerEncoderLayer(nhead=2)",
        SPOKEN,
        f"d: {LAYER} <- tgt=p, memory=t; d2: {LAYER} <- tgt=d, memory=d",
        WORD,
    ),
    itself(
        "d2",
        "Take t for memory",
        SEEN,
        "t: TransformerEncoder(nhead=2, num_layers=2)",
        SPOKEN,
        f"d: {LAYER} <- tgt=p, memory=t; d2: TransformerDecoder(nhead=2, num_layers=2) <- tgt=d, memory=d",
        WORD,
    ),
    itself(
        "d2",
        "Take l for memory",
        SEEN,
        "l: Linear(out_features=12)",
        SPOKEN,
        f"d: {LAYER} <- tgt=p, memory=l; d2: {LAYER} <- tgt=d, memory=d; n: LayerNorm",
        WORD,
    ),
    itself(
        "d2",
        "Take g2 for memory",
        SEEN,
        "g2: GRU(hidden_size=12)",
        SPOKEN,
        f"d: {LAYER} <- tgt=p, memory=g2; d2: {LAYER} <- tgt=d, memory=d",
        WORD,
    ),
]
FAULTS = ITSELF
SOUND = [
    fine(SEEN, SPOKEN, f"d: {LAYER} <- tgt=p, memory=u; d2: {LAYER} <- tgt=d, memory=u", WORD),
    fine(SPOKEN, "a: MultiheadAttention(num_heads=2)", WORD),
]
