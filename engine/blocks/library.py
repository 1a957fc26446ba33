"""Blocks for more than one project: those that come along, and a folder of the user's own.

A block is copied into a project, so a file is whole. An entry of one's own is a project file whose network is empty:
the last definition is the block, those before stand within it. One that comes along is drawn by a function.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from engine import project
from engine.blocks.block import PREFIX, Block, Blocks
from engine.blocks.block_edits import AddBlock
from engine.edits import Compound, Edit
from engine.files import reason_of
from engine.graph import Graph, Node
from engine.home import home
from engine.reading.file_versions import FileVersion
from engine.saving.project_saving import store
from engine.system import names

SHIPPED = "Layerloom"
"""The source of the blocks that come along, as a project with a copy of one says."""


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """One block of a library."""

    name: str
    help: str
    source: str
    path: Path | None = None
    define: Callable[[Graph], object] | None = None
    """Defines it, and before it what stands within it, in a project; else it is in the file at ``path``."""


def folder() -> Path:
    """Where the user's own blocks are kept."""
    return home() / "blocks"


def entries() -> tuple[list[LibraryEntry], list[str]]:
    """The blocks of the user's library by name, and a sentence for each file that cannot be read."""
    found, faults = [], []
    for path in sorted(folder().glob("*.loom")):
        try:
            graph = project.load(path)
            block = _last(graph)
        except project.ProjectError as error:
            faults.append(str(error))
            continue
        if block is None:
            faults.append(f"{path.name} holds no block.")
        else:
            found.append(LibraryEntry(block.name, block.help, "yours", path))
    return sorted(found, key=lambda entry: entry.name.lower()), faults


def save(block: Block, over: FileVersion | None = None) -> Path:
    """Keep a block and those within it in the user's library; returns where. Raises ProjectError.

    Raises Taken where another one has its name, unless that is the version ``over``: it becomes a backup.
    """
    alone = Graph(block.name)
    for other in (*_within(block), block):
        alone.blocks.insert(replace(other, graph=other.graph.alone()))
    try:
        folder().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise project.ProjectError(f"{folder()} cannot be made: {reason_of(error)[1]}.") from error
    return store(project.to_bytes(alone), lambda: _path_for(block), over)


def _path_for(block: Block) -> Path:
    """The file of the entry of this name; where there is none a free one: blocks of other names may have the id."""
    for number in count(1):
        name = names.safe(f"{block.id}.loom" if number == 1 else f"{block.id}_{number}.loom")
        path = folder() / names.apart(folder(), name)
        if not os.path.lexists(path):
            return path
        try:
            there = _last(project.load(path))
        except project.ProjectError:
            continue  # it is somebody's, whatever it is
        if there is not None and there.name == block.name:
            return path
    raise AssertionError("numbers do not end")


def load(entry: LibraryEntry, graph: Graph) -> tuple[Compound, str]:
    """The edits that copy a library's block into the project of ``graph``, and the type of nodes that use it.

    Raises ProjectError where the file cannot be read.
    """
    return bring(graph, block_of(entry), entry.source)


def block_of(entry: LibraryEntry) -> Block:
    """The block of an entry, in a project of its own. Raises ProjectError where the file cannot be read."""
    source = Graph()
    if entry.define is not None:
        entry.define(source)
    elif entry.path is not None:
        source = project.load(entry.path)
    block = _last(source)
    if block is None:
        raise project.ProjectError(f"{entry.path.name if entry.path else entry.name} holds no block.")
    return block


def bring(graph: Graph, block: Block, library: str = "") -> tuple[Compound, str]:
    """The edits that copy a block of another project, with those within it, and the type of nodes that use it.

    A definition that is in the project already, word by word, is used as it is.
    """
    blocks = graph.blocks.copy()
    types: dict[str, str] = {}
    edits: list[Edit] = []
    for other in (*_within(block), block):
        inner = other.graph.alone()
        for node in list(inner.nodes.values()):
            if node.type in types:
                inner.replace_node(Node(node.id, types[node.type], node.name, node.parameters, node.properties))
        copied = replace(other, graph=inner)
        same = next((known for known in blocks.values() if fingerprint(known) == fingerprint(copied)), None)
        if same is None:
            origin = {"library": library, "hash": fingerprint(other)} if library else other.origin
            copied = replace(
                copied, id=blocks.fresh_id(other.name), name=blocks.fresh_name(other.name), origin=dict(origin)
            )
            edits.append(AddBlock(replace(copied, graph=inner.alone())))
            blocks.insert(copied)
            same = copied
        types[other.type] = same.type
    return Compound(tuple(edits), f"Add block {block.name}"), types[block.type]


def fingerprint(block: Block) -> str:
    """A hash of what a block is: its words, parameters and inside, but neither id, origin nor where its nodes stand."""
    text = json.loads(project.block_text(block))
    for key in ("id", "origin", "positions"):
        text.pop(key, None)
    return hashlib.sha256(json.dumps(text, sort_keys=True).encode()).hexdigest()


def _within(block: Block) -> list[Block]:
    """The blocks within a block, each after those within it."""
    blocks: Blocks = block.graph.blocks
    found: dict[str, Block] = {}

    def visit(graph: Graph) -> None:
        for node in graph.nodes.values():
            inner = blocks.of_type(node.type)
            if inner is not None and inner.id not in found and node.type.startswith(PREFIX):
                visit(inner.graph)
                found.setdefault(inner.id, inner)

    visit(block.graph)
    return list(found.values())


def _last(graph: Graph) -> Block | None:
    return next(reversed(list(graph.blocks.values())), None)
