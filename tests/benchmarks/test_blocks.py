"""What shapes and problems of a large network cost while it is drawn: ResNet-152 flat, and of blocks."""

from __future__ import annotations

from collections.abc import Callable

from engine.blocks.block_edits import Within
from engine.blocks.dissolve import dissolve
from engine.edits import Edit, SetParameter
from engine.graph import Graph
from engine.problems import Checker, find
from engine.shapes import Shapes, infer
from engine.source import write
from tests.benchmarks.tables import table
from tests.benchmarks.test_engine import milliseconds
from tests.engine.classics import resnet_152

END_GOAL, WHOLE_GOAL = 0.5, 10.0
"""Milliseconds for shapes and problems after an edit at the end, and from nothing."""


def flat() -> Graph:
    """ResNet-152 with every block dissolved."""
    graph = resnet_152()
    while uses := [node.id for node in graph.nodes.values() if node.type.startswith("block.")]:
        dissolve(graph, uses[0]).apply(graph)
    return graph


def editing(graph: Graph, make: Callable[[int], Edit]) -> Callable[[], None]:
    """An edit that changes back and forth, and what the program does after one."""
    shapes = Shapes(graph)
    checker = Checker(shapes)
    count = 0

    def edit() -> None:
        nonlocal count
        count += 1
        change = make(count % 2)
        change.apply(graph)
        checker.update(shapes.update(change.change().dirty(graph)))
        checker.problems()

    return edit


def fresh(graph: Graph) -> None:
    """Everything from nothing: what blocks remember is forgotten, too."""
    graph.blocks.memo.clear()
    find(graph)


def test_shapes_and_problems_of_resnet_152() -> None:
    plain, blocks = flat(), resnet_152()
    assert len(plain.nodes) == 517
    assert infer(plain).errors == infer(blocks).errors == {}
    last, head = plain.of_type("Linear")[-1].id, plain.of_type("Conv2d")[0].id
    end = milliseconds(editing(plain, lambda n: SetParameter(last, "out_features", 1000 + n)))
    front = milliseconds(editing(plain, lambda n: SetParameter(head, "bias", bool(n))))
    whole = milliseconds(lambda: fresh(plain))
    fc = blocks.of_type("Linear")[-1].id
    conv = blocks.blocks["further"].graph.of_type("Conv2d")[0].id
    blocks_end = milliseconds(editing(blocks, lambda n: SetParameter(fc, "out_features", 1000 + n)))
    inside = milliseconds(editing(blocks, lambda n: Within("further", SetParameter(conv, "bias", bool(n)))))
    blocks_whole = milliseconds(lambda: fresh(blocks))
    rows = [
        ["shapes and problems, ms", "flat, 517 nodes", "of blocks, 17 nodes", "goal"],
        ["after an edit at the end", f"{end:.3f}", f"{blocks_end:.3f}", END_GOAL],
        ["after an edit at the head", f"{front:.3f}", "", ""],
        ["after an edit inside a block", "", f"{inside:.3f}", ""],
        ["from nothing", f"{whole:.2f}", f"{blocks_whole:.2f}", WHOLE_GOAL],
        [
            "the source",
            f"{milliseconds(lambda: write(plain), 5):.1f}",
            f"{milliseconds(lambda: write(blocks), 5):.1f}",
            "",
        ],
    ]
    table("ResNet-152 while it is drawn", rows)
