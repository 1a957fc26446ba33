"""The picture of what runs and learns badly: activations and losses, batches and sequences, dropout and norms."""

from __future__ import annotations

import math
from typing import Final

from gui.diagrams.chains import contrast
from gui.diagrams.curves import Bars, Curve, Curves
from gui.diagrams.sketch import Diagram
from gui.diagrams.tensors import Axes, Join, Table


def _causal(row: int, column: int) -> tuple[str, str]:
    return ("error", "✕") if column > row else ("ok", "✓")


def _softmax_of_batch(row: int, column: int) -> tuple[str, str]:
    return ("error", ("0.7", "0.2", "0.1")[row])


LEARNING: Final[dict[str, Diagram]] = {
    # -- activations and losses
    "constant-answer": Bars(
        (("softmax of 1 number", 1.0), ("of another", 1.0), ("of any", 1.0)), (0, 1, 2), "eˣ / eˣ = 1"
    ),
    "several-labels": Bars(
        (("drama: yes", 0.5), ("comedy: yes", 0.5), ("western: no", 0.02)),
        (0, 1),
        "Probabilities that add up to 1 cannot both be near 1: a sigmoid for each label.",
    ),
    "softmax-for-several": contrast(
        "Linear → !Softmax → binary_cross_entropy",
        "Linear → +BCE with logits",
        "one can rise only where the others fall",
        "each label decides for itself",
    ),
    "exclusive-classes": contrast(
        "Linear → !a sigmoid for each class",
        "Linear → +cross_entropy",
        "several classes, or none, may hold",
        "the classes are weighed against each other",
    ),
    "redundant-activation": Curves(
        (
            Curve("sigmoid", lambda x: 1 / (1 + math.exp(-10 * (x - 0.5))), "curve.train"),
            Curve("sigmoid of it", lambda x: 1 / (1 + math.exp(-1 / (1 + math.exp(-10 * (x - 0.5))))), "error"),
        ),
        "input",
        "output",
        "The second one answers 0.5 to 0.73, never sure.",
    ),
    "softmax-before-nll": contrast(
        "Linear → !Softmax → nll_loss",
        "Linear → +LogSoftmax → nll_loss",
        "−p has nearly no slope where it is wrong",
        "−log p is steep there",
    ),
    "softmax-before-loss": contrast(
        "Linear → !Softmax → cross_entropy",
        "Linear → cross_entropy",
        "the softmax is applied twice: the loss stays above 1.46",
        "it applies one itself",
    ),
    "sigmoid-before-loss": contrast(
        "Linear → !Sigmoid → BCE with logits",
        "Linear → BCE with logits",
        "the sigmoid is applied twice",
        "it applies one itself",
    ),
    "activation-before-loss": contrast(
        "Linear → !ReLU → cross_entropy",
        "Linear → cross_entropy",
        "scores below 0, and their gradient, are cut off",
        "scores say for and against",
    ),
    "no-probability": contrast(
        "Linear: −3 … 5 → !binary_cross_entropy",
        "Linear → +Sigmoid: 0 … 1 → binary_cross_entropy",
        "no logarithm of −3",
        "a probability",
    ),
    "no-activation": contrast(
        "Linear → !Linear", "Linear → +ReLU → Linear", "W₂(W₁x) = (W₂W₁)x: one layer's worth", "bent in between"
    ),
    # -- batches and sequences
    "batch-mixed": Table(
        ("sample 1", "sample 2", "sample 3"),
        ("class 1",),
        _softmax_of_batch,
        "A softmax along the batch: 0.7 + 0.2 + 0.1 = 1 over samples that know nothing of each other.",
    ),
    "batch-moved": Axes(("T", "N", "F"), ("steps", "batch", "features"), (0,), "Samples are expected along axis 0."),
    "batch-as-time": Join(
        ("N", "T", "64"), ("T", "N", "64"), "↔", note="With batch_first = False samples are read as steps."
    ),
    "idle-dropout": contrast(
        "!LSTM with 1 layer and dropout",
        "LSTM layer → +dropout → LSTM layer",
        "between layers, of which there is 1",
        "two stacked layers",
    ),
    "states-exchanged": contrast("encoder h, c → !decoder c₀, h₀", "encoder h, c → +decoder h₀, c₀", "exchanged", ""),
    "memory-exchanged": contrast(
        "source → !decoder ← memory: the target",
        "target so far → +decoder ← memory: the source",
        "it continues the wrong sequence",
        "",
    ),
    "first-step": Table(
        ("step",),
        ("1", "2", "3", "4"),
        lambda _r, c: ("error", "has read 1") if c == 0 else ("ok" if c == 3 else "", f"has read {c + 1}"),
        "Only the last step knows the whole sequence.",
    ),
    "last-of-both": Table(
        ("forward", "backward"),
        ("1", "2", "3", "4"),
        lambda r, c: (
            "error" if r and c == 3 else "ok" if not r and c == 3 else "",
            f"read {c + 1 if not r else 4 - c}",
        ),
        "At step 4 the backward pass has read one step only.",
    ),
    "no-positions": Table(
        ("the dog bites", "bites the dog"),
        ("answer",),
        lambda _r, _c: ("error", "same"),
        "Without positions another order gives the same.",
    ),
    "no-causal-mask": Table(
        ("step 1", "step 2", "step 3", "step 4"),
        ("1", "2", "3", "4"),
        _causal,
        "Step t may look at steps up to t; to the right of that stands the answer.",
    ),
    "no-weights": contrast(
        "Input → !ReLU → Flatten → Output",
        "Input → Flatten → +Linear → Output",
        "nothing that can change",
        "weights that learn",
    ),
    "many-weights": Bars(
        (("100 samples", 0.01), ("1,000,000 weights", 1.0)), (1,), "It can learn every sample by heart."
    ),
    # -- dropout and norms
    "dropout-last": contrast(
        "Linear → !Dropout → Output", "+Dropout → Linear → Output", "single answers are set to 0", ""
    ),
    "heavy-dropout": Bars(
        (("p = 0.2: left", 0.8), ("p = 0.5: left", 0.5), ("p = 0.9: left", 0.1)),
        (2,),
        "p is the share that is set to 0.",
    ),
    "dropout-in-a-row": Bars(
        (("after one half", 0.5), ("after two", 0.25), ("after three", 0.125)), (2,), "Shares multiply."
    ),
    "dropout-before-norm": contrast(
        "Dropout → !BatchNorm", "BatchNorm → +Dropout", "it stores a variance that is gone later", ""
    ),
    "dropout-before-pooling": contrast(
        "Dropout → !MaxPool2d", "MaxPool2d → +Dropout", "the next largest is taken instead", ""
    ),
    "bias-before-norm": contrast(
        "!Conv2d with a bias → BatchNorm2d",
        "+Conv2d, bias = False → BatchNorm2d",
        "(x + b) − mean(x + b) = x − mean(x)",
        "the norm has a bias of its own",
    ),
    # -- what else is between layers
    "bottleneck": contrast(
        "(N, 400) → !Linear → (N, 1) → Linear → (N, 10)",
        "(N, 400) → +Linear → (N, 64) → Linear → (N, 10)",
        "ten classes side by side on one line",
        "numbers enough to tell ten classes apart",
    ),
    "features-last": contrast(
        "(N, T, 64) → !Conv1d",
        "(N, T, 64) → +Permute(0, 2, 1) → (N, 64, T) → Conv1d",
        "the window moves along the features",
        "it moves along the steps",
    ),
    "hidden-softmax": contrast(
        "Linear → !Softmax → Linear",
        "Linear → +ReLU → Linear",
        "one unit rises only where others fall",
        "each unit by itself",
    ),
    "memory-of-itself": contrast(
        "target → !decoder ← memory: the target",
        "target → +decoder ← memory: the encoder of the source",
        "it never sees what is to be translated",
        "",
    ),
    "small-start": Bars(
        (("input", 1.0), ("after layer 1", 0.25), ("after layer 2", 0.06), ("after layer 3", 0.015)),
        (3,),
        "Weights with a deviation of 0.02 that read 150 numbers: × ¼ in each layer.",
    ),
    "state-shape": Join(("N", "64"), ("N", "128"), "↔", note="The state that comes in, and the state that leaves."),
}
