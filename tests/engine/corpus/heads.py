"""Heads of attention that are split off the features and not exchanged with the steps."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault


def heads(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    first = "Insert Permute(0, 2, 1, 3)"
    return Fault("heads not exchanged with steps", "heads-behind-steps", node, network, settings or {}, first=first)


HEADS = [
    heads(
        "h",
        """
        x: Input(shape=(20, 32)); q: Linear(out_features=32); h: Unflatten(dim=2, unflattened_size=(4, 8));
        s: MatMul(transpose=True) <- a=h, b=h; a: Softmax(dim=-1); v: MatMul <- a=a, b=h;
        j: Reshape(shape=(20, 32)); m: Mean(dim=1); o: Linear(out_features=3); y: Output
        """,
    ),
    heads(
        "h",
        """
        x: Input(shape=(20, 32)); pos: SinusoidalPositions; q: Linear(out_features=32);
        h: Reshape(shape=(20, 4, 8)); a: ScaledDotProductAttention <- query=h, key=h, value=h;
        j: Reshape(shape=(20, 32)); m: Mean(dim=1); o: Linear(out_features=3); y: Output
        """,
    ),
    heads(
        "qh",
        """
        x: Input(shape=(12, 24)); q: Linear(out_features=24); k: Linear(out_features=24) <- x;
        v: Linear(out_features=24) <- x; qh: Reshape(shape=(12, 3, 8)) <- q;
        kh: Reshape(shape=(12, 3, 8)) <- k; vh: Reshape(shape=(12, 3, 8)) <- v;
        a: ScaledDotProductAttention <- query=qh, key=kh, value=vh; j: Flatten(start_dim=2); m: Mean(dim=1);
        o: Linear(out_features=2); y: Output
        """,
    ),
    heads(
        "qh",
        """
        x: Input(shape=(12, 24)); q: Linear(out_features=24); k: Linear(out_features=24) <- x;
        v: Linear(out_features=24) <- x; qh: Unflatten(dim=-1, unflattened_size=(3, 8)) <- q;
        kh: Unflatten(dim=-1, unflattened_size=(3, 8)) <- k;
        vh: Unflatten(dim=-1, unflattened_size=(3, 8)) <- v; s: MatMul(transpose=True) <- a=qh, b=kh;
        c: Scale(factor=0.35); w: Softmax(dim=-1); z: MatMul <- a=w, b=vh; j: Flatten(start_dim=2);
        m: Mean(dim=1); o: Linear(out_features=2); y: Output
        """,
    ),
    heads(
        "attend",
        """
        block Attend(width=16); x: BlockInput; q: Linear(out_features={'expr': 'width'});
        h: Unflatten(dim=2, unflattened_size=(2, 8)); s: ScaledDotProductAttention <- query=h, key=h, value=h;
        j: Flatten(start_dim=2); y: BlockOutput; end; x: Input(shape=(9, 16)); attend: Attend(repeat=2);
        m: Mean(dim=1); o: Linear(out_features=3); y: Output
        """,
    ),
    heads(
        "h",
        """
        w: Input(shape=(25,), dtype='int64'); e: Embedding(num_embeddings=90, embedding_dim=32);
        pos: LearnedPositions(max_length=25); h: Reshape(shape=(25, 4, 8));
        a: ScaledDotProductAttention(is_causal=True) <- query=h, key=h, value=h; j: Reshape(shape=(25, 32));
        o: Linear(out_features=90); y: Output
        """,
    ),
    heads(
        "h",
        """
        x: Input(shape=('T', 32)); q: Linear(out_features=32); h: Reshape(shape=(-1, 4, 8));
        a: ScaledDotProductAttention <- query=h, key=h, value=h; j: Reshape(shape=(-1, 32)); m: Mean(dim=1);
        o: Linear(out_features=3); y: Output
        """,
    ),
    heads(
        "h",
        """
        x: Input(shape=(20, 32)); q: Linear(out_features=32); h: Reshape(shape=(20, 8, 4)); d: Dropout(p=0.1);
        s: MatMul(transpose=True) <- a=d, b=d; a: Softmax(dim=-1); m: Mean(dim=1); f: Flatten;
        o: Linear(out_features=3); y: Output
        """,
    ),
    heads(
        "qh",
        """
        x: Input(shape=(10, 16)); z: Input(shape=(10, 16)) <- -; qh: Reshape(shape=(10, 2, 8)) <- x;
        kh: Reshape(shape=(10, 2, 8)) <- z; a: ScaledDotProductAttention <- query=qh, key=kh, value=kh;
        j: Reshape(shape=(10, 16)); m: Mean(dim=1); o: Linear(out_features=2); y: Output
        """,
    ),
    heads(
        "h",
        """
        x: Input(shape=(48, 2)); l: Linear(out_features=24); n: LayerNorm;
        h: Unflatten(dim=2, unflattened_size=(6, 4));
        a: ScaledDotProductAttention(dropout_p=0.1) <- query=h, key=h, value=h; j: Flatten(start_dim=2);
        r: Add <- j, l; m: Mean(dim=1); o: Linear(out_features=12); y: Output(loss='mse_loss')
        """,
        {"data.dataset": "series"},
    ),
    heads(
        "h",
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=32, kernel_size=8, stride=8);
        f: Flatten(start_dim=2); p: Permute(dims=(0, 2, 1)); h: Reshape(shape=(16, 4, 8));
        a: ScaledDotProductAttention <- query=h, key=h, value=h; j: Reshape(shape=(16, 32)); m: Mean(dim=1);
        o: Linear(out_features=6); y: Output
        """,
    ),
    heads(
        "h",
        """
        x: Input(shape=(14, 20)); g: GRU(hidden_size=20); h: Reshape(shape=(14, 5, 4)) <- g.output;
        a: ScaledDotProductAttention(scale=0.5) <- query=h, key=h, value=h; m: Mean(dim=(1, 2));
        o: Linear(out_features=2); y: Output
        """,
    ),
]

FAULTS = [*HEADS]
