"""``path=value`` as an edit: the paths are those of the project file, nodes go by their names."""

from __future__ import annotations

from engine.edits import MISSING, Edit, SetParameter, SetSetting
from engine.errors import LayerloomError
from engine.graph import Graph
from engine.layers.parameters import parse


class AssignmentError(LayerloomError):
    """Why an assignment cannot be understood: one whole sentence."""


def edit(graph: Graph, assignment: str) -> Edit:
    """``training.optimizer.lr=0.01``, ``data.batch_size=32`` or ``nodes.conv1.out_channels=8``; a value of ``default``
    takes the setting back to its default. Raises AssignmentError where it is none of these."""
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
    node = graph.by_name(name)
    if node is None:
        names = ", ".join(n.name for n in graph.nodes.values())
        raise AssignmentError(f"There is no node named {name!r} in this network; there are: {names}.")
    return SetParameter(node.id, parameter, value)
