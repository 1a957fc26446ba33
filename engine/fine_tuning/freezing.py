"""Freezes all that leads up to a layer, and lets layers learn again: edits of the property ``frozen``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.blocks.block_edits import within
from engine.edits import MISSING, Compound, Edit, SetProperty
from engine.fine_tuning.failure import FineTuningError
from engine.graph import Graph, GraphError, Node
from engine.layers.layer import Layer
from engine.problems.looking import above, below
from engine.resolve import layer_class, owner_of

FROZEN = "frozen"


def freeze_up_to(project: Graph, path: tuple[str, ...]) -> Edit:
    """The edit after which a layer and all before it stay as they are, and all after it learn; others are left alone.

    ``path`` leads to the layer: the uses of blocks that it is in, outermost first, and the layer itself. What is set
    inside a block counts for all its uses. Raises FineTuningError where there are no weights up to there.
    """
    edits: list[Edit] = []
    graph, frozen = project, 0
    for depth, node_id in enumerate(path):
        node = graph.node(node_id)
        last = depth == len(path) - 1
        before = {*above(graph, node_id), *([node_id] if last else [])}
        behind = {*below(graph, node_id), *([] if last else [node_id])}
        owners = {_owner(graph, each).id for each in before if _learns(graph, graph.nodes[each])}
        frozen += len(owners)
        edits += [within(graph, edit) for edit in (*_set(graph, owners, True), *_set(graph, behind - owners, MISSING))]
        if not last:
            block = graph.blocks.of_type(node.type)
            if block is None:
                raise FineTuningError(f"{node.name} is not a block, so there is nothing inside it to freeze.")
            graph = block.graph
    name = graph.node(path[-1]).name
    if not frozen:
        raise FineTuningError(
            f"Neither {name} nor a layer before it has weights: there is nothing to freeze up to here."
        )
    return Compound(tuple(edits), f"Freeze up to {name}")


def unfreeze(graph: Graph, node_ids: Iterable[str]) -> Edit:
    """The edit that lets these layers of a graph learn again. Raises FineTuningError where none is frozen."""
    owners = {_owner(graph, node_id).id for node_id in node_ids}
    edits = list(_set(graph, owners, MISSING))
    if not edits:
        raise FineTuningError("None of these layers is frozen.")
    one = graph.nodes[edits[0].node_id].name
    title = f"Unfreeze {one}" if len(edits) == 1 else f"Unfreeze {len(edits)} layers"
    return Compound(tuple(within(graph, edit) for edit in edits), title)


def unfreeze_all(project: Graph) -> Edit:
    """The edit that lets all layers learn again, in blocks too. Raises FineTuningError where none is frozen."""
    graphs = [project, *(block.graph for block in project.blocks.values())]
    edits = [within(graph, edit) for graph in graphs for edit in _set(graph, graph.nodes, MISSING)]
    if not edits:
        raise FineTuningError("No layer is frozen.")
    return Compound(tuple(edits), "Unfreeze all layers")


def is_frozen(node: Node) -> bool:
    """Whether its weights stay as they are while training, as far as the node itself says so."""
    return node.properties.get(FROZEN) is True


def _set(graph: Graph, node_ids: Iterable[str], value: object) -> Iterator[SetProperty]:
    for node_id in graph.as_created(node_ids):
        node = graph.nodes[node_id]
        if node.properties.get(FROZEN, MISSING) is not value and (value is not MISSING or is_frozen(node)):
            yield SetProperty(node_id, FROZEN, value)


def _learns(graph: Graph, node: Node) -> bool:
    """Whether a node can have weights: its layer by itself, or one inside its block."""
    block = graph.blocks.of_type(node.type)
    if block is not None:
        return any(_learns(block.graph, inner) for inner in block.graph.nodes.values())
    try:
        cls = layer_class(node.type, graph.blocks)
    except GraphError:  # a layer that is not installed: nobody knows, and freezing it does no harm
        return True
    return cls.weights is not Layer.weights


def _owner(graph: Graph, node_id: str) -> Node:
    """The node whose weights this one uses."""
    owner = owner_of(graph, graph.nodes[node_id])
    return owner if isinstance(owner, Node) else graph.nodes[node_id]
