"""More encoders and decoders that do not fit: cells, codes of images, both directions, a whole Transformer."""

from __future__ import annotations

from tests.engine.corpus.decoders import LATER, NUMBERS, SERIES, TARGET, WORDS, part, state, unread
from tests.engine.corpus.notation import Fault

FAULTS = [
    state(
        "Put both directions of enc side by side",
        f"{SERIES}; enc: GRU(hidden_size=16, bidirectional=True); {LATER}; "
        f"dec: GRU(hidden_size=32) <- now, h_0=enc.h_n; {NUMBERS}",
    ),
]
FAULTS += [
    state(
        "Take the top layer for h and c",
        f"{SERIES}; enc: LSTM(hidden_size=16, num_layers=2); z: Input(shape=(4,)); "
        f"dec: LSTMCell(hidden_size=16) <- z, h=enc.h_n, c=enc.c_n; {NUMBERS}",
    ),
    state(
        "Begin h_0 and c_0 with code",
        "img: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=8, kernel_size=4, stride=4); r: ReLU; flat: Flatten; "
        f"code: Linear(out_features=32); {TARGET}; dec: LSTM(hidden_size=32) <- e2, h_0=code; {WORDS}",
    ),
    unread(
        "Begin dec with h_n and c_n of it",
        f"{SERIES}; low: LSTM(hidden_size=16); enc: LSTM(hidden_size=16); {LATER}; "
        f"dec: LSTM(hidden_size=16) <- now, h_0=low.h_n, c_0=low.c_n; {NUMBERS}",
    ),
    part(
        "Take last of seq instead",
        "x: Input(shape=(20, 6)); seq: GRU(hidden_size=16, bidirectional=True, num_layers=2); n: LayerNorm; "
        "take: Select(dim=1, index=-1); fc: Linear(out_features=3); y: Output",
    ),
]
EXCHANGED = (
    "w: Input(shape=(56,), dtype='int64', field='words'); e: Embedding(num_embeddings=41, embedding_dim=32); "
    "p: SinusoidalPositions; i: Input(shape=(10,), dtype='int64', field='iso_in'); "
    "f: Embedding(num_embeddings=13, embedding_dim=32); q: SinusoidalPositions; "
    "tr: Transformer(nhead=4, num_encoder_layers=1, num_decoder_layers=1, tgt_is_causal=True) <- q, p; "
    "fc: Linear(out_features=13); y: Output"
)
FAULTS.append(
    Fault(
        "states or sequences exchanged",
        "output-data",
        "y",
        EXCHANGED,
        {"data.dataset": "dates"},
        first="Exchange tgt and src of tr",
    )
)
