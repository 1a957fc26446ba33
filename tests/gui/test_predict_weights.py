"""Results, Predict: a network with loaded weights and no run is asked about images of one's own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

import presets
from engine import project
from engine.compile import compile_graph
from engine.data.dataset import Asked
from engine.edits import MISSING, SetSetting
from engine.inside.trained import Trained
from engine.weights import match
from engine.weights.chosen import SETTING, choose
from gui.document import Document
from gui.inside.predict.predict_tab import PredictTab
from gui.inside.results_page import ResultsPage

LEFT = Qt.MouseButton.LeftButton
CLASSES = 14
SLOW = 60_000


def image(path: Path, shape: tuple[int, ...] = (40, 48, 3)) -> Path:
    generator = np.random.default_rng(len(path.name))
    Image.fromarray(generator.integers(0, 256, shape, dtype=np.uint8)).save(path)
    return path


@pytest.fixture
def document(tmp_path: Path) -> Document:
    """A classifier of images without data, whose weights come from a file with a mean and a deviation beside it."""
    graph, _ = presets.open_what(f"lenet-5:classes={CLASSES}")
    graph.settings["data"] = {}
    graph.settings["training"] = {}
    shape = graph.of_type("Input")[0].parameters["shape"]
    assert shape[0] == 1
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    torch.manual_seed(0)
    torch.save(compile_graph(graph).state_dict(), theirs / "net.pth")
    (theirs / "preprocessor_config.json").write_text(json.dumps({"image_mean": [0.5], "image_std": [0.25]}))
    (theirs / "config.json").write_text(json.dumps({"id2label": {str(n): f"thing {n}" for n in range(CLASSES)}}))
    choose(match(graph, theirs / "net.pth")).apply(graph)
    return Document(graph)


@pytest.fixture
def page(qtbot: QtBot, document: Document, tmp_path: Path) -> Iterator[ResultsPage]:
    made = ResultsPage(document, root=tmp_path / "none")
    qtbot.addWidget(made)
    made.resize(1180, 700)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close_background()


def settled(qtbot: QtBot, page: ResultsPage) -> PredictTab:
    tab = page.show_tab("Predict")
    assert isinstance(tab, PredictTab)
    busy = (page.runs.background, page.background, tab)
    qtbot.waitUntil(lambda: page.subject is not None and not any(one.busy for one in busy), timeout=SLOW)
    return tab


def test_a_dropped_image_is_answered_by_the_five_likeliest_names(
    qtbot: QtBot, page: ResultsPage, tmp_path: Path
) -> None:
    tab = settled(qtbot, page)
    assert page.runs.currentText() == "LeNet-5 · weights of net.pth · not trained here"
    assert "normalised by mean (0.5) and deviation (0.25), as of preprocessor_config.json" in page.note.text()
    assert not page.export.isVisible()
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(image(tmp_path / "colour.png")))])  # read as grey
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    tab.dropEvent(QDropEvent(QPointF(5, 5), copy, dropped, LEFT, none))
    settled(qtbot, page)
    (prediction,) = tab.answers.predictions
    likeliest = prediction.answers[0].probabilities
    said = tab.answers.bars.accessibleDescription().split("; ")
    assert [one.rpartition(" ")[0].rpartition(" ")[0] for one in said[:5]] == [name for name, _ in likeliest[:5]]
    assert said[5].startswith("9 others ")
    assert len(said) == 6


def test_names_are_given_by_a_list(
    qtbot: QtBot, page: ResultsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = settled(qtbot, page)
    before = project.to_bytes(page.document.project)
    chosen = tmp_path / "names.txt"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(chosen), ""))
    for content, words in ((b"one\ntwo\n", "names.txt names 2 classes, but the network has 14"), (b"\0", "not a list")):
        chosen.write_bytes(content)
        qtbot.mouseClick(tab.names, LEFT)
        qtbot.waitUntil(lambda words=words: words in tab.answers.hint.text(), timeout=SLOW)
    assert project.to_bytes(page.document.project) == before
    chosen.write_text("\n".join(f"animal {n}" for n in range(CLASSES)))
    subject = page.subject
    qtbot.mouseClick(tab.names, LEFT)
    qtbot.waitUntil(lambda: page.subject not in (None, subject), timeout=SLOW)
    settled(qtbot, page).ask_files([image(tmp_path / "grey.png", (40, 48))])
    settled(qtbot, page)
    assert tab.answers.predictions[0].answers[0].probabilities[0][0].startswith("animal ")
    page.document.history.undo()
    assert project.to_bytes(page.document.project) == before


def test_what_is_no_image_is_said_and_the_others_are_answered(qtbot: QtBot, page: ResultsPage, tmp_path: Path) -> None:
    tab = settled(qtbot, page)
    folder = tmp_path / "asked"
    folder.mkdir()
    (folder / "b.png").write_text("no image")
    tab.ask_files([folder / "b.png"])
    settled(qtbot, page)
    assert "b.png is damaged, or no image" in tab.answers.hint.text()
    image(folder / "a.png")
    tab.ask_files([folder])
    settled(qtbot, page)
    assert "1 of 2 samples cannot be read" in tab.answers.notes.text()
    assert tab.answers.title.text() == "1 answer"
    (folder / "a.png").rename(folder / "c.png")
    tab.ask_files([folder])
    settled(qtbot, page)
    assert tab.answers.list.currentItem().text().startswith("c.png"), "the first that is answered is shown"
    assert tab.answers.bars.accessibleDescription()


def test_asking_is_cancelled(qtbot: QtBot, page: ResultsPage, tmp_path: Path) -> None:
    tab = settled(qtbot, page)
    go = threading.Event()
    path = image(tmp_path / "a.png")

    def make(trained: Trained) -> Asked:
        go.wait(60)
        from engine.inside.predicting import asked_of

        return asked_of(trained, [path])

    tab._run(make)
    qtbot.waitUntil(tab.asker.work.isVisible, timeout=SLOW)
    qtbot.mouseClick(tab.asker.work.cancel, LEFT)
    go.set()
    settled(qtbot, page)
    assert tab.answers.hint.text() == "Cancelled: nothing was answered."
    assert not tab.asker.work.isVisible()
    tab.ask_files([path])
    settled(qtbot, page)
    assert len(tab.answers.predictions) == 1


def test_weights_that_are_gone_or_removed_are_said(qtbot: QtBot, page: ResultsPage, document: Document) -> None:
    settled(qtbot, page)
    Path(document.project.settings["training"]["weights"]["path"]).unlink()
    page.reload()
    qtbot.waitUntil(lambda: "are not at" in page.empty.hint.text(), timeout=SLOW)
    page.hide()
    document.apply(SetSetting(SETTING, MISSING), whole_project=True)
    page.show()
    qtbot.waitUntil(lambda: page.runs.count() == 0, timeout=SLOW)
    assert "File, Load Weights" in page.empty.hint.text()
