"""``path=value`` as an edit: the paths are those of the project file, nodes go by their names."""

from __future__ import annotations

from engine.edits import MISSING, Edit, SetParameter, SetProperty, SetSetting
from engine.errors import LayerloomError
from engine.graph import Graph, GraphError, Node
from engine.layers.parameters import parse
from engine.properties import Properties
from engine.resolve import layer_class


class AssignmentError(LayerloomError):
    """Why an assignment cannot be understood: one whole sentence."""


def edit(graph: Graph, assignment: str) -> Edit:
    """``training.optimizer.lr=0.01``, ``data.batch_size=32``, ``nodes.fc1.out_features=8``, ``nodes.fc1.frozen=true``.

    A value of ``default`` takes the setting back to its default. Raises AssignmentError where it is none of these.
    """
    path, equals, text = assignment.partition("=")
    value = MISSING if text.strip() == "default" else parse(text)
    section, _, rest = path.strip().partition(".")
    if not equals or not rest:
        raise AssignmentError(f"{assignment!r} is not of the form path=value, as in training.optimizer.lr=0.01.")
    if section in graph.settings:
        return SetSetting((section, *rest.split(".")), value)
    if section != "nodes":
        raise AssignmentError(f"{path!r} begins with neither 'data.', 'training.' nor 'nodes.'.")
    name, _, parameter = rest.rpartition(".")
    node = _named(graph, name)
    if not _is_property(graph, node, parameter):
        return SetParameter(node.id, parameter, value)
    if parameter == "weights_of" and isinstance(value, str):
        value = _named(graph, value).id
    return SetProperty(node.id, parameter, value)


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
