"""Sequences without order, and language models that see the future."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault


def without_positions(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("attention without positions", "no-positions", node, network, settings or {})


def ahead(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault("no causal mask in a language model", "no-causal-mask", node, network, settings or {})


FAULTS = [
    without_positions(
        "enc",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=50, embedding_dim=16)
        enc: TransformerEncoderLayer(nhead=2, dim_feedforward=32)
        mean: Mean(dim=(1,))
        fc: Linear(out_features=2)
        y: Output
        """,
        {"data.dataset": "reviews"},
    ),
    without_positions(
        "att",
        """
        tokens: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=1000, embedding_dim=32)
        att: MultiheadAttention(num_heads=4)
        add: Add <- table, att
        norm: LayerNorm
        mean: Mean(dim=(1,))
        fc: Linear(out_features=5)
        y: Output
        """,
    ),
    without_positions(
        "att",
        """
        tokens: Input(shape=(20,), dtype="int64")
        table: Embedding(num_embeddings=500, embedding_dim=24)
        q: Linear(out_features=24)
        k: Linear(out_features=24) <- table
        v: Linear(out_features=24) <- table
        att: ScaledDotProductAttention <- q, k, v
        flat: Max(dim=(1,))
        fc: Linear(out_features=4)
        y: Output
        """,
    ),
    without_positions(
        "enc",
        """
        x: Input(shape=(3, 32, 32))
        patches: Conv2d(out_channels=32, kernel_size=8, stride=8)
        flat: Flatten(start_dim=2)
        turn: Permute(dims=(0, 2, 1))
        token: ClassToken
        enc: TransformerEncoderLayer(nhead=4, dim_feedforward=64)
        first: Select(dim=1, index=0)
        fc: Linear(out_features=3)
        y: Output
        """,
        {"data.dataset": "pictures"},
    ),
    without_positions(
        "first",
        """
        tokens: Input(shape=(24,), dtype="int64")
        table: Embedding(num_embeddings=2000, embedding_dim=32)
        first: TransformerEncoderLayer(nhead=4, dim_feedforward=64)
        second: TransformerEncoderLayer(nhead=4, dim_feedforward=64)
        tags: Linear(out_features=17)
        y: Output
        """,
    ),
    without_positions(
        "att",
        """
        x: Input(shape=(48, 7))
        wide: Linear(out_features=16)
        att: MultiheadAttention(num_heads=2)
        mean: Mean(dim=(1,))
        fc: Linear(out_features=1)
        y: Output(loss="mse_loss")
        """,
    ),
    without_positions(
        "enc",
        """
        x: Input(shape=(100, 6))
        project: Linear(out_features=32)
        enc: TransformerEncoderLayer(nhead=4, dim_feedforward=64, norm_first=True)
        norm: LayerNorm
        pool: Max(dim=1)
        fc: Linear(out_features=8)
        y: Output
        """,
    ),
    without_positions(
        "a1",
        """
        x: Input(shape=(1, 8, 8))
        rows: Reshape(shape=(8, 8))
        wide: Linear(out_features=16)
        a1: MultiheadAttention(num_heads=2)
        n1: LayerNorm
        a2: MultiheadAttention(num_heads=2)
        n2: LayerNorm
        mean: Mean(dim=(1,))
        fc: Linear(out_features=10)
        y: Output
        """,
        {"data.dataset": "digits"},
    ),
    without_positions(
        "dec",
        """
        story: Input(shape=(40,), dtype="int64")
        ts: Embedding(num_embeddings=600, embedding_dim=16)
        claim: Input(shape=(10,), dtype="int64")
        tc: Embedding(num_embeddings=600, embedding_dim=16)
        dec: TransformerDecoderLayer(nhead=2, dim_feedforward=32) <- tc, ts
        mean: Mean(dim=(1,))
        fc: Linear(out_features=3)
        y: Output
        """,
    ),
    without_positions(
        "enc",
        """
        words: Input(shape=(12,), dtype="int64")
        table: Embedding(num_embeddings=50, embedding_dim=24, padding_idx=0)
        drop: Dropout(p=0.1)
        norm: LayerNorm
        enc: TransformerEncoderLayer(nhead=3, dim_feedforward=48, activation="gelu")
        mean: Mean(dim=(1,))
        fc: Linear(out_features=2)
        y: Output
        """,
        {"data.dataset": "reviews", "data.batch_size": 32},
    ),
    without_positions(
        "soft",
        """
        tokens: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=800, embedding_dim=32)
        soft: MultiheadAttention(num_heads=1) <- table, table, table
        add: Add <- soft, table
        fc1: Linear(out_features=32)
        relu: ReLU
        mean: Mean(dim=(1,))
        fc2: Linear(out_features=3)
        y: Output
        """,
    ),
    without_positions(
        "one",
        """
        sentence: Input(shape=(18,), dtype="int64")
        question: Input(shape=(9,), dtype="int64")
        ts: Embedding(num_embeddings=900, embedding_dim=20) <- sentence
        tq: Embedding(num_embeddings=900, embedding_dim=20) <- question
        one: MultiheadAttention(num_heads=4) <- tq, ts, ts
        mean: Mean(dim=(1,))
        fc: Linear(out_features=2)
        y: Output
        """,
    ),
    ahead(
        "enc",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=32)
        where: SinusoidalPositions
        enc: TransformerEncoderLayer(nhead=4, dim_feedforward=64)
        fc: Linear(out_features=30)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    ahead(
        "att",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=24)
        where: LearnedPositions(max_length=16)
        att: MultiheadAttention(num_heads=3)
        add: Add <- where, att
        norm: LayerNorm
        fc: Linear(out_features=30)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    ahead(
        "lstm",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=16)
        lstm: LSTM(hidden_size=32, bidirectional=True)
        fc: Linear(out_features=30)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    ahead(
        "gru",
        """
        tokens: Input(shape=(32,), dtype="int64")
        table: Embedding(num_embeddings=5000, embedding_dim=64)
        gru: GRU(hidden_size=64, num_layers=2, bidirectional=True)
        drop: Dropout(p=0.2)
        fc: Linear(out_features=5000)
        y: Output
        """,
    ),
    ahead(
        "second",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=32)
        where: SinusoidalPositions
        first: TransformerEncoderLayer(nhead=2, dim_feedforward=64, is_causal=True)
        second: TransformerEncoderLayer(nhead=2, dim_feedforward=64)
        fc: Linear(out_features=30)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    ahead(
        "att",
        """
        tokens: Input(shape=(20,), dtype="int64")
        table: Embedding(num_embeddings=200, embedding_dim=16)
        where: LearnedPositions(max_length=20)
        q: Linear(out_features=16)
        k: Linear(out_features=16) <- where
        v: Linear(out_features=16) <- where
        att: ScaledDotProductAttention <- q, k, v
        fc: Linear(out_features=200)
        y: Output
        """,
    ),
    ahead(
        "enc",
        """
        tokens: Input(shape=(64,), dtype="int64")
        table: Embedding(num_embeddings=256, embedding_dim=48)
        where: LearnedPositions(max_length=64)
        drop: Dropout(p=0.1)
        enc: TransformerEncoderLayer(nhead=6, dim_feedforward=96, activation="gelu", norm_first=True)
        norm: LayerNorm
        fc: Linear(out_features=256, bias=False)
        y: Output
        """,
    ),
    ahead(
        "att",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=32)
        where: SinusoidalPositions
        att: MultiheadAttention(num_heads=4, dropout=0.1)
        add: Add <- where, att
        n1: LayerNorm
        up: Linear(out_features=64)
        gelu: GELU
        down: Linear(out_features=32)
        add2: Add <- n1, down
        n2: LayerNorm
        fc: Linear(out_features=30)
        y: Output
        """,
        {"data.dataset": "writing", "data.batch_size": 32},
    ),
    ahead(
        "rnn",
        """
        tokens: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=100, embedding_dim=20)
        rnn: RNN(hidden_size=40, bidirectional=True)
        up: Linear(out_features=60)
        relu: ReLU
        fc: Linear(out_features=100)
        y: Output
        """,
    ),
    ahead(
        "back",
        """
        tokens: Input(shape=(24,), dtype="int64")
        table: Embedding(num_embeddings=64, embedding_dim=32)
        forward: LSTM(hidden_size=32)
        back: LSTM(hidden_size=16, bidirectional=True)
        fc: Linear(out_features=64)
        y: Output
        """,
    ),
    ahead(
        "att",
        """
        letters: Input(shape=(16,), dtype="int64")
        table: Embedding(num_embeddings=30, embedding_dim=32)
        gru: GRU(hidden_size=32)
        att: MultiheadAttention(num_heads=2)
        both: Concat(dim=2) <- gru, att
        fc: Linear(out_features=30)
        y: Output
        """,
        {"data.dataset": "writing"},
    ),
    ahead(
        "dec",
        """
        source: Input(shape=(12,), dtype="int64")
        ts: Embedding(num_embeddings=300, embedding_dim=16)
        ws: SinusoidalPositions
        enc: TransformerEncoderLayer(nhead=2, dim_feedforward=32)
        target: Input(shape=(10,), dtype="int64")
        tt: Embedding(num_embeddings=400, embedding_dim=16)
        wt: SinusoidalPositions
        dec: TransformerDecoderLayer(nhead=2, dim_feedforward=32) <- wt, enc
        fc: Linear(out_features=400)
        y: Output
        """,
    ),
]
