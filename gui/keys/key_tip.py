"""A tooltip that names the keys of an action, whatever these are now."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gui.keys.keymap import keymap
from gui.widgets import plain


class KeyTip(QObject):
    """Belongs to a widget that does what an action does: ``KeyTip(button, "Train this network", "train.start")``."""

    def __init__(self, widget: QWidget, text: str, action_id: str) -> None:
        super().__init__(widget)
        self._widget, self._text, self._action_id = widget, text, action_id
        keymap.changed.connect(self._tell)
        self._tell()

    def _tell(self) -> None:
        self._widget.setToolTip(plain(f"{self._text}{keymap.hint(self._action_id)}"))
