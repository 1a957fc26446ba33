"""For all tests of the window: nothing may be left behind, and a hand that works the canvas with real events."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt, QThread, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

import presets
from engine.graph import Graph
from engine.project import to_bytes
from engine.training.process.handover import live
from gui.app import build_window
from gui.canvas.geometry import End
from gui.canvas.view import View
from gui.data.own import suggestions
from gui.document import Document
from gui.hosts import process_host
from gui.window import MainWindow
from gui.work import garbage
from tests.gui.own_data_hand import OwnHand

NO_MODIFIER = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


def _at_work() -> set[str]:
    """Threads and processes that run, timers that tick and windows that are open, in words."""
    found = {f"thread {thread.name}" for thread in threading.enumerate()}
    found |= {f"process {run.facts.pid} that trains {run.facts.network}" for run in live()}
    found |= {f"process {process.pid}" for process in process_host._left if process.poll() is None}
    watched = {kind for base in (QTimer, QThread) for kind in (base, *_subclasses(base))}
    objects = [thing for thing in gc.get_objects() if type(thing) in watched and isValid(thing)]
    found |= {f"timer {_owner(thing)}" for thing in objects if isinstance(thing, QTimer) and thing.isActive()}
    found |= {f"QThread {_owner(thing)}" for thing in objects if isinstance(thing, QThread) and thing.isRunning()}
    if isinstance(QApplication.instance(), QApplication):
        windows = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        names = {f"window {window.metaObject().className()} {window.windowTitle()!r}" for window in windows}
        found |= {name for name in names if "QTipLabel" not in name}  # a tooltip goes away by itself
    return found


def _subclasses(kind: type) -> Iterator[type]:
    for below in kind.__subclasses__():
        yield below
        yield from _subclasses(below)


def _owner(thing: QObject) -> str:
    parent = thing.parent()
    return f"of {type(parent).__name__}" if parent is not None else hex(id(thing))


@pytest.fixture
def at_work() -> Callable[[], set[str]]:
    """What is at work now: threads, timers and windows in words."""
    return _at_work


SOME = 50
"""So many modules more are worth another look."""


@pytest.fixture(scope="session")
def modules_frozen() -> list[int]:
    """How many modules there were when their objects were last frozen: one number."""
    return [0]


@pytest.fixture(autouse=True)
def imports_are_frozen(modules_frozen: list[int]) -> None:
    """What has been imported is gone through by no collection, and by no look at what is at work.

    With torch these are 400,000 objects: a look takes 76 ms then, and every test looks twice.
    """
    if len(sys.modules) > modules_frozen[0] + SOME:
        modules_frozen[0] = len(sys.modules)
        gc.collect()
        gc.freeze()


@pytest.fixture(autouse=True)
def nothing_left_behind(imports_are_frozen: None) -> Iterator[None]:
    """Fails a test that leaves a thread, a process, an active timer or a window after."""
    before = _at_work()
    yield
    if QCoreApplication.instance() is not None:  # else windows of former tests follow every change of the theme
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    if left := _at_work() - before:
        if QCoreApplication.instance() is not None:
            QCoreApplication.processEvents()
        gc.collect()
        garbage.settle()  # else noticed within a tenth of a second: that a thread has ended, and its timer with it
        left = _at_work() - before
    assert not left, f"the test has left behind: {', '.join(sorted(left))}"


@dataclass
class Hand:
    """Works a view as a person would: real mouse events on its viewport, at points of the canvas."""

    view: View

    def view_point(self, point: QPointF | QPoint) -> QPoint:
        """Where a point of the canvas is in the view; a QPoint is taken as it is."""
        return point if isinstance(point, QPoint) else self.view.mapFromScene(point)

    def port(self, node_id: str, side: str, name: str) -> QPointF:
        """The point of a port."""
        return self.view.canvas.nodes[node_id].port(End(node_id, side, name))  # type: ignore[arg-type]

    def middle(self, node_id: str) -> QPointF:
        """A point on a node, away from its ports."""
        return self.view.canvas.nodes[node_id].box.center()

    def press(
        self, at: QPointF | QPoint, modifiers: Qt.KeyboardModifier = NO_MODIFIER, button: Qt.MouseButton = LEFT
    ) -> None:
        QTest.mousePress(self.view.viewport(), button, modifiers, self.view_point(at))
        self._at = self.view_point(at)

    def move(
        self, to: QPointF | QPoint, modifiers: Qt.KeyboardModifier = NO_MODIFIER, button: Qt.MouseButton = LEFT
    ) -> None:
        """Move with the button held, in three steps."""
        end = self.view_point(to)
        for step in (1, 2, 3):
            at = self._at + (end - self._at) * (step / 3)
            self._send(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, button, modifiers)
        self._at = end

    def _send(
        self,
        kind: QEvent.Type,
        at: QPoint,
        button: Qt.MouseButton,
        buttons: Qt.MouseButton,
        modifiers: Qt.KeyboardModifier,
    ) -> None:
        from PySide6.QtGui import QMouseEvent

        viewport = self.view.viewport()
        where = QPointF(at)
        event = QMouseEvent(kind, where, QPointF(viewport.mapToGlobal(at)), button, buttons, modifiers)
        QCoreApplication.sendEvent(viewport, event)

    def release(self, modifiers: Qt.KeyboardModifier = NO_MODIFIER, button: Qt.MouseButton = LEFT) -> None:
        QTest.mouseRelease(self.view.viewport(), button, modifiers, self._at)

    def drag(
        self,
        start: QPointF | QPoint,
        end: QPointF | QPoint,
        modifiers: Qt.KeyboardModifier = NO_MODIFIER,
        button: Qt.MouseButton = LEFT,
    ) -> None:
        """Press, move, release."""
        self.press(start, modifiers, button)
        self.move(end, modifiers, button)
        self.release(modifiers, button)

    def click(self, at: QPointF | QPoint, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, modifiers, self.view_point(at))

    def double_click(self, at: QPointF | QPoint) -> None:
        QTest.mouseDClick(self.view.viewport(), LEFT, NO_MODIFIER, self.view_point(at))

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
        QTest.keyClick(self.view, key, modifiers)

    @contextmanager
    def one_step(self) -> Iterator[None]:
        """What happens inside is one undo step: undone it restores the canonical bytes, redone the new ones."""
        document = self.view.document
        before, index = to_bytes(document.graph), document.history.index
        yield
        after = to_bytes(document.graph)
        assert document.history.index == index + 1
        document.history.undo()
        assert to_bytes(document.graph) == before
        document.history.redo()
        assert to_bytes(document.graph) == after

    @contextmanager
    def no_step(self) -> Iterator[None]:
        """What happens inside changes nothing."""
        document = self.view.document
        before, index = to_bytes(document.graph), document.history.index
        yield
        assert document.history.index == index
        assert to_bytes(document.graph) == before


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[Graph], Hand]:
    """Shows a graph in a view of 900 × 700 at 100 %, its first node near the top, and returns a hand for it."""

    def make(graph: Graph) -> Hand:
        view = View(Document(graph))
        qtbot.addWidget(view)
        view.resize(900, 700)
        with qtbot.waitActive(view):
            view.show()
            view.activateWindow()
        view.camera.zoom(1.0)
        view.camera.pin(view.canvas.content().topLeft(), QPoint(300, 60))
        view.setFocus()
        return Hand(view)

    return make


@pytest.fixture
def chain() -> Graph:
    """n1 input → n2 conv1 → n3 relu1 → n4 flatten1, one below the other."""
    graph = Graph("chain")
    image = graph.add("Input", shape=(1, 28, 28), position=(0.0, 0.0))
    conv = graph.add("Conv2d", out_channels=8, kernel_size=3, position=(0.0, 144.0))
    relu = graph.add("ReLU", position=(0.0, 288.0))
    flat = graph.add("Flatten", position=(0.0, 432.0))
    for source, target in ((image, conv), (conv, relu), (relu, flat)):
        graph.connect(source, target)
    return graph


@pytest.fixture
def branch(chain: Graph) -> Graph:
    """The chain with a lone dropout n5 at its side."""
    chain.add("Dropout", position=(320.0, 192.0))
    return chain


@pytest.fixture
def windows(qtbot: QtBot) -> Callable[[], MainWindow]:
    """Opens windows."""

    def make() -> MainWindow:
        made = build_window()
        qtbot.addWidget(made, before_close_func=lambda w: w.document.discard())
        with qtbot.waitExposed(made):
            made.show()
        return made

    return make


TRIED = ("linear-classifier", "mlp", "resnet-18")
"""The presets that are tried on data of one's own: all of them take seconds, in every test."""


@pytest.fixture
def hand(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> OwnHand:
    """A window of its own, and who adds data of the user's own to it."""
    monkeypatch.setattr(suggestions, "presets", SimpleNamespace(all=lambda: [presets.get(name) for name in TRIED]))
    QApplication.setStyle("Fusion")
    window = build_window()
    qtbot.addWidget(window, before_close_func=lambda w: w.document.discard())
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    return OwnHand(qtbot, window)
