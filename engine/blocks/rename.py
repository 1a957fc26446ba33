"""Edits of names that take along what speaks of them: expressions inside a block, arguments of its uses, states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.blocks.block import Block
from engine.blocks.block_edits import SetBlock, defined, within
from engine.edits import MISSING, Compound, Edit, RenameNode, SetParameter, SetProperty
from engine.expressions import is_expression, renamed
from engine.graph import Graph, Node
from engine.live_nodes import STARTS


def rename(project: Graph, block_id: str, old: str, new: str) -> Compound:
    """The edits of the project's own graph that give a parameter of a block another name, wherever it is spoken of.

    Raises GraphError if there is no such block; a name that cannot stand is refused when the edits are applied.
    """
    block = defined(project, block_id)
    parameters = tuple(replace(p, name=new) if p.name == old else p for p in block.parameters)
    edits: list[Edit] = [SetBlock(block.id, block.name, parameters, block.help)]
    for node in block.graph.nodes.values():
        edits += [within(block.graph, edit) for edit in _speaking(node, old, new)]
    for graph, node in _uses(project, block):
        if old in node.parameters:
            edits.append(within(graph, SetParameter(node.id, old, MISSING)))
            edits.append(within(graph, SetParameter(node.id, new, node.parameters[old])))
    return Compound(tuple(edits), f"Rename {old} of {block.name} to {new}")


def rename_node(graph: Graph, node_id: str, name: str) -> Edit:
    """The edit of this graph that gives a node another name, and what speaks of an input by its name along with it.

    That are expressions which ask for its size, the outputs that hand a state on to it, and the output of its name,
    which a repeat hands on to it.
    """
    node = graph.node(node_id)
    edits: list[Edit] = [RenameNode(node_id, name)]
    if node.type in STARTS and name != node.name:
        for other in graph.nodes.values():
            edits += _speaking(other, node.name, name, inputs=True)
            if other.type == "BlockOutput" and other.parameters.get("state") == node.name:
                edits.append(SetParameter(other.id, "state", name))
            if other.type == "BlockOutput" and other.name == node.name:
                edits.append(RenameNode(other.id, name))
    return edits[0] if len(edits) == 1 else Compound(tuple(edits), edits[0].title(graph))


def drop(project: Graph, block_id: str, name: str) -> Compound:
    """The edits that take a parameter from a block, and its arguments from the uses.

    Expressions that speak of it stay as they are: what they are to be instead is for people to say.
    """
    block = defined(project, block_id)
    parameters = tuple(p for p in block.parameters if p.name != name)
    edits: list[Edit] = [SetBlock(block.id, block.name, parameters, block.help)]
    for graph, node in _uses(project, block):
        if name in node.parameters:
            edits.append(within(graph, SetParameter(node.id, name, MISSING)))
    return Compound(tuple(edits), f"Remove {name} from {block.name}")


def _uses(project: Graph, block: Block) -> Iterator[tuple[Graph, Node]]:
    """The nodes that use a block, in the network and in other blocks."""
    for graph in (project, *(other.graph for other in project.blocks.values())):
        for node in graph.of_type(block.type):
            yield graph, node


def _speaking(node: Node, old: str, new: str, *, inputs: bool = False) -> Iterator[Edit]:
    """The edits of what this node's values say of a parameter, or of an input."""
    for name, raw in node.parameters.items():
        if (value := _renamed(raw, old, new, inputs)) != raw:
            yield SetParameter(node.id, name, value)
    for name, raw in node.properties.items():
        if (value := _renamed(raw, old, new, inputs)) != raw:
            yield SetProperty(node.id, name, value)


def _renamed(raw: object, old: str, new: str, inputs: bool) -> object:
    """A raw value whose expressions speak of ``new``; spelled as before otherwise."""
    if isinstance(raw, Mapping):
        if is_expression(raw):
            return {"expr": renamed(raw["expr"], old, new, inputs=inputs)}
        return {key: _renamed(item, old, new, inputs) for key, item in raw.items()}
    if isinstance(raw, (list, tuple)):
        return tuple(_renamed(item, old, new, inputs) for item in raw)
    return raw
