"""Names that look like markup are shown letter by letter, and no picture is loaded because of one."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6 import QtGui
from PySide6.QtCore import QAbstractListModel, QPoint, QSizeF, Qt, QUrl
from PySide6.QtGui import QAction, QHelpEvent, QTextDocument
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QMessageBox,
    QTabWidget,
    QTextEdit,
    QToolTip,
    QTreeWidgetItemIterator,
    QWidget,
)
from pytestqt.qtbot import QtBot

from engine import project
from engine.graph import Graph
from engine.training.runs.run import Run
from gui.app import build_window
from gui.canvas import tooltips
from gui.canvas.geometry import End
from gui.conflicts.question import Question
from gui.design.palette import Palette
from gui.training.runs.runs_dialogs import ask_delete
from gui.widgets import MessageBox, label, plain, unmarked
from gui.window import MainWindow
from tests.gui.units import wire

HOSTILE = '<img src="file:///tmp/x.png"><b>x</b>'
FILE = '<img src="x.png"><b>x'
pytestmark = pytest.mark.usefixtures("qapp")
TIP = Qt.ItemDataRole.ToolTipRole
LETTERS = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f\xa0\xad") | st.just("\n")
)


class Watched(QTextDocument):
    """Markup as Qt lays it out, and what it would load."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.setHtml(markup)
        self.setPageSize(QSizeF(300, 300))
        _ = self.size()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        self.loaded.append(QUrl(name).toString())
        return super().loadResource(kind, name)


def as_shown(text: str) -> tuple[str, list[str]]:
    """What people see of a text where Qt guesses, and what it loads for it."""
    if not QtGui.Qt.mightBeRichText(text):
        return text, []
    document = Watched(text)
    return document.toPlainText(), document.loaded


def network(name: str) -> Graph:
    """A network whose names and help are all this one; one layer has a problem."""
    graph = Graph(name)
    unit = graph.define(f"{name} unit", help=name, channels=8)
    wire(
        unit,
        unit.add("BlockInput"),
        unit.add("Conv2d", name=name, out_channels=4, kernel_size=3),
        unit.add("BlockOutput"),
    )
    wire(
        graph,
        graph.add("Input", name=f"{name} in", shape=(3, 8, 8), field=name),
        graph.add(f"{name} unit", name=name),
        graph.add("Linear", name=f"{name} fc", out_features=10),
        graph.add("Output", name=f"{name} out", target=name),
    )
    graph.add("Conv2d", name=f"{name} lone", out_channels=name)
    return graph


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    graph = network(HOSTILE)
    path = tmp_path / f"{FILE}.loom"
    project.save(graph, path)
    run = Run.create(None, graph, device="cpu", threads=1)
    run.metrics([{"step": 1, "epoch": 1, "split": "train", "loss": 1.0}])
    run.update(state="failed", message=HOSTILE, name=HOSTILE, note=HOSTILE, tags=[HOSTILE])
    run.close()
    made = build_window((project.load(path), path))
    qtbot.addWidget(made, before_close_func=lambda w: w.document.discard())
    made.resize(1200, 800)
    with qtbot.waitExposed(made):
        made.show()
    return made


def guessed(window: QWidget) -> list[str]:
    """All texts below a widget that Qt would show as markup if they looked like it."""
    found = [widget.toolTip() for widget in (window, *window.findChildren(QWidget))]
    found += [action.toolTip() for action in window.findChildren(QAction) if action.toolTip() != action.text()]
    for each in window.findChildren(QLabel):
        if each.textFormat() in (Qt.TextFormat.RichText, Qt.TextFormat.MarkdownText):
            found.append(f"<qt>{each.text()}</qt>")
        elif each.textFormat() == Qt.TextFormat.AutoText:
            found.append(each.text())
    for tabs in window.findChildren(QTabWidget):
        found += [tabs.tabToolTip(index) for index in range(tabs.count())]
    for view in window.findChildren(QAbstractItemView):
        model = view.model()
        if model is not None:
            columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
            rows = range(min(model.rowCount(), 200))
            found += [str(model.index(row, column).data(TIP) or "") for row in rows for column in range(columns)]
    return found


def check(texts: list[str], name: str = HOSTILE) -> int:
    """Nothing is loaded for any text; returns in how many the hostile name is read letter by letter."""
    shown = [as_shown(text) for text in texts]
    assert [loaded for _, loaded in shown if loaded] == []
    return sum(name in text for text, _ in shown)


def test_the_markup_would_load_its_picture() -> None:
    text, loaded = as_shown(HOSTILE)
    assert len(loaded) == 1
    assert "<b>" not in text


@settings(deadline=None)
@given(LETTERS)
def test_plain_shows_every_letter(text: str) -> None:
    for one in (plain(text), plain(text, wrap=True)):
        shown, loaded = as_shown(one)
        assert (shown, loaded) == (text, [])


@given(LETTERS)
def test_a_message_of_the_desktop_holds_no_tag(text: str) -> None:
    made = unmarked(text)
    assert made.replace("\N{WORD JOINER}", "") == text
    assert not any(pair[0] == "<" and pair[1] != "\N{WORD JOINER}" for pair in itertools.pairwise(made))


def test_labels_and_boxes_are_plain(qtbot: QtBot) -> None:
    box = MessageBox(None, HOSTILE, HOSTILE, HOSTILE)
    qtbot.addWidget(box)
    box.setInformativeText(f"{HOSTILE}!")
    box.setDetailedText(HOSTILE)
    made = label(HOSTILE)
    qtbot.addWidget(made)
    assert [part.textFormat() for part in box.findChildren(QLabel) if part.text()] == [Qt.TextFormat.PlainText] * 2
    assert made.textFormat() == Qt.TextFormat.PlainText
    assert [edit.toPlainText() for edit in box.findChildren(QTextEdit)] == [HOSTILE]


def test_a_hostile_project_is_read_letter_by_letter_on_every_page(qtbot: QtBot, window: MainWindow) -> None:
    document, pages = window.document, window.pages
    found = 0
    for node_id in list(document.graph.nodes):
        document.select([node_id])
        found += check(guessed(window))
    window.design.problems.list.setCurrentRow(0)
    document.open_block((document.graph.by_name(HOSTILE).id,))  # type: ignore[union-attr]
    found += check(guessed(window))
    document.open_block(())
    pages.show_data()
    found += check(guessed(window))
    pages.show_training()
    runs = pages.training.runs
    qtbot.waitUntil(lambda: runs.proxy.rowCount() > 0)
    found += check(guessed(window))
    pages.show_start()
    found += check(guessed(window))
    assert found > 10


def test_tooltips_of_the_canvas_are_read_letter_by_letter(window: MainWindow) -> None:
    document = window.document
    texts = []
    for node in document.graph.nodes.values():
        texts.append(tooltips.node_text(document, node.id, document.problems(), [HOSTILE]))
        texts.append(tooltips.port_text(document, End(node.id, "input", "input"), document.problems()))
    texts += [tooltips.wire_tip(document, edge) for edges in document.graph.outgoing.values() for edge in edges]
    assert check(texts) == len(texts)


def test_questions_and_complaints_are_read_letter_by_letter(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    broken = tmp_path / f"{FILE}.loom"
    broken.write_text("no")
    window.files.open_path(broken)
    qtbot.waitUntil(lambda: not window.files.busy)
    ask_delete(window, HOSTILE, lambda: None)
    boxes = window.findChildren(QMessageBox)
    assert len(boxes) == 2
    for box in boxes:
        labels = [part for part in box.findChildren(QLabel) if part.text()]
        assert {part.textFormat() for part in labels} == {Qt.TextFormat.PlainText}
        assert any("<img" in part.text() for part in labels)
        box.close()


def test_what_is_said_of_a_file_is_read_letter_by_letter(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    qtbot.waitUntil(lambda: not window.files.busy)
    project.save(network(f"other {HOSTILE}"), tmp_path / f"{FILE}.loom")
    window.files.watch.look()
    qtbot.waitUntil(window.files.strip.isVisible)
    qtbot.mouseClick(window.files.strip.buttons["Show the Difference"], Qt.MouseButton.LeftButton)
    question = window.findChild(Question)
    assert question is not None
    for part in (window.files.strip, question):
        labels = [each for each in part.findChildren(QLabel) if each.text()]
        assert {each.textFormat() for each in labels} == {Qt.TextFormat.PlainText}
        assert any("<img" in each.text() for each in labels)
    question.close()


def test_a_cut_message_of_the_status_line_is_whole_in_its_tooltip(window: MainWindow) -> None:
    window.say(HOSTILE * 20)
    middle = QPoint(20, window.status.height() // 2)
    QApplication.sendEvent(window.status, QHelpEvent(QHelpEvent.Type.ToolTip, middle, window.mapToGlobal(middle)))
    assert check([QToolTip.text()], HOSTILE * 20) == 1
    QToolTip.hideText()


def test_my_blocks_in_the_palette_are_read_letter_by_letter(qtbot: QtBot, window: MainWindow) -> None:
    window.document.select([window.document.graph.by_name(HOSTILE).id])  # type: ignore[union-attr]
    window.commands.blocks.keep()
    palette = window.findChild(Palette)
    assert palette is not None
    tips = []
    iterator = QTreeWidgetItemIterator(palette.tree)
    while (item := iterator.value()) is not None:
        tips.append(item.toolTip(0))
        iterator += 1
    assert check(tips) >= 1
