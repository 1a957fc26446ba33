"""What can be done with blocks from the canvas: one call is one undo step."""

from __future__ import annotations

from engine.blocks import library
from engine.blocks.dissolve import dissolve
from engine.blocks.group import group
from engine.errors import GraphError
from gui.document import Document


def make(document: Document, name: str) -> None:
    """Make a block of the selected nodes and select it. Raises GraphError with the reason where that cannot be."""
    before = set(document.graph.nodes)
    document.apply(group(document.graph, set(document.selection), name))
    document.select(set(document.graph.nodes) - before)


def dissolve_selected(document: Document) -> None:
    """Replace the one selected block with what is inside it and select that. Raises GraphError."""
    chosen = document.selection
    if len(chosen) != 1:
        raise GraphError("Select one block to be dissolved.")
    before = set(document.graph.nodes)
    document.apply(dissolve(document.graph, chosen[0]))
    document.select(node_id for node_id in document.graph.nodes if node_id not in before)


def keep(document: Document) -> str:
    """Keep the selected block, or the open one, in the user's library; a sentence that says so. Raises GraphError."""
    graph, chosen = document.graph, document.selection
    block = graph.blocks.of_type(graph.node(chosen[0]).type) if len(chosen) == 1 else None
    if block is None and graph.inside is not None:
        block = graph.blocks[graph.inside]
    if block is None:
        raise GraphError("Select a block to be kept, or open one.")
    library.save(block)
    return f"{block.name} is in your library now."


def bring_in(document: Document, entry: library.LibraryEntry) -> str:
    """Copy a block of the library into the project, if it is not there yet; the type of its uses.

    Raises GraphError, and ProjectError where the file cannot be read.
    """
    edit, node_type = library.load(entry, document.graph)
    if edit.edits:
        document.apply(edit)
    return node_type
