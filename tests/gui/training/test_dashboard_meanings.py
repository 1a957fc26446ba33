"""What stands beside the settings: names told apart, what "none" means, what is usual, what is really taken."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from engine.edits import MISSING, SetSetting
from engine.settings.data import DataConfig
from engine.settings.training import TrainingConfig
from engine.shapes import infer
from engine.training.evaluation.fitting import unfit
from gui.document import Document
from gui.forms.form_fields import ChoicesField
from gui.training.dashboard import Dashboard
from gui.training.meanings import batch_hint, stand_ins
from presets import build
from tests.gui.training.boards import Show


def section(board: Dashboard, title: str) -> Any:
    return next(s for s in board.settings.sections if s.heading.text() == title)


def titles(board: Dashboard) -> list[str]:
    return [row.title for part in board.settings.sections for row in part.form.rows.values()]


def test_no_two_fields_have_one_name(qtbot: QtBot, show: Show) -> None:
    board = show()
    assert {"epochs", "checkpoint epochs", "optimizer", "schedule"} <= set(titles(board))
    for schedule in ("plateau", "cyclic", "one_cycle", "polynomial"):
        board.document.apply(SetSetting(("training", "schedule"), {"name": schedule}))
        board.settings.refresh()
        assert [name for name, count in Counter(titles(board)).items() if count > 1] == []
    field = section(board, "Keeping the state").form.fields["epochs"]
    assert field.accessibleName() == "checkpoint epochs"


def test_what_is_left_open_says_what_it_will_be(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.document.apply(SetSetting(("training", "epochs"), 25))
    board.document.apply(SetSetting(("training", "schedule"), {"name": "cosine"}))
    board.settings.refresh()
    field = section(board, "Schedule of the learning rate").form.fields["T_max"]
    assert field.placeholderText() == "all 25 epochs"
    board.document.apply(SetSetting(("training", "schedule"), {"name": "cosine", "interval": "step"}))
    board.settings.refresh()
    assert field.placeholderText() == "all steps"


def test_stand_ins_are_what_the_program_takes() -> None:
    training = TrainingConfig.model_validate(
        {"optimizer": {"name": "sgd", "lr": 0.5}, "schedule": {"name": "cyclic", "step_size_up": 7}}
    )
    said = stand_ins(training)
    assert said["training.schedule.base_lr"] == "0.05"
    assert said["training.schedule.max_lr"].startswith("0.5")
    assert said["training.schedule.step_size_down"] == "7"


def test_a_rate_that_was_not_set_follows_the_optimizer_and_one_that_was_is_commented(qtbot: QtBot, show: Show) -> None:
    board = show()
    part = section(board, "Optimizer")
    part.form.edited.emit("name", "lbfgs")
    board.settings.refresh()
    row = part.form.rows["lr"]
    assert board.document.graph.settings["training"]["optimizer"] == {"name": "lbfgs"}
    assert row.field.lineEdit().placeholderText() == "1.0"
    assert row.hint == ""
    part.form.edited.emit("lr", 0.008)
    board.settings.refresh()
    assert row.hint == "Usual for lbfgs: 1.0 (↺ takes it)"
    part.form.edited.emit("name", "sgd")
    board.settings.refresh()
    assert board.document.graph.settings["training"]["optimizer"] == {"name": "sgd", "lr": 0.008}
    row = part.form.rows["lr"]
    assert row.hint == "Usual for sgd: 0.001 (↺ takes it)"
    qtbot.waitUntil(lambda: row.reset.isVisibleTo(part))
    row.reset.click()
    board.settings.refresh()
    assert row.hint == ""


def test_metrics_that_do_not_fit_are_grey_and_say_why(qtbot: QtBot, show: Show) -> None:
    board = show(Document(build("lenet-5")))
    field = section(board, "Training").form.fields["metrics"]
    assert isinstance(field, ChoicesField)

    def entry(name: str) -> Any:
        return next(action for action in field.menu().actions() if action.data() == name)

    assert not entry("mae").isEnabled()
    assert entry("mae").text().endswith("(for numbers)")
    assert "needs several positions" in entry("exact_match").text()
    assert entry("f1").isEnabled()
    assert "(" not in entry("f1").text()
    board.document.apply(SetSetting(("training", "metrics"), ("mae", "f1")))
    board.settings.refresh()
    assert entry("mae").isEnabled(), "what is ticked can be taken back"
    assert field.text() == "f1, mae"
    board.document.apply(SetSetting(("data", "dataset"), MISSING))
    board.settings.refresh()
    assert entry("rmse").isEnabled(), "without data nobody knows"


@pytest.mark.parametrize("preset", ["lenet-5", "mlp", "lstm-classifier", "transformer-encoder"])
def test_what_is_called_unfit_is_what_a_training_leaves_out(preset: str) -> None:
    graph = build(preset)
    data = DataConfig.model_validate({"dataset": graph.settings["data"]["dataset"]})
    if preset == "lenet-5":
        data = DataConfig.model_validate({"dataset": "digits", "transforms": graph.settings["data"]["transforms"]})
    said = unfit(graph, infer(graph), data)
    assert {"mae", "rmse", "r2"} <= said.keys()
    assert "accuracy" not in said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"batch_size": 64}, ""),
        ({"batch_size": 1257}, "1,257 samples: all in one batch"),
        ({"batch_size": 100_000}, "1,257 samples: all in one batch"),
        ({"batch_size": None}, "1,257 samples: all in one batch"),
        ({"batch_size": None, "drop_last": True}, "1,257 samples: all in one batch"),
        ({"batch_size": 2000, "drop_last": True}, "1,257 samples fill no batch, and drop_last leaves it out"),
    ],
)
def test_a_batch_larger_than_the_training_part_is_said(values: dict[str, Any], said: str) -> None:
    assert batch_hint(DataConfig.model_validate({"dataset": "digits", **values})) == said


def test_it_is_said_at_the_field(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.document.apply(SetSetting(("data", "dataset"), "digits"))
    board.document.apply(SetSetting(("data", "batch_size"), 100_000))
    board.settings.refresh()
    part = board.settings.sections[1]
    assert part.form.rows["batch_size"].hint == "1,257 samples: all in one batch"
