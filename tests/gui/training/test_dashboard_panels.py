"""Plots of any metric along any axis, looked at, hidden, remembered and exported."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from gui.document import Document
from gui.preferences import Preferences
from gui.theme import theme
from gui.training.dashboard import Dashboard
from gui.training.plots.exporting import save
from gui.training.plots.plots import Plots
from tests.gui.training.boards import FakeHost, Show, click, host_of, network


def fed(qtbot: QtBot, board: Dashboard, count: int = 200) -> Plots:
    """A run that has ended with these steps: two a second, a hundred an epoch."""
    board.run.train()
    host = host_of(board)
    host.begin()
    steps = np.arange(1, count + 1, dtype=float)
    epochs = 1 + (steps - 1) // 100
    for name, values in {
        "loss": 1 / steps,
        "accuracy": 1 - 1 / steps,
        "lr": 0.01 / steps,
        "memory": 2e9 + steps,
    }.items():
        host.history.extend(f"train/{name}", steps, values, epochs, steps / 2)
    for epoch in range(1, count // 100 + 1):
        host.history.append("validation/loss", 100 * epoch, 0.5, epoch, 50.0 * epoch)
    with qtbot.waitSignal(board.run.finished):
        host.end("finished", "Trained 2 epochs.", epochs=2)
    assert board._plots is not None
    return board._plots


def pick(box: QComboBox, text: str) -> None:
    """Choose by the keyboard, as it is typed."""
    box.setFocus()
    box.setCurrentIndex(0)
    for _ in range(box.findText(text)):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == text
    QTest.keyClick(box, Qt.Key.Key_Return)


@pytest.mark.parametrize(("axis", "end"), [("Steps", 200.0), ("Epochs", 2.0), ("Time", 100.0)])
def test_every_plot_runs_along_the_axis_that_is_chosen(qtbot: QtBot, show: Show, axis: str, end: float) -> None:
    plots = fed(qtbot, show())
    pick(plots.axis, axis)
    for plot in plots.panels:
        assert plot.canvas.steps() == (0.0, pytest.approx(1.012 * end))
        assert plot.curves[0].line.xData[-1] == pytest.approx(end)
    assert plots.panels[0].curves[1].line.xData.tolist() == pytest.approx([end / 2, end])


def test_plots_come_show_what_is_chosen_and_go(qtbot: QtBot, show: Show) -> None:
    plots = fed(qtbot, show())
    plots.slider.setValue(0)
    click(plots.add_button)
    assert [plot.shown for plot in plots.panels] == ["loss", "accuracy", "lr"]
    third = plots.panels[2]
    assert third.legend.rows.values == ["5.00e-05"]
    third.chooser.setCurrentIndex(third.chooser.findText("Memory"))
    third.chooser.activated.emit(third.chooser.currentIndex())
    assert third.legend.rows.values == ["1.86 GiB"]
    click(third.close_button)
    click(plots.panels[1].close_button)
    assert [plot.shown for plot in plots.panels] == ["loss"]
    assert not plots.panels[0].close_button.isVisible(), "the last one stays"


def test_a_click_in_the_legend_hides_a_curve(qtbot: QtBot, show: Show) -> None:
    plots = fed(qtbot, show())
    plot = plots.panels[0]
    legend = plot.legend
    rect = legend.visualRect(legend.rows.index(1))
    QTest.mouseClick(legend.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert not plot.curves[1].line.isVisible()
    assert plot.curves[0].line.isVisible()
    legend.setCurrentIndex(legend.rows.index(1))
    QTest.keyClick(legend, Qt.Key.Key_Space)
    assert plot.curves[1].line.isVisible()


def test_follow_keeps_the_newest_in_view(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host = host_of(board)
    host.begin()
    host.feed(400)
    qtbot.waitUntil(lambda: board._plots is not None and board._plots.filled)
    plots = board._plots
    assert plots is not None
    canvas = plots.panels[0].canvas
    point = canvas.viewport().rect().center()
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.RightButton, pos=point)
    canvas.box.scaleBy((0.2, 1.0))
    canvas.dragged.emit()
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.RightButton, pos=point)
    assert not plots.follow.isChecked()
    low, high = canvas.steps()
    click_box = QPoint(8, plots.follow.height() // 2)
    QTest.mouseClick(plots.follow, Qt.MouseButton.LeftButton, pos=click_box)
    host.feed(400)
    qtbot.waitUntil(lambda: plots.panels[0].canvas.steps()[1] > 799)
    shown = canvas.steps()
    assert shown[1] - shown[0] == pytest.approx(high - low)
    assert plots.panels[1].canvas.steps() == pytest.approx(shown)


def test_the_layout_is_kept_between_starts(qtbot: QtBot, show: Show) -> None:
    def board() -> Plots:
        made = Dashboard(Document(network()), make_host=FakeHost, preferences=Preferences())
        qtbot.addWidget(made)
        with qtbot.waitExposed(made):
            made.show()
        assert made._plots is not None
        boards.append(made)
        return made._plots

    boards: list[Dashboard] = []
    plots = board()
    click(plots.add_button)
    click(plots.panels[1].log)
    pick(plots.axis, "Time")
    plots.slider.setValue(25)
    plots.slider.sliderReleased.emit()
    again = board()
    assert [(plot.shown, plot.logarithmic) for plot in again.panels] == [
        (plot.shown, plot.logarithmic) for plot in plots.panels
    ]
    assert (again.span.axis, again.slider.value()) == ("time", 25)
    for made in boards:
        assert made.close_host()
        made.close()


@pytest.mark.parametrize("kept", ["{", "[]", "[" * 90_000, '{"plots": [["loss", 1]], "axis": [], "smoothing": true}'])
def test_what_was_remembered_of_plots_may_be_anything(qtbot: QtBot, kept: str) -> None:
    Preferences().set_text("training/plots", kept)
    plots = Plots(Preferences())
    qtbot.addWidget(plots)
    assert [plot.shown for plot in plots.panels] == ["loss", "accuracy"]
    assert (plots.span.axis, plots.slider.value()) == ("step", 60)


def test_curves_are_exported(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    board = show()
    plots = fed(qtbot, board)
    runs = [("this run", board.run.host.history)]  # type: ignore[union-attr]
    assert save(tmp_path / "a.png", plots.panels, runs) == "Saved a.png."
    image = QImage(str(tmp_path / "a.png"))
    assert image.width() > 2 * plots.panels[0].canvas.width()
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert theme.color("curve.train").name() in colors, "the curve is in the picture"
    save(tmp_path / "a.svg", plots.panels, runs)
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    words = {"".join(item.itertext()) for item in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Loss by step", "train", "validation"} <= words
    save(tmp_path / "a.csv", plots.panels, runs)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text())))
    assert rows[0] == {
        **{"run": "this run", "series": "train/loss", "step": "1", "epoch": "1", "seconds": "0.5", "value": "1.0"}
    }


def test_a_file_that_cannot_be_written_is_said_in_a_sentence(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    board = show()
    plots = fed(qtbot, board)
    click(plots.export)
    dialog = board.findChild(QFileDialog)
    assert dialog is not None
    with qtbot.waitSignal(board.message) as signal:
        dialog.fileSelected.emit(str(tmp_path / "nowhere" / "a.csv"))
    assert signal.args[0].endswith("cannot be written: No such file or directory.")
    dialog.reject()
