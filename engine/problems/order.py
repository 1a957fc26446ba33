"""What tells the steps of a sequence apart, so that attention knows their order: positions, or weights of their own."""

from __future__ import annotations

from functools import cache

from engine import layers
from engine.blocks.use import Use
from engine.graph import Edge, Graph
from engine.layers.layer import Layer
from engine.live_nodes import STARTS
from engine.problems.looking import PASSES_THROUGH, above, feeding, kind_of, maps_features, origins, role
from engine.shapes import Report


def gives_order(graph: Graph, report: Report) -> bool:
    """Whether some layer of a graph, or of a block in it, tells steps apart."""
    return any(tells_apart(graph, report, node_id) for node_id in report.inputs)


def tells_apart(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether steps differ after a node by where they are, whatever they hold."""
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs:
        return False
    if isinstance(layer, Use):
        return any(gives_order(inside.graph, inside.report) for inside in layer.unfolded(*inputs))
    kind = type(layer)
    if layer.orders_steps():
        return True
    if maps_features(kind):  # from one row of features each number is made with weights of its own
        return inputs[0].rank == 2
    if layer.joins_elementwise or _gathers(kind):
        wires = feeding(graph, report, node_id)
        if any(_has_rows(graph, report, edge) for edge in wires):
            return True
    if layer.joins_elementwise:
        return _adds_positions(graph, report, node_id)
    return _gathers(kind) and _each_its_own(graph, report, node_id)


@cache
def table(kind: type[Layer]) -> bool:
    """Whether it looks up something for each step."""
    return bool(kind.vocabulary_parameter) and kind.cell_by_cell()


def vocabulary(layer: Layer | None) -> object:
    """How many different integers a table knows."""
    return None if layer is None else getattr(layer, layer.vocabulary_parameter)


@cache
def about(node_type: str) -> bool:
    """Whether more of such a node than its wires decides whether steps are told apart."""
    kind = layers.kind(node_type)
    orders = kind.orders_steps is not Layer.orders_steps
    return orders or kind.joins_elementwise or table(kind) or maps_features(kind) or _gathers(kind) or not kind.inputs


def _gathers(kind: type[Layer]) -> bool:
    """Whether it lays values side by side, as Concat and Stack do."""
    return kind.numbers == "chosen" and any(port.many for port in kind.inputs)


def _has_rows(graph: Graph, report: Report, edge: Edge) -> bool:
    """Whether the same numbers come in for every sample, learned or not, with a row for each step."""
    spec = report.spec(edge.source, edge.source_port)
    if spec is None or spec.dtype != "float32" or sum(size != 1 for size in spec.shape[-3:]) < 2:
        return False
    return not any(graph.nodes[each].type in STARTS for each in _made_of(graph, report, edge.source))


def _made_of(graph: Graph, report: Report, node_id: str) -> set[str]:
    """A node and those above it, without what gives it no more than a shape."""
    found, stack = {node_id}, [node_id]
    while stack:
        current = stack.pop()
        for port, edge in graph.incoming[current].items():
            spec = report.spec(edge.source, edge.source_port)
            shape_only = role(kind_of(graph, current), port) == "pointer" and spec is not None and spec.dtype != "int64"
            if edge.source not in found and not shape_only:
                found.add(edge.source)
                stack.append(edge.source)
    return found


def _adds_positions(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether a table of positions is added to a sequence: one with a row for every step, as BERT has it."""
    steps = report.inputs[node_id][0].shape[1:2]
    sources = [edge.source for edge in origins(graph, report, node_id, _step_by_step)]
    rows = [vocabulary(report.layer(source)) for source in sources if table(kind_of(graph, source))]
    return len(rows) > 1 and any(
        not isinstance(size, int) or (isinstance(count, int) and count >= size) for size in steps for count in rows
    )


def _each_its_own(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether steps that are laid side by side were each made with weights that no other step shares."""
    wires = feeding(graph, report, node_id)
    singles = [report.spec(edge.source, edge.source_port) for edge in wires]
    stacks = report.outputs[node_id]["output"].rank > report.inputs[node_id][0].rank
    if len(wires) < 2 or not (stacks or all(spec is not None and spec.shape[1:2] == (1,) for spec in singles)):
        return False
    made = [{edge.source} | above(graph, edge.source) for edge in wires]
    for index, nodes in enumerate(made):
        others = set[str]().union(*made[:index], *made[index + 1 :])
        own = (each for each in nodes - others if each in report.outputs and not graph.shared(each))
        if not any(_learns(graph, report, each) for each in own):
            return False
    return True


def _learns(graph: Graph, report: Report, node_id: str) -> bool:
    layer = report.layer(node_id)
    if layer is None or graph.nodes[node_id].properties.get("weights_of"):
        return False
    return isinstance(layer, Use) or bool(layer.weights(*report.inputs[node_id]))


def _step_by_step(kind: type[Layer]) -> bool:
    """Whether a step after it is made of that step alone, which no table gives."""
    alone = kind.cell_by_cell() or maps_features(kind)
    return kind.numbers in PASSES_THROUGH or (alone and not kind.vocabulary_parameter)
