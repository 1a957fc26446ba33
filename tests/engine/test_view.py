"""How much of an image a node sees is the same whether it is followed through edits or looked up from nothing."""

from __future__ import annotations

from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.edits import AddNode, Compound, Connect, Disconnect, Edit, SetParameter, remove
from engine.graph import Edge, Graph, GraphError, Node
from engine.problems import Checker, find
from engine.problems.view import View, image_side
from engine.shapes import Shapes
from tests.engine import large_networks as networks

KINDS = ("Conv2d", "ReLU", "MaxPool2d", "Add", "Upsample")
OWN = {
    "Conv2d": {"out_channels": 3, "kernel_size": 3, "padding": 1},
    "MaxPool2d": {"kernel_size": 3, "stride": 1, "padding": 1},
    "Upsample": {"scale_factor": 2.0},
}
NODES = 9
CHOICES = st.tuples(st.integers(0, 5), st.integers(0, NODES), st.integers(0, NODES), st.sampled_from(KINDS))


def drawn(size: int) -> Graph:
    """Layers in two rows, joined before a global pooling."""
    graph = Graph()
    nodes = [("Input", {"shape": (3, size, size)})] + [(KINDS[i % 4], OWN.get(KINDS[i % 4], {})) for i in range(NODES)]
    for number, (kind, parameters) in enumerate(nodes):
        graph.insert_node(Node(f"n{number}", kind, f"l{number}", parameters), (0.0, 0.0))
    for number in range(1, NODES + 1):
        port = "x0" if nodes[number][0] == "Add" else "input"
        Connect(Edge(f"n{max(number - 2, 0)}", "output", f"n{number}", port)).apply(graph)
    graph.insert_node(Node("join", "Add", "join"), (0.0, 0.0))
    graph.insert_node(Node("pool", "AdaptiveAvgPool2d", "pool", {"output_size": 1}), (0.0, 0.0))
    for number in (0, 1):
        Connect(Edge(f"n{NODES - number}", "output", "join", f"x{number}")).apply(graph)
    Connect(Edge("join", "output", "pool", "input")).apply(graph)
    return graph


def chosen(graph: Graph, what: int, first: int, second: int, kind: str) -> Edit | None:
    """One edit of any kind, or None where it makes no sense."""
    one, other = graph.nodes.get(f"n{first}"), graph.nodes.get(f"n{second}")
    if what == 0 and one is None and first:
        return AddNode(Node(f"n{first}", kind, f"l{first}", OWN.get(kind, {})), (0.0, 0.0))
    if one is None or not first:
        return None
    wires = list(graph.incoming[one.id].values())
    if what == 1:
        return remove(graph, {one.id})
    if what == 2 and one.type == "Conv2d":
        return Compound(tuple(SetParameter(one.id, k, v) for k, v in (("kernel_size", 5), ("padding", 2))), "")
    if what == 3 and wires:
        return Disconnect(wires[second % len(wires)])
    if what == 4 and other is not None and other is not one:
        port = f"x{second}" if one.type == "Add" else "input"
        return Connect(Edge(other.id, "output", one.id, port))
    if what == 5 and wires and other is None and second:  # a layer in a wire
        wire, new = wires[0], Node(f"n{second}", kind, f"l{second}", OWN.get(kind, {}))
        into = Edge(wire.source, "output", new.id, "x0" if kind == "Add" else "input")
        on = Edge(new.id, "output", wire.target, wire.target_port)
        return Compound((Disconnect(wire), AddNode(new, (0.0, 0.0)), Connect(into), Connect(on)), "")
    return None


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([12, 40, 400]), st.lists(CHOICES, max_size=25))
def test_a_view_is_followed_through_edits(size: int, choices: list[tuple[int, int, int, str]]) -> None:
    graph = drawn(size)
    shapes, view = Shapes(graph), View("join")
    checker = Checker(shapes)
    for choice in choices:
        edit = chosen(graph, *choice)
        try:
            inverse = edit.apply(graph) if edit is not None else None
        except GraphError:
            continue
        if edit is None or inverse is None:
            continue
        visited = shapes.update(edit.change().dirty(graph))
        checker.update(visited)
        view.changed |= visited
        fresh = View("join")
        assert view.now(graph, shapes.report) == fresh.now(graph, shapes.report)
        if not fresh.infinite:
            assert view.seen == fresh.seen
            assert view.image(graph, shapes.report) == image_side(graph, shapes.report, "join")
        assert checker.problems() == find(graph)


def test_a_layer_in_one_of_many_branches_widens_the_view_and_goes_again() -> None:
    graph = networks.fan_out(600)
    shapes = Shapes(graph)
    end = next(iter(graph.incoming[graph.of_type("AdaptiveAvgPool2d")[0].id].values())).source
    view = View(end)
    assert view.now(graph, shapes.report) == 5.0 < inf
    conv = graph.of_type("Conv2d")[100]
    wire = next(iter(graph.incoming[conv.id].values()))
    new = Node("new", "Conv2d", "new", dict(networks.CONV[1]))
    steps = (
        Disconnect(wire),
        AddNode(new, (0.0, 0.0)),
        Connect(Edge(wire.source, "output", "new", "input")),
        Connect(Edge("new", "output", wire.target, wire.target_port)),
    )
    edit = Compound(steps, "")
    inverse = edit.apply(graph)
    view.changed |= shapes.update(edit.change().dirty(graph))
    assert view.now(graph, shapes.report) == 7.0
    inverse.apply(graph)
    view.changed |= shapes.update(edit.change().dirty(graph))
    assert view.now(graph, shapes.report) == 5.0
