"""What the Train page takes: a thousand runs in the table, fifty curves of 100,000 points, confusion matrices."""

from __future__ import annotations

import gc
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine import Graph
from engine.training.history import History
from engine.training.runs.catalogue import listing
from engine.training.runs.run import Run
from gui.document import Document
from gui.training.results.confusion import Counts, Matrix
from gui.training.runs.runs_list import RunsList
from gui.training.runs.runs_model import RunRows
from tests.benchmarks.tables import table

FRAME = 16.0
"""Milliseconds: one frame of sixty a second."""
RUNS, CURVES, POINTS, TIMES = 1_000, 50, 100_000, 25
LIST_GOAL = 500.0
"""Milliseconds beside the GUI thread to list a thousand runs that are in the index."""


def median_ms(act: Callable[[int], object], times: int = TIMES) -> float:
    """How long an act takes, the first time not counted; its number is handed to it."""
    taken = []
    gc.collect()
    for number in range(times + 1):
        began = time.perf_counter()
        act(number)
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken[1:])


def show(title: str, rows: list[tuple[str, float, float]]) -> None:
    """Print a table of (what, milliseconds, goal)."""
    table(title, [("what", "ms", "goal"), *((what, f"{ms:.2f}", f"{goal:g}") for what, ms, goal in rows)])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand runs of twenty networks, as a training leaves them."""
    folder = tmp_path_factory.mktemp("runs")
    graph = Graph("net")
    run = Run.create(folder / "r0000", graph, device="cpu", threads=1, environment={"torch": "2"})
    run.update(state="finished", message="Trained 10 epochs.", epochs=10, seconds=12.5)
    run.close()
    facts = json.loads((run.path / "run.json").read_text())
    for number in range(1, RUNS):
        path = folder / f"r{number:04}"
        path.mkdir()
        best = {"accuracy": 1 - 1 / (2 + number), "loss": 1 / (1 + number)}
        mine = {"network": f"net {number % 20}", "name": f"trial {number}", "tags": [f"t{number % 7}"], "best": best}
        started = f"2026-03-{1 + number % 28:02}T10:{number % 60:02}:00+00:00"
        changes = {**mine, "started": started, "seconds": float(number)}
        (path / "run.json").write_text(json.dumps({**facts, **changes}))
    return folder


def test_a_thousand_runs_in_the_table(qtbot: QtBot, root: Path) -> None:
    began = time.perf_counter()
    assert len(listing(root).entries) == RUNS
    first = 1000 * (time.perf_counter() - began)
    known = median_ms(lambda _: listing(root), 5)
    runs = RunsList(Document(Graph("net")), root)
    qtbot.addWidget(runs)
    runs.resize(960, 400)
    runs.scope.setCurrentIndex(1)
    with qtbot.waitExposed(runs):
        runs.show()
    runs.refresh()
    qtbot.waitUntil(lambda: runs.proxy.rowCount() == RUNS)
    viewport, bar = runs.table.viewport(), runs.table.verticalScrollBar()
    words = ("trial 1", "", "t3", "net 4", "finished")

    def scroll(number: int) -> None:
        bar.setValue(37 * number % bar.maximum())
        viewport.repaint()

    def sort(number: int) -> None:
        order = Qt.SortOrder.AscendingOrder if number % 2 else Qt.SortOrder.DescendingOrder
        runs.table.sortByColumn(number % 5, order)
        viewport.repaint()

    def narrow(number: int) -> None:
        runs.filter.setText(words[number % len(words)])
        viewport.repaint()

    def fill(_number: int) -> None:
        runs._show(found)
        viewport.repaint()

    def follow(number: int) -> None:
        runs.model.follow(root / "r0500", f"running, epoch {number}", best={"accuracy": number / 100}, epochs=number)
        viewport.repaint()

    rows = [("listed the first time (in the background)", first, 4 * LIST_GOAL)]
    rows += [("listed again, by the index (in the background)", known, LIST_GOAL)]
    rows += [
        ("scroll", median_ms(scroll), FRAME),
        ("sort", median_ms(sort), FRAME),
        ("filter", median_ms(narrow), FRAME),
        ("bring the run that trains up to date", median_ms(follow), FRAME),
    ]
    runs.model.leave()
    runs.filter.clear()
    found = RunRows.of(listing(root))
    rows += [("put a new list into the table", median_ms(fill), 2 * FRAME)]
    show(f"{RUNS:,} runs", rows)
    runs.close_background()


def test_fifty_curves_of_a_hundred_thousand_points(qtbot: QtBot) -> None:
    from gui.training.plots.plots import Plots

    histories = []
    steps, zeros = np.arange(POINTS, dtype=float), np.zeros(POINTS)
    for run in range(CURVES):
        history = History()
        noise = np.random.default_rng(run).normal(size=POINTS)
        history.extend("train/loss", steps, np.exp(-steps / 3e4) + 0.02 * run + 0.1 * noise, zeros, steps / 100)
        histories.append(history)
    plots = Plots()
    qtbot.addWidget(plots)
    plots.remove_plot(plots.panels[1])
    plots.resize(960, 520)
    with qtbot.waitExposed(plots):
        plots.show()
    others = [(f"run {number}", history) for number, history in enumerate(histories[1:], 1)]
    began = time.perf_counter()
    plots.show_runs(histories[0], others, "accuracy")
    plots.settle()
    QApplication.processEvents()
    longest = 1000 * (time.perf_counter() - began)
    plot = plots.panels[0]
    while plot._stale:
        QApplication.processEvents()
    assert len(plot.curves) == CURVES
    canvas = plot.canvas

    def pan(number: int) -> None:
        left = 100.0 * number
        canvas.setRange(xRange=(left, left + 60_000), padding=0)
        plot._draw()
        canvas.viewport().repaint()

    def zoom(number: int) -> None:
        canvas.setRange(xRange=(0, POINTS * 0.97**number), padding=0)
        plot._draw()
        canvas.viewport().repaint()

    def hover(number: int) -> None:
        plots._hover(1_000.0 * number)
        canvas.viewport().repaint()
        plot.legend.viewport().repaint()

    def live(number: int) -> None:
        first = POINTS + 50 * number
        more = np.arange(first, first + 50, dtype=float)
        histories[0].extend("train/loss", more, np.full(50, 0.3), np.zeros(50), more / 100)
        plot.refresh()
        canvas.viewport().repaint()

    rows = [
        ("pan", median_ms(pan), FRAME),
        ("zoom", median_ms(zoom), FRAME),
        ("move the cross hair", median_ms(hover), FRAME),
    ]
    plots.show_whole()
    rows += [("live: 50 new points of one run", median_ms(live), FRAME)]
    rows += [("show the runs: longest stop of the window", longest, 10 * FRAME)]
    show(f"{CURVES} curves of {POINTS:,} points", rows)


@pytest.mark.parametrize("classes", [10, 100])
def test_a_confusion_matrix(qtbot: QtBot, classes: int) -> None:
    matrix = Matrix()
    qtbot.addWidget(matrix)
    matrix.resize(620, 560)
    with qtbot.waitExposed(matrix):
        matrix.show()
    counts = np.random.default_rng(0).integers(0, 50, (classes, classes)) + 400 * np.eye(classes, dtype=int)
    made = Counts.of(counts.tolist(), [f"class {k}" for k in range(classes)])

    def fill(_number: int) -> None:
        matrix.show_counts(made)
        matrix.repaint()

    def point(number: int) -> None:
        side = whole.width() / classes
        target = whole.topLeft() + QPointF(side * (number % classes + 0.5), whole.height() / classes / 2)
        QTest.mouseMove(matrix, target.toPoint())
        QApplication.processEvents()
        matrix.repaint()

    rows = [("show and paint", median_ms(fill), FRAME)]
    whole = matrix.cells()
    rows += [("move over it", median_ms(point), FRAME)]
    show(f"confusion matrix {classes} × {classes}", rows)
