"""What the engine costs grows with the network and no faster: steps are counted, not clocked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.edits import AddNode, Compound, Connect, Disconnect, Edit, SetParameter
from engine.graph import CycleError, Edge, Graph, Node
from engine.problems import Checker, find
from engine.problems.fixes import trying
from engine.problems.trial import Trial
from engine.shapes import Shapes
from engine.source import write
from tests.engine import large_networks as networks

SMALL, LARGE = 1_000, 10_000
MOST = 1.2
"""How much more a node of the large network may cost than one of the small."""


class Counted(dict[Any, Any]):
    """A dict that counts how many of its entries are looked at one after the other."""

    steps = 0

    def _stepped(self, entries: Any) -> Iterator[Any]:
        for entry in entries:
            Counted.steps += 1
            yield entry

    def __iter__(self) -> Iterator[Any]:
        return self._stepped(super().__iter__())

    def values(self) -> Any:
        return self._stepped(super().values())

    def items(self) -> Any:
        return self._stepped(super().items())


@contextmanager
def counting() -> Iterator[Callable[[], int]]:
    """Counts calls of functions and entries of counted dicts, until it is left."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    Counted.steps = 0
    sys.setprofile(count)
    try:
        yield lambda: calls + Counted.steps
    finally:
        sys.setprofile(None)


def counted(graph: Graph) -> Graph:
    """The graph, with every dict that holds its nodes counted."""
    graph.nodes, graph.incoming, graph.outgoing = map(Counted, (graph.nodes, graph.incoming, graph.outgoing))  # type: ignore[assignment]
    return graph


@cache
def growing(name: str, nodes: int) -> Graph:
    return counted(networks.GROWING[name](nodes))


def steps(work: Callable[[], object]) -> int:
    with counting() as taken:
        work()
    return taken()


def of_node(work: Callable[[Graph], object], name: str, nodes: int) -> float:
    """The steps for each node of a network of this size."""
    graph = growing(name, nodes)
    return steps(lambda: work(graph)) / nodes


OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in ("fan-out", "ladder", "residual")]


@pytest.mark.parametrize("name", ["chain", *OTHERS])
def test_problems_cost_as_much_a_node_in_a_large_network(name: str) -> None:
    assert of_node(find, name, LARGE) <= MOST * of_node(find, name, SMALL)


@pytest.mark.parametrize("name", networks.GROWING)
def test_problems_cost_as_much_a_node_in_a_network_of_twice_the_size(name: str) -> None:
    assert of_node(find, name, SMALL) <= MOST * of_node(find, name, SMALL // 2)


@pytest.mark.parametrize("name", ["chain", *OTHERS])
def test_the_source_costs_as_much_a_node_in_a_large_network(name: str) -> None:
    assert of_node(write, name, 2 * SMALL) <= MOST * of_node(write, name, SMALL // 2)


def edits(graph: Graph) -> dict[str, Edit]:
    """An edit of each kind; each is taken back."""
    middle = graph.of_type("Conv2d", "Linear")[3]
    wire = next(iter(graph.incoming[middle.id].values()))
    relu = Node("new", "ReLU", "new")
    into, on = Connect(Edge(wire.source, wire.source_port, "new", "input")), Connect(Edge("new", "output", *_end(wire)))
    return {
        "a parameter": SetParameter(middle.id, "bias", False),
        "a wire is cut and drawn": Compound((Disconnect(wire), Connect(wire)), ""),
        "a loose layer": AddNode(relu, (0.0, 0.0)),
        "a branch": Compound((AddNode(relu, (0.0, 0.0)), into), ""),
        "a layer in a wire": Compound((Disconnect(wire), AddNode(relu, (0.0, 0.0)), into, on), ""),
    }


def _end(wire: Edge) -> tuple[str, str]:
    return wire.target, wire.target_port


def of_edits(graph: Graph) -> dict[str, int]:
    """The steps of each kind of edit, shapes and problems after it included."""
    shapes = Shapes(graph)
    checker = Checker(shapes)
    checker.problems()

    def apply(edit: Edit) -> Edit:
        inverse = edit.apply(graph)
        checker.update(shapes.update(edit.change().dirty(graph)))
        checker.problems()
        return inverse

    taken = {}
    for kind, edit in edits(graph).items():
        with counting() as so_far:
            inverse = apply(edit)
        taken[kind] = so_far()
        apply(inverse)
    return taken


@pytest.mark.parametrize("name", networks.GROWING)
@pytest.mark.parametrize("nodes", [4 * SMALL, pytest.param(LARGE, marks=pytest.mark.slow)])
def test_an_edit_costs_the_same_at_any_size(name: str, nodes: int) -> None:
    small, large = of_edits(growing(name, SMALL // 2)), of_edits(growing(name, nodes))
    assert [kind for kind in large if large[kind] > MOST * small[kind] + 40] == []


@pytest.mark.parametrize("faulty", [networks.faulty_chain, networks.faulty_branches])
def test_the_fixes_of_a_problem_cost_the_same_among_many(faulty: Callable[[int], Graph]) -> None:
    def each(nodes: int) -> float:
        problems = [p for p in find(faulty(nodes)) if p.severity == "error"][-10:]
        first = problems[0].fixes  # the copy that all fixes are tried on is made once
        assert first
        return steps(lambda: [problem.fixes for problem in problems[1:]])

    assert each(400) <= MOST * each(100)


NODES = 8
WIRES = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.booleans()), max_size=60)


@settings(max_examples=200, deadline=None)
@given(WIRES)
def test_wires_lead_from_a_lower_rank_to_a_higher_one(drawn: list[tuple[int, int, bool]]) -> None:
    graph = Graph()
    for number in range(NODES):
        graph.insert_node(Node(f"n{number}", "Add", f"add{number}"), (0.0, 0.0))
    for index, (source, target, cut) in enumerate(drawn):
        wires = list(graph.edges)
        if cut and wires:
            graph.delete_edge(wires[index % len(wires)])
            continue
        edge, circle = Edge(f"n{source}", "output", f"n{target}", f"x{index}"), reached(graph, target, source)
        assert graph.reaches(f"n{target}", f"n{source}") == circle
        try:
            Connect(edge).apply(graph)
        except CycleError:
            assert circle
        else:
            assert not circle
        assert all(graph.rank(wire.source) < graph.rank(wire.target) for wire in graph.edges)


def reached(graph: Graph, start: int, goal: int) -> bool:
    """Whether wires lead from one node to another, found by looking at all of them."""
    found = {f"n{start}"}
    while more := {edge.target for edge in graph.edges if edge.source in found} - found:
        found |= more
    return f"n{goal}" in found


def test_ranks_find_room_between_two_nodes_a_hundred_times() -> None:
    graph = Graph()
    first, last = graph.add("Identity"), graph.add("Identity")
    wire = graph.connect(first, last)
    for number in range(200):
        node = Node(f"m{number}", "Identity", f"m{number}")
        Compound(
            (
                Disconnect(wire),
                AddNode(node, (0.0, 0.0)),
                Connect(Edge(wire.source, "output", node.id, "input")),
                Connect(Edge(node.id, "output", *_end(wire))),
            ),
            "",
        ).apply(graph)
        wire = next(iter(graph.incoming[last].values())) if number % 2 else next(iter(graph.outgoing[first]))
        assert all(graph.rank(each.source) < graph.rank(each.target) for each in graph.edges)
    assert graph.reaches(first, last)
    assert not graph.reaches(last, first)


MOST_IN_A_STEP = 6_000
"""Calls between two rests of a search for fixes: a few milliseconds."""


@pytest.mark.parametrize("make", [networks.faulty_heads, pytest.param(networks.faulty_towers, marks=pytest.mark.slow)])
def test_a_search_for_fixes_rests_often(make: Callable[[], Graph]) -> None:
    checker = Checker(Shapes(make()))
    for problem in [problem for problem in checker.problems() if problem.severity == "error"][: len(networks.FAULTS)]:
        with counting() as so_far:
            before, most = 0, 0
            for _ in trying(Trial(checker), problem):
                most, before = max(most, so_far() - before), so_far()
        assert most <= MOST_IN_A_STEP, problem.message


def test_a_width_that_breaks_the_trunk_is_given_up_at_once() -> None:
    graph = counted(networks.faulty_heads())
    checker = Checker(Shapes(graph))
    problems = [p for p in checker.problems() if p.code == "division"]
    early, late = (steps(lambda p=problem: p.fixes) for problem in (problems[0], problems[-2]))  # type: ignore[misc]
    assert early <= 2 * late, "what comes after the head is not looked at"
