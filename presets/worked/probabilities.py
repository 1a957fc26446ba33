"""Softmax, its loss, and what becomes of exponentials of large numbers."""

from __future__ import annotations

from engine.graph import Graph
from presets.worked.example import Reading, WorkedExample, after, ended, fixed, given

SCORES = (0.7, 0.1, 1.6, 2.2, 0.3)
LARGE = (47.0, 50.0, 12.0)
TABLE = (-100.0, -2.0, -1.0, 0.0, 1.0, 2.0, 100.0)
EXTREME = (-100.0, 0.0, 100.0)
NAN, INFINITY = float("nan"), float("inf")


def softmax_loss() -> Graph:
    """Scores of five classes, of which the fourth is true: −log of its softmax."""
    graph = Graph("Softmax loss by hand")
    scores = given(graph, "scores", SCORES)
    softmax = after(graph, [scores], "Softmax", "softmax", dim=1)
    true = after(graph, [softmax], "Select", "fourth", dim=1, index=3)
    log = after(graph, [true], "Log", "log")
    return ended(graph, after(graph, [log], "Neg", "loss"), loss="value")


def softmax_of_large() -> Graph:
    """Softmax of scores whose exponentials are huge."""
    graph = Graph("Softmax of (47, 50, 12)")
    scores = given(graph, "scores", LARGE)
    return ended(graph, after(graph, [scores], "Softmax", "softmax", dim=1))


def sigmoid_table() -> Graph:
    """The sigmoid as torch computes it, beside eˣ / (1 + eˣ) as it is written."""
    graph = Graph("Sigmoid from −100 to 100")
    x = given(graph, "x", TABLE)
    ended(graph, after(graph, [x], "Sigmoid", "sigmoid"), "stable")
    exp = after(graph, [x], "Exp", "exp")
    plus = after(graph, [exp, fixed(graph, "one", (1.0,))], "Add", "plus_one")
    return ended(graph, after(graph, [exp, plus], "Divide", "as_written"), "naive")


def softmax_table() -> Graph:
    """The softmax as torch computes it, beside eˣ / Σ eˣ as it is written."""
    graph = Graph("Softmax from −100 to 100")
    x = given(graph, "x", EXTREME)
    ended(graph, after(graph, [x], "Softmax", "softmax", dim=1), "stable")
    exp = after(graph, [x], "Exp", "exp")
    total = after(graph, [exp], "Sum", "sum", dim=1, keepdim=True)
    return ended(graph, after(graph, [exp, total], "Divide", "as_written"), "naive")


EXAMPLES = (
    WorkedExample(
        "softmax-loss",
        "Softmax loss of five scores",
        "A classifier gives the scores (0.7, 0.1, 1.6, 2.2, 0.3), and the fourth class is true. How large is the "
        "softmax loss, with the natural logarithm?",
        "The loss is −log 0.4892 = 0.7149.",
        softmax_loss,
        (
            Reading("softmax", "exp of each, divided by their sum 18.447", (0.1092, 0.0599, 0.2685, 0.4892, 0.0732)),
            Reading("fourth", "the probability of the true class", (0.4892,)),
            Reading("log", "its natural logarithm", (-0.7149,)),
            Reading("loss", "with the sign changed", (0.7149,)),
        ),
    ),
    WorkedExample(
        "softmax-large",
        "Softmax of (47, 50, 12)",
        "What is the softmax of (47, 50, 12), and how does one compute it without e⁵⁰ ≈ 5·10²¹?",
        "Subtract the largest score first: the softmax of (−3, 0, −38) is the same, (0.0474, 0.9526, 0.0000).",
        softmax_of_large,
        (Reading("softmax", "e⁻³ and e⁻³⁸ beside e⁰ = 1, divided by 1.0498", (0.0474, 0.9526, 0.0)),),
    ),
    WorkedExample(
        "sigmoid-table",
        "Sigmoid from −100 to 100",
        "Tabulate σ(x) = 1 / (1 + e⁻ˣ). What happens at ±100 in 32-bit numbers, where e¹⁰⁰ is larger than the largest?",
        "σ is 0 at −100 and 1 at 100 to all digits; as eˣ / (1 + eˣ) it would be ∞ / ∞ at 100, which is not a number.",
        sigmoid_table,
        (
            Reading("sigmoid", "σ(−x) = 1 − σ(x)", (0.0, 0.1192, 0.2689, 0.5, 0.7311, 0.8808, 1.0)),
            Reading("exp", "e¹⁰⁰ is ∞ in 32 bits", (0.0, 0.1353, 0.3679, 1.0, 2.7183, 7.3891, INFINITY)),
            Reading("as_written", "∞ / ∞ is not a number", (0.0, 0.1192, 0.2689, 0.5, 0.7311, 0.8808, NAN)),
        ),
    ),
    WorkedExample(
        "softmax-table",
        "Softmax from −100 to 100",
        "What is the softmax of (−100, 0, 100), and what becomes of it where the exponentials are computed as written?",
        "It is (0, 0, 1); as written its largest exponential is ∞, and ∞ / ∞ is not a number.",
        softmax_table,
        (
            Reading("softmax", "that of (−200, −100, 0)", (0.0, 0.0, 1.0)),
            Reading("exp", "e¹⁰⁰ is ∞ in 32 bits", (0.0, 1.0, INFINITY)),
            Reading("as_written", "1 / ∞ = 0, but ∞ / ∞ is not a number", (0.0, 0.0, NAN)),
        ),
    ),
)
