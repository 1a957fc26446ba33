"""Everything about networks and training; knows no Qt and imports torch only where a tensor is really needed."""

from engine.graph import Edge, Graph, Node

__all__ = ["Edge", "Graph", "Node"]
