"""The Train page with real events: on a host that does what the test says, and once on a real training."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine import Graph
from engine.edits import MISSING, SetParameter, SetSetting
from engine.training.history import History
from engine.training.run import Run
from engine.training.status import Result, Status
from gui.document import Document
from gui.theme import theme
from gui.training.dashboard import Dashboard
from gui.training.sections import KindSection, OptionalSection, faults


class FakeHost:
    """Does what the test says, at once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph.copy()
        self.history = History()
        self.status = Status(phase="Loading PyTorch")
        self.result: Result | None = None
        self.calls: list[Any] = []

    def start(self) -> None:
        self.calls.append("start")

    def pause(self) -> None:
        self.calls.append("pause")
        self.show(state="paused")

    def resume(self) -> None:
        self.calls.append("resume")
        self.show(state="running")

    def step(self) -> None:
        self.calls.append("step")

    def stop(self) -> None:
        self.calls.append("stop")

    def set_lr(self, lr: float) -> None:
        self.calls.append(lr)

    def close(self, timeout: float) -> bool:
        self.end("stopped", "Stopped after step 5 of 100.")
        return True

    def show(self, **changes: Any) -> None:
        self.status = dataclasses.replace(self.status, **changes)

    def begin(self) -> None:
        self.show(state="running", phase="training", epoch=1, epochs=10, steps_total=1000, lr=0.01)

    def feed(self, count: int, epoch: int = 1) -> None:
        """Append ``count`` steps and an evaluation."""
        first = self.status.step
        steps = np.arange(first, first + count)
        zeros = np.zeros(count)
        self.history.extend("train/loss", steps, np.exp(-steps / 300.0), zeros, zeros)
        self.history.extend("train/accuracy", steps, 1 - np.exp(-steps / 300.0), zeros, zeros)
        self.history.append("validation/loss", first + count - 1, 0.5, epoch)
        self.history.append("validation/accuracy", first + count - 1, 0.75, epoch)
        self.show(step=first + count, epoch=epoch)

    def end(self, state: Any, message: str, **more: Any) -> None:
        if self.result is None:
            self.result = Result(state, message, more.pop("epochs", 0), self.status.step, 1.0, Path(), **more)
            self.show(state=state, message=message)


def network(name: str = "net", dataset: str = "iris", loss: str = "cross_entropy") -> Graph:
    graph = Graph(name)
    ends = (graph.add("Input", shape=(4 if dataset == "iris" else 10,)), graph.add("Linear", out_features=3))
    out = graph.add("Output", loss=loss)
    graph.connect(*ends)
    graph.connect(ends[1], out)
    SetSetting(("data", "dataset"), dataset).apply(graph)
    return graph


Show = Callable[..., Dashboard]


@pytest.fixture
def show(qtbot: QtBot, tmp_path: Path) -> Iterator[Show]:
    """Shows a dashboard on a fake host (or another), and closes it at the end."""
    made: list[Dashboard] = []

    def make(document: Document | None = None, host: Any = FakeHost, visible: bool = True) -> Dashboard:
        board = Dashboard(document or Document(network()), host_factory=host, root=tmp_path)
        qtbot.addWidget(board)
        made.append(board)
        if visible:
            board.resize(1180, 680)
            with qtbot.waitExposed(board):
                board.show()
            board.activateWindow()
        return board

    yield make
    for board in made:
        assert board.close_host(10.0)
    theme.set("light")


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def host_of(board: Dashboard) -> FakeHost:
    assert isinstance(board.host, FakeHost)
    return board.host


def drawn(board: Dashboard) -> list[int]:
    """How many points each curve shows: loss, then the metric, each train and validation."""
    assert board._plots is not None
    return [0 if c.line.xData is None else len(c.line.xData) for plot in board._plots.both for c in plot.curves]


# -- the story of a run ----------------------------------------------------------------------------------------------


def test_train_pause_step_resume_stop(qtbot: QtBot, show: Show) -> None:
    board = show()
    states: list[str] = []
    board.state_changed.connect(states.append)
    controls = board.controls
    assert controls.train.isEnabled()
    assert not controls.stop.isEnabled()
    assert "Ctrl+R" in board.empty.title.text()
    click(controls.train)
    host = host_of(board)
    assert board.running
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
    with qtbot.waitSignal(board.finished):
        host.end("stopped", "Stopped after step 20 of 1000.", epochs=1, validation={"accuracy": 0.75, "loss": 0.5})
    assert not board.running
    assert controls.train.isEnabled()
    text = "Stopped after step 20 of 1000, 1 epoch done; last validation accuracy 75.0 % and loss 0.5."
    assert board.banner.text.text() == text
    assert board.banner.isVisible()
    assert states == ["waiting", "running", "paused", "running", "stopped"]
    assert not board._timer.isActive()


def test_the_result_is_a_line_and_a_message(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    host_of(board).begin()
    with qtbot.waitSignal(board.message) as signal:
        host_of(board).end("finished", "Trained 12 epochs.", epochs=12, test={"accuracy": 0.983, "loss": 0.06})
    assert signal.args == ["Finished: 12 epochs, test accuracy 98.3 % and loss 0.06."]
    assert board.banner.text.text() == signal.args[0]


def test_a_failure_is_said_in_full(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    words = "The loss of step 3 is not a number (learning rate 10): try a smaller training.optimizer.lr such as 1. " * 3
    with qtbot.waitSignal(board.finished):
        host_of(board).end("failed", words)
    assert board.banner.text.text() == words
    assert board.controls.word.text() == "Failed"
    board.train()
    assert not board.banner.isVisible()


def test_errors_in_the_drawing_block(qtbot: QtBot, show: Show) -> None:
    document = Document(network())
    board = show(document)
    linear = document.graph.of_type("Linear")[0]
    document.apply(SetParameter(linear.id, "out_features", "many"))
    first = next(problem for problem in document.problems() if problem.severity == "error")
    messages: list[str] = []
    board.message.connect(messages.append)
    with qtbot.waitSignal(board.blocked):
        board.train()
    assert messages == [first.message]
    assert board.host is None
    assert not board.running


def test_training_twice_at_once_is_refused(show: Show) -> None:
    board = show()
    board.train()
    first = board.host
    board.train()
    assert board.host is first


def test_epochs_are_told(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    host_of(board).begin()
    with qtbot.waitSignal(board.epoch_done) as signal:
        host_of(board).feed(10, epoch=3)
    assert signal.args == [2]


# -- drawing ---------------------------------------------------------------------------------------------------------


def test_nothing_is_drawn_while_hidden_or_idle(qtbot: QtBot, show: Show) -> None:
    board = show()
    assert not board._timer.isActive()
    board.train()
    qtbot.waitUntil(board._timer.isActive)
    board.hide()
    assert not board._timer.isActive()
    host_of(board).begin()
    host_of(board).feed(30)
    qtbot.waitUntil(lambda: board.controls.state == "running")
    assert drawn(board) == [0, 0, 0, 0]
    board.show()
    assert drawn(board) == [30, 1, 30, 1]
    qtbot.waitUntil(board._timer.isActive)


def test_a_dashboard_that_was_never_shown_trains(qtbot: QtBot, show: Show) -> None:
    board = show(visible=False)
    board.train()
    host_of(board).begin()
    host_of(board).feed(5)
    with qtbot.waitSignal(board.finished):
        host_of(board).end("finished", "Trained 1 epochs.", epochs=1)
    assert board._plots is None
    board.show()
    assert drawn(board) == [5, 1, 5, 1]


def test_ranges_follow_in_jumps_and_fit_at_the_end(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    host_of(board).begin()
    seen = set()
    for _ in range(40):
        host_of(board).feed(25)
        qtbot.waitUntil(lambda: board._plots.loss.canvas.steps()[1] >= host_of(board).status.step - 1)
        seen.add(board._plots.loss.canvas.steps())
    assert len(seen) < 15
    with qtbot.waitSignal(board.finished):
        host_of(board).end("finished", "Trained 10 epochs.", epochs=10)
    for plot in board._plots.both:
        assert plot.canvas.steps() == (0.0, pytest.approx(1.012 * 999))


def test_zooming_stays_until_fit(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    host_of(board).begin()
    host_of(board).feed(500)
    qtbot.waitUntil(lambda: drawn(board)[0] > 0)
    plot = board._plots.loss
    before = plot.canvas.steps()
    view = plot.canvas.viewport()
    where = QPointF(view.width() / 2, view.height() / 2)
    event = QWheelEvent(
        where,
        view.mapToGlobal(where),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)
    zoomed = plot.canvas.steps()
    assert zoomed[1] - zoomed[0] < before[1] - before[0]
    host_of(board).feed(500)
    qtbot.waitUntil(lambda: drawn(board)[2] > 500)
    assert plot.canvas.steps() == zoomed
    qtbot.waitUntil(plot.fit_button.isVisible)
    click(plot.fit_button)
    assert plot.canvas.steps() == (0.0, pytest.approx(1.012 * 999))
    assert not plot.fit_button.isVisible()


def test_the_cross_hair_shows_values_in_both_plots(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    host_of(board).begin()
    host_of(board).feed(300)
    qtbot.waitUntil(lambda: drawn(board) == [300, 1, 300, 1])
    plots = board._plots
    plots.slider.setValue(0)
    canvas = plots.loss.canvas
    place = canvas.mapFromScene(canvas.box.mapViewToScene(QPointF(150, 0.5)))
    QTest.mouseMove(canvas.viewport(), place + QPoint(3, 0))
    QTest.mouseMove(canvas.viewport(), place)
    qtbot.waitUntil(lambda: plots.loss.hovering)
    assert plots.score.hovering
    step = round(canvas.hair.value())
    assert abs(step - 150) <= 2
    assert plots.loss.step.text() == f"at step {step}"
    assert f"{math.exp(-step / 300):.4g}" in plots.loss._values["train"].text()
    assert "75.0 %" in plots.score._values["validation"].text()
    plots.loss.canvas.hovered.emit(math.nan)
    assert not plots.score.hovering


def test_log_scale_and_smoothing(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    host_of(board).begin()
    host_of(board).feed(400)
    qtbot.waitUntil(lambda: drawn(board)[0] > 0)
    loss = board._plots.loss
    curve = loss.curves[0]
    qtbot.waitUntil(lambda: len(curve.faint.xData) == 400)  # the values stay visible behind their mean
    board._plots.slider.setValue(0)
    qtbot.waitUntil(lambda: curve.faint.xData is None)
    np.testing.assert_allclose(curve.line.yData, np.exp(-np.arange(400) / 300))
    click(loss.log)
    np.testing.assert_allclose(curve.line.yData, np.log10(np.exp(-np.arange(400) / 300)))
    low, high = loss.canvas.box.viewRange()[1]
    assert low <= curve.line.yData.min()
    assert high >= curve.line.yData.max()


def test_smoothing_changes_the_curve_of_a_run_that_has_ended(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    host_of(board).begin()
    host_of(board).feed(400)
    with qtbot.waitSignal(board.finished):
        host_of(board).end("finished", "Trained 1 epochs.", epochs=1)
    curve = board._plots.loss.curves[0]
    before = curve.line.yData.copy()
    board._plots.slider.setValue(95)
    qtbot.waitUntil(lambda: len(curve.line.xData) == 400 and not np.allclose(curve.line.yData, before))
    assert np.all(curve.line.yData[50:] > before[50:]), "more smoothing lags further behind a falling curve"


def test_a_metric_that_nobody_expected_is_shown(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    host = host_of(board)
    host.begin()
    host.history.extend("train/loss", range(5), [1.0] * 5, [1] * 5, [0.0] * 5)
    host.history.extend("train/mae", range(5), [2.0] * 5, [1] * 5, [0.0] * 5)
    qtbot.waitUntil(lambda: drawn(board)[2] == 5)
    assert board._plots.score.title.text() == "Mean absolute error"


def test_a_loss_that_is_no_number_leaves_a_gap(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    host = host_of(board)
    host.begin()
    host.history.extend("train/loss", range(6), [1.0, math.nan, 2.0, math.inf, -1.0, 0.0], [1] * 6, [0.0] * 6)
    host.show(step=6)
    qtbot.waitUntil(lambda: drawn(board)[0] == 6)
    board._plots.slider.setValue(0)
    board._plots.loss.log.setChecked(True)
    qtbot.waitUntil(lambda: np.isnan(board._plots.loss.curves[0].line.yData).sum() == 4)


def test_the_metric_is_that_of_the_task(qtbot: QtBot, show: Show) -> None:
    board = show(Document(network("regression", "diabetes", "mse_loss")))
    assert board._plots.score.title.text() == "Mean absolute error"
    board = show()
    assert board._plots.score.title.text() == "Accuracy"


@pytest.mark.parametrize("name", ["dark", "light"])
def test_colours_follow_the_theme(qtbot: QtBot, show: Show, name: Any) -> None:
    board = show()
    board.train()
    theme.set(name)
    curve = board._plots.loss.curves[0]
    assert curve.line.opts["pen"].color() == theme.color("curve.train")
    assert board._plots.loss.canvas.backgroundBrush().color() == theme.color("base")


# -- learning rate ---------------------------------------------------------------------------------------------------


def retype(qtbot: QtBot, field: Any, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_the_learning_rate_of_a_running_training(qtbot: QtBot, show: Show) -> None:
    board = show()
    messages: list[str] = []
    board.message.connect(messages.append)
    board.train()
    host_of(board).begin()
    lr = board.controls.lr
    qtbot.waitUntil(lambda: lr.text() == "0.01")
    retype(qtbot, lr, "5e-4")
    assert host_of(board).calls[-1] == 5e-4
    assert messages == ["The learning rate is 0.0005 from the next step on."]
    for wrong in ("fast", "-1", "0"):
        retype(qtbot, lr, wrong)
        assert "must be a number > 0" in messages[-1]
        assert lr.text() == "0.01"
    assert host_of(board).calls == ["start", 5e-4]
    assert board.document.graph.settings["training"] == {}


def test_a_schedule_does_not_overwrite_what_is_being_typed(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    host_of(board).begin()
    lr = board.controls.lr
    qtbot.waitUntil(lambda: lr.text() == "0.01")
    lr.setFocus()
    lr.selectAll()
    qtbot.keyClicks(lr, "0.0")
    host_of(board).show(lr=0.005)
    board._update_numbers()
    assert lr.text() == "0.0"
    qtbot.keyClick(lr, Qt.Key.Key_Escape)
    board._update_numbers()
    assert lr.text() == "0.005"


def test_without_a_run_the_learning_rate_is_a_setting(qtbot: QtBot, show: Show) -> None:
    board = show()
    assert board.controls.lr.text() == "0.001"
    retype(qtbot, board.controls.lr, "0.2")
    assert board.document.graph.settings["training"] == {"optimizer": {"lr": 0.2}}
    board.document.undo_stack.undo()
    assert board.controls.lr.text() == "0.001"


# -- settings --------------------------------------------------------------------------------------------------------


def section(board: Dashboard, title: str) -> Any:
    return next(s for s in board.settings.sections if s.heading.text() == title)


def test_an_edit_of_a_setting_is_one_undo_step(qtbot: QtBot, show: Show) -> None:
    board = show()
    document = board.document
    retype(qtbot, section(board, "Training").form.fields["epochs"], "7")
    assert document.graph.settings["training"] == {"epochs": 7}
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert document.graph.settings["training"] == {}
    field = section(board, "Training").form.fields["epochs"]
    qtbot.waitUntil(lambda: field.text() == "")


def test_another_optimizer_keeps_what_it_knows(qtbot: QtBot, show: Show) -> None:
    board = show()
    document = board.document
    document.apply(SetSetting(("training", "optimizer"), {"name": "adamw", "lr": 0.3, "betas": (0.8, 0.9)}))
    part = section(board, "Optimizer")
    assert isinstance(part, KindSection)
    part.form.edited.emit("name", "sgd")
    assert document.graph.settings["training"]["optimizer"] == {"name": "sgd", "lr": 0.3}
    qtbot.waitUntil(lambda: "momentum" in part.form.fields and "betas" not in part.form.fields)
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: "betas" in part.form.fields)
    part.form.edited.emit("name", MISSING)
    assert document.graph.settings["training"]["optimizer"] == {"lr": 0.3, "betas": (0.8, 0.9)}


def test_early_stopping_can_be_switched(qtbot: QtBot, show: Show) -> None:
    board = show()
    part = section(board, "Early stopping")
    assert isinstance(part, OptionalSection)
    assert not part.form.isVisible()
    box = part.switch.fields["early_stopping"]
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert board.document.graph.settings["training"] == {"early_stopping": {}}
    qtbot.waitUntil(part.form.isVisible)
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert board.document.graph.settings["training"] == {}
    qtbot.waitUntil(lambda: not part.form.isVisible())


@pytest.mark.parametrize(
    ("path", "value", "title", "name"),
    [
        (("training", "epochs"), -1, "Training", "epochs"),
        (("training", "optimizer", "lr"), "fast", "Optimizer", "lr"),
        (("training", "optimizer"), {"name": "sgdd"}, "Optimizer", "name"),
        (("training", "schedule"), {"name": "step", "gamma": 0}, "Schedule of the learning rate", "gamma"),
        (("training", "clip_norm"), 0, "Gradient clipping", "clip_norm"),
        (("training", "device"), "toaster", "Computer", "device"),
        (("training", "early_stopping"), {"patience": -2}, "Early stopping", "patience"),
    ],
)
def test_what_is_wrong_stands_below_its_field(
    qtbot: QtBot, show: Show, path: tuple[str, ...], value: Any, title: str, name: str
) -> None:
    board = show()
    board.document.apply(SetSetting(path, value))
    guilty = f"{'.'.join(path)}.{name}" if isinstance(value, dict) else ".".join(path)
    sentences = faults(board.document)
    sentence_ = sentences.get(guilty) or sentences.get(guilty.removesuffix(".name"))
    assert sentence_, sentences
    part = section(board, title)
    qtbot.waitUntil(lambda: name in part.form._errors and part.form._errors[name].text() == f"✕ {sentence_}")
    board.document.undo_stack.undo()
    qtbot.waitUntil(lambda: name not in part.form._errors or not part.form._errors[name].isVisibleTo(part))


def test_settings_are_fixed_while_a_run_goes(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.train()
    assert not any(part.isEnabled() for part in board.settings.sections)
    assert board.controls.lr.isEnabled()
    with qtbot.waitSignal(board.finished):
        host_of(board).end("stopped", "Stopped after step 0 of 10.")
    assert all(part.isEnabled() for part in board.settings.sections)


# -- earlier runs ----------------------------------------------------------------------------------------------------


def earlier(root: Path, graph: Graph, state: str = "finished", count: int = 50) -> Path:
    """A run that has ended, in its folder."""
    run = Run.create(None, graph, root=root, device="cpu", threads=1)
    rows = [{"step": s, "epoch": 1, "split": "train", "loss": 1 / s, "accuracy": 0.5} for s in range(1, count + 1)]
    run.metrics([*rows, {"step": count, "epoch": 1, "split": "validation", "loss": 0.4, "accuracy": 0.6}])
    run.update(state=state, message="Trained.", epochs=1, steps=count, seconds=3.0, validation={"accuracy": 0.6})
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


# -- a real training -------------------------------------------------------------------------------------------------


def test_a_real_training_on_iris(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    from gui.training.host import ThreadHost

    document = Document(network())
    document.apply(SetSetting(("training", "epochs"), 5))
    board = show(document, lambda graph: ThreadHost(graph, root=tmp_path))
    with qtbot.waitSignal(board.finished, timeout=60_000) as signal:
        click(board.controls.train)
    result = signal.args[0]
    assert result.state == "finished"
    assert drawn(board) == [result.steps, 5, result.steps, 5]
    assert board.banner.text.text().startswith("Finished: 5 epochs, test accuracy ")
    qtbot.waitUntil(lambda: board.runs.tree.topLevelItemCount() == 1)
    assert board.runs.tree.topLevelItem(0).text(1) == "finished"
    document.apply(SetSetting(("training", "epochs"), 100_000))
    click(board.controls.train)
    qtbot.waitUntil(lambda: board.host is not None and board.host.status.step > 10, timeout=20_000)
    assert board.close_host(10.0), "closing the window ends the run within a batch"
    assert not board.running
