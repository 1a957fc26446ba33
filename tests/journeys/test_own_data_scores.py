"""Data of one's own, made from real sets on board: in two clicks from the start page to the score of the same set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot
from sklearn import datasets

from engine.data.datasets import get
from engine.data.pipeline import prepare
from engine.edits import MISSING, SetParameter
from engine.graph import Graph
from engine.settings.data import DataConfig
from engine.training.loop import Trainer
from gui.app import application, build_window
from gui.window import MainWindow
from tests.engine.own_data import diabetes_table, wine_table
from tests.gui.own_data_hand import OwnHand
from tests.journeys.conftest import Hand

pytestmark = [pytest.mark.journey, pytest.mark.slow]
SLOW = 240_000
POINTS = 0.02


def parts_on_board(name: str) -> list[str]:
    """The part of the split that each sample of a set on board is in."""
    prepared = prepare(DataConfig(dataset=name))
    found = np.empty(get(name).samples, object)
    for part in ("train", "validation", "test"):
        found[prepared.part(part).indices] = part  # type: ignore[arg-type]
    return [str(part) for part in found]


def digits(folder: Path) -> Path:
    """PNG files in a folder for each class, in folders for each part."""
    found = datasets.load_digits()
    for index, part in enumerate(parts_on_board("digits")):
        where = folder / "digits" / part / str(found.target[index])
        where.mkdir(parents=True, exist_ok=True)
        Image.fromarray((found.images[index] * (255 / 16)).round().astype(np.uint8)).save(where / f"{index:04}.png")
    return folder / "digits"


def wine(folder: Path) -> Path:
    """A CSV with empty cells."""
    return with_parts(wine_table(folder / "wine.csv"), "wine", ",")


def diabetes(folder: Path) -> Path:
    """A CSV with empty cells, decimal commas, words and a column of ids."""
    return with_parts(diabetes_table(folder / "diabetes.csv"), "diabetes", ";")


def with_parts(path: Path, name: str, separator: str) -> Path:
    """The table with a column that names the part each row has on board, so that both are judged by the same rows."""
    table = pd.read_csv(path, sep=separator, dtype=str)
    table["split"] = parts_on_board(name)
    table.to_csv(path, index=False, sep=separator)
    return path


def tool(window: MainWindow, action_id: str) -> QToolButton:
    """The toolbar's button of an action."""
    action = window.actions_table[action_id]
    return next(b for b in window.findChildren(QToolButton) if b.defaultAction() is action and b.isVisible())


def on_board(graph: Graph, name: str) -> Graph:
    """The same network and training for the set on board."""
    dataset, graph = get(name), graph.copy()
    field = dataset.first("input")
    (entry,), (answer,) = graph.of_type("Input"), graph.of_type("Output")
    SetParameter(entry.id, "shape", dataset.fields[field].shape).apply(graph)
    SetParameter(answer.id, "field", MISSING).apply(graph)
    kept = {key: value for key, value in graph.settings["data"].items() if key not in ("source", "transforms")}
    graph.settings["data"] = {**kept, "dataset": name, "transforms": ({"name": "standardise", "field": field},)}
    return graph


@pytest.mark.parametrize(
    ("make", "score"), [(digits, "accuracy"), (wine, "accuracy"), (diabetes, "r2")], ids=["digits", "wine", "diabetes"]
)
def test_dropped_and_learned_as_well_as_on_board(
    qtbot: QtBot, hand: Hand, tmp_path: Path, make: Callable[[Path], Path], score: str
) -> None:
    application()
    window = build_window()
    qtbot.addWidget(window, before_close_func=lambda w: w.document.discard())
    window.move(0, 0)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    # dropped on the start page
    own = OwnHand(qtbot, window)
    assert own.drop(make(tmp_path))
    page = own.settle(presets=True)

    # a preset, and Train
    hand.click(next(button for button in page.own.presets.buttons if button.text() == "Multilayer perceptron"))
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.design, timeout=SLOW)
    graph = window.document.project.copy()
    hand.click(tool(window, "train.start"))
    qtbot.waitUntil(lambda: window.pages.running, timeout=SLOW)
    qtbot.waitUntil(lambda: not window.pages.running, timeout=SLOW)
    host = window.pages.training.run.host
    assert host is not None
    assert host.result is not None
    assert host.result.state == "finished", host.result
    assert hand.clicks <= 5

    # the same set on board, by the same network
    expected = Trainer(on_board(graph, make.__name__), tmp_path / "board").run()
    assert expected.state == "finished", expected.message
    found, wanted = float(host.result.test[score]), float(expected.test[score])  # type: ignore[arg-type]
    print(f"{make.__name__}: {score} {found:.3f} of one's own, {wanted:.3f} on board")
    assert found >= wanted - POINTS
    window.close()
