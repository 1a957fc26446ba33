"""Earlier runs on the Train page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine import Graph
from engine.training.run import Run
from tests.gui.training.boards import Show, drawn, host_of, network


def earlier(root: Path, graph: Graph, state: str = "finished", count: int = 50) -> Path:
    """A run that has ended, in its folder."""
    run = Run.create(None, graph, root=root, device="cpu", threads=1)
    rows = [{"step": s, "epoch": 1, "split": "train", "loss": 1 / s, "accuracy": 0.5} for s in range(1, count + 1)]
    run.metrics([*rows, {"step": count, "epoch": 1, "split": "validation", "loss": 0.4, "accuracy": 0.6}])
    run.update(
        state=state, message="Trained 1 epochs.", epochs=1, steps=count, seconds=3.0, validation={"accuracy": 0.6}
    )
    run.close()
    return run.path


def test_earlier_runs_are_laid_behind(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    earlier(tmp_path, network())
    earlier(tmp_path, network("another"))
    earlier(tmp_path, network(), "running")
    board = show()
    tree = board.runs.tree
    qtbot.waitUntil(lambda: tree.topLevelItemCount() == 2)
    items = [tree.topLevelItem(row) for row in range(2)]
    assert {item.text(0) for item in items} == {"run 1", "run 2"}
    assert {item.text(1) for item in items} == {"finished", "unfinished"}
    assert items[0].text(3) == "accuracy 60.0 %"
    items[1].setCheckState(0, Qt.CheckState.Checked)
    qtbot.waitUntil(lambda: drawn(board) == [50, 1, 50, 1])
    assert [curve.role for curve in board._plots.loss.curves] == ["other", "other"]
    assert board.stack.currentWidget() is board._plots
    board.train()
    host_of(board).begin()
    host_of(board).feed(10)
    qtbot.waitUntil(lambda: drawn(board) == [50, 1, 10, 1] * 2)
    items[1].setCheckState(0, Qt.CheckState.Unchecked)
    assert drawn(board) == [10, 1, 10, 1]


def test_a_run_is_shown_from_its_folder(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    path = earlier(tmp_path, network())
    board = show()
    board.show_run(path)
    assert drawn(board) == [50, 1, 50, 1]
    assert board.banner.text.text() == "Finished: 1 epoch, validation accuracy 60.0 %."
    assert board.controls.word.text() == "Finished"
    assert not board.running
    board.train()
    assert board.running
    with qtbot.waitSignal(board.finished):
        host_of(board).end("stopped", "Stopped after step 0 of 10.")
    with qtbot.waitSignal(board.message) as signal:
        board.show_run(tmp_path / "nowhere")
    assert "is not a run" in signal.args[0]


def test_a_damaged_run_is_said_and_unticked(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    path = earlier(tmp_path, network())
    (path / "metrics.jsonl").write_text("{]\n", encoding="utf-8")
    board = show()
    qtbot.waitUntil(lambda: board.runs.tree.topLevelItemCount() == 1)
    item = board.runs.tree.topLevelItem(0)
    with qtbot.waitSignal(board.message) as signal:
        item.setCheckState(0, Qt.CheckState.Checked)
    assert "metrics.jsonl, line 1 is damaged" in signal.args[0]
    assert item.checkState(0) == Qt.CheckState.Unchecked


def test_another_project_clears_the_page(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    host_of(board).begin()
    host_of(board).feed(10)
    with qtbot.waitSignal(board.finished):
        host_of(board).end("finished", "Trained 1 epochs.", epochs=1)
    board.document.open_graph(network("other"))
    assert board.stack.currentWidget() is board.empty
    assert not board.banner.isVisible()
    assert board.controls.word.text() == "Ready"
