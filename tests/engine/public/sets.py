"""Networks of points, sets and graphs, twins with shared weights, experts, and agents that play."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import Step, along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target
from tests.engine.public.parts import BIAS, dense

POINTS = {"points": numbers(1024, 3), "label": labels(40)}


def pointwise(*widths: int) -> list[Step]:
    """The same small perceptron at each point."""
    return [
        each
        for width in widths
        for each in (step("Conv1d", out_channels=width, kernel_size=1), step("BatchNorm1d"), step("ReLU"))
    ]


def t_net(graph: Graph, x: str, size: int) -> str:
    """Points turned by a matrix that is made of all of them, (N, channels, points)."""
    norms = [step("Linear", out_features=512), step("BatchNorm1d"), step("ReLU")]
    norms += [step("Linear", out_features=256), step("BatchNorm1d"), step("ReLU")]
    turn = [*pointwise(64, 128, 1024), step("Max", dim=2), *norms, step("Linear", out_features=size * size)]
    matrix = along(graph, x, *turn, step("Unflatten", dim=1, unflattened_size=(size, size)))
    same = tuple(float(i == j) for i in range(size) for j in range(size))
    if size == 3:
        matrix = joined(graph, "Add", matrix, graph.add("Constant", value=same, shape=(3, 3)))
    product = graph.add("MatMul")
    graph.connect(matrix, product, target="a")
    graph.connect(x, product, target="b")
    return product


@public(POINTS, POINTS | {"points": numbers(1024, 3, low=-1.0)}, hints=BIAS)
def point_net() -> Graph:
    """Qi, Su, Mo and Guibas 2016, PointNet: deep learning on point sets, with both of its T-nets."""
    graph = Graph("PointNet")
    x = along(graph, graph.add("Input", shape=(1024, 3)), step("Permute", dims=(0, 2, 1)))
    x = along(graph, t_net(graph, x, 3), *pointwise(64, 64))
    whole = along(graph, t_net(graph, x, 64), *pointwise(64, 128, 1024), step("Max", dim=2))
    hidden = [step("Linear", out_features=512), step("BatchNorm1d"), step("ReLU"), step("Linear", out_features=256)]
    end = [step("BatchNorm1d"), step("ReLU"), step("Dropout", p=0.3), step("Linear", out_features=40), step("Output")]
    along(graph, whole, *hidden, *end)
    return graph


@public({"set": numbers(10, 8), "sum": target(numbers(1))})
def deep_sets() -> Graph:
    """Zaheer, Kottur, Ravanbakhsh, Poczos, Salakhutdinov and Smola 2017, Deep sets."""
    graph = Graph("Deep Sets")
    end = [step("Sum", dim=1), *dense(64), step("Linear", out_features=1), step("Output", loss="mse_loss")]
    along(graph, graph.add("Input", shape=(10, 8)), *dense(64, 64), *end)
    return graph


@public(POINTS, hints={"no-positions": "right, and wanted: points of a set have no order"})
def set_transformer() -> Graph:
    """Lee, Lee, Kim, Kosiorek, Choi and Teh 2018, Set Transformer: the order of the points says nothing."""
    graph = Graph("Set Transformer")
    x = along(graph, graph.add("Input", shape=(1024, 3)), step("Linear", out_features=64))
    for _ in range(2):
        y = along(
            graph, joined(graph, "Add", along(graph, x, step("MultiheadAttention", num_heads=4)), x), step("LayerNorm")
        )
        wide = [step("Linear", out_features=64), step("ReLU")]
        x = along(graph, joined(graph, "Add", along(graph, y, *wide), y), step("LayerNorm"))
    along(graph, x, step("Max", dim=1), step("Linear", out_features=40), step("Output"))
    return graph


@public({"features": numbers(34, 16), "label": labels(2, 34)})
def graph_convolution() -> Graph:
    """Kipf and Welling 2016, Semi-supervised classification with graph convolutional networks, of a ring."""
    graph = Graph("GCN")
    ring = tuple(1 / 3 if (i - j) % 34 in (0, 1, 33) else 0.0 for i in range(34) for j in range(34))
    neighbours, x = graph.add("Constant", value=ring, shape=(34, 34)), graph.add("Input", shape=(34, 16))
    for width, end in ((16, [step("ReLU"), step("Dropout", p=0.5)]), (2, [])):
        mixed = graph.add("MatMul")
        graph.connect(neighbours, mixed, target="a")
        graph.connect(along(graph, x, step("Linear", out_features=width, bias=False)), mixed, target="b")
        x = along(graph, mixed, *end)
    along(graph, x, step("Output"))
    return graph
