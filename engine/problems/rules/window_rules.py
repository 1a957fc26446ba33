"""Rules of windows and axes: cells that no window reaches, windows of one cell."""

from __future__ import annotations

from engine.graph import Graph
from engine.layers.windows import AXES
from engine.problems.looking import called, kind_of
from engine.problems.problem import Problem
from engine.problems.rule import EdgeRule, Found, NodeRule
from engine.shapes import Report


def gaps(graph: Graph, report: Report, node_id: str) -> Found:
    """Windows that are farther apart than they are wide: the cells between are never seen.

    Where another layer reads the same value the cells are not lost: a shortcut may skip what its branch sees.
    """
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or node_id not in report.outputs:
        return
    for axis, window in enumerate(layer.windows()):
        if window.stride <= window.reach or inputs[0].shape[axis + 2] == 1:
            continue
        if _seen_elsewhere(graph, node_id):
            return
        lost = window.stride - window.reach
        yield Problem(
            "warning",
            "gaps",
            f"{called(graph, graph.node(node_id))} has windows of {window.reach} cells, {window.stride} apart: the "
            f"{lost} between two of them along the {AXES[len(layer.windows())][axis]} are never seen. Let stride be at "
            "most kernel_size.",
            node_id,
            None,
            "stride",
        )
        return


def _seen_elsewhere(graph: Graph, node_id: str) -> bool:
    """Whether another path reads the same values, or those that they are moved, cut or bent from."""
    while len(wires := list(graph.incoming[node_id].values())) == 1:
        node_id = wires[0].source
        if len(graph.outgoing[node_id]) > 1:
            return True
        kind = kind_of(graph, node_id)
        if kind.linear_map or kind.numbers in ("pooled", "averaged"):
            return False
    return False


def window_of_one(graph: Graph, report: Report, node_id: str) -> Found:
    """A pooling whose window is one cell gives what it gets, or every few cells of it."""
    layer = report.layer(node_id)
    if layer is None or node_id not in report.outputs:
        return
    windows = layer.windows()
    if windows and all(window.reach == 1 and window.stride == 1 for window in windows):
        yield Problem(
            "warning",
            "window-of-one",
            f"{called(graph, graph.node(node_id))} looks at one cell at a time and changes nothing. Give it a window "
            "of 2 or more, or remove it.",
            node_id,
            None,
            "kernel_size",
        )


NODE = (NodeRule(window_of_one, lambda kind: kind.numbers in ("pooled", "averaged") and kind.sees == "window"),)
EDGE = (EdgeRule(gaps, lambda kind: kind.sees == "window"),)
