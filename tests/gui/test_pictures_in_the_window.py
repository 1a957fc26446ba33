"""The drawing as a picture, the table of layers and the report, as they are reached in the window."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDoubleSpinBox, QLineEdit
from pytestqt.qtbot import QtBot

import presets
from engine import cost
from engine.edits import SetParameter
from engine.report.report import report as write_report
from gui.app import build_window
from gui.design.layers_panel import LayersPanel
from gui.drawing.commands import SVG
from gui.drawing.export_dialog import DrawingDialog
from gui.reports import report_dialog
from gui.reports.report_dialog import ReportDialog
from gui.theme import theme
from gui.window import MainWindow
from tests.gui.test_drawing import texts


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = build_window((presets.build("resnet-18-small"), None))
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    made.pages.show_design()
    yield made
    made.document.discard()
    made.close()
    theme.set("light")


def layers(window: MainWindow, qtbot: QtBot) -> LayersPanel:
    window.actions_table["view.layers"].trigger()
    panel = window.design.layers
    qtbot.waitUntil(lambda: panel.table is not None and panel.isVisible())
    return panel


def cell(panel: LayersPanel, row: int, column: int, parent: int | None = None) -> str:
    model = panel.proxy
    index = model.index(row, column) if parent is None else model.index(row, column, model.index(parent, 0))
    return str(index.data() or "")


def click(panel: LayersPanel, qtbot: QtBot, row: int, parent: int | None = None) -> None:
    index = panel.proxy.index(row, 0) if parent is None else panel.proxy.index(row, 0, panel.proxy.index(parent, 0))
    if parent is not None:
        panel.view.expand(panel.proxy.index(parent, 0))
    panel.view.scrollTo(index)
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=panel.view.visualRect(index).center())


# -- the table ---------------------------------------------------------------------------------------------------------


def test_the_table_says_what_info_says(window: MainWindow, qtbot: QtBot) -> None:
    panel = layers(window, qtbot)
    whole = cost.total(window.document.project)
    assert f"{whole.parameters:,} parameters" in panel.total.text()
    assert cell(panel, 1, 0) == "stem"
    assert cell(panel, 1, 3) == "(N, 16, 32, 32)"
    assert sum(int(cell(panel, row, 4).replace(",", "")) for row in range(panel.proxy.rowCount())) == whole.parameters


def test_a_click_selects_the_layer_also_inside_a_block(window: MainWindow, qtbot: QtBot) -> None:
    panel, document = layers(window, qtbot), window.document
    click(panel, qtbot, 1)
    assert [document.graph.nodes[node_id].name for node_id in document.selection] == ["stem"]
    stage = next(row for row in range(panel.proxy.rowCount()) if cell(panel, row, 0) == "stage2")
    inner = next(row for row in range(9) if cell(panel, row, 0, stage) == "conv2")
    click(panel, qtbot, inner, stage)
    assert [title for title, _ in document.titles()][-1] == "stage2"
    assert [document.graph.nodes[node_id].name for node_id in document.selection] == ["conv2"]
    assert panel.view.selectionModel().selectedRows()[0].data() == "conv2"


def test_the_selection_of_the_canvas_is_that_of_the_table(window: MainWindow, qtbot: QtBot) -> None:
    panel, document = layers(window, qtbot), window.document
    fc = next(node.id for node in document.graph.nodes.values() if node.name == "fc1")
    document.select([fc])
    assert [index.data() for index in panel.view.selectionModel().selectedRows()] == ["fc1"]


def test_it_sorts_by_numbers_and_filters_by_words(window: MainWindow, qtbot: QtBot) -> None:
    panel = layers(window, qtbot)
    panel.view.sortByColumn(4, Qt.SortOrder.DescendingOrder)
    numbers = [int(cell(panel, row, 4).replace(",", "")) for row in range(panel.proxy.rowCount())]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > 100_000
    panel.view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert cell(panel, 0, 0) == "image"
    qtbot.keyClicks(panel.filter, "shortcut")
    assert {cell(panel, row, 0) for row in range(panel.proxy.rowCount())} == {f"stage{k}" for k in range(1, 5)}
    assert panel.proxy.rowCount(panel.proxy.index(0, 0)) == 1
    panel.filter.clear()
    assert panel.proxy.rowCount() == 12


def test_it_follows_an_edit_and_keeps_what_is_expanded(window: MainWindow, qtbot: QtBot) -> None:
    panel, document = layers(window, qtbot), window.document
    stage = next(row for row in range(panel.proxy.rowCount()) if cell(panel, row, 0) == "stage1")
    panel.view.expand(panel.proxy.index(stage, 0))
    stem = next(node.id for node in document.graph.nodes.values() if node.name == "stem")
    before = panel.total.text()
    document.apply(SetParameter(stem, "kernel_size", 5))
    qtbot.waitUntil(lambda: panel.total.text() != before)
    assert f"{cost.total(document.project).parameters:,} parameters" in panel.total.text()
    assert panel.view.isExpanded(panel.proxy.index(stage, 0))


def test_nothing_is_computed_while_nobody_sees_it(window: MainWindow, qtbot: QtBot) -> None:
    panel, document = window.design.layers, window.document
    stem = next(node.id for node in document.graph.nodes.values() if node.name == "stem")
    document.apply(SetParameter(stem, "kernel_size", 5))
    qtbot.waitUntil(lambda: not panel._soon.isActive())
    assert panel.table is None


def test_it_is_copied_and_saved_as_text(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    panel = layers(window, qtbot)
    for button in (panel.copy, panel.save):
        assert [action.text() for action in button.menu().actions()] == ["CSV", "Markdown", "LaTeX"]
    panel.copy.menu().actions()[1].trigger()
    assert "| stage1/conv1 | Conv2d |" in QGuiApplication.clipboard().text()
    assert "Markdown" in window.status.currentMessage()
    window.files._write_table(panel.text("tex"), tmp_path / "t.tex")
    assert (tmp_path / "t.tex").read_text().count("\\begin{tabular}") == 1


# -- the drawing -------------------------------------------------------------------------------------------------------


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> DrawingDialog:
    window.actions_table["file.export_drawing"].trigger()
    made = window.commands.drawings.dialog
    assert made is not None
    qtbot.waitUntil(lambda: not made.preview.pixmap().isNull())
    return made


def test_the_dialog_shows_what_is_chosen(dialog: DrawingDialog, qtbot: QtBot) -> None:
    def shown() -> QImage:
        qtbot.waitUntil(lambda: not dialog._later.isActive() and not dialog._work.busy)
        return dialog.preview.pixmap().toImage()

    light = shown()
    dialog.theme.setCurrentText("Dark")
    dark = shown()
    assert light.pixelColor(2, 2).lightness() > 200 > 60 > dark.pixelColor(2, 2).lightness()
    dialog.kind.setCurrentIndex(1)
    figure = shown()
    assert figure.width() > figure.height()
    assert dark.height() > dark.width()


def test_it_saves_every_format(dialog: DrawingDialog, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.shapes.setChecked(False)
    qtbot.waitUntil(lambda: not dialog._later.isActive())
    with qtbot.waitSignal(dialog.saved):
        dialog.write(tmp_path / "net.svg")
    found = texts((tmp_path / "net.svg").read_bytes())
    assert "stage1" in found
    assert not [text for text in found if text.startswith("(N")]
    assert "net.svg" in window.status.currentMessage()


def test_a_png_that_is_too_large_is_said_before_it_is_saved(dialog: DrawingDialog) -> None:
    dialog.format.setCurrentIndex(2)
    assert dialog.scale.value() == 2
    dialog.scale.setValue(20)
    dialog.scale.setMaximum(400)
    dialog.scale.setValue(300)
    assert "choose a smaller scale" in dialog.size_note.text()
    assert not dialog.save.isEnabled()
    dialog.format.setCurrentIndex(0)
    assert dialog.save.isEnabled()


def test_a_file_that_cannot_be_written_is_said_and_the_dialog_stays(
    dialog: DrawingDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "there.svg").mkdir()
    dialog.write(tmp_path / "there.svg")
    qtbot.waitUntil(lambda: "there.svg" in dialog.size_note.text())
    assert dialog.isVisible()
    assert dialog.buttons.isEnabled()


@pytest.mark.parametrize("kind", [QComboBox, QAbstractButton, QDoubleSpinBox, QLineEdit])
def test_every_control_of_the_dialogs_has_a_name_and_a_hint(
    dialog: DrawingDialog, qtbot: QtBot, kind: type, tmp_path: Path
) -> None:
    report = ReportDialog(tmp_path, str(tmp_path))
    qtbot.addWidget(report)
    for one in (dialog, report):
        for widget in one.findChildren(kind):
            if not widget.objectName().startswith("qt_"):
                assert widget.toolTip(), widget
                assert widget.accessibleName() or widget.text(), widget


def test_copy_as_picture_gives_pixels_and_vectors(window: MainWindow, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("before")
    with qtbot.waitSignal(QGuiApplication.clipboard().dataChanged):
        window.actions_table["edit.copy_picture"].trigger()
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    root = ElementTree.fromstring(bytes(data.data(SVG).data()))
    assert root.tag.endswith("svg")
    assert not QGuiApplication.clipboard().image().isNull()


def test_a_program_that_has_copied_a_picture_ends_well() -> None:
    code = """
import presets
from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QGuiApplication
from gui.app import application, build_window
app = application()
window = build_window((presets.build("mlp"), None))
window.show()
loop = QEventLoop()
QGuiApplication.clipboard().dataChanged.connect(loop.quit)
window.commands.drawings.copy()
loop.exec()
assert QGuiApplication.clipboard().mimeData().hasFormat("image/svg+xml")
window.close()
assert QGuiApplication.clipboard().mimeData().hasImage()
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_closing_leaves_what_others_have_copied(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(QGuiApplication.clipboard().dataChanged):
        window.actions_table["edit.copy_picture"].trigger()
    QGuiApplication.clipboard().setText("of another program")
    window.commands.drawings.close()
    assert QGuiApplication.clipboard().text() == "of another program"


def test_there_is_no_picture_of_nothing(qtbot: QtBot) -> None:
    empty = build_window()
    qtbot.addWidget(empty)
    empty.actions_table["edit.copy_picture"].trigger()
    empty.actions_table["file.export_drawing"].trigger()
    assert empty.commands.drawings.dialog is None
    assert "nothing to draw" in empty.status.currentMessage()
    empty.close()


# -- the report --------------------------------------------------------------------------------------------------------


def test_the_report_of_the_run_that_is_seen(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.actions_table["train.report"].trigger()
    assert window.commands.reports.dialog is None
    assert "no run" in window.status.currentMessage()
    run = Path(__file__).parents[1] / "frozen" / "runs" / "finished"
    dialog = ReportDialog(run, str(tmp_path), window)
    dialog.open()
    with qtbot.waitSignal(dialog.saved):
        dialog.write(tmp_path / "run.html")
    content = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert content.count("<svg") > 6
    assert "Confusion matrix" in content


def test_cancel_ends_a_report_and_leaves_no_file(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Path(__file__).parents[1] / "frozen" / "runs" / "finished"
    dialog = ReportDialog(run, str(tmp_path), window)

    def late(*given: Any) -> str:
        dialog._stopped.wait(60)  # else a machine with other things to do lets it end before Cancel
        return write_report(*given)

    monkeypatch.setattr(report_dialog, "report", late)
    dialog.open()
    dialog.write(tmp_path / "run.html")
    dialog.reject()
    assert not list(tmp_path.iterdir())
