"""Rules of dropout: too much of it, too often along a path, before a batch norm or a pooling."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import prod
from typing import Final, TypeAlias

from engine import layers
from engine.blocks.use import Use
from engine.graph import Edge, Graph
from engine.layers.layer import Layer
from engine.live_nodes import STARTS
from engine.problems.looking import called, feeding, keeps_layout, kind_of, origins, role
from engine.problems.problem import Problem
from engine.problems.rule import EdgeRule, Found, MarkRule, NodeRule
from engine.shapes import Report

MOST: Final = 0.8
"""Where so much or more is dropped, what is left is hardly a sample of it."""
HEAVY: Final = 0.5
"""The most that is usual (Srivastava et al. 2014); three of these in a row leave an eighth."""
IN_A_ROW: Final = 3
PLENTY: Final = 256
"""Where more numbers than this are left each time, three heavy ones in a row are published practice: layers of 1,024
in Srivastava et al. 2014, section 6.1.1, and of 650 in Zaremba et al. 2014, https://arxiv.org/abs/1409.2329."""


def share_of(layer: Layer | None) -> float:
    """The share of numbers that a layer drops while training; 0 for one that drops none."""
    if layer is None or not layer.drops_by:
        return 0.0
    if layer.runs_over_time and getattr(layer, "num_layers", 2) == 1:  # it drops between stacked layers alone
        return 0.0
    return float(getattr(layer, layer.drops_by))


def heavy_dropout(graph: Graph, report: Report, node_id: str) -> Found:
    """Nearly all numbers are dropped: a share that was meant to be kept, or one that leaves nothing to learn from."""
    layer = report.layer(node_id)
    if layer is None or (share := share_of(layer)) < MOST:
        return
    left = f"1 of {round(1 / (1 - share)):,} numbers is left" if share < 1 else "no number is left"
    yield Problem(
        "warning",
        "heavy-dropout",
        f"{called(graph, graph.node(node_id))} has {layer.drops_by} = {share:g}: while training {left}. In PyTorch "
        f"{layer.drops_by} is the share that is dropped, not the share that is kept; 0.1 to 0.5 is usual.",
        node_id,
        None,
        layer.drops_by,
    )


def dropout_before_norm(graph: Graph, report: Report, node_id: str) -> Found:
    """A batch norm learns the variance of numbers that dropout has spread, and uses it where nothing is dropped.

    Li et al. 2018, Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift,
    https://arxiv.org/abs/1801.05134
    """
    for edge in origins(graph, report, node_id, lambda kind: in_place(kind) or pools(kind)):
        node, share = graph.nodes[edge.source], share_of(report.layer(edge.source))
        if share and kind_of(graph, node.id).family == "Dropout":
            yield Problem(
                "hint",
                "dropout-before-norm",
                f"{called(graph, node)} comes before {called(graph, graph.node(node_id))}: while training its zeros "
                "change the variance that the norm measures, and later, without them, the kept variance is wrong. "
                "Put the dropout after the norm and its activation.",
                node.id,
            )


def dropout_before_pooling(graph: Graph, report: Report, node_id: str) -> Found:
    """A pooling takes the largest of what is left, or evens the zeros out: little of the dropout remains.

    Whole channels that are dropped stay so.
    """
    inputs = report.inputs.get(node_id)
    if not inputs or (not pools(kind_of(graph, node_id)) and inputs[0].rank < 4):  # a mean of steps is none
        return
    for edge in origins(graph, report, node_id, in_place):
        node, share = graph.nodes[edge.source], share_of(report.layer(edge.source))
        kind = kind_of(graph, node.id)
        if share and kind.family == "Dropout" and not kind.channels_second:
            yield Problem(
                "hint",
                "dropout-before-pooling",
                f"{called(graph, node)} drops single numbers, and {called(graph, graph.node(node_id))} after it makes "
                "one of several: a neighbour takes the place of most that were dropped. Put the dropout after it, or "
                "drop whole channels.",
                node.id,
            )


def in_place(kind: type[Layer]) -> bool:
    """Whether numbers only move, or are bent one by one: what is dropped before is dropped after it."""
    return kind.numbers == "same" or (kind.family == "Activation" and keeps_layout(kind))


def pools(kind: type[Layer]) -> bool:
    """Whether it makes one number of several, their largest or their mean."""
    return kind.numbers in ("pooled", "averaged")


def dropout_in_a_row(graph: Graph, report: Report, heavy: Collection[str]) -> Found:
    """Every way to the answer goes through three dropouts of a half or more: hardly anything reaches its end.

    So it is where one of them has few numbers; in wide layers the noise evens out.
    """
    if len(heavy) < IN_A_ROW and not any(isinstance(report.layer(node_id), Use) for node_id in heavy):
        return
    known = _rows(graph, report)  # what a shortcut leads by does not count: it has no part in the row of an Output
    ends = (known.get(node.id, ()) for node in graph.of_type("Output"))
    rows = {row[IN_A_ROW - 1].way: row[:IN_A_ROW] for row in ends if len(row) >= IN_A_ROW}
    for (node_id, *inside), row in rows.items():
        if all(each.left > PLENTY for each in row):
            continue
        before = dict.fromkeys(called(graph, graph.nodes[each.way[0]]) for each in row[:-1])
        last = called(graph, graph.nodes[node_id])
        left = 100 * prod(1 - each.share for each in row)
        again = f", after {' and '.join(before)} did so" if [*before] != [last] else f" {len(row)} times in a row"
        yield Problem(
            "warning",
            "dropout-in-a-row",
            f"{last} drops half of the numbers or more{again}: together {left:.3g} % are left. "
            "Lower some of them, or leave one out.",
            node_id,
            None,
            inside=tuple(inside),
        )


@dataclass(frozen=True, slots=True)
class Heavy:
    """A heavy dropout: the path to it, its share, and how many numbers of a sample or step it leaves."""

    way: tuple[str, ...]
    share: float
    left: float


Row: TypeAlias = tuple[Heavy, ...]
"""The heavy dropouts that every way to a node meets."""


def _rows(graph: Graph, report: Report) -> dict[str, Row]:
    """The row of every node. Where branches join, the one that drops least often counts."""
    known: dict[str, Row] = {}
    for node_id in graph.order():
        node, layer, wires = graph.nodes[node_id], report.layer(node_id), feeding(graph, report, node_id)
        before = [known[edge.source] for edge in wires if edge.source in known and _flows(graph, edge)]
        if not before and wires:
            continue  # made of constants alone
        row = min(before, key=len, default=())
        if node_id not in report.outputs or report.absent(node_id) is not None:
            share = 0.0
        elif isinstance(layer, Use):
            for seen in layer.unfolded(*report.inputs[node_id]):
                inner = _rows(seen.graph, seen.report)
                ends = [inner[end.id] for end in seen.graph.of_type("BlockOutput") if end.id in inner]
                row += tuple(replace(each, way=(node_id, *each.way)) for each in min(ends, key=len, default=()))
            share = 0.0
        else:
            share = share_of(layer) if _in_the_way(kind_of(graph, node_id)) else 0.0
        if wires or node.type in STARTS:
            left = (1 - share) * _width(graph, report, node_id) if share >= HEAVY else 0.0
            known[node_id] = (*row, Heavy((node_id,), share, left)) if share >= HEAVY else row
    return known


def _width(graph: Graph, report: Report, node_id: str) -> int:
    """How many features or channels a node gives; 0 where that is open."""
    spec = next(iter(report.outputs[node_id].values()))
    size = spec.shape[1 if spec.rank > 3 or kind_of(graph, node_id).channels_second else -1]
    return size if isinstance(size, int) else 0


def _flows(graph: Graph, edge: Edge) -> bool:
    """Whether what comes in there is computed with."""
    return role(kind_of(graph, edge.target), edge.target_port) == "numbers"


def _in_the_way(kind: type[Layer]) -> bool:
    """Whether all numbers go through its dropout: beside that of a Transformer layer there is a skip connection."""
    return bool(kind.drops_by) and (kind.family == "Dropout" or kind.runs_over_time)


def _heavy(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether a node is a heavy dropout that all numbers go through, or a block in which there may be one."""
    layer = report.layer(node_id)
    if isinstance(layer, Use):
        return _may_be_heavy(layer.block.graph)
    return _in_the_way(kind_of(graph, node_id)) and share_of(layer) >= HEAVY


def _may_be_heavy(graph: Graph) -> bool:
    """Whether some dropout of a block may drop a half, as far as what is typed says."""
    for node_type in graph.types:
        kind, block = layers.kind(node_type), graph.blocks.of_type(node_type)
        if block is not None and _may_be_heavy(block.graph):
            return True
        if _in_the_way(kind):
            usual = kind.model_fields[kind.drops_by].default
            values = [node.parameters.get(kind.drops_by, usual) for node in graph.of_type(node_type)]
            if any(not isinstance(value, (int, float)) or value >= HEAVY for value in values):
                return True
    return False


NODE = (NodeRule(heavy_dropout, lambda kind: bool(kind.drops_by)),)
EDGE = (
    EdgeRule(dropout_before_norm, lambda kind: kind.numbers == "standardized"),
    EdgeRule(dropout_before_pooling, lambda kind: pools(kind) or kind.family == "Reduction"),
)
MARK = (MarkRule(_heavy, dropout_in_a_row, lambda kind: kind is Layer or _in_the_way(kind)),)
