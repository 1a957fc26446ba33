"""Networks for tables: users and items, columns of categories and numbers."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target, tokens
from tests.engine.public.parts import dense

RATINGS = {"user": tokens(of=6040), "item": tokens(of=3706), "rating": target(numbers(1, low=1.0, high=5.0))}
CLICKS = {"user": tokens(of=6040), "item": tokens(of=3706), "click": labels(2)}
COLUMNS = {"category": tokens(8, of=1000), "number": numbers(13), "click": labels(2)}
BINARY = {"loss": "binary_cross_entropy_with_logits"}


def looked_up(graph: Graph, field: str, rows: int, width: int) -> str:
    """The vector of a user or an item."""
    start = next((node.id for node in graph.of_type("Input") if node.parameters.get("field") == field), None)
    start = start or graph.add("Input", shape=(), dtype="int64", field=field)
    return along(graph, start, step("Embedding", num_embeddings=rows, embedding_dim=width))


@public(RATINGS, RATINGS | {"rating": target(numbers(1))})
def matrix_factorization() -> Graph:
    """Koren, Bell and Volinsky 2009, Matrix factorization techniques for recommender systems, with biases."""
    graph = Graph("Matrix factorization")
    product = joined(graph, "Multiply", looked_up(graph, "user", 6040, 32), looked_up(graph, "item", 3706, 32))
    dot = along(graph, product, step("Sum", dim=1, keepdim=True))
    biases = [looked_up(graph, "user", 6040, 1), looked_up(graph, "item", 3706, 1)]
    along(graph, joined(graph, "Add", dot, *biases), step("Output", loss="mse_loss"))
    return graph


@public(CLICKS)
def neural_collaborative_filtering() -> Graph:
    """He, Liao, Zhang, Nie, Hu and Chua 2017, Neural collaborative filtering: NeuMF."""
    graph = Graph("NeuMF")
    product = joined(graph, "Multiply", looked_up(graph, "user", 6040, 8), looked_up(graph, "item", 3706, 8))
    both = joined(graph, "Concat", looked_up(graph, "user", 6040, 32), looked_up(graph, "item", 3706, 32))
    deep = along(graph, both, *dense(32, 16, 8))
    end = [step("Linear", out_features=1), step("Sigmoid"), step("Output", loss="binary_cross_entropy")]
    along(graph, joined(graph, "Concat", product, deep), *end)
    return graph


@public(COLUMNS)
def deep_fm() -> Graph:
    """Guo, Tang, Ye, Li and He 2017, DeepFM: a factorization machine and a perceptron on the same vectors."""
    graph = Graph("DeepFM")
    category = graph.add("Input", shape=(8,), dtype="int64", field="category")
    vectors = along(graph, category, step("Embedding", num_embeddings=1000, embedding_dim=16))
    first = along(graph, category, step("Embedding", num_embeddings=1000, embedding_dim=1), step("Sum", dim=1))
    square, two = along(graph, vectors, step("Sum", dim=1), step("Pow")), graph.add("Subtract")
    graph.connect(square, two)
    graph.connect(along(graph, vectors, step("Pow"), step("Sum", dim=1)), two)
    second = along(graph, two, step("Sum", dim=1, keepdim=True), step("Scale", factor=0.5))
    deep = along(graph, vectors, step("Flatten"), *dense(400, 400, 400), step("Linear", out_features=1))
    along(graph, joined(graph, "Add", first, second, deep), step("Output", **BINARY))
    return graph


@public(COLUMNS)
def wide_and_deep() -> Graph:
    """Cheng and others 2016, Wide & deep learning for recommender systems."""
    graph = Graph("Wide & deep")
    category = graph.add("Input", shape=(8,), dtype="int64", field="category")
    number = graph.add("Input", shape=(13,), field="number")
    vectors = along(graph, category, step("Embedding", num_embeddings=1000, embedding_dim=32), step("Flatten"))
    deep = along(
        graph, joined(graph, "Concat", vectors, number), *dense(1024, 512, 256), step("Linear", out_features=1)
    )
    wide = along(graph, category, step("EmbeddingBag", num_embeddings=1000, embedding_dim=1, mode="sum"))
    along(graph, joined(graph, "Add", deep, wide), step("Output", **BINARY))
    return graph


@public(COLUMNS)
def deep_and_cross() -> Graph:
    """Wang, Fu, Fu and Wang 2017, Deep & cross network for ad click predictions."""
    graph = Graph("DCN")
    category = graph.add("Input", shape=(8,), dtype="int64", field="category")
    vectors = along(graph, category, step("Embedding", num_embeddings=1000, embedding_dim=6), step("Flatten"))
    x0 = joined(graph, "Concat", vectors, graph.add("Input", shape=(13,), field="number"))
    x = x0
    for _ in range(3):
        crossed = joined(graph, "Multiply", x0, along(graph, x, step("Linear", out_features=1, bias=False)))
        x = joined(graph, "Add", crossed, x, graph.add("Parameter", shape=(61,), init="constant"))
    both = joined(graph, "Concat", x, along(graph, x0, *dense(128, 128)))
    along(graph, both, step("Linear", out_features=1), step("Output", **BINARY))
    return graph


@public(COLUMNS)
def tab_transformer() -> Graph:
    """Huang, Khetan, Cvitkovic and Karnin 2020, TabTransformer: each category has rows, and so a place, of its own."""
    graph = Graph("TabTransformer")
    category = graph.add("Input", shape=(8,), dtype="int64", field="category")
    number = along(graph, graph.add("Input", shape=(13,), field="number"), step("LayerNorm"))
    parts = []
    for column in range(8):
        one = along(graph, category, step("Slice", dim=1, start=column, stop=column + 1))
        parts.append(along(graph, one, step("Embedding", num_embeddings=1000, embedding_dim=32)))
    layers = step("TransformerEncoder", nhead=8, dim_feedforward=128, num_layers=2)
    vectors = joined(graph, "Concat", *parts, dim=1)
    context = along(graph, vectors, layers, step("Flatten"))
    end = [*dense(128, 64), step("Linear", out_features=1), step("Output", **BINARY)]
    along(graph, joined(graph, "Concat", context, number), *end)
    return graph
