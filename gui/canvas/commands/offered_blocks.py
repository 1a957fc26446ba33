"""The blocks of the libraries, added like layers: those that come along and the user's own.

Each has a type of its own, ``library:SOURCE/NAME``, until it is added: then a copy of it is in the project.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from pydantic import PrivateAttr

from engine.blocks import library
from engine.blocks.block import Block
from engine.blocks.ends import has_states
from engine.blocks.library import LibraryEntry
from engine.blocks.use import Use, use_class
from engine.edits import Compound
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.properties import Properties
from gui.canvas import node_kinds
from gui.canvas.laid_out import lay_out
from presets.blocks.offered import offered

PREFIX: Final = "library:"
SCANNED: Final = {"apply": "scan"}
"""How a block with states is used when it is added."""


def entries() -> list[LibraryEntry]:
    """Every block of a library, those that come along first."""
    return [*offered(), *library.entries()[0]]


def type_of(entry: LibraryEntry) -> str:
    """What the block is called among the types of layers."""
    return f"{PREFIX}{entry.source}/{entry.name}"


def entry_of(node_type: str) -> LibraryEntry | None:
    """The entry with this type; None for any other type."""
    if not node_type.startswith(PREFIX):
        return None
    return next((entry for entry in entries() if type_of(entry) == node_type), None)


def kind_of(entry: LibraryEntry) -> type[Layer]:
    """The class that its uses will have, with the type of the entry. Raises ProjectError for a file that is broken."""
    return _shipped_kind(entry) if entry.define is not None else _kind(entry)


def _kind(entry: LibraryEntry) -> type[Use]:
    block = library.block_of(entry)

    class Offered(use_class(block.graph.blocks, block)):  # type: ignore[misc]
        _properties: Properties = PrivateAttr(default_factory=lambda: Properties.model_validate(usual(block)))

        @classmethod
        def type_name(cls) -> str:
            return type_of(entry)

    Offered.__doc__ = block.help or f"The block {block.name}."
    return Offered


_shipped_kind = cache(_kind)


def kind(graph: Graph, node_type: str) -> type[Layer] | None:
    """The class of a type of this graph or of the libraries; None for one that is not there."""
    entry = entry_of(node_type)
    return node_kinds.kind(graph, node_type) if entry is None else kind_of(entry)


def addable(graph: Graph) -> list[type[Layer]]:
    """Every kind of node that may stand in this graph, and the blocks of the libraries that are not in it yet."""
    more = (kind_of(entry) for entry in entries() if graph.blocks.by_name(entry.name) is None)
    return [*node_kinds.kinds(graph), *more]


def usual(block: Block) -> dict[str, object]:
    """The properties of a new node that uses a block: with states it goes over time."""
    return dict(SCANNED) if has_states(block) else {}


def brought(graph: Graph, entry: LibraryEntry) -> tuple[Compound, str]:
    """The edits that copy it into the project, laid out, if it is not there yet; and the type of its uses.

    Raises ProjectError where its file cannot be read.
    """
    block = library.block_of(entry)
    alone = Graph()
    alone.blocks = block.graph.blocks
    alone.blocks.drawing = dict(graph.blocks.drawing)
    lay_out(alone)
    return library.bring(graph, block, entry.source)
