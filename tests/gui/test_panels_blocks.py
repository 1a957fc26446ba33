"""Blocks in the inspector, the code panel and the list of problems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from engine.edits import AddNode, SetParameter, SetProperty
from engine.graph import Graph, Node
from engine.project import to_bytes
from gui.design.inspector import Inspector
from gui.document import Document
from gui.forms import ChoiceField, NumberField, RepeatsField, TextField
from tests.gui.units import named, units, wire

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def document() -> Document:
    """The network of `units`."""
    return units()


def show(qtbot: QtBot, panel: QWidget) -> None:
    qtbot.addWidget(panel)
    panel.resize(290, 900)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.activateWindow()


@contextmanager
def one_step(document: Document) -> Iterator[None]:
    """What happens inside is one undo step: taken back it gives the same bytes, done again the new ones."""
    before, index, level = to_bytes(document.project), document.history.index, document.graph.inside
    yield
    after = to_bytes(document.project)
    assert document.history.index == index + 1
    document.history.undo()
    assert to_bytes(document.project) == before
    document.history.redo()
    assert to_bytes(document.project) == after
    assert document.graph.inside == level, "undo does not lead away from what is open"


class Seen:
    """The inspector of a document, and a hand that works it."""

    def __init__(self, qtbot: QtBot, document: Document) -> None:
        self.qtbot, self.document, self.panel = qtbot, document, Inspector(document)
        self.said: list[str] = []
        self.panel.message.connect(self.said.append)
        show(qtbot, self.panel)

    def select(self, name: str) -> None:
        self.document.select([named(self.document.graph, name)])

    def find(self, name: str) -> Any:
        """The visible control of this accessible name."""
        kinds = (QLineEdit, QComboBox, QToolButton, QPushButton, NumberField, TextField)
        every = [w for w in self.panel.findChildren(QWidget) if isinstance(w, kinds) and w.isVisible()]
        (found,) = [widget for widget in every if widget.accessibleName() == name]
        return found

    def press(self, name: str) -> None:
        self.panel.ensureWidgetVisible(self.find(name))
        self.qtbot.mouseClick(self.find(name), LEFT)

    def type_into(self, name: str, text: str) -> None:
        field = self.find(name)
        field.setFocus()
        self.qtbot.waitUntil(field.hasFocus)
        self.qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)

    def texts(self) -> str:
        return "\n".join(each.text() for each in self.panel.findChildren(QLabel) if each.isVisible())

    def rows(self) -> set[str]:
        page = self.panel.node_page
        return {name for form in (page.form, page.properties) if form is not None for name in form.rows}


@pytest.fixture
def seen(qtbot: QtBot, document: Document) -> Seen:
    return Seen(qtbot, document)


@pytest.fixture
def open_unit(seen: Seen) -> Seen:
    seen.document.open_block((named(seen.document.project, "first"),))
    return seen


# -- a node that uses a block ------------------------------------------------------------------------------------------


def test_a_block_is_shown_with_its_name_help_and_parameters(seen: Seen) -> None:
    seen.select("first")
    assert seen.panel.kind.text() == "Unit · Block × 3"
    assert "A convolution and a ReLU." in seen.texts()
    properties = {
        "when",
        "bypassed",
        "repeat",
        "share_weights",
        "apply",
        "truncation",
        "frozen",
        "weights_of",
        "initialization",
    }
    properties |= {"frozen_statistics", "lr_multiplier", "initialization"}
    assert {"channels", "stride", *properties} == seen.rows()
    assert "out  (N, 16, 16, 16) float32" in seen.texts()


def test_each_repeat_has_its_value(seen: Seen) -> None:
    seen.select("first")
    assert seen.panel.form is not None
    field = seen.panel.form.fields["stride"]
    assert isinstance(field, RepeatsField)
    with one_step(seen.document):
        seen.type_into("stride, repeats 2 to 3", "2")
    assert seen.document.graph.nodes[seen.document.selection[0]].parameters["stride"] == {"per_repeat": (2, 2)}
    assert "out  (N, 16, 4, 4) float32" in seen.texts()


def test_the_number_of_repeats_is_a_property(seen: Seen) -> None:
    seen.select("second")
    with one_step(seen.document):
        seen.type_into("repeat", "4")
    assert seen.document.graph.nodes[seen.document.selection[0]].properties == {"repeat": 4}
    assert seen.panel.kind.text() == "Unit · Block × 4"
    with one_step(seen.document):
        seen.press("channels: a value for each repeat")
    seen.type_into("repeat", "-1")
    assert "needs repeat to be an integer from 0 to 1000, not -1." in seen.texts()


@pytest.mark.parametrize(
    ("name", "properties"),
    [
        ("conv1", {"when", "bypassed", "weights_of", "frozen", "lr_multiplier", "initialization", "parametrization"}),
        ("flatten1", {"when", "bypassed"}),
        ("fc1", {"when", "bypassed", "weights_of", "frozen", "lr_multiplier", "initialization", "parametrization"}),
        ("input", set()),
    ],
)
def test_properties_are_offered_where_they_mean_something(seen: Seen, name: str, properties: set[str]) -> None:
    seen.select(name)
    offered = set(seen.panel.node_page.properties.rows) if seen.panel.node_page.properties else set()
    assert offered == properties
    assert seen.panel.node_page.properties_head.isVisible() == bool(properties)


def test_weights_are_shared_by_name(seen: Seen) -> None:
    seen.select("second")
    field = seen.panel.node_page.properties.fields["weights_of"] if seen.panel.node_page.properties else None
    assert isinstance(field, ChoiceField)
    assert [field.itemText(index) for index in range(field.count())] == ["none", "conv1", "first", "fc1"]
    with one_step(seen.document):
        field.setFocus()
        seen.qtbot.keyClicks(field, "fi")
    assert seen.document.graph.nodes[seen.document.selection[0]].properties == {
        "weights_of": named(seen.document.graph, "first")
    }
    seen.select("first")
    field = seen.panel.node_page.properties.fields["weights_of"] if seen.panel.node_page.properties else None
    assert isinstance(field, ChoiceField)
    assert field.findText("second") == -1, "it cannot wait for one that waits for it"


def test_the_button_opens_the_block(seen: Seen) -> None:
    seen.select("first")
    path = seen.document.selection
    seen.press("Open Block")
    assert (seen.document.block_path, seen.document.graph.inside) == (path, "unit")


def test_a_problem_inside_leads_there(seen: Seen) -> None:
    unit = seen.document.project.blocks["unit"].graph
    first, conv = named(seen.document.project, "first"), named(unit, "conv1")
    seen.document.open_block((first,))
    seen.document.apply(SetParameter(conv, "kernel_size", 99))
    seen.document.open_block((), select=[first])
    problems = seen.panel.node_page.problems
    assert "inside: conv1 (Conv2d)" in problems.text()
    problems.setFocus()
    seen.qtbot.waitUntil(problems.hasFocus)
    seen.qtbot.keyClick(problems, Qt.Key.Key_Tab)  # to the link
    seen.qtbot.keyClick(problems, Qt.Key.Key_Return)
    assert (seen.document.block_path, seen.document.selection) == ((first,), (conv,))


def test_a_block_that_is_not_there_keeps_its_name(seen: Seen) -> None:
    seen.document.apply(AddNode(Node("n99", "block.lost", "lost1"), (0.0, 0.0)))
    seen.document.select(["n99"])
    assert seen.panel.kind.text() == "block.lost · not defined"
    assert "there is no block 'lost' in this project" in unescape(seen.texts())


def test_an_input_that_nothing_is_wired_to_has_no_shape(qtbot: QtBot) -> None:
    graph = Graph("net")
    unit = graph.define("Unit")
    x, y = unit.add("BlockInput", name="x"), unit.add("BlockOutput")
    unit.add("BlockInput", name="mask", optional=True)
    wire(unit, x, y)
    wire(graph, graph.add("Input", shape=(4,)), graph.add("Unit"), graph.add("Output"))
    seen = Seen(qtbot, Document(graph))
    seen.select("unit1")
    assert "in   x     (N, 4) float32" in seen.texts()
    assert "bool" not in seen.texts()


# -- expressions -------------------------------------------------------------------------------------------------------


def test_an_expression_says_what_it_is_here(open_unit: Seen) -> None:
    open_unit.select("conv1")
    assert open_unit.find("out_channels").text() == "= channels * 2"
    assert "→ 16 here" in open_unit.texts()
    with one_step(open_unit.document):
        open_unit.type_into("kernel_size", "= stride + 1")
    assert "→ 3 here" in open_unit.texts(), "the first repeat has stride 2"
    open_unit.document.open_block((named(open_unit.document.project, "second"),))
    open_unit.select("conv1")
    assert "→ 32 here" in open_unit.texts()


def test_a_wrong_expression_is_said_below_its_field(open_unit: Seen) -> None:
    open_unit.select("conv1")
    open_unit.type_into("out_channels", "= channel")
    assert "✕ conv1 (Conv2d) cannot compute out_channels: the expression 'channel' names 'channel'" in open_unit.texts()


def test_nodes_of_the_same_id_at_two_levels_have_forms_of_their_own(seen: Seen) -> None:
    outer, inner = named(seen.document.project, "conv1"), named(seen.document.project.blocks["unit"].graph, "conv1")
    seen.document.select([outer])
    form = seen.panel.form
    seen.document.open_block((named(seen.document.project, "first"),), select=[inner])
    assert seen.panel.form is not form


# -- the definition ----------------------------------------------------------------------------------------------------


def test_an_open_block_shows_its_definition(open_unit: Seen) -> None:
    assert open_unit.panel.kind.text().startswith("Block")
    assert open_unit.panel.name.text() == "Unit"
    assert open_unit.panel.block_page.help.toPlainText() == "A convolution and a ReLU."
    assert [open_unit.find(f"Default of {name}").text() for name in ("channels", "stride")] == ["8", "1"]
    assert "Used by 2 layers" in open_unit.texts()
    assert "as first uses it" in open_unit.texts()
    assert "stride = 2" in open_unit.texts()
    assert "592 parameters" in open_unit.texts()


def test_the_block_is_renamed(open_unit: Seen) -> None:
    with one_step(open_unit.document):
        open_unit.type_into("Name", "Stage")
    assert open_unit.document.project.blocks["unit"].name == "Stage"
    assert open_unit.document.history.undo_title == "Rename block Unit to Stage"


def test_the_help_is_committed_when_it_is_left(open_unit: Seen) -> None:
    field = open_unit.panel.block_page.help
    field.setFocus()
    open_unit.qtbot.waitUntil(field.hasFocus)
    open_unit.qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    open_unit.qtbot.keyClicks(field, "Looks closely.")
    with one_step(open_unit.document):
        open_unit.qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert open_unit.document.project.blocks["unit"].help == "Looks closely."


def declared(seen: Seen) -> list[tuple[str, Any, str]]:
    return [(p.name, p.default, p.kind) for p in seen.document.project.blocks["unit"].parameters]


def test_parameters_are_added_changed_moved_and_removed(open_unit: Seen) -> None:
    with one_step(open_unit.document):
        open_unit.press("Add Parameter")
    assert declared(open_unit)[-1] == ("size", 1, "int")
    open_unit.type_into("Name of size", "padding")
    with one_step(open_unit.document):
        open_unit.type_into("Default of padding", "4")
    with one_step(open_unit.document):
        open_unit.type_into("Help of padding", "how much is added around")
    with one_step(open_unit.document):
        kind = open_unit.find("Kind of padding")
        kind.setFocus()
        open_unit.qtbot.keyClick(kind, Qt.Key.Key_Down)
    assert declared(open_unit)[-1] == ("padding", 4.0, "float")
    with one_step(open_unit.document):
        open_unit.press("Earlier: padding")
    assert [name for name, _, _ in declared(open_unit)] == ["channels", "padding", "stride"]
    with one_step(open_unit.document):
        open_unit.press("Remove: padding")
    assert [name for name, _, _ in declared(open_unit)] == ["channels", "stride"]


def test_a_renamed_parameter_is_renamed_wherever_it_is_spoken_of(open_unit: Seen) -> None:
    with one_step(open_unit.document):
        open_unit.type_into("Name of channels", "width")
    project = open_unit.document.project
    conv = project.blocks["unit"].graph.by_name("conv1")
    second = project.by_name("second")
    assert conv is not None
    assert second is not None
    assert conv.parameters["out_channels"] == {"expr": "width * 2"}
    assert second.parameters == {"width": 16}
    assert not [problem for problem in open_unit.document.all_problems() if problem.severity == "error"]
    assert open_unit.document.history.undo_title == "Rename channels of Unit to width"


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("Name of channels", "stride", "two parameters named stride"),
        ("Name of channels", "for", "'for' cannot be a parameter of Unit"),
        ("Default of channels", "many", "its default 'many' is not"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(open_unit: Seen, field: str, text: str, words: str) -> None:
    before = to_bytes(open_unit.document.project)
    open_unit.type_into(field, text)
    assert words in open_unit.texts()
    assert words in open_unit.said[-1]
    assert to_bytes(open_unit.document.project) == before
    assert open_unit.find(field).text() in ("channels", "8"), "the field shows what holds"


def test_a_use_is_one_click_away(open_unit: Seen) -> None:
    open_unit.press("Go to second")
    project = open_unit.document.project
    assert (open_unit.document.graph, open_unit.document.selection) == (project, (named(project, "second"),))


def test_what_is_typed_for_a_use_follows_the_definition(open_unit: Seen) -> None:
    open_unit.press("Add Parameter")
    open_unit.press("Go to second")
    assert "size" in open_unit.rows()


def test_undo_of_a_property_in_a_block_stays_there(open_unit: Seen) -> None:
    with one_step(open_unit.document):
        open_unit.document.apply(SetProperty(named(open_unit.document.graph, "conv1"), "frozen", True))
