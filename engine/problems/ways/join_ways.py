"""Fixes of joins that lack a branch: a result that nothing uses, or what the branch that is there was made of."""

from __future__ import annotations

from collections.abc import Iterator

from engine import ports
from engine.edits import Connect, Disconnect, Edit
from engine.graph import Edge, Graph
from engine.layers.layer import Layer
from engine.live_nodes import STARTS
from engine.problems.looking import below, kind_of, role
from engine.problems.ways.fault_site import FaultSite, Way
from engine.shapes import Report
from engine.spec import Spec

USUAL = 2
"""So many layers with weights a shortcut mostly skips."""
FAR = 4
"""And hardly ever more than these."""


def other_side(site: FaultSite) -> Iterator[Way | None]:
    """The branch that is missing: one whose result nothing uses, else a shortcut, the likeliest first."""
    graph, kind, wires = site.graph, site.kind, site.wires()
    joins = kind.joins_elementwise or (bool(kind.inputs) and kind.inputs[0].many and kind.cell_by_cell())
    own = {(edge.source, edge.source_port) for edge in wires}
    if not joins or len(own) != 1:
        return
    (wire, *again), port = wires, site.problem.port
    entry = port if port not in graph.incoming[site.id] else ports.free_input(graph, site.id)
    x = site.spec(wire)
    if x is None or (entry is None and not again):
        return
    unread = [each for each in _dangling(graph, site.id) if _suits(site, x, each)]
    if len(unread) > 1 and kind.inputs[0].many and not again:
        first = len(graph.incoming[site.id])
        stem = kind.inputs[0].name
        more = [Edge(*each, site.id, f"{stem}{first + n}") for n, each in enumerate(unread)]
        names = " and ".join(graph.nodes[each].name for each, _ in unread)
        yield Way(f"Wire {names} to it", tuple(map(Connect, more)), repeats=kind.numbers == "multiplied")
    found = [*unread, *_shortcuts(graph, site.report, wire, kind)]
    for source, output in dict.fromkeys(found):
        if (source, output) in own or not _suits(site, x, (source, output)):
            continue
        edits: list[Edit] = [Connect(Edge(source, output, site.id, entry or ""))]
        if again:  # the same value on both sides: its last wire comes from elsewhere
            edits = [Disconnect(again[-1]), Connect(Edge(source, output, site.id, again[-1].target_port))]
        gate = kind.numbers == "multiplied"
        yield Way(f"Wire {graph.nodes[source].name} to it", tuple(edits), repeats=gate)


def _dangling(graph: Graph, node_id: str) -> Iterator[tuple[str, str]]:
    """The first outputs that nothing reads, of nodes that do not come after."""
    later = below(graph, node_id) | {node_id}
    for other in graph.nodes:
        outputs = ports.output_ports(graph, other)
        if outputs and not graph.outgoing[other] and other not in later:
            yield other, outputs[0]


def _shortcuts(graph: Graph, report: Report, wire: Edge, kind: type[Layer]) -> list[tuple[str, str]]:
    """The values that the one on a wire was made of, those first from which a shortcut is likely.

    It begins where branches were joined last, values enter or several layers read them, unless that is far above; else
    before the usual number of layers with weights. It takes what a whole unit of layers has made.
    """
    ranked: list[tuple[int, int, tuple[str, str]]] = []
    weighted, steps, before = 0, 0, wire
    shrinks = False
    while True:
        current = before.source
        layer, inputs = report.layer(current), report.inputs.get(current)
        if (
            layer is not None
            and inputs
            and layer.weights(*inputs)
            and kind_of(graph, current).family != "Normalization"
        ):
            weighted += 1
        entering = [edge for port, edge in graph.incoming[current].items() if _leads(kind_of(graph, current), port)]
        if graph.nodes[current].type in STARTS or not entering:
            break
        before, steps = entering[0], steps + 1
        source = before.source
        x, y = report.spec(source, before.source_port), report.spec(current)
        shrinks = shrinks or (x is not None and y is not None and _space(x) != _space(y))
        stops = _stops(graph, report, source)
        ends = stops or len(graph.outgoing[source]) > 1
        whole = _begins_unit(graph, current)
        if kind.numbers == "multiplied" and _space(x) != _space(y):  # a gate of what was averaged for it
            likely = 0
        elif kind.joins_elementwise:
            likely = 0 if ends and weighted <= FAR else 1 if whole and weighted == USUAL else 2 if whole else 3
        elif shrinks:  # the skip of a U-Net: what was there before it was made smaller
            likely = 0 if _space(x) != _space(y) else 1 if whole else 2
        else:  # of dense blocks: what the last unit got
            likely = 0 if whole and weighted == 1 else 1 if ends else 2 if whole else 3
        if weighted:
            ranked.append((likely, -steps if likely == 0 and shrinks else steps, (source, before.source_port)))
        if stops and kind.joins_elementwise:
            break
    return [each for _, _, each in sorted(ranked)]


def _stops(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether no shortcut goes over a node: values enter there, are joined, looked up, or get their positions."""
    kind, layer = kind_of(graph, node_id), report.layer(node_id)
    joins = kind.joins_elementwise or (bool(kind.inputs) and kind.inputs[0].many)
    placed = layer is not None and layer.orders_steps() and not layer.windows() and not kind.runs_over_time
    return graph.nodes[node_id].type in STARTS or joins or placed or bool(kind.vocabulary_parameter)


def _leads(kind: type[Layer], port: str) -> bool:
    """Whether the numbers that come in at a port are those that are computed with."""
    return role(kind, port) == "numbers" and port != "lengths"


def _begins_unit(graph: Graph, node_id: str) -> bool:
    """Whether a node is the first of a unit: weights, or a norm that comes before them."""
    kind = kind_of(graph, node_id)
    if kind.family != "Normalization":
        return kind.linear_map or kind.attends or kind.runs_over_time
    return any(_begins_unit(graph, edge.target) for edge in graph.outgoing[node_id])


def _space(spec: Spec | None) -> tuple[object, ...]:
    """The sizes along the axes in space."""
    return () if spec is None else spec.shape[2:]


def _suits(site: FaultSite, x: Spec, source: tuple[str, str]) -> bool:
    """Whether an output can be joined with what is there."""
    y = site.report.spec(*source)
    return y is not None and _fits(site.kind, site.layer, x, y)


def _fits(kind: type[Layer], layer: Layer | None, x: Spec, y: Spec) -> bool:
    """Whether two values can be joined without repeating one, but for a gate."""
    if x.rank != y.rank or x.dtype != y.dtype:
        return False
    pairs = list(zip(x.shape, y.shape, strict=True))
    if kind.numbers == "multiplied":
        return all(a == b or 1 in (a, b) for a, b in pairs) and (x.shape[1] == y.shape[1] or x.rank > 3)
    if kind.joins_elementwise:
        return x.shape == y.shape
    dim = getattr(layer, "dim", 1) % x.rank
    return all(a == b for axis, (a, b) in enumerate(pairs) if axis != dim)
