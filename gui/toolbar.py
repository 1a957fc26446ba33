"""The main toolbar: pages at the left, tools of the canvas beside them, training and theme at the right."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

from gui.actions import Actions

PAGES = ("page.start", "page.design", "page.data", "page.train", "page.results")
TOOLS = ("file.new", "file.open", "file.save", "", "edit.undo", "edit.redo", "", "canvas.arrange", "canvas.fit")
AT_RIGHT = ("train.start", "train.stop", "", "view.theme")


class MainToolBar(QToolBar):
    """Buttons for some of the actions."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("Main toolbar", parent)
        self._actions = actions
        self.setMovable(False)
        self.setIconSize(QSize(16, 16))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for action_id in PAGES:
            self._add(action_id, with_text=True)
        self.addSeparator()
        for action_id in TOOLS:
            self._add(action_id)
        room = QWidget()
        room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(room)
        for action_id in AT_RIGHT:
            self._add(action_id, with_text=action_id.startswith("train."))

    def _add(self, action_id: str, *, with_text: bool = False) -> None:
        """A button for an action; a line for none."""
        if not action_id:
            self.addSeparator()
            return
        action = self._actions[action_id]
        self.addAction(action)
        button = self.widgetForAction(action)
        if isinstance(button, QToolButton):
            button.setAccessibleName(action.text())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            if with_text:
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
