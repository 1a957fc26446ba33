"""The window asks a network about clips of one's own: on the tabs Predict and Inside, and under *Try it*."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.data.sources import describe
from engine.graph import Graph
from gui.hosts.host import StoredRun
from gui.inside.looking.inside_tab import InsideTab
from gui.inside.predict.predict_tab import PredictTab
from gui.inside.results_page import ResultsPage
from gui.training.results.result_page import ShownRuns
from gui.training.trying.try_page import TryPage
from presets.fitting import fitted
from tests.engine.own_clips import clip_folders, frame_table, write_clip
from tests.engine.runs_to_export import trained
from tests.gui.shown_pages import results_page, try_page

LEFT = Qt.MouseButton.LeftButton
SMALL = "channels=2,features=4,hidden=4"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that says what clips show, and one that labels their frames."""
    root = tmp_path_factory.mktemp("clips") / "runs"
    moves = describe(clip_folders(root.parent / "moves", (5, 6, 6, 7, 7)), "clips", {"take": "evenly", "length": 6})
    trained(fitted(f"clip-classifier-cnn-lstm:{SMALL}", moves)[0], root / "moves", 1)
    halves = describe(frame_table(root.parent / "halves", (11, 11, 12, 9, 12)), "clips", {"take": "all"})
    trained(fitted(f"frame-labels-cnn-lstm:{SMALL}", halves)[0], root / "halves", 1)
    return root


@pytest.fixture
def results(qtbot: QtBot, runs: Path) -> ResultsPage:
    return results_page(qtbot, runs)


@pytest.fixture
def trying(qtbot: QtBot) -> TryPage:
    return try_page(qtbot)


def try_run(qtbot: QtBot, page: TryPage, run: Path) -> None:
    page.show_runs(ShownRuns(Graph(), StoredRun(run), None, {}))
    qtbot.waitUntil(lambda: not page.background.busy and page.answer.clip.isVisible(), timeout=20_000)


def tab_of(qtbot: QtBot, results: ResultsPage, run: str, title: str) -> PredictTab | InsideTab:
    tab = results.show_tab(title)
    assert isinstance(tab, PredictTab | InsideTab)
    qtbot.waitUntil(lambda: not results.runs.background.busy and not results.background.busy, timeout=60_000)
    row = next(row for row in range(results.runs.count()) if results.runs.itemData(row).name == run)
    results.runs.setCurrentIndex(row)
    results.runs.activated.emit(row)
    wanted = (results.runs.background, results.background, tab)
    qtbot.waitUntil(
        lambda: (
            results.subject is not None and results.subject.folder.name == run and not any(one.busy for one in wanted)
        ),
        timeout=60_000,
    )
    return tab


def chosen(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """What the user chooses where a folder is asked for."""
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(path))


def test_a_clip_is_answered_beside_its_frames(
    qtbot: QtBot, results: ResultsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = tab_of(qtbot, results, "moves", "Predict")
    assert isinstance(tab, PredictTab)
    assert not tab.files.isVisible(), "a clip is no file"
    for name, count in (("short", 2), ("long", 12)):
        write_clip(tmp_path / "asked" / name, "right", count)
    (write_clip(tmp_path / "asked" / "torn", "left", 4) / "frame2.png").write_bytes(b"no image")
    chosen(monkeypatch, tmp_path / "asked")
    QTest.mouseClick(tab.folder, LEFT)
    qtbot.waitUntil(lambda: not tab.busy and tab.answers.list.count() == 3, timeout=20_000)
    assert tab.answers.clip.isVisible()
    assert tab.answers.clip.accessibleDescription() == "6 frames"
    assert "left" in tab.answers.bars.accessibleDescription()
    tab.answers.list.setCurrentRow(2)
    assert "frame2.png is damaged" in tab.answers.odd.text()
    assert not tab.answers.clip.isVisible()


def test_each_frame_stands_above_its_label(qtbot: QtBot, results: ResultsPage, tmp_path: Path) -> None:
    tab = tab_of(qtbot, results, "halves", "Predict")
    assert isinstance(tab, PredictTab)
    tab.ask_files([write_clip(tmp_path / "clip", "right", 5)])
    qtbot.waitUntil(lambda: not tab.busy and bool(tab.answers.predictions), timeout=20_000)
    (found,) = tab.answers.predictions
    assert tab.answers.clip.labels == found.answers[0].positions
    assert len(tab.answers.clip.labels) == 5, "blank frames are not answered"
    assert not tab.answers.positions.isVisible()


def test_inside_looks_at_a_clip_of_ones_own(
    qtbot: QtBot, results: ResultsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = tab_of(qtbot, results, "moves", "Inside")
    assert isinstance(tab, InsideTab)
    assert tab.samples.own.text() == "Own Clip …"
    write_clip(tmp_path / "asked" / "mine", "right", 9)
    chosen(monkeypatch, tmp_path / "asked" / "mine")
    QTest.mouseClick(tab.samples.own, LEFT)
    qtbot.waitUntil(lambda: not tab.busy and tab.samples.list.count() == 1, timeout=20_000)
    assert tab.samples.list.item(0).text() == "mine"
    assert not tab.result.hint.isVisible(), tab.result.hint.text()


def test_a_clip_is_tried_frame_by_frame(
    qtbot: QtBot, trying: TryPage, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try_run(qtbot, trying, runs / "halves")
    assert trying.own.text() == "Open Clip …"
    assert "The data say: 6 × first, " in trying.note.text()
    assert len(trying.answer.clip.labels) >= 9, "the first sample of the test part"
    chosen(monkeypatch, write_clip(tmp_path / "mine", "right", 3))
    QTest.mouseClick(trying.own, LEFT)
    qtbot.waitUntil(lambda: not trying.background.busy and len(trying.answer.clip.labels) == 3, timeout=20_000)
    assert "The data say" not in trying.note.text()
    QTest.mouseClick(trying.next, LEFT)
    qtbot.waitUntil(lambda: not trying.background.busy and "The data say: " in trying.note.text(), timeout=20_000)


def test_a_clip_is_tried_as_a_whole_and_what_is_none_is_said(
    qtbot: QtBot, trying: TryPage, runs: Path, tmp_path: Path
) -> None:
    try_run(qtbot, trying, runs / "moves")
    assert trying.answer.clip.labels == ()
    assert {trying.answer.others.item(row).text().split()[-1] for row in range(2)} == {"left", "right"}
    for name in ("a", "b"):
        write_clip(tmp_path / "two" / name, "right", 4)
    trying.ask_file(tmp_path / "two")
    qtbot.waitUntil(lambda: not trying.background.busy and "The first of 2 clips" in trying.note.text(), timeout=20_000)
    trying.ask_file(tmp_path / "two" / "a" / "frame1.png")
    qtbot.waitUntil(lambda: trying.error.isVisible(), timeout=20_000)
    assert "a clip is a folder of its frames" in trying.error.text()
    assert not trying.answer.clip.isVisible(), "the answer to another question is gone"
