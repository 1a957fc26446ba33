"""Every rule, provoked on the guilty part and silent on a network that is right."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import engine.blocks
import engine.layers
import engine.problems
from engine.edits import Connect, Disconnect, Edit, RemoveNode, SetParameter, SetProperty, SetSetting
from engine.graph import Edge, Graph, Node
from engine.problems import SEVERITIES, Problem, find
from engine.problems.explanations import EXPLANATIONS
from engine.problems.training_explanations import TRAINING
from engine.problems.ways import WAYS
from engine.shapes import kind_name
from tests.engine.corpus.notation import read
from tests.engine.graphs import random_graph
from tests.engine.test_corpus import FAULTS
from tests.engine.test_max_norm import shared

CODES = {"shape", "parameter", "unknown-layer", "expression", "property"}
"""The codes of all rules."""
for file in Path(engine.problems.__file__).parent.glob("rules/*.py"):
    CODES |= set(re.findall(r'Problem\(\s*"\w+"[^,]*,\s*"([a-z-]+)"', file.read_text(encoding="utf-8")))
    CODES |= {"no-activation"}  # its gravity is chosen
LAYERS = {
    code
    for folder in (engine.layers, engine.blocks)
    for file in Path(str(folder.__file__)).parent.glob("*.py")
    for code in re.findall(r'code="([a-z-]+)"', file.read_text(encoding="utf-8"))
}
"""The codes of what layers refuse."""


def digits() -> Graph:
    """A network without a problem: n1 Input → n2 Conv2d → n3 Flatten → n4 Linear → n5 Output, on the digits."""
    graph = Graph("digits")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("Input", {"shape": (1, 8, 8)}),
        ("Conv2d", {"out_channels": 4, "kernel_size": 1}),
        ("Flatten", {}),
        ("Linear", {"out_features": 10}),
        ("Output", {}),
    ]
    for node_type, parameters in steps:
        graph.add(node_type, **parameters)
    for index in range(1, 5):
        graph.connect(f"n{index}", f"n{index + 1}")
    SetSetting(("data", "dataset"), "digits").apply(graph)
    return graph


def test_a_network_that_is_right_has_no_problem() -> None:
    assert find(digits()) == []


def wire(source: str, target: str, port: str = "input", source_port: str = "output") -> Edge:
    return Edge(source, source_port, target, port)


def edited(*edits: Edit) -> Callable[[], Graph]:
    def build() -> Graph:
        graph = digits()
        for edit in edits:
            edit.apply(graph)
        return graph

    return build


def without_flatten() -> Graph:
    graph = edited(Disconnect(wire("n2", "n3")), Disconnect(wire("n3", "n4")), RemoveNode("n3"))()
    graph.connect("n2", "n4")
    return graph


def with_lone(node_type: str, **parameters: Any) -> Callable[[], Graph]:
    def build() -> Graph:
        graph = digits()
        graph.add(node_type, **parameters)
        return graph

    return build


def unknown_layer() -> Graph:
    graph = digits()
    graph.insert_node(Node("n9", "Conv3", "deep", {}), (0.0, 0.0))
    return graph


def chain_of(*steps: tuple[str, dict[str, Any]]) -> Graph:
    graph, last = Graph(), ""
    for node_type, parameters in steps:
        node = graph.add(node_type, **parameters)
        if last:
            graph.connect(last, node)
        last = node
    return graph


def padding_alone() -> Graph:
    """Two cells, two apart, around the only one there is: torch's gradient writes to memory of others."""
    window = {"kernel_size": 2, "dilation": 2, "padding": 1}
    linear = ("Linear", {"out_features": 2})
    return chain_of(("Input", {"shape": (3, 1)}), ("MaxPool1d", window), linear, ("Output", {"loss": "mse_loss"}))


def sparse_by_frequency() -> Graph:
    """torch runs, and stops at the first step of the training."""
    table = {"num_embeddings": 5, "embedding_dim": 4, "sparse": True, "scale_grad_by_freq": True}
    words = ("Input", {"shape": (3,), "dtype": "int64"})
    return chain_of(words, ("Embedding", table), ("Output", {"loss": "mse_loss"}))


def two_axes() -> Graph:
    """32 maps of 32 × 32 pixels for a mask of 32 × 32: any axis could be the classes."""
    graph = Graph()
    SetSetting(("data", "dataset"), "shapes").apply(graph)
    last = graph.add("Input", shape=(3, 32, 32))
    for node_type, parameters in (("Conv2d", {"out_channels": 32, "kernel_size": 1}), ("Output", {"field": "mask"})):
        node = graph.add(node_type, **parameters)
        graph.connect(last, node)
        last = node
    return graph


def only(*types: str) -> Callable[[], Graph]:
    def build() -> Graph:
        graph = Graph()
        SetSetting(("data", "dataset"), "digits").apply(graph)
        for node_type in types:
            graph.add(node_type, **({"shape": (1, 8, 8)} if node_type == "Input" else {}))
        return graph

    return build


def pooled_without_indices() -> Graph:
    graph = digits()
    pool = graph.add("MaxPool2d", kernel_size=2, return_indices=True, name="pool")
    graph.connect("n1", pool)
    graph.connect(pool, graph.add("Output", loss=None, name="where"), source="indices")
    SetParameter(pool, "return_indices", False).apply(graph)
    return graph


def absent_with_indices() -> Graph:
    graph = pooled_without_indices()
    SetParameter("n6", "return_indices", True).apply(graph)
    SetProperty("n6", "when", False).apply(graph)
    return graph


def bypassed_with_indices() -> Graph:
    graph = pooled_without_indices()
    SetParameter("n6", "return_indices", True).apply(graph)
    SetProperty("n6", "bypassed", True).apply(graph)
    return graph


def drawn(text: str) -> Callable[[], Graph]:
    return lambda: read(text)


def lost_weights() -> Graph:
    """A network that is to begin with the weights of a file that is not there."""
    value = {"path": "/nowhere/net.pth", "sha256": "0" * 64, "map": ["conv1.weight = conv1.weight"]}
    return edited(SetSetting(("training", "weights"), value))()


def otherwise_normalized() -> Graph:
    """A network with weights that expect other values than the images of the data have."""
    graph = read("x: Input(shape=(3, 8, 8))\nf: Flatten\nfc: Linear(out_features=2)\ny: Output")
    options = {"classes": ("cat", "dog"), "size": (8, 8)}
    graph.settings["data"] = {"source": {"kind": "images", "path": "/nowhere/pets", "options": options}}
    value = {"path": __file__, "sha256": "0" * 64, "map": ("fc.weight = fc.weight",)}
    graph.settings["training"] = {"weights": {**value, "mean": (0.5, 0.5, 0.5), "std": (0.2, 0.2, 0.2)}}
    return graph


PROVOKED: list[tuple[str, str, str | None, str | None, str | None, Callable[[], Graph], str]] = [
    # code, severity, node, port, parameter or setting, the network, a part of the sentence
    ("window", "error", "n2", "input", "kernel_size", edited(SetParameter("n2", "kernel_size", 9)), "9×9 window over"),
    ("parameter", "error", "n2", None, "kernel_size", edited(SetParameter("n2", "kernel_size", "3x")), "not '3x'."),
    ("unknown-layer", "error", "n9", None, None, unknown_layer, "deep (Conv3) cannot be used: there is no layer named"),
    ("unconnected", "error", "n3", "input", None, edited(Disconnect(wire("n2", "n3"))), "has nothing on its input"),
    ("unconnected", "error", "n6", "x0", None, with_lone("Add"), "joins several values, but nothing is wired to it"),
    ("no-such-port", "error", "n3", "mask", None, edited(Connect(wire("n2", "n3", "mask"))), "has no input 'mask'"),
    ("no-such-port", "error", "n6", "indices", None, pooled_without_indices, "has no output 'indices' with these"),
    ("absent", "error", "n6", "indices", None, absent_with_indices, "but where needs its indices"),
    ("bypassed", "error", "n6", "indices", "bypassed", bypassed_with_indices, "but where needs its indices"),
    ("unused", "warning", "n4", "output", None, edited(Disconnect(wire("n4", "n5"))), "Nothing uses the result of fc1"),
    ("linear-on-image", "warning", "n4", "input", None, without_flatten, "gets 4-D input (N, 4, 8, 8) and works"),
    ("expression", "error", "n2", None, "kernel_size", edited(SetParameter("n2", "kernel_size", {"expr": "k"})), "'k'"),
    ("property", "error", "n2", None, "repeat", edited(SetProperty("n2", "repeat", 2)), "only a block can"),
    ("sharing", "error", "n4", None, None, edited(SetProperty("n4", "weights_of", "n2")), "its weight has the shape"),
    ("misplaced", "error", "n6", None, None, with_lone("BlockOutput"), "is allowed only inside a block"),
    ("empty", "hint", None, None, None, only(), "The network is empty"),
    ("no-input", "error", None, None, None, only("Output"), "The network has no Input"),
    ("no-output", "error", None, None, None, only("Input"), "The network has no Output"),
    ("no-loss", "error", None, None, None, edited(SetParameter("n5", "loss", None)), "No Output has a loss"),
    ("input-data", "error", "n1", None, "shape", edited(SetSetting(("data", "dataset"), "iris")), "8 × 8"),
    ("output-data", "error", "n5", "input", None, edited(SetParameter("n4", "out_features", 9)), "10"),
    ("padding", "error", "n2", "input", "padding", padding_alone, "one window lies in the padding alone"),
    ("parameter", "error", "n2", None, "sparse", sparse_by_frequency, "cannot scale by frequency"),
    ("max-norm", "error", "n4", "per_sample_weights", "max_norm", shared, "shortens the rows of its table to max_norm"),
    ("class-axis", "hint", "n3", "input", "class_axis", two_axes, "taken from axis 1, and axis 2 and axis 3 would fit"),
    ("too-many-classes", "warning", "n5", "input", None, edited(SetParameter("n4", "out_features", 11)), "11 classes"),
    ("setting", "error", None, None, "training.epochs", edited(SetSetting(("training", "epochs"), "x")), "'x'"),
    ("data", "error", None, None, "data", edited(SetSetting(("data", "dataset"), "digit")), "'digit'; did you mean"),
    ("no-weights", "error", "n3", "input", None, drawn("x: Input(shape=(4,))\nr: ReLU\ny: Output"), "nothing to learn"),
    ("range", "error", "n2", "input", "index",
     drawn("x: Input(shape=(4, 8))\nlast: Select(index=4)\nfc: Linear(out_features=2)\ny: Output"), "there are -4 … 3"),
    ("open-size", "error", "n2", "input", None,
     drawn("x: Input(shape=('T',))\nfc: Linear(out_features=2)\ny: Output"), "whose last axis T is open"),
    ("weights-missing", "warning", None, None, "training.weights.path", lost_weights, "are not at /nowhere/net.pth"),
    ("weights-normalization", "hint", None, None, None, otherwise_normalized, "mean (0.5, 0.5, 0.5)"),
    ("no-data", "hint", None, None, "data.dataset", edited(SetSetting(("data", "dataset"), None)), "No data is chosen"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "severity", "node", "port", "where", "build", "words"),
    PROVOKED,
    ids=[f"{p[0]}-{n}" for n, p in enumerate(PROVOKED)],
)
def test_a_rule_is_provoked(
    code: str,
    severity: str,
    node: str | None,
    port: str | None,
    where: str | None,
    build: Callable[[], Graph],
    words: str,
) -> None:
    (problem,) = [problem for problem in find(build()) if problem.code == code and problem.node == node]
    assert (problem.severity, problem.port) == (severity, port)
    assert problem.parameter == where or problem.setting == where
    assert words in problem.message


def test_every_rule_is_provoked_here_or_in_the_corpus() -> None:
    assert {code for code, *_ in PROVOKED} | {fault.code for fault in FAULTS} | {"shape"} >= CODES | LAYERS


def test_every_kind_of_problem_is_explained_and_has_ways_out() -> None:
    assert EXPLANATIONS.keys() - TRAINING.keys() == CODES | LAYERS == set(WAYS)
    for code, explanation in EXPLANATIONS.items():
        assert explanation.title
        assert explanation.text.endswith("."), code


def with_second_output() -> Graph:
    graph = edited(SetParameter("n5", "loss", None))()
    graph.connect("n4", graph.add("Output"))
    return graph


SILENT: list[tuple[str, Callable[[], Graph]]] = [
    ("linear-on-image", edited(SetParameter("n3", "end_dim", 1))),  # reshaped by hand: the last axis is meant
    ("linear-on-image", digits),
    ("unconnected", digits),
    ("unused", digits),
    ("no-loss", with_second_output),
    ("no-input", only()),
    ("no-output", only()),
    ("no-loss", only("Input")),
    ("no-data", only()),
    ("no-data", edited(SetSetting(("data", "dataset"), "nonsense"))),
    ("too-many-classes", edited(SetParameter("n4", "out_features", 11), SetParameter("n5", "loss", "mse_loss"))),
    ("output-data", edited(SetParameter("n5", "loss", None))),
    ("input-data", edited(SetSetting(("data", "dataset"), None))),
]


@pytest.mark.parametrize(("code", "build"), SILENT, ids=[f"{code}-{n}" for n, (code, _) in enumerate(SILENT)])
def test_a_rule_is_silent(code: str, build: Callable[[], Graph]) -> None:
    assert code not in [problem.code for problem in find(build())]


def test_problems_come_gravest_first_then_as_drawn() -> None:
    rng = random.Random(5)
    several = 0
    for _ in range(60):
        graph = random_graph(rng, 80)
        order = {node_id: index for index, node_id in enumerate(graph.nodes)}
        problems = find(graph)
        keys = [(SEVERITIES.index(problem.severity), order.get(problem.node or "", -1)) for problem in problems]
        assert keys == sorted(keys)
        several += len(set(keys)) > 2
    assert several > 30


def test_every_problem_of_a_random_network_is_one_whole_sentence_that_says_where() -> None:
    rng = random.Random(6)
    seen: set[str] = set()
    for _ in range(80):
        graph = random_graph(rng, 100)
        for problem in find(graph):
            seen.add(problem.code)
            check(graph, problem)
    assert len(seen) >= 10


def check(graph: Graph, problem: Problem) -> None:
    assert problem.code in CODES | LAYERS
    assert problem.message.endswith((".", "?"))
    assert "\n" not in problem.message
    if problem.node is not None:
        node = graph.node(problem.node)
        named = f"{node.name} ({kind_name(graph, node)})"
        assert named in problem.message or problem.code == "no-weights", "that one is about all before the Output"
        assert problem.setting is None
