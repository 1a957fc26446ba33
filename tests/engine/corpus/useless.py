"""Networks that run and cannot learn what they should: answers of one number, squashed twice, out of reach."""

from __future__ import annotations

from tests.engine.corpus.notation import Fault

BODIES = (
    "x: Input(shape=(30,))\nfc1: Linear(out_features=16)\nrelu: ReLU\nfc: Linear(out_features=1)",
    "x: Input(shape=(1, 28, 28))\nconv: Conv2d(out_channels=8, kernel_size=3)\nrelu: ReLU\nflat: Flatten\n"
    "fc: Linear(out_features=1)",
    "x: Input(shape=(20, 6))\nlstm: LSTM(hidden_size=12)\nfc: Linear(out_features=1) <- lstm.last",
    "x: Input(shape=(12,), dtype='int64')\ntable: Embedding(num_embeddings=50, embedding_dim=8)\nmean: Mean(dim=1)\n"
    "fc: Linear(out_features=1)",
    "a: Input(shape=(4,))\nb: Input(shape=(3,))\nboth: Concat <- a, b\nhidden: Linear(out_features=9)\ntanh: Tanh\n"
    "fc: Linear(out_features=1)",
    "x: Input(shape=(3, 32, 32))\nconv: Conv2d(out_channels=12, kernel_size=5)\nrelu: ReLU\n"
    "pool: AdaptiveAvgPool2d(output_size=1)\nflat: Flatten\nfc: Linear(out_features=1)",
    "x: Input(shape=(8,))\nfc: Linear(out_features=1)\ndrop: Dropout(p=0.2)",
    "x: Input(shape=(5, 16))\ngru: GRU(hidden_size=10)\nnorm: LayerNorm <- gru.last\nfc: Linear(out_features=1)",
)


def last(body: str) -> str:
    return body.splitlines()[-1].partition(":")[0]


def of_one() -> list[Fault]:
    kinds = ("Softmax(dim=1)", "Softmax(dim=-1)", "LogSoftmax(dim=1)", "Softmin(dim=-1)")
    ends = ("binary_cross_entropy", "mse_loss", "kl_div", "l1_loss")
    made = []
    for k, body in enumerate((*BODIES, *BODIES[:5])):
        text = f"{body}\nsm: {kinds[(k + k // 8) % 4]}\ny: Output(loss='{ends[(k + k // 8) % 4]}')"
        logs = (k + k // 8) % 4 == 2
        made.append(Fault("softmax of one number", "constant-answer", "sm", text, removes=logs))
    return made


def norms_of_one() -> list[Fault]:
    norms = ("LayerNorm", "RMSNorm", "LayerNorm(elementwise_affine=False)", "LayerNorm(bias=False)")
    after = [
        Fault(
            "norm of one number", "constant-answer", "nm",
            f"{body}\nnm: {norms[k % 4]}\nact: Tanh\nout: Linear(out_features=3)\ny: Output", removes=True,
        )
        for k, body in enumerate(BODIES)
    ]  # fmt: skip
    groups = [
        Fault(
            "norm of one number", "constant-answer", "nm",
            f"x: Input(shape=({channels}, 16, 16))\nconv: Conv2d(out_channels={width}, kernel_size=3)\n"
            f"pool: AdaptiveAvgPool2d(output_size=1)\nnm: GroupNorm(num_groups={width})\nflat: Flatten\n"
            "out: Linear(out_features=4)\ny: Output", removes=True,
        )
        for channels, width in ((1, 8), (3, 6), (2, 4), (3, 32))
    ]  # fmt: skip
    return after + groups


def twice() -> list[Fault]:
    pairs = (
        *(("Softmax(dim=1)", "Softmax(dim=1)"), ("Softmax(dim=-1)", "LogSoftmax(dim=1)"), ("Sigmoid", "Sigmoid")),
        *(("ReLU", "Sigmoid"), ("ReLU6", "Sigmoid"), ("Softplus", "Sigmoid"), ("Sigmoid", "Softmax(dim=1)")),
        *(("Softmax(dim=1)", "Sigmoid"), ("LogSoftmax(dim=1)", "Softmax(dim=1)"), ("Hardsigmoid", "Sigmoid")),
        *(("ReLU", "Hardsigmoid"), ("Softmin(dim=1)", "Softmax(dim=1)"), ("Softmax(dim=1)", "Softmin(dim=1)")),
    )
    made = []
    for k, (first, second) in enumerate(pairs):
        body = BODIES[k % len(BODIES)].replace("fc: Linear(out_features=1)", "fc: Linear(out_features=5)")
        between = "drop2: Dropout(p=0.1)\n" if k % 3 == 2 else ""
        text = f"{body}\nfirst: {first}\n{between}second: {second}\ny: Output(loss='mse_loss')"
        made.append(Fault("squashed twice", "redundant-activation", "second", text, removes=True))
    return made


def out_of_reach() -> list[Fault]:
    bent = ("Sigmoid", "Tanh", "Softsign", "ReLU6", "Hardsigmoid", "Hardtanh", "Softmax(dim=1)")
    losses = ("mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss")
    made = []
    for k in range(13):
        loss, act = losses[k % 4], bent[k % 7]
        if k % 2:
            text = (
                f"x: Input(shape=(48, 2))\nlstm: LSTM(hidden_size={8 + k})\nfc: Linear(out_features=12) <- lstm.last\n"
            )
            data = "series"
        else:
            text = f"x: Input(shape=(10,))\nh: Linear(out_features={8 + k})\nrelu: ReLU\nfc: Linear(out_features=1)\n"
            data = "diabetes"
        if data == "diabetes" and act.startswith("Softmax"):
            act = "Sigmoid"
        drop = "dr: Dropout(p=0.1)\n" if k % 5 == 4 else ""
        text = f"{text}act: {act}\n{drop}y: Output(loss='{loss}')"
        made.append(
            Fault(
                "answer out of reach of its target", "answer-range", "act", text, {"data.dataset": data}, removes=True
            )
        )
    return made


FAULTS = [*of_one(), *norms_of_one(), *twice(), *out_of_reach()]
