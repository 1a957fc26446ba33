"""Which host a training gets, where that is chosen, and runs that continue as the window shows them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

import presets
from engine.edits import SetSetting
from engine.graph import Graph
from engine.project import save
from engine.training.process.handover import HostFacts, LiveTraining
from gui.document import Document
from gui.hosts.choice import MANY_STEPS, host, pays
from gui.hosts.host import ThreadHost
from gui.hosts.process_host import ProcessHost
from gui.pages.going_on import GoingOn
from gui.preferences import Preferences
from gui.training.dashboard import Dashboard
from tests.gui.test_training_host import iris


def resnet(epochs: int) -> Graph:
    graph = presets.build("resnet-18-small")
    SetSetting(("training", "epochs"), epochs).apply(graph)
    return graph


def test_automatic_takes_a_process_for_many_very_short_steps(tmp_path: Path) -> None:
    few, many = MANY_STEPS // 2 - 1, MANY_STEPS // 2  # iris has two steps an epoch
    assert isinstance(host(iris(epochs=many), "auto"), ProcessHost)
    assert isinstance(host(iris(epochs=few), "auto"), ThreadHost), "it is over before a process has started"
    assert isinstance(host(resnet(epochs=10_000), "auto"), ThreadHost), "its steps are long"
    assert isinstance(host(iris(epochs=many), "thread"), ThreadHost)
    assert isinstance(host(resnet(epochs=1), "process"), ProcessHost)
    save(iris(epochs=many), tmp_path / "project.loom")
    assert isinstance(host(resnet(epochs=1), "auto", resume=tmp_path), ProcessHost), "a run goes by its own network"


def test_what_cannot_be_reckoned_stays_in_the_window(tmp_path: Path) -> None:
    broken = iris(epochs=MANY_STEPS)
    SetSetting(("training", "epochs"), "many").apply(broken)
    unknown = iris(epochs=MANY_STEPS)
    SetSetting(("data", "dataset"), "irsi").apply(unknown)
    assert not pays(broken)
    assert not pays(unknown)
    assert not pays(iris(), tmp_path / "nowhere")


def test_where_trainings_run_is_chosen_on_the_train_page(qtbot: QtBot, tmp_path: Path) -> None:
    preferences = Preferences()
    preferences.host = "auto"
    document = Document(iris())
    board = Dashboard(document, root=tmp_path, preferences=preferences)
    qtbot.addWidget(board)
    with qtbot.waitExposed(board):
        board.show()
    field = board.settings.host.fields["Run in"]
    assert isinstance(field, QComboBox)
    assert [field.itemText(row) for row in range(field.count())] == ["automatic", "this window", "a separate process"]
    assert field.currentText() == "automatic"
    qtbot.keyClicks(field, "a p")
    qtbot.waitUntil(lambda: Preferences().host == "process")
    assert not document.unsaved, "it is not a matter of the project"
    board.settings.set_running(True)
    assert not field.isEnabled()
    assert board.close_host(60.0)


@pytest.mark.parametrize("nonsense", ["", "gpu", "PROCESS"])
def test_a_preference_that_is_none_is_automatic(layerloom_home: Path, nonsense: str) -> None:
    (layerloom_home / "preferences.json").write_text(json.dumps({"training/host": nonsense}))
    assert Preferences().host == "auto"


def test_runs_that_go_on_are_offered_until_waved_away(qtbot: QtBot) -> None:
    strip = GoingOn()
    qtbot.addWidget(strip)
    old, new = (
        LiveTraining(Path(name), HostFacts(pid=1, address="x", network=f"{name} net")) for name in ("old", "new")
    )
    strip.offer([old, new])
    assert strip.text.text() == "A run of “new net” is running in a separate process. So is one more."
    strip.away.click()
    strip.offer([old, new])
    assert strip.text.text() == "A run of “old net” is running in a separate process."
    with qtbot.waitSignal(strip.watch_wanted) as signal:
        strip.button.click()
    assert signal.args == [old]
    strip.offer([])
    assert not strip.isVisibleTo(None)


def test_the_window_stands_before_numpy_is_loaded() -> None:
    code = (
        "import sys, gui.app; print([m for m in ('numpy', 'torch', 'multiprocessing.connection') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
