"""The parameters that the selected layers have in common, changed in all of them as one step."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.edits import Compound, SetParameter
from engine.graph import Graph, GraphError, Node
from engine.layers.parameters import Parameter, parameters, unparse
from engine.resolve import layer_class
from gui.document import Document
from gui.forms import Context, Form
from gui.widgets import heading

SHOWN = 4
"""So many different values are named."""


class SeveralForm(QWidget):
    """A form while several layers are selected, if they have a parameter in common."""

    edited = Signal(object)
    """An edit to be applied."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.form: Form | None = None
        self._shown: tuple[object, ...] | None = None
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addWidget(heading("In all of them"))

    def refresh(self) -> None:
        """Show what the selected layers have in common now."""
        graph = self.document.graph
        nodes = [graph.nodes[node_id] for node_id in self.document.selection if node_id in graph.nodes]
        common = shared(graph, nodes) if len(nodes) > 1 else []
        key = (graph, tuple(node.id for node in nodes), tuple(parameter.name for parameter in common))
        if key != self._shown:
            self._shown = key
            if self.form is not None:
                self.form.hide()
                self.form.deleteLater()
            self.form = Form(common, {}, self, self._context()) if common else None
            if self.form is not None:
                self.form.edited.connect(self._change)
                self._box.addWidget(self.form)
        if self.form is not None:
            self._fill(self.form, nodes, common)
        self.setVisible(bool(common))

    def _context(self) -> Context:
        return Context(self.document.report.scope if self.document.graph.inside is not None else None)

    def _fill(self, form: Form, nodes: list[Node], common: list[Parameter]) -> None:
        values: dict[str, object] = {}
        differ: dict[str, str] = {}
        for parameter in common:
            name = parameter.name
            found = list({unparse(node.parameters.get(name, parameter.default)): None for node in nodes})
            if len(found) > 1:
                more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
                differ[name] = f"now {', '.join(found[:SHOWN])}{more}"
            elif name in nodes[0].parameters:
                values[name] = nodes[0].parameters[name]
        form.set_values(values, self._context())
        form.set_hints(differ)
        form.set_stand_ins(dict.fromkeys(differ, "different"))

    def _change(self, name: str, value: object) -> None:
        """Set one parameter in all the layers."""
        chosen = self.document.selection
        edits = tuple(SetParameter(node_id, name, value) for node_id in chosen)
        self.edited.emit(Compound(edits, f"Set {name} of {len(chosen)} layers"))


def shared(graph: Graph, nodes: list[Node]) -> list[Parameter]:
    """The parameters that all these nodes have, by name and by what they take, in the order of the first."""
    try:
        classes = {layer_class(node.type, graph.blocks) for node in nodes}
    except GraphError:  # one of them is not installed: its problems say it
        return []
    lists = [{parameter.name: parameter for parameter in parameters(cls)} for cls in classes]
    return [
        parameter
        for parameter in parameters(layer_class(nodes[0].type, graph.blocks))
        if all(parameter.name in other and _alike(parameter, other[parameter.name]) for other in lists)
    ]


def _alike(one: Parameter, other: Parameter) -> bool:
    return (one.kind, one.type, one.choices) == (other.kind, other.type, other.choices)
