"""States and masks that do not fit, and parameters that make no layer."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault


def state(node: str, network: str) -> Fault:
    return Fault("states that do not fit", "state", node, network)


def mask(node: str, network: str) -> Fault:
    return Fault("masks that do not fit", "mask", node, network)


FAULTS = [
    state(
        "decode",
        """
        source: Input(shape=(20, 8))
        encode: LSTM(hidden_size=64)
        target: Input(shape=(10, 8))
        decode: LSTM(hidden_size=32) <- target, h_0=encode.h_n, c_0=encode.c_n
        fc: Linear(out_features=8)
        y: Output(loss="mse_loss")
        """,
    ),
    state(
        "decode",
        """
        source: Input(shape=(15,), dtype="int64")
        vectors: Embedding(num_embeddings=200, embedding_dim=16)
        encode: GRU(hidden_size=48, bidirectional=True)
        target: Input(shape=(12,), dtype="int64")
        vectors2: Embedding(num_embeddings=180, embedding_dim=16)
        decode: GRU(hidden_size=48) <- vectors2, h_0=encode.h_n
        fc: Linear(out_features=180)
        y: Output
        """,
    ),
    state(
        "decode",
        """
        source: Input(shape=(9, 6))
        encode: LSTM(hidden_size=20, num_layers=2)
        target: Input(shape=(9, 6))
        decode: LSTM(hidden_size=20) <- target, h_0=encode.h_n, c_0=encode.c_n
        fc: Linear(out_features=6)
        y: Output(loss="mse_loss")
        """,
    ),
    state(
        "decode",
        """
        source: Input(shape=(25, 10))
        encode: LSTM(hidden_size=32)
        target: Input(shape=(7, 10))
        decode: LSTM(hidden_size=32) <- target, h_0=encode.h_n
        fc: Linear(out_features=10)
        y: Output(loss="mse_loss")
        """,
    ),
    state(
        "tell",
        """
        picture: Input(shape=(1, 16, 16))
        flat: Flatten
        seen: Linear(out_features=64)
        tanh: Tanh
        words: Input(shape=(12,), dtype="int64")
        vectors: Embedding(num_embeddings=300, embedding_dim=32)
        tell: GRU(hidden_size=64) <- vectors, h_0=tanh
        fc: Linear(out_features=300)
        y: Output
        """,
    ),
    state(
        "second",
        """
        series: Input(shape=(40, 3))
        first: RNN(hidden_size=16)
        second: RNN(hidden_size=16, num_layers=3) <- first, h_0=first.h_n
        fc: Linear(out_features=1) <- second.last
        y: Output(loss="mse_loss")
        """,
    ),
    state(
        "run",
        """
        series: Input(shape=(18, 5))
        start: Input(shape=(1, 24))
        run: GRU(hidden_size=24) <- series, h_0=start
        fc: Linear(out_features=2) <- run.last
        y: Output
        """,
    ),
    state(
        "cell",
        """
        now: Input(shape=(10,))
        before: Input(shape=(20,))
        hidden: Linear(out_features=16)
        tanh: Tanh
        cell: GRUCell(hidden_size=32) <- now, h=tanh
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    state(
        "cell",
        """
        now: Input(shape=(6,))
        before: Input(shape=(24,))
        cell: LSTMCell(hidden_size=24) <- now, h=before
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    state(
        "cell2",
        """
        now: Input(shape=(12,))
        cell1: LSTMCell(hidden_size=40)
        cell2: LSTMCell(hidden_size=20) <- cell1.h_next, h=cell1.h_next, c=cell1.c_next
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    state(
        "cell",
        """
        now: Input(shape=(8,))
        series: Input(shape=(14, 8))
        past: RNN(hidden_size=16)
        cell: RNNCell(hidden_size=16) <- now, h=past.output
        fc: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    state(
        "answer",
        """
        question: Input(shape=(10,), dtype="int64")
        vectors: Embedding(num_embeddings=90, embedding_dim=24)
        read: LSTM(hidden_size=32)
        story: Input(shape=(50, 24))
        answer: LSTM(hidden_size=32) <- story, h_0=read.output, c_0=read.c_n
        fc: Linear(out_features=4) <- answer.last
        y: Output
        """,
    ),
    mask(
        "layer",
        """
        words: Input(shape=(7,), dtype="int64")
        vectors: Embedding(num_embeddings=60, embedding_dim=32)
        token: ClassToken
        positions: SinusoidalPositions
        padded: Input(shape=(7,), dtype="bool")
        layer: TransformerEncoderLayer(nhead=4, dim_feedforward=64) <- positions, src_key_padding_mask=padded
        first: Select(dim=1, index=0)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    mask(
        "look",
        """
        question: Input(shape=(5, 16))
        positions: SinusoidalPositions
        story: Input(shape=(30, 16))
        second: SinusoidalPositions
        padded: Input(shape=(5,), dtype="bool")
        look: MultiheadAttention(num_heads=2) <- positions, second, key_padding_mask=padded
        mean: Mean(dim=1)
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    mask(
        "decode",
        """
        source: Input(shape=(12, 24))
        positions: SinusoidalPositions
        target: Input(shape=(8, 24))
        second: SinusoidalPositions
        padded: Input(shape=(12,), dtype="bool")
        decode: TransformerDecoderLayer(nhead=4, dim_feedforward=48) <- second, positions, tgt_key_padding_mask=padded
        fc: Linear(out_features=50)
        y: Output
        """,
    ),
    mask(
        "fill",
        """
        steps: Input(shape=(9, 12))
        positions: SinusoidalPositions
        padded: Input(shape=(9,), dtype="bool")
        scores: MatMul(transpose=True) <- positions, positions
        fill: MaskedFill <- scores, mask=padded
        share: Softmax(dim=-1)
        taken: MatMul <- share, steps
        mean: Mean(dim=1)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    mask(
        "look",
        """
        signal: Input(shape=(4, 60))
        conv: Conv1d(out_channels=16, kernel_size=4, stride=2)
        relu: ReLU
        turned: Permute(dims=(0, 2, 1))
        positions: SinusoidalPositions
        padded: Input(shape=(60,), dtype="bool")
        look: MultiheadAttention(num_heads=4) <- positions, key_padding_mask=padded
        mean: Mean(dim=1)
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    mask(
        "look",
        """
        steps: Input(shape=(10, 32))
        positions: SinusoidalPositions
        other: Input(shape=(8, 32))
        order: MatMul(transpose=True) <- other, other
        future: CausalMask
        look: MultiheadAttention(num_heads=4) <- positions, attn_mask=future
        mean: Mean(dim=1)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    mask(
        "attend",
        """
        steps: Input(shape=(6, 8))
        positions: SinusoidalPositions
        allowed: Input(shape=(6, 6), dtype="bool")
        attend: ScaledDotProductAttention(is_causal=True) <- positions, positions, positions, attn_mask=allowed
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    mask(
        "look",
        """
        question: Input(shape=(4, 20))
        positions: SinusoidalPositions
        story: Input(shape=(16, 20))
        second: SinusoidalPositions
        look: MultiheadAttention(num_heads=5, is_causal=True) <- positions, second
        mean: Mean(dim=1)
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    mask(
        "layer",
        """
        steps: Input(shape=(11, 16))
        positions: SinusoidalPositions
        first: Permute(dims=(1, 0, 2))
        padded: Input(shape=(11,), dtype="bool")
        turned: Permute(dims=(1, 0))
        layer: TransformerEncoderLayer(nhead=2, batch_first=False) <- first, src_key_padding_mask=turned
        back: Permute(dims=(1, 0, 2))
        mean: Mean(dim=1)
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    mask(
        "layer",
        """
        words: Input(shape=(20,), dtype="int64")
        vectors: Embedding(num_embeddings=500, embedding_dim=32)
        positions: SinusoidalPositions
        padded: Input(shape=(20,), dtype="bool")
        layer: TransformerEncoderLayer(nhead=4, dim_feedforward=64) <- positions, src_mask=padded
        mean: Mean(dim=1)
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    mask(
        "fill",
        """
        x: Input(shape=(3, 16, 16))
        conv: Conv2d(out_channels=8, kernel_size=3)
        relu: ReLU
        hole: Input(shape=(1, 16, 16), dtype="bool")
        fill: MaskedFill(value=0.0) <- relu, mask=hole
        pool: AdaptiveAvgPool2d(output_size=1)
        flat: Flatten
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    mask(
        "decode",
        """
        source: Input(shape=(12,), dtype="int64")
        vectors: Embedding(num_embeddings=70, embedding_dim=16)
        positions: SinusoidalPositions
        short: Slice(dim=1, stop=-2)
        target: Input(shape=(6, 16))
        second: SinusoidalPositions
        padded: Input(shape=(12,), dtype="bool")
        decode: TransformerDecoderLayer(nhead=2) <- second, short, memory_key_padding_mask=padded
        fc: Linear(out_features=70)
        y: Output
        """,
    ),
]
