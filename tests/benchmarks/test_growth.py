"""What shapes, problems, source and fixes of large networks cost, and one edit of each."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest

from engine.edits import AddNode, Compound, Connect, Disconnect, Edit, RenameNode, SetParameter
from engine.graph import Edge, Graph, Node
from engine.problems import Checker, find
from engine.problems.fixes import fix_all
from engine.resolve import KNOWN_LAYERS
from engine.shapes import Shapes, infer
from engine.source import write
from tests.benchmarks.tables import table
from tests.engine import large_networks as networks

pytestmark = pytest.mark.slow

WHOLE_GOAL, EDIT_GOAL, SOURCE_GOAL = 400.0, 0.5, 3.0
"""Milliseconds for shapes and problems of 10,000 nodes, for an edit of any network, and source as times shapes."""
FIXES_GOAL = 200.0
"""Milliseconds for the fixes of 20 errors in 900 nodes."""
SIZES = (1_000, 10_000)
CLASSICS = (networks.resnet_152, networks.densenet_201, networks.nasnet_a, networks.nasnet_a_of_blocks)


def milliseconds(work: Callable[[], object], times: int) -> float:
    """The median of some calls after a first one, in time of the processor: others may be at work."""
    work()
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - began))
    return statistics.median(taken)


def fresh(work: Callable[[Graph], object], graph: Graph) -> Callable[[], object]:
    """The work from nothing: what is remembered of layers and blocks is forgotten."""

    def again() -> object:
        graph.blocks.memo.clear()
        graph.blocks.problems.clear()
        graph.blocks.inferred.clear()
        graph.blocks.constant.clear()
        KNOWN_LAYERS.clear()
        return work(graph)

    return again


def edits(graph: Graph) -> dict[str, Edit]:
    """An edit of each kind in the middle of a network."""
    nodes = graph.of_type("Conv2d", "Linear")
    node = nodes[len(nodes) // 2]
    wire = next(iter(graph.incoming[node.id].values()))
    add = AddNode(Node("new", "ReLU", "new"), (0.0, 0.0))
    into = Connect(Edge(wire.source, wire.source_port, "new", "input"))
    on = Connect(Edge("new", "output", wire.target, wire.target_port))
    return {
        "parameter": SetParameter(node.id, "bias", False),
        "name": RenameNode(node.id, "another"),
        "branch": Compound((add, into), ""),
        "insert": Compound((Disconnect(wire), add, into, on), ""),
    }


def edited(graph: Graph) -> dict[str, float]:
    """The milliseconds of each edit, with shapes and problems after it."""
    shapes = Shapes(graph)
    checker = Checker(shapes)
    checker.problems()

    def apply(edit: Edit) -> Edit:
        inverse = edit.apply(graph)
        checker.update(shapes.update(edit.change().dirty(graph)))
        checker.problems()
        return inverse

    def there_and_back(edit: Edit) -> None:
        apply(apply(edit))

    return {kind: milliseconds(lambda e=edit: there_and_back(e), 15) / 2 for kind, edit in edits(graph).items()}  # type: ignore[misc]


def test_large_networks_cost_what_their_nodes_do() -> None:
    graphs = [make(size) for size in SIZES for make in networks.GROWING.values()] + [make() for make in CLASSICS]
    rows = [["", "nodes", "shapes", "and problems", "µs a node", "source", "times shapes"]]
    for graph in graphs:
        times = 3 if len(graph.nodes) > 5_000 else 7
        shapes, both, source = (milliseconds(fresh(work, graph), times) for work in (infer, find, write))
        count = len(graph.nodes)
        per_node = f"{1000 * both / count:.1f}"
        rows.append(
            [
                graph.name,
                f"{count:,}",
                f"{shapes:.1f}",
                f"{both:.1f}",
                per_node,
                f"{source:.1f}",
                f"{source / shapes:.1f}",
            ]
        )
    goals = f"shapes and problems of 10,000 nodes ≤ {WHOLE_GOAL:g} ms, source ≤ {SOURCE_GOAL:g} × shapes"
    table(f"Large networks, ms from nothing (goals: {goals})", rows)


def test_an_edit_of_a_large_network() -> None:
    graphs = [make(SIZES[-1]) for make in networks.GROWING.values()] + [make() for make in CLASSICS[:3]]
    rows = [["", "nodes", "parameter", "name", "branch", "insert"]]
    for graph in graphs:
        rows.append([graph.name, f"{len(graph.nodes):,}", *(f"{taken:.2f}" for taken in edited(graph).values())])
    table(f"One edit in the middle, ms with shapes and problems (goal ≤ {EDIT_GOAL:g})", rows)


def test_the_fixes_of_many_faulty_layers() -> None:
    rows = [["", "nodes", "problems", "fixes", "seconds", "ms a problem"]]
    for make in (networks.faulty_chain, networks.faulty_branches):
        for size in (200, 800):
            graph, found = make(size), 0
            began = time.process_time()
            problems = find(graph)
            found = sum(len(problem.fixes) for problem in problems)
            taken = time.process_time() - began
            each = f"{1000 * taken / len(problems):.1f}"
            rows.append([graph.name, f"{size}", f"{len(problems)}", f"{found}", f"{taken:.2f}", each])
    table("All problems with their fixes", rows)


def test_the_fixes_of_twenty_errors() -> None:
    rows = [["", "nodes", "errors", "fixes", "ms", "Fix All, ms"]]
    for graph in (networks.faulty_towers(), networks.faulty_heads()):
        errors, found = len([p for p in find(graph) if p.severity == "error"]), 0

        def search(graph: Graph = graph) -> float:
            nonlocal found
            problems = [p for p in find(graph) if p.severity == "error"]
            began = time.process_time()
            found = sum(len(problem.fixes) for problem in problems)
            return 1000 * (time.process_time() - began)

        def all_at_once(graph: Graph = graph) -> float:
            checker = Checker(Shapes(graph))
            checker.problems()
            began = time.process_time()
            fix_all(checker)
            return 1000 * (time.process_time() - began)

        taken = [statistics.median(work() for _ in range(9)) for work in (search, all_at_once)]
        rows.append([graph.name, f"{len(graph.nodes)}", f"{errors}", f"{found}", *(f"{each:.0f}" for each in taken)])
    table(f"The fixes of all errors (goal ≤ {FIXES_GOAL:g} ms)", rows)
