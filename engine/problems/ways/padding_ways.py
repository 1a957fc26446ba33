"""Fixes where padding is read as words: the lengths, a mask, a mean of the tokens alone."""

from __future__ import annotations

from collections.abc import Iterator

from engine.drawing import along
from engine.edits import AddNode, Connect, Disconnect, Edit, RemoveNode
from engine.graph import Edge, Node
from engine.layers.reduction import Mean, Sum
from engine.problems.looking import PASSES_THROUGH, kind_of
from engine.problems.rules.data_rules import tokens_of
from engine.problems.rules.padding_rules import Padded, mask_for, padded
from engine.problems.ways.fault_site import FaultSite, Way


def without_padding(site: FaultSite) -> Iterator[Way | None]:
    """What the guilty layer needs to know of the padding, wired to it."""
    tokens, kind, layer = _tokens(site), site.kind, site.layer
    edge = site.edge()
    if tokens is None or layer is None or edge is None:
        return
    field = tokens_of(site.graph, site.report, tokens)
    filling = field.padding if field is not None else 0
    name = site.graph.nodes[tokens].name
    if kind.runs_over_time:
        node, edits = beside(site, tokens, "SequenceLengths", filling)
        edits.append(Connect(Edge(node.id, "output", site.id, "lengths")))
        yield Way(f"Wire the lengths of {name} to lengths", tuple(edits), _made(edits))
    elif kind.attends:
        port = mask_for(kind, edge.target_port, site.graph.incoming[site.id])
        node, edits = beside(site, tokens, "PaddingMask", filling)
        edits.append(Connect(Edge(node.id, "output", site.id, port)))
        again = "memory_key_padding_mask"  # what the encoder of a whole Transformer leaves out, its decoder does, too
        if port.startswith("src") and again in {each.name for each in kind.inputs}:
            edits.append(Connect(Edge(node.id, "output", site.id, again)))
        yield Way(f"Wire the padding of {name} to {port}", tuple(edits), _made(edits))
    elif kind.numbers == "averaged":
        node = site.graph.node(site.id)
        yield site.exchange(node.type.replace("Avg", "Max"), node.parameters)
    elif kind.vocabulary_parameter:
        yield site.set(padding_idx=filling)
    else:
        if isinstance(layer, Sum):
            yield from _zero_row(site, edge, filling)
        ends = [] if isinstance(layer, (Mean, Sum)) else list(_after_the_last(site, edge, tokens, filling))
        yield from ends
        if ends:
            return
        node, edits = beside(site, tokens, "PaddingMask", filling)
        edits += site.exchanged(site.graph.node(site.id), "MaskedMean", {}).edits
        edits.append(Connect(Edge(node.id, "output", site.id, "padding")))
        yield Way("Change to MaskedMean, the mean of the tokens alone", tuple(edits), _made(edits), keeps=True)


def _zero_row(site: FaultSite, edge: Edge, filling: int | None) -> Iterator[Way | None]:
    """The row of the filling in the table fixed at zero, where that is what is added up."""
    while kind_of(site.graph, edge.source).numbers in PASSES_THROUGH:
        edge = next(iter(site.graph.incoming[edge.source].values()))
    if kind_of(site.graph, edge.source).vocabulary_parameter:
        yield site.set(of=edge.source, padding_idx=filling)


def _tokens(site: FaultSite) -> str | None:
    """The Input whose padded steps reach the guilty layer."""
    for node in site.graph.of_type("Input"):
        field = tokens_of(site.graph, site.report, node.id)
        known = field is not None and field.padding is not None
        ends = (site.id, site.problem.port)
        if known and any(_end(seen) == ends for seen in padded(site.graph, site.report, node.id)):
            return node.id
    return None


def _end(seen: Padded) -> tuple[str, str]:
    return seen.edge.target, seen.edge.target_port


def _after_the_last(site: FaultSite, edge: Edge, tokens: str, filling: int | None) -> Iterator[Way | None]:
    """What a recurrent layer gives after the last token, instead of what it gives at the last step."""
    source = edge
    while not kind_of(site.graph, source.source).runs_over_time:
        before = list(site.graph.incoming[source.source].values())
        if len(before) != 1:
            return
        source = before[0]
    node, edits = beside(site, tokens, "SequenceLengths", filling)
    if "lengths" in site.graph.incoming[source.source]:
        edits = []
    else:
        edits.append(Connect(Edge(node.id, "output", source.source, "lengths")))
    readers = list(site.graph.outgoing[site.id])
    edits += [*map(Disconnect, dict.fromkeys([source, edge, *readers])), RemoveNode(site.id)]
    last = Edge(source.source, "last", source.target, source.target_port)
    start = last if source is edge else edge
    edits += [Connect(last)] if source is not edge else []
    edits += [Connect(Edge(start.source, start.source_port, each.target, each.target_port)) for each in readers]
    name = site.graph.nodes[source.source].name
    yield Way(f"Take last of {name} instead, with the lengths", tuple(edits), _made(edits), keeps=False)


def beside(site: FaultSite, tokens: str, kind: str, filling: int | None) -> tuple[Node, list[Edit]]:
    """A layer that reads the tokens: one that does already, or a new one."""
    for edge in site.graph.outgoing[tokens]:
        node, layer = site.graph.nodes[edge.target], site.report.layer(edge.target)
        if (
            node.type == kind
            and getattr(layer, "padding_idx", 0) == filling
            and getattr(layer, "true_at", "") != "tokens"
        ):
            return node, []
    site.taken = set()
    new = site.fresh(kind, {"padding_idx": filling} if filling else {})
    position = along(site.graph, site.graph.positions[tokens], 1, 1)
    return new, [AddNode(new, position), Connect(Edge(tokens, "output", new.id, "input"))]


def _made(edits: list[Edit]) -> tuple[str, ...]:
    """The nodes that are new, not one that is exchanged."""
    gone = {edit.node_id for edit in edits if isinstance(edit, RemoveNode)}
    return tuple(edit.node.id for edit in edits if isinstance(edit, AddNode) and edit.node.id not in gone)
