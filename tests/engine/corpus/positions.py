"""What tells the steps of a sequence apart, and what only looks as if it did."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

KIND = "attention without positions"
ROWS, REVIEWS = {"data.dataset": "digit_rows"}, {"data.dataset": "reviews"}


def lost(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault(KIND, "no-positions", node, network, settings or {})


def sound(network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault(KIND, "no-positions", None, network, settings or {})


FAULTS = [
    lost(  # one row for all steps is a bias
        "enc",
        """
        x: Input(shape=(8, 8)); l: Linear(out_features=16); b: Parameter(shape=(1, 1, 16)) <- -; s: Add <- l, b;
        enc: TransformerEncoderLayer(nhead=2, dim_feedforward=32); m: Mean(dim=1); o: Linear(out_features=10);
        y: Output
        """,
        ROWS,
    ),
    lost(  # columns that all go through the same weights
        "att",
        """
        x: Input(shape=(13,)); u: Unsqueeze(dim=2); l: Linear(out_features=16); att: MultiheadAttention(num_heads=2);
        m: Mean(dim=1); o: Linear(out_features=3); y: Output
        """,
        {"data.dataset": "wine"},
    ),
    lost(  # two images through one encoder
        "att",
        """
        a: Input(shape=(30,)); b: Input(shape=(30,)) <- -; e: Linear(out_features=16); au: Unsqueeze(dim=1) <- a;
        bu: Unsqueeze(dim=1) <- b; both: Concat(dim=1) <- au, bu; l: Linear(out_features=16);
        att: MultiheadAttention(num_heads=2); m: Max(dim=1); o: Linear(out_features=1) <- m;
        all: Concat(dim=1) <- o, e; y: Output(loss='mse_loss')
        """,
    ),
    lost(  # a mask of padding says nothing of where a word is
        "att",
        """
        w: Input(shape=(12,), dtype='int64'); e: Embedding(num_embeddings=50, embedding_dim=16);
        p: PaddingMask(padding_idx=0) <- w; att: MultiheadAttention(num_heads=2) <- query=e, key_padding_mask=p;
        m: Mean(dim=1); o: Linear(out_features=2); y: Output
        """,
        REVIEWS,
    ),
]
SOUND = [
    sound(
        """
        w: Input(shape=(12,), dtype='int64'); e: Embedding(num_embeddings=50, embedding_dim=16);
        p: Parameter(shape=(12, 16)) <- -; s: Add <- e, p; att: MultiheadAttention(num_heads=2); m: Mean(dim=1);
        o: Linear(out_features=2); y: Output
        """,
        REVIEWS,
    ),
    sound(
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=16, kernel_size=8, stride=8);
        p: Parameter(shape=(1, 16, 4, 4)) <- -; s: Add <- c, p; f: Flatten(start_dim=2); t: Permute(dims=(0, 2, 1));
        enc: TransformerEncoderLayer(nhead=2, dim_feedforward=32); m: Mean(dim=1); o: Linear(out_features=3); y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    sound(
        """
        x: Input(shape=(30,)); l: Linear(out_features=64); u: Unflatten(dim=1, unflattened_size=(4, 16));
        att: MultiheadAttention(num_heads=2); f: Flatten; o: Linear(out_features=2); y: Output
        """,
        {"data.dataset": "breast_cancer"},
    ),
    sound(
        """
        x: Input(shape=(4,)); a: Linear(out_features=8); b: Linear(out_features=8) <- x; c: Linear(out_features=8) <- x;
        s: Stack(dim=1) <- a, b, c; att: MultiheadAttention(num_heads=2); f: Flatten; o: Linear(out_features=3);
        y: Output
        """,
        {"data.dataset": "iris"},
    ),
    sound(
        """
        block Placed(width=16); x: BlockInput; l: Linear(out_features={'expr': 'width'});
        p: Parameter(shape=(8, 16)) <- -; s: Add <- l, p; y: BlockOutput; end;
        x: Input(shape=(8, 8)); placed: Placed; att: MultiheadAttention(num_heads=2); m: Mean(dim=1);
        o: Linear(out_features=10); y: Output
        """,
        ROWS,
    ),
    sound(
        """
        x: Input(shape=(8, 8)); q: Linear(out_features=16); k: Linear(out_features=16) <- x;
        v: Linear(out_features=16) <- x; far: Parameter(shape=(8, 8)) <- -;
        att: ScaledDotProductAttention <- query=q, key=k, value=v, attn_mask=far; m: Mean(dim=1);
        o: Linear(out_features=10); y: Output
        """,
        ROWS,
    ),
]
