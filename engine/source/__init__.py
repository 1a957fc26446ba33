"""Graph -> readable PyTorch source: the very text that is trained and exported, one class a block.

Nothing a stranger typed reaches the text but as an identifier, a literal through ``repr``, or plain arithmetic.
"""

from __future__ import annotations

from engine.graph import Graph
from engine.live_nodes import live_nodes
from engine.shapes import Report, infer
from engine.source.class_plan import SourceError
from engine.source.names import identifier
from engine.source.writer import Source, Writer

__all__ = ["Source", "SourceError", "identifier", "live_nodes", "source", "write"]


def write(graph: Graph) -> str:
    """The PyTorch source of the network. Raises SourceError where it is not complete."""
    return source(graph).text


def source(graph: Graph, report: Report | None = None, *, probes: bool = False) -> Source:
    """The source with its map from lines to nodes. Raises SourceError where the network is not complete.

    With ``probes`` it hands every result to `engine.training.diagnosis.probes.probe`; without these calls it is the
    same source.
    """
    return Writer(graph, report or infer(graph), probes=probes).write()
