"""The picture of each symptom of a training and of each setting that does not help."""

from __future__ import annotations

import math
from typing import Final

from gui.diagrams.curves import Bars, Curve, Curves, falling, flat, rising, swinging, turning
from gui.diagrams.network_pictures import filling
from gui.diagrams.sketch import Diagram
from gui.diagrams.tensors import Table

TRAIN, VALIDATION, BAD = "curve.train", "curve.validation", "error"


def _one_class(row: int, column: int) -> tuple[str, str]:
    counts = ((90, 0, 0), (7, 0, 0), (3, 0, 0))
    return ("error" if column == 0 and row else "ok" if column == row else "", str(counts[row][column]))


def _layers(values: tuple[float, ...], bad: tuple[int, ...], note: str) -> Bars:
    return Bars(tuple((f"layer {number}", value) for number, value in enumerate(values, 1)), bad, note)


TRAINING: Final[dict[str, Diagram]] = {
    "setting-range": Bars(
        (("lr 0.001", 0.02), ("lr 0.1", 0.3), ("lr 10", 1.0)), (2,), "A step as large as the weights throws them about."
    ),
    "run-length": Bars((("10 epochs of the run", 0.4), ("a schedule over 25", 1.0)), (1,), "It never gets there."),
    "batch-size": Bars(
        (("batch of 32: 32 steps an epoch", 1.0), ("batch of 1,024: 1 step", 0.03)), (1,), "An epoch of 1,024 samples."
    ),
    "vanishing-gradients": _layers(
        (0.004, 0.016, 0.06, 0.25, 1.0), (0, 1), "The gradient by layer: × ¼ on each step back."
    ),
    "exploding-gradients": _layers((1.0, 0.5, 0.25, 0.12, 0.06), (0,), "The gradient by layer: × 2 on each step back."),
    "dead-units": Curves(
        (
            Curve("ReLU", lambda x: max(0.0, 1.8 * (x - 0.5)), TRAIN),
            Curve("its slope", lambda x: 0.6 if x > 0.5 else 0.0, BAD),
        ),
        "input: below 0 | above",
        "output",
        "Below 0 there is no slope, so nothing is learned.",
    ),
    "saturated-units": Curves(
        (
            Curve("tanh", lambda x: 0.5 + 0.45 * math.tanh(8 * (x - 0.5)), TRAIN),
            Curve("its slope", lambda x: 0.9 / math.cosh(8 * (x - 0.5)) ** 2, BAD),
        ),
        "input",
        "output",
        "Far from 0 the slope is gone.",
    ),
    "alike": Bars(
        (("unit 1", 0.6), ("unit 2", 0.6), ("unit 3", 0.6)), (1, 2), "Same weights, same gradient: one unit's work."
    ),
    "not-a-number": Curves(
        (Curve("loss", lambda x: 0.3 + 0.05 * math.exp(9 * x - 3) if x < 0.62 else 1.0, BAD),),
        note="Beyond 3.4·10³⁸ there is infinity; infinity − infinity is no number.",
    ),
    "target-scale": Bars(
        (("first answers: 0.1", 0.01), ("targets: 300", 1.0)), (1,), "Standardised, the targets are around 1."
    ),
    "large-start": Curves(
        (Curve("this run", falling(0.1, 4, 1.0), BAD), Curve("usual", falling(0.1, 4, 0.42), TRAIN)),
        line=("a guess", 0.42),
        note="It first has to unlearn its answers.",
    ),
    "unshuffled": Table(
        ("sorted", "shuffled"),
        ("step 1", "step 2", "step 3"),
        lambda row, column: (
            "error" if not row else "ok",
            ("AAAA", "BBBB", "CCCC")[column] if not row else ("BACA", "CABC", "ABCB")[column],
        ),
        "Each step is to see a fair share of all classes.",
    ),
    "padding-counts": Table(
        ("text 1", "text 2", "text 3"),
        ("1", "2", "3", "4", "5"),
        filling,
        "ignore_index leaves the filling out of the loss.",
    ),
    "tight-memory": Bars(
        (("a step", 0.93), ("memory there is", 1.0)), (0,), "What other programs take is missing then."
    ),
    "waits-for-data": Bars(
        (("reading", 0.9), ("computing", 0.25)), (0,), "A step cannot begin before its data are there."
    ),
    "rate-too-high": Curves(
        (
            Curve("lr × 10", lambda x: min(1.0, 0.5 + abs(math.sin(21 * x)) * 0.5 * x), BAD),
            Curve("usual", falling(), TRAIN),
        ),
        note="A step lands on the other side, higher up.",
    ),
    "loss-rises": Curves((Curve("training loss", rising(), BAD),), note="Every step is to lower it."),
    "oscillating-loss": Curves(
        (Curve("training loss", swinging(), BAD), Curve("shorter steps", falling(0.15), TRAIN)),
        note="From one side of the valley to the other.",
    ),
    "rate-too-low": Curves(
        (Curve("this run", flat(0.85, 0.003), BAD), Curve("lr × 100", falling(), TRAIN)),
        note="Steps that change nothing.",
    ),
    "slow-convergence": Curves(
        (Curve("this run", lambda x: 0.9 - 0.25 * x, BAD), Curve("a larger lr", falling(), TRAIN)),
        note="The direction is right, the steps are short.",
    ),
    "too-few-epochs": Curves(
        (Curve("until now", lambda x: falling(0.1, 2)(min(x, 0.55)), BAD), Curve("longer", falling(0.1, 2), TRAIN)),
        note="It was still falling when the run ended.",
    ),
    "too-much-dropout": Curves(
        (Curve("training", falling(0.55), TRAIN), Curve("validation", falling(0.35), VALIDATION)),
        note="The training loss stays above, for it alone has dropout.",
    ),
    "stuck": Curves(
        (Curve("this run", flat(0.5), BAD),), line=("a guess", 0.52), note="Nothing of the inputs is learned."
    ),
    "one-class-answered": Table(
        ("is A", "is B", "is C"),
        ("said A", "said B", "said C"),
        _one_class,
        "90 of 100 are right, and nothing is known of B and C.",
    ),
    "overfitting": Curves(
        (Curve("training", falling(0.05, 4), TRAIN), Curve("validation", turning(), VALIDATION)),
        note="The best epoch is where the validation loss is lowest.",
    ),
}
