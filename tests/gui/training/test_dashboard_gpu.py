"""What is seen of a GPU on the Training page: its name, its curves, its columns of the table; nothing without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.training.runs.run import Run
from engine.training.steps import device_list
from engine.training.steps.device_list import DeviceFacts
from gui.forms.form_fields import ChoiceField
from gui.training.dashboard import Dashboard
from tests.gui.training.boards import Show, click, network, rows, tick
from tests.gui.training.test_dashboard_columns import cells, choose_column, heads
from tests.gui.training.test_dashboard_panels import pick
from tests.gui.training.test_dashboard_runs import earlier
from tests.gui.training.test_dashboard_table import listed


def on_a_gpu(root: Path, *, mode: str = "fast") -> Path:
    """A run that has ended on a GPU which was read while it went."""
    facts = {"gpu": mode, "gpu_name": "NVIDIA H200", "precision": "bfloat16", "channels_last": True, "compile": False}
    run = Run.create(None, network(), root=root, device="cuda:0", threads=1, **facts)
    run.metrics([{"step": s, "epoch": 1, "split": "train", "loss": 1 / s, "accuracy": 0.5} for s in range(1, 51)])
    for step in (10, 20, 30):
        gpu = {"gpu_utilisation": step / 40, "gpu_memory": step * 2**30, "gpu_temperature": 40.0 + step}
        run.timing({"step": step, "seconds": step / 10, "samples_per_second": 9.0, **gpu})
    use = {"gpu_utilisation": 0.5, "gpu_memory": 30.0 * 2**30, "gpu_temperature": 70.0}
    run.update(state="finished", message="Trained 1 epochs.", epochs=1, steps=50, seconds=3.0, gpu_use=use)
    run.close()
    return run.path


def columns_offered(board: Dashboard) -> list[str]:
    menu = board.runs.table.columns
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions()]


def test_a_run_on_a_gpu_has_curves_and_columns(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    earlier(tmp_path, network())
    on_a_gpu(tmp_path)
    board = show()
    listed(qtbot, board, 2)
    assert not [title for title in heads(board) if "GPU" in title], "nobody has chosen them"
    for title in ("GPU", "GPU utilisation", "GPU memory", "GPU temperature"):
        choose_column(board, title)
    assert sorted(cells(board, "gpu")) == ["NVIDIA H200, fast", "–"]
    assert sorted(cells(board, "gpu_utilisation")) == ["50 %", "–"]
    assert sorted(cells(board, "gpu_memory")) == ["30.0 GiB", "–"]
    assert sorted(cells(board, "gpu_temperature")) == ["70 °C", "–"]
    row = next(row for row, texts in enumerate(rows(board)) if "NVIDIA H200, fast" in texts)
    tick(board, row)
    plots = board._plots
    assert plots is not None
    qtbot.waitUntil(lambda: plots.filled)
    click(plots.add_button)
    for title in ("GPU utilisation", "GPU memory", "GPU temperature"):
        pick(plots.panels[-1].chooser, title)
        assert [len(curve.raw) for curve in plots.panels[-1].curves] == [3]


def test_without_a_gpu_nothing_is_offered(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    earlier(tmp_path, network())
    board = show()
    listed(qtbot, board, 1)
    assert not [title for title in columns_offered(board) if "GPU" in title]


def test_each_gpu_is_offered_by_its_name(qtbot: QtBot, show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    board = show()
    field = board.settings.sections[-1].form.fields["device"]
    assert isinstance(field, ChoiceField)
    assert [field.itemText(index) for index in range(field.count())] == ["auto", "cpu", "cuda", "mps"]
    card = DeviceFacts("cuda:1", "NVIDIA A100 40GB", 40 * 2**30, 12 * 2**30)
    monkeypatch.setattr(device_list, "_FOUND", [DeviceFacts("cuda:0", "NVIDIA A100 40GB", 40 * 2**30), card])
    board.settings.hide()
    board.settings.show()
    qtbot.waitUntil(lambda: field.count() == 6)
    assert field.itemText(5) == "cuda:1 – NVIDIA A100 40GB, 12 GB free"
    assert field.currentText() == "auto"
    field.setCurrentIndex(5)
    field.activated.emit(5)
    assert board.document.project.settings["training"]["device"] == "cuda:1"
