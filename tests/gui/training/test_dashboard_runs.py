"""Earlier runs on the Train page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine import Graph
from engine.training.runs.run import Run
from tests.gui.training.boards import Show, drawn, host_of, network, rows, tick


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


def test_earlier_runs_are_laid_beside(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    earlier(tmp_path, network())
    earlier(tmp_path, network("another"))
    earlier(tmp_path, network(), "running")
    board = show()
    qtbot.waitUntil(lambda: len(rows(board)) == 2)
    assert {row[0] for row in rows(board)} == {"run 1", "run 2"}
    assert {row[1] for row in rows(board)} == {"finished", "cut off"}
    assert rows(board)[0][2] == "accuracy 60.0 %"
    tick(board, 1)
    qtbot.waitUntil(lambda: drawn(board) == [50, 1, 50, 1])
    legend = board._plots.panels[0].legend.rows
    assert [curve.label for curve in legend.curves] == ["run 1 · train", "run 1 · validation"]
    assert board.stack.currentWidget() is board._plots
    board.run.train()
    host_of(board).begin()
    host_of(board).feed(10)
    qtbot.waitUntil(lambda: drawn(board) == [10, 1, 50, 1] * 2)
    tick(board, 1, on=False)
    qtbot.waitUntil(lambda: drawn(board) == [10, 1, 10, 1])


def test_a_run_is_shown_from_its_folder(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    path = earlier(tmp_path, network())
    board = show()
    board.run.show(path)
    assert drawn(board) == [50, 1, 50, 1]
    assert board.banner.text.text() == "Finished: 1 epoch, validation accuracy 60.0 %."
    assert board.controls.word.text() == "Finished"
    assert not board.run.running
    board.run.train()
    assert board.run.running
    with qtbot.waitSignal(board.run.finished):
        host_of(board).end("stopped", "Stopped after step 0 of 10.")
    with qtbot.waitSignal(board.message) as signal:
        board.run.show(tmp_path / "nowhere")
    assert "is not a run" in signal.args[0]


def test_a_damaged_run_is_said_and_unticked(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    path = earlier(tmp_path, network())
    (path / "metrics.jsonl").write_text("{]\n", encoding="utf-8")
    board = show()
    qtbot.waitUntil(lambda: len(rows(board)) == 1)
    with qtbot.waitSignal(board.message) as signal:
        tick(board, 0)
    assert "metrics.jsonl, line 1 is damaged" in signal.args[0]
    assert board.runs.proxy.index(0, 0).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Unchecked


def test_another_project_clears_the_page(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host_of(board).begin()
    host_of(board).feed(10)
    with qtbot.waitSignal(board.run.finished):
        host_of(board).end("finished", "Trained 1 epochs.", epochs=1)
    board.document.open_graph(network("other"))
    assert board.stack.currentWidget() is board.empty
    assert not board.banner.isVisible()
    assert board.controls.word.text() == "Ready"
