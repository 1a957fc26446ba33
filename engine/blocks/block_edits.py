"""The edits that concern blocks: define one, drop it, change its name and parameters, and any edit within it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.blocks.block import PREFIX, Block, BlockParameter
from engine.edits import Change, Edit
from engine.graph import CycleError, Graph, GraphError


@dataclass(frozen=True, slots=True)
class AddBlock(Edit):
    """Defines a block, by default as the last; the graph inside comes along (as a copy)."""

    block: Block
    index: int | None = None

    def apply(self, graph: Graph) -> Edit:
        blocks, block = graph.blocks, self.block
        block.check()
        if block.id in blocks:
            raise GraphError(f"The id {block.id!r} of a block is taken already.")
        if blocks.by_name(block.name) is not None:
            raise GraphError(f"There is a block named {block.name!r} already; choose another name.")
        needed = {node.type.removeprefix(PREFIX) for node in block.graph.nodes.values() if node.type.startswith(PREFIX)}
        if block.id in needed or any(block.id in blocks.uses(other) for other in needed):
            raise CycleError(f"The block {block.name} would contain itself.")
        blocks.insert(replace(block, graph=block.graph.alone()), self.index)
        return RemoveBlock(block.id)

    def change(self) -> Change:
        return Change(blocks={self.block.id})

    def title(self, graph: Graph) -> str:
        return f"Define block {self.block.name}"


@dataclass(frozen=True, slots=True)
class RemoveBlock(Edit):
    """Drops a definition that no node uses any more."""

    block_id: str

    def apply(self, graph: Graph) -> Edit:
        block = defined(graph, self.block_id)
        if used := uses_of(graph, block):
            raise GraphError(f"The block {block.name} is used by {used[0]}; delete or dissolve that first.")
        inverse = AddBlock(replace(block, graph=block.graph.alone()), list(graph.blocks).index(block.id))
        graph.blocks.delete(block.id)
        return inverse

    def change(self) -> Change:
        return Change(blocks={self.block_id})

    def title(self, graph: Graph) -> str:
        return f"Remove block {defined(graph, self.block_id).name}"


@dataclass(frozen=True, slots=True)
class SetBlock(Edit):
    """Gives a definition another name, other parameters or other help."""

    block_id: str
    name: str
    parameters: tuple[BlockParameter, ...]
    help: str = ""

    def apply(self, graph: Graph) -> Edit:
        block = defined(graph, self.block_id)
        changed = replace(block, name=self.name, parameters=self.parameters, help=self.help)
        changed.check()
        other = graph.blocks.by_name(self.name)
        if other is not None and other.id != block.id:
            raise GraphError(f"There is a block named {self.name!r} already; choose another name.")
        graph.blocks.update(changed)
        return SetBlock(block.id, block.name, block.parameters, block.help)

    def change(self) -> Change:
        return Change(blocks={self.block_id})

    def title(self, graph: Graph) -> str:
        return f"Change block {defined(graph, self.block_id).name}"


@dataclass(frozen=True, slots=True)
class Within(Edit):
    """An edit of the graph inside a block: it counts for all uses of it."""

    block_id: str
    edit: Edit

    def apply(self, graph: Graph) -> Edit:
        return Within(self.block_id, self.edit.apply(defined(graph, self.block_id).graph))

    def change(self) -> Change:
        change = self.edit.change()
        return Change(blocks={self.block_id, *change.blocks}, inner={self.block_id: change} | change.inner)

    def title(self, graph: Graph) -> str:
        block = defined(graph, self.block_id)
        return f"{self.edit.title(block.graph)} in {block.name}"


def within(graph: Graph, edit: Edit) -> Edit:
    """The edit of this graph as an edit of the project's own graph."""
    return edit if graph.inside is None else Within(graph.inside, edit)


def defined(graph: Graph, block_id: str) -> Block:
    """The block with this id; raises GraphError if there is none."""
    try:
        return graph.blocks[block_id]
    except KeyError:
        raise GraphError(f"There is no block {block_id[:40]!r} in this project.") from None


def uses_of(graph: Graph, block: Block) -> list[str]:
    """The names of the nodes that use a block, in the network (if ``graph`` is that) and in other blocks."""
    graphs: list[tuple[str, Graph]] = [] if graph.inside is not None else [("", graph)]
    graphs += [(f" in {other.name}", other.graph) for other in graph.blocks.values()]
    return [f"{node.name}{where}" for where, each in graphs for node in each.nodes.values() if node.type == block.type]
