"""One step of a recurrent network and of an LSTM, with numbers."""

from __future__ import annotations

from engine.graph import Graph
from presets.worked.example import Reading, WorkedExample, after, constant, ended, fixed, given


def rnn_step() -> Graph:
    """h′ = tanh(W h + U x + b). Rows multiply from the left here, so the matrices are drawn transposed."""
    graph = Graph("One step of an RNN")
    h, x = given(graph, "h", (0.5, -0.5)), given(graph, "x", (1.0, 2.0))
    wh = after(graph, [h, constant(graph, "W_transposed", ((0.5, 1.0), (-1.0, 0.5)))], "MatMul", "Wh")
    ux = after(graph, [x, constant(graph, "U_transposed", ((1.0, -0.5), (0.0, 1.0)))], "MatMul", "Ux")
    total = after(graph, [wh, ux, fixed(graph, "b", (0.1, -0.1))], "Add", "sum")
    return ended(graph, after(graph, [total], "Tanh", "new_h"))


def lstm_step() -> Graph:
    """One unit: gates i, f, o and candidate g from (x, h), then c′ = f·c + i·g and h′ = o·tanh c′."""
    graph = Graph("One step of an LSTM")
    x, h, c = given(graph, "x", (1.0,)), given(graph, "h", (0.5,)), given(graph, "c", (0.2,))
    both = after(graph, [x, h], "Concat", "x_and_h", dim=1)
    weights = constant(graph, "W_transposed", ((0.5, 1.0, 1.0, -0.5), (0.5, -0.5, 1.0, 1.0)))
    product = after(graph, [both, weights], "MatMul", "W_times")
    z = after(graph, [product, fixed(graph, "b", (0.0, 1.0, 0.0, 0.5))], "Add", "z")
    gates = {}
    for index, (name, kind) in enumerate((("i", "Sigmoid"), ("f", "Sigmoid"), ("g", "Tanh"), ("o", "Sigmoid"))):
        part = after(graph, [z], "Slice", f"z_{name}", dim=1, start=index, stop=index + 1)
        gates[name] = after(graph, [part], kind, name)
    kept = after(graph, [gates["f"], c], "Multiply", "f_times_c")
    added = after(graph, [gates["i"], gates["g"]], "Multiply", "i_times_g")
    new_c = after(graph, [kept, added], "Add", "new_c")
    squashed = after(graph, [new_c], "Tanh", "tanh_c")
    return ended(graph, after(graph, [gates["o"], squashed], "Multiply", "new_h"))


EXAMPLES = (
    WorkedExample(
        "rnn-step",
        "One step of an RNN",
        "h = (0.5, −0.5), x = (1, 2), W = (0.5, −1; 1, 0.5), U = (1, 0; −0.5, 1), b = (0.1, −0.1). "
        "What is h′ = tanh(W h + U x + b)?",
        "h′ = tanh (1.85, 1.65) = (0.9517, 0.9289).",
        rnn_step,
        (
            Reading("Wh", "0.5·0.5 + (−1)·(−0.5), 1·0.5 + 0.5·(−0.5)", (0.75, 0.25)),
            Reading("Ux", "1·1 + 0·2, −0.5·1 + 1·2", (1.0, 1.5)),
            Reading("sum", "with b", (1.85, 1.65)),
            Reading("new_h", "tanh of each", (0.9517, 0.9289)),
        ),
    ),
    WorkedExample(
        "lstm-step",
        "One step of an LSTM",
        "One unit has x = 1, h = 0.5, c = 0.2. Its weights for (x, h) are i: (0.5, 0.5), f: (1, −0.5), g: (1, 1), "
        "o: (−0.5, 1), its biases 0, 1, 0, 0.5. What are the new cell state and the new output?",
        "c′ = 0.8520·0.2 + 0.6792·0.9051 = 0.7851 and h′ = 0.6225·tanh 0.7851 = 0.4081.",
        lstm_step,
        (
            Reading("z", "weights times (1, 0.5), with the biases", (0.75, 1.75, 1.5, 0.5)),
            Reading("i", "σ(0.75): how much comes in", (0.6792,)),
            Reading("f", "σ(1.75): how much stays", (0.852,)),
            Reading("g", "tanh 1.5: what comes in", (0.9051,)),
            Reading("o", "σ(0.5): how much is shown", (0.6225,)),
            Reading("new_c", "f·c + i·g", (0.7851,)),
            Reading("new_h", "o·tanh c′", (0.4081,)),
        ),
    ),
)
