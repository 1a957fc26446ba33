"""Settings that are allowed and do not help: rates out of all proportion, longer than the run, larger than the data."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

NETWORKS = (
    (
        "iris",
        "x: Input(shape=(4,))\nfc1: Linear(out_features=16)\nrelu: ReLU\nfc2: Linear(out_features=3)\ny: Output",
    ),
    (
        "digits",
        "img: Input(shape=(1, 8, 8))\nnm: BatchNorm2d\nconv: Conv2d(out_channels=8, kernel_size=3)\nact: GELU\n"
        "flat: Flatten\nfc: Linear(out_features=10)\ny: Output",
    ),
    (
        "dates",
        "words: Input(shape=(56,), dtype='int64', field='words')\nlong: SequenceLengths\n"
        "table: Embedding(num_embeddings=41, embedding_dim=12) <- words\n"
        "gru: GRU(hidden_size=20) <- table, lengths=long\n"
        "y: Output(loss=None) <- gru.last\nfc: Linear(out_features=41) <- gru\nmany: Output(loss=None)",
    ),
    (
        "diabetes",
        "row: Input(shape=(10,))\nnm: BatchNorm1d\nwide: Linear(out_features=32)\nact: Tanh\ndrop: Dropout(p=0.1)\n"
        "fc: Linear(out_features=1)\ny: Output(loss='huber_loss')",
    ),
    (
        "series",
        "past: Input(shape=(48, 2))\nlstm: LSTM(hidden_size=24)\nfc: Linear(out_features=12) <- lstm.last\n"
        "y: Output(loss='mse_loss')",
    ),
    (
        "breast_cancer",
        "x: Input(shape=(30,))\nnm: LayerNorm\na: Linear(out_features=24)\nact: SiLU\nb: Linear(out_features=24)\n"
        "act2: SiLU\nsum: Add <- act2, act\none: Linear(out_features=1)\n"
        "y: Output(loss='binary_cross_entropy_with_logits')",
    ),
)


def at(k: int, settings: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    data, network = NETWORKS[k % len(NETWORKS)]
    return network, {"data.dataset": data, **settings}


def opt(name: str, **more: Any) -> dict[str, Any]:
    return {"training.optimizer": {"name": name, **more}}


def fault(kind: str, code: str, k: int, settings: dict[str, Any], first: str) -> Fault:
    return Fault(kind, code, None, *at(k, settings), first=first)


LR, L2 = "Set training.optimizer.lr to ", "Set training.optimizer.weight_decay to "
RATES = (
    ({"training.optimizer.lr": 1.0}, "0.001"),
    ({"training.optimizer.lr": 3}, "0.001"),
    (opt("adam", lr=0.5), "0.001"),
    (opt("sgd", lr=10.0, momentum=0.9), "0.001"),
    (opt("sgd", lr=2.0), "0.001"),
    (opt("rmsprop", lr=1.0), "0.01"),
    (opt("nadam", lr=100.0), "0.002"),
    (opt("adagrad", lr=20.0), "0.01"),
    (opt("adam", lr=1e-12), "0.001"),
    (opt("adadelta", lr=500.0), "1"),
    (opt("adamax", lr=0.9), "0.002"),
    (opt("radam", lr=25.0), "0.001"),
    (opt("lbfgs", lr=50.0), "1"),
    (opt("adafactor", lr=3.0), "0.01"),
    (opt("muon", lr=7.0), "0.001"),
    (opt("asgd", lr=5.0), "0.01"),
)
REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"training.optimizer.lr": -0.001}, f"{LR}0.001"),
    ({"training.optimizer.lr": 0.0}, f"{LR}its default"),
    (opt("sgd", lr=-0.1), f"{LR}0.1"),
    (opt("sgd", lr=0.1, momentum=-0.9), "Set training.optimizer.momentum to 0.9"),
    (opt("adam", lr=0), f"{LR}its default"),
    (opt("adam", weight_decay=-0.01), f"{L2}0.01"),
    (opt("adam", betas=(0.9, 1.0)), "Set training.optimizer.betas to its default"),
    ({"data.batch_size": 0}, "Set data.batch_size to its default"),
    ({"data.batch_size": -32}, "Set data.batch_size to 32"),
    ({"training.epochs": -5}, "Set training.epochs to 5"),
    ({"training.warmup": -1.0}, "Set training.warmup to 1"),
    ({"training.clip_norm": 0.0}, "Set training.clip_norm to its default"),
    ({"training.l2": -0.0001}, "Set training.l2 to 0.0001"),
)
BEYOND: tuple[tuple[dict[str, Any], str], ...] = (
    (opt("sgd", lr=0.1, momentum=1.0), "Set training.optimizer.momentum to 0.9"),
    (opt("sgd", lr=0.01, momentum=9.0), "Set training.optimizer.momentum to 0.9"),
    (opt("rmsprop", momentum=1.5), "Set training.optimizer.momentum to 0.9"),
    (opt("sgd", lr=0.1, weight_decay=1.0), f"{L2}0.0001"),
    (opt("adamw", weight_decay=5.0), f"{L2}0.01"),
    (opt("adam", weight_decay=10), f"{L2}0.0001"),
    (opt("adam", betas=(0.999, 0.9)), "Set training.optimizer.betas to 0.9, 0.999"),
    ({"training.epochs": 0}, "Set training.epochs to 10"),
    ({"training.clip_norm": 1e-9}, "Set training.clip_norm to 1"),
    ({"training.schedule": {"name": "cosine", "eta_min": 0.1}}, "Set training.schedule.eta_min to its default"),
    ({"training.l1": 2.0}, "Set training.l1 to 0.0001"),
    ({"training.l2": 1.0}, "Set training.l2 to 0.0001"),
    ({"training.l1": 0.3}, "Set training.l1 to 0.0001"),
    ({"training.l2": 0.5}, "Set training.l2 to 0.0001"),
    ({"training.schedule": {"name": "exponential", "gamma": 9.5}}, "Set training.schedule.gamma to 0.95"),
    ({"training.schedule": {"name": "step", "step_size": 2, "gamma": 10.0}}, "Set training.schedule.gamma to 0.1"),
    ({"training.schedule": {"name": "one_cycle", "max_lr": 10.0}}, "Set training.schedule.max_lr to its default"),
)
LENGTHS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"training.epochs": 5, "training.warmup": 10.0}, "Set training.warmup to 0.5"),
    ({"training.epochs": 20, "training.warmup": 20.0}, "Set training.warmup to 2"),
    ({"training.warmup": 500.0}, "Set training.warmup to 1"),
    ({"training.schedule": {"name": "step", "step_size": 30}}, "Set training.schedule.step_size to 3"),
    (
        {"training.epochs": 20, "training.schedule": {"name": "multi_step"}},
        "Set training.schedule.milestones to 10, 15",
    ),
    ({"training.schedule": {"name": "cosine", "T_max": 200}}, "Let training.schedule.T_max be the whole run"),
    ({"training.schedule": {"name": "plateau", "patience": 10}}, "Set training.schedule.patience to 3"),
    ({"training.epochs": 8, "training.early_stopping": {"patience": 25}}, "Set training.early_stopping.patience to 1"),
    ({"training.epochs": 4, "training.schedule": {"name": "linear", "total_iters": 50}}, "Set training.schedule"),
    ({"training.epochs": 2, "training.ema": {"decay": 0.99999}}, "Set training.ema.decay to "),
    ({"training.schedule": {"name": "warm_restarts", "T_0": 50}}, "Set training.schedule.T_0 to 3"),
    (
        {"training.schedule": {"name": "polynomial", "total_iters": 100}},
        "Let training.schedule.total_iters be the whole",
    ),
    (
        {"training.epochs": 1, "training.schedule": {"name": "constant_factor"}},
        "Set training.schedule.total_iters to 1",
    ),
)
BATCHES: tuple[tuple[int, dict[str, Any], str], ...] = (
    (0, {"data.batch_size": 1000}, "Set data.batch_size to 32"),
    (0, {"data.batch_size": 150}, "Set data.batch_size to 32"),
    (0, {"data.batch_size": 256, "data.drop_last": True}, "Set data.batch_size to 32"),
    (1, {"data.batch_size": 4096}, "Set data.batch_size to 64"),
    (1, {"data.batch_size": 1500, "data.drop_last": True}, "Set data.batch_size to 64"),
    (2, {"data.batch_size": 100_000}, "Set data.batch_size to 64"),
    (3, {"data.batch_size": 512}, "Set data.batch_size to 64"),
    (3, {"data.batch_size": 320, "data.drop_last": True}, "Set data.batch_size to 64"),
    (4, {"data.batch_size": 16_384}, "Set data.batch_size to 64"),
    (5, {"data.batch_size": 569}, "Set data.batch_size to 64"),
    (5, {"data.batch_size": 64, "training.accumulate": 16}, "Set training.accumulate to 4"),
    (0, {"data.batch_size": 16, "training.accumulate": 100}, "Set training.accumulate to 4"),
    (3, {"data.batch_size": 1024, "training.accumulate": 4}, "Set data.batch_size to 64"),
)

GAMMA = "Set training.schedule.gamma to "
OVER: tuple[tuple[int, dict[str, Any], str], ...] = (
    (10, {"name": "exponential", "gamma": 0.01}, f"{GAMMA}0.5"),
    (15, {"name": "exponential", "gamma": 0.05}, f"{GAMMA}0.5"),
    (10, {"name": "exponential", "gamma": 0.1}, f"{GAMMA}0.5"),
    (40, {"name": "exponential", "gamma": 0.5}, f"{GAMMA}0.9"),
    (100, {"name": "exponential", "gamma": 0.8}, f"{GAMMA}0.9"),
    (20, {"name": "exponential", "gamma": 0.9, "interval": "step"}, f"{GAMMA}0.95"),
    (12, {"name": "step", "step_size": 1, "gamma": 0.1}, f"{GAMMA}0.5"),
    (30, {"name": "step", "step_size": 2, "gamma": 0.01}, f"{GAMMA}0.5"),
    (60, {"name": "step", "step_size": 5, "gamma": 0.1}, f"{GAMMA}0.5"),
    (40, {"name": "multi_step", "milestones": (2, 4, 6), "gamma": 0.1}, f"{GAMMA}0.5"),
    (20, {"name": "multi_step", "milestones": (1,), "gamma": 0.0001}, f"{GAMMA}0.5"),
    (50, {"name": "multi_step", "milestones": (5, 10, 20, 30), "gamma": 0.02}, f"{GAMMA}0.5"),
)
FROZEN = (
    (
        1,
        "x: Input(shape=(4,))\nfc1: Linear(out_features=16, frozen=True)\nact: ReLU\n"
        "fc2: Linear(out_features=3)\ny: Output",
        "fc1",
    ),
    (
        2,
        "x: Input(shape=(30,))\na: Linear(out_features=16, frozen=True)\nact: Tanh\n"
        "b: Linear(out_features=8, frozen=True)\nact2: Tanh\nc: Linear(out_features=2)\ny: Output",
        "a",
    ),
    (
        1,
        "img: Input(shape=(1, 8, 8))\nconv: Conv2d(out_channels=8, kernel_size=3, frozen=True)\nact: GELU\n"
        "flat: Flatten\nfc: Linear(out_features=10)\ny: Output",
        "conv",
    ),
    (
        2,
        "img: Input(shape=(1, 8, 8))\nconv: Conv2d(out_channels=8, kernel_size=3, frozen=True)\n"
        "nm: BatchNorm2d(frozen=True)\nact: ReLU\nflat: Flatten\nfc: Linear(out_features=10)\ny: Output",
        "conv",
    ),
    (
        1,
        "rows: Input(shape=(8, 8))\nlstm: LSTM(hidden_size=16, frozen=True)\n"
        "fc: Linear(out_features=10) <- lstm.last\ny: Output",
        "lstm",
    ),
    (
        1,
        "rows: Input(shape=(8, 8))\ngru: GRU(hidden_size=16, bidirectional=True, frozen=True)\n"
        "fc: Linear(out_features=10) <- gru.last\ny: Output",
        "gru",
    ),
    (
        1,
        "ids: Input(shape=(20,), dtype='int64')\n"
        "table: Embedding(num_embeddings=50, embedding_dim=8, frozen=True)\nmean: Mean(dim=1)\n"
        "fc: Linear(out_features=2)\ny: Output",
        "table",
    ),
    (
        1,
        "x: Input(shape=(10,))\nwide: Linear(out_features=64, frozen=True)\nact: ReLU\n"
        "fc: Linear(out_features=1)\ny: Output(loss='mse_loss')",
        "wide",
    ),
    (
        1,
        "x: Input(shape=(16, 12))\nenc: TransformerEncoderLayer(nhead=2, dim_feedforward=32, frozen=True)\n"
        "mean: Mean(dim=1)\nfc: Linear(out_features=4)\ny: Output",
        "enc",
    ),
    (
        1,
        "x: Input(shape=(3, 16, 16))\nc1: Conv2d(out_channels=8, kernel_size=3, padding=1)\nact: ReLU\n"
        "c2: Conv2d(out_channels=8, kernel_size=3, padding=1, frozen=True)\nsum: Add <- c2, act\nact2: ReLU\n"
        "pool: AdaptiveAvgPool2d(output_size=1)\nflat: Flatten\nfc: Linear(out_features=4)\ny: Output",
        "c2",
    ),
    (
        1,
        "x: Input(shape=(2, 40))\nc: Conv1d(out_channels=8, kernel_size=5, frozen=True)\nact: ReLU\n"
        "flat: Flatten\nfc: Linear(out_features=3)\ny: Output",
        "c",
    ),
    (
        3,
        "x: Input(shape=(6,))\na: Linear(out_features=12, frozen=True)\nact: SiLU\n"
        "b: Linear(out_features=12, frozen=True)\nact2: SiLU\nc: Linear(out_features=12, frozen=True)\n"
        "act3: SiLU\nd: Linear(out_features=1)\ny: Output(loss='l1_loss')",
        "a",
    ),
)
FAULTS = [
    *(
        fault("learning rate out of proportion", "setting-range", k, given, LR + first)
        for k, (given, first) in enumerate(RATES)
    ),
    *(fault("setting that is refused", "setting", k, given, first) for k, (given, first) in enumerate(REFUSED)),
    *(fault("setting beyond what helps", "setting-range", k, given, first) for k, (given, first) in enumerate(BEYOND)),
    *(fault("longer than the run", "run-length", k, given, first) for k, (given, first) in enumerate(LENGTHS)),
    *(
        fault(
            "learning over before the run",
            "run-length",
            k,
            {"training.epochs": epochs, "training.schedule": how},
            first,
        )
        for k, (epochs, how, first) in enumerate(OVER)
    ),
    *(
        Fault("frozen at random", "frozen-at-random", node, text, first="Let all" if count > 1 else f"Let {node} learn")
        for count, text, node in FROZEN
    ),
    *(fault("batch larger than the data", "batch-size", k, given, first) for k, given, first in BATCHES),
]
SOUND = [
    *(
        fault("learning rate in proportion", "setting-range", k, given, "")
        for k, given in enumerate(
            (
                {},
                opt("sgd", lr=1.0, momentum=0.95, weight_decay=5e-4),
                opt("adam", lr=0.1),
                opt("adam", lr=1e-6, betas=(0.5, 0.999)),
                opt("adadelta"),
                opt("lbfgs"),
                opt("rprop"),
                opt("muon", lr=0.02),
                opt("adamw", weight_decay=0.3, betas=(0.9, 0.95)),
                {"training.epochs": 1, "training.l2": 0.1},
                {"training.schedule": {"name": "one_cycle", "max_lr": 0.05}},
            )
        )
    ),
    *(
        fault("as long as the run", "run-length", k, given, "")
        for k, given in enumerate(
            (
                {"training.epochs": 1, "training.warmup": 0.5},
                {"training.schedule": {"name": "cosine"}},
                {"training.schedule": {"name": "cosine", "T_max": 12}},
                {"training.epochs": 30, "training.schedule": {"name": "step"}},
                {"training.epochs": 100, "training.schedule": {"name": "multi_step"}},
                {"training.early_stopping": {"patience": 5}},
                {"training.epochs": 0, "training.warmup": 3.0},
                {"training.epochs": 20, "training.schedule": {"name": "exponential", "gamma": 0.7}},
                {"training.epochs": 90, "training.schedule": {"name": "step", "step_size": 30}},
            )
        )
    ),
    *(
        fault("batches of the data", "batch-size", k, given, "")
        for k, given in (
            (0, {}),
            (0, {"data.batch_size": None, "training.epochs": 400}),
            (1, {"data.batch_size": 1024}),
            (3, {}),
        )
    ),
]
