"""The inspector of one node: its parameters, properties, shapes, formula with the user's numbers, and explanation."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine import cost
from engine.blocks.rename import rename_node
from engine.blocks.use import Use
from engine.data.fields import sample
from engine.edits import Edit, SetParameter, SetProperty
from engine.graph import GraphError, Node
from engine.layers.layer import Layer
from engine.layers.parameters import Parameter, parameters
from engine.problems import Problem
from engine.problems.ways.field_ways import known_fields
from engine.resolve import layer_class
from engine.shapes import kind_name, wired_inputs
from engine.sliding.sliding import KINDS
from engine.suggestions import suggestions
from gui.canvas.live_marks import LiveMarks
from gui.design.facts import FactSheet, ProblemWords, column, go_to, spec_lines
from gui.design.offers import Offers
from gui.design.property_rows import property_parameters
from gui.design.training_words import TrainingWords
from gui.document import Document
from gui.forms import Context, Form
from gui.forms.suggestion_field import SuggestionField
from gui.widgets import heading

FIELD = "field"
"""The parameter of Inputs and Outputs that names a field of the data."""


class NodePage(QWidget):
    """Shows the one selected node of the open level."""

    edited = Signal(object)
    """An edit to be applied."""
    sliding_wanted = Signal()
    """The window of this layer is to be shown sliding."""
    unrolling_wanted = Signal()
    """This scan is to be shown step by step."""

    def __init__(self, document: Document, live: LiveMarks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.form: Form | None = None
        self.properties: Form | None = None
        self._shown_form: tuple[object, ...] | None = None
        self._shown_properties: tuple[object, ...] | None = None
        self.problems = ProblemWords()
        self.problems.wanted.connect(self._go)
        self.training = TrainingWords(live)
        self.training.chosen.connect(self.edited)
        self.offers = Offers()
        self.open = QPushButton("Open Block")
        self.open.setToolTip("Show what is inside this block (Enter)")
        self.open.setAccessibleName("Open Block")
        self.open.clicked.connect(self._open)
        self.slide = QPushButton("How It Slides …")
        self.slide.setToolTip("Show its window sliding over this input (Shift+I)")
        self.slide.setAccessibleName("How It Slides")
        self.slide.clicked.connect(self.sliding_wanted)
        self.unroll = QPushButton("Unroll Over Time …")
        self.unroll.setToolTip("Show its first steps side by side, with its states and what flows at each")
        self.unroll.setAccessibleName("Unroll Over Time")
        self.unroll.clicked.connect(self.unrolling_wanted)
        self.properties_head = heading("Properties")
        self.properties_head.setToolTip("What any layer may have beside its own parameters")
        self.facts = FactSheet((("Shapes", "mono"), ("Formula", "mono"), ("What it does", "muted")))
        self._form_box, self._properties_box = QVBoxLayout(), QVBoxLayout()
        box = column(self)
        for part in (
            self.problems,
            self.training,
            self._form_box,
            self.offers,
            self.open,
            self.slide,
            self.unroll,
            self.properties_head,
            self._properties_box,
            self.facts,
        ):
            box.addLayout(part) if isinstance(part, QVBoxLayout) else box.addWidget(part)

    def node(self) -> Node | None:
        """The one selected node."""
        chosen = self.document.selection
        return self.document.graph.nodes.get(chosen[0]) if len(chosen) == 1 else None

    def name(self) -> str:
        """What the node is called."""
        node = self.node()
        return node.name if node is not None else ""

    def kind(self) -> str:
        """What kind of layer it is, in a line."""
        node = self.node()
        if node is None:
            return ""
        graph, cls = self.document.graph, self._class(node)
        if cls is None:
            return f"{kind_name(graph, node)} · not {'defined' if node.type.startswith('block.') else 'installed'}"
        times = self._repeat(node)
        return f"{cls.title()} · {cls.family}{f' × {times}' if times > 1 else ''}"

    def rename(self, text: str) -> Edit:
        """The edit that gives it another name."""
        node = self.node()
        assert node is not None
        return rename_node(self.document.graph, node.id, text)

    def refresh(self) -> None:
        """Show it as it is now, keeping the forms (and their cursor) where the layer is the same."""
        node = self.node()
        self.training.show_node("" if node is None else node.id)
        if node is None:
            self._drop("form")
            self._drop("properties")
            return
        cls = self._class(node)
        self._fill_form(node, cls)
        self._fill_properties(node, cls)
        layer = self.document.known.layer(node.id)
        self._offer_fields(node)
        if self.form is not None:
            self.form.set_unread(layer.unread() if layer is not None else ())
        mine = self.document.problems_at(node.id)
        forms = [form for form in (self.form, self.properties) if form is not None]
        for form in forms:
            form.set_errors({p.parameter: p.message for p in mine if p.parameter and not p.inside})
        width = max((form.label_width() for form in forms), default=0)
        for form in forms:
            form.set_label_width(width)
        said = {name for form in forms for name in form.rows}
        self.problems.show_problems([p for p in mine if p.inside or p.parameter not in said])
        found = suggestions(self.document.graph, self.document.known, node.id, self.document.project)
        self.offers.show_offers(found, guilty=bool(mine))
        self.open.setVisible(self.document.graph.blocks.of_type(node.type) is not None)
        self.slide.setVisible(node.type in KINDS)
        self.unroll.setVisible(node.properties.get("apply") == "scan")
        self._say(node, cls)

    # -- forms -----------------------------------------------------------------------------------------------------

    def _class(self, node: Node) -> type[Layer] | None:
        try:
            return layer_class(node.type, self.document.graph.blocks)
        except GraphError:  # said by the problems of the node
            return None

    def _repeat(self, node: Node) -> int:
        """How many times the node is repeated; while that is wrong, once."""
        layer = self.document.known.layer(node.id)
        if isinstance(layer, Use):
            return layer.properties.repeat
        raw = node.properties.get("repeat", 1)
        return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 1 else 1

    def _context(self, node: Node | None = None) -> Context:
        """Where a form of this node stands."""
        inside = self.document.graph.inside is not None
        block = node is not None and self.document.graph.blocks.of_type(node.type) is not None
        arguments = self.document.known.scope if inside else None
        return Context(arguments, self._repeat(node) if block and node is not None else 1)

    def _fill_form(self, node: Node, cls: type[Layer] | None) -> None:
        key = (self.document.graph, node.id, cls)
        context = self._context(node)
        if key == self._shown_form and self.form is not None:
            self.form.set_values(node.parameters, context)
            return
        self._drop("form")
        if cls is not None:
            self._shown_form = key
            self.form = Form(list(map(_offering, parameters(cls))), node.parameters, self, context)
            self.form.edited.connect(lambda name, value: self.edited.emit(SetParameter(node.id, name, value)))
            self._form_box.addWidget(self.form)

    def _offer_fields(self, node: Node) -> None:
        """Of an Input or Output: what the chosen data has, what suits it first."""
        field = self.form.fields.get(FIELD) if self.form is not None else None
        if isinstance(field, SuggestionField):
            role = "input" if node.type == "Input" else "target"
            known = sorted(known_fields(self.document.project).items(), key=lambda item: item[1].role != role)
            field.offer([(name, f"{sample(each.shape)}, {each.dtype}") for name, each in known])

    def _fill_properties(self, node: Node, cls: type[Layer] | None) -> None:
        wanted = property_parameters(self.document.graph, self.document.known, node, cls)
        key = (self.document.graph, node.id, wanted)
        if key != self._shown_properties:
            self._drop("properties")
            self._shown_properties = key
            if wanted:
                self.properties = Form(wanted, node.properties, self, self._context())
                self.properties.edited.connect(lambda name, value: self.edited.emit(SetProperty(node.id, name, value)))
                self._properties_box.addWidget(self.properties)
        elif self.properties is not None:
            self.properties.set_values(node.properties, self._context())
        self.properties_head.setVisible(bool(wanted))

    def _drop(self, which: Literal["form", "properties"]) -> None:
        form: Form | None = getattr(self, which)
        if form is not None:
            form.hide()
            form.deleteLater()
        setattr(self, which, None)
        setattr(self, f"_shown_{which}", None)

    # -- words -----------------------------------------------------------------------------------------------------

    def _say(self, node: Node, cls: type[Layer] | None) -> None:
        graph, report = self.document.graph, self.document.known
        layer = report.layer(node.id)
        inputs = report.inputs.get(node.id, ())
        outputs = tuple(report.outputs.get(node.id, {}).values())
        lines = []
        if layer is not None:
            wired = (wired_inputs(graph, node.id, layer) or []) if inputs else []
            labels = {port.name: port.label or port.name for port in layer.input_ports()}
            lines += spec_lines("in", inputs, [labels.get(port, port) for port, _, _ in wired])
            names = [port.label or port.name for port in layer.output_ports()]
            lines += spec_lines("out", outputs, names) if outputs else []
        complete = node.id in report.outputs and layer is not None
        if complete:
            own = cost.of_node(graph, report, node.id)
            lines += [f"{own.parameters:,} parameters"] if own.parameters else []
            lines += [f"{own.multiply_adds:,} multiply-adds"] if own.multiply_adds else []
        self.facts.set("Shapes", "\n".join(lines))
        filled = layer.filled(inputs, outputs) if complete and layer is not None else ""
        self.facts.set("Formula", "\n".join(part for part in (cls.formula if cls else "", filled) if part))
        said = [" ".join(part.split()) for part in (cls.__doc__ or "").split("\n\n")] if cls else []
        said += [cls.reference] if cls and cls.reference else []
        said += [f"In PyTorch: {cls.torch}"] if cls and cls.torch else []
        self.facts.set("What it does", "\n\n".join(said))

    def _open(self) -> None:
        node, document = self.node(), self.document
        block = document.graph.blocks.of_type(node.type) if node is not None else None
        if node is None or block is None:
            return
        if document.graph.inside is not None and not document.block_path:  # inside a block that nothing uses
            document.open_definition(block.id)
        else:
            document.open_block((*document.block_path, node.id), on_its_own=True)

    def _go(self, problem: Problem) -> None:
        """To a problem inside this block, from the level that is open."""
        go_to(self.document, problem, self.document.block_path)


def _offering(parameter: Parameter) -> Parameter:
    """A parameter as the form shows it: names of the data are offered in a list."""
    return replace(parameter, kind="suggested") if parameter.name == FIELD else parameter
