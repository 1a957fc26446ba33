"""What a project file can hold: an edit that would leave a graph that cannot be saved and read again is refused."""

from __future__ import annotations

import re
from typing import Final

from engine.graph import Graph, GraphError, Node, Position
from engine.literals import unstorable

LONGEST_NAME: Final = 80
LONGEST_TITLE: Final = 200
LONGEST_PARAMETER: Final = 80
FARTHEST: Final = 1e7
ID: Final = r"^[A-Za-z0-9_-]{1,40}$"
TYPE: Final = r"^[A-Za-z_][A-Za-z0-9_.]{0,80}$"
PORT: Final = r"^[A-Za-z0-9_-]{1,41}$"


def check_name(graph: Graph, name: str, node_type: str) -> None:
    """Raise GraphError unless a node of this type may have this name."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise GraphError(f"A node needs a name of 1 to {LONGEST_NAME} characters on one line.")
    if not graph.is_free(name, node_type):
        raise GraphError(f"There is a node named {name!r} already; choose another name.")


def check_node(node: Node) -> None:
    """Raise GraphError unless a file can hold this node."""
    if not re.fullmatch(ID, node.id):
        raise GraphError(f"{node.id[:40]!r} is not an id: 1 to 40 letters, digits, _ and - make one.")
    if not re.fullmatch(TYPE, node.type):
        raise GraphError(f"{node.type[:40]!r} is not a type of layer: letters, digits, _ and . make one.")
    for name, value in (*node.parameters.items(), *node.properties.items()):
        check_parameter(node, name, value)


def check_parameter(node: Node, name: str, value: object) -> None:
    """Raise GraphError unless a file can hold this value of a parameter or property."""
    if not 0 < len(name) <= LONGEST_PARAMETER or unstorable(name):
        raise GraphError(f"A parameter needs a name of 1 to {LONGEST_PARAMETER} characters.")
    if reason := unstorable(value, 5):  # in the file it lies in parameters, in a node, in nodes
        raise GraphError(f"{node.name} cannot keep {name}: it {reason}.")


def check_position(position: Position) -> None:
    """Raise GraphError unless a file can hold this position."""
    if not all(-FARTHEST <= coordinate <= FARTHEST for coordinate in position):  # not a number is outside, too
        raise GraphError(f"A position lies within {FARTHEST:,.0f} pixels on either side.")
