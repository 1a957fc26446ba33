"""The picture of each kind of problem of a network, with usual numbers; `case_pictures` puts those of the case in."""

from __future__ import annotations

import math
from typing import Final

from gui.diagrams.chains import contrast, only
from gui.diagrams.curves import Bars, Curve, Curves
from gui.diagrams.sketch import Diagram
from gui.diagrams.tensors import Axes, Join, Sharing, Table
from gui.diagrams.windows import Grid, Window

IMAGE, ROW = ("batch", "channels", "height", "width"), ("batch", "steps", "features")


def filling(row: int, column: int) -> tuple[str, str]:
    """Three texts of 5, 3 and 2 words, filled up to one length."""
    long = (5, 3, 2)[row]
    return ("family.Linear", "word") if column < long else ("error", "fill")


def _in_order(row: int, column: int) -> tuple[str, str]:
    return ("ok", f"{1 + column} {4 + column}") if row else ("error", f"{1 + 2 * column} {2 + 2 * column}")


def _heads(row: int, column: int) -> tuple[str, str]:
    return ("ok", "steps") if row else ("error", "heads")


NETWORK: Final[dict[str, Diagram]] = {
    # -- shapes
    "axes": contrast(
        "(N, 16, 5, 5) → !Linear → (N, 16, 5, 120)",
        "(N, 16, 5, 5) → +Flatten → (N, 400) → Linear",
        "4 axes come in, and only the last one is read",
        "1 row of numbers for each sample",
    ),
    "axis": Axes(
        ("N", "64", "10"), ("batch", "", ""), (3,), "Axes are counted from 0, or from the end: −1 is the last."
    ),
    "sizes": only(
        "(N, 16, 5, 5) → !Reshape to 10 × 50 → (10, 50)", "16·5·5 = 400 numbers came in, 10·50 = 500 are asked"
    ),
    "range": Axes(("0", "1", "2", "3"), (), (4,), "An axis of 4 positions has the indices 0 to 3."),
    "dtype": contrast(
        "tokens (int64) → !Linear",
        "tokens (int64) → +Embedding → (N, T, 64) → Linear",
        "names of words cannot be multiplied",
        "each is looked up and becomes a vector of floats",
    ),
    "division": Sharing(10, 4, note="groups must divide the channels: 10 mod 4 = 2"),
    "mismatch": Join(
        ("N", "64", "28", "28"),
        ("N", "128", "14", "14"),
        note="A 1×1 convolution with stride 2 and 128 channels on the shortcut makes both equal.",
    ),
    "window": Window(2, 3, note="The window of 3 is larger than the 2 cells: pad, or take a smaller one."),
    "padding": Window(4, 2, 2, 2, note="The first window sees padding alone: at most half the window may hang over."),
    "same-stride": Window(7, 3, 2, 1, note="padding = 1 and stride 2 give ⌈7 / 2⌉ = 4; 'same' would have to give 7."),
    "output-padding": Bars(
        (("stride 2", 0.5), ("output_padding up to 1", 0.25), ("output_padding 2", 0.5)),
        (2,),
        "Between two strides there is room for stride − 1 more cells.",
    ),
    "open-size": Axes(("N", "T", "64"), ROW, (1,), "T differs from batch to batch; weights are made once."),
    "one-value": Bars(
        (("channel 1: 0.3", 0.3), ("mean 0.3", 0.3), ("deviation 0", 0.0)),
        (2,),
        "One number has no spread: (x − mean) / 0.",
    ),
    "state": Join(
        ("2 layers", "N", "64"), ("1 layer", "N", "128"), "→", note="Layers, directions and features must be equal."
    ),
    "mask": Table(
        ("step 1", "step 2", "step 3"),
        ("step 1", "step 2", "step 3", "step 4"),
        lambda r, c: ("error", "") if c == 3 else ("ok", "✓"),
        "A mask has a row for each step that asks, a column for each looked at.",
    ),
    "shape": only("what came in → !the layer", "the sentence says what is needed, with your numbers"),
    # -- what is typed
    "parameter": only("kernel_size = 0 → !at least 1", "the field's tooltip names type and bounds"),
    "expression": contrast(
        "!= chanels * 2",
        "+= channels * 2",
        "this name is not known here",
        "names of the block's parameters, numbers, + − · / // % **",
    ),
    "property": contrast(
        "ReLU → !frozen", "Linear → +frozen", "nothing to freeze: it has no weights", "its weights stay"
    ),
    "absent": contrast(
        "x → !absent layer → second output",
        "x → +absent layer → first output",
        "an absent layer has no second output",
        "it hands its input on",
    ),
    "sharing": Join(("128", "64"), ("128", "32"), "↔", note="Weights can be shared where their shapes are equal."),
    "max-norm": contrast(
        "Linear reads the table → !Embedding shortens rows",
        "Embedding shortens rows → Linear reads the table",
        "the gradient needs the rows as they were",
        "the rows do not change afterwards",
    ),
    "bypassed": contrast(
        "a and b → !Concat, bypassed → (a or b?)",
        "x → +Dropout, bypassed → (x)",
        "it joins two values: which one would leave?",
        "what comes in goes out",
    ),
    "unknown-layer": only(
        "Conv2d → !a layer of a package → Linear", "the package is not installed; its parameters are kept"
    ),
    "unconnected": contrast("!nothing → Linear", "+Conv2d → Linear", "nothing comes in", "data flows along the wire"),
    "one-wire": contrast(
        "F(x) → !Add → F(x)",
        "x and F(x) → +Add → x + F(x)",
        "one wire: the sum is what came in",
        "the shortcut is the other wire",
    ),
    "no-such-port": only("MaxPool2d → !indices → MaxUnpool2d", "the port is there only with return_indices"),
    "unused": contrast(
        "Conv2d → !nothing", "Conv2d → ReLU → +Output", "it leads to no Output", "it is trained and exported"
    ),
    "misplaced": contrast(
        "!Input in a block → Conv2d", "+BlockInput in a block → Conv2d", "samples enter networks", "values enter blocks"
    ),
    "empty": contrast("!nothing", "+Input → Conv2d → Flatten → Linear → +Output", "", "from the samples to the answer"),
    "no-input": contrast("Conv2d → Linear → Output", "+Input → Conv2d → Linear → Output", "no way in for samples", ""),
    "no-output": contrast(
        "Input → Conv2d → Linear", "Input → Conv2d → Linear → +Output", "the answer leads nowhere", ""
    ),
    "no-loss": contrast(
        "Linear → !Output without a loss",
        "Linear → Output → +cross_entropy ← labels",
        "nothing to make smaller",
        "the answer is compared with the target",
    ),
    # -- the data and the answer
    "setting": only("the setting → !a value that is not allowed", "the sentence names what is allowed"),
    "data": only("the data → !cannot be used → Input", "the data set or a transform is not there or does not fit"),
    "weights-missing": contrast(
        "file at its old place → !gone", "file → +Locate …", "only the way to it is stored", ""
    ),
    "frozen-at-random": contrast(
        "!random weights, frozen → Linear learns",
        "+loaded weights, frozen → Linear learns",
        "what is frozen has learned nothing",
        "what was learned elsewhere is kept",
    ),
    "weights-normalization": contrast(
        "pixels 0…255 → !loaded layers",
        "pixels → +(x/255 − mean)/deviation → loaded layers",
        "they have never seen such numbers",
        "the range they have learned from",
    ),
    "no-data": contrast("!no data → Input", "+digits → Input (1, 8, 8)", "nothing to learn from", ""),
    "input-data": Join(
        ("N", "1", "28", "28"), ("N", "3", "32", "32"), "↔", note="The Input, and a sample of the data."
    ),
    "output-data": Join(("N", "10"), ("N",), "↔", free=1, note="10 scores a sample against 1 label a sample fits."),
    "class-axis": Axes(("N", "10", "10"), ("batch", "classes?", "classes?"), (1, 2), "Both axes have 10 positions."),
    "too-many-classes": Bars(
        (("10 classes of the data", 0.6), ("16 scores of the answer", 0.96)), (1,), "6 scores that no label ever names"
    ),
    "embedding-range": Bars(
        (("rows 0 … 99", 0.8), ("number 100", 0.81)), (1,), "num_embeddings = 100 has the rows 0 to 99."
    ),
    "linear-on-image": contrast(
        "(N, 3, 32, 32) → !Linear → (N, 3, 32, 10)",
        "(N, 3, 32, 32) → +Flatten → (N, 3072) → Linear",
        "it sees one row of pixels at a time",
        "it sees the whole image",
    ),
    "unused-columns": Window(10, 3, 2, note="(10 − 3) / 2 is no integer: the last column is read by no window."),
    "channels-last": Join(
        ("N", "32", "32", "3"),
        ("N", "3", "32", "32"),
        "↔",
        note="(height, width, channels) is read as (channels, height, width).",
    ),
    "narrow-view": Grid(9, 3, note="A cell that depends on 3 × 3 of 9 × 9 pixels sees no shape larger than that."),
    "answer-range": Curves(
        (
            Curve("sigmoid: never above 1", lambda x: 0.45 / (1 + math.exp(-9 * (x - 0.5))), "curve.train"),
            Curve("target goes to 2", lambda x: 0.9 * x, "error"),
        ),
        "input",
        "output",
        "What lies beyond the bound can never be reached.",
    ),
    "input-scale": Bars(
        (("age 0.3 … 0.9", 0.02), ("income 20,000 … 90,000", 0.98)),
        (1,),
        "One column drowns the other; standardised, both are around 1.",
    ),
    "padding-read": Table(
        ("text 1", "text 2", "text 3"),
        ("1", "2", "3", "4", "5"),
        filling,
        "A mask, or the lengths, say which positions are filling.",
    ),
    "gaps": Window(12, 2, 4, note="The window moves by 4 and is 2 wide: 2 cells between are read by nothing."),
    "early-pooling": contrast(
        "(3, 32, 32) → pool → pool → !pool → (64, 4, 4) → convolutions",
        "(3, 32, 32) → convolutions → pool → convolutions → pool",
        "3×3 windows see nearly the whole map of 4×4",
        "several layers at each size",
    ),
    "over-padding": Window(1, 3, 1, 1, note="On one cell only the middle weight sees anything."),
    "window-of-one": Window(6, 1, note="The largest of one number is that number: nothing changes."),
    "axes-by-reshape": Table(
        ("Reshape", "Permute"),
        ("row 1", "row 2", "row 3"),
        _in_order,
        "(1 2 3; 4 5 6) as three rows of two: Reshape keeps the order, and mixes the rows.",
    ),
    "heads-behind-steps": Table(
        ("(N, T, heads, d)", "(N, heads, T, d)"),
        ("compares",),
        _heads,
        "Attention compares the rows of the last two axes.",
    ),
}
