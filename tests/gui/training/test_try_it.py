"""The tab *Try it*: what is typed is answered beside the window, with the weights of the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot

import presets
from engine.data.sources import describe
from engine.graph import Graph
from engine.inside.generating.forecasting import Forecast
from engine.inside.generating.labelling import Label
from engine.training.runs.stored import parent_of
from gui.hosts.host import StoredRun
from gui.training.results.result_page import ShownRuns
from gui.training.trying.answer_stack import AnswerStack
from gui.training.trying.trial import Shown
from gui.training.trying.try_page import TryPage
from presets.fitting import fitted
from tests.engine.own_texts import review_folder, story
from tests.engine.sequence_networks import translator
from tests.engine.test_inside import trained
from tests.gui.shown_pages import try_page


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("try")
    return {
        "translator": trained(translator(), place / "translator", 1),
        "reviews": trained(
            fitted("lstm-text-classifier", describe(review_folder(place / "reviews")))[0], place / "run", 1
        ),
        "story": trained(fitted("rnn-language-model", describe(story(place / "story.txt")))[0], place / "story", 1),
        "images": trained(presets.build("mlp"), place / "images", 1),
    }


@pytest.fixture
def page(qtbot: QtBot) -> TryPage:
    return try_page(qtbot)


def show(qtbot: QtBot, page: TryPage, run: Path | None) -> None:
    host = None if run is None else StoredRun(run)
    page.show_runs(ShownRuns(Graph(), host, None, {}))
    qtbot.waitUntil(lambda: not page.background.busy, timeout=20_000)


def test_a_text_is_translated_and_alternatives_are_listed(qtbot: QtBot, page: TryPage, runs: dict[str, Path]) -> None:
    show(qtbot, page, None)
    assert page.empty.isVisible()
    assert "Train a network of sequences" in page.empty.hint.text()
    show(qtbot, page, runs["translator"])
    assert page.go.text() == "Translate"
    assert not page.stop.isEnabled()
    page.prompt.clear()
    QTest.keyClicks(page.prompt, "may 4, 1984")
    QTest.keyClick(page.prompt, Qt.Key.Key_Return)
    assert page.stop.isEnabled()
    qtbot.waitUntil(lambda: not page.background.busy and page.answer.others.count() == 5)
    best = page.answer.text.toPlainText()
    assert len(best) == 10
    assert page.answer.others.item(0).text().endswith(best)
    page.settings.beams.setValue(0)  # tokens are drawn now
    assert page.settings.temperature.isEnabled()
    page.settings.temperature.setValue(0)
    QTest.mouseClick(page.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.background.busy and not page.answer.others.isVisible())
    assert len(page.answer.text.toPlainText()) == 10
    page.settings.weights.setCurrentIndex(1)
    QTest.mouseClick(page.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.background.busy and "The data say: " in page.note.text())
    assert "best epoch" in page.note.text()
    assert page.prompt.text() not in ("", "may 4, 1984")
    page.prompt.clear()
    QTest.keyClicks(page.prompt, "!")
    QTest.mouseClick(page.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.error.isVisible())
    assert "character '!'" in page.error.text()


def test_a_sentence_of_ones_own_is_classified(qtbot: QtBot, page: TryPage, runs: dict[str, Path]) -> None:
    show(qtbot, page, runs["reviews"])
    assert page.go.text() == "Classify"
    assert page.prompt.text().startswith("The "), "the first text of the test part"
    page.prompt.clear()
    QTest.keyClicks(page.prompt, "The film was a zebra.")
    QTest.keyClick(page.prompt, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.background.busy and page.answer.others.count() == 2)
    assert page.answer.others.item(0).text().endswith(page.answer.text.toPlainText())
    assert "Not in its vocabulary: 'a', 'zebra'." in page.note.text()
    page.prompt.clear()
    QTest.mouseClick(page.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.error.isVisible())
    assert "nothing to classify" in page.error.text()
    assert page.answer.text.toPlainText() == "", "the answer to another question is gone"
    QTest.mouseClick(page.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.background.busy and "The data say: " in page.note.text())
    assert page.note.text().rpartition(" ")[2] in ("neg", "pos")


def test_a_text_is_written_until_it_is_stopped(qtbot: QtBot, page: TryPage, runs: dict[str, Path]) -> None:
    show(qtbot, page, runs["story"])
    assert page.go.text() == "Generate"
    page.settings.length.setValue(10_000)
    QTest.keyClicks(page.prompt, "Once Q")
    QTest.mouseClick(page.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(page.answer.text.toPlainText()) > len("Once "))
    assert page.answer.text.toPlainText().startswith("Once ")
    assert "Not in its vocabulary: 'Q'." in page.note.text()
    QTest.mouseClick(page.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.background.busy)
    assert len(page.answer.text.toPlainText()) < 10_000
    assert page.go.isEnabled()
    assert not page.stop.isEnabled()


def test_a_run_of_images_says_what_asks_it(qtbot: QtBot, page: TryPage, runs: dict[str, Path]) -> None:
    show(qtbot, page, runs["images"])
    assert page.empty.isVisible()
    assert "predict" in page.empty.hint.text()
    assert page.empty.button.text() == "Try Again"


class Running(StoredRun):
    """A training that is under way in this window, as far as its weights matter."""

    def __init__(self, run: Path) -> None:
        super().__init__(run)
        self.result = None

    def weights(self) -> tuple[int, dict[str, torch.Tensor]]:  # type: ignore[override]
        found = dict(parent_of(self.status.run).weights)
        found["head.weight"] = torch.zeros_like(found["head.weight"])
        found["head.bias"] = torch.nn.functional.one_hot(torch.tensor(12), 13) * 50.0
        return 7, found


def test_while_it_is_trained_its_weights_of_this_moment_are_taken(
    qtbot: QtBot, page: TryPage, runs: dict[str, Path]
) -> None:
    page.show_runs(ShownRuns(Graph(), Running(runs["translator"]), None, {}))
    qtbot.waitUntil(lambda: not page.background.busy, timeout=20_000)
    page.ask()
    qtbot.waitUntil(lambda: not page.background.busy and page.answer.text.toPlainText() != "")
    assert page.answer.text.toPlainText() == "9" * 10
    assert "after step 7 of the running training" in page.note.text()
    assert page.minimumSizeHint().height() < 120  # all tabs below the curves are as high as the highest


def test_labels_stand_under_their_tokens_and_a_forecast_on_its_series(qtbot: QtBot) -> None:
    stack = AnswerStack()
    qtbot.addWidget(stack)
    found = (Label("i", "keyword", 0.9), Label("f", "keyword", 0.9), Label("␣", "space", 1.0), Label("x", "name", 0.8))
    stack.show_answer(Shown("label", labels=found))
    cells = [[stack.labels.item(row, column).text() for column in range(3)] for row in range(2)]
    assert cells == [["if", "␣", "x"], ["keyword", "space", "name"]]
    series = Forecast("test sample 1", np.arange(4.0), np.array([4.0, 5.0]), np.array([4.0, 4.5]))
    stack.show_answer(Shown("forecast", forecast=series))
    assert stack.curve is not None
    assert stack.currentWidget() is stack.curve
    drawn = {item.name(): item.getData() for item in stack.curve.plot.getPlotItem().listDataItems()}
    assert drawn["past"][0].tolist() == [-3, -2, -1, 0]
    assert drawn["forecast"][1].tolist() == [3, 4, 5]
    assert drawn["what followed"][1].tolist() == [3, 4, 4.5]


@pytest.mark.parametrize("size", [(300, 140), (640, 200), (1200, 800)])
def test_the_legend_of_a_forecast_covers_no_curve(qtbot: QtBot, size: tuple[int, int]) -> None:
    stack = AnswerStack()
    qtbot.addWidget(stack)
    stack.resize(*size)
    stack.show()
    series = Forecast("test sample 1", np.arange(40.0)[::-1], np.array([4.0, 5.0]), np.array([4.0, 4.5]))
    stack.show_answer(Shown("forecast", forecast=series))
    qtbot.waitUntil(lambda: stack.curve is not None and stack.curve.plot.isVisible())
    assert stack.curve is not None
    entries = stack.curve.legend.findChildren(QWidget)
    assert [entry.accessibleName() for entry in entries] == ["past", "what followed", "forecast"]
    assert stack.curve.legend.geometry().bottom() < stack.curve.plot.geometry().top()
    for entry in entries:
        assert stack.curve.legend.rect().contains(entry.geometry()), f"{entry.accessibleName()} is cut off"
    assert stack.rect().contains(stack.curve.geometry())


def test_a_forecast_is_seen_whole_where_the_tab_is_low(qtbot: QtBot, page: TryPage) -> None:
    page.resize(960, 257)
    page.stack.setCurrentIndex(1)
    page.settings.offer("forecast", 0)
    page.note.setText("Test sample 1: mean absolute error 7.9")
    series = Forecast("test sample 1", np.arange(40.0), np.array([4.0, 5.0]), np.array([4.0, 4.5]))
    page.answer.show_answer(Shown("forecast", forecast=series))
    curve = page.answer.curve
    assert curve is not None

    def whole() -> bool:
        plot = curve.plot
        return plot.isVisible() and page.rect().contains(QRect(plot.mapTo(page, QPoint(0, 0)), plot.size()))

    qtbot.waitUntil(whole)
    (area,) = (one for one in page.findChildren(QScrollArea) if one is not page.answer.clip_area)
    assert area.verticalScrollBar().maximum() == 0
