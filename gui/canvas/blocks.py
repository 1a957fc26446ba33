"""What can be done with blocks from the canvas: one call is one undo step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from engine.blocks import library
from engine.blocks.block import Block
from engine.blocks.dissolve import dissolve
from engine.blocks.group import group
from engine.errors import GraphError
from engine.files import FileError
from engine.reading.file_versions import FileVersion
from engine.saving.project_saving import Taken
from gui.conflicts.taken import ask_taken
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


def chosen_block(document: Document) -> Block:
    """The selected block, or the open one. Raises GraphError where there is none."""
    graph, chosen = document.graph, document.selection
    block = graph.blocks.of_type(graph.node(chosen[0]).type) if len(chosen) == 1 else None
    if block is None and graph.inside is not None:
        block = graph.blocks[graph.inside]
    if block is None:
        raise GraphError("Select a block to be saved, or open one.")
    return block


def store(block: Block, parent: QWidget, said: Callable[[str], object], over: FileVersion | None = None) -> None:
    """Store a block in the user's library, and ask first where another one has its name. Raises ProjectError.

    ``said`` gets a sentence once it is stored.
    """
    try:
        library.save(block, over)
    except Taken as taken:
        there = FileVersion.of(taken.content)

        def replace() -> None:
            try:
                store(block, parent, said, there)
            except FileError as error:
                said(str(error))

        ask_taken(parent, f"block {block.name} in your library", taken, replace).open()
    else:
        said(f"{block.name} is in your library now.")
