"""What one does on the canvas, each done in the real window on a large network, in milliseconds of the processor."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine import project
from engine.edits import Connect, Disconnect, Edit, RenameNode, SetParameter
from engine.graph import Edge, Graph
from gui.window import MainWindow

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of the processor: until the window has painted it, the longest pause, and all of it with workers."""

    shown: float
    pause: float
    whole: float


def residual(count: int) -> Graph:
    """Images through a long residual network, half as many wires again as nodes, in columns that make it a square."""
    graph, edges = Graph("large"), list[Edge]()
    rows = math.ceil(math.sqrt(count * 320 / 96) / 2) * 2
    kinds: dict[str, dict[str, Any]] = {
        "Input": {"shape": (8, 32, 32)},
        "Conv2d": {"out_channels": 8, "kernel_size": 3, "padding": 1},
        "Linear": {"out_features": 10},
        "AdaptiveAvgPool2d": {"output_size": 1},
    }
    made: list[str] = []
    head = ["AdaptiveAvgPool2d", "Flatten", "Linear", "Output"]
    for index in range(count):
        column, row = divmod(index, rows)
        inner = "Add" if index % 2 == 0 else "Conv2d" if index % 4 == 1 else "ReLU"
        kind = "Input" if index == 0 else head[index - count] if index >= count - 4 else inner
        port = "x0" if kind == "Add" else "input"
        made.append(
            graph.add(kind, name=f"{kind}{index}", position=(column * 320.0, row * 96.0), **kinds.get(kind, {}))
        )
        if index:
            edges.append(Edge(made[-2], "output", made[-1], port))
        if kind == "Add":
            edges.append(Edge(made[-3], "output", made[-1], "x1"))
    for number in range(2, 2 + count * 3 // 2 - len(edges)):  # what the head lacks, so that it is half as many again
        edges.append(Edge(made[0], "output", made[2 * number], "x2"))
    for edge in edges:
        Connect(edge).apply(graph)
    return graph


class Bench:
    """One window with one network, and who does things in it."""

    def __init__(self, window: MainWindow, graph: Graph, folder: Path) -> None:
        self.window, self.view, self.document = window, window.view, window.document
        self.path = folder / f"{len(graph.nodes)}.loom"
        project.save(graph, self.path)
        middle = len(graph.nodes) // 2
        self.middle = next(node.id for node in [*graph.nodes.values()][middle:] if node.type == "Conv2d")
        self.nodes = list(graph.nodes)
        at = self.nodes.index(self.middle)
        self.some = self.nodes[at : at + 100]
        self.first = next(node.id for node in graph.nodes.values() if node.type == "Conv2d")

    def cost(self, action: Callable[[], object], done: Callable[[], bool] = lambda: True) -> Cost:
        """What an action costs, with all that the window does after it."""
        begin, shown, parts = time.process_time(), 0.0, list[float]()
        for step in range(100_000):
            own = time.thread_time()
            if step == 0:
                action()
            QApplication.processEvents()
            parts.append(1000 * (time.thread_time() - own))
            shown += parts[-1] if step < 2 else 0.0
            if step > 3 and parts[-1] < 0.5 and parts[-2] < 0.5:
                if done():
                    break
                QEventLoop().processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)  # a thread is at work
        return Cost(shown, max(parts), 1000 * (time.process_time() - begin))

    def costs(self, actions: Iterable[Callable[[], object]]) -> Cost:
        """The medians of several."""
        found = [self.cost(action) for action in actions]
        return Cost(*(statistics.median(getattr(cost, name) for cost in found) for name in ("shown", "pause", "whole")))

    # -- actions -----------------------------------------------------------------------------------------------------

    def open(self) -> Cost:
        def done() -> bool:
            return self.document.path == self.path and not self.window.files.busy

        return self.cost(lambda: self.window.files.open_path(self.path), done)

    def edits(self, *edits: Edit) -> Cost:
        return self.costs([lambda edit=edit: self.document.apply(edit) for edit in edits])  # type: ignore[misc]

    def rename(self) -> Cost:
        return self.edits(*(RenameNode(self.middle, f"another{number}") for number in range(5)))

    def parameter(self) -> Cost:
        return self.edits(*(SetParameter(self.middle, "bias", number % 2 == 1) for number in range(6)))

    def head(self) -> Cost:
        """A parameter that changes every shape after it: of the whole network."""
        return self.edits(*(SetParameter(self.nodes[0], "shape", [8, size, size]) for size in (40, 32, 40, 32)))

    def connect(self) -> Cost:
        edge = next(iter(self.document.graph.incoming[self.middle].values()))
        return self.edits(Disconnect(edge), Connect(edge), Disconnect(edge), Connect(edge))

    def skip(self) -> Cost:
        """A residual wire comes and goes: no shape changes by it."""
        graph = self.document.graph
        add = next(graph.nodes[edge.target] for edge in graph.outgoing[self.middle])
        edge = graph.incoming[add.id]["x1"]
        return self.edits(*((Disconnect(edge), Connect(edge)) * 2))

    def drag(self, count: int) -> Iterator[tuple[str, Cost]]:
        """Drags so many nodes with the mouse; yields the cost of a frame and of letting go."""
        view, chosen = self.view, self.some[:count]
        self.document.select(chosen)
        view.camera.zoom(1.0 if count == 1 else 0.5)
        view.centerOn(view.canvas.nodes[chosen[0]].box.center())
        settle()
        at = view.mapFromScene(view.canvas.nodes[chosen[0]].box.center())
        QTest.mousePress(view.viewport(), LEFT, NONE, at)
        frames = [QPoint(at.x() + 7 * number, at.y() + 5 * number) for number in range(1, 16)]
        yield "frame", self.costs([lambda to=to: self._move(to) for to in frames])  # type: ignore[misc]
        yield "drop", self.cost(lambda: QTest.mouseRelease(view.viewport(), LEFT, NONE, frames[-1]))

    def _move(self, to: QPoint) -> None:
        viewport, point = self.view.viewport(), QPointF(to)
        glob = QPointF(viewport.mapToGlobal(to))
        event = QMouseEvent(QEvent.Type.MouseMove, point, glob, Qt.MouseButton.NoButton, LEFT, NONE)
        QApplication.sendEvent(viewport, event)

    def delete(self) -> Iterator[tuple[str, Cost]]:
        self.document.select(self.some)
        settle()
        yield "delete 100", self.cost(self.view.editing.delete)
        yield "undo it", self.cost(self.view.editing.undo)
        yield "redo it", self.cost(self.view.editing.redo)
        self.cost(self.view.editing.undo)

    def select_all(self) -> Iterator[tuple[str, Cost]]:
        yield "select all", self.cost(self.view.editing.select_all)
        yield "select none", self.cost(lambda: self.document.select([]))

    def arrange(self) -> Cost:
        steps = self.document.history.index
        return self.cost(self.view.editing.arrange, lambda: self.document.history.index > steps)

    def looking(self, scale: float) -> Iterator[tuple[str, Cost]]:
        """Pans and zooms from this zoom on."""
        view = self.view
        view.camera.zoom(scale)
        view.centerOn(view.canvas.nodes[self.middle].box.center())
        settle()
        view.be_fast(True)

        def pan() -> None:
            view.camera.offset += QPoint(23, 17)

        yield f"pan at {scale:.0%}", self.costs([pan] * 15)
        view.be_fast(False)
        settle()
        yield f"zoom from {scale:.0%}", self.costs([lambda: view.zoom_by(1.15), lambda: view.zoom_by(1 / 1.15)] * 6)
        yield f"frame at {scale:.0%}", self.costs([view.viewport().update] * 9)

    def fit(self) -> Cost:
        self.view.camera.zoom(1.0)
        settle()
        return self.cost(self.view.zooming.fit_all)

    def all(self) -> Iterator[tuple[str, Cost]]:
        """Every action with its cost, one after the other in the same window."""
        yield "open", self.open()
        yield "fit", self.fit()
        yield from self.looking(self.view.camera.scale)
        yield from self.looking(0.4)
        yield from self.looking(1.0)
        yield "rename", self.rename()
        yield "a parameter", self.parameter()
        yield "skip wire", self.skip()
        yield "wire of the trunk", self.connect()
        yield "shape of the Input", self.head()
        yield from ((f"drag 1: {part}", cost) for part, cost in self.drag(1))
        yield from ((f"drag 100: {part}", cost) for part, cost in self.drag(100))
        yield from self.delete()
        yield from self.select_all()
        yield "arrange", self.arrange()
        yield "undo arrange", self.cost(self.view.editing.undo)


def settle() -> None:
    """Let the window do what it has to."""
    for _ in range(6):
        QApplication.processEvents()
