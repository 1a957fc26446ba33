"""Tells screen readers what changes on the canvas: focus, selection, what has come, gone and got another name."""

from __future__ import annotations

from itertools import islice
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface

from engine.edits import Change
from gui.accessibility.parts import FrameKey, Key, Parts
from gui.canvas.view import View

Event = QAccessible.Event
MOST: Final = 20
"""How many changes are announced one by one; of more the canvas says that there were some."""


class Announcer(QObject):
    """Follows the document; it says nothing where nobody listens."""

    def __init__(self, view: View, parts: Parts) -> None:
        super().__init__(view)
        self._view, self._parts = view, parts
        self._selected = view.document.selection
        self._focus_soon = QTimer(self, singleShot=True, interval=0)
        self._focus_soon.timeout.connect(self._say_focus)
        document = view.document
        document.changed.connect(self._changed)
        document.replaced.connect(self._replaced)
        document.selection_changed.connect(self._selection_changed)
        view.installEventFilter(self)
        view.destroyed.connect(parts.forget_all)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The canvas gets the focus: the layer that the keys are about has it, once Qt has said so of the canvas."""
        if event.type() == QEvent.Type.FocusIn:
            self._focus_soon.start()
        return False

    def _say_focus(self) -> None:
        key = self._parts.focused()
        if key is not None and self._view.hasFocus() and QAccessible.isActive():
            notify(self._parts.get(key), Event.Focus)

    def _selection_changed(self) -> None:
        before, now = self._selected, self._view.document.selection
        self._selected = now
        if not QAccessible.isActive():
            return
        added, gone = [n for n in now if n not in set(before)], [n for n in before if n not in set(now)]
        for keys, event in ((gone, Event.SelectionRemove), (added, Event.SelectionAdd)):
            for key in islice(keys, MOST):
                part = self._parts.made(key) if event is Event.SelectionRemove else self._parts.get(key)
                if part is not None and part.isValid():
                    notify(part, event)
        self._say_canvas(Event.SelectionWithin)
        self._say_focus()

    def _replaced(self) -> None:
        self._parts.forget_all()
        self._selected = self._view.document.selection
        self._say_canvas(Event.ObjectReorder)

    def _changed(self, change: Change) -> None:
        keys: list[Key] = [*change.nodes, *change.edges, *map(FrameKey, change.frames)]
        touched = [key for key in keys if self._parts.made(key) is not None]
        self._parts.stale()
        for key in islice(touched, MOST):
            part = self._parts.made(key)
            if part is not None and QAccessible.isActive():
                notify(part, Event.NameChanged)
                notify(part, Event.DescriptionChanged)
        if change.nodes or change.edges or change.frames:
            self._say_canvas(Event.ObjectReorder)

    def _say_canvas(self, event: QAccessible.Event) -> None:
        if QAccessible.isActive():
            notify(QAccessible.queryAccessibleInterface(self._view), event)


def notify(interface: QAccessibleInterface, event: QAccessible.Event) -> None:
    """Tell screen readers."""
    QAccessible.updateAccessibility(QAccessibleEvent(interface, event))
