"""Blocks in the code panel and the list of problems."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from engine.edits import SetParameter
from engine.graph import Graph
from gui.design.code import CodePanel
from gui.design.problems_panel import ProblemsPanel
from gui.document import Document
from tests.gui.test_panels_blocks import show
from tests.gui.units import expression, named, units

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def document() -> Document:
    """The network of `units`."""
    return units()


@pytest.fixture
def code(qtbot: QtBot, document: Document) -> CodePanel:
    panel = CodePanel(document)
    qtbot.addWidget(panel)
    panel.resize(700, 200)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.activateWindow()
    return panel


def marked(panel: CodePanel) -> list[str]:
    return [mark.cursor.block().text().strip() for mark in panel.text.extraSelections()]


def test_the_lines_of_a_layer_inside_are_marked(qtbot: QtBot, document: Document, code: CodePanel) -> None:
    first = named(document.project, "first")
    document.open_block((first,))
    qtbot.waitUntil(lambda: marked(code) == ["class Unit(nn.Module):"])
    assert code.text.firstVisibleBlock().text() == "class Unit(nn.Module):"
    document.select([named(document.graph, "relu1")])
    assert [line.split("  #")[0].strip() for line in marked(code)] == ["self.relu1 = nn.ReLU()", "x = self.relu1(x)"]
    document.open_block((), select=[first])
    qtbot.waitUntil(lambda: bool(marked(code)) and all("Unit" in line or "first" in line for line in marked(code)))


def click_line(qtbot: QtBot, panel: CodePanel, start: str) -> None:
    number = next(n for n, line in enumerate(panel.text.toPlainText().splitlines()) if line.strip().startswith(start))
    cursor = QTextCursor(panel.text.document().findBlockByNumber(number))
    panel.text.setFocus()
    panel.text.moveCursor(QTextCursor.MoveOperation.Start)
    panel.text.verticalScrollBar().setValue(number)
    at = panel.text.cursorRect(cursor).center() + QPoint(40, 0)
    qtbot.mouseClick(panel.text.viewport(), LEFT, pos=at)


@pytest.mark.parametrize(
    ("line", "inside", "name"),
    [
        ("self.relu1 =", "unit", "relu1"),
        ("class Unit", "unit", None),
        ("self.fc1 =", None, "fc1"),
    ],
)
def test_a_click_on_a_line_leads_to_its_layer(
    qtbot: QtBot, document: Document, code: CodePanel, line: str, inside: str | None, name: str | None
) -> None:
    if inside is None:
        document.open_block((named(document.project, "first"),))
    click_line(qtbot, code, line)
    assert document.graph.inside == inside
    assert document.selection == ((named(document.graph, name),) if name else ())


# -- problems ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def wrong(document: Document) -> Document:
    """The document with an error inside the block and one in the network."""
    document.open_block((named(document.project, "first"),))
    document.apply(SetParameter(named(document.graph, "conv1"), "out_channels", expression("width")))
    document.open_block(())
    document.apply(SetParameter(named(document.graph, "fc1"), "out_features", 0))
    return document


def test_problems_of_all_levels_are_listed_and_lead_there(qtbot: QtBot, wrong: Document) -> None:
    panel = ProblemsPanel(wrong)
    show(qtbot, panel)
    counts: list[int] = []
    chosen: list[str] = []
    panel.counted.connect(lambda errors, _warnings: counts.append(errors))
    panel.chosen.connect(chosen.append)
    panel.refresh()
    assert counts == [2]
    rows = [panel.list.item(row) for row in range(panel.list.count())]
    inside = next(item for item in rows if "inside: conv1" in item.text())
    outside = next(item for item in rows if "fc1" in item.text())
    assert outside.text().startswith("▸ ")
    assert not inside.text().startswith("▸ ")
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=panel.list.visualItemRect(inside).center())
    conv = named(wrong.project.blocks["unit"].graph, "conv1")
    assert (wrong.graph.inside, wrong.selection, chosen) == ("unit", (conv,), [conv])
    qtbot.waitUntil(lambda: panel.list.item(0).text().startswith("▸ first (Unit), inside"))
    assert counts == [2, 2], "as many as before, whatever is open"
    outside = next(panel.list.item(r) for r in range(panel.list.count()) if "fc1" in panel.list.item(r).text())
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=panel.list.visualItemRect(outside).center())
    assert (wrong.graph, wrong.selection) == (wrong.project, (named(wrong.project, "fc1"),))


def test_without_other_levels_nothing_is_marked(qtbot: QtBot, document: Document) -> None:
    document.apply(SetParameter(named(document.graph, "fc1"), "out_features", 0))
    panel = ProblemsPanel(document)
    show(qtbot, panel)
    assert not any("▸" in panel.list.item(row).text() for row in range(panel.list.count()))


def test_a_block_that_nothing_uses_has_its_problems_listed(qtbot: QtBot) -> None:
    graph = Graph("net")
    graph.define("Lone").add("Conv2d", kernel_size=3)
    document = Document(graph)
    document.open_definition("lone")
    panel = ProblemsPanel(document)
    show(qtbot, panel)
    texts = [panel.list.item(row).text() for row in range(panel.list.count())]
    assert any("conv1 (Conv2d) needs a value for out_channels" in text for text in texts)
