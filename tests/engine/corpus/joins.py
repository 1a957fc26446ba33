"""Joins of one value: a shortcut, a skip, a gate or a branch is not wired."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault


def lone(node: str, first: str, network: str) -> Fault:
    return Fault("a join with one wire", "one-wire", node, network, first=first)


def alone(node: str, network: str) -> Fault:
    return Fault("a join with one wire", "one-wire", node, network, removes=True, first="Remove")


def both(network: str) -> Fault:
    return Fault("a join of two", "one-wire", None, network)


HEAD = "pool: AdaptiveAvgPool2d(output_size=1); flat: Flatten; fc: Linear(out_features=10); y: Output"
FAULTS = [
    lone("sum", "Wire x to it", """
        x: Input(shape=(32,)); fc1: Linear(out_features=32); r: ReLU; fc2: Linear(out_features=32)
        sum: Add; r2: ReLU; fc: Linear(out_features=4); y: Output
    """),
    lone("add1", "Wire relu1 to it", f"""
        img: Input(shape=(3, 32, 32)); conv1: Conv2d(out_channels=16, kernel_size=3, padding=1, bias=False)
        bn1: BatchNorm2d; relu1: ReLU; conv2: Conv2d(out_channels=16, kernel_size=3, padding=1, bias=False)
        bn2: BatchNorm2d; relu2: ReLU; conv3: Conv2d(out_channels=16, kernel_size=3, padding=1, bias=False)
        bn3: BatchNorm2d; add1: Add; relu3: ReLU; {HEAD}
    """),
    lone("add", "Wire side to it", f"""
        x: Input(shape=(3, 32, 32)); stem: Conv2d(out_channels=8, kernel_size=7, stride=2); a: ReLU
        c1: Conv2d(out_channels=24, kernel_size=3, stride=2, padding=1); b: ReLU
        c2: Conv2d(out_channels=24, kernel_size=3, padding=1)
        side: Conv2d(out_channels=24, kernel_size=1, stride=2) <- a
        add: Add <- c2; r: ReLU; {HEAD}
    """),
    lone("second", "Wire first to it", """
        x: Input(shape=(20, 32)); pos: SinusoidalPositions; n1: LayerNorm; look: MultiheadAttention(num_heads=4)
        first: Add <- look, pos; n2: LayerNorm; up: Linear(out_features=64); act: GELU; down: Linear(out_features=32)
        second: Add; mean: Mean(dim=1); fc: Linear(out_features=3); y: Output
    """),
    lone("first", "Wire pos to it", """
        x: Input(shape=(20, 32)); pos: SinusoidalPositions; look: MultiheadAttention(num_heads=4)
        first: Add; n1: LayerNorm; up: Linear(out_features=64); act: GELU; down: Linear(out_features=32)
        second: Add <- down, n1; n2: LayerNorm; mean: Mean(dim=1); fc: Linear(out_features=3); y: Output
    """),
    lone("both", "Wire late to it", """
        a: Input(shape=(12,)); b: Input(shape=(7,)); early: Linear(out_features=16) <- a; ra: ReLU
        late: Linear(out_features=16) <- b
        both: Concat <- ra; fc1: Linear(out_features=16); r: ReLU; fc2: Linear(out_features=2); y: Output
    """),
    lone("skip", "Wire r1 to it", """
        scan: Input(shape=(1, 64, 64)); c1: Conv2d(out_channels=8, kernel_size=3, padding=1); r1: ReLU
        down: MaxPool2d(kernel_size=2); c2: Conv2d(out_channels=16, kernel_size=3, padding=1); r2: ReLU
        up: ConvTranspose2d(out_channels=8, kernel_size=2, stride=2); skip: Concat
        c3: Conv2d(out_channels=8, kernel_size=3, padding=1); r3: ReLU; c4: Conv2d(out_channels=1, kernel_size=1)
        y: Output(loss="binary_cross_entropy_with_logits")
    """),
    lone("skip2", "Wire e1 to it", """
        x: Input(shape=(3, 32, 32)); c1: Conv2d(out_channels=8, kernel_size=3, padding=1); e1: ReLU
        d1: MaxPool2d(kernel_size=2); c2: Conv2d(out_channels=16, kernel_size=3, padding=1); e2: ReLU
        d2: MaxPool2d(kernel_size=2); c3: Conv2d(out_channels=32, kernel_size=3, padding=1); e3: ReLU
        u2: Upsample(scale_factor=2.0); skip1: Concat <- u2, e2; c4: Conv2d(out_channels=16, kernel_size=3, padding=1)
        e4: ReLU; u1: Upsample(scale_factor=2.0); skip2: Concat; c5: Conv2d(out_channels=8, kernel_size=3, padding=1)
        e5: ReLU; end: Conv2d(out_channels=4, kernel_size=1); y: Output
    """),
    lone("scaled", "Wire r1 to it", f"""
        x: Input(shape=(3, 32, 32)); c1: Conv2d(out_channels=16, kernel_size=3, padding=1); r1: ReLU
        squeeze: AdaptiveAvgPool2d(output_size=1); f1: Conv2d(out_channels=4, kernel_size=1); r2: ReLU
        f2: Conv2d(out_channels=16, kernel_size=1); gate: Sigmoid; scaled: Multiply
        c2: Conv2d(out_channels=16, kernel_size=3, padding=1); r3: ReLU; {HEAD}
    """),
    lone("scaled", "Wire gate to it", f"""
        x: Input(shape=(3, 32, 32)); c1: Conv2d(out_channels=16, kernel_size=3, padding=1); r1: ReLU
        squeeze: AdaptiveAvgPool2d(output_size=1); f1: Conv2d(out_channels=4, kernel_size=1); r2: ReLU
        f2: Conv2d(out_channels=16, kernel_size=1); gate: Sigmoid; scaled: Multiply <- r1
        c2: Conv2d(out_channels=16, kernel_size=3, padding=1); r3: ReLU; {HEAD}
    """),
    lone("gated", "Wire gate to it", """
        series: Input(shape=(30, 6)); gru: GRU(hidden_size=24); value: Linear(out_features=24) <- gru.last
        ask: Linear(out_features=24) <- gru.last; gate: Sigmoid; gated: Multiply <- value
        fc: Linear(out_features=1); y: Output(loss="mse_loss")
    """),
    lone("sum", "Wire bend to it", """
        signal: Input(shape=(2, 128)); entry: Conv1d(out_channels=12, kernel_size=5, padding=2)
        turn: BatchNorm1d; bend: ReLU; c: Conv1d(out_channels=12, kernel_size=3, padding=1); sum: Add
        p: AdaptiveMaxPool1d(output_size=4); flat: Flatten; fc: Linear(out_features=5); y: Output
    """),
    lone("res", "Wire x to it", """
        block Unit(width=24)
        x: BlockInput; fc1: Linear(out_features={"expr": "width"}); r: ReLU; fc2: Linear(out_features={"expr": "width"})
        j: Add; out: BlockOutput
        end
        row: Input(shape=(24,)); res: Unit(repeat=3); fc: Linear(out_features=3); y: Output
    """),
    lone("dense", "Wire r1 to it", f"""
        x: Input(shape=(3, 32, 32)); c1: Conv2d(out_channels=12, kernel_size=3, padding=1); r1: ReLU
        c2: Conv2d(out_channels=12, kernel_size=3, padding=1); r2: ReLU; dense: Concat
        c3: Conv2d(out_channels=24, kernel_size=3, padding=1); r3: ReLU; {HEAD}
    """),
    lone("twice", "Wire x to it", """
        x: Input(shape=(18,)); fc1: Linear(out_features=18); act: Tanh; twice: Add <- act, act
        fc: Linear(out_features=2); y: Output
    """),
    lone("sum", "Wire ra and rb to it", """
        x: Input(shape=(16,)); a: Linear(out_features=8); ra: ReLU; b: Linear(out_features=8) <- x; rb: ReLU
        c: Linear(out_features=8) <- x; sum: Add; r: ReLU; fc: Linear(out_features=2); y: Output
    """),
    alone("join", """
        x: Input(shape=(9,)); fc1: Linear(out_features=20); r: ReLU; join: Add; fc: Linear(out_features=2); y: Output
    """),
    alone("cat", """
        words: Input(shape=(15,), dtype="int64"); table: Embedding(num_embeddings=80, embedding_dim=12)
        mean: Mean(dim=1); cat: Concat; fc: Linear(out_features=2); y: Output
    """),
]  # fmt: skip
END = "fc: Linear(out_features=2); y: Output"
SOUND = [
    both(f"x: Input(shape=(8,)); fc1: Linear(out_features=8); r: ReLU; j: Add <- r, x; {END}"),
    both(f"a: Input(shape=(8,)); b: Input(shape=(3,)); j: Concat <- a, b; {END}"),
    both(f"x: Input(shape=(8,)); h: Linear(out_features=8); sq: Multiply <- h, h; {END}"),
    both(f"x: Input(shape=(8,)); h: Linear(out_features=8); s: Stack(dim=1); f: Flatten; {END}"),
    both(f"x: Input(shape=(8,)); h: Linear(out_features=8); s: Scale(factor=0.5); {END}"),
]
