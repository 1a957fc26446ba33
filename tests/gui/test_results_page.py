"""The Results page with real events: choose a run, draw, type, drop and paste, and read the answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

import presets
from engine.data import sources
from engine.edits import SetSetting
from engine.graph import Graph
from engine.inside.trained import open_run
from engine.training.runs.folder import WEIGHTS
from gui.document import Document
from gui.inside.predict.answers_view import best
from gui.inside.predict.asking import Ways
from gui.inside.predict.pad import DrawingPad
from gui.inside.predict.predict_tab import PredictTab
from gui.inside.results_page import ResultsPage
from presets.fitting import fitted
from tests.engine.hand_drawn import DIGITS
from tests.engine.own_data import wine_table
from tests.engine.test_inside import trained
from tests.gui.shown_pages import results_page

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: of drawings on board, and of a table of one's own, the newer one."""
    root = tmp_path_factory.mktemp("results") / "runs"
    trained(presets.build("mlp"), root / "digits", 8)
    graph = fitted("mlp", sources.describe(wine_table(root.parent / "wine.csv")))[0]
    graph.name = "Wine"
    for when in ("epochs", "minutes"):  # its weights are those of its end alone, however long it takes
        SetSetting(("training", "checkpoint", when), None).apply(graph)
    trained(graph, root / "wine", 5)
    return root


@pytest.fixture
def page(qtbot: QtBot, runs: Path) -> ResultsPage:
    return results_page(qtbot, runs)


def predict_tab(page: ResultsPage) -> PredictTab:
    tab = page.show_tab("Predict")
    assert isinstance(tab, PredictTab)
    return tab


def settle(qtbot: QtBot, page: ResultsPage) -> PredictTab:
    tab = predict_tab(page)
    busy = (page.runs.background, page.background, tab)
    qtbot.waitUntil(lambda: page.subject is not None and not any(one.busy for one in busy), timeout=60_000)
    return tab


def choose(qtbot: QtBot, page: ResultsPage, run: str) -> PredictTab:
    qtbot.waitUntil(lambda: not page.runs.background.busy and not page.background.busy, timeout=60_000)
    row = next(row for row in range(page.runs.count()) if page.runs.itemData(row).name == run)
    page.runs.setCurrentIndex(row)
    page.runs.activated.emit(row)
    qtbot.waitUntil(lambda: page.subject is not None and page.subject.folder.name == run, timeout=60_000)
    return settle(qtbot, page)


def draw(pad: DrawingPad, digit: int) -> None:
    for stroke in DIGITS[digit]:
        points = [QPoint(round(2 * x + 30), round(2 * y + 30)) for x, y in stroke]
        QTest.mousePress(pad, LEFT, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(pad, point)
        QTest.mouseRelease(pad, LEFT, pos=points[-1])


def test_the_newest_run_is_shown_with_its_score(qtbot: QtBot, page: ResultsPage) -> None:
    settle(qtbot, page)
    assert page.subject is not None
    assert page.subject.folder.name == "wine"
    assert page.runs.currentText().startswith("Wine · run 1 · finished · test accuracy")


def test_a_drawn_three_is_read_as_three(qtbot: QtBot, page: ResultsPage) -> None:
    tab = choose(qtbot, page, "digits")
    draw(tab.pad, 3)
    settle(qtbot, page)
    (prediction,) = tab.answers.predictions
    assert best(prediction).startswith("3 ")
    assert tab.answers.bars.accessibleDescription().startswith("0 ")
    assert tab.answers.seen.isVisible()
    QTest.keyClick(tab.pad, Qt.Key.Key_Delete)
    settle(qtbot, page)
    assert not tab.answers.predictions


def test_the_last_stroke_is_taken_back(qtbot: QtBot, page: ResultsPage) -> None:
    tab = choose(qtbot, page, "digits")
    draw(tab.pad, 4)
    QTest.keyClick(tab.pad, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(tab.pad.strokes) == 1
    settle(qtbot, page)


def test_a_typed_row_is_answered_at_once(qtbot: QtBot, page: ResultsPage) -> None:
    tab = settle(qtbot, page)
    before = tab.answers.predictions
    assert len(before) == 1, "what is usual is asked about first"
    field = next(one for one in tab.form.findChildren(QLineEdit) if one.accessibleName() == "proline")
    field.selectAll()
    QTest.keyClicks(field, "1500")
    settle(qtbot, page)
    assert tab.answers.predictions != before
    field.selectAll()
    QTest.keyClicks(field, "much")
    settle(qtbot, page)
    assert tab.answers.hint.text() == "proline: “much” is not a number."


def test_a_dropped_table_is_answered_and_saved(qtbot: QtBot, page: ResultsPage, runs: Path, tmp_path: Path) -> None:
    tab = settle(qtbot, page)
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(runs.parent / "wine.csv"))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    tab.dropEvent(QDropEvent(QPointF(5, 5), copy, dropped, LEFT, none))
    settle(qtbot, page)
    assert len(tab.answers.predictions) == 178
    assert tab.answers.list.count() == 178
    tab.answers.list.setCurrentRow(5)
    tab.save(tmp_path / "answers.csv")
    lines = (tmp_path / "answers.csv").read_text().splitlines()
    assert len(lines) == 179
    assert lines[0].startswith("sample,answer,")


def test_a_pasted_image_is_answered(qtbot: QtBot, page: ResultsPage, tmp_path: Path) -> None:
    tab = choose(qtbot, page, "digits")
    Image.new("L", (16, 16), 40).save(tmp_path / "one.png")
    QGuiApplication.clipboard().setImage(QImage(str(tmp_path / "one.png")))
    tab.paste()
    settle(qtbot, page)
    assert [one.name for one in tab.answers.predictions] == ["pasted.png"]


def test_what_is_no_image_is_said_in_a_sentence(qtbot: QtBot, page: ResultsPage, tmp_path: Path) -> None:
    tab = choose(qtbot, page, "digits")
    (tmp_path / "notes.png").write_text("no image")
    tab.ask_files([tmp_path / "notes.png"])
    settle(qtbot, page)
    assert "notes.png" in tab.answers.hint.text()
    assert not tab.answers.predictions


def test_a_broken_image_among_others_is_named(qtbot: QtBot, page: ResultsPage, tmp_path: Path) -> None:
    tab = choose(qtbot, page, "digits")
    Image.new("L", (16, 16), 40).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("no image")
    tab.ask_files([tmp_path])
    settle(qtbot, page)
    assert "1 of 2 samples cannot be read" in tab.answers.notes.text()
    assert tab.answers.list.item(1).text() == "b.png\ncannot be read"
    tab.answers.list.setCurrentRow(1)
    assert "b.png is damaged, or no image" in tab.answers.odd.text()
    assert tab.answers.odd.isVisible()
    assert not tab.answers.seen.isVisible()
    tab.answers.list.setCurrentRow(0)
    assert not tab.answers.odd.isVisible()


def test_a_word_in_a_column_of_numbers_is_said(qtbot: QtBot, page: ResultsPage, runs: Path, tmp_path: Path) -> None:
    tab = choose(qtbot, page, "wine")
    lines = (runs.parent / "wine.csv").read_text().splitlines()[:3]
    lines[2] = f"strong,{lines[2].partition(',')[2]}"
    (tmp_path / "ask.csv").write_text("\n".join(lines))
    tab.ask_files([tmp_path / "ask.csv"])
    settle(qtbot, page)
    assert "no number in 'alcohol': 'strong' (ask.csv row 2). Taken instead: " in tab.answers.notes.text()
    assert not tab.answers.odd.isVisible()
    tab.answers.list.setCurrentRow(1)
    assert "'strong'" in tab.answers.odd.text()


def test_a_network_that_no_file_is_read_for_says_so(qtbot: QtBot, page: ResultsPage) -> None:
    tab = settle(qtbot, page)
    tab._found_ways(Ways(False, (), (), "", ""))
    assert tab.answers.hint.text() == ""
    assert "tabs Errors and Inside" in tab.file_note.text()
    assert not tab.files.isVisible()
    assert not tab.paste_button.isVisible()


def test_without_runs_there_is_a_way_to_training(qtbot: QtBot, tmp_path: Path) -> None:
    page = ResultsPage(Document(Graph("net")), root=tmp_path / "none")
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: not page.runs.background.busy)
    assert page.empty.button.isVisible()
    assert not page.runs.isVisible()
    with qtbot.waitSignal(page.training_wanted):
        QTest.mouseClick(page.empty.button, LEFT)
    page.close_background()


def test_a_damaged_run_is_said_and_another_can_be_chosen(qtbot: QtBot, page: ResultsPage, runs: Path) -> None:
    choose(qtbot, page, "digits")
    weights = runs / "wine" / WEIGHTS
    content = weights.read_bytes()
    weights.write_bytes(b"damaged")
    row = next(row for row in range(page.runs.count()) if page.runs.itemData(row).name == "wine")
    page.runs.setCurrentIndex(row)
    page.runs.activated.emit(row)
    qtbot.waitUntil(lambda: not page.background.busy, timeout=60_000)
    said = page.empty.hint.text() if page.subject is None else page.note.text()
    weights.write_bytes(content)
    assert "cannot be read" in said
    assert choose(qtbot, page, "digits").answers is not None


def test_a_running_one_is_asked_with_its_weights_of_that_moment(qtbot: QtBot, runs: Path) -> None:
    """Those given are asked, not the stored ones, and the page says after how many steps."""
    wine = open_run(runs / "wine")
    state = wine.network.module.state_dict()
    zeros = {name: value * 0 if value.dtype.is_floating_point else value for name, value in state.items()}
    page = ResultsPage(Document(Graph("net")), root=runs, moment=lambda run: (7, zeros) if run.name == "wine" else None)
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    tab = choose(qtbot, page, "wine")
    assert "after step 7" in page.note.text()
    (answer,) = tab.answers.predictions[0].answers
    assert [chance for _, chance in answer.probabilities] == pytest.approx([1 / 3] * 3)
    choose(qtbot, page, "digits")
    assert not page.note.isVisible()
    page.close_background()
