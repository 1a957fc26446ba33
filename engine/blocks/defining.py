"""Defining a block from a script: `engine.graph.Graph.define`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.blocks.block import Block, BlockError, BlockParameter, Kind

if TYPE_CHECKING:
    from engine.graph import Graph


def define(project: Graph, name: str, help: str, parameters: Mapping[str, object]) -> Graph:
    """Define a block with these parameters and their defaults; its graph, still empty."""
    from engine.graph import Graph

    kinds: dict[type, Kind] = {bool: "bool", int: "int", float: "float", str: "text"}
    declared = tuple(BlockParameter(key, item, kinds.get(type(item), "text")) for key, item in parameters.items())
    block = Block(project.blocks.fresh_id(name), name, Graph(name), declared, help)
    block.check()
    if project.blocks.by_name(name) is not None:
        raise BlockError(f"There is a block named {name!r} already.")
    project.blocks.insert(block)
    return block.graph
