"""The settings beside the plots, and the learning rate while a run goes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.edits import MISSING, SetSetting
from gui.forms.form_fields import ChoicesField
from gui.forms.sections import KindSection, OptionalSection, faults
from gui.training.dashboard import Dashboard
from tests.gui.training.boards import Show, host_of


def retype(qtbot: QtBot, field: Any, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_the_learning_rate_of_a_running_training(qtbot: QtBot, show: Show) -> None:
    board = show()
    messages: list[str] = []
    board.message.connect(messages.append)
    board.run.train()
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
    board.run.train()
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
    board.document.history.undo()
    assert board.controls.lr.text() == "0.001"


# -- settings --------------------------------------------------------------------------------------------------------


def section(board: Dashboard, title: str) -> Any:
    return next(s for s in board.settings.sections if s.heading.text() == title)


def test_an_edit_of_a_setting_is_one_undo_step(qtbot: QtBot, show: Show) -> None:
    board = show()
    document = board.document
    retype(qtbot, section(board, "Training").form.fields["epochs"], "7")
    assert document.graph.settings["training"] == {"epochs": 7}
    assert document.history.count == 1
    document.history.undo()
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
    document.history.undo()
    qtbot.waitUntil(lambda: "betas" in part.form.fields)
    part.form.edited.emit("name", MISSING)
    assert document.graph.settings["training"]["optimizer"] == {"lr": 0.3, "betas": (0.8, 0.9)}


def test_what_is_optional_can_be_switched(qtbot: QtBot, show: Show) -> None:
    board = show()
    for title, name in (("Early stopping", "early_stopping"), ("Scheduled sampling", "scheduled_sampling")):
        part = section(board, title)
        assert isinstance(part, OptionalSection)
        assert not part.form.isVisible()
        box = part.switch.fields[name]
        QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
        assert board.document.graph.settings["training"] == {name: {}}
        qtbot.waitUntil(part.form.isVisible)
        QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
        assert board.document.graph.settings["training"] == {}
        qtbot.waitUntil(lambda form=part.form: not form.isVisible())


@pytest.mark.parametrize(
    ("path", "value", "title", "name"),
    [
        (("training", "epochs"), -1, "Training", "epochs"),
        (("training", "optimizer", "lr"), "fast", "Optimizer", "lr"),
        (("training", "optimizer"), {"name": "sgdd"}, "Optimizer", "name"),
        (("training", "schedule"), {"name": "step", "gamma": 0}, "Schedule of the learning rate", "gamma"),
        *(
            pytest.param(*wrong, marks=pytest.mark.slow)
            for wrong in (
                (("training", "clip_norm"), 0, "Gradients", "clip_norm"),
                (("training", "device"), "toaster", "Computer", "device"),
                (("training", "early_stopping"), {"patience": -2}, "Early stopping", "patience"),
            )
        ),
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
    qtbot.waitUntil(lambda: part.form.errors.get(name) == sentence_)
    board.document.history.undo()
    qtbot.waitUntil(lambda: name not in part.form.errors)


def test_settings_are_fixed_while_a_run_goes(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    assert not any(part.isEnabled() for part in board.settings.sections)
    assert board.controls.lr.isEnabled()
    with qtbot.waitSignal(board.run.finished):
        host_of(board).end("stopped", "Stopped after step 0 of 10.")
    assert all(part.isEnabled() for part in board.settings.sections)


def test_metrics_are_ticked_in_a_menu_that_stays_open(qtbot: QtBot, show: Show) -> None:
    board = show()
    document = board.document
    field = section(board, "Training").form.fields["metrics"]
    assert isinstance(field, ChoicesField)
    assert field.text() == "Automatic"
    menu = field.menu()
    menu.popup(field.mapToGlobal(QPoint(0, field.height())))
    for name in ("f1", "auroc"):
        action = next(action for action in menu.actions() if action.data() == name)
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
        assert menu.isVisible()
    menu.close()
    assert document.graph.settings["training"] == {"metrics": ("f1", "auroc")}
    qtbot.waitUntil(lambda: field.text() == "f1, auroc")
    menu.actions()[0].trigger()
    assert document.graph.settings["training"] == {}
    qtbot.waitUntil(lambda: field.text() == "Automatic")


def test_a_kind_says_what_it_is(qtbot: QtBot, show: Show) -> None:
    part = section(show(), "Optimizer")
    assert part.about.text().startswith("Adam with weight decay kept apart")
    part.form.edited.emit("name", "lbfgs")
    qtbot.waitUntil(lambda: part.about.text().startswith("Quasi-Newton steps"))
