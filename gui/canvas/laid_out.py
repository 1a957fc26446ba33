"""Networks whose nodes nobody has placed, as scripts and presets make them, are laid out before they are shown."""

from __future__ import annotations

from engine.edits import Move
from engine.graph import Graph
from gui.canvas.layout.layout import arrange
from gui.canvas.node_item import sizes
from gui.canvas.scene import Scene
from gui.document import Document
from gui.levels import first_use


def lay_out(project: Graph) -> None:
    """Place the nodes of the network and of its blocks, where they are as `Graph.add` puts them: one below the other.

    That is not an edit: the project is not shown yet.
    """
    shown = Document(project)
    inner = (first_use(project, block_id) for block_id in project.blocks)
    for path in ((), *(path for path in inner if path is not None)):
        shown.open_block(path)
        graph = shown.graph
        if unplaced(graph):
            Move(arrange(graph, sizes(Scene(shown).nodes))).apply(graph)


def unplaced(graph: Graph) -> bool:
    """Whether all nodes stand where `Graph.add` puts them."""
    return list(graph.positions.values()) == [(0.0, 96.0 * number) for number in range(len(graph.nodes))]
