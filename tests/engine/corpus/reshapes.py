"""Axes torn by a reshape: the heads of attention, the patches of an image."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault


def heads(node: str, network: str, first: str) -> Fault:
    return Fault("heads by reshape alone", "axes-by-reshape", node, network, {}, first=first)


def patches(node: str, network: str, first: str) -> Fault:
    return Fault("patches by reshape alone", "axes-by-reshape", node, network, {}, first=first)


HEADS = [
    heads(
        "h",
        """
        x: Input(shape=(20, 32)); q: Linear(out_features=32); h: Reshape(shape=(4, 20, 8));
        s: MatMul(transpose=True) <- a=h, b=h; a: Softmax(dim=-1); v: MatMul <- a=a, b=h; m: Mean(dim=2);
        f: Flatten; o: Linear(out_features=2); y: Output
        """,
        "Set shape to 20 × 4 × 8 and insert Permute",
    ),
    heads(
        "back",
        """
        x: Input(shape=(20, 32)); q: Linear(out_features=32); h: Reshape(shape=(20, 4, 8));
        p: Permute(dims=(0, 2, 1, 3)); s: MatMul(transpose=True) <- a=p, b=p; a: Softmax(dim=-1);
        v: MatMul <- a=a, b=p; back: Reshape(shape=(20, 32)); m: Mean(dim=1); o: Linear(out_features=2);
        y: Output
        """,
        "Insert Permute(0, 2, 1, 3)",
    ),
    heads(
        "h",
        """
        x: Input(shape=(16, 64)); n: LayerNorm; h: Reshape(shape=(8, 16, 8));
        a: ScaledDotProductAttention <- query=h, key=h, value=h; m: Mean(dim=(1, 2));
        o: Linear(out_features=3); y: Output
        """,
        "Set shape to 16 × 8 × 8",
    ),
    heads(
        "k",
        """
        x: Input(shape=('T', 24)); k: Reshape(shape=(3, -1, 8));
        a: ScaledDotProductAttention <- query=k, key=k, value=k; m: Mean(dim=2); f: Flatten;
        o: Linear(out_features=3); y: Output
        """,
        "Set shape to -1 × 3 × 8",
    ),
    heads(
        "h",
        """
        block Attend(width=32); x: BlockInput; q: Linear(out_features={'expr': 'width'});
        h: Reshape(shape=(4, 12, 8)); s: ScaledDotProductAttention <- query=h, key=h, value=h; m: Mean(dim=1);
        y: BlockOutput; end; x: Input(shape=(12, 32)); h: Attend; f: Flatten; o: Linear(out_features=3);
        y: Output
        """,
        "Set shape to 12 × 4 × 8",
    ),
    heads(
        "h",
        """
        x: Input(shape=(20, 32)); q: Linear(out_features=32); flat: Flatten;
        h: Unflatten(dim=1, unflattened_size=(4, 20, 8)); s: MatMul(transpose=True) <- a=h, b=h; f: Flatten;
        o: Linear(out_features=2); y: Output
        """,
        "Set unflattened_size to 20 × 4 × 8",
    ),
    heads(
        "join",
        """
        x: Input(shape=(6, 10, 8)); a: ScaledDotProductAttention <- query=x, key=x, value=x;
        join: Reshape(shape=(10, 48)); l: Linear(out_features=16); m: Mean(dim=1); o: Linear(out_features=2);
        y: Output
        """,
        "Insert Permute(0, 2, 1, 3)",
    ),
    heads(
        "h",
        """
        w: Input(shape=(25,), dtype='int64'); e: Embedding(num_embeddings=90, embedding_dim=30);
        d: Dropout(p=0.1); h: Reshape(shape=(5, 25, 6)); s: MatMul(transpose=True) <- a=h, b=h;
        a: Softmax(dim=-1); v: MatMul <- a=a, b=h; m: Mean(dim=(1, 2)); o: Linear(out_features=2); y: Output
        """,
        "Set shape to 25 × 5 × 6",
    ),
    heads(
        "h",
        """
        x: Input(shape=(9, 36)); qkv: Linear(out_features=108); h: Reshape(shape=(3, 6, 9, 6)); f: Flatten;
        o: Linear(out_features=2); y: Output
        """,
        "Set shape to 9 × 3 × 6 × 6",
    ),
    heads(
        "h",
        """
        x: Input(shape=(14, 20)); h: Reshape(shape=(2, 14, 10)); r: GELU; m: Mean(dim=2); f: Flatten;
        o: Linear(out_features=2); y: Output
        """,
        "Set shape to 14 × 2 × 10",
    ),
    heads(
        "kh",
        """
        x: Input(shape=(12, 16)); z: Input(shape=(7, 16)) <- -; q: Linear(out_features=16) <- x;
        k: Linear(out_features=16) <- z; qh: Reshape(shape=(12, 2, 8)) <- q; qp: Permute(dims=(0, 2, 1, 3));
        kh: Reshape(shape=(2, 7, 8)) <- k; a: ScaledDotProductAttention <- query=qp, key=kh, value=kh;
        m: Mean(dim=(1, 2)); o: Linear(out_features=2); y: Output
        """,
        "Set shape to 7 × 2 × 8",
    ),
    heads(
        "back",
        """
        x: Input(shape=(4, 15, 8)); r: ReLU; back: Reshape(shape=(15, -1)); g: GRU(hidden_size=16);
        o: Linear(out_features=2) <- g.last; y: Output
        """,
        "Insert Permute(0, 2, 1, 3)",
    ),
]


PATCHES = [
    patches(
        "p",
        """
        x: Input(shape=(3, 32, 32)); p: Reshape(shape=(64, 48)); e: Linear(out_features=32);
        pos: SinusoidalPositions; t: TransformerEncoderLayer(nhead=4, dim_feedforward=64); m: Mean(dim=1);
        o: Linear(out_features=6); y: Output
        """,
        "Change to Unfold(4, 4) and insert Permute",
    ),
    patches(
        "p",
        """
        x: Input(shape=(1, 28, 28)); p: Reshape(shape=(49, 16)); e: Linear(out_features=32);
        pos: LearnedPositions(max_length=49); t: TransformerEncoderLayer(nhead=4, dim_feedforward=64);
        m: Mean(dim=1); o: Linear(out_features=10); y: Output
        """,
        "Change to Unfold(4, 4) and insert Permute",
    ),
    patches(
        "cut",
        """
        x: Input(shape=(1, 8, 8)); s: Scale(factor=0.0625); cut: Reshape(shape=(4, 16)); f: Flatten;
        o: Linear(out_features=10); y: Output
        """,
        "Change to Unfold(4, 4)",
    ),
    patches(
        "p",
        """
        x: Input(shape=(3, 24, 24)); p: Reshape(shape=(36, 3, 4, 4)); f: Flatten(start_dim=2);
        e: Linear(out_features=16); m: Mean(dim=1); o: Linear(out_features=6); y: Output
        """,
        "Change to Unfold(4, 4)",
    ),
    patches(
        "p",
        """
        x: Input(shape=(3, 16, 16)); p: Reshape(shape=(4, 4, 48)); e: Linear(out_features=24); g: GELU;
        m: Mean(dim=(1, 2)); o: Linear(out_features=3); y: Output
        """,
        "Change to Unfold(4, 4)",
    ),
    patches(
        "v",
        """
        x: Input(shape=(3, 32, 32)); n: InstanceNorm2d; v: Reshape(shape=(16, -1)); e: Linear(out_features=24);
        g: GRU(hidden_size=16); o: Linear(out_features=3) <- g.last; y: Output
        """,
        "Change to Unfold(8, 8)",
    ),
    patches(
        "p",
        """
        x: Input(shape=(3, 32, 48)); p: Reshape(shape=(24, 192)); e: Linear(out_features=24); m: Mean(dim=1);
        o: Linear(out_features=3); y: Output
        """,
        "Change to Unfold(8, 8)",
    ),
    patches(
        "embed",
        """
        block Embed(width=32); x: BlockInput; p: Reshape(shape=(64, 48));
        e: Linear(out_features={'expr': 'width'}); y: BlockOutput; end; x: Input(shape=(3, 32, 32));
        embed: Embed; m: Mean(dim=1); o: Linear(out_features=6); y: Output
        """,
        "Change to Unfold(4, 4)",
    ),
    patches(
        "p",
        """
        x: Input(shape=(3, 32, 32)); f: Flatten; p: Unflatten(dim=1, unflattened_size=(64, 48));
        e: Linear(out_features=32); m: Mean(dim=1); o: Linear(out_features=6); y: Output
        """,
        "Set unflattened_size to 3 × 8 × 4 × 8 × 4 and insert Permute and Reshape",
    ),
    patches(
        "image",
        """
        x: Input(shape=(64, 32)); pos: SinusoidalPositions;
        t: TransformerEncoderLayer(nhead=4, dim_feedforward=64); l: Linear(out_features=48);
        image: Reshape(shape=(3, 32, 32)); y: Output(loss='mse_loss')
        """,
        "Insert Permute and change to Fold(4, 4)",
    ),
    patches(
        "p",
        """
        x: Input(shape=(3, 32, 32)); p: Reshape(shape=(64, 4, 4, 3)); f: Flatten(start_dim=2);
        e: Linear(out_features=16); m: Mean(dim=1); o: Linear(out_features=6); y: Output
        """,
        "Set shape to 3 × 8 × 4 × 8 × 4",
    ),
    patches(
        "p",
        """
        x: Input(shape=(4, 12, 12)); t: Tanh; p: Reshape(shape=(9, 64)); e: Linear(out_features=12);
        m: Mean(dim=1); o: Linear(out_features=2); y: Output
        """,
        "Change to Unfold(4, 4)",
    ),
]

FAULTS = [*HEADS, *PATCHES]
