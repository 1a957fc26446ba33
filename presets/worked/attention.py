"""One query over three keys."""

from __future__ import annotations

from engine.graph import Graph
from presets.worked.example import Reading, WorkedExample, after, constant, ended, given


def attention() -> Graph:
    """softmax(q Kᵀ / √d) V for one query. The keys are drawn as columns, Kᵀ."""
    graph = Graph("Attention of one query")
    q = given(graph, "q", (1.0, 0.0))
    scores = after(graph, [q, constant(graph, "K_transposed", ((1.0, 0.0, 1.0), (0.0, 1.0, 1.0)))], "MatMul", "q_K")
    scaled = after(graph, [scores, graph.add("Constant", name="sqrt_d", value=2**0.5)], "Divide", "scaled")
    weights = after(graph, [scaled], "Softmax", "weights", dim=1)
    values = constant(graph, "V", ((1.0, 0.0), (0.0, 1.0), (2.0, 2.0)))
    return ended(graph, after(graph, [weights, values], "MatMul", "mixed"))


EXAMPLES = (
    WorkedExample(
        "attention",
        "Attention of one query",
        "The query is q = (1, 0), the keys are (1, 0), (0, 1) and (1, 1), their values (1, 0), (0, 1) and (2, 2). "
        "What is softmax(q Kᵀ / √2) V?",
        "The weights are (0.4011, 0.1978, 0.4011), and the values mixed by them (1.2033, 1.0000).",
        attention,
        (
            Reading("q_K", "the products with the keys", (1.0, 0.0, 1.0)),
            Reading("scaled", "divided by √2 = 1.4142", (0.7071, 0.0, 0.7071)),
            Reading("weights", "softmax: 2.0281, 1, 2.0281 divided by 5.0562", (0.4011, 0.1978, 0.4011)),
            Reading("mixed", "0.4011·(1, 0) + 0.1978·(0, 1) + 0.4011·(2, 2)", (1.2033, 1.0)),
        ),
    ),
)
