"""Networks whose nodes nobody has placed, as scripts and presets make them, are laid out before they are shown."""

from __future__ import annotations

from engine.edits import Move
from engine.graph import Graph
from engine.shapes import Shapes
from gui.canvas.layout.flow import flow_of
from gui.canvas.layout.layout import PAGE, Page
from gui.canvas.layout.whole_project import Arranger


def lay_out(project: Graph, page: Page = PAGE) -> None:
    """Place the nodes of the network and of its blocks, where they are as `Graph.add` puts them: one below the other.

    A network that nobody has placed is drawn in the direction that fits the ``page`` best. That is not an edit: the
    project is not shown yet.
    """
    levels = [graph for graph in (project, *(block.graph for block in project.blocks.values())) if unplaced(graph)]
    if not levels:
        return
    arranger = Arranger(project, Shapes(project), page)
    if project in levels and project.nodes and not project.blocks.drawing:
        project.blocks.drawing = {"automatic": True, "direction": arranger.best()[0].direction}
    for graph in levels:
        Move(arranger.positions(graph, flow_of(project))[0]).apply(graph)


def unplaced(graph: Graph) -> bool:
    """Whether all nodes stand where `Graph.add` puts them."""
    return list(graph.positions.values()) == [(0.0, 96.0 * number) for number in range(len(graph.nodes))]
