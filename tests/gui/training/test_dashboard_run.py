"""The story of a run on the Train page, on a host that does what the test says and once for real."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from pytestqt.qtbot import QtBot

from engine.edits import SetParameter, SetSetting
from gui.document import Document
from tests.gui.training.boards import Show, click, drawn, host_of, network, rows


def test_train_pause_step_resume_stop(qtbot: QtBot, show: Show) -> None:
    board = show()
    states: list[str] = []
    board.run.state_changed.connect(states.append)
    controls = board.controls
    assert controls.train.isEnabled()
    assert not controls.stop.isEnabled()
    assert "Ctrl+R" in board.empty.title.text()
    click(controls.train)
    host = host_of(board)
    assert board.run.running
    assert host.calls == ["start"]
    assert not controls.train.isEnabled()
    qtbot.waitUntil(lambda: controls.word.text() == "Loading PyTorch …")
    assert board.stack.currentWidget() is board.empty
    host.begin()
    host.feed(20)
    qtbot.waitUntil(lambda: controls.word.text() == "Training")
    qtbot.waitUntil(lambda: drawn(board) == [20, 1, 20, 1])
    assert board.stack.currentWidget() is board._plots
    qtbot.waitUntil(lambda: "epoch 1 of 10" in controls.facts.text())
    click(controls.pause)
    qtbot.waitUntil(lambda: controls.word.text() == "Paused")
    assert controls.pause.text() == "Resume"
    click(controls.step)
    click(controls.pause)
    qtbot.waitUntil(lambda: controls.pause.text() == "Pause")
    click(controls.stop)
    assert controls.word.text() == "Stopping"
    assert host.calls == ["start", "pause", "step", "resume", "stop"]
    with qtbot.waitSignal(board.run.finished):
        host.end("stopped", "Stopped after step 20 of 1000.", epochs=1, validation={"accuracy": 0.75, "loss": 0.5})
    assert not board.run.running
    assert controls.train.isEnabled()
    text = "Stopped after step 20 of 1000, 1 epoch done; last validation accuracy 75.0 % and loss 0.5."
    assert board.banner.text.text() == text
    assert board.banner.isVisible()
    assert states == ["waiting", "running", "paused", "running", "stopped"]
    assert not board.drawing.timer.isActive()


def test_the_result_is_a_line_and_a_message(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host_of(board).begin()
    with qtbot.waitSignal(board.message) as signal:
        host_of(board).end("finished", "Trained 12 epochs.", epochs=12, test={"accuracy": 0.983, "loss": 0.06})
    assert signal.args == ["Finished: 12 epochs, test accuracy 98.3 % and loss 0.06."]
    assert board.banner.text.text() == signal.args[0]


def test_a_failure_is_said_in_full(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host_of(board).begin()
    host_of(board).feed(3)
    words = "The loss of step 3 is not a number (learning rate 10): try a smaller training.optimizer.lr such as 1. " * 3
    with qtbot.waitSignal(board.run.finished):
        host_of(board).end("failed", words)
    assert board.banner.text.text() == words
    assert board.controls.word.text() == "Failed"
    board.run.train()
    assert not board.banner.isVisible()


def test_errors_in_the_drawing_block(qtbot: QtBot, show: Show) -> None:
    document = Document(network())
    board = show(document)
    linear = document.graph.of_type("Linear")[0]
    document.apply(SetParameter(linear.id, "out_features", "many"))
    first = next(problem for problem in document.problems() if problem.severity == "error")
    messages: list[str] = []
    board.message.connect(messages.append)
    with qtbot.waitSignal(board.run.blocked):
        board.run.train()
    assert messages == [first.message]
    assert board.run.host is None
    assert not board.run.running


def test_training_twice_at_once_is_refused(show: Show) -> None:
    board = show()
    board.run.train()
    first = board.run.host
    board.run.train()
    assert board.run.host is first


def test_epochs_are_told(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host_of(board).begin()
    with qtbot.waitSignal(board.run.epoch_done) as signal:
        host_of(board).feed(10, epoch=3)
    assert signal.args == [2]


def test_a_real_training_on_iris(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    from gui.hosts.host import ThreadHost

    document = Document(network())
    document.apply(SetSetting(("training", "epochs"), 5))
    board = show(document, partial(ThreadHost, root=tmp_path))
    with qtbot.waitSignal(board.run.finished, timeout=60_000) as signal:
        click(board.controls.train)
    result = signal.args[0]
    assert result.state == "finished"
    assert drawn(board) == [result.steps, 5, 1, result.steps, 5, 1]
    assert board.banner.text.text().startswith("Finished: 5 epochs, test accuracy ")
    with qtbot.waitSignal(board.results_wanted) as wanted:
        click(board.banner.results)
    assert wanted.args == [board.run.folder]
    qtbot.waitUntil(lambda: len(rows(board)) == 1)
    assert rows(board)[0][1] == "finished"
    document.apply(SetSetting(("training", "epochs"), 100_000))
    click(board.controls.train)
    qtbot.waitUntil(lambda: board.run.host is not None and board.run.host.status.step > 10, timeout=60_000)
    assert board.close_host(60.0), "closing the window ends the run within a batch"
    assert not board.run.running
