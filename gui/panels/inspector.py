"""The inspector: form, shapes, formula with the user's numbers, problems and explanation of the selected layer."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from engine import cost, layers
from engine.edits import Change, RenameGraph, RenameNode, SetParameter
from engine.graph import GraphError, Node
from engine.layers.parameters import parameters
from engine.problems import Problem
from engine.spec import shape_text
from gui.document import Document
from gui.forms import Form
from gui.theme import theme
from gui.widgets import heading, label

SYMBOLS = {"error": "✕", "warning": "!", "hint": "i"}


class Inspector(QScrollArea):
    """Shows the one selected node, or the whole network where none (or several) are selected."""

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Inspector")
        body = QWidget()
        box = QVBoxLayout(body)
        box.setContentsMargins(12, 12, 12, 12)
        box.setSpacing(8)
        self.kind = _label("muted")
        self.name = QLineEdit()
        self.name.setAccessibleName("Name")
        self.name.setToolTip("The name in the drawing and in the PyTorch source")
        self.name.editingFinished.connect(self._rename)
        self.problems = _label("problems")
        self.shapes = _label("mono")
        self.formula = _label("mono")
        self.words = _label("muted")
        self.form: Form | None = None
        self._shown: tuple[str, str] | None = None
        self._holder = QVBoxLayout()
        for widget in (self.kind, self.name, self.problems):
            box.addWidget(widget)
        box.addLayout(self._holder)
        self._heads = []
        for title, widget in (("Shapes", self.shapes), ("Formula", self.formula), ("What it does", self.words)):
            head = heading(title)
            self._heads.append((head, widget))
            box.addWidget(head)
            box.addWidget(widget)
        box.addStretch(1)
        self.setWidget(body)
        document.selection_changed.connect(self.refresh)
        document.replaced.connect(self.refresh)
        document.changed.connect(self._changed)
        theme.changed.connect(self.refresh)
        self.refresh()

    def _changed(self, _change: Change) -> None:
        self.refresh()

    def node(self) -> Node | None:
        """The one selected node."""
        chosen = self.document.selection
        return self.document.graph.nodes.get(chosen[0]) if len(chosen) == 1 else None

    def refresh(self) -> None:
        """Show what is selected now, keeping the form (and its cursor) where the layer is the same."""
        node = self.node()
        if node is None:
            self._show_network()
        else:
            self._show_node(node)
        for head, widget in self._heads:
            shown = bool(widget.text())
            head.setVisible(shown)
            widget.setVisible(shown)
        self.problems.setVisible(bool(self.problems.text()))

    # -- one layer -------------------------------------------------------------------------------------------------

    def _show_node(self, node: Node) -> None:
        document = self.document
        try:
            cls = layers.get(node.type)
        except GraphError:
            cls = None
        self.kind.setText(f"{node.type} · {cls.family}" if cls is not None else f"{node.type} · not installed")
        self._set_name(node.name)
        self._fill_form(node, cls)
        mine = [problem for problem in document.problems() if problem.node == node.id]
        if self.form is not None:
            self.form.set_errors({p.parameter: p.message for p in mine if p.parameter})
        fields = set(cls.model_fields) if cls is not None else set()
        self.problems.setText("<br>".join(_rich(p) for p in mine if p.parameter not in fields))
        report = document.report
        layer = report.layer(node.id)
        inputs = report.inputs.get(node.id, ())
        outputs = tuple(report.outputs.get(node.id, {}).values())
        lines = [f"in   {shape_text(spec.shape)} {spec.dtype}" for spec in inputs]
        lines += [f"out  {shape_text(spec.shape)} {spec.dtype}" for spec in outputs]
        if node.id in report.outputs and layer is not None:
            own = cost.of_node(document.graph, report, node.id)
            if own.parameters:
                lines.append(f"{own.parameters:,} parameters")
            if own.multiply_adds:
                lines.append(f"{own.multiply_adds:,} multiply-adds")
        self.shapes.setText("\n".join(lines))
        filled = layer.filled(inputs, outputs) if layer is not None and node.id in report.outputs else ""
        self.formula.setText("\n".join(part for part in (cls.formula if cls else "", filled) if part))
        words = [" ".join(part.split()) for part in (cls.__doc__ or "").split("\n\n")] if cls else []
        words += [cls.reference] if cls and cls.reference else []
        words += [f"In PyTorch: {cls.torch}"] if cls and cls.torch else []
        self.words.setText("\n\n".join(words))

    def _fill_form(self, node: Node, cls: type[layers.Layer] | None) -> None:
        if self._shown == (node.id, node.type) and self.form is not None:
            self.form.set_values(node.parameters)
            return
        self._drop_form()
        if cls is not None:
            self._shown = (node.id, node.type)
            self.form = Form(parameters(cls), node.parameters, self)
            self.form.edited.connect(self._edited)
            self._holder.addWidget(self.form)

    def _drop_form(self) -> None:
        if self.form is not None:
            self._holder.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.form, self._shown = None, None

    def _edited(self, name: str, value: Any) -> None:
        if self._shown is not None:
            self._apply(SetParameter(self._shown[0], name, value))

    # -- the whole network -----------------------------------------------------------------------------------------

    def _show_network(self) -> None:
        document = self.document
        self._drop_form()
        count = len(document.selection)
        self.kind.setText(f"{count} layers selected" if count else "Network")
        self._set_name(document.graph.name)
        whole = cost.total(document.graph, document.report)
        lines = [
            f"{len(document.graph.nodes)} layers",
            f"{whole.parameters:,} parameters",
            f"{whole.multiply_adds:,} multiply-adds",
        ]
        for side, table in (("Input", document.report.outputs), ("Output", None)):
            for node in document.graph.of_type(side):
                specs = (
                    tuple(table.get(node.id, {}).values())
                    if table is not None
                    else document.report.inputs.get(node.id, ())
                )
                lines += [f"{node.name}  {shape_text(spec.shape)}" for spec in specs]
        self.shapes.setText("\n".join(lines))
        self.formula.setText("")
        self.problems.setText("")
        self.words.setText(
            "Select a layer to see and change its parameters. Double-click the canvas, or press Tab, to add one."
        )

    def _set_name(self, name: str) -> None:
        if not self.name.hasFocus() or not self.name.isModified():
            self.name.setText(name)

    def focus_name(self) -> None:
        """Put the cursor into the name."""
        self.name.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.name.selectAll()

    def _rename(self) -> None:
        text, node = self.name.text().strip(), self.node()
        old = node.name if node is not None else self.document.graph.name
        self.name.setModified(False)
        if text and text != old:
            self._apply(RenameNode(node.id, text) if node is not None else RenameGraph(text[:200]))
        self._set_name(self.node().name if self.node() else self.document.graph.name)  # type: ignore[union-attr]

    def _apply(self, edit: SetParameter | RenameNode | RenameGraph) -> None:
        try:
            self.document.apply(edit)
        except GraphError as error:
            self.message.emit(str(error))
            self.refresh()


def _rich(problem: Problem) -> str:
    color = theme.color(problem.severity).name()
    return f'<span style="color:{color}"><b>{SYMBOLS[problem.severity]}</b> {escape(problem.message)}</span>'


def _label(role: str) -> QLabel:
    made = label(role=role, wrap=True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made
