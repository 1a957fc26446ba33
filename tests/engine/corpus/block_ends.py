"""Blocks that end in what does not belong before the loss."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

DIGITS, ROWS, WINE = {"data.dataset": "digits"}, {"data.dataset": "digit_rows"}, {"data.dataset": "wine"}
CANCER, SHAPES = {"data.dataset": "breast_cancer"}, {"data.dataset": "shapes"}


def end(code: str, network: str, first: str, settings: dict[str, Any] | None = None) -> Fault:
    removes = first.startswith("Remove")
    return Fault("block ends wrongly for the loss", code, "head", network, settings or {}, removes=removes, first=first)


FAULTS = [
    end(
        "softmax-before-loss",
        """
        block Head; x: BlockInput; a: Linear(out_features=3); s: Softmax(dim=1); y: BlockOutput; end;
        x: Input(shape=(13,)); h: Linear(out_features=9); r: ReLU; head: Head; i: Identity; y: Output
        """,
        "Remove s",
    ),
    end(
        "softmax-before-nll",
        """
        block Read; x: BlockInput; l: LSTM(hidden_size=12); a: Linear(out_features=10) <- l.last;
        s: Softmax(dim=-1); y: BlockOutput; end; x: Input(shape=(8, 8)); head: Read; y: Output(loss='nll_loss')
        """,
        "Change to LogSoftmax",
        ROWS,
    ),
    end(
        "softmax-before-loss",
        """
        block Head; x: BlockInput; a: Linear(out_features=3); s: Softmax(dim=1); y: BlockOutput; end;
        x: Input(shape=(13,)); head: Head; y: Output
        """,
        "Remove s",
        WINE,
    ),
    end(
        "softmax-before-loss",
        """
        block Net(width=32); x: BlockInput; f: Flatten; h: Linear(out_features={'expr': 'width'}); r: ReLU;
        a: Linear(out_features=10); s: LogSoftmax(dim=1); y: BlockOutput; end; x: Input(shape=(1, 8, 8));
        c: Conv2d(out_channels=8, kernel_size=3); r: ReLU; head: Net; y: Output
        """,
        "Remove s",
        DIGITS,
    ),
    end(
        "softmax-before-loss",
        """
        block In; x: BlockInput; a: Linear(out_features=10); s: Softmax(dim=-1); y: BlockOutput; end;
        block Out; x: BlockInput; i: In; y: BlockOutput; end; x: Input(shape=(8, 8)); g: GRU(hidden_size=16);
        head: Out <- g.last; y: Output
        """,
        "Remove s",
        ROWS,
    ),
    end(
        "softmax-before-nll",
        """
        block Head; x: BlockInput; a: Linear(out_features=3); s: Softmax(dim=1); y: BlockOutput; end;
        x: Input(shape=(13,)); h: Linear(out_features=8); t: Tanh; head: Head; y: Output(loss='nll_loss')
        """,
        "Change to LogSoftmax",
        WINE,
    ),
    end(
        "softmax-before-nll",
        """
        block Seg; x: BlockInput; c: Conv2d(out_channels=7, kernel_size=1); s: Softmax2d; y: BlockOutput; end;
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=8, kernel_size=3, padding=1); r: ReLU; head: Seg;
        y: Output(loss='nll_loss', field='mask')
        """,
        "Change to LogSoftmax",
        SHAPES,
    ),
    end(
        "sigmoid-before-loss",
        """
        block Head; x: BlockInput; a: Linear(out_features=1); s: Sigmoid; y: BlockOutput; end;
        x: Input(shape=(30,)); h: Linear(out_features=16); r: ReLU; head: Head;
        y: Output(loss='binary_cross_entropy_with_logits')
        """,
        "Remove s",
        CANCER,
    ),
    end(
        "sigmoid-before-loss",
        """
        block Head; x: BlockInput; a: Linear(out_features=3); s: Sigmoid; y: BlockOutput; end;
        x: Input(shape=(13,)); head: Head; d: Dropout(p=0.0); y: Output
        """,
        "Remove s",
        WINE,
    ),
    end(
        "activation-before-loss",
        """
        block Layer(width=3); x: BlockInput; a: Linear(out_features={'expr': 'width'}); r: ReLU;
        y: BlockOutput; end; x: Input(shape=(13,)); first: Layer(width=16); head: Layer; y: Output
        """,
        "Move r before a",
        WINE,
    ),
    end(
        "activation-before-loss",
        """
        block Last; x: BlockInput; a: Linear(out_features=10); r: Tanh; y: BlockOutput; end;
        x: Input(shape=(1, 8, 8)); f: Flatten; h: Linear(out_features=32); n: LayerNorm; head: Last; y: Output
        """,
        "Move r before a",
        DIGITS,
    ),
    end(
        "activation-before-loss",
        """
        block Two; x: BlockInput; h: Linear(out_features=16); n: BatchNorm1d; a: Linear(out_features=1); r: ReLU6;
        y: BlockOutput; end; x: Input(shape=(30,)); head: Two;
        y: Output(loss='binary_cross_entropy_with_logits')
        """,
        "Move r before a",
        CANCER,
    ),
]

HEAD = "block Head; x: BlockInput; a: Linear(out_features=3); {}y: BlockOutput; end; x: Input(shape=(13,)); h: Head; {}"
SOUND = [
    Fault("not at the end of a block", code, None, HEAD.format(last, f"y: Output(loss='{loss}')"))
    for code, last, loss in (
        ("softmax-before-loss", "", "cross_entropy"),
        ("softmax-before-nll", "s: LogSoftmax(dim=1); ", "nll_loss"),
        ("softmax-before-nll", "s: Softmax(dim=1); l: Log; ", "nll_loss"),
        ("sigmoid-before-loss", "s: Sigmoid; ", "binary_cross_entropy"),
        ("activation-before-loss", "s: ReLU; ", "mse_loss"),
    )
]
