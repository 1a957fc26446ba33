"""What a training shows on the canvas: marks on layers, values on wires; and the window of the range test."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolTip
from pytestqt.qtbot import QtBot

import presets
from engine.edits import SetParameter, SetProperty, SetSetting
from engine.training.findings import Diagnosis, HealthCheck, LayerHealth, NodePath
from engine.training.loop import Trainer
from engine.training.status import Status
from gui.app import build_window
from gui.hosts.host import StoredRun
from gui.training.diagnoses import DiagnosisBar
from gui.training.range_dialog import RangeDialog
from gui.window import MainWindow
from tests.engine.test_training_learning import table


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    made = build_window()
    qtbot.addWidget(made, before_close_func=lambda w: w.document.discard())
    with qtbot.waitExposed(made):
        made.show()
    return made


def look(window: MainWindow, **layers: LayerHealth) -> HealthCheck:
    nodes = {node.name: node.id for node in window.document.graph.nodes.values()}
    return HealthCheck(100, {NodePath((), nodes[name], ""): health for name, health in layers.items()})


def marks(window: MainWindow) -> dict[str, str]:
    canvas = window.view.canvas
    canvas.flush()
    return {item.look.name: item.look.health for item in canvas.nodes.values() if item.look.health}


def test_layers_wear_how_they_do_and_grey_out_when_changed(qtbot: QtBot, window: MainWindow) -> None:
    window.files.show_graph(presets.build("lenet-5"))
    live, document = window.view.canvas.live, window.document
    conv1 = next(node for node in document.graph.nodes.values() if node.name == "conv1")
    relu1 = next(node for node in document.graph.nodes.values() if node.name == "relu1")
    sick = Diagnosis("dead-units", "Dead units: 80% …", "Use LeakyReLU.", 100, (), relu1.id)
    seen = look(
        window,
        conv1=LayerHealth(rms=0.5, gradient=0.01, weight=0.1, update=0.0001),
        relu1=LayerHealth(rms=0.2, dead=0.8),
        fc1=LayerHealth(finite=False),
    )
    live.follow(Status(health=seen, diagnoses=(sick,)), document.project.copy())
    assert marks(window) == {"conv1": "well", "relu1": "weak", "fc1": "ill"}
    assert any("a step changes the weights by 0.10 %" in line for line in live.lines(conv1.id))
    assert any("Use LeakyReLU." in line for line in live.lines(relu1.id))
    document.apply(SetParameter(conv1.id, "out_channels", 7))
    assert marks(window)["conv1"] == "old"
    document.history.undo()
    assert marks(window)["conv1"] == "well"
    live.forget()
    assert marks(window) == {}


@pytest.mark.parametrize("looked", [False, True])
def test_the_layer_where_numbers_end_is_marked_whatever_was_seen_before(window: MainWindow, looked: bool) -> None:
    window.files.show_graph(presets.build("lenet-5"))
    live, document = window.view.canvas.live, window.document
    nodes = {node.name: node.id for node in document.graph.nodes.values()}
    for name in ("fc2", document.graph.of_type("Output")[0].name):
        broken = Diagnosis("not-a-number", "Numbers stop being numbers: …", "Try less.", 12, (), nodes[name])
        seen = look(window, conv1=LayerHealth(rms=0.5), fc2=LayerHealth(rms=0.5)) if looked else None
        live.follow(Status(state="failed", health=seen, diagnoses=(broken,)), document.project.copy())
        others = {"conv1": "well", "fc2": "well"} if looked else {}
        assert marks(window) == {**others, name: "ill"}
        assert live.lines(nodes[name])[-1] == "! Numbers stop being numbers: … Try less."
        assert live.lines(nodes[name])[0].startswith("While training")
    assert live.lines(nodes["relu1"]) == []


def test_a_run_that_breaks_leads_to_its_layer(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    sgd = {"name": "sgd", "lr": 1e30}
    window.files.show_graph(table(layers=(("Linear", {"out_features": 16}), ("ReLU", {})), optimizer=sgd, epochs=5))
    run = Trainer(window.document.project, tmp_path / "run")
    assert run.run().state == "failed"
    window.view.canvas.live.follow(run.status, run.graph)
    assert marks(window)["fc2"] == "ill"
    panel = DiagnosisBar()
    qtbot.addWidget(panel)
    panel.show_diagnoses(StoredRun(tmp_path / "run").status.diagnoses)  # as when it is opened again
    (row,) = (row for row in panel.rows if "fc2 (Linear) holds NaN or infinite numbers" in row.text.text())
    assert row.go.text() == "Show Layer"


def test_a_block_wears_the_worst_of_what_is_in_it(window: MainWindow) -> None:
    graph = presets.build("resnet-18", classes=10, input=(1, 8, 8))
    window.files.show_graph(graph)
    document = window.document
    use = next(node for node in document.graph.nodes.values() if node.type.startswith("block."))
    block = document.graph.blocks.of_type(use.type)
    assert block is not None
    inner = next(node for node in block.graph.nodes.values() if node.type == "ReLU")
    sick = Diagnosis("dead-units", "Dead units: …", "…", 100, (use.id,), inner.id)
    path = NodePath((use.id,), inner.id, "x")
    live = window.view.canvas.live
    live.follow(
        Status(health=HealthCheck(1, {path: LayerHealth(rms=1, dead=0.9)}), diagnoses=(sick,)), document.project
    )
    assert marks(window) == {use.name: "weak"}
    document.open_block((use.id,))
    assert marks(window) == {inner.name: "weak"}


def test_values_stand_on_the_wires_and_follow_the_drawing(qtbot: QtBot, window: MainWindow) -> None:
    window.files.show_graph(table("digits", 10, layers=(("Flatten", {}),), standardise=()))
    document, canvas = window.document, window.view.canvas
    action = window.actions_table["view.values"]
    action.trigger()
    assert action.isChecked()

    def labels() -> list[str]:
        canvas.flush()
        return [str(wire.value) for wire in canvas.wires.values() if wire.value is not None]

    qtbot.waitUntil(lambda: len(labels()) == 3, timeout=60_000)
    first = labels()
    document.apply(SetSetting(("data", "transforms"), ({"name": "standardise", "field": "image"},)))
    qtbot.waitUntil(lambda: labels() != first and len(labels()) == 3, timeout=60_000)
    linear = document.graph.of_type("Linear")[0]
    document.apply(SetParameter(linear.id, "out_features", 3))  # too few classes: no batch can go through
    qtbot.waitUntil(lambda: labels() == [], timeout=60_000)
    assert window.status.currentMessage().startswith("No values on the wires: ")
    action.trigger()
    document.history.undo()
    assert labels() == []
    window.close()


def test_what_goes_wrong_leads_to_where_it_is(qtbot: QtBot) -> None:
    panel = DiagnosisBar()
    qtbot.addWidget(panel)
    assert not panel.isVisible()
    went: list[object] = []
    panel.node_wanted.connect(lambda inside, node: went.append((inside, node)))
    panel.setting_wanted.connect(went.append)
    sick = Diagnosis("dead-units", "Dead units: 80% of relu1.", "Use LeakyReLU.", 100, ("n3",), "n7")
    fast = Diagnosis(
        "rate-too-high", "The learning rate is too high.", "Divide it.", 100, setting="training.optimizer.lr"
    )
    later = Diagnosis("overfitting", "Overfitting.", "Stop early.", 200, setting="training.early_stopping")
    panel.show_diagnoses((sick, later, fast))
    assert panel.title.text() == "2 things to look at"
    assert panel.gravest.text() == fast.message, "the cause, not what comes of it"
    assert not panel.area.isVisibleTo(panel)
    QTest.mouseClick(panel.gravest, Qt.MouseButton.LeftButton)
    assert panel.area.isVisibleTo(panel)
    for row in panel.rows:
        for link in row.links:
            QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert went == ["training.optimizer.lr", (("n3",), "n7"), "training.early_stopping"]
    assert [row.text.text() for row in panel.rows] == [fast.message, "Overfitting."]
    asked: list[str] = []
    panel.why_wanted.connect(asked.append)
    for row in panel.rows:
        QTest.mouseClick(row.why, Qt.MouseButton.LeftButton)
    assert asked == ["rate-too-high", "overfitting"]
    panel.show_diagnoses(())
    assert panel.isHidden()


def test_the_layer_that_is_shown_says_what_the_training_said(qtbot: QtBot, window: MainWindow) -> None:
    graph = presets.build("mlp")
    window.files.show_graph(graph)
    document, live = window.document, window.view.canvas.live
    linear, relu = graph.of_type("Linear")[0], graph.of_type("ReLU")[0]
    document.apply(SetProperty(linear.id, "initialization", "zeros"))
    alike = Diagnosis("alike", "All units are alike.", "Take another initialisation.", 0, node=linear.id)
    dead = Diagnosis("dead-units", "Dead units.", "Lower the learning rate.", 20, node=relu.id)
    live.follow(Status(diagnoses=(dead, alike)), document.project.copy())  # a run from before: nothing was measured
    assert marks(window) == {linear.name: "weak", relu.name: "weak"}
    window.pages.show_node((), relu.id)
    assert document.selection == (relu.id,)
    said = window.design.inspector.node_page.training
    assert said.isVisible()
    assert "Dead units." in said.text
    assert "This comes of something else: All units are alike." in said.text
    assert "Lower the learning rate" not in said.text
    assert said.fix.isHidden()
    window.pages.show_node((), linear.id)
    assert said.text == "All units are alike. Take another initialisation."
    QTest.mouseClick(said.fix, Qt.MouseButton.LeftButton)
    assert "initialization" not in document.project.nodes[linear.id].properties
    assert said.fix.isHidden()
    assert marks(window)[linear.name] == "old"
    document.history.undo()
    assert said.fix.isVisible()
    live.forget()
    assert said.isHidden()
    window.pages.show_node((), "gone")
    assert window.status.currentMessage().startswith("This layer is not in the drawing any more")
    document.discard()


def test_a_long_message_is_cut_before_the_numbers_and_whole_in_the_tooltip(qtbot: QtBot, window: MainWindow) -> None:
    window.files.show_graph(presets.build("mlp"))
    window.resize(1000, 700)
    qtbot.waitUntil(lambda: window.status.width() == 1000)
    sentence = "The loss of step 8 is not a number. " * 8
    window.say(sentence)
    status = window.status
    assert status.currentMessage() == sentence
    assert status.shown.endswith("…")
    assert status.fontMetrics().horizontalAdvance(status.shown) < status.cost.x()
    point = status.rect().center() - status.rect().topLeft()
    point.setX(40)
    QApplication.sendEvent(status, QHelpEvent(QEvent.Type.ToolTip, point, status.mapToGlobal(point)))
    assert sentence.strip() in QToolTip.text()
    QToolTip.hideText()
    window.say("Saved.")
    assert status.shown == "Saved."


def test_an_empty_message_ends_the_one_before_and_nothing_ticks(window: MainWindow) -> None:
    window.say("Saved.")
    window.say("")
    assert window.status.currentMessage() == ""
    assert not [timer for timer in window.status.findChildren(QTimer) if timer.isActive() and timer.interval()]


def test_the_range_test_offers_what_it_finds(qtbot: QtBot) -> None:
    dialog = RangeDialog(table(optimizer={"name": "sgd"}))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.found is not None, timeout=60_000)
    assert dialog.said.text().startswith("The loss falls fastest at a learning rate of about ")
    with qtbot.waitSignal(dialog.chosen) as signal:
        QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert f"{signal.args[0]:.2g}" in dialog.said.text()


def test_a_range_test_can_be_left_at_any_time(qtbot: QtBot) -> None:
    dialog = RangeDialog(table(epochs=1))
    qtbot.addWidget(dialog)
    dialog.show()
    cancel = next(button for button in dialog.findChildren(QPushButton) if "Cancel" in button.text())
    QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_a_range_test_that_cannot_run_says_why(qtbot: QtBot) -> None:
    dialog = RangeDialog(table("iris", 2))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.said.text().startswith("The range test could not run: "), timeout=60_000)
    assert "needs one value a class" in dialog.said.text()
    assert not dialog.use.isEnabled()


def test_after_a_training_the_values_are_those_of_its_weights(qtbot: QtBot, window: MainWindow) -> None:
    window.files.show_graph(table("iris", 3, layers=(), epochs=20, optimizer={"lr": 0.1}))
    canvas = window.view.canvas

    def labels() -> list[str]:
        canvas.flush()
        return [str(wire.value) for wire in canvas.wires.values() if wire.value is not None]

    window.actions_table["view.values"].trigger()
    qtbot.waitUntil(lambda: len(labels()) == 2, timeout=60_000)
    assert window.status.currentMessage().endswith("with new weights.")
    before = labels()
    with qtbot.waitSignal(window.pages.training.run.finished, timeout=60_000):
        window.commands.training.train()
    qtbot.waitUntil(lambda: labels() not in ([], before), timeout=60_000)
    assert "with the weights of the run on the Training page" in window.status.currentMessage()
    window.close()
