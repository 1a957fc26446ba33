"""Encoders and decoders that do not fit, and states and steps that say only a part of a sequence."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault

SOURCE = "src: Input(shape=(15,), dtype='int64'); e1: Embedding(num_embeddings=200, embedding_dim=16)"
TARGET = "tgt: Input(shape=(12,), dtype='int64'); e2: Embedding(num_embeddings=180, embedding_dim=16)"
SERIES, LATER = "past: Input(shape=(40, 6))", "now: Input(shape=(8, 6))"
WORDS = "fc: Linear(out_features=180); y: Output"
NUMBERS = "fc: Linear(out_features=6); y: Output(loss='mse_loss')"
ATTENDS = f"{SOURCE}; p1: SinusoidalPositions; el: TransformerEncoderLayer(nhead=4, dim_feedforward=64)"
AND = f"{TARGET}; p2: SinusoidalPositions"
CAUSAL = "nhead=4, dim_feedforward=64, tgt_is_causal=True"


def unread(first: str, network: str, node: str = "enc") -> Fault:
    return Fault("encoder that no decoder gets", "unused", node, network, first=first)


def state(first: str, network: str, code: str = "state") -> Fault:
    return Fault("encoder and decoder that do not fit", code, "dec", network, first=first)


def exchanged(first: str, network: str, code: str = "states-exchanged") -> Fault:
    return Fault("states or sequences exchanged", code, "dec", network, first=first)


def part(first: str, network: str, code: str = "last-of-both", node: str = "take") -> Fault:
    return Fault("a step or state of a part", code, node, network, removes=True, first=first)


FAULTS = [
    unread(
        "Begin dec with h_n and c_n of it",
        f"{SOURCE}; enc: LSTM(hidden_size=32); {TARGET}; dec: LSTM(hidden_size=32); {WORDS}",
    ),
    unread(
        "Begin dec with h_n of it", f"{SERIES}; enc: GRU(hidden_size=20); {LATER}; dec: GRU(hidden_size=20); {NUMBERS}"
    ),
    unread(
        "Begin dec with h_n of it",
        f"{SERIES}; nm: LayerNorm; enc: RNN(hidden_size=20, num_layers=2); {LATER}; "
        "dec: RNN(hidden_size=20, num_layers=2); "
        f"{NUMBERS}",
    ),
    unread(
        "Begin dec with h_n of it, and set its sizes alike",
        f"{SOURCE}; drop: Dropout(p=0.1); enc: GRU(hidden_size=48); {TARGET}; dec: GRU(hidden_size=32); {WORDS}",
    ),
    unread(
        "Begin dec with h_n of it", f"{SOURCE}; enc: LSTM(hidden_size=32); {TARGET}; dec: GRU(hidden_size=32); {WORDS}"
    ),
    unread(
        "Change dec to GRU and begin it",
        f"{SERIES}; enc: GRU(hidden_size=16); {LATER}; dec: LSTM(hidden_size=16); {NUMBERS}",
    ),
    unread("Wire it to dec", f"{ATTENDS}; {AND}; dec: TransformerDecoderLayer({CAUSAL}) <- p2; {WORDS}", "el"),
    unread(
        "Wire it to memory of dec", f"{ATTENDS}; {AND}; dec: TransformerDecoderLayer({CAUSAL}) <- p2, p2; {WORDS}", "el"
    ),
    unread(
        "Wire it to tgt of dec", f"{ATTENDS}; {AND}; dec: TransformerDecoderLayer({CAUSAL}) <- el, el; {WORDS}", "p2"
    ),
    unread(
        "Let dec read it instead of p1",
        f"{ATTENDS}; {AND}; dec: TransformerDecoderLayer({CAUSAL}) <- p2, p1; {WORDS}",
        "el",
    ),
    unread(
        "Wire it to memory of dec",
        "img: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=32, kernel_size=4, stride=4); r: ReLU; "
        "flat: Flatten(start_dim=2); enc: Permute(dims=(0, 2, 1)); text: Input(shape=(9,), dtype='int64'); "
        "e: Embedding(num_embeddings=60, embedding_dim=32); p: SinusoidalPositions; "
        f"dec: TransformerDecoder(num_layers=2, {CAUSAL}) <- p, p; fc: Linear(out_features=60); y: Output",
    ),
    unread(
        "Let f read it instead of h",
        "x: Input(shape=(30,)); h: Linear(out_features=24); enc: ReLU; f: Linear(out_features=24) <- h; r: ReLU; "
        "fc: Linear(out_features=3); y: Output",
    ),
    state(
        "Change dec to GRU",
        f"{SOURCE}; enc: GRU(hidden_size=32); {TARGET}; dec: LSTM(hidden_size=32) <- e2, h_0=enc.h_n; {WORDS}",
    ),
    state(
        "Change dec to RNN",
        f"{SERIES}; enc: RNN(hidden_size=9); {LATER}; dec: LSTM(hidden_size=9) <- now, h_0=enc.h_n; {NUMBERS}",
    ),
    state(
        "Take h_n and c_n of enc and set its sizes alike",
        f"{SOURCE}; enc: LSTM(hidden_size=64); {TARGET}; "
        f"dec: LSTM(hidden_size=32) <- e2, h_0=enc.h_n, c_0=enc.c_n; {WORDS}",
    ),
    state(
        "Take h_n of enc and set its sizes alike",
        f"{SERIES}; enc: GRU(hidden_size=12, num_layers=3); {LATER}; "
        f"dec: GRU(hidden_size=12) <- now, h_0=enc.h_n; {NUMBERS}",
    ),
    state(
        "Take h_n of enc and set its sizes alike",
        f"{SERIES}; enc: GRU(hidden_size=12); {LATER}; "
        f"dec: GRU(hidden_size=24, num_layers=2) <- now, h_0=enc.h_n; {NUMBERS}",
    ),
    state(
        "Set bidirectional of enc to false",
        f"{SOURCE}; enc: GRU(hidden_size=32, bidirectional=True); {TARGET}; "
        f"dec: GRU(hidden_size=32) <- e2, h_0=enc.h_n; {WORDS}",
    ),
    state(
        "Take h_n and c_n of enc",
        f"{SOURCE}; enc: LSTM(hidden_size=32); {TARGET}; dec: LSTM(hidden_size=32) <- e2, h_0=enc.output; {WORDS}",
    ),
    state(
        "Take h_n and c_n of enc",
        f"{SERIES}; enc: LSTM(hidden_size=32); {LATER}; "
        f"dec: LSTM(hidden_size=32) <- now, h_0=enc.last, c_0=enc.last; {NUMBERS}",
    ),
    state(
        "Take h_n and c_n of enc",
        f"{SERIES}; enc: LSTM(hidden_size=10); {LATER}; dec: LSTM(hidden_size=10) <- now, h_0=enc.h_n; {NUMBERS}",
    ),
    state(
        "Set embedding_dim of e1 to 32",
        f"{ATTENDS}; {AND.replace('16', '32')}; dec: TransformerDecoderLayer({CAUSAL}) <- p2, el; {WORDS}",
        "mismatch",
    ),
    state(
        "Set embedding_dim of e1 to 64",
        f"{ATTENDS}; {AND.replace('16', '64')}; dec: TransformerDecoder(num_layers=2, {CAUSAL}) <- p2, el; {WORDS}",
        "mismatch",
    ),
    state(
        "Set out_channels of c to 32",
        "img: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=24, kernel_size=4, stride=4); r: ReLU; "
        "flat: Flatten(start_dim=2); turn: Permute(dims=(0, 2, 1)); text: Input(shape=(9,), dtype='int64'); "
        "e: Embedding(num_embeddings=60, embedding_dim=32); p: SinusoidalPositions; "
        f"dec: TransformerDecoder(num_layers=2, {CAUSAL}) <- p, turn; fc: Linear(out_features=60); y: Output",
        "mismatch",
    ),
    exchanged(
        "Take h_n and c_n of enc",
        f"{SOURCE}; enc: LSTM(hidden_size=32); {TARGET}; "
        f"dec: LSTM(hidden_size=32) <- e2, h_0=enc.c_n, c_0=enc.h_n; {WORDS}",
    ),
    exchanged(
        "Take h_n of enc",
        f"{SOURCE}; enc: LSTM(hidden_size=32); {TARGET}; dec: GRU(hidden_size=32) <- e2, h_0=enc.c_n; {WORDS}",
    ),
    exchanged(
        "Take c_n of enc",
        f"{SERIES}; enc: LSTM(hidden_size=7, num_layers=2); {LATER}; "
        f"dec: LSTM(hidden_size=7, num_layers=2) <- now, h_0=enc.h_n, c_0=enc.h_n; {NUMBERS}",
    ),
    exchanged(
        "Take h_n of enc",
        f"{SERIES}; enc: LSTM(hidden_size=7); {LATER}; dec: RNN(hidden_size=7) <- now, h_0=enc.c_n; {NUMBERS}",
    ),
    exchanged(
        "Take h_n of enc",
        f"{SERIES}; enc: LSTM(hidden_size=7); {LATER}; "
        f"dec: LSTM(hidden_size=7) <- now, h_0=enc.c_n, c_0=enc.c_n; {NUMBERS}",
    ),
    exchanged(
        "Take h_n and c_n of enc",
        "x: Input(shape=(25, 3)); enc: LSTM(hidden_size=14); dr: Dropout(p=0.3); "
        "dec: LSTM(hidden_size=14) <- dr, h_0=enc.c_n, c_0=enc.h_n; "
        "fc: Linear(out_features=2) <- dec.last; y: Output",
    ),
    exchanged(
        "Exchange tgt and memory",
        f"{ATTENDS}; {AND}; dec: TransformerDecoderLayer({CAUSAL}) <- el, p2; {WORDS}",
        "memory-exchanged",
    ),
    exchanged(
        "Exchange tgt and memory",
        f"{ATTENDS}; el2: TransformerEncoderLayer(nhead=2); {AND}; "
        f"dec: TransformerDecoder(num_layers=2, {CAUSAL}) <- el2, p2; {WORDS}",
        "memory-exchanged",
    ),
    exchanged(
        "Exchange tgt and memory",
        f"{SOURCE}; p1: LearnedPositions(max_length=15); el: TransformerEncoder(nhead=4, num_layers=2); "
        f"{TARGET}; p2: LearnedPositions(max_length=12); nm: LayerNorm; "
        f"dec: TransformerDecoderLayer({CAUSAL}) <- el, nm; {WORDS}",
        "memory-exchanged",
    ),
    exchanged(
        "Exchange tgt and memory",
        f"{SERIES}; gru: GRU(hidden_size=16); {LATER}; up: Linear(out_features=16); "
        f"p: SinusoidalPositions; dec: TransformerDecoderLayer(nhead=2) <- gru, p; {NUMBERS}",
        "memory-exchanged",
    ),
    exchanged(
        "Exchange tgt and memory",
        f"{SERIES}; up: Linear(out_features=16); p: SinusoidalPositions; "
        f"look: MultiheadAttention(num_heads=2); add: Add <- look, p; {LATER}; "
        "up2: Linear(out_features=16); p2: SinusoidalPositions; "
        f"dec: TransformerDecoderLayer(nhead=2) <- add, p2; {NUMBERS}",
        "memory-exchanged",
    ),
    exchanged(
        "Exchange tgt and memory",
        "block Encode(heads=4); x: BlockInput; t: TransformerEncoderLayer(nhead={'expr': 'heads'}); "
        "o: BlockOutput; end; "
        f"{SOURCE}; p1: SinusoidalPositions; enc: Encode(repeat=3); {AND}; "
        f"dec: TransformerDecoderLayer({CAUSAL}) <- enc, p2; {WORDS}",
        "memory-exchanged",
    ),
    part(
        "Take last of seq instead",
        "x: Input(shape=(20, 6)); seq: GRU(hidden_size=16, bidirectional=True); "
        "take: Select(dim=1, index=0); fc: Linear(out_features=3); y: Output",
    ),
    part(
        "Take last of seq instead",
        "x: Input(shape=(20, 6)); seq: LSTM(hidden_size=16, bidirectional=True); "
        "take: Select(dim=0, index=-1) <- seq.h_n; fc: Linear(out_features=3); y: Output",
    ),
    part(
        "Take last of seq instead",
        "x: Input(shape=(20, 6)); "
        "seq: LSTM(hidden_size=16, bidirectional=True, num_layers=2, dropout=0.2); "
        "dr: Dropout(p=0.1) <- seq.h_n; take: Select(dim=0, index=0); fc: Linear(out_features=3); "
        "y: Output",
    ),
    part(
        "Take last of seq instead",
        "x: Input(shape=(20, 6)); seq: RNN(hidden_size=16, bidirectional=True); "
        "take: Slice(dim=1, start=-1); flat: Flatten; fc: Linear(out_features=3); y: Output",
    ),
    part(
        "Take last of seq instead",
        "w: Input(shape=(30,), dtype='int64'); e: Embedding(num_embeddings=90, embedding_dim=8); "
        "seq: GRU(hidden_size=16, bidirectional=True); nm: Dropout(p=0.2); "
        "take: Select(dim=-2, index=-1); h: Linear(out_features=9); r: ReLU; fc: Linear(out_features=3); "
        "y: Output",
    ),
    part(
        "Take last of seq instead",
        "x: Input(shape=(20, 6)); seq: GRU(hidden_size=16); take: Select(dim=1, index=0); "
        "fc: Linear(out_features=3); y: Output",
        "first-step",
    ),
    part(
        "Take last of seq instead",
        "x: Input(shape=(9, 4)); seq: LSTM(hidden_size=11, num_layers=2); dr: Dropout(p=0.5); "
        "take: Select(dim=1, index=0); fc: Linear(out_features=1); y: Output(loss='mse_loss')",
        "first-step",
    ),
    part(
        "Take last of seq instead",
        "x: Input(shape=(9, 4)); seq: RNN(hidden_size=11); take: Slice(dim=1, start=0, stop=1); "
        "flat: Flatten; fc: Linear(out_features=2); y: Output",
        "first-step",
    ),
    part(
        "Change to Select(0, -1)",
        "x: Input(shape=(8, 8)); seq: LSTM(hidden_size=16, num_layers=2); "
        "take: Squeeze(dim=0) <- seq.h_n; fc: Linear(out_features=10); y: Output",
        "sizes",
    ),
    part(
        "Change to Select(0, -1)",
        "x: Input(shape=(8, 8)); seq: GRU(hidden_size=16, num_layers=3); "
        "take: Squeeze(dim=0) <- seq.h_n; act: Tanh; fc: Linear(out_features=10); y: Output",
        "sizes",
    ),
    part(
        "Take last of seq",
        "x: Input(shape=(20, 6)); seq: GRU(hidden_size=16, num_layers=2); flat: Flatten <- seq.h_n; "
        "fc: Linear(out_features=3); y: Output",
        "open-size",
        "fc",
    ),
    part(
        "Take last of seq",
        "x: Input(shape=(20, 6)); seq: LSTM(hidden_size=16); fc: Linear(out_features=3) <- seq.c_n; y: Output",
        "shape",
        "y",
    ),
    part(
        "Take last of seq",
        "x: Input(shape=(20, 6)); seq: GRU(hidden_size=16); h: Linear(out_features=8) <- seq.h_n; "
        "r: ReLU; fc: Linear(out_features=3); y: Output",
        "shape",
        "y",
    ),
]
SOUND = [
    Fault(
        "both directions taken",
        "last-of-both",
        None,
        "x: Input(shape=(20, 6)); seq: GRU(hidden_size=16, bidirectional=True); "
        "a: Select(dim=0, index=-1) <- seq.h_n; b: Select(dim=0, index=-2) <- seq.h_n; "
        "c: Concat <- a, b; fc: Linear(out_features=3); y: Output",
    ),
    Fault(
        "the top layer",
        "last-of-both",
        None,
        "x: Input(shape=(20, 6)); seq: GRU(hidden_size=16, num_layers=2); "
        "a: Select(dim=0, index=-1) <- seq.h_n; fc: Linear(out_features=3); y: Output",
    ),
    Fault(
        "the last step",
        "first-step",
        None,
        "x: Input(shape=(20, 6)); seq: GRU(hidden_size=16); a: Select(dim=1, index=-1); "
        "fc: Linear(out_features=3); y: Output",
    ),
    Fault(
        "a class token",
        "first-step",
        None,
        "x: Input(shape=(20, 8)); t: ClassToken; p: SinusoidalPositions; "
        "el: TransformerEncoderLayer(nhead=2); a: Select(dim=1, index=0); fc: Linear(out_features=3); "
        "y: Output",
    ),
    Fault(
        "states as they belong",
        "states-exchanged",
        None,
        f"{SOURCE}; enc: LSTM(hidden_size=32); {TARGET}; "
        f"dec: LSTM(hidden_size=32) <- e2, h_0=enc.h_n, c_0=enc.c_n; {WORDS}",
    ),
    Fault(
        "a state of a GRU for both",
        "states-exchanged",
        None,
        f"{SOURCE}; enc: GRU(hidden_size=32); {TARGET}; "
        f"dec: LSTM(hidden_size=32) <- e2, h_0=enc.h_n, c_0=enc.h_n; {WORDS}",
    ),
    Fault(
        "memory as it belongs",
        "memory-exchanged",
        None,
        f"{ATTENDS}; {AND}; dec: TransformerDecoderLayer({CAUSAL}) <- p2, el; {WORDS}",
    ),
    Fault(
        "decoders in a row",
        "memory-exchanged",
        None,
        f"{ATTENDS}; {AND}; one: TransformerDecoderLayer({CAUSAL}) <- p2, el; "
        f"two: TransformerDecoderLayer({CAUSAL}) <- one, el; {WORDS}",
    ),
    Fault(
        "queries of an image",
        "memory-exchanged",
        None,
        "img: Input(shape=(16, 8, 8)); c: Conv2d(out_channels=16, kernel_size=3); "
        f"flat: Flatten(start_dim=2); turn: Permute(dims=(0, 2, 1)); {AND}; "
        f"dec: TransformerDecoderLayer({CAUSAL}) <- p2, turn; {WORDS}",
    ),
]
