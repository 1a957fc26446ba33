"""The graph as a script uses it: add, connect, look up, copy, and an order that depends on nodes and wires alone."""

from __future__ import annotations

import random

import pytest

from engine.edits import Connect, RemoveNode, RenameNode
from engine.graph import CycleError, Edge, Graph, GraphError
from engine.ports import MOST, free_input, input_ports, is_numbered, output_ports
from tests.engine.graphs import random_graph


def test_adding_names_and_numbers_by_itself() -> None:
    graph = Graph()
    first, second = graph.add("Conv2d", out_channels=8, kernel_size=3), graph.add("Conv2d", name="eyes")
    third = graph.add("Conv2d", kernel_size=[3, 5])
    assert [graph.node(node_id).name for node_id in (first, second, third)] == ["conv1", "eyes", "conv2"]
    assert graph.node(third).parameters == {"kernel_size": (3, 5)}
    assert graph.by_name("eyes") == graph.node(second)
    assert graph.by_name("nobody") is None
    assert graph.of_type("Conv2d") == list(graph.nodes.values())


def test_a_freed_name_and_id() -> None:
    graph = Graph()
    node_id = graph.add("ReLU")
    RenameNode(node_id, "bend").apply(graph)
    assert graph.by_name("relu1") is None
    assert graph.add("ReLU") != node_id
    RemoveNode(node_id).apply(graph)
    assert graph.by_name("bend") is None
    assert graph.add("ReLU", name="bend") != node_id


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (lambda g: g.add("Conv2"), "there is no layer named 'Conv2'; did you mean 'Conv2d'?"),
        (lambda g: g.add("ReLU", name="relu1"), "There is a node named 'relu1' already; choose another name."),
        (lambda g: g.node("n9"), "There is no node with the id 'n9'."),
        (lambda g: g.connect("n1", "n2"), "relu1 has no free input."),
        (lambda g: g.connect("n1", "n3", source=1), "input (Input) has no output number 1; it has 1."),
        (lambda g: g.connect("n1", "n3", source=-1), "input (Input) has no output number -1; it has 1."),
        (lambda g: g.connect("n1", "n3", target=5), "add1 (Add) has no input number 5; it has 2."),
        (lambda g: g.connect("n1", "n3", source="indices"), "input (Input) has no output 'indices'; it has: output."),
        (lambda g: g.connect("n1", "n3", target="query"), "add1 (Add) has no input 'query'; it has: x0, x1."),
    ],
)
def test_what_a_script_gets_wrong_is_one_sentence(action, sentence: str) -> None:  # type: ignore[no-untyped-def]
    graph = Graph()
    graph.add("Input", shape=(4,))
    graph.connect("n1", graph.add("ReLU"))
    graph.add("Add")
    with pytest.raises(GraphError) as caught:
        action(graph)
    assert str(caught.value) == sentence


def test_ports_by_name_and_number() -> None:
    graph = Graph()
    image = graph.add("Input", shape=(1, 8, 8))
    pool = graph.add("MaxPool2d", kernel_size=2, return_indices=True)
    add = graph.add("Add")
    graph.connect(image, pool)
    assert output_ports(graph, pool) == ("output", "indices")
    assert graph.connect(pool, add, source="indices", target="x1") == Edge(pool, "indices", add, "x1")
    assert graph.connect(pool, add, source=1, target="x7") == Edge(pool, "indices", add, "x7")
    assert graph.connect(pool, add) == Edge(pool, "output", add, "x0")
    assert input_ports(graph, add) == ("x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8")
    assert free_input(graph, add) == "x2"
    with pytest.raises(CycleError):
        graph.connect(add, add, target="x9")


def test_ports_of_a_block_have_the_names_that_are_drawn() -> None:
    graph = Graph()
    block = graph.define("Gate")
    x, gate = block.add("BlockInput", name="x"), block.add("BlockInput", name="gate")
    y, rest = block.add("BlockOutput", name="y"), block.add("BlockOutput", name="rest")
    image, use, relu = graph.add("Input", shape=(4,)), graph.add("Gate"), graph.add("ReLU")
    assert graph.connect(image, use, target="gate") == Edge(image, "output", use, gate)
    assert graph.connect(image, use, target=x) == Edge(image, "output", use, x)
    assert graph.connect(use, relu, source="rest") == Edge(use, rest, relu, "input")
    other = graph.add("ReLU")
    with pytest.raises(GraphError, match=r"has no input 'y'; it has: x, gate\."):
        graph.connect(image, use, target="y")
    with pytest.raises(GraphError, match=r"has no output 'x'; it has: y, rest\."):
        graph.connect(use, other, source="x")
    assert output_ports(graph, use) == (y, rest)


@pytest.mark.parametrize(
    ("name", "numbered"),
    [
        *(("x0", True), ("x12", True), (f"x{MOST - 1}", True), (f"x{MOST}", False), ("x", False), ("x01", False)),
        *(("y0", False), ("x²", False), ("x٣", False), ("x-1", False), ("x" + "9" * 5000, False)),
    ],
)
def test_the_numbered_inputs_of_a_variadic_port(name: str, numbered: bool) -> None:
    assert is_numbered(name, "x") is numbered


def test_a_layer_that_is_missing_keeps_the_ports_its_wires_hold() -> None:
    graph = Graph()
    image, relu = graph.add("Input", shape=(4,)), graph.add("ReLU")
    graph.connect(image, relu)
    Connect(Edge(image, "mask", relu, "memory")).apply(graph)
    assert output_ports(graph, image) == ("output", "mask")
    assert input_ports(graph, relu) == ("input", "memory")


def test_the_order_hangs_on_nodes_and_wires_alone() -> None:
    rng = random.Random(3)
    for _ in range(60):
        graph = random_graph(rng, 80)
        order = graph.order()
        indices = {node_id: index for index, node_id in enumerate(order)}
        assert sorted(order) == sorted(graph.nodes)
        assert all(indices[edge.source] < indices[edge.target] for edge in graph.edges)
        other = graph.copy()
        edges = list(other.edges)
        rng.shuffle(edges)
        for edge in edges:
            other.delete_edge(edge)
        for edge in edges:
            other.insert_edge(edge)
        assert other.order() == order


def test_a_copy_is_independent() -> None:
    graph = random_graph(random.Random(1), 100)
    other = graph.copy()
    names, edges = [node.name for node in graph.nodes.values()], list(graph.edges)
    other.settings["training"]["seed"] = 3
    fresh = other.add("ReLU", name="only here")
    other.connect(fresh, other.add("Output"))
    assert [node.name for node in graph.nodes.values()] == names
    assert list(graph.edges) == edges
    assert "seed" not in graph.settings["training"]
    assert graph.by_name("only here") is None


def test_reaching_is_quick_where_paths_are_many() -> None:
    """2 ** 60 paths lead through sixty residual blocks; each node is looked at once."""
    graph = Graph()
    last = graph.add("Input", shape=(4,))
    for _ in range(60):
        relu, add = graph.add("ReLU"), graph.add("Add")
        graph.connect(last, relu)
        graph.connect(last, add)
        graph.connect(relu, add)
        last = add
    assert graph.reaches("n1", last)
    assert not graph.reaches(last, "n1")
    assert len(graph.order()) == 121
