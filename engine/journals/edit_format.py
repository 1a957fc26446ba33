"""Edits as JSON, for files that hold them: what a project file holds of a node, wire or block is written the same way.

Reading makes edits of strict, bounded data, never of code; whether an edit fits a graph is for its ``apply`` to say.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from engine.blocks.block_edits import AddBlock, RemoveBlock, SetBlock, Within
from engine.drawing import SetDrawing
from engine.edits import (
    MISSING,
    AddNode,
    Compound,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNode,
    RenameGraph,
    RenameNode,
    SetParameter,
    SetProperty,
    SetSetting,
)
from engine.errors import LayerloomError
from engine.frames import AddFrame, RemoveFrame, SetFrame
from engine.literals import literal
from engine.project import block_of, block_text
from engine.project_format import (
    Coordinate,
    StoredBlock,
    StoredEdge,
    StoredFrame,
    StoredNode,
    StoredParameter,
    Strict,
    edge_fields,
    edge_of,
    frame_fields,
    frame_of_stored,
    node_fields,
    node_of,
    parameter_fields,
    parameter_of,
)

Point = tuple[Coordinate, Coordinate]
Index = Annotated[int, Field(ge=0)]


class EditFormatError(LayerloomError):
    """Why a text is not an edit: one sentence."""


def to_text(edit: Edit) -> str:
    """An edit as JSON on one line; equal edits give equal texts. Raises TypeError for a kind that files do not know."""
    return json.dumps(_fields(edit), ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)


def from_text(text: bytes) -> Edit:
    """The edit in this text. Raises EditFormatError, or ProjectError for a block that cannot be."""
    try:
        return _STORED.validate_json(text).made()
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise EditFormatError(f"This is not an edit: {reason}.") from error


def _fields(edit: Edit) -> dict[str, object]:
    fields: dict[str, object] = {"edit": type(edit).__name__}
    match edit:
        case AddNode(node, position, index):
            fields |= {"node": node_fields(node), "position": position, "index": index}
        case RemoveNode(node_id):
            fields |= {"node": node_id}
        case Connect(edge) | Disconnect(edge):
            fields |= {"edge": edge_fields(edge)}
        case SetParameter(node_id, name, value) | SetProperty(node_id, name, value):
            fields |= {"node": node_id, "name": name, **_set(value)}
        case RenameNode(node_id, name):
            fields |= {"node": node_id, "name": name}
        case Move(positions):
            fields |= {"positions": dict(positions)}
        case AddFrame(frame, index):
            fields |= {"frame": frame_fields(frame), "index": index}
        case RemoveFrame(frame_id):
            fields |= {"frame": frame_id}
        case SetFrame(frame):
            fields |= {"frame": frame_fields(frame)}
        case SetSetting(path, value):
            fields |= {"path": path, **_set(value)}
        case RenameGraph(name):
            fields |= {"name": name}
        case SetDrawing(key, value):
            fields |= {"key": key, **_set(value)}
        case Compound(edits, name):
            fields |= {"edits": [_fields(each) for each in edits], "name": name}
        case AddBlock(block, index):
            fields |= {"block": json.loads(block_text(block)), "index": index}
        case RemoveBlock(block_id):
            fields |= {"block": block_id}
        case SetBlock(block_id, name, parameters, words):
            declared = [parameter_fields(parameter) for parameter in parameters]
            fields |= {"block": block_id, "name": name, "parameters": declared, "help": words}
        case Within(block_id, inner):
            fields |= {"block": block_id, "inner": _fields(inner)}
        case _:
            raise TypeError(f"{type(edit).__name__} has no form in files")
    return fields


def _set(value: object) -> dict[str, object]:
    return {} if value is MISSING else {"value": literal(value)}


class _AddNode(Strict):
    edit: Literal["AddNode"]
    node: StoredNode
    position: Point
    index: Index | None

    def made(self) -> Edit:
        return AddNode(node_of(self.node), self.position, self.index)


class _RemoveNode(Strict):
    edit: Literal["RemoveNode"]
    node: str

    def made(self) -> Edit:
        return RemoveNode(self.node)


class _Wire(Strict):
    edit: Literal["Connect", "Disconnect"]
    edge: StoredEdge

    def made(self) -> Edit:
        return (Connect if self.edit == "Connect" else Disconnect)(edge_of(self.edge))


class _Value(Strict):
    edit: Literal["SetParameter", "SetProperty"]
    node: str
    name: str
    value: object = MISSING

    def made(self) -> Edit:
        kind = SetParameter if self.edit == "SetParameter" else SetProperty
        return kind(self.node, self.name, self.value if self.value is MISSING else literal(self.value))


class _RenameNode(Strict):
    edit: Literal["RenameNode"]
    node: str
    name: str

    def made(self) -> Edit:
        return RenameNode(self.node, self.name)


class _Move(Strict):
    edit: Literal["Move"]
    positions: dict[str, Point]

    def made(self) -> Edit:
        return Move(self.positions)


class _AddFrame(Strict):
    edit: Literal["AddFrame"]
    frame: StoredFrame
    index: Index | None

    def made(self) -> Edit:
        return AddFrame(frame_of_stored(self.frame), self.index)


class _RemoveFrame(Strict):
    edit: Literal["RemoveFrame"]
    frame: str

    def made(self) -> Edit:
        return RemoveFrame(self.frame)


class _SetFrame(Strict):
    edit: Literal["SetFrame"]
    frame: StoredFrame

    def made(self) -> Edit:
        return SetFrame(frame_of_stored(self.frame))


class _SetSetting(Strict):
    edit: Literal["SetSetting"]
    path: tuple[str, ...]
    value: object = MISSING

    def made(self) -> Edit:
        return SetSetting(self.path, self.value)


class _RenameGraph(Strict):
    edit: Literal["RenameGraph"]
    name: str

    def made(self) -> Edit:
        return RenameGraph(self.name)


class _SetDrawing(Strict):
    edit: Literal["SetDrawing"]
    key: str
    value: object = MISSING

    def made(self) -> Edit:
        return SetDrawing(self.key, self.value)


class _Compound(Strict):
    edit: Literal["Compound"]
    edits: list[_Stored]
    name: str

    def made(self) -> Edit:
        return Compound(tuple(each.made() for each in self.edits), self.name)


class _AddBlock(Strict):
    edit: Literal["AddBlock"]
    block: StoredBlock
    index: Index | None

    def made(self) -> Edit:
        return AddBlock(block_of(self.block, "the block"), self.index)


class _RemoveBlock(Strict):
    edit: Literal["RemoveBlock"]
    block: str

    def made(self) -> Edit:
        return RemoveBlock(self.block)


class _SetBlock(Strict):
    edit: Literal["SetBlock"]
    block: str
    name: str
    parameters: list[StoredParameter]
    help: str

    def made(self) -> Edit:
        return SetBlock(self.block, self.name, tuple(map(parameter_of, self.parameters)), self.help)


class _Within(Strict):
    edit: Literal["Within"]
    block: str
    inner: _Stored

    def made(self) -> Edit:
        return Within(self.block, self.inner.made())


_Kinds = (
    _AddNode
    | _RemoveNode
    | _Wire
    | _Value
    | _RenameNode
    | _Move
    | _AddFrame
    | _RemoveFrame
    | _SetFrame
    | _SetSetting
    | _RenameGraph
    | _SetDrawing
    | _Compound
    | _AddBlock
    | _RemoveBlock
    | _SetBlock
    | _Within
)
_Stored = Annotated[_Kinds, Field(discriminator="edit")]
_Compound.model_rebuild()
_Within.model_rebuild()
_STORED: TypeAdapter[_Kinds] = TypeAdapter(_Stored)
