"""The dialog *Export*: formats that fit, what is there is asked about, how it went is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot
from safetensors.torch import load_file

import presets
from engine.training.runs.run_info import read
from gui.exporting.export_dialog import DRAWN, ExportDialog
from gui.exporting.formats_list import NAME
from gui.preferences import Preferences
from gui.window import MainWindow
from tests.engine.runs_to_export import trained


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., ExportDialog]]:
    made = list[ExportDialog]()

    def make(*runs: Path, drawn: bool = True) -> ExportDialog:
        preferences = Preferences()
        preferences.set_text("export/folder", str(tmp_path))
        graph = presets.build("linear-classifier") if drawn else None
        one = ExportDialog(graph, {run: run.name for run in runs}, preferences)
        made.append(one)
        one.show()
        return one

    yield make
    for one in made:
        one.close()


def enabled(dialog: ExportDialog) -> set[str]:
    items = [dialog.formats.item(row) for row in range(dialog.formats.count())]
    return {item.data(NAME).name for item in items if item.flags()}


def test_a_drawing_has_the_formats_that_need_no_run(dialog: Callable[..., ExportDialog], tmp_path: Path) -> None:
    shown = dialog()
    assert shown.what.currentText() == DRAWN
    assert {"model", "safetensors", "onnx", "pt2"} <= enabled(shown)
    assert not {"train", "package", "zip", "hub", "int8"} & enabled(shown)
    assert shown.grey.isVisibleTo(shown), "why some are grey is said"
    greyed = next(item for row in range(shown.formats.count()) if not (item := shown.formats.item(row)).flags())
    assert "needs a trained network" in greyed.toolTip()
    shown.formats.select("onnx")
    assert shown.path.text() == str(tmp_path / "linear-classifier.onnx")


def test_a_run_has_them_all_and_the_drawing_stays_a_choice(dialog: Callable[..., ExportDialog], tmp_path: Path) -> None:
    run = trained(presets.build("linear-classifier"), tmp_path / "run", 1)
    shown = dialog(run)
    assert shown.what.currentText().startswith("Run: ")
    assert {"train", "package", "zip", "hub", "int8"} <= enabled(shown)
    shown.formats.select("train")
    assert shown.path.text() == str(tmp_path / "train.py")
    shown.formats.select("package")
    assert shown.path.text() == str(tmp_path / "linear-classifier-package")
    shown.what.setCurrentIndex(shown.what.findText(DRAWN))
    assert shown.formats.exporter() is not None
    assert shown.formats.exporter().name == "safetensors"


def test_an_export_shows_what_was_compared(
    dialog: Callable[..., ExportDialog], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, opened = dialog(), list[QUrl]()
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    with qtbot.waitSignal(shown.process.done):
        shown.go.click()
        assert shown.bar.isVisible()
        assert not shown.formats.isEnabled()
    assert shown.outcome.said.text() == "Written, loaded again and compared: 64 samples, no difference."
    assert load_file(tmp_path / "linear-classifier.safetensors")
    assert not shown.bar.isVisible()
    shown.reveal.click()
    assert opened[0].toLocalFile() == str(tmp_path)


def test_what_is_there_stays_where_the_user_does_not_want_it_replaced(
    dialog: Callable[..., ExportDialog], tmp_path: Path
) -> None:
    target = tmp_path / "linear-classifier.safetensors"
    target.write_bytes(b"mine")
    shown = dialog()
    shown.go.click()
    (box,) = shown.findChildren(QMessageBox)
    assert "is there already" in box.text()
    box.button(QMessageBox.StandardButton.Cancel).click()
    assert not shown.process.running
    assert target.read_bytes() == b"mine"


def test_a_cancelled_export_leaves_nothing(dialog: Callable[..., ExportDialog], qtbot: QtBot, tmp_path: Path) -> None:
    shown = dialog()
    shown.go.click()
    with qtbot.waitSignal(shown.process.failed):
        shown.cancel.click()
    assert shown.outcome.notes.text() == "Cancelled: nothing was written."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_one_cancelled_while_it_writes_leaves_nothing(
    dialog: Callable[..., ExportDialog], qtbot: QtBot, tmp_path: Path
) -> None:
    shown = dialog()
    shown.formats.select("onnx")
    with qtbot.waitSignal(shown.process.phase):
        shown.go.click()
    with qtbot.waitSignal(shown.process.failed):
        shown.cancel.click()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(dialog: Callable[..., ExportDialog], tmp_path: Path) -> None:
    shown = dialog()
    shown.path.setText(str(tmp_path / "nowhere" / "x.safetensors"))
    shown.go.click()
    assert not shown.process.running
    assert "There is no folder" in shown.outcome.notes.text()


def test_the_drawing_of_a_run_is_written_by_the_window(dialog: Callable[..., ExportDialog], tmp_path: Path) -> None:
    run = trained(presets.build("linear-classifier"), tmp_path / "run", 1)
    shown = dialog(run)
    shown.formats.select("svg")
    shown.go.click()
    assert not shown.process.running
    assert shown.outcome.said.text() == "Written."
    assert b"<svg" in (tmp_path / "linear-classifier.svg").read_bytes()


def test_the_menu_opens_it_for_the_drawing(windows: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = windows()
    window.files.show_graph(presets.build("linear-classifier"))
    window.actions_table["file.export"].trigger()
    shown = window.commands.exporting.dialog
    assert shown is not None
    assert shown.what.currentText() == DRAWN
    shown.close()


def test_a_finished_run_is_trained_longer(
    windows: Callable[[], MainWindow], qtbot: QtBot, layerloom_home: Path
) -> None:
    run = trained(presets.build("linear-classifier"), layerloom_home / "runs" / "one", 1)
    window = windows()
    window.pages.show_training()
    page = window.pages.training
    page.run.show(run)
    qtbot.waitUntil(page.banner.longer.isVisible)
    page.banner.longer.click()
    (asked,) = page.findChildren(QInputDialog)
    assert "The run has 1 epoch. How many more?" in asked.labelText()
    asked.setIntValue(2)
    with qtbot.waitSignal(page.run.finished):
        asked.accept()
    assert read(run).epochs == 3
    assert read(run).state == "finished"
