"""The ``.loom`` file: a whole project as JSON that diffs well, read with suspicion and written atomically.

One node a line, positions in a section of their own, keys in a stable order: the same graph gives the same bytes.
A file never carries code. Reading is bounded, and anything wrong is one ProjectError that says where.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from engine import drawing, losses, own_files
from engine.blocks.block import Block
from engine.blocks.block_edits import AddBlock
from engine.drawing import StoredDrawing
from engine.edits import AddNode, Connect, SetParameter
from engine.errors import first_fault
from engine.files import FileError, read_bytes, write_atomically
from engine.frames import AddFrame
from engine.graph import Edge, Graph, GraphError, Node
from engine.limits import LONGEST_TITLE
from engine.literals import LARGEST_INT, literal, unstorable
from engine.project_format import (
    MOST_BLOCKS,
    StoredBlock,
    StoredGraph,
    edge_fields,
    edge_of,
    frame_fields,
    frame_of_stored,
    node_fields,
    node_of,
    parameter_fields,
    parameter_of,
    short,
)
from engine.reading import data_paths
from engine.reading.file_versions import FileVersion
from engine.reading.lookalikes import json_kind, not_a_project

SCHEMA = 3
"""2: the axis of the classes follows from the target; in schema 1 it was the last one.

3: nodes have conditions (``when``), repeats may be 0 and share their weights, and expressions see sizes and the repeat.
A file of schema 2 is one of schema 3 that has none of these.
"""
LARGEST_FILE = 32 * 2**20


class ProjectError(FileError):
    """Why a project cannot be read or written: one sentence that names the file and says where in it."""


class _File(StoredGraph):
    format: Literal["layerloom"]
    schema_: Annotated[int, Field(alias="schema", ge=1)]
    name: Annotated[str, Field(max_length=LONGEST_TITLE)]
    blocks: Annotated[list[StoredBlock], Field(max_length=MOST_BLOCKS)] = []
    data: dict[str, object] = {}
    training: dict[str, object] = {}
    drawing: StoredDrawing = StoredDrawing()


def to_bytes(graph: Graph, folder: Path | None = None) -> bytes:
    """The canonical bytes of a project: equal graphs give equal bytes. Raises ProjectError if no file can hold it.

    With the ``folder`` of the project's file, data beside or below it are named from there: both can move together.
    """
    try:
        return _text(graph, folder).encode()
    except (TypeError, ValueError, RecursionError) as error:  # edits refuse such values; a script may have set one
        raise ProjectError(f"The project {graph.name[:40]!r} holds a value that no file can hold: {error}.") from error


def _text(graph: Graph, folder: Path | None) -> str:
    settings = {
        "data": data_paths.relative(graph.settings["data"], folder),
        "training": data_paths.relative(graph.settings["training"], folder, data_paths.WEIGHTS),
    }
    parts = [
        f'"format": "layerloom",\n"schema": {SCHEMA},\n"name": {_dump(graph.name)}',
        *([f'"blocks": {_rows("[]", map(_block, graph.blocks.values()))}'] if graph.blocks else []),
        *_sections(graph),
        *([f'"drawing": {_dump(drawn)}'] if (drawn := drawing.stored(graph)) else []),
        *(f'"{name}": {_dump(section, 1)}' for name, section in settings.items()),
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def block_text(block: Block) -> str:
    """The canonical text of one definition, as it stands in a project."""
    return _block(block)


def _block(block: Block) -> str:
    parameters = [parameter_fields(parameter) for parameter in block.parameters]
    head: dict[str, object] = {"id": block.id, "name": block.name, "help": block.help, "parameters": parameters}
    if block.origin:
        head["origin"] = dict(block.origin)
    named = ", ".join(f"{_dump(key)}: {_dump(value)}" for key, value in head.items())
    return f"{{{named},\n" + ",\n".join(_sections(block.graph)) + "}"


def _sections(graph: Graph) -> list[str]:
    """Nodes, edges, positions and frames, one a line."""
    order = {node_id: index for index, node_id in enumerate(graph.nodes)}
    edges = sorted(graph.edges, key=lambda e: (order[e.target], e.target_port))
    wires = [edge_fields(edge) for edge in edges]
    positions = [f"{_dump(node_id)}: {_dump([short(c) for c in graph.positions[node_id]])}" for node_id in graph.nodes]
    return [
        f'"nodes": {_rows("[]", map(_node, graph.nodes.values()))}',
        f'"edges": {_rows("[]", map(_dump, wires))}',
        f'"positions": {_rows("{}", positions)}',
        *([f'"frames": {_rows("[]", map(_dump, map(frame_fields, graph.frames.values())))}'] if graph.frames else []),
    ]


def _node(node: Node) -> str:
    return "{" + ", ".join(f"{_dump(key)}: {_dump(value)}" for key, value in node_fields(node).items()) + "}"


def from_bytes(content: bytes, where: str = "the project", folder: Path | None = None) -> Graph:
    """The graph in these bytes, of a file in ``folder``. Raises ProjectError, its sentence beginning with ``where``."""
    if len(content) > LARGEST_FILE:
        if other := not_a_project(content):
            raise ProjectError(f"{where}{other}")
        raise ProjectError(f"{where} is larger than {LARGEST_FILE >> 20} MB, the most a project may be.")
    file = _validated(_parsed(content, where), where)
    graph = Graph(file.name)
    graph.settings = {
        "data": literal(data_paths.absolute(file.data, folder)),
        "training": literal(data_paths.absolute(file.training, folder, data_paths.WEIGHTS)),
    }
    for index, block in enumerate(file.blocks):
        _define(graph, block, f"{where}, blocks[{index}]")
    for index, block in enumerate(file.blocks):
        _fill(graph.blocks[block.id].graph, block, f"{where}, blocks[{index}], ")
    _fill(graph, file, f"{where}, ")
    graph.blocks.drawing = file.drawing.model_dump(exclude_unset=True)
    if file.schema_ == 1:
        _write_class_axes(graph)
    return graph


def _write_class_axes(graph: Graph) -> None:
    """Write the last axis into every Output of schema 1 whose loss compares class by class: that is what it meant."""
    for node in graph.of_type("Output"):
        loss = node.parameters.get("loss", losses.USUAL)
        if isinstance(loss, str) and (known := losses.get(loss)) is not None and known.by_class:
            SetParameter(node.id, "class_axis", -1).apply(graph)


def _define(graph: Graph, item: StoredBlock, where: str) -> None:
    """Define a block, its graph still empty: blocks may name each other in any order."""
    try:
        AddBlock(_empty(item)).apply(graph)
    except GraphError as error:
        raise ProjectError(f"{where}: {error}") from error


def _empty(item: StoredBlock) -> Block:
    parameters = tuple(map(parameter_of, item.parameters))
    return Block(item.id, item.name, Graph(item.name), parameters, item.help, item.origin)


def block_of(item: StoredBlock, where: str) -> Block:
    """The definition, in no project yet. Raises ProjectError, its sentence beginning with ``where``."""
    block = _empty(item)
    _fill(block.graph, item, f"{where}, ")
    return block


def _fill(graph: Graph, part: StoredGraph, where: str) -> None:
    for index, item in enumerate(part.nodes):
        position = part.positions.get(item.id, (0.0, 96.0 * index))
        _apply(AddNode(node_of(item), position), graph, f"{where}nodes[{index}]")
    _wire(graph, list(map(edge_of, part.edges)), where)
    unknown = next((node_id for node_id in part.positions if node_id not in graph.nodes), None)
    if unknown is not None:
        raise ProjectError(f"{where}positions: there is no node with the id {unknown!r}.")
    for index, stored in enumerate(part.frames):
        _apply(AddFrame(frame_of_stored(stored)), graph, f"{where}frames[{index}]")


def load(path: Path) -> Graph:
    """Read a project file. Raises ProjectError with one sentence that names the file and says where in it."""
    return load_version(path)[0]


def load_version(path: Path) -> tuple[Graph, FileVersion]:
    """The same, with the version of the file that was read."""
    try:
        content = read_bytes(path, LARGEST_FILE + 1)
    except OSError as error:
        raise ProjectError(f"{path} cannot be read: {error.strerror or error}.") from error
    return from_bytes(content, path.name, path.absolute().parent), FileVersion.of(content)


def load_own(folder: Path, name: str) -> Graph:
    """Read the project file in a folder of the program's own, as a run is. Raises ProjectError, for a link as well."""
    try:
        content = own_files.read_bytes(folder, name, LARGEST_FILE + 1)
    except OSError as error:
        raise ProjectError(f"{folder / name} cannot be read: {error.strerror or error}.") from error
    return from_bytes(content, name, folder.absolute())


def save(graph: Graph, path: Path) -> None:
    """Write a project file atomically: the old one stays whole until the new one is. Raises ProjectError."""
    write(to_bytes(graph, path.absolute().parent), path)


def write(content: bytes, path: Path) -> None:
    """The same for what `to_bytes` has made."""
    try:
        write_atomically(path, content)
    except FileError as error:
        raise ProjectError(str(error)) from error


def _dump(value: object, indent: int | None = None) -> str:
    return json.dumps(value, indent=indent, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _rows(brackets: str, rows: Iterable[str]) -> str:
    inner = ",\n ".join(rows)
    return f"{brackets[0]}\n {inner}\n{brackets[1]}" if inner else brackets


def _apply(edit: AddNode | AddFrame, graph: Graph, where: str) -> None:
    try:
        edit.apply(graph)
    except GraphError as error:
        raise ProjectError(f"{where}: {error}") from error


def _wire(graph: Graph, edges: list[Edge], where: str) -> None:
    """Draw all wires, and only then look for circles: once, not once a wire."""
    for index, edge in enumerate(edges):
        try:
            Connect(edge).check_ends(graph)
        except GraphError as error:
            raise ProjectError(f"{where}edges[{index}]: {error}") from error
        graph.insert_edge(edge)
    if left := set(graph.nodes).difference(graph.order()):
        edge = _on_circle(graph, left)
        names = f"{graph.node(edge.source).name} to {graph.node(edge.target).name}"
        raise ProjectError(f"{where}edges[{edges.index(edge)}]: The wire from {names} is part of a circle.")


def _on_circle(graph: Graph, left: set[str]) -> Edge:
    """A wire of a circle among these nodes, each of which has a wire from one of them: walk back until one returns."""
    node_id, seen = min(left), set[str]()
    while True:
        seen.add(node_id)
        edge = next(edge for edge in graph.incoming[node_id].values() if edge.source in left)
        if edge.source in seen:
            return edge
        node_id = edge.source


def _parsed(content: bytes, where: str) -> object:
    def number(text: str) -> float:
        value = float(text)
        if not math.isfinite(value):
            raise ProjectError(f"{where} holds the number {text[:30]}, which is too large.")
        return value

    def whole(text: str) -> int:
        value = int(text) if len(text) < 25 else LARGEST_INT
        if not -LARGEST_INT < value < LARGEST_INT:
            raise ProjectError(f"{where} holds the number {text[:30]}…, which is too large.")
        return value

    def constant(text: str) -> None:
        raise ProjectError(f"{where} holds {text}, which is not a number a project may contain.")

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        result = dict(items)
        if len(result) < len(items):
            twice = next(key for (key, _), other in zip(items, [*result, None], strict=False) if key != other)
            raise ProjectError(f"{where} has the key {twice[:60]!r} twice in one place.")
        return result

    try:
        data = json.loads(
            content.decode("utf-8-sig"),
            parse_float=number,
            parse_int=whole,
            parse_constant=constant,
            object_pairs_hook=pairs,
        )
    except UnicodeDecodeError as error:
        if other := not_a_project(content):
            raise ProjectError(f"{where}{other}") from error
        raise ProjectError(f"{where} is not a project: byte {error.start} is not UTF-8 text.") from error
    except json.JSONDecodeError as error:
        if other := not_a_project(content):
            raise ProjectError(f"{where}{other}") from error
        raise ProjectError(
            f"{where} is not a whole project: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise ProjectError(f"{where} is nested too deeply.") from error
    if reason := unstorable(data):
        raise ProjectError(f"{where} {reason}.")
    return data


def _validated(data: object, where: str) -> _File:
    if not isinstance(data, dict) or data.get("format") != "layerloom":
        raise ProjectError(
            f'{where} is not a Layerloom project: it does not say "format": "layerloom". {json_kind(data)}'
        )
    schema = data.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        raise ProjectError(
            f"{where} was written by a newer Layerloom (schema {schema}; this one reads {SCHEMA}): "
            "update Layerloom to open it."
        )
    try:
        return _File.model_validate(_tuples(data))
    except ValidationError as error:
        location, reason = first_fault(error)
        raise ProjectError(f"{where}, {location or 'top level'}: {reason}.") from error


def _tuples(data: Mapping[str, object]) -> dict[str, object]:
    """Pairs come as lists in JSON; a strict model wants tuples."""
    result = dict(data)
    positions, blocks = data.get("positions"), data.get("blocks")
    for key in ("edges", "frames"):
        if isinstance(rows := data.get(key), list):
            result[key] = [_pairs(row) for row in rows]
    if isinstance(positions, dict):
        result["positions"] = _pairs(positions)
    if isinstance(blocks, list):
        result["blocks"] = [_tuples(block) if isinstance(block, dict) else block for block in blocks]
    return result


def _pairs(table: object) -> object:
    if not isinstance(table, dict):
        return table
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
