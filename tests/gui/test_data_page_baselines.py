"""Baselines on the Data page: there at once where they are known, else measured beside the window, with Cancel."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.data import baselines as engine_baselines
from engine.data.baselines import remembered
from engine.settings.data import DataConfig
from gui.data.baselines_panel import Baselines

CLICK = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot) -> Any:
    made = Baselines()
    qtbot.addWidget(made)
    made.resize(320, 300)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close_background()


def config(name: str, **values: object) -> DataConfig:
    return DataConfig.model_validate({"dataset": name, **values})


def texts(panel: Baselines) -> list[list[str]]:
    table = panel.table
    return [
        [table.item(row, column).text() for column in range(table.columnCount())] for row in range(table.rowCount())
    ]


def headings(panel: Baselines) -> list[str]:
    return [panel.table.horizontalHeaderItem(column).text() for column in range(panel.table.columnCount())]


def test_known_ones_are_there_at_once(panel: Baselines) -> None:
    panel.show_config(config("shapes"))
    assert headings(panel) == ["answer by", "label", "mask", "caption"]
    every = {(one.name, one.target): one.score for one in remembered(config("shapes"))}
    assert texts(panel) == [
        [way, *(f"{every[way, target]:.1%}".replace("%", " %") for target in ("label", "mask", "caption"))]
        for way in ("majority", "nearest neighbour", "linear", "small MLP")
    ]
    assert not panel.measure.isVisible()
    panel.show_config(config("series"))
    assert headings(panel) == ["answer by", "MAE", "R²"]
    assert [row[0] for row in texts(panel)] == [
        "mean",
        "last value",
        "a season before",
        "nearest neighbour",
        "linear",
        "small MLP",
    ]


def test_another_split_is_measured_on_request(qtbot: QtBot, panel: Baselines) -> None:
    made = config("iris", seed=7)
    panel.show_config(made)
    assert not panel.table.isVisible()
    assert "Not measured" in panel.note.text()
    QTest.mouseClick(panel.measure, CLICK)
    assert panel.bar.isVisible()
    qtbot.waitUntil(lambda: panel.table.isVisible(), timeout=60_000)
    wanted = [f"{one.score:.1%}".replace("%", " %") for one in engine_baselines.measure(made)]
    assert [row[1] for row in texts(panel)] == wanted
    panel.show_config(config("iris"))
    panel.show_config(made)
    assert panel.table.isVisible(), "what was measured is kept"


def test_transforms_and_batches_change_nothing(panel: Baselines) -> None:
    panel.show_config(config("iris", transforms=({"name": "standardise", "field": "features"},), batch_size=8))
    assert panel.table.isVisible()


@pytest.mark.parametrize("by", ["cancel", "other data"])
def test_measuring_can_be_cancelled(qtbot: QtBot, panel: Baselines, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """It stands still in its first step until Cancel is pressed, or other data are chosen."""
    begun, gate, real = threading.Event(), threading.Event(), engine_baselines.measure

    def slow(data: DataConfig, progress: Any, cancelled: Any) -> Any:
        begun.set()
        assert gate.wait(60)
        return real(data, progress, cancelled)

    monkeypatch.setattr(engine_baselines, "measure", slow)
    made = config("digits", seed=1)
    panel.show_config(made)
    QTest.mouseClick(panel.measure, CLICK)
    qtbot.waitUntil(begun.is_set)
    if by == "cancel":
        QTest.mouseClick(panel.cancel, CLICK)
    else:
        panel.show_config(config("iris"))
    gate.set()
    qtbot.waitUntil(lambda: not panel.background.busy)
    panel.show_config(made)
    assert not panel.table.isVisible()
    assert panel.measure.isVisible()
    assert panel.measure.isEnabled()


def test_why_it_cannot_be_measured_is_said(qtbot: QtBot, panel: Baselines) -> None:
    panel.show_config(config("iris", split={"train": 1.0, "validation": 0.0, "test": 0.0}))
    QTest.mouseClick(panel.measure, CLICK)
    qtbot.waitUntil(lambda: panel.note.text().startswith("✕ Baselines are judged on the test part"))
    assert panel.measure.isVisible()
