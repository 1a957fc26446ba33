"""A new head: the layers that give the classes are made again for those of the data; the rest keeps its weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from engine import expressions
from engine.blocks.block import PREFIX
from engine.blocks.block_edits import within
from engine.data.datasets import DataError, Field
from engine.data.fields import fields
from engine.edits import MISSING, Compound, Edit, SetParameter, SetProperty
from engine.fine_tuning.failure import FineTuningError
from engine.graph import Graph, Node
from engine.layers.endpoints import Output
from engine.layers.layer import Layer
from engine.losses import of_classes
from engine.resolve import layer_class
from engine.settings.resolution import SettingFault, resolve_settings
from engine.shapes import Report, infer
from engine.weights.chosen import without

WIDTHS: Final = ("out_features", "out_channels")
"""What the number of answers of a layer is called."""


def new_head(project: Graph, classes: int | None = None) -> Edit:
    """The edit that gives each Output of classes a last layer for ``classes`` of them, without loaded weights.

    None stands for the classes of the project's data. Raises FineTuningError where they are not known, or no layer can
    be told to give so many.
    """
    report = infer(project)
    edits: list[Edit] = []
    made: list[str] = []
    for node in project.of_type("Output"):
        layer = report.layer(node.id)
        if not isinstance(layer, Output) or layer.loss is None or not of_classes(layer.loss):
            continue
        wanted = classes or _classes(project, layer)
        path, edit = _head(project, node, wanted)
        edits.append(edit)
        made.append(path[0])
        _check(project, edit, node, wanted)
    if not edits:
        raise FineTuningError(
            "No Output of this network learns classes, so there is no head to replace: choose a loss of classes first."
        )
    for head in dict.fromkeys(made):
        properties = project.nodes[head].properties
        edits += [SetProperty(head, name, MISSING) for name in ("frozen", "lr_multiplier") if name in properties]
    edits += without(project, set(made))
    names = ", ".join(project.nodes[head].name for head in dict.fromkeys(made))
    return Compound(tuple(edits), f"New head: {names}")


def heads(project: Graph) -> list[str]:
    """The nodes of the network that a new head would replace, as far as they are found."""
    found = []
    for node in project.of_type("Output"):
        found += [path[0] for path in _last_layers(project, node.id)]
    return list(dict.fromkeys(found))


def _classes(project: Graph, layer: Output) -> int:
    """How many classes the data have that an Output learns. Raises FineTuningError."""
    settings = resolve_settings(project)
    known: Mapping[str, Field] = {}
    if not isinstance(settings, SettingFault) and settings[0].chosen:
        try:
            known = fields(settings[0])
        except DataError as error:
            raise FineTuningError(str(error), about=error.about) from error
    field = known.get(layer.field or "") or next((one for one in known.values() if one.role == "target"), None)
    if field is None or not field.classes:
        raise FineTuningError(
            "How many classes the new head is to have is not known: choose data with classes on the page Data first."
        )
    return field.classes


def _head(project: Graph, output: Node, classes: int) -> tuple[tuple[str, ...], Edit]:
    """The path to the layer that gives the answers of an Output, and the edit after which it gives so many of them."""
    path = next(_last_layers(project, output.id), None)
    if path is None:
        raise FineTuningError(f"Before {output.name} there is no layer with weights that could be replaced: add one.")
    levels = [(project, path[0])]
    for inner in path[1:]:
        graph, use = levels[-1]
        levels.append((graph.blocks[graph.nodes[use].type.removeprefix(PREFIX)].graph, inner))
    graph, last = levels[-1]
    known = layer_class(graph.nodes[last].type, graph.blocks).model_fields
    name = next((one for one in WIDTHS if one in known), "")
    for graph, node_id in reversed(levels) if name else ():
        raw = graph.nodes[node_id].parameters.get(name)
        if not expressions.depends(raw):
            return path, within(graph, SetParameter(node_id, name, classes))
        if not expressions.is_expression(raw) or not raw["expr"].strip().isidentifier():
            break
        name = raw["expr"].strip()  # the block's own parameter
    raise FineTuningError(
        f"{graph.nodes[last].name} gives the answers, and does not say in one number how many: make a Linear the last "
        "layer."
    )


def _last_layers(graph: Graph, node_id: str) -> Iterator[tuple[str, ...]]:
    """The paths to the nearest layers with weights before a node, into blocks as well."""
    stack, seen = [edge.source for edge in graph.incoming[node_id].values()], set[str]()
    while stack:
        current = stack.pop(0)
        if current in seen:
            continue
        seen.add(current)
        node = graph.nodes[current]
        if node.type.startswith(PREFIX):
            block = graph.blocks.of_type(node.type)
            ends = [] if block is None else block.graph.of_type("BlockOutput")
            inner = [path for end in ends for path in _last_layers(block.graph, end.id)] if block is not None else []
            if inner:
                yield from ((current, *path) for path in inner)
                continue
        elif layer_class(node.type, graph.blocks).weights is not Layer.weights:
            yield (current,)
            continue
        stack += [edge.source for edge in graph.incoming[current].values()]


def _check(project: Graph, edit: Edit, output: Node, classes: int) -> None:
    """Raises FineTuningError where the Output does not get so many classes then."""
    copy = project.copy()
    edit.apply(copy)
    report: Report = infer(copy)
    specs = report.inputs.get(output.id)
    if not specs or classes not in specs[0].shape:
        raise FineTuningError(
            f"{output.name} does not get {classes} classes even if the last layer gives so many: look at what is "
            "between them."
        )
