"""Labels of which several hold, answered as if one did, and the other way round."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

FILMS, SCENES, TAGS = {"data.dataset": "films"}, {"data.dataset": "scenes"}, {"data.dataset": "tags"}
DIGITS, ROWS, WINE = {"data.dataset": "digits"}, {"data.dataset": "digit_rows"}, {"data.dataset": "wine"}
IRIS, SHAPES, TOKENS = {"data.dataset": "iris"}, {"data.dataset": "shapes"}, {"data.dataset": "python_tokens"}
LOGITS = "binary_cross_entropy_with_logits"


def several(node: str, network: str, settings: dict[str, Any], first: str = f"Set loss to {LOGITS}") -> Fault:
    return Fault("one class for several labels", "several-labels", node, network, settings, first=first)


def softmax(node: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    first = "Change to Sigmoid"
    return Fault("softmax for several labels", "softmax-for-several", node, network, settings or {}, first=first)


def exclusive(network: str, settings: dict[str, Any], first: str = "Set loss to cross_entropy") -> Fault:
    removes = first.startswith("Remove")
    return Fault(
        "yes or no for exclusive classes", "exclusive-classes", "y", network, settings, removes=removes, first=first
    )


SEVERAL = [
    several(
        "y", "x: Input(shape=(40,)); h: Linear(out_features=32); r: ReLU; o: Linear(out_features=6); y: Output", FILMS
    ),
    several(
        "y",
        """
        x: Input(shape=(40,)); h: Linear(out_features=32); r: ReLU; o: Linear(out_features=6);
        s: Softmax(dim=1); y: Output
        """,
        FILMS,
        "Change s to Sigmoid and set loss to binary_cross_entropy",
    ),
    several(
        "y",
        "x: Input(shape=(40,)); h: Linear(out_features=6); s: LogSoftmax(dim=1); y: Output(loss='kl_div')",
        FILMS,
        "Change s to Sigmoid",
    ),
    several(
        "y",
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=16, kernel_size=3); r: ReLU;
        p: AdaptiveAvgPool2d(output_size=4); f: Flatten; o: Linear(out_features=5);
        y: Output(label_smoothing=0.1)
        """,
        SCENES,
    ),
    several(
        "y",
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=16, kernel_size=3, stride=2); b: BatchNorm2d;
        r: ReLU; g: AdaptiveAvgPool2d(output_size=1); f: Flatten; d: Dropout(p=0.2); o: Linear(out_features=5);
        y: Output
        """,
        SCENES,
    ),
    several(
        "y",
        """
        w: Input(shape=(30,), dtype='int64'); e: Embedding(num_embeddings=50, embedding_dim=16);
        g: GRU(hidden_size=24); o: Linear(out_features=8) <- g.last; y: Output
        """,
        TAGS,
    ),
    several(
        "y",
        """
        w: Input(shape=(30,), dtype='int64'); e: EmbeddingBag(num_embeddings=50, embedding_dim=16); t: Tanh;
        o: Linear(out_features=8); d: Dropout(p=0.0); y: Output
        """,
        TAGS,
    ),
    several(
        "y",
        """
        w: Input(shape=(30,), dtype='int64'); e: Embedding(num_embeddings=50, embedding_dim=16);
        pos: SinusoidalPositions; t: TransformerEncoderLayer(nhead=2, dim_feedforward=32); m: Mean(dim=1);
        o: Linear(out_features=8); s: Softmax; y: Output
        """,
        TAGS,
        "Change s to Sigmoid",
    ),
    several(
        "y",
        """
        block Head(labels=6); x: BlockInput; h: Linear(out_features=16); r: ReLU;
        o: Linear(out_features={'expr': 'labels'}); y: BlockOutput; end; x: Input(shape=(40,)); h: Head;
        y: Output
        """,
        FILMS,
    ),
    several(
        "y2",
        """
        x: Input(shape=(40,)); h: Linear(out_features=32); r: ReLU; o: Linear(out_features=6);
        y: Output(loss='binary_cross_entropy_with_logits'); o2: Linear(out_features=6) <- r;
        y2: Output(weight=0.3)
        """,
        FILMS,
    ),
    several(
        "y",
        """
        x: Input(shape=(3, 32, 32)); a: Conv2d(out_channels=8, kernel_size=3, padding=1);
        b: Conv2d(out_channels=8, kernel_size=5, padding=2) <- x; s: Add <- a, b; r: ReLU;
        p: MaxPool2d(kernel_size=4); f: Flatten; o: Linear(out_features=5); y: Output(field='label')
        """,
        SCENES,
    ),
    several(
        "y",
        """
        x: Input(shape=(40,)); n: BatchNorm1d; h: Linear(out_features=24); r: GELU; o: Linear(out_features=6);
        ls: LogSoftmax(dim=1); y: Output
        """,
        FILMS,
        "Change ls to Sigmoid",
    ),
]

SOFTMAX = [
    softmax(
        "s",
        """
        x: Input(shape=(40,)); h: Linear(out_features=32); r: ReLU; o: Linear(out_features=6);
        s: Softmax(dim=1); y: Output(loss='binary_cross_entropy')
        """,
        FILMS,
    ),
    softmax(
        "s",
        """
        x: Input(shape=(40,)); h: Linear(out_features=32); r: ReLU; o: Linear(out_features=6);
        s: Softmax(dim=-1); y: Output(loss='mse_loss')
        """,
        FILMS,
    ),
    softmax(
        "s",
        """
        x: Input(shape=(40,)); h: Linear(out_features=32); r: ReLU; o: Linear(out_features=6);
        s: Softmin(dim=-1); y: Output(loss='l1_loss')
        """,
        FILMS,
    ),
    softmax(
        "s",
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=16, kernel_size=3); r: ReLU;
        p: AdaptiveAvgPool2d(output_size=4); f: Flatten; o: Linear(out_features=5); s: Softmax(dim=1);
        y: Output(loss='binary_cross_entropy')
        """,
        SCENES,
    ),
    softmax(
        "s",
        """
        w: Input(shape=(30,), dtype='int64'); e: Embedding(num_embeddings=50, embedding_dim=16);
        l: LSTM(hidden_size=24); o: Linear(out_features=8) <- l.last; s: Softmax(dim=1);
        y: Output(loss='binary_cross_entropy')
        """,
        TAGS,
    ),
    softmax(
        "s",
        """
        x: Input(shape=(64,)); h: Linear(out_features=20); s: Softmax(dim=1);
        y: Output(loss='binary_cross_entropy')
        """,
    ),
    softmax(
        "p",
        """
        x: Input(shape=(1, 28, 28)); c: Conv2d(out_channels=8, kernel_size=5); r: ReLU; f: Flatten;
        o: Linear(out_features=14); p: Softmax(dim=1); i: Identity; y: Output(loss='binary_cross_entropy')
        """,
    ),
    softmax(
        "s",
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=8, kernel_size=3, padding=1); r: ReLU;
        o: Conv2d(out_channels=4, kernel_size=1); s: Softmax2d; y: Output(loss='binary_cross_entropy')
        """,
    ),
    softmax(
        "head",
        """
        block Head; x: BlockInput; o: Linear(out_features=9); y: BlockOutput; end; x: Input(shape=(20, 6));
        g: GRU(hidden_size=16); h: Head <- g.last; head: Softmax(dim=1);
        y: Output(loss='binary_cross_entropy')
        """,
    ),
    softmax(
        "s",
        """
        a: Input(shape=(6,)); b: Input(shape=(4,)) <- -; c: Concat(dim=1) <- a, b; h: Linear(out_features=12);
        t: Tanh; o: Linear(out_features=3); s: Softmax(dim=1); y: Output(loss='binary_cross_entropy')
        """,
    ),
    softmax(
        "s",
        """
        x: Input(shape=(40,)); h: Linear(out_features=32); r: ReLU; o: Linear(out_features=6);
        s: Softmax(dim=1); y: Output(loss='smooth_l1_loss'); aux: Linear(out_features=6) <- r;
        z: Output(loss='binary_cross_entropy_with_logits')
        """,
        FILMS,
    ),
    softmax(
        "s",
        """
        x: Input(shape=(16, 8)); pos: SinusoidalPositions;
        t: TransformerEncoderLayer(nhead=2, dim_feedforward=16); o: Linear(out_features=5); s: Softmax(dim=-1);
        y: Output(loss='binary_cross_entropy')
        """,
    ),
]

EXCLUSIVE = [
    exclusive(
        """
        x: Input(shape=(1, 8, 8)); f: Flatten; o: Linear(out_features=10);
        y: Output(loss='binary_cross_entropy_with_logits')
        """,
        DIGITS,
    ),
    exclusive(
        """
        x: Input(shape=(1, 8, 8)); f: Flatten; o: Linear(out_features=10); s: Sigmoid;
        y: Output(loss='binary_cross_entropy')
        """,
        DIGITS,
        "Remove s and set loss to cross_entropy",
    ),
    exclusive(
        """
        x: Input(shape=(13,)); h: Linear(out_features=16); r: ReLU; o: Linear(out_features=3); s: Sigmoid;
        y: Output(loss='binary_cross_entropy')
        """,
        WINE,
        "Remove s and set loss to cross_entropy",
    ),
    exclusive(
        """
        x: Input(shape=(4,)); h: Linear(out_features=16); t: Tanh; o: Linear(out_features=3);
        y: Output(loss='binary_cross_entropy_with_logits', pos_weight=2.0)
        """,
        IRIS,
    ),
    exclusive(
        """
        x: Input(shape=(8, 8)); l: LSTM(hidden_size=16); o: Linear(out_features=10) <- l.last; s: Sigmoid;
        y: Output(loss='binary_cross_entropy')
        """,
        ROWS,
        "Remove s and set loss to cross_entropy",
    ),
    exclusive(
        """
        x: Input(shape=(13,)); o: Linear(out_features=3); s: Softmax(dim=1);
        y: Output(loss='binary_cross_entropy')
        """,
        WINE,
        "Remove s and set loss to cross_entropy",
    ),
    exclusive(
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=8, kernel_size=3, padding=1); r: ReLU;
        o: Conv2d(out_channels=7, kernel_size=1);
        y: Output(loss='binary_cross_entropy_with_logits', field='mask')
        """,
        SHAPES,
    ),
    exclusive(
        """
        x: Input(shape=(3, 32, 32)); c: Conv2d(out_channels=8, kernel_size=3, stride=2); r: ReLU;
        g: AdaptiveMaxPool2d(output_size=2); f: Flatten; o: Linear(out_features=6); h: Hardsigmoid;
        y: Output(loss='binary_cross_entropy', field='label')
        """,
        SHAPES,
        "Remove h and set loss to cross_entropy",
    ),
    exclusive(
        """
        t: Input(shape=(64,), dtype='int64'); e: Embedding(num_embeddings=100, embedding_dim=16);
        g: GRU(hidden_size=16, bidirectional=True); o: Linear(out_features=8);
        y: Output(loss='binary_cross_entropy_with_logits')
        """,
        TOKENS,
    ),
    exclusive(
        """
        x: Input(shape=(1, 8, 8)); c: Conv2d(out_channels=8, kernel_size=3); r: ReLU; f: Flatten;
        d: Dropout(p=0.3); o: Linear(out_features=10); y: Output(loss='soft_margin_loss')
        """,
        DIGITS,
    ),
    exclusive("x: Input(shape=(4,)); o: Linear(out_features=3); y: Output(loss='multilabel_soft_margin_loss')", IRIS),
    exclusive(
        """
        block Net(width=24); x: BlockInput; h: Linear(out_features={'expr': 'width'}); r: ReLU;
        o: Linear(out_features=3); y: BlockOutput; end; x: Input(shape=(13,)); n: Net; s: Sigmoid;
        y: Output(loss='binary_cross_entropy')
        """,
        WINE,
        "Remove s and set loss to cross_entropy",
    ),
]

FAULTS = [*SEVERAL, *SOFTMAX, *EXCLUSIVE]


def sound(code: str, network: str, settings: dict[str, Any] | None = None) -> Fault:
    return Fault(f"not {code}", code, None, network, settings or {})


SOUND = [
    sound(
        "several-labels",
        """
        x: Input(shape=(40,)); h: Linear(out_features=32); r: ReLU; o: Linear(out_features=6);
        y: Output(loss='binary_cross_entropy_with_logits')
        """,
        FILMS,
    ),
    sound(
        "several-labels", "x: Input(shape=(10,)); o: Linear(out_features=4); y: Output", {"data.dataset": "opinions"}
    ),
    sound(
        "softmax-for-several",
        "x: Input(shape=(40,)); o: Linear(out_features=6); s: Sigmoid; y: Output(loss='binary_cross_entropy')",
        FILMS,
    ),
    sound(
        "softmax-for-several",
        "x: Input(shape=(10,)); o: Linear(out_features=4); s: Softmax(dim=1); y: Output(loss='mse_loss')",
        {"data.dataset": "opinions"},
    ),
    sound(
        "softmax-for-several",
        """
        x: Input(shape=(30,)); o: Linear(out_features=2); s: Softmax(dim=1);
        y: Output(loss='binary_cross_entropy')
        """,
        {"data.dataset": "breast_cancer"},
    ),
    sound(
        "exclusive-classes",
        "x: Input(shape=(30,)); o: Linear(out_features=1); y: Output(loss='binary_cross_entropy_with_logits')",
        {"data.dataset": "breast_cancer"},
    ),
    sound(
        "exclusive-classes",
        "x: Input(shape=(30,)); o: Linear(out_features=2); s: Sigmoid; y: Output(loss='binary_cross_entropy')",
        {"data.dataset": "breast_cancer"},
    ),
    sound(
        "exclusive-classes",
        "x: Input(shape=(13,)); o: Linear(out_features=3); y: Output(loss='multi_margin_loss')",
        WINE,
    ),
]
