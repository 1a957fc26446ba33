"""Edits of a block's parameters that take along what speaks of them: expressions inside, arguments of the uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.blocks.block import Block
from engine.blocks.block_edits import SetBlock, defined, within
from engine.edits import MISSING, Compound, Edit, SetParameter, SetProperty
from engine.expressions import is_expression
from engine.graph import Graph, Node


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


def _speaking(node: Node, old: str, new: str) -> Iterator[Edit]:
    """The edits of what this node's values say of a parameter."""
    for name, raw in node.parameters.items():
        if (value := _renamed(raw, old, new)) != raw:
            yield SetParameter(node.id, name, value)
    for name, raw in node.properties.items():
        if (value := _renamed(raw, old, new)) != raw:
            yield SetProperty(node.id, name, value)


def _renamed(raw: object, old: str, new: str) -> object:
    """A raw value whose expressions speak of ``new``; spelled as before otherwise."""
    if isinstance(raw, Mapping):
        if is_expression(raw):
            return {"expr": re.sub(rf"\b{re.escape(old)}\b", new, raw["expr"])}
        return {key: _renamed(item, old, new) for key, item in raw.items()}
    if isinstance(raw, (list, tuple)):
        return tuple(_renamed(item, old, new) for item in raw)
    return raw
