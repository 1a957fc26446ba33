"""Whether things may move by themselves: menus that fade, a caret that blinks, bars that run to and fro, and pictures
of the help that show something step by step."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

EFFECTS: Final = (
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
    Qt.UIEffect.UI_AnimateToolBox,
)
TELLING: Final = ("windows", "cocoa")
"""The platforms on which Qt passes on that the user wants no effects; elsewhere it always says so."""


class Motion(QObject):
    """Who moves something by itself asks `reduced` before, and follows `changed`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.reduced = False
        self._usual: tuple[int, set[Qt.UIEffect]] | None = None

    def set(self, choice: str) -> None:
        """``system``, ``reduced`` or ``full``."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        if self._usual is None:
            self._usual = application.cursorFlashTime(), set(filter(application.isEffectEnabled, EFFECTS))
        flash, effects = self._usual
        reduced = choice == "reduced" or (choice == "system" and _asked_for())
        application.setCursorFlashTime(0 if reduced else flash)
        for effect in EFFECTS:
            application.setEffectEnabled(effect, not reduced and effect in effects)
        if reduced != self.reduced:
            self.reduced = reduced
            self.changed.emit()


def _asked_for() -> bool:
    """Whether the user has told the system so, where Qt can tell."""
    told = QGuiApplication.platformName() in TELLING
    return told and not QApplication.isEffectEnabled(Qt.UIEffect.UI_General)


motion = Motion()
