"""``path=value`` as an edit: the paths are those of the project file, nodes go by their names."""

from __future__ import annotations

import json
from typing import get_origin

from engine.edits import MISSING, Edit, SetParameter, SetProperty, SetSetting
from engine.errors import LayerloomError
from engine.graph import Graph, GraphError, Node
from engine.layers.parameters import parse
from engine.literals import literal, unstorable
from engine.properties import Properties
from engine.resolve import layer_class
from engine.settings.resolution import SECTIONS, variants


class AssignmentError(LayerloomError):
    """Why an assignment cannot be understood: one whole sentence."""


def edit(graph: Graph, assignment: str) -> Edit:
    """``training.optimizer.lr=0.01``, ``data.batch_size=32``, ``nodes.fc1.out_features=8``, ``nodes.fc1.frozen=true``.

    A value of ``default`` takes the setting back to its default. Settings that are tables, or lists of them, are JSON:
    ``training.ema={"decay": 0.99}``; the kind alone will do: ``training.optimizer=sgd``. Raises AssignmentError where
    it is none of these.
    """
    path, equals, text = assignment.partition("=")
    section, _, rest = path.strip().partition(".")
    if not equals or not rest:
        raise AssignmentError(f"{assignment!r} is not of the form path=value, as in training.optimizer.lr=0.01.")
    if section in graph.settings:
        value = MISSING if text.strip() == "default" else _setting(path.strip(), text.strip())
        if isinstance(value, str) and _chooses(section, rest):
            value = {"name": value}
        return SetSetting((section, *rest.split(".")), value)
    value = MISSING if text.strip() == "default" else parse(text)
    if section != "nodes":
        raise AssignmentError(f"{path!r} begins with neither 'data.', 'training.' nor 'nodes.'.")
    name, _, parameter = rest.rpartition(".")
    node = _named(graph, name)
    if not _is_property(graph, node, parameter):
        return SetParameter(node.id, parameter, value)
    if parameter == "weights_of" and isinstance(value, str):
        value = _named(graph, value).id
    return SetProperty(node.id, parameter, value)


def _setting(path: str, text: str) -> object:
    """The value of a setting, a table in JSON included."""
    if text[:1] not in ("{", "["):
        return parse(text)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        if text[0] == "{":
            raise AssignmentError(
                f'The table given for {path} is not JSON, as {{"name": "sgd", "lr": 0.1}} would be: {error}.'
            ) from error
        return parse(text)
    if not isinstance(value, dict) and not any(isinstance(item, dict) for item in value):
        return parse(text)
    if (why := unstorable(value)) is not None:
        raise AssignmentError(f"The table given for {path} {why}.")
    return literal(value)


def _chooses(section: str, field: str) -> bool:
    """Whether this setting is a choice between tables by their name."""
    known = SECTIONS[section].model_fields.get(field) if section in SECTIONS else None
    return known is not None and get_origin(known.annotation) is not tuple and bool(variants(known.annotation))


def _named(graph: Graph, name: str) -> Node:
    node = graph.by_name(name)
    if node is None:
        names = ", ".join(n.name for n in graph.nodes.values())
        raise AssignmentError(f"There is no node named {name!r} in this network; there are: {names}.")
    return node


def _is_property(graph: Graph, node: Node, name: str) -> bool:
    """Whether this is what any node may have (repeat, frozen …), and no parameter of the layer."""
    if name not in Properties.model_fields:
        return False
    try:
        return name not in layer_class(node.type, graph.blocks).model_fields
    except GraphError:  # a layer that is not installed: the problems say so
        return True
