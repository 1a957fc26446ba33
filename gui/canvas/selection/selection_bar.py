"""A small toolbar beside several selected layers: it hides while anything is dragged, and covers none of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from gui.canvas.view import View
from gui.theme import theme

APART: Final = 10
"""Pixels between it and what is selected."""
BUTTON: Final = 28
"""How wide and high a button is, in pixels."""
MOST: Final = 400
"""Where more layers than this are selected, only the box around all is kept free."""


class SelectionBar(QFrame):
    """Buttons of some actions, with a line between groups of them (None)."""

    def __init__(self, view: View, actions: list[QAction | None]) -> None:
        super().__init__(view)
        self._view = view
        self.setAccessibleName("Tools for the selected layers")
        self.setFrameShape(QFrame.Shape.NoFrame)
        box = QHBoxLayout(self)
        box.setContentsMargins(4, 4, 4, 4)
        box.setSpacing(2)
        self.buttons: list[QToolButton] = []
        for action in actions:
            if action is None:
                box.addSpacing(6)
                continue
            button = QToolButton()
            button.setDefaultAction(action)
            button.setAutoRaise(True)
            button.setIconSize(QSize(16, 16))
            button.setFixedSize(BUTTON, BUTTON)
            button.setAccessibleName(action.text())
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.installEventFilter(self)
            box.addWidget(button)
            self.buttons.append(button)
        self.hide()
        self._areas: list[QRectF] = []
        """Where the selected layers are on the canvas, with their ports."""
        for signal in (view.document.selection_changed, view.document.changed, view.canvas.annotated):
            signal.connect(self.follow)
        for signal in (view.looked, view.busy_changed):
            signal.connect(self.place)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        base, border = theme.color("base").name(), theme.color("border").name()
        self.setStyleSheet(f"SelectionBar {{ background: {base}; border: 1px solid {border}; border-radius: 6px; }}")

    def follow(self, _change: object = None) -> None:
        """Take note of what is selected, and where that is."""
        canvas = self._view.canvas
        chosen = [node_id for node_id in self._view.document.selection if node_id in canvas.positions]
        if len(chosen) > MOST:
            self._areas = [canvas.content(chosen)]
        else:
            boxes = [canvas.content([node_id]).adjusted(-6, -6, 6, 6) for node_id in chosen]
            self._areas = boxes if len(boxes) > 1 else []
        self.place()

    def place(self) -> None:
        """Go beside what is selected, or hide."""
        spot = self._spot() if self._wanted() else None
        if spot is None:
            if self.isVisible():
                held = self.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
                self.hide()
                if held:
                    self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.move(spot)
        if not self.isVisible():
            self.show()
            self.raise_()

    def _wanted(self) -> bool:
        view = self._view
        return bool(self._areas) and view.gesture is None and view.popup is None

    def _spot(self) -> QPoint | None:
        """The first position that lies in the view and covers nothing that is selected; None where there is none."""
        size, room = self.sizeHint(), self._view.viewport().rect()
        self.resize(size)
        boxes = [self._view.mapFromScene(area).boundingRect() for area in self._areas]
        whole = QRect()
        for box in boxes:
            whole |= box
        for corner in self._candidates(whole, room):
            area = QRect(corner, size)
            if room.contains(area) and not any(area.intersects(box) for box in boxes):
                return corner
        return None

    def _candidates(self, whole: QRect, room: QRect) -> Iterator[QPoint]:
        """Above, below, at either side, then the edges of the view."""
        size = self.sizeHint()
        seen = whole & room
        x = min(max(seen.center().x() - size.width() // 2, room.left() + 4), room.right() - size.width() - 4)
        y = min(max(seen.center().y() - size.height() // 2, room.top() + 4), room.bottom() - size.height() - 4)
        yield QPoint(x, whole.top() - APART - size.height())
        yield QPoint(x, whole.bottom() + APART)
        yield QPoint(whole.right() + APART, y)
        yield QPoint(whole.left() - APART - size.width(), y)
        for top in (room.top() + 4, room.bottom() - size.height() - 4):
            for left in (x, room.left() + 4, room.right() - size.width() - 4):
                yield QPoint(left, top)

    # -- keys ------------------------------------------------------------------------------------------------------

    def take_focus(self) -> None:
        """Give the keyboard to the first button that can be pressed."""
        self.place()
        button = next((each for each in self.buttons if each.isEnabled()), None)
        if self.isVisible() and button is not None:
            button.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows lead from button to button, Esc back to the canvas."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and watched in self.buttons:
            step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
            if step is not None:
                able = [button for button in self.buttons if button.isEnabled()]
                able[(able.index(watched) + step) % len(able)].setFocus(Qt.FocusReason.OtherFocusReason)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._view.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return super().eventFilter(watched, event)
