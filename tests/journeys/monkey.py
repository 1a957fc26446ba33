"""Random acts in a window: actions, real mouse and key events, edits, trainings, and an answer to every dialog."""

from __future__ import annotations

import gc
import random
from collections import deque
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

import presets
from engine import project
from gui.training.runs.runs_columns import NAME
from gui.window import MainWindow
from tests.gui.editing import edit_once
from tests.journeys.answers import TEXTS, answer

LONG = 120_000
"""Milliseconds after which a training hangs."""
LARGE, MANY_RUNS, PLOTS = 60, 6, 2
"""Layers of a network that is given up for a preset, runs of which some are deleted, and plots at rest."""
SMALL = ("mlp", "lenet-5", "linear-classifier", "lstm-classifier")
"""Presets that train in seconds."""
LEFT_OUT = {"file.quit", "file.save_preset", "canvas.keep_block"}
"""Actions that end the window, or fill the gallery and the library."""
NEVER = ("ownload", "folder")
"""Words of buttons that reach for the network or the whole disk."""
KEYS = (
    *(Qt.Key.Key_Tab, Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_Space, Qt.Key.Key_F2),
    *(Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End),
    *(Qt.Key.Key_A, Qt.Key.Key_L, Qt.Key.Key_1, Qt.Key.Key_9, Qt.Key.Key_Period, Qt.Key.Key_Minus),
)
LEFT = Qt.MouseButton.LeftButton


def ticking() -> int:
    """How many timers of ours are active."""
    timers = [thing for thing in gc.get_objects() if issubclass(type(thing), QTimer) and isValid(thing)]
    return sum(timer.isActive() for timer in timers)


class Monkey:
    """Does one act after the other, drawn by a seed; ``done`` are the last ones, in words."""

    def __init__(self, window: MainWindow, qtbot: QtBot, folder: Path, seed: int) -> None:
        self.window, self.folder, self.rng, self._qtbot = window, folder, random.Random(seed), qtbot
        self.done: deque[str] = deque(maxlen=40)
        self._waiting: QWidget | None = None
        self._helper = QTimer(window, interval=100)
        self._helper.timeout.connect(self._help)
        self._acts: dict[Callable[[], str], int] = {
            self._trigger: 20,
            self._edit: 20,
            self._click_layer: 10,
            self._drag_layer: 6,
            self._drag_wire: 4,
            self._wheel: 6,
            self._press_key: 10,
            self._press_button: 10,
            self._choose: 4,
            self._type: 6,
            self._preset: 3,
            self._reopen: 1,
            self._page: 6,
            self._resize: 2,
            self._train: 3,
            self._watch: 4,
            self._tick: 3,
            self._process: 1,
        }

    def act(self) -> None:
        """One act, and what follows from it at once; then an answer to whatever it has asked."""
        self._helper.start()
        act = self.rng.choices(list(self._acts), list(self._acts.values()))[0]
        self.done.append(f"{act.__name__[1:]} …")
        self.done[-1] = f"{act.__name__[1:]} {act()}"
        self.settle()
        for _ in range(5):
            if not answer(self.rng, self.folder, self.done):
                break
            self.settle()
        if len(self.window.document.project.nodes) > LARGE:
            self._preset()

    @staticmethod
    def settle() -> None:
        """Let what waits to be done be done, and go what is to be deleted."""
        for _ in range(3):
            QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def come_to_rest(self) -> None:
        """The same state whatever was before: a preset in a light theme, a run, none going, two plots, pages seen."""
        window = self.window
        self._helper.stop()
        for _ in range(20):
            if not answer(self.rng, self.folder, self.done, leave=True):
                break
            self.settle()
        if window.pages.running:
            window.actions_table["train.stop"].trigger()
            self._qtbot.waitUntil(lambda: not window.pages.running, timeout=LONG)
        self._look_at_a_block_and_a_layer()
        window.pages.show_training()
        self._untick_and_delete(keep=1)
        window.pages.training.run.clear()
        self._keep_plots(PLOTS)
        window.pages.show_data()
        window.preferences.theme = "dark"
        window.preferences.switch_theme()
        window.preferences.host = "thread"
        window.resize(1280, 800)
        if window.actions_table["view.values"].isChecked():
            window.actions_table["view.values"].trigger()
        window.pages.show_design()
        QApplication.clipboard().clear()
        self._qtbot.waitUntil(lambda: not self._busy() and not ticking(), timeout=LONG)
        self.settle()

    def _help(self) -> None:
        """Close a menu that a press has opened and that nobody has answered: Qt waits for that within the press."""
        popup = QApplication.activePopupWidget()
        if popup is not None and popup is self._waiting:
            popup.close()
        self._waiting = popup

    # -- the canvas ------------------------------------------------------------------------------------------------

    def _edit(self) -> str:
        edit_once(self.window.document, self.rng)
        return self.window.document.history.undo_title or ""

    def _layer(self) -> QPoint | None:
        """A point on one of the layers that are in sight."""
        view = self.window.view
        if not self.window.pages.drawing:
            self.window.pages.show_design()
        points = [view.mapFromScene(item.box.center()) for item in view.canvas.nodes.values()]
        seen = [point for point in points if view.viewport().rect().contains(point)]
        return self.rng.choice(seen) if seen else None

    def _click_layer(self) -> str:
        point, many = self._layer(), self.rng.random() < 0.3
        if point is None:
            return "none in sight"
        modifier = Qt.KeyboardModifier.ControlModifier if many else Qt.KeyboardModifier.NoModifier
        if self.rng.random() < 0.15 and not many:
            QTest.mouseDClick(self.window.view.viewport(), LEFT, modifier, point)
            return "twice"
        QTest.mouseClick(self.window.view.viewport(), LEFT, modifier, point)
        return str(point.toTuple())

    def _drag(self, start: QPoint, goal: QPoint) -> None:
        viewport = self.window.view.viewport()
        QTest.mousePress(viewport, LEFT, Qt.KeyboardModifier.NoModifier, start)
        for part in (1, 2, 3):
            QTest.mouseMove(viewport, start + (goal - start) * (part / 3))
        QTest.mouseRelease(viewport, LEFT, Qt.KeyboardModifier.NoModifier, goal)

    def _somewhere(self) -> QPoint:
        rect = self.window.view.viewport().rect()
        return QPoint(self.rng.randrange(max(rect.width(), 1)), self.rng.randrange(max(rect.height(), 1)))

    def _drag_layer(self) -> str:
        start = self._layer() or self._somewhere()
        goal = self._somewhere()
        self._drag(start, goal)
        return f"{start.toTuple()} to {goal.toTuple()}"

    def _drag_wire(self) -> str:
        view, items = self.window.view, list(self.window.view.canvas.nodes.values())
        if len(items) < 2 or self._layer() is None:
            return "none"
        source, target = self.rng.sample(items, 2)
        self._drag(
            view.mapFromScene(QPointF(source.box.center().x(), source.box.bottom())),
            view.mapFromScene(QPointF(target.box.center().x(), target.box.top())),
        )
        return "from layer to layer"

    def _wheel(self) -> str:
        viewport, turn = self.window.view.viewport(), self.rng.choice((-240, -120, 120, 240))
        at = QPointF(self._somewhere())
        zooming = self.rng.choice((Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier))
        event = QWheelEvent(
            *(at, QPointF(viewport.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton),
            *(zooming, Qt.ScrollPhase.NoScrollPhase, False),
        )
        QCoreApplication.sendEvent(viewport, event)
        return str(turn)

    # -- controls --------------------------------------------------------------------------------------------------

    def _trigger(self) -> str:
        table = self.window.actions_table._table
        name = self.rng.choice([name for name, item in table.items() if item.isEnabled() and name not in LEFT_OUT])
        table[name].trigger()
        return name

    def _press_key(self) -> str:
        widget = QApplication.focusWidget() or self.window.view
        key = self.rng.choice(KEYS)
        QTest.keyClick(widget, key)
        return f"{key.name} in {type(widget).__name__}"

    def _controls(self, kind: type[QWidget]) -> list[QWidget]:
        page = self.window.pages.currentWidget()
        found = (each for each in page.findChildren(kind) if each.isVisible() and each.isEnabled())
        return [each for each in found if each.objectName() != "qt_toolbar_ext_button"]

    def _press_button(self) -> str:
        buttons = [
            each
            for each in self._controls(QAbstractButton)
            if not any(word in f"{each.text()}{each.accessibleName()}{each.toolTip()}" for word in NEVER)  # type: ignore[attr-defined]
        ]
        if not buttons:
            return "none"
        button = self.rng.choice(buttons)
        QTest.mouseClick(button, LEFT)
        return f"“{button.accessibleName() or button.text()}”"  # type: ignore[attr-defined]

    def _choose(self) -> str:
        boxes = [each for each in self._controls(QComboBox) if each.count()]  # type: ignore[attr-defined]
        if not boxes:
            return "none"
        box = self.rng.choice(boxes)
        assert isinstance(box, QComboBox)
        box.setCurrentIndex(self.rng.randrange(box.count()))
        box.activated.emit(box.currentIndex())
        return f"“{box.currentText()}” of {box.accessibleName()}"

    def _type(self) -> str:
        fields = self._controls(QLineEdit)
        if not fields:
            return "none"
        field, text = self.rng.choice(fields), self.rng.choice(TEXTS)
        assert isinstance(field, QLineEdit)
        if field.isReadOnly():
            return "read-only"
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text) if text.isascii() else field.insert(text)  # it has no keys for others
        QTest.keyClick(field, Qt.Key.Key_Return)
        return f"“{text}” into {field.accessibleName()}"

    # -- files and pages -------------------------------------------------------------------------------------------

    def _preset(self) -> str:
        name = self.rng.choice(SMALL)
        self.window.document.discard()
        self.window.files.open_preset(presets.get(name))
        return name

    def _reopen(self) -> str:
        file = self.folder / f"{self.rng.randrange(3)}.loom"
        project.save(self.window.document.project, file)
        self.window.document.discard()
        self.window.files.open_path(file)
        return file.name

    def _page(self) -> str:
        name = self.rng.choice(("page.start", "page.design", "page.data", "page.train"))
        self.window.actions_table[name].trigger()
        return name

    def _resize(self) -> str:
        size = self.rng.randrange(700, 1800), self.rng.randrange(500, 1000)
        self.window.resize(*size)
        return str(size)

    # -- trainings -------------------------------------------------------------------------------------------------

    def _train(self) -> str:
        if self.window.pages.running:
            return "is running"
        if self.rng.random() < 0.7:
            self._preset()
        self.window.actions_table["train.start"].trigger()
        return self.window.document.project.name

    def _watch(self) -> str:
        """Look on until something is new."""
        if not self.window.pages.running:
            return "nothing"
        run = self.window.pages.training.run
        host = run.host
        assert host is not None
        before = host.status.step, host.status.phase
        if host.status.state == "paused":
            run.pause_or_resume()
        self._qtbot.waitUntil(
            lambda: (
                (host.status.step, host.status.phase) != before
                or not self.window.pages.running
                or host.status.state == "paused"  # it was asked to just before
            ),
            timeout=LONG,
        )
        return f"until step {host.status.step}"

    def _process(self) -> str:
        """The next training is in a separate process."""
        self.window.preferences.host = self.rng.choice(("process", "thread", "thread", "auto"))
        return self.window.preferences.host

    def _tick(self) -> str:
        """Tick a run, or delete some where there are many."""
        self.window.pages.show_training()
        model = self.window.pages.training.runs.model
        if len(model.runs) > MANY_RUNS:
            self._untick_and_delete(keep=2)
            return "deleted some"
        if not model.runs:
            return "there is none"
        row = self.rng.randrange(len(model.runs))
        index = model.index(row, NAME)
        on = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked.value
        model.setData(
            index, (Qt.CheckState.Unchecked if on else Qt.CheckState.Checked).value, Qt.ItemDataRole.CheckStateRole
        )
        return f"run {row}"

    def _untick_and_delete(self, keep: int) -> None:
        runs = self.window.pages.training.runs
        self._qtbot.waitUntil(lambda: not self._busy(), timeout=LONG)
        runs._drop([*runs.model.ticked])
        gone = [run.entry.path for run in runs.model.runs if run.entry.path not in runs.model.going_on]
        runs._delete(gone[keep:])
        self._qtbot.waitUntil(lambda: not self._busy(), timeout=LONG)

    def _look_at_a_block_and_a_layer(self) -> None:
        """The inspector keeps what it has shown last of each kind: the same at every rest, and the preset at last."""
        document = self.window.document
        for preset, look in (
            ("resnet-18-small", lambda: document.open_definition(next(iter(document.project.blocks)))),
            ("mlp", lambda: document.select(list(document.project.nodes)[1:2])),
        ):
            self.window.files.show_graph(presets.build(preset))
            look()
            self.settle()
        document.select([])

    def _keep_plots(self, count: int) -> None:
        """Add or remove plots: how many a user has is the user's, and each is forty widgets."""
        plots = self.window.pages.training.drawing.plots
        assert plots is not None
        for plot in plots.panels[count:]:
            plots.remove_plot(plot)
        while len(plots.panels) < count:
            plots.add_plot()

    def _busy(self) -> bool:
        """Whether something is being read or written beside the window."""
        from gui.work.background import Background

        return any(each.busy for each in self.window.findChildren(Background))
