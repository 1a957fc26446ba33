"""The parts of a project as files hold them: bounded and strictly typed to read, in canonical form to write."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.blocks.block import BLOCK, LONGEST_HELP, PARAMETER, BlockParameter
from engine.frames import LONGEST_TEXT, MOST_FRAMES, Frame, FrameColor
from engine.graph import Edge, Node
from engine.limits import FARTHEST, ID, LONGEST_NAME, LONGEST_PARAMETER, LONGEST_TITLE, PORT, TYPE
from engine.literals import literal

MOST_NODES = 20_000
MOST_BLOCKS = 1_000
Id = Annotated[str, Field(pattern=ID)]
PortName = Annotated[str, Field(pattern=PORT)]
Coordinate = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST)]


class Strict(BaseModel):
    """What is read from a file: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class StoredNode(Strict):
    """A node as files hold it."""

    id: Id
    type: Annotated[str, Field(pattern=TYPE)]
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    parameters: dict[Annotated[str, Field(min_length=1, max_length=LONGEST_PARAMETER)], object] = {}
    properties: dict[Annotated[str, Field(min_length=1, max_length=LONGEST_PARAMETER)], object] = {}


class StoredEdge(Strict):
    """A wire as files hold it: (node, port) at either end."""

    source: tuple[Id, PortName]
    target: tuple[Id, PortName]


class StoredFrame(Strict):
    """A comment frame as files hold it: left, top, width and height of its box."""

    id: Id
    box: tuple[Coordinate, Coordinate, Coordinate, Coordinate]
    title: Annotated[str, Field(max_length=LONGEST_TITLE)] = ""
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    color: FrameColor = "gray"


class StoredGraph(Strict):
    """Nodes, wires, positions and frames as files hold them."""

    nodes: Annotated[list[StoredNode], Field(max_length=MOST_NODES)]
    edges: Annotated[list[StoredEdge], Field(max_length=20 * MOST_NODES)]
    positions: dict[Id, tuple[Coordinate, Coordinate]] = {}
    frames: Annotated[list[StoredFrame], Field(max_length=MOST_FRAMES)] = []


class StoredParameter(Strict):
    """A parameter of a block as files hold it."""

    name: Annotated[str, Field(pattern=PARAMETER)]
    kind: Literal["int", "float", "bool", "text"]
    default: object
    help: Annotated[str, Field(max_length=LONGEST_HELP)] = ""


class StoredBlock(StoredGraph):
    """A definition as files hold it."""

    id: Annotated[str, Field(pattern=BLOCK)]
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    help: Annotated[str, Field(max_length=LONGEST_HELP)] = ""
    parameters: Annotated[list[StoredParameter], Field(max_length=64)] = []
    origin: dict[
        Annotated[str, Field(pattern="^(library|hash)$")], Annotated[str, Field(max_length=LONGEST_TITLE)]
    ] = {}


def node_fields(node: Node) -> dict[str, object]:
    """A node as it stands in a project."""
    fields: dict[str, object] = {"id": node.id, "type": node.type, "name": node.name}
    fields["parameters"] = literal(node.parameters)
    if node.properties:
        fields["properties"] = literal(node.properties)
    return fields


def edge_fields(edge: Edge) -> dict[str, object]:
    """A wire as it stands in a project."""
    return {"source": (edge.source, edge.source_port), "target": (edge.target, edge.target_port)}


def frame_fields(frame: Frame) -> dict[str, object]:
    """A frame as it stands in a project."""
    fields: dict[str, object] = {"id": frame.id, "box": list(map(short, frame.box)), "title": frame.title}
    return fields | {"text": frame.text, "color": frame.color}


def short(number: float) -> float | int:
    """A coordinate as a file holds it: without a fraction of nothing."""
    return int(number) if number == int(number) else number


def parameter_fields(parameter: BlockParameter) -> dict[str, object]:
    """A parameter of a block as it stands in a project."""
    return {"name": parameter.name, "kind": parameter.kind, "default": parameter.default, "help": parameter.help}


def node_of(item: StoredNode) -> Node:
    """The node."""
    return Node(item.id, item.type, item.name, literal(item.parameters), literal(item.properties))


def edge_of(item: StoredEdge) -> Edge:
    """The wire."""
    return Edge(*item.source, *item.target)


def parameter_of(item: StoredParameter) -> BlockParameter:
    """The parameter of a block."""
    return BlockParameter(item.name, item.default, item.kind, item.help)


def frame_of_stored(item: StoredFrame) -> Frame:
    """The frame."""
    return Frame(item.id, item.box, item.title, item.text, item.color)
