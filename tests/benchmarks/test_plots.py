"""What watching costs: a frame of long curves, a training with and without the Train page, and how late the GUI is."""

from __future__ import annotations

import gc
import os
import statistics
import time
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from pytestqt.qtbot import QtBot

from engine import Graph
from engine.edits import SetSetting
from engine.training.history import History
from gui.document import Document
from gui.hosts.host import ThreadHost
from gui.training.dashboard import Dashboard

SAMPLES, CURVES, FRAMES = 1_000_000, 4, 40
FRAME_GOAL = 5.4
"""Milliseconds for a frame of four curves of a million points."""
SHARE_GOAL = 0.02
"""The part of the time of plain pyqtgraph that such a frame may take."""
NETWORKS = {"tiny": (16, 64), "middle": (512, 256), "large": (1024, 384)}
"""Name → (width, batch size): about 0.3, 5 and 20 ms a step."""
SPEED_GOALS = {"tiny": 0.94, "middle": 0.97, "large": 0.97}
"""Steps a second beside the Train page, as a part of those without."""
LATE_P99, LATE_MAX = 50.0, 150.0
"""Milliseconds that a timer of the GUI may be late while a training runs."""
PAIRS, SECONDS = 5, 2.0


# -- one frame -------------------------------------------------------------------------------------------------------


def test_a_frame_of_four_million_points(qtbot: QtBot) -> None:
    import pyqtgraph as pg

    from gui.training.plots.curves import Curve
    from gui.training.plots.plot_axes import CurveSource
    from gui.training.plots.plot_canvas import Canvas

    history, steps = History(), np.arange(SAMPLES, dtype=float)
    zeros = np.zeros(SAMPLES)
    for index in range(CURVES):
        noise = np.random.default_rng(index).normal(size=SAMPLES)
        history.extend(f"train/{index}", steps, np.exp(-steps / 3e5) + index + 0.1 * noise, zeros, zeros)
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(900, 300)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.setRange(xRange=(0, SAMPLES), yRange=(-1, CURVES + 1), padding=0)

    source = CurveSource("this run", history)
    curves = [Curve(source, f"train/{index}") for index in range(CURVES)]
    for curve in curves:
        for item in curve.items:
            canvas.addItem(item, ignoreBounds=True)
    began = time.perf_counter()
    for curve in curves:
        curve.update()
    built = 1000 * (time.perf_counter() - began)

    def ours(frame: int) -> None:
        for curve in curves:
            curve.draw(0.0, SAMPLES - float(frame), canvas.pixels(), False)  # another range, so nothing is kept
        canvas.viewport().repaint()

    frame_ours = _median_ms(ours, FRAMES)
    points = [len(curve.line.xData) for curve in curves]
    for curve in curves:
        for item in curve.items:
            canvas.removeItem(item)
    plain = [pg.PlotCurveItem(pen=pg.mkPen("b", width=1), antialias=False) for _ in range(CURVES)]
    for item in plain:
        canvas.addItem(item, ignoreBounds=True)

    def raw(_frame: int) -> None:
        for index, item in enumerate(plain):
            item.setData(*history.series(f"train/{index}"))
        canvas.viewport().repaint()

    frame_raw = _median_ms(raw, 3)
    print(f"\n{CURVES} curves of {SAMPLES:,} points         ms a frame   points a curve")
    print(f"plain pyqtgraph                   {frame_raw:10.1f}   {SAMPLES:14,}")
    print(f"min/max pyramid                   {frame_ours:10.2f}   {max(points):14,}   (goal {FRAME_GOAL} ms)")
    print(f"building the pyramids, once       {built:10.1f}")
    print(f"part of plain pyqtgraph           {frame_ours / frame_raw:10.4f}   (goal {SHARE_GOAL})")


def _median_ms(draw: object, frames: int) -> float:
    times = []
    for frame in range(frames + 1):
        began = time.perf_counter()
        draw(frame)  # type: ignore[operator]
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times[1:])


# -- beside a training -----------------------------------------------------------------------------------------------


@dataclass
class Measured:
    """Of one size of network: milliseconds a step alone and watched, and how late the GUI's timer came."""

    alone: list[float] = field(default_factory=list)
    watched: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)

    @property
    def speed(self) -> float:
        return statistics.median(a / w for a, w in zip(self.alone, self.watched, strict=True))


def perceptron(width: int, batch: int) -> Graph:
    """A network for the digits whose steps take as long as its width says."""
    graph = Graph(f"mlp {width}")
    nodes = [graph.add("Input", shape=(1, 8, 8)), graph.add("Flatten")]
    for _ in range(2):
        nodes += [graph.add("Linear", out_features=width), graph.add("ReLU")]
    nodes += [graph.add("Linear", out_features=10), graph.add("Output", loss="cross_entropy")]
    for source, target in pairwise(nodes):
        graph.connect(source, target)
    for path, value in (
        (("data", "dataset"), "digits"),
        (("data", "batch_size"), batch),
        (("training", "epochs"), 1_000_000),
        (("training", "threads"), 1),  # two beside another busy process measure the scheduler
    ):
        SetSetting(path, value).apply(graph)
    return graph


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch  # noqa: F401 - its import is not what is measured

    return tmp_path_factory.mktemp("runs")


def _step_ms(host: ThreadHost, since: int) -> float:
    seconds = host.history.seconds("train/loss")[since:]
    return 1000 * float(seconds[-1] - seconds[0]) / (len(seconds) - 1)


def _turn(seconds: float) -> None:
    """Let the event loop turn for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def _alone(graph: Graph, root: Path) -> float:
    """A training with nobody watching: the GUI thread waits without the interpreter."""
    host = ThreadHost(graph, root=root)
    host.start()
    while len(host.history.series("train/loss")[0]) < 5:
        host._thread.join(0.01)
    since = len(host.history.series("train/loss")[0])
    host._thread.join(SECONDS)
    assert host.close(10)
    return _step_ms(host, since)


def _watched(qtbot: QtBot, graph: Graph, root: Path, measured: Measured) -> float:
    """The same beside a Train page that is shown; a timer of 10 ms notes how late it is called."""
    board = Dashboard(Document(graph), make_host=partial(ThreadHost, root=root), root=root)
    qtbot.addWidget(board)
    board.resize(1180, 680)
    with qtbot.waitExposed(board):
        board.show()
    board.run.train()
    qtbot.waitUntil(lambda: len(board.run.host.history.series("train/loss")[0]) >= 5, timeout=60_000)  # type: ignore[union-attr]
    host = board.run.host
    assert isinstance(host, ThreadHost)
    since = len(host.history.series("train/loss")[0])
    beats: list[float] = []
    timer = QTimer(board, interval=10, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: beats.append(time.perf_counter()))
    timer.start()
    _turn(SECONDS)
    timer.stop()
    assert board.close_host(10)
    measured.late += [max(0.0, 1000 * (after - before) - 10) for before, after in pairwise(beats)]
    measured.frames.append(1 / board.drawing._governor.interval)
    board.close()
    return _step_ms(host, since)


@pytest.mark.slow
def test_training_beside_the_page(qtbot: QtBot, root: Path) -> None:
    table: dict[str, Measured] = {}
    for name, (width, batch) in NETWORKS.items():
        measured = table[name] = Measured()
        graph = perceptron(width, batch)
        for pair in range(PAIRS):
            gc.collect()
            if pair % 2:
                measured.watched.append(_watched(qtbot, graph, root, measured))
                measured.alone.append(_alone(graph, root))
            else:
                measured.alone.append(_alone(graph, root))
                measured.watched.append(_watched(qtbot, graph, root, measured))
    print("\nnetwork   ms a step   speed watched (goal)   frames/s   timer late: p50    p99    max ms")
    for name, measured in table.items():
        p50, p99 = np.percentile(measured.late, (50, 99))
        step, frames = statistics.median(measured.alone), statistics.median(measured.frames)
        print(
            f"{name:8}{step:11.2f}{measured.speed:13.3f} ({SPEED_GOALS[name]}){frames:14.1f}"
            f"{p50:19.1f}{p99:7.1f}{max(measured.late):7.1f}"
        )
    print(f"goals for the timer: p99 {LATE_P99:g} ms, max {LATE_MAX:g} ms")
