"""Rules of depth: maps that are a few cells long before the layers end, and windows over padding."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from engine.blocks.use import Use
from engine.graph import Graph
from engine.layers.layer import Layer, ShapeError
from engine.layers.windows import AXES
from engine.problems.looking import below, called, kind_of
from engine.problems.problem import Problem
from engine.problems.rule import Found, MarkRule, SumRule
from engine.shapes import Report
from engine.spec import Spec

FEW: Final = 4
"""So many cells a side are few: windows of three see nearly all of them."""
WIDE: Final = 1.5
"""From so many times the map on a window is too wide for it."""
DEEP: Final = 4
"""So many convolutions on few cells are many."""
BITS: Final = 20
"""Two counts in one number: of convolutions on small maps, and of those on larger ones above so many bits."""
NEAR: Final = 3
"""So many layers above a fork is looked for."""


def shrunk(graph: Graph, report: Report, counts: Callable[[], int]) -> Found:
    """Maps of a few cells long before the depth ends."""
    large, small = divmod(counts(), 1 << BITS)
    if small >= DEEP and small > large:
        yield from _early_pooling(graph, report, small, small + large)


def over_padding(graph: Graph, report: Report, wide: Collection[str]) -> Found:
    """Windows wider than the map, where no other path sees what they do."""
    for node_id in wide:
        if _beside_others(graph, node_id):
            continue
        (x, *_), windows = report.inputs[node_id], report.layer(node_id).windows()  # type: ignore[union-attr]
        yield Problem(
            "warning",
            "over-padding",
            f"{called(graph, graph.nodes[node_id])} has windows of {windows[0].kernel} cells and gets {x}, "
            f"{x.shape[2]} along the {AXES[len(windows)][0]}: many of its weights see padding alone. Shrink less "
            "before it, or take a smaller window.",
            node_id,
            "input",
            "kernel_size",
        )


def _early_pooling(graph: Graph, report: Report, small: int, all_of_them: int) -> Found:
    """Most convolutions come after the map has become a few cells: there is nothing left to see for their windows."""
    for node_id in graph.order():
        before, after = report.inputs.get(node_id, ()), report.outputs.get(node_id, {})
        if not before or not after or side(before[0]) <= FEW or not 0 < side(next(iter(after.values()))) <= FEW:
            continue
        if any(_concatenates(graph, other) for other in below(graph, node_id)):
            return  # dense and inception networks hand on what was seen on larger maps
        size = "×".join(map(str, next(iter(after.values())).shape[2:]))
        yield Problem(
            "warning",
            "early-pooling",
            f"{called(graph, graph.node(node_id))} makes maps of {size} cells, and {small} of {all_of_them} "
            "convolutions come after it: their windows see little but padding and the same few cells. Shrink later: "
            "use fewer strides, or poolings farther apart.",
            node_id,
        )
        return


def _counted(graph: Graph, report: Report, node_id: str) -> int:
    """How many convolutions a node is, or has inside, as `BITS` says."""
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or node_id not in report.outputs:
        return 0
    if isinstance(layer, Use):
        try:
            seen = list(layer.unfolded(*inputs))
        except ShapeError:  # said by the node itself
            return 0
        return sum(_counted(each.graph, each.report, inner) for each in seen for inner in each.graph.nodes)
    if not _whole(layer) or max((w.kernel for w in layer.windows()), default=1) < 2:
        return 0
    cells = side(inputs[0])
    return 0 if not cells else 1 if cells <= FEW else 1 << BITS


def _over_padding(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether a window is so much wider than the map that many of its weights see padding alone, wherever it is.

    Three cells over two are usual at the end of deep networks.
    """
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or node_id not in report.outputs or not _whole(layer):
        return False
    windows, sizes = layer.windows(), inputs[0].shape[2:]
    return len(windows) == len(sizes) > 0 and all(
        isinstance(size, int) and window.kernel > WIDE * size for window, size in zip(windows, sizes, strict=True)
    )


def _beside_others(graph: Graph, node_id: str) -> bool:
    """Whether another path goes past a layer, as in an inception: then a smaller window sees the same."""
    for _ in range(NEAR):
        wires = list(graph.incoming[node_id].values())
        if len(wires) != 1:
            return False
        node_id = wires[0].source
        if len(graph.outgoing[node_id]) > 1:
            return True
    return False


def _whole(layer: Layer) -> bool:
    """Whether it is a convolution of all channels: those of single ones are cheap, and stacked by the dozen."""
    return layer.linear_map and layer.sees == "window" and getattr(layer, "groups", 1) == 1


def _concatenates(graph: Graph, node_id: str) -> bool:
    """Whether a node, or one inside it, puts values side by side."""
    node = graph.nodes[node_id]
    block = graph.blocks.of_type(node.type)
    if block is not None:
        return any(_concatenates(block.graph, inner) for inner in block.graph.nodes)
    kind = kind_of(graph, node_id)
    return bool(kind.inputs) and kind.inputs[0].many and not kind.joins_elementwise


def side(x: Spec) -> int:
    """The longest side of a map in cells; 0 for what is none, or open."""
    sizes = x.shape[2:]
    return max((size for size in sizes if isinstance(size, int)), default=0) if 3 <= x.rank <= 5 else 0


SUM = (SumRule(_counted, shrunk),)
MARK = (MarkRule(_over_padding, over_padding, lambda kind: kind.linear_map and kind.sees == "window"),)
