"""Fixes of what runs but learns badly: the same layers at a better position."""

from __future__ import annotations

from collections.abc import Iterator

from engine import losses
from engine.drawing import along
from engine.edits import AddNode, Connect, Disconnect, Edit
from engine.graph import Edge
from engine.layers.endpoints import Output
from engine.problems.looking import PASSES_THROUGH, above, bends_little, kind_of, origins
from engine.problems.rules.learning_rules import probabilities
from engine.problems.ways.fault_site import FaultSite, Step, Way


def _readers(site: FaultSite) -> list[Edge]:
    """The wires that end at a trained Output after the guilty layer, or after layers that only hand on."""
    found, stack = [], [site.id]
    while stack:
        for edge in site.graph.outgoing[stack.pop()]:
            target = site.graph.nodes[edge.target]
            if target.type == "Output" and getattr(site.report.layer(target.id), "loss", None) is not None:
                found.append(edge)
            elif kind_of(site.graph, target.id).numbers in PASSES_THROUGH:
                stack.append(target.id)
    return found


def before_own_softmax(site: FaultSite) -> bool:
    """Whether the guilty layer is a softmax before a loss that takes one itself."""
    layer, ends = site.layer, (site.report.layer(edge.target) for edge in _readers(site))
    taken = any(isinstance(end, Output) and end.criterion.activation == "softmax" for end in ends)
    return layer is not None and layer.squashes == "softmax" and taken


def to_prediction(site: FaultSite) -> Iterator[Way | None]:
    """The loss sees the scores; the layer moves to an answer of its own, for prediction."""
    wires = site.wires()
    if len(wires) != 1:
        return
    graph, node = site.graph, site.graph.node(site.id)
    edits: list[Edit] = []
    readers = list(graph.outgoing[node.id])
    for edge in readers:
        edits += [Disconnect(edge), Connect(Edge(wires[0].source, wires[0].source_port, edge.target, edge.target_port))]
    beside = along(graph, graph.positions[node.id], 1, 1)
    site.taken = set()
    answer = site.fresh("Output", {"loss": None}, "prediction")
    edits += [AddNode(answer, beside), Connect(Edge(node.id, "output", answer.id, "input"))]
    if site.kind.squashes:
        yield Way(f"Move {node.name} to prediction", tuple(edits), (answer.id,))
    else:
        yield from earlier(site)


def other_loss(site: FaultSite) -> Iterator[Way | None]:
    """The loss that goes with what comes before it."""
    if site.problem.code == "no-probability":
        known = losses.get(str(site.value("loss")))
        if known is not None and known.of_scores:
            yield site.set(loss=known.of_scores)
        return
    if site.node is None or not probabilities(site.layer):
        return
    for edge in _readers(site):
        own = site.value("loss", site.graph.nodes[edge.target])
        for loss in losses.all():
            if loss.of_scores == own and loss.wants == "probabilities":
                yield site.set(of=edge.target, loss=loss.name)


def sigmoid(site: FaultSite) -> Iterator[Way | None]:
    """Probabilities for a loss that needs them, or their logarithms."""
    known = losses.get(str(site.value("loss")))
    if known is not None and known.wants == "probabilities":
        yield site.insert(site.edge("input"), ("Sigmoid", {}))
    else:
        yield site.insert(site.edge("input"), ("LogSoftmax", {"dim": -1}))


def earlier(site: FaultSite) -> Iterator[Way | None]:
    """The layer put before the last one with weights, where it does some good."""
    graph = site.graph
    wires = site.wires()
    if len(wires) != 1:
        return
    (into,) = wires
    maker, seen = into.source, 0
    while not kind_of(graph, maker).width_parameter and seen < 50:
        before = list(graph.incoming[maker].values())
        if len(before) != 1:
            return
        maker, seen = before[0].source, seen + 1
    entries = list(graph.incoming[maker].values())
    if len(entries) != 1:
        return
    (entry,) = entries
    readers = list(graph.outgoing[site.id])
    edits: list[Edit] = [Disconnect(into), *map(Disconnect, readers), Disconnect(entry)]
    edits += [Connect(Edge(into.source, into.source_port, edge.target, edge.target_port)) for edge in readers]
    edits += [
        Connect(Edge(entry.source, entry.source_port, site.id, into.target_port)),
        Connect(Edge(site.id, "output", maker, entry.target_port)),
    ]
    name = graph.nodes[site.id].name
    yield Way(f"Move {name} before {graph.nodes[maker].name}", tuple(edits))


def activation(site: FaultSite) -> Iterator[Way | None]:
    """Something between two weighted sums that is none: right after the first one and its norm."""
    made = next(origins(site.graph, site.report, site.id, bends_little), None)
    between_repeats = site.problem.port is None
    if between_repeats:  # at the end of the block
        made = next(iter(site.graph.outgoing[site.id]), None)
    while made is not None and kind_of(site.graph, made.target).family == "Normalization":
        made = next(iter(site.graph.outgoing[made.target]))
    for kind in ("ReLU", "GELU", "Tanh"):
        yield site.insert(made or site.edge("input"), (kind, {}))
        if between_repeats:
            return


def some_weights(site: FaultSite) -> Iterator[Way | None]:
    """A layer that learns."""
    edge = site.edge("input")
    x = site.spec(edge)
    if edge is None or x is None:
        return
    floats: tuple[Step, ...] = () if x.dtype == "float32" else (("Scale", {}),)
    if x.rank > 1 and isinstance(x.shape[-1], int):
        if floats and len(site.graph.incoming[edge.source]) == 1:  # which was no layer for numbers to be learned from
            yield site.exchanged(site.graph.nodes[edge.source], "Linear", {"out_features": x.shape[-1]})
        yield site.insert(edge, *floats, ("Linear", {"out_features": x.shape[-1]}))
    yield site.insert(edge, *floats, ("Flatten", {}), ("Linear", {"out_features": 10}))
    for node_id in above(site.graph, site.id):
        if not kind_of(site.graph, node_id).passes_gradient and site.graph.incoming[node_id]:
            yield site.remove(node_id)
    if x.rank < 3:
        yield site.insert(edge, *floats, ("Unsqueeze", {"dim": -1}), ("Linear", {"out_features": 1}))


def no_bias(site: FaultSite) -> Iterator[Way | None]:
    """Weights that do nothing, dropped."""
    yield site.set(bias=False)


def other_norm(site: FaultSite) -> Iterator[Way | None]:
    """A norm that needs one sample only."""
    node = site.node
    if node is not None and site.kind.family == "Normalization":
        x = site.spec(site.edge())
        if x is not None and x.rank > 2:
            yield site.exchange("GroupNorm", {"num_groups": 1}, "Change to GroupNorm(1)")
        yield site.exchange("LayerNorm", {}, "Change to LayerNorm")
