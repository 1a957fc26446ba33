"""A host that does what the test says, and small helpers for the Train page."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from engine import Graph
from engine.edits import SetSetting
from engine.training.history import History
from engine.training.status import Result, Status
from gui.training.dashboard import Dashboard


class FakeHost:
    """Does what the test says, at once."""

    outlives_window = False
    refused = ""

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

    def weights(self) -> None: ...

    def leave(self, timeout: float) -> bool:
        return self.close(timeout)

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


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def host_of(board: Dashboard) -> FakeHost:
    assert isinstance(board.run.host, FakeHost)
    return board.run.host


def drawn(board: Dashboard) -> list[int]:
    """How many points each curve shows: loss, then the metric, each train and validation; runs one after the other."""
    assert board._plots is not None
    return [0 if c.line.xData is None else len(c.line.xData) for plot in board._plots.panels for c in plot.curves]


def rows(board: Dashboard) -> list[list[str]]:
    """The texts of the table of runs, as sorted and filtered."""
    proxy = board.runs.proxy
    return [
        [str(proxy.index(row, column).data()) for column in range(proxy.columnCount())]
        for row in range(proxy.rowCount())
    ]


def tick(board: Dashboard, row: int, on: bool = True) -> None:
    """Tick a run as a person does: a click into its box."""
    table = board.runs.table
    index = board.runs.proxy.index(row, 0)
    state = index.data(Qt.ItemDataRole.CheckStateRole)
    if (state == Qt.CheckState.Checked) != on:
        area = table.visualRect(index)
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(area.left() + 10, area.center().y()))
    assert (index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked) == on


def choose(board: Dashboard, row: int) -> None:
    """Select a run by a click on its state."""
    table = board.runs.table
    point = table.visualRect(board.runs.proxy.index(row, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
